//! The line discipline: what happens between a keyboard and a program's read, and between its write and a screen (termios(3)).
//!
//! A pure machine without clocks, locks or waits: [`Discipline::receive`] takes what was typed and says which signals that means,
//! [`Discipline::read`] and [`Discipline::write`] are the program's, [`Discipline::take_output`] gives what the screen is to show,
//! echo included. It does what Linux's `n_tty` does, byte for byte (`tests/tty_linux.rs` compares them), and as that it
//! keeps one queue: the lines that are complete, then the line being edited.
//!
//! Left out, since nothing here could send or want them: breaks and parity errors, XON/XOFF towards the sender, EXTPROC.

mod erase;
mod input;
mod output;

use std::collections::VecDeque;

use gopherix_abi::{Cc, InputModes, LocalModes, Termios};

use self::output::Output;

/// Bytes of input that wait at most, the line being edited included (Linux's `N_TTY_BUF_SIZE`).
const ROOM: usize = 4096;

/// One byte of input.
#[derive(Clone, Copy)]
struct Cell {
    byte: u8,
    /// It ends a line. A 0 that does so is the mark of an end of file, which no reader gets to see.
    ends: bool,
}

/// A line discipline.
pub struct Discipline {
    termios: Termios,
    queue: VecDeque<Cell>,
    /// How much of the queue is complete lines, in canonical mode.
    complete: usize,
    /// The next byte is no special one (LNEXT).
    literal: bool,
    /// Erased characters are being printed after a `\` (ECHOPRT).
    erasing: bool,
    output: Output,
}

impl Default for Discipline {
    fn default() -> Self {
        Discipline {
            termios: Termios::STANDARD,
            queue: VecDeque::new(),
            complete: 0,
            literal: false,
            erasing: false,
            output: Output::default(),
        }
    }
}

impl Discipline {
    /// The settings.
    #[must_use]
    pub fn termios(&self) -> &Termios {
        &self.termios
    }

    /// Changes the settings. Turning to canonical mode makes one line of what waits; turning away from it gives out also the
    /// line that was being edited.
    pub fn set(&mut self, termios: Termios) {
        let old = std::mem::replace(&mut self.termios, termios);
        let turned = old.local.symmetric_difference(termios.local).contains(LocalModes::ICANON);
        if turned {
            self.queue.iter_mut().for_each(|cell| cell.ends = false);
            self.complete = 0;
            if self.is_canonical()
                && let Some(last) = self.queue.back_mut()
            {
                last.ends = true;
                self.complete = self.queue.len();
            }
            (self.erasing, self.literal) = (false, false);
        }
        if old.input.contains(InputModes::IXON) && !termios.input.contains(InputModes::IXON) {
            self.output.start();
        }
        self.show_echo();
    }

    /// Discards unread input (TCIFLUSH).
    pub fn flush_input(&mut self) {
        self.queue.clear();
        self.complete = 0;
        self.erasing = false;
    }

    /// How many bytes wait to be read, over all lines (FIONREAD).
    #[must_use]
    pub fn available(&self) -> usize {
        if self.is_canonical() {
            self.queue.iter().take(self.complete).filter(|cell| !cell.is_eof()).count()
        } else {
            self.queue.len()
        }
    }

    /// Whether a read would find something, an end of file being something.
    #[must_use]
    pub fn has_input(&self) -> bool {
        if self.is_canonical() { self.complete > 0 } else { !self.queue.is_empty() }
    }

    /// Whether poll(2) says that there is input: where reads wait for so many bytes without a time, not before they are there.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        let (min, time) = (self.termios.cc(Cc::Min), self.termios.cc(Cc::Time));
        if !self.is_canonical() && time == 0 && min > 0 {
            return self.queue.len() >= usize::from(min);
        }
        self.has_input()
    }

    /// Reads what is there: in canonical mode of one line only. `None` if nothing is; 0 bytes are the end of the file.
    pub fn read(&mut self, buf: &mut [u8]) -> Option<usize> {
        if !self.has_input() {
            return None;
        }
        let canonical = self.is_canonical();
        let mut n = 0;
        while n < buf.len()
            && (!canonical || self.complete > 0)
            && let Some(cell) = self.take()
        {
            if !(canonical && cell.is_eof()) {
                if let Some(slot) = buf.get_mut(n) {
                    *slot = cell.byte;
                }
                n = n.saturating_add(1);
            }
            if canonical && cell.ends {
                return Some(n);
            }
        }
        // An end of file right behind what filled the buffer belongs to it: the next read must not see it.
        if canonical && n > 0 && self.complete > 0 && self.queue.front().is_some_and(Cell::is_eof) {
            self.take();
        }
        Some(n)
    }

    /// Writes for the screen; how many bytes there was room for.
    pub fn write(&mut self, bytes: &[u8]) -> usize {
        self.show_echo();
        self.output.write(bytes, &self.termios)
    }

    /// Whether a write would find room.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.output.has_room()
    }

    /// Takes what the screen is to show; how many bytes that is.
    pub fn take_output(&mut self, buf: &mut [u8]) -> usize {
        let n = self.output.take(buf);
        self.show_echo();
        n
    }

    /// How many bytes the screen is to show.
    #[must_use]
    pub fn output_len(&self) -> usize {
        self.output.len()
    }

    fn show_echo(&mut self) {
        self.output.show_echo(&self.termios);
    }

    fn take(&mut self) -> Option<Cell> {
        let cell = self.queue.pop_front()?;
        self.complete = self.complete.saturating_sub(1);
        Some(cell)
    }

    fn is_canonical(&self) -> bool {
        self.has(LocalModes::ICANON)
    }

    fn has(&self, mode: LocalModes) -> bool {
        self.termios.local.contains(mode)
    }

    /// Whether a byte goes on a UTF-8 character that is one for erasing and for columns.
    fn continues(&self, byte: u8) -> bool {
        continues(byte, &self.termios)
    }
}

impl Cell {
    fn is_eof(&self) -> bool {
        self.ends && self.byte == 0
    }
}

fn continues(byte: u8, termios: &Termios) -> bool {
    termios.input.contains(InputModes::IUTF8) && byte & 0xc0 == 0x80
}

/// A control character. Linux has none above ASCII.
fn is_control(byte: u8) -> bool {
    byte.is_ascii_control()
}
