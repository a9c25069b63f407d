//! From the keyboard: each byte is a signal, an order to edit the line, or input.

use gopherix_abi::{Cc, InputModes, LocalModes, Signal};

use super::output::{Echo, lower, shown};
use super::{Cell, Discipline, ROOM};

impl Discipline {
    /// Takes what was typed, and adds the signals it means to `signals`; how many bytes there was room for. Echo is shown when
    /// all of it is in, so a `^S` stops also that of what came with it.
    pub fn receive(&mut self, bytes: &[u8], signals: &mut Vec<Signal>) -> usize {
        let mut done = 0;
        for byte in bytes {
            if !self.make_room() {
                break;
            }
            self.receive_byte(*byte, signals);
            done = usize::saturating_add(done, 1);
        }
        self.show_echo();
        done
    }

    /// Whether another byte could be received, as far as that is known before it is seen.
    #[must_use]
    pub fn has_room(&self) -> bool {
        let free = ROOM.saturating_sub(self.queue.len());
        let free = if self.termios.input.contains(InputModes::PARMRK) { free.div_ceil(3) } else { free };
        free > 1 || (self.is_canonical() && self.complete == 0)
    }

    /// A line that is too long loses its last character to each new one, so that the line's end and what erases get through.
    fn make_room(&mut self) -> bool {
        let has_room = self.has_room();
        if has_room {
            self.queue.truncate(ROOM.saturating_sub(1));
        }
        has_room
    }

    fn receive_byte(&mut self, byte: u8, signals: &mut Vec<Signal>) {
        let input = self.termios.input;
        let mut byte = if input.contains(InputModes::ISTRIP) { byte & 0x7f } else { byte };
        if input.contains(InputModes::IUCLC) && self.has(LocalModes::IEXTEN) {
            byte = lower(byte);
        }
        if std::mem::take(&mut self.literal) {
            return self.accept(byte);
        }
        if self.is_flow_control(byte) {
            return;
        }
        if let Some(signal) = self.signal(byte) {
            signals.push(signal);
            return self.interrupted(byte);
        }
        self.restart_by_any();
        let newline = match byte {
            b'\r' if input.contains(InputModes::IGNCR) => return,
            b'\r' if input.contains(InputModes::ICRNL) => b'\n',
            b'\n' if input.contains(InputModes::INLCR) => b'\r',
            byte => return self.edit(byte, byte),
        };
        self.edit(byte, newline);
    }

    /// `^S` and `^Q`.
    fn is_flow_control(&mut self, byte: u8) -> bool {
        let is = |which| self.termios.cc(which) == byte && byte != 0;
        let (starts, stops) = (is(Cc::Start), is(Cc::Stop));
        if !self.termios.input.contains(InputModes::IXON) || !(starts || stops) {
            return false;
        }
        if starts {
            self.output.start();
            self.show_echo();
        } else {
            self.output.stop();
        }
        true
    }

    fn restart_by_any(&mut self) {
        if self.output.is_stopped() && self.termios.input.contains(InputModes::IXON | InputModes::IXANY) {
            self.output.start();
            self.show_echo();
        }
    }

    fn signal(&self, byte: u8) -> Option<Signal> {
        let of = |which, signal| (self.is(byte, which)).then_some(signal);
        if !self.has(LocalModes::ISIG) {
            return None;
        }
        of(Cc::Intr, Signal::SIGINT).or_else(|| of(Cc::Quit, Signal::SIGQUIT)).or_else(|| of(Cc::Susp, Signal::SIGTSTP))
    }

    /// What a signal does to the queues.
    fn interrupted(&mut self, byte: u8) {
        if !self.has(LocalModes::NOFLSH) {
            self.output.discard();
            self.flush_input();
        }
        if self.termios.input.contains(InputModes::IXON) {
            self.output.start();
        }
        if self.has(LocalModes::ECHO) {
            self.output.push_echo(shown(byte, &self.termios));
        }
    }

    /// A byte that is no signal: in canonical mode it may edit or end the line. `typed` is the byte before `\r` and `\n` were
    /// exchanged.
    fn edit(&mut self, typed: u8, byte: u8) {
        let special = typed != byte || self.is_special(byte);
        if !special {
            return self.accept(byte);
        }
        if self.is_canonical() && self.edit_line(byte) {
            return;
        }
        if byte == b'\n' && self.has(LocalModes::ECHO) {
            self.finish_erasing();
            self.output.push_echo(Echo::Raw(b'\n'));
            return self.queue(byte, false);
        }
        self.accept(byte);
    }

    /// Whether it means anything to the line. All others, `\n` and `\r` of raw mode included, are just characters.
    fn is_special(&self, byte: u8) -> bool {
        if !self.is_canonical() {
            return false;
        }
        let always = [Cc::Erase, Cc::Kill, Cc::Eof, Cc::Eol];
        let extended = [Cc::WordErase, Cc::LiteralNext, Cc::Eol2, Cc::Reprint];
        let is = |which: &Cc| self.is(byte, *which);
        byte == b'\n' || always.iter().any(is) || (self.has(LocalModes::IEXTEN) && extended.iter().any(is))
    }

    /// Edits or ends the line, if the byte is one that does.
    fn edit_line(&mut self, byte: u8) -> bool {
        let extended = self.has(LocalModes::IEXTEN);
        let is = |which| self.is(byte, which);
        if is(Cc::Erase) || is(Cc::Kill) || (extended && is(Cc::WordErase)) {
            self.erase(byte);
        } else if extended && is(Cc::LiteralNext) {
            self.expect_literal();
        } else if extended && is(Cc::Reprint) && self.has(LocalModes::ECHO) {
            self.reprint(byte);
        } else if byte == b'\n' {
            if self.has(LocalModes::ECHO) || self.has(LocalModes::ECHONL) {
                self.output.push_echo(Echo::Raw(b'\n'));
            }
            self.queue(byte, true);
        } else if is(Cc::Eof) {
            self.queue(0, true);
        } else if is(Cc::Eol) || (extended && is(Cc::Eol2)) {
            if self.has(LocalModes::ECHO) {
                self.echo(byte);
            }
            self.double_mark(byte);
            self.queue(byte, true);
        } else {
            return false;
        }
        true
    }

    fn expect_literal(&mut self) {
        self.literal = true;
        if self.has(LocalModes::ECHO) {
            self.finish_erasing();
            if self.has(LocalModes::ECHOCTL) {
                self.output.push_echo(Echo::Raw(b'^'));
                self.output.push_echo(Echo::Raw(8));
            }
        }
    }

    fn reprint(&mut self, byte: u8) {
        self.finish_erasing();
        self.output.push_echo(shown(byte, &self.termios));
        self.output.push_echo(Echo::Raw(b'\n'));
        for cell in self.queue.iter().skip(self.complete) {
            self.output.push_echo(shown(cell.byte, &self.termios));
        }
    }

    /// A character of the input.
    fn accept(&mut self, byte: u8) {
        self.restart_by_any();
        if self.has(LocalModes::ECHO) {
            self.finish_erasing();
            self.echo(byte);
        }
        self.double_mark(byte);
        self.queue(byte, false);
    }

    fn echo(&mut self, byte: u8) {
        if self.complete == self.queue.len() {
            self.output.push_echo(Echo::BeginLine);
        }
        self.output.push_echo(shown(byte, &self.termios));
    }

    /// With PARMRK a `\xff` that came is two, since one begins a mark.
    fn double_mark(&mut self, byte: u8) {
        if byte == 0xff && self.termios.input.contains(InputModes::PARMRK) {
            self.queue(byte, false);
        }
    }

    fn queue(&mut self, byte: u8, ends: bool) {
        self.queue.push_back(Cell { byte, ends });
        if ends {
            self.complete = self.queue.len();
        }
    }

    pub(super) fn is(&self, byte: u8, which: Cc) -> bool {
        byte != 0 && self.termios.cc(which) == byte
    }
}
