//! Signals by Linux's numbers: names, descriptions, default actions.
//!
//! Source: signal(7); the descriptions are those of Go's `runtime/sigtab_linux_generic.go` and strsignal(3).

/// What a signal does to a process that neither handles nor ignores it (signal(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultAction {
    /// Ends the process.
    Terminate,
    /// Ends the process, with a core dump where asked for.
    Core,
    /// Nothing.
    Ignore,
    /// Stops the process.
    Stop,
    /// Continues a stopped process.
    Continue,
}

macro_rules! signals {
    ($($name:ident = $number:literal, $action:ident, $text:literal;)*) => {
        /// A signal number from 1 to 64.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct Signal(u8);

        #[allow(missing_docs, reason = "each constant is named as in signal(7)")]
        impl Signal {
            $(pub const $name: Signal = Signal($number);)*

            /// The signals that have a name of their own, in order (Go's `sigtab`).
            pub const TABLE: &'static [Signal] = &[$(Signal::$name,)*];

            /// The name, such as `SIGINT`; `None` for real-time signals.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 { $($number => Some(stringify!($name)),)* _ => None }
            }

            /// What happened, in words: `interrupt` for `SIGINT` (Go's `signame` gives `SIGINT: interrupt`).
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self.0 { $($number => $text,)* _ => "real-time signal" }
            }

            /// The default action.
            #[must_use]
            pub const fn default_action(self) -> DefaultAction {
                match self.0 { $($number => DefaultAction::$action,)* _ => DefaultAction::Terminate }
            }
        }
    };
}

signals! {
    SIGHUP = 1, Terminate, "terminal line hangup";
    SIGINT = 2, Terminate, "interrupt";
    SIGQUIT = 3, Core, "quit";
    SIGILL = 4, Core, "illegal instruction";
    SIGTRAP = 5, Core, "trace trap";
    SIGABRT = 6, Core, "abort";
    SIGBUS = 7, Core, "bus error";
    SIGFPE = 8, Core, "floating-point exception";
    SIGKILL = 9, Terminate, "kill";
    SIGUSR1 = 10, Terminate, "user-defined signal 1";
    SIGSEGV = 11, Core, "segmentation violation";
    SIGUSR2 = 12, Terminate, "user-defined signal 2";
    SIGPIPE = 13, Terminate, "write to broken pipe";
    SIGALRM = 14, Terminate, "alarm clock";
    SIGTERM = 15, Terminate, "termination";
    SIGSTKFLT = 16, Terminate, "stack fault";
    SIGCHLD = 17, Ignore, "child status has changed";
    SIGCONT = 18, Continue, "continue";
    SIGSTOP = 19, Stop, "stop, unblockable";
    SIGTSTP = 20, Stop, "keyboard stop";
    SIGTTIN = 21, Stop, "background read from tty";
    SIGTTOU = 22, Stop, "background write to tty";
    SIGURG = 23, Ignore, "urgent condition on socket";
    SIGXCPU = 24, Core, "cpu limit exceeded";
    SIGXFSZ = 25, Core, "file size limit exceeded";
    SIGVTALRM = 26, Terminate, "virtual alarm clock";
    SIGPROF = 27, Terminate, "profiling alarm clock";
    SIGWINCH = 28, Ignore, "window size change";
    SIGIO = 29, Terminate, "i/o now possible";
    SIGPWR = 30, Terminate, "power failure restart";
    SIGSYS = 31, Core, "bad system call";
}

impl Signal {
    /// One past the largest signal number (`_NSIG`).
    pub const NSIG: u8 = 65;

    /// The signal of that number; `None` where there is none (0 and numbers above 64).
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Signal> {
        if number >= 1 && number < Signal::NSIG { Some(Signal(number)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl std::fmt::Display for Signal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name}: {}", self.description()),
            None => write!(f, "signal {}", self.0),
        }
    }
}

impl std::fmt::Debug for Signal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "SIG{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_gos_signame() {
        assert_eq!(Signal::SIGINT.to_string(), "SIGINT: interrupt");
        assert_eq!(Signal::from_number(40).map(|s| s.to_string()).as_deref(), Some("signal 40"));
        assert_eq!(Signal::from_number(0), None);
        assert_eq!(Signal::from_number(65), None);
    }
}
