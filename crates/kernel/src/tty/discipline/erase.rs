//! ERASE, KILL and WERASE: what goes from the line, and how the screen is told.

use gopherix_abi::{Cc, LocalModes};

use super::output::{Echo, shown};
use super::{Discipline, is_control};

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Character,
    Word,
    Line,
}

impl Discipline {
    /// Erases what `byte` says of the line being edited.
    pub(super) fn erase(&mut self, byte: u8) {
        if self.queue.len() == self.complete {
            return;
        }
        let what = match byte {
            byte if self.is(byte, Cc::Erase) => What::Character,
            byte if self.is(byte, Cc::WordErase) => What::Word,
            _ => What::Line,
        };
        let wipes = LocalModes::ECHOK | LocalModes::ECHOKE | LocalModes::ECHOE;
        if what == What::Line && !(self.has(LocalModes::ECHO) && self.termios.local.contains(wipes)) {
            return self.drop_line();
        }
        let mut seen_word = false;
        while self.queue.len() > self.complete {
            let Some(start) = self.last_character() else { break };
            let first = self.queue.get(start).map_or(0, |cell| cell.byte);
            if what == What::Word {
                if is_alphanumeric(first) || first == b'_' {
                    seen_word = true;
                } else if seen_word {
                    break;
                }
            }
            let gone: Vec<u8> = self.queue.drain(start..).map(|cell| cell.byte).collect();
            if self.has(LocalModes::ECHO) {
                self.wipe_out(what, &gone);
            }
            if what == What::Character {
                break;
            }
        }
        if self.queue.len() == self.complete && self.has(LocalModes::ECHO) {
            self.finish_erasing();
        }
    }

    /// The `/` after characters that were printed as they were erased.
    pub(super) fn finish_erasing(&mut self) {
        if std::mem::take(&mut self.erasing) {
            self.output.push_echo(Echo::Raw(b'/'));
        }
    }

    /// KILL on a screen that is not told to wipe anything out.
    fn drop_line(&mut self) {
        self.queue.truncate(self.complete);
        if !self.has(LocalModes::ECHO) {
            return;
        }
        self.finish_erasing();
        self.output.push_echo(shown(self.termios.cc(Cc::Kill), &self.termios));
        if self.has(LocalModes::ECHOK) {
            self.output.push_echo(Echo::Raw(b'\n'));
        }
    }

    /// Where in the queue the line's last character begins; `None` if only its end is in this line.
    fn last_character(&self) -> Option<usize> {
        let line = self.queue.iter().enumerate().skip(self.complete);
        line.rev().find(|(_, cell)| !self.continues(cell.byte)).map(|(at, _)| at)
    }

    fn wipe_out(&mut self, what: What, gone: &[u8]) {
        let first = gone.first().copied().unwrap_or_default();
        let carets = self.has(LocalModes::ECHOCTL);
        if self.has(LocalModes::ECHOPRT) {
            if !std::mem::replace(&mut self.erasing, true) {
                self.output.push_echo(Echo::Raw(b'\\'));
            }
            self.output.push_echo(shown(first, &self.termios));
            for byte in gone.iter().skip(1) {
                self.output.push_echo(Echo::Raw(*byte));
                self.output.push_echo(Echo::BackColumn);
            }
        } else if what == What::Character && !self.has(LocalModes::ECHOE) {
            self.output.push_echo(shown(self.termios.cc(Cc::Erase), &self.termios));
        } else if first == b'\t' {
            let (columns, after_tab) = self.columns_before();
            self.output.push_echo(Echo::EraseTab { columns, after_tab });
        } else {
            let times = match (is_control(first), carets) {
                (true, true) => 2,
                (true, false) => 0,
                (false, _) => 1,
            };
            for byte in [8, b' ', 8].repeat(times) {
                self.output.push_echo(Echo::Raw(byte));
            }
        }
    }

    /// Columns that the line takes since its last tab, and whether there is one; else since its beginning.
    fn columns_before(&self) -> (usize, bool) {
        let mut columns: usize = 0;
        for cell in self.queue.iter().skip(self.complete).rev() {
            let wide = match cell.byte {
                b'\t' => return (columns, true),
                byte if is_control(byte) => {
                    if self.has(LocalModes::ECHOCTL) {
                        2
                    } else {
                        0
                    }
                }
                byte if self.continues(byte) => 0,
                _ => 1,
            };
            columns = columns.saturating_add(wide);
        }
        (columns, false)
    }
}

/// Latin-1, as Linux's `isalnum`.
fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, 0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0xff)
}
