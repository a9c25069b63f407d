//! Sets of signals.

use gopherix_abi::Signal;

/// A set of signals (sigsetops(3)), such as an M's mask: bit `n-1` for signal `n`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SigSet(u64);

impl SigSet {
    /// No signal.
    pub const EMPTY: SigSet = SigSet(0);
    /// Every signal.
    pub const ALL: SigSet = SigSet(u64::MAX);
    /// What can be neither blocked, ignored nor handled.
    pub const UNBLOCKABLE: SigSet = SigSet::of(&[Signal::SIGKILL, Signal::SIGSTOP]);
    /// What stops a process by default.
    pub const STOPS: SigSet = SigSet::of(&[Signal::SIGSTOP, Signal::SIGTSTP, Signal::SIGTTIN, Signal::SIGTTOU]);

    /// These signals.
    #[must_use]
    pub const fn of(signals: &[Signal]) -> SigSet {
        let mut bits = 0;
        let mut rest = signals;
        while let [signal, more @ ..] = rest {
            bits |= SigSet::bit(*signal);
            rest = more;
        }
        SigSet(bits)
    }

    /// The set of these bits.
    #[must_use]
    pub const fn from_bits(bits: u64) -> SigSet {
        SigSet(bits)
    }

    /// Its bits.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Whether a signal is in it.
    #[must_use]
    pub const fn contains(self, signal: Signal) -> bool {
        self.0 & SigSet::bit(signal) != 0
    }

    /// Whether nothing is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: SigSet) -> SigSet {
        SigSet(self.0 & other.0)
    }

    /// What is in one or the other.
    #[must_use]
    pub const fn or(self, other: SigSet) -> SigSet {
        SigSet(self.0 | other.0)
    }

    /// What is in this and not in the other.
    #[must_use]
    pub const fn without(self, other: SigSet) -> SigSet {
        SigSet(self.0 & !other.0)
    }

    /// Puts a signal in or takes it out.
    pub const fn set(&mut self, signal: Signal, on: bool) {
        let bit = SigSet::bit(signal);
        self.0 = if on { self.0 | bit } else { self.0 & !bit };
    }

    /// The signals in it, lowest first.
    pub fn iter(self) -> impl Iterator<Item = Signal> {
        (1..Signal::NSIG).filter_map(Signal::from_number).filter(move |signal| self.contains(*signal))
    }

    /// The lowest signal in it.
    #[must_use]
    pub fn lowest(self) -> Option<Signal> {
        let number = self.0.trailing_zeros().checked_add(1)?;
        u8::try_from(number).ok().and_then(Signal::from_number)
    }

    #[expect(clippy::as_conversions, reason = "`u32::from` is not const yet")]
    const fn bit(signal: Signal) -> u64 {
        match 1u64.checked_shl(signal.number().saturating_sub(1) as u32) {
            Some(bit) => bit,
            None => 0,
        }
    }
}
