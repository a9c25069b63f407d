//! How a program is started.

use std::net::TcpListener;
use std::sync::Arc;

use gopherix_abi::{AccessMode, OpenFlags, Pid, Signal};
use gopherix_host_native::crash::{Exception, Watch};
use gopherix_host_native::js::{Function, JsValue, Script, World};
use gopherix_host_native::net::adopt;
use gopherix_host_native::terminal::Terminals;
use gopherix_host_native::{Profiler, preopens};
use gopherix_kernel::SysResult;
use gopherix_kernel::file::OpenFile;
use gopherix_kernel::net::Ucred;
use gopherix_kernel::signal::Inherited;
use gopherix_kernel::task::{Executable, FdEntry, Limits, Process, ProcessSpec, Terminal};
use gopherix_kernel::vfs::walk::{Start, Tail, walk};
use gopherix_kernel::vfs::{Location, OpenHow};

use crate::profile::CpuProfile;
use crate::stdio::{PipeReader, PipeWriter};
use crate::{Child, Error, JsHandle, Machine, Program, Stdio};

/// How a program is to be started: arguments, environment, working directory, streams, limits.
pub struct Command {
    machine: Machine,
    program: Program,
    argv0: Option<Vec<u8>>,
    args: Vec<Vec<u8>>,
    env: Vec<Vec<u8>>,
    cwd: String,
    stdio: [Stdio; 3],
    listeners: Vec<TcpListener>,
    exe: Option<String>,
    signals: Inherited,
    limits: Limits,
    profile_hz: Option<u32>,
    world: World,
    watch: Watch,
}

impl Command {
    pub(crate) fn new(machine: Machine, program: Program) -> Self {
        Command {
            machine,
            program,
            argv0: None,
            args: Vec::new(),
            env: Vec::new(),
            cwd: "/".into(),
            stdio: [Stdio::Null, Stdio::Null, Stdio::Null],
            listeners: Vec::new(),
            exe: None,
            signals: Inherited::default(),
            limits: Limits::default(),
            profile_hz: None,
            world: World::default(),
            watch: Watch::default(),
        }
    }

    /// The program's own name, argument 0; `program` unless told otherwise.
    #[must_use]
    pub fn argv0(mut self, name: impl Into<Vec<u8>>) -> Self {
        self.argv0 = Some(name.into());
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<Vec<u8>>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<Vec<u8>>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable. Nothing of the host's environment is there unless set.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        let prefix = [name.as_ref(), b"="].concat();
        self.env.retain(|entry| !entry.starts_with(&prefix));
        self.env.push([&prefix, value.as_ref()].concat());
        self
    }

    /// The working directory, an absolute path in the machine; `/` unless told otherwise.
    #[must_use]
    pub fn cwd(mut self, path: impl Into<String>) -> Self {
        self.cwd = path.into();
        self
    }

    /// Where stdin leads; to `/dev/null` unless told otherwise, as the others.
    #[must_use]
    pub fn stdin(mut self, stdio: Stdio) -> Self {
        self.stdio[0] = stdio;
        self
    }

    /// Where stdout leads.
    #[must_use]
    pub fn stdout(mut self, stdio: Stdio) -> Self {
        self.stdio[1] = stdio;
        self
    }

    /// Where stderr leads.
    #[must_use]
    pub fn stderr(mut self, stdio: Stdio) -> Self {
        self.stdio[2] = stdio;
        self
    }

    /// Hands in a listening socket. They are descriptors 3 and following, and `LISTEN_FDS` tells how many
    /// (sd_listen_fds(3)).
    #[must_use]
    pub fn listen(mut self, listener: TcpListener) -> Self {
        self.listeners.push(listener);
        self
    }

    /// Has it ignore a signal from the start, as what nohup(1) starts ignores SIGHUP.
    #[must_use]
    pub fn ignore(mut self, signal: Signal) -> Self {
        self.signals.ignored.set(signal, true);
        self
    }

    /// Where the program's file is in the machine, an absolute path, for programs that want to start themselves again: what
    /// `/proc/self/exe` leads to. Without it, or if nothing is there, that leads to the module as it was loaded.
    #[must_use]
    pub fn exe(mut self, path: impl Into<String>) -> Self {
        self.exe = Some(path.into());
        self
    }

    /// What the process may use.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Tells of the process' [`Exception`], should it not end by itself: a trap, SIGQUIT, or a fatal error of Go's runtime
    /// (an unrecovered panic, a deadlock …), which otherwise is an exit with code 2 like any other.
    ///
    /// It is called on the thread the guest ran on, once the guest has stopped and before the process is over. What it makes
    /// of `message` is what [`Outcome::note`](crate::Outcome::note) begins with, and what it makes of `status` is how the
    /// process ends. A panic in it is caught.
    #[must_use]
    pub fn on_exception(mut self, observer: impl Fn(&mut Exception) + Send + Sync + 'static) -> Self {
        self.watch.observer = Some(Arc::new(observer));
        self
    }

    /// Whether an [`Exception`] lists every goroutine, and not only the one that ran; for Go programs.
    #[must_use]
    pub fn all_goroutines(mut self, on: bool) -> Self {
        self.watch.all_goroutines = on;
        self
    }

    /// Whether an [`Exception`] has a core dump: all of the guest's memory but runs of zeros.
    #[must_use]
    pub fn core_dump(mut self, on: bool) -> Self {
        self.watch.core = on;
        self
    }

    /// Whether it is an [`Exception`] too when the process' wall time is up. The note of its end then tells what every
    /// goroutine did.
    #[must_use]
    pub fn dump_on_timeout(mut self, on: bool) -> Self {
        self.watch.timeouts = on;
        self
    }

    /// Samples the process from its start, so many times a second of its processor time
    /// ([`DEFAULT_RATE`](crate::profile::DEFAULT_RATE) is what most want; 0 for goroutines only): see [`Child::profile`]. Any module can be sampled,
    /// as it is; functions of Go programs, also stripped ones, have their lines, others' their names.
    #[must_use]
    pub fn profile(mut self, hz: u32) -> Self {
        self.profile_hz = Some(hz);
        self
    }

    /// Runs a script before the program, in the same JavaScript world; several run in the order given. Only programs built
    /// with GOOS=js have one.
    #[must_use]
    pub fn js_prelude(mut self, name: impl Into<String>, source: impl Into<String>) -> Self {
        self.world.preludes.push(Script { name: name.into(), source: source.into() });
        self
    }

    /// Defines a function on `globalThis`, before any script; to be used by the program and its scripts. Only programs
    /// built with GOOS=js have such a world.
    ///
    /// Its error, and a panic, are thrown as an Error, which Go sees as a `js.Error`. The program's thread runs it and does
    /// nothing else meanwhile: a call of its own [`JsHandle`] never comes back in there.
    #[must_use]
    pub fn js_function(
        mut self,
        name: impl Into<String>,
        function: impl Fn(Vec<JsValue>) -> Result<JsValue, String> + Send + 'static,
    ) -> Self {
        self.world.functions.push(Function::new(name, function));
        self
    }

    /// Gives the child a [`JsHandle`] ([`Child::js`]), to call what a program built with GOOS=js has registered on
    /// `globalThis`. As long as a handle is there, the program waits for its calls. Without one, when nothing is left to
    /// do, it ends with exit code 0, also if goroutines wait that nothing can wake.
    #[must_use]
    pub fn js_handle(mut self) -> Self {
        self.world.is_driven = true;
        self
    }

    /// Runs a script once the program waits, to drive what it has registered on `globalThis`. Top-level `await` is allowed.
    /// When nothing is left to do the program ends, with exit code 0.
    #[must_use]
    pub fn js_main(mut self, name: impl Into<String>, source: impl Into<String>) -> Self {
        self.world.main = Some(Script { name: name.into(), source: source.into() });
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// If the working directory is not there, or a stream, listener or profiler cannot be set up.
    pub fn spawn(self) -> Result<Child, Error> {
        let mut made = None;
        let child = self.start(&mut made);
        if let (Err(_), Some(process)) = (&child, made) {
            process.abandon();
        }
        child
    }

    fn start(self, made: &mut Option<Arc<Process>>) -> Result<Child, Error> {
        let Command {
            machine,
            program,
            argv0,
            args,
            mut env,
            cwd,
            stdio,
            listeners,
            exe,
            signals,
            limits,
            profile_hz,
            world,
            watch,
        } = self;
        complete_env(&mut env, &cwd, listeners.len());
        let name = argv0.as_deref().map_or("program".into(), String::from_utf8_lossy).into_owned();
        let profiler = profile_hz.map(|hz| Profiler::new(&program.program, &name, hz)).transpose()?;
        let args = std::iter::once(argv0.unwrap_or_else(|| b"program".to_vec())).chain(args).collect();
        let (credentials, umask) = (machine.user.credentials.clone(), machine.user.umask);
        let (path, module_bytes) = (cwd.clone().into_bytes(), program.program.bytes);
        let kernel = machine.kernel();
        let place = exe.and_then(|path| find(kernel.mounts().root(), path.as_bytes()).ok());
        let exe = place.map_or_else(|| Executable::image(program.wasm.clone()), Executable::Placed);
        let exe = Some(exe);
        let spec = ProcessSpec { args, env, cwd: path, limits, module_bytes, credentials, umask, signals, exe };
        let process = kernel.create_process(Pid(0), spec).map_err(Error::setup(format!("working directory {cwd}")))?;
        *made = Some(process.clone());
        let mut fds = Vec::new();
        let (mut stdin, mut outputs, mut terminals) = (None, Vec::new(), Terminals::default());
        let opened = machine.host.enter(|| {
            for (fd, stdio) in (0..).zip(stdio) {
                let opened = stdio.open(fd, &mut terminals, kernel, |access| open_null(&process, access))?;
                stdin = stdin.take().or(opened.writer);
                outputs.push(opened.reader);
                fds.push(FdEntry::new(opened.file));
            }
            Ok(())
        });
        opened.map_err(Error::setup("standard streams"))?;
        if let Some(tty) = terminals.first() {
            tty.acquire(&process).map_err(Error::setup("controlling terminal"))?;
        }
        for listener in listeners {
            let listener = machine.host.enter(|| adopt(listener))?;
            let owner = Ucred { pid: process.pid, uid: process.credentials.uid, gid: process.credentials.gid };
            let socket = kernel.net().adopt(listener, owner).map_err(Error::setup("a listener"))?;
            let file = OpenFile::new(socket, AccessMode::ReadOnly, OpenFlags::empty(), None);
            fds.push(FdEntry::new(file));
        }
        if !program.is_js() {
            fds.extend(preopens(&process, program.is_go).map_err(Error::setup("preopened directories"))?);
        }
        let js = (world.is_driven && program.is_js()).then(|| JsHandle::new(world.inbox.handle()));
        machine.host.start(&program.program, &process, fds, world, watch, profiler.clone())?;
        let mut outputs = outputs.into_iter().skip(1);
        let stdout: Option<PipeReader> = outputs.next().flatten();
        let stderr: Option<PipeReader> = outputs.next().flatten();
        let stdin: Option<PipeWriter> = stdin;
        let profile = profiler.map(CpuProfile);
        Ok(Child { stdin, stdout, stderr, js, profile, process, _machine: machine })
    }
}

/// `PWD` is how a WASI program learns its working directory; GOMAXPROCS above 1 makes Go throw on wasm ("newosproc").
fn complete_env(env: &mut Vec<Vec<u8>>, cwd: &str, listeners: usize) {
    env.retain(|entry| !entry.starts_with(b"PWD=") && !entry.starts_with(b"GOMAXPROCS="));
    env.push(format!("PWD={cwd}").into_bytes());
    if listeners > 0 {
        env.retain(|entry| !entry.starts_with(b"LISTEN_FDS="));
        env.push(format!("LISTEN_FDS={listeners}").into_bytes());
    }
}

fn find(root: &Arc<Location>, path: &[u8]) -> SysResult<Arc<Location>> {
    let start = Start { root, base: root, beneath: false, caller: Pid(0) };
    walk(start, path, Tail::Follow)?.existing().map(|(place, _)| place)
}

fn open_null(process: &Process, access: AccessMode) -> SysResult<Arc<OpenFile>> {
    let place = find(&process.root, b"/dev/null")?;
    let how = OpenHow { caller: process.pid, read: access.reads(), write: access.writes(), truncate: false };
    Ok(OpenFile::new(place.node().open(how)?, access, OpenFlags::empty(), Some(place)))
}
