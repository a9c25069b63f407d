//! Starting programs: spawn (posix_spawn(3), which is fork(2) and execve(2) in one).
//!
//! Waits while its home makes a program of the file; a signal does not interrupt that. Errors: ENOENT, EACCES (not a regular
//! file, or its mode does not allow it), ENOEXEC (no program that can run here; a script whose first line is no good), ELOOP
//! (interpreters that are scripts), EBADF, EMFILE, EAGAIN (as many processes as may be), ESRCH and EPERM of setpgid(2) and
//! setsid(2), ENOTTY, ENOSYS (this home starts none).

use std::fmt::Write;
use std::sync::Arc;

use gopherix_abi::{Access, Errno, Fd, FileType, Pid, Stat};

use crate::error::{SysError, SysResult, fail};
use crate::file::{File, OpenFile};
use crate::memory::GuestMemory;
use crate::platform::Image;
use crate::task::{Cx, Executable, FdEntry, Places, Process, ProcessSpec};
use crate::trace::Show;
use crate::vfs::walk::{self, Start, Tail};
use crate::vfs::{Location, OpenHow};

/// What is to be started, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpawnRequest {
    /// The program; a relative path starts at the child's working directory.
    pub path: Vec<u8>,
    /// The child's working directory; the caller's if `None`.
    pub cwd: Option<Vec<u8>>,
    /// Arguments, the program's name first.
    pub args: Vec<Vec<u8>>,
    /// Environment, `NAME=value` each.
    pub env: Vec<Vec<u8>>,
    /// The caller's descriptors that become the child's 0, 1, 2 …; `None` leaves a number free.
    pub fds: Vec<Option<Fd>>,
    /// The child goes into this group; 0: it founds one.
    pub group: Option<Pid>,
    /// The child leads a new session.
    pub session: bool,
    /// The terminal behind this descriptor of the child's becomes its controlling terminal.
    pub controlling: Option<Fd>,
    /// The child's group becomes the foreground group of the terminal behind this descriptor of the caller's.
    pub foreground: Option<Fd>,
}

impl Show for &SpawnRequest {
    fn show(&self, out: &mut String, mem: Option<&dyn GuestMemory>) {
        self.path.show(out, mem);
        out.push_str(", ");
        self.args.show(out, mem);
        let _ = write!(out, ", {} variables, fds [", self.env.len());
        for (at, fd) in self.fds.iter().enumerate() {
            let _ = write!(out, "{}", if at > 0 { ", " } else { "" });
            fd.show(out, mem);
        }
        out.push(']');
        if let Some(cwd) = &self.cwd {
            let _ = write!(out, ", cwd \"{}\"", cwd.escape_ascii());
        }
    }
}

/// Bytes of a script's first line that are looked at (BINPRM_BUF_SIZE).
const FIRST_LINE: usize = 256;
/// Most interpreters that are scripts themselves (as Linux has it).
const SCRIPTS: usize = 4;

/// Numbers that are standard streams or free.
const STREAMS: usize = 3;

/// spawn: the child's process id.
pub(crate) async fn sys_spawn(cx: &mut Cx, request: &SpawnRequest) -> SysResult<Pid> {
    let programs = cx.kernel.programs()?.clone();
    let cwd = child_cwd(cx, request.cwd.as_deref())?;
    let fds = child_fds(cx, &request.fds)?;
    let found = find(cx, &cwd, request)?;
    let image = Image { name: found.place.name().to_vec(), file: found.file, stat: found.stat };
    let program = cx.park_through(programs.load(image)).await??;
    let env = child_env(cx, &request.env, &cwd);
    let spec = ProcessSpec {
        args: found.args,
        env,
        cwd: Vec::new(),
        limits: cx.process.limits.clone(),
        module_bytes: program.module_bytes(),
        credentials: cx.process.credentials.clone(),
        umask: cx.process.umask(),
        signals: cx.process.inherited_signals(cx.m.info().sigmask()),
        exe: Some(Executable::Placed(found.place)),
    };
    let places = Places { root: cx.process.root.clone(), cwd };
    let process = cx.kernel.create_process_at(cx.process.pid, spec, places)?;
    let started = prepare(cx, request, &process, fds).and_then(|()| program.start(&process));
    match started {
        Ok(()) => Ok(process.pid),
        Err(error) => {
            process.abandon();
            Err(error)
        }
    }
}

fn child_cwd(cx: &Cx, path: Option<&[u8]>) -> SysResult<Arc<Location>> {
    let base = cx.process.cwd.lock().clone();
    let Some(path) = path else { return Ok(base) };
    let (place, _) = walk_from(cx, &base, path)?;
    walk::directory(&place)?;
    if !cx.process.credentials.may(&place.node().stat()?, Access::EXEC) {
        return fail(Errno::EACCES, "the working directory may not be searched");
    }
    Ok(place)
}

fn child_fds(cx: &Cx, list: &[Option<Fd>]) -> SysResult<Vec<Option<FdEntry>>> {
    let fds = cx.process.fds.lock();
    let inherited = |fd: &Option<Fd>| match fd {
        Some(fd) => fds.get(*fd).map(|entry| Some(FdEntry { cloexec: false, preopen: None, ..entry.clone() })),
        None => Ok(None),
    };
    list.iter().map(inherited).collect()
}

/// The environment: `PWD` is how a WASI program learns its working directory, so it is made true; GOMAXPROCS above 1 makes Go
/// throw on wasm ("newosproc").
fn child_env(cx: &Cx, env: &[Vec<u8>], cwd: &Arc<Location>) -> Vec<Vec<u8>> {
    let mut env = env.to_vec();
    env.retain(|entry| !entry.starts_with(b"GOMAXPROCS="));
    let told = env.iter().rev().find_map(|entry| entry.strip_prefix(b"PWD="));
    let same = |path: &[u8]| {
        let (place, _) = walk_from(cx, cwd, path).ok()?;
        let (a, b) = (place.node().stat().ok()?, cwd.node().stat().ok()?);
        Some((a.dev, a.ino) == (b.dev, b.ino))
    };
    if told.is_none_or(|path| !path.starts_with(b"/") || same(path) != Some(true)) {
        env.retain(|entry| !entry.starts_with(b"PWD="));
        env.push([b"PWD=", &*cwd.path()].concat());
    }
    env
}

/// A program's file, and the arguments it gets.
struct Found {
    place: Arc<Location>,
    stat: Stat,
    file: Arc<dyn File>,
    args: Vec<Vec<u8>>,
}

/// Finds the program; that of a script is its interpreter (execve(2), "Interpreter scripts").
fn find(cx: &Cx, cwd: &Arc<Location>, request: &SpawnRequest) -> SysResult<Found> {
    let (mut path, mut args) = (request.path.clone(), request.args.clone());
    for _ in 0..=SCRIPTS {
        let (place, stat, file) = open_program(cx, cwd, &path)?;
        let mut head = vec![0; FIRST_LINE];
        let read = file.read_at(&mut head, 0)?;
        head.truncate(read);
        let Some(line) = head.strip_prefix(b"#!") else { return Ok(Found { place, stat, file, args }) };
        let (interpreter, argument) = first_line(line, read == FIRST_LINE)?;
        let rest = args.split_off(args.len().min(1));
        args = [Some(interpreter.clone()), argument, Some(path)].into_iter().flatten().chain(rest).collect();
        path = interpreter;
    }
    fail(Errno::ELOOP, "too many interpreters that are scripts")
}

fn open_program(cx: &Cx, cwd: &Arc<Location>, path: &[u8]) -> SysResult<(Arc<Location>, Stat, Arc<dyn File>)> {
    let (place, stat) = walk_from(cx, cwd, path)?;
    let stat = stat.map_or_else(|| place.node().stat(), Ok)?;
    if stat.kind != FileType::Regular {
        return fail(Errno::EACCES, "not a regular file");
    }
    if !cx.process.credentials.may(&stat, Access::EXEC) {
        return fail(Errno::EACCES, "the mode does not allow to execute it");
    }
    let how = OpenHow { caller: cx.process.pid, read: true, write: false, truncate: false };
    let file = place.node().open(how)?;
    Ok((place, stat, file))
}

/// The interpreter of a script's first line, behind `#!`, and its argument: all that follows, but for spaces around it.
fn first_line(line: &[u8], is_cut: bool) -> SysResult<(Vec<u8>, Option<Vec<u8>>)> {
    const NO_INTERPRETER: SysError = SysError::new(Errno::ENOEXEC, "the script's first line names no interpreter");
    let end = line.iter().position(|byte| *byte == b'\n');
    let line = line.get(..end.unwrap_or(line.len())).unwrap_or_default();
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
    let line = line.trim_ascii();
    let split = line.iter().position(is_space);
    if line.is_empty() || (end.is_none() && is_cut && split.is_none()) {
        return Err(NO_INTERPRETER);
    }
    let (interpreter, argument) = line.split_at(split.unwrap_or(line.len()));
    let argument = Some(argument.trim_ascii()).filter(|argument| !argument.is_empty()).map(<[u8]>::to_vec);
    Ok((interpreter.to_vec(), argument))
}

fn walk_from(cx: &Cx, base: &Arc<Location>, path: &[u8]) -> SysResult<(Arc<Location>, Option<Stat>)> {
    let start = Start { root: &cx.process.root, base, beneath: false, caller: cx.process.pid };
    walk::walk(start, path, Tail::Follow)?.existing()
}

/// Gives a process that has not run its descriptors, its group, its session and its terminal, in that order.
fn prepare(cx: &Cx, request: &SpawnRequest, process: &Arc<Process>, mut fds: Vec<Option<FdEntry>>) -> SysResult<()> {
    // What its home puts behind them must not become a standard stream.
    fds.resize_with(fds.len().max(STREAMS), || None);
    process.fds.lock().begin_with(fds)?;
    if request.session {
        cx.kernel.tree().set_session(process)?;
    }
    if let Some(group) = request.group {
        let group = if group == Pid(0) { process.pid } else { group };
        cx.kernel.tree().set_group(process, process.pid, group)?;
    }
    if let Some(fd) = request.controlling {
        let file = process.fds.lock().get(fd)?.file.clone();
        terminal_of(&file)?.acquire(process)?;
    }
    if let Some(fd) = request.foreground {
        let file = cx.process.fds.lock().get(fd)?.file.clone();
        terminal_of(&file)?.set_foreground(process, process.pgid())?;
    }
    Ok(())
}

fn terminal_of(file: &OpenFile) -> SysResult<Arc<dyn crate::task::Terminal>> {
    file.file().terminal().ok_or(SysError::new(Errno::ENOTTY, "not a terminal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_has_an_interpreter_and_one_argument() {
        let line = |text: &str, cut| first_line(text.as_bytes(), cut).map_err(|e| e.errno);
        let text = |text: &str| text.as_bytes().to_vec();
        assert_eq!(line("/bin/sh\necho", false), Ok((text("/bin/sh"), None)));
        assert_eq!(line(" /bin/env  -S a b \nx", false), Ok((text("/bin/env"), Some(text("-S a b")))));
        assert_eq!(line("\t/bin/sh", false), Ok((text("/bin/sh"), None)));
        assert_eq!(line("/bin/sh an argument that was cut", true).map(|(name, _)| name), Ok(text("/bin/sh")));
        for (bad, cut) in [("", false), ("  \n/bin/sh", false), ("/a/name/that/was/cut", true)] {
            assert_eq!(line(bad, cut), Err(Errno::ENOEXEC), "{bad}");
        }
    }
}
