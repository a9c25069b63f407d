//! Terminals: settings (termios(3)) and window sizes, with Linux's numbers.

bitflags::bitflags! {
    /// What happens to input (`c_iflag`). Bits without a name are kept, and mean nothing.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct InputModes: u32 {
        /// Ignore a break condition.
        const IGNBRK = 0o1;
        /// A break condition is an interrupt.
        const BRKINT = 0o2;
        /// Mark what came with an error, and so double `\xff`.
        const PARMRK = 0o10;
        /// Strip the eighth bit.
        const ISTRIP = 0o40;
        /// `\n` becomes `\r`.
        const INLCR = 0o100;
        /// `\r` is left out.
        const IGNCR = 0o200;
        /// `\r` becomes `\n`.
        const ICRNL = 0o400;
        /// Upper case becomes lower case (with IEXTEN).
        const IUCLC = 0o1000;
        /// `^S` and `^Q` stop and start output.
        const IXON = 0o2000;
        /// Any character starts output again.
        const IXANY = 0o4000;
        /// Input is UTF-8: erasing takes whole characters.
        const IUTF8 = 0o40000;
        const _ = !0;
    }

    /// What happens to output (`c_oflag`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct OutputModes: u32 {
        /// Anything at all.
        const OPOST = 0o1;
        /// Lower case becomes upper case.
        const OLCUC = 0o2;
        /// `\n` becomes `\r\n`.
        const ONLCR = 0o4;
        /// `\r` becomes `\n`.
        const OCRNL = 0o10;
        /// No `\r` in column 0.
        const ONOCR = 0o20;
        /// `\n` goes to column 0 by itself.
        const ONLRET = 0o40;
        /// Tabs become spaces (`XTABS`); the whole field is `TABDLY`.
        const XTABS = 0o14000;
        const _ = !0;
    }

    /// The line (`c_lflag`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct LocalModes: u32 {
        /// INTR, QUIT and SUSP are signals.
        const ISIG = 0o1;
        /// Input by lines, which can be edited.
        const ICANON = 0o2;
        /// Input is shown.
        const ECHO = 0o10;
        /// ERASE wipes a character out.
        const ECHOE = 0o20;
        /// KILL ends the shown line.
        const ECHOK = 0o40;
        /// `\n` is shown, also without ECHO.
        const ECHONL = 0o100;
        /// Signals do not discard what waits in the queues.
        const NOFLSH = 0o200;
        /// Writing in the background is SIGTTOU.
        const TOSTOP = 0o400;
        /// Control characters are shown as `^X`.
        const ECHOCTL = 0o1000;
        /// Erased characters are printed between `\` and `/`.
        const ECHOPRT = 0o2000;
        /// KILL wipes the line out.
        const ECHOKE = 0o4000;
        /// The characters that POSIX does not have: WERASE, LNEXT, REPRINT, EOL2.
        const IEXTEN = 0o100000;
        const _ = !0;
    }
}

/// Which control character; its place in [`Termios::cc`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[expect(missing_docs, reason = "named as in termios(3)")]
pub enum Cc {
    Intr = 0,
    Quit = 1,
    Erase = 2,
    Kill = 3,
    Eof = 4,
    Time = 5,
    Min = 6,
    Start = 8,
    Stop = 9,
    Susp = 10,
    Eol = 11,
    Reprint = 12,
    WordErase = 14,
    LiteralNext = 15,
    Eol2 = 16,
}

/// A terminal's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Termios {
    /// Input.
    pub input: InputModes,
    /// Output.
    pub output: OutputModes,
    /// The hardware (`c_cflag`): kept, and without a meaning where there is none.
    pub control: u32,
    /// The line.
    pub local: LocalModes,
    /// The line discipline (`c_line`); 0 is the only one.
    pub line: u8,
    /// Control characters; 0 is none. [`Cc::Min`] and [`Cc::Time`] are a number of bytes and of tenths of a second.
    pub cc: [u8; 19],
}

impl Termios {
    /// What a new terminal has on Linux (`tty_std_termios`).
    pub const STANDARD: Termios = Termios {
        input: InputModes::ICRNL.union(InputModes::IXON),
        output: OutputModes::OPOST.union(OutputModes::ONLCR),
        // 38400 baud, 8 bits, receiver on.
        control: 0o277,
        local: LocalModes::ISIG
            .union(LocalModes::ICANON)
            .union(LocalModes::ECHO)
            .union(LocalModes::ECHOE)
            .union(LocalModes::ECHOK)
            .union(LocalModes::ECHOCTL)
            .union(LocalModes::ECHOKE)
            .union(LocalModes::IEXTEN),
        line: 0,
        cc: [3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0],
    };

    /// A control character.
    #[must_use]
    pub const fn cc(&self, which: Cc) -> u8 {
        #[expect(clippy::as_conversions, clippy::indexing_slicing, reason = "a variant's own number, below 19")]
        self.cc[which as usize]
    }

    /// Sets a control character.
    pub const fn set_cc(&mut self, which: Cc, byte: u8) {
        #[expect(clippy::as_conversions, clippy::indexing_slicing, reason = "a variant's own number, below 19")]
        {
            self.cc[which as usize] = byte;
        }
    }
}

/// When new settings count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetWhen {
    /// At once (TCSANOW).
    Now,
    /// Once all output is out (TCSADRAIN).
    Drain,
    /// Once all output is out, unread input discarded (TCSAFLUSH).
    Flush,
}

/// A window's size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Winsize {
    /// Rows of characters.
    pub rows: u16,
    /// Columns of characters.
    pub columns: u16,
    /// Width in pixels.
    pub x_pixels: u16,
    /// Height in pixels.
    pub y_pixels: u16,
}
