//! Towards the screen: what programs write, and the echo of what is typed.
//!
//! Both go through the same output processing and move the same column, which erasing a tab must know. While output is
//! stopped (`^S`), or nobody takes it, echo waits in a queue of its own, as orders: what it looks like depends on the column
//! it will begin in.

use std::collections::VecDeque;

use gopherix_abi::{LocalModes, OutputModes, Termios};

use super::{continues, is_control};

/// Bytes that wait for the screen at most; a write past that has to wait.
const ROOM: usize = 16384;
/// The most bytes that one byte, or one order of the echo, becomes.
const WIDEST: usize = 8;
/// Orders of the echo that wait at most; what is typed past that is not shown.
const ECHO_ROOM: usize = 4096;
/// Bytes that count as shown already: a signal does not take them back.
const SHOWN: usize = 4096;
/// Columns from one tab stop to the next.
const TAB: usize = 8;

/// Something to show of what was typed.
#[derive(Clone, Copy)]
pub(super) enum Echo {
    /// A byte as if it were written.
    Raw(u8),
    /// A control character as `^X`.
    Caret(u8),
    /// A byte past all processing: Linux escapes its own mark so.
    Plain(u8),
    /// The column the line being edited began in.
    BeginLine,
    /// Back over a tab, before which stand this many columns since the last tab, or since the line's beginning.
    EraseTab { columns: usize, after_tab: bool },
    /// One column back, that a byte of a character was counted for too much.
    BackColumn,
}

#[derive(Default)]
pub(super) struct Output {
    bytes: VecDeque<u8>,
    echo: VecDeque<Echo>,
    column: usize,
    line_column: usize,
    stopped: bool,
}

impl Output {
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped
    }

    pub(super) fn stop(&mut self) {
        self.stopped = true;
    }

    pub(super) fn start(&mut self) {
        self.stopped = false;
    }

    pub(super) fn has_room(&self) -> bool {
        !self.stopped && self.bytes.len().saturating_add(WIDEST) <= ROOM
    }

    /// Discards what is not as good as shown, echo included.
    pub(super) fn discard(&mut self) {
        self.bytes.truncate(SHOWN);
        self.echo.clear();
    }

    pub(super) fn take(&mut self, buf: &mut [u8]) -> usize {
        let n = buf.len().min(self.bytes.len());
        for (to, from) in buf.iter_mut().zip(self.bytes.drain(..n)) {
            *to = from;
        }
        n
    }

    pub(super) fn write(&mut self, bytes: &[u8], termios: &Termios) -> usize {
        let mut done = 0;
        for byte in bytes {
            if !self.has_room() {
                break;
            }
            self.put(*byte, termios);
            done = usize::saturating_add(done, 1);
        }
        done
    }

    pub(super) fn push_echo(&mut self, echo: Echo) {
        if self.echo.len() < ECHO_ROOM {
            self.echo.push_back(echo);
        }
    }

    pub(super) fn show_echo(&mut self, termios: &Termios) {
        while self.has_room()
            && let Some(echo) = self.echo.pop_front()
        {
            match echo {
                Echo::Raw(byte) => self.put(byte, termios),
                Echo::Caret(byte) => {
                    self.bytes.extend([b'^', byte ^ 0x40]);
                    self.column = self.column.saturating_add(2);
                }
                Echo::Plain(byte) => {
                    self.bytes.push_back(byte);
                    self.column = self.column.saturating_add(1);
                }
                Echo::BeginLine => self.line_column = self.column,
                Echo::EraseTab { columns, after_tab } => {
                    let before = if after_tab { columns } else { columns.saturating_add(self.line_column) };
                    let back = TAB.saturating_sub(before & 7);
                    self.bytes.extend(std::iter::repeat_n(8, back));
                    self.column = self.column.saturating_sub(back);
                }
                Echo::BackColumn => self.column = self.column.saturating_sub(1),
            }
        }
    }

    /// One byte through output processing.
    fn put(&mut self, byte: u8, termios: &Termios) {
        let has = |mode| termios.output.contains(mode);
        if !has(OutputModes::OPOST) {
            self.bytes.push_back(byte);
            return;
        }
        match byte {
            b'\n' => {
                if has(OutputModes::ONLRET) || has(OutputModes::ONLCR) {
                    self.column = 0;
                }
                if has(OutputModes::ONLCR) {
                    self.bytes.push_back(b'\r');
                }
                self.line_column = self.column;
                self.bytes.push_back(b'\n');
            }
            b'\r' if has(OutputModes::ONOCR) && self.column == 0 => {}
            b'\r' => {
                let becomes_newline = has(OutputModes::OCRNL);
                if !becomes_newline || has(OutputModes::ONLRET) {
                    (self.column, self.line_column) = (0, 0);
                }
                self.bytes.push_back(if becomes_newline { b'\n' } else { b'\r' });
            }
            b'\t' => {
                let spaces = TAB.saturating_sub(self.column & 7);
                self.column = self.column.saturating_add(spaces);
                if termios.output.contains(OutputModes::XTABS) {
                    self.bytes.extend(std::iter::repeat_n(b' ', spaces));
                } else {
                    self.bytes.push_back(b'\t');
                }
            }
            8 => {
                self.column = self.column.saturating_sub(1);
                self.bytes.push_back(8);
            }
            byte => {
                let byte = if has(OutputModes::OLCUC) { upper(byte) } else { byte };
                if !is_control(byte) && !continues(byte, termios) {
                    self.column = self.column.saturating_add(1);
                }
                self.bytes.push_back(byte);
            }
        }
    }
}

/// The echo of a character that was typed.
pub(super) fn shown(byte: u8, termios: &Termios) -> Echo {
    match byte {
        0xff => Echo::Plain(byte),
        byte if termios.local.contains(LocalModes::ECHOCTL) && is_control(byte) && byte != b'\t' => Echo::Caret(byte),
        byte => Echo::Raw(byte),
    }
}

/// Latin-1, as far as Linux's `toupper` goes.
fn upper(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' | 0xdf..=0xf6 | 0xf8..=0xff => byte.wrapping_sub(0x20),
        byte => byte,
    }
}

/// Latin-1, as Linux's `tolower`.
pub(super) fn lower(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' | 0xc0..=0xd6 | 0xd8..=0xde => byte.wrapping_add(0x20),
        byte => byte,
    }
}
