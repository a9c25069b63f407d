//! A program without wasm: a [`Caller`] that tests drive.

use std::rc::Rc;
use std::sync::Arc;

use futures::executor::block_on;
use gopherix_abi::{AccessMode, OpenFlags, Pid};
use gopherix_guest::gojs::Gojs;
use gopherix_guest::gojs::engine::{Caller, Engine as _, Failure, Stop};
use gopherix_guest::gojs::value::Value;
use gopherix_kernel::file::{File as _, OpenFile};
use gopherix_kernel::fs::memfs::MemFs;
use gopherix_kernel::ipc::pipe::{PipeReader, PipeWriter, pipe};
use gopherix_kernel::memory::SliceMemory;
use gopherix_kernel::platform::Platform as _;
use gopherix_kernel::syscall::PollRequest;
use gopherix_kernel::task::{Cx, FdEntry, Process, ProcessSpec};
use gopherix_kernel::testing::{Driven, MONOTONIC_START, TestPlatform, WALL_START};
use gopherix_kernel::vfs::{MountFlags, MountTable};
use gopherix_kernel::{Kernel, SysResult, os_wasm};

use crate::{Config, Network, QuickJs};

/// What the guest does when it is resumed: Go's part.
pub(super) type Resume = fn(&mut Guest) -> Result<(), Stop>;

/// A guest and its kernel.
pub(super) struct Guest {
    pub(super) gojs: Rc<Gojs<QuickJs>>,
    pub(super) memory: Vec<u8>,
    pub(super) resume: Resume,
    pub(super) process: Arc<Process>,
    /// Where its stdin comes from, until it is closed.
    input: Option<Arc<PipeWriter>>,
    output: Arc<PipeReader>,
    errors: Arc<PipeReader>,
    cx: Option<Cx>,
    platform: Arc<TestPlatform>,
    kernel: Arc<Kernel>,
}

/// What an engine is made with here, where nothing is said otherwise.
pub(super) fn config() -> Config {
    Config {
        inbox: crate::Inbox::default(),
        argv: ["gopherix", "/app.wasm", "one"].map(str::to_owned).to_vec(),
        env: vec![("HOME".to_owned(), "/home".to_owned())],
        exec_path: "/usr/bin/gopherix".to_owned(),
        pid: 7,
        ppid: 1,
        started: (WALL_START, MONOTONIC_START),
        heap_bytes: 64 << 20,
        stack_bytes: 512 << 10,
        network: None,
        is_ending: Box::new(|| false),
    }
}

impl Guest {
    pub(super) fn new() -> Guest {
        Guest::with(config())
    }

    pub(super) fn with_network(network: Arc<dyn Network>) -> Guest {
        Guest::with(Config { network: Some(network), ..config() })
    }

    pub(super) fn with(mut config: Config) -> Guest {
        let platform = TestPlatform::new(1, 1);
        let clock = platform.clone();
        let root = Arc::new(MemFs::new(Arc::new(move || clock.wall_time()), None));
        let kernel = Kernel::boot(platform.clone(), MountTable::new(root, MountFlags::empty()), None);
        let process = kernel.create_process(Pid(0), ProcessSpec::default()).unwrap();
        let ((stdin, input), (output, stdout), (errors, stderr)) = (pipe(), pipe(), pipe());
        let stdin = OpenFile::new(stdin, AccessMode::ReadOnly, OpenFlags::empty(), None);
        let stdout = OpenFile::new(stdout, AccessMode::WriteOnly, OpenFlags::empty(), None);
        let stderr = OpenFile::new(stderr, AccessMode::WriteOnly, OpenFlags::empty(), None);
        os_wasm::osinit(&kernel, &process, [stdin, stdout, stderr].map(FdEntry::new).into()).unwrap();
        let mut cx = os_wasm::mpreinit(&kernel, &process);
        assert!(Driven::new(os_wasm::minit(&mut cx)).poll().is_ready());
        let ending = process.clone();
        config.is_ending = Box::new(move || ending.is_ending());
        let gojs = Gojs::new(QuickJs::new(config).unwrap());
        let memory = vec![0; 65536];
        Guest {
            gojs,
            memory,
            resume: |_| Ok(()),
            process,
            input: Some(input),
            output,
            errors,
            cx: Some(cx),
            platform,
            kernel,
        }
    }

    pub(super) fn engine(&self) -> Rc<QuickJs> {
        self.gojs.engine.clone()
    }

    /// What a script comes to.
    pub(super) fn try_eval(&mut self, source: &str) -> Result<Value<QuickJs>, Failure<QuickJs>> {
        self.engine().run_script(self, "test.js", source)
    }

    /// What a script comes to, which must not throw.
    pub(super) fn eval(&mut self, source: &str) -> Value<QuickJs> {
        match self.try_eval(source) {
            Ok(value) => value,
            Err(Failure::Thrown(thrown)) => {
                let engine = self.engine();
                panic!("{source}: {}", engine.describe(self, &thrown))
            }
            Err(Failure::Stop) => panic!("{source}: stopped"),
        }
    }

    /// The text that a script comes to.
    pub(super) fn text(&mut self, source: &str) -> String {
        match self.eval(source) {
            Value::String(text) => text.to_string(),
            _ => panic!("{source}: no string"),
        }
    }

    pub(super) fn number(&mut self, source: &str) -> f64 {
        self.eval(source).number().unwrap()
    }

    /// Runs a script that may await, and then events until nothing is left; the exit code.
    pub(super) fn run(&mut self, source: &str) -> u8 {
        self.gojs.set_library();
        let gojs = self.gojs.clone();
        let outcome = self.engine().run_async_script(self, "test.js", source);
        if gojs.finish(self, outcome).is_ok() {
            let Err(Stop) = gojs.run_events(self);
        }
        assert!(self.process.is_ending());
        let mut cx = self.cx.take().unwrap();
        os_wasm::unminit(&mut cx);
        os_wasm::mdestroy(cx);
        self.process.status().unwrap().code()
    }

    /// Gives it something to read from stdin.
    pub(super) fn type_in(&self, text: &str) {
        self.input.as_ref().unwrap().write(text.as_bytes()).unwrap();
    }

    /// There will be nothing more to read from stdin.
    pub(super) fn close_input(&mut self) {
        self.input = None;
    }

    /// What it has written to stdout since the last time.
    pub(super) fn output(&self) -> String {
        drain(&self.output)
    }

    /// What it has written to stderr since the last time.
    pub(super) fn errors(&self) -> String {
        drain(&self.errors)
    }
}

fn drain(pipe: &PipeReader) -> String {
    let mut bytes = vec![0; 65536];
    let n = pipe.read(&mut bytes).unwrap_or(0);
    String::from_utf8_lossy(&bytes[..n]).into_owned()
}

impl Caller<QuickJs> for Guest {
    fn gojs(&self) -> &Rc<Gojs<QuickJs>> {
        &self.gojs
    }

    fn split(&mut self) -> (SliceMemory<'_>, &mut Cx) {
        (SliceMemory(&mut self.memory), self.cx.as_mut().unwrap())
    }

    fn getsp(&mut self) -> Result<u32, Stop> {
        Ok(4096)
    }

    fn resume(&mut self) -> Result<(), Stop> {
        (self.resume)(self)?;
        if self.process.is_ending() { Err(Stop) } else { Ok(()) }
    }

    fn wait(&mut self, requests: &[PollRequest], deadline_ns: Option<u64>) -> SysResult<()> {
        if let Some(deadline) = deadline_ns {
            self.platform.advance(deadline.saturating_sub(self.platform.monotonic_ns()));
            self.kernel.fire_timers();
        }
        let message = self.engine().message();
        block_on(self.cx.as_mut().unwrap().wait(requests, deadline_ns, message))
    }
}
