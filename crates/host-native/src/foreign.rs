//! Programs of the host that guests may start: those that were granted by name, found on this process' own PATH.
//!
//! A guest starts one by any file of that name that is neither a module nor a script; what the file holds is never run. Such a
//! program is a process of the kernel like any other to whoever waits for it or signals it, and it may do whatever the user may:
//! a grant is trust. It gets the guest's environment with the host's PATH, the guest's working directory if that is a directory of
//! the host, and descriptors 0 to 2: streams of the host as they are, anything else through a pipe that is copied ([`bridge`]),
//! so what it does not read of its input may be lost to others.

mod bridge;

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gopherix_abi::{Errno, Signal};
use gopherix_kernel::error::fail;
use gopherix_kernel::fs::hostfs;
use gopherix_kernel::platform::Loaded;
use gopherix_kernel::task::{ExitStatus, Foreign, Process};
use gopherix_kernel::{SysError, SysResult, os_wasm};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

use crate::HostError;
use crate::disk::Disk;
use crate::errno::from_io;
use crate::launch::{Launcher, end_at};

/// How long output that is on its way is waited for when a program has ended, as whatever that has started may hold it open.
const DRAIN: Duration = Duration::from_secs(1);

/// The programs of the host that were granted, by name.
#[derive(Clone, Debug, Default)]
pub struct Granted(Vec<(String, PathBuf)>);

impl Granted {
    /// Grants a program, which must be on this process' PATH now.
    ///
    /// # Errors
    /// [`HostError::Io`] if there is none of that name.
    pub fn add(&mut self, name: &str) -> Result<(), HostError> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let is_plain = !name.is_empty() && !name.contains('/');
        let found = std::env::split_paths(&path).map(|dir| dir.join(name)).find(|path| is_plain && path.is_file());
        let missing = || std::io::Error::new(std::io::ErrorKind::NotFound, "no such program on PATH");
        let found = found.ok_or_else(missing).map_err(HostError::io(format!("cannot grant the program {name:?}")))?;
        self.0.push((name.to_owned(), found));
        Ok(())
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// A program by its name. `magic`: the first bytes of the file that stands for it.
    pub(crate) fn load(&self, name: &[u8], magic: &[u8], launcher: &Arc<Launcher>) -> SysResult<Arc<dyn Loaded>> {
        let granted = self.0.iter().find(|(granted, _)| granted.as_bytes() == name);
        match (granted, magic) {
            (Some((_, path)), _) => Ok(Arc::new(HostProgram { path: path.clone(), launcher: launcher.clone() })),
            (None, b"\x7fELF") => {
                fail(Errno::EACCES, "a program of the host, which was not granted (--allow-host-exec)")
            }
            _ => fail(Errno::ENOEXEC, "neither a WebAssembly module nor a script"),
        }
    }
}

struct HostProgram {
    path: PathBuf,
    launcher: Arc<Launcher>,
}

impl Loaded for HostProgram {
    fn module_bytes(&self) -> u64 {
        0
    }

    fn start(&self, process: &Arc<Process>) -> SysResult<()> {
        let kernel = self.launcher.kernel().map_err(|_| SysError::new(Errno::EIO, "the machine is gone"))?;
        let cwd = directory_of(process)?;
        let mut command = Command::new(&self.path);
        let link = PathBuf::from(format!("/proc/self/fd/{}", cwd.as_raw_fd()));
        let place = std::fs::read_link(&link).map_err(|error| from_io(&error))?;
        if let Some(name) = process.args.first() {
            command.arg0(OsStr::from_bytes(name));
        }
        command.args(process.args.iter().skip(1).map(|arg| OsStr::from_bytes(arg)));
        command.env_clear().envs(environment(process)).env("PWD", place).current_dir(link);
        if process.fds.lock().iter().any(|(fd, _)| fd.0 > 2) {
            return fail(Errno::ENOTSUP, "a program of the host gets descriptors 0 to 2 only");
        }
        let _executor = self.launcher.executor.enter();
        let bridges = bridge::connect(process, &mut command)?;
        // ^C on a terminal comes to what is in its foreground anyway. What has none of the terminal is kept out of that.
        if !bridges.has_terminal {
            command.process_group(0);
        }
        let child = command.spawn().map_err(|error| from_io(&error))?;
        drop(command);
        os_wasm::osinit(&kernel, process, Vec::new())?;
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap_or(0));
        let running = Arc::new(Running(Mutex::new(Some(pid))));
        process.set_foreign(running.clone());
        if let Some(limit) = process.limits.wall_time_ns {
            self.launcher.executor.spawn(end_at(kernel, process.clone(), limit));
        }
        let outputs = bridges.start(process, &self.launcher.executor);
        let (process, executor) = (process.clone(), self.launcher.executor.clone());
        let thread = std::thread::Builder::new().name("gopherix-foreign".into());
        let watch = move || {
            let status = running.watch(pid, &process);
            let drained = futures::future::join_all(outputs);
            let _ = executor.block_on(async { tokio::time::timeout(DRAIN, drained).await });
            process.end(status, None);
            process.finish();
        };
        thread.spawn(watch).map(drop).map_err(|_| {
            let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL);
            SysError::new(Errno::EAGAIN, "the host refuses a thread")
        })
    }
}

/// The process' working directory, if it is one of the host's.
fn directory_of(process: &Process) -> SysResult<OwnedFd> {
    const NO_DIRECTORY: SysError = SysError::new(Errno::EACCES, "the working directory is none of the host's");
    let cwd = process.cwd.lock().clone();
    let dir = hostfs::host_dir(cwd.node()).ok_or(NO_DIRECTORY)??;
    let disk = dir.as_any().downcast_ref::<Disk>().ok_or(NO_DIRECTORY)?;
    disk.as_fd().try_clone_to_owned().map_err(|error| from_io(&error))
}

/// The guest's environment with the host's PATH.
fn environment(process: &Process) -> Vec<(OsString, OsString)> {
    let variable = |entry: &Vec<u8>| {
        let at = entry.iter().position(|byte| *byte == b'=')?;
        let (name, value) = entry.split_at(at);
        let value = value.get(1..).unwrap_or_default();
        (name != b"PATH").then(|| (OsString::from_vec(name.to_vec()), OsString::from_vec(value.to_vec())))
    };
    let mut env: Vec<_> = process.env.iter().filter_map(variable).collect();
    env.extend(std::env::var_os("PATH").map(|path| (OsString::from("PATH"), path)));
    env
}

/// A child of this process. Its id is taken away before it is waited for, so that no signal goes to another of that id.
struct Running(Mutex<Option<Pid>>);

impl Foreign for Running {
    fn kill(&self, signal: Signal) {
        let pid = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(pid), Ok(signal)) = (*pid, nix::sys::signal::Signal::try_from(i32::from(signal.number()))) {
            let _ = nix::sys::signal::kill(pid, signal);
        }
    }
}

/// The number of a signal of the host's.
#[expect(clippy::as_conversions, reason = "an enumeration's own number")]
fn number(signal: nix::sys::signal::Signal) -> u8 {
    u8::try_from(signal as i32).unwrap_or(0)
}

impl Running {
    /// Follows it to its end. On a thread of its own.
    fn watch(&self, pid: Pid, process: &Process) -> ExitStatus {
        let any = WaitPidFlag::WEXITED | WaitPidFlag::WSTOPPED | WaitPidFlag::WCONTINUED;
        loop {
            match waitid(Id::Pid(pid), any | WaitPidFlag::WNOWAIT) {
                Ok(WaitStatus::Stopped(_, signal)) => {
                    let signal = Signal::from_number(number(signal));
                    process.foreign_stopped(signal.unwrap_or(Signal::SIGSTOP));
                    let _ = waitid(Id::Pid(pid), WaitPidFlag::WSTOPPED | WaitPidFlag::WNOHANG);
                }
                Ok(WaitStatus::Continued(_)) => {
                    process.foreign_continued();
                    let _ = waitid(Id::Pid(pid), WaitPidFlag::WCONTINUED | WaitPidFlag::WNOHANG);
                }
                Ok(_) => break,
                Err(nix::errno::Errno::EINTR) => {}
                Err(_) => break,
            }
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match waitid(Id::Pid(pid), WaitPidFlag::WEXITED) {
            Ok(WaitStatus::Exited(_, code)) => ExitStatus::Exited(code.cast_unsigned()),
            Ok(WaitStatus::Signaled(_, signal, _)) => {
                let signal = Signal::from_number(number(signal));
                ExitStatus::Signaled(signal.unwrap_or(Signal::SIGKILL))
            }
            _ => ExitStatus::Signaled(Signal::SIGKILL),
        }
    }
}
