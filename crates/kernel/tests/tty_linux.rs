//! The line discipline beside Linux's own: the same settings, keys, reads and writes on a pseudo-terminal of the host.
//!
//! Linux hands on what is typed from a worker, so what it shows is waited for. Not all of it shows: a difference counts if it
//! is still there when the worker was given a lot of time.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "test code may panic")]

use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use gopherix_abi::{Cc, InputModes, LocalModes, OutputModes, Termios};
use gopherix_kernel::tty::Discipline;
use proptest::prelude::*;
use rustix::event::{PollFd, PollFlags};
use rustix::fs::{Mode, OFlags};
use rustix::io::{Errno, ioctl_fionread, read, write};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};

/// How long Linux's worker may take before a difference counts.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long to wait for it where nothing shows, from try to try.
const PAUSES: [Duration; 3] = [Duration::from_millis(2), Duration::from_millis(20), Duration::from_millis(200)];

struct Linux {
    master: OwnedFd,
    slave: OwnedFd,
    shown: Vec<u8>,
    pause: Duration,
}

impl Linux {
    fn new(pause: Duration) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        rustix::io::ioctl_fionbio(&master, true).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let slave = rustix::fs::open(name, flags, Mode::empty()).unwrap();
        Linux { master, slave, shown: Vec::new(), pause }
    }

    fn set(&self, termios: &Termios) {
        let mut host = tcgetattr(&self.slave).unwrap();
        host.input_modes = rustix::termios::InputModes::from_bits_retain(termios.input.bits());
        host.output_modes = rustix::termios::OutputModes::from_bits_retain(termios.output.bits());
        host.local_modes = rustix::termios::LocalModes::from_bits_retain(termios.local.bits());
        let codes = [
            (SpecialCodeIndex::VINTR, Cc::Intr),
            (SpecialCodeIndex::VERASE, Cc::Erase),
            (SpecialCodeIndex::VEOL, Cc::Eol),
            (SpecialCodeIndex::VEOL2, Cc::Eol2),
            (SpecialCodeIndex::VMIN, Cc::Min),
            (SpecialCodeIndex::VTIME, Cc::Time),
        ];
        for (index, which) in codes {
            host.special_codes[index] = termios.cc(which);
        }
        tcsetattr(&self.slave, OptionalActions::Now, &host).unwrap();
    }

    fn types(&self, keys: &[u8]) {
        assert_eq!(write(&self.master, keys), Ok(keys.len()));
        std::thread::sleep(self.pause);
    }

    fn read(&self, len: usize) -> Option<Vec<u8>> {
        let mut buf = vec![0; len];
        match read(self.slave.as_fd(), &mut buf) {
            Ok(n) => Some(buf[..n].to_vec()),
            Err(Errno::AGAIN) => None,
            Err(e) => panic!("{e}"),
        }
    }

    fn write(&self, bytes: &[u8]) -> usize {
        match write(&self.slave, bytes) {
            Ok(n) => n,
            Err(Errno::AGAIN) => 0,
            Err(e) => panic!("{e}"),
        }
    }

    fn waits(&self) -> usize {
        usize::try_from(ioctl_fionread(&self.slave).unwrap()).unwrap()
    }

    fn takes_writes(&self) -> bool {
        let mut fds = [PollFd::new(&self.slave, PollFlags::OUT)];
        let now = rustix::time::Timespec { tv_sec: 0, tv_nsec: 0 };
        rustix::event::poll(&mut fds, Some(&now)).unwrap();
        fds[0].revents().contains(PollFlags::OUT)
    }

    fn look(&mut self) {
        let mut buf = [0; 512];
        while let Ok(n) = read(&self.master, &mut buf) {
            self.shown.extend_from_slice(&buf[..n]);
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Types(Vec<u8>),
    Reads(usize),
    Writes(Vec<u8>),
    Sets(Termios),
}

fn key() -> impl Strategy<Value = u8> {
    const SPECIAL: [u8; 21] = [3, 4, 8, 9, 10, 13, 17, 18, 19, 21, 22, 23, 26, 28, 127, 255, 0, b' ', b'_', b'.', b'|'];
    prop_oneof![3 => prop::sample::select(&SPECIAL[..]), 3 => b'a'..=b'f', 1 => any::<u8>()]
}

/// Keys, among them whole characters of UTF-8.
fn keys() -> impl Strategy<Value = Vec<u8>> {
    let one = prop_oneof![
        6 => key().prop_map(|key| vec![key]),
        1 => prop::sample::select(&["é", "日", "𝄞"][..]).prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop::collection::vec(one, 1..12).prop_map(|parts| parts.concat())
}

fn termios() -> impl Strategy<Value = Termios> {
    let input = prop::sample::subsequence(
        vec![
            InputModes::PARMRK,
            InputModes::ISTRIP,
            InputModes::INLCR,
            InputModes::IGNCR,
            InputModes::IUCLC,
            InputModes::IXANY,
            InputModes::ICRNL,
            InputModes::IXON,
            InputModes::IUTF8,
        ],
        0..4,
    );
    let output = prop::sample::subsequence(
        vec![
            OutputModes::OPOST,
            OutputModes::OLCUC,
            OutputModes::ONLCR,
            OutputModes::OCRNL,
            OutputModes::ONOCR,
            OutputModes::ONLRET,
            OutputModes::XTABS,
        ],
        0..4,
    );
    let local = prop::sample::subsequence(
        vec![
            LocalModes::ISIG,
            LocalModes::ICANON,
            LocalModes::ECHO,
            LocalModes::ECHOE,
            LocalModes::ECHOK,
            LocalModes::ECHONL,
            LocalModes::NOFLSH,
            LocalModes::ECHOCTL,
            LocalModes::ECHOPRT,
            LocalModes::ECHOKE,
            LocalModes::IEXTEN,
        ],
        0..4,
    );
    let cc = (prop::sample::select(&[127, 8, 0][..]), prop::sample::select(&[0, b'.', b'a'][..]), 0u8..3, 0u8..2);
    // What is toggled in the standard settings, so that most cases are near to what people use.
    (input, output, local, cc).prop_map(|(input, output, local, (erase, eol, min, time))| {
        let mut termios = Termios::STANDARD;
        input.into_iter().for_each(|mode| termios.input.toggle(mode));
        output.into_iter().for_each(|mode| termios.output.toggle(mode));
        local.into_iter().for_each(|mode| termios.local.toggle(mode));
        termios.cc[2] = erase;
        termios.cc[11] = eol;
        termios.cc[16] = if eol == 0 { 0 } else { b'|' };
        (termios.cc[6], termios.cc[5]) = (min, time);
        termios
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => keys().prop_map(Step::Types),
        3 => (1usize..20).prop_map(Step::Reads),
        2 => keys().prop_map(Step::Writes),
        1 => termios().prop_map(Step::Sets),
    ]
}

/// Waits until both have shown the same, have the same to read, and are both stopped or not.
fn agree(linux: &mut Linux, ours: &mut Discipline, shown: &mut Vec<u8>) -> Result<(), TestCaseError> {
    let mut buf = [0; 4096];
    let n = ours.take_output(&mut buf);
    shown.extend_from_slice(&buf[..n]);
    let began = Instant::now();
    loop {
        linux.look();
        let (waits, takes_writes) = (linux.waits(), linux.takes_writes());
        if linux.shown == *shown && waits == ours.available() && takes_writes == ours.is_writable() {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            prop_assert_eq!(linux.shown.escape_ascii().to_string(), shown.escape_ascii().to_string(), "shown");
            prop_assert_eq!(waits, ours.available(), "waits to be read");
            prop_assert_eq!(takes_writes, ours.is_writable(), "can be written");
        }
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn compare(first: Termios, steps: &[Step], pause: Duration) -> Result<(), TestCaseError> {
    let (mut linux, mut ours, mut shown) = (Linux::new(pause), Discipline::default(), Vec::new());
    for step in std::iter::once(&Step::Sets(first)).chain(steps) {
        match step {
            Step::Sets(termios) => {
                linux.set(termios);
                ours.set(*termios);
            }
            Step::Types(keys) => {
                // A signal discards what is on its way to the screen, which on Linux depends on how far it is.
                for part in keys.chunk_by(|_, next| !matches!(next & 0x7f, 3 | 26 | 28)) {
                    linux.types(part);
                    prop_assert_eq!(ours.receive(part, &mut Vec::new()), part.len());
                    agree(&mut linux, &mut ours, &mut shown)?;
                }
            }
            Step::Writes(bytes) => prop_assert_eq!(linux.write(bytes), ours.write(bytes), "written"),
            Step::Reads(len) => {
                let mut buf = vec![0; *len];
                let read = ours.read(&mut buf).map(|n| buf[..n].to_vec());
                let min = ours.termios().cc(Cc::Min);
                let polls = !ours.termios().local.contains(LocalModes::ICANON) && min == 0;
                match (linux.read(*len), read) {
                    // With MIN 0 and TIME 0 Linux says at once that there is nothing.
                    (Some(empty), None) if empty.is_empty() && polls => {}
                    (linux, ours) => prop_assert_eq!(linux, ours, "read"),
                }
            }
        }
        agree(&mut linux, &mut ours, &mut shown)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_use_shows_and_reads_as_on_linux(first in termios(), steps in prop::collection::vec(step(), 1..12)) {
        let mut tries = PAUSES.iter().map(|pause| compare(first, &steps, *pause));
        let last = tries.by_ref().find(Result::is_ok);
        prop_assert!(last.is_some(), "{:?}", compare(first, &steps, PAUSES[2]));
    }
}

/// More than fits: in canonical mode the last character is replaced, and the line's end gets through.
#[test]
fn a_line_without_end_is_cut_where_linux_cuts_it() {
    let mut termios = Termios::STANDARD;
    termios.local.remove(LocalModes::ECHO);
    let mut linux = Linux::new(PAUSES[1]);
    let mut ours = Discipline::default();
    linux.set(&termios);
    ours.set(termios);
    for part in 0..20 {
        let keys = vec![b'a' + part; 250];
        linux.types(&keys);
        assert_eq!(ours.receive(&keys, &mut Vec::new()), keys.len());
    }
    linux.types(b"z\n");
    ours.receive(b"z\n", &mut Vec::new());
    let mut shown = Vec::new();
    agree(&mut linux, &mut ours, &mut shown).unwrap();
    let mut buf = vec![0; 8192];
    let n = ours.read(&mut buf).unwrap();
    assert_eq!(n, 4096);
    assert_eq!(linux.read(8192), Some(buf[..n].to_vec()));
}
