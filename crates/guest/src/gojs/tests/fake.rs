//! A JavaScript engine of a few objects, and a guest whose `resume` the test writes.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use futures::FutureExt;
use gopherix_abi::{AccessMode, OpenFlags};
use gopherix_kernel::file::File;
use gopherix_kernel::file::OpenFile;
use gopherix_kernel::fs::memfs::MemFs;
use gopherix_kernel::ipc::pipe::{PipeReader, PipeWriter, pipe};
use gopherix_kernel::memory::SliceMemory;
use gopherix_kernel::syscall::PollRequest;
use gopherix_kernel::task::{Cx, FdEntry, Process, ProcessSpec};
use gopherix_kernel::testing::{Driven, TestPlatform};
use gopherix_kernel::vfs::{MountFlags, MountTable};
use gopherix_kernel::{Kernel, SysResult, os_wasm};

use crate::gojs::Gojs;
use crate::gojs::engine::{Callee, Caller, Engine, Failure, Fallible, Kind, Stop};
use crate::gojs::intrinsic::{FsOp, Intrinsic};
use crate::gojs::value::{Content, Value};

/// An object: its properties, and what it is besides.
pub(super) struct Thing {
    pub(super) properties: RefCell<BTreeMap<String, Value<Fake>>>,
    intrinsic: Option<Intrinsic>,
    bytes: RefCell<Option<Vec<u8>>>,
}

#[derive(Clone)]
pub(super) struct FakeValue(pub(super) Rc<Thing>);

/// An engine that cannot run scripts: functions are intrinsics, getters named `throws` throw.
pub(super) struct Fake {
    global: FakeValue,
    pub(super) made: Cell<usize>,
}

fn thing(intrinsic: Option<Intrinsic>, bytes: Option<Vec<u8>>) -> FakeValue {
    FakeValue(Rc::new(Thing { properties: RefCell::default(), intrinsic, bytes: RefCell::new(bytes) }))
}

impl Fake {
    pub(super) fn new() -> Self {
        let global = thing(None, None);
        let fs = thing(None, None);
        let put = |object: &FakeValue, name: &str, value: FakeValue| {
            object.0.properties.borrow_mut().insert(name.into(), Value::Engine(value));
        };
        for op in FsOp::ALL {
            put(&fs, op.name(), thing(Some(Intrinsic::Fs(*op)), None));
        }
        put(&global, "fs", fs);
        let path = thing(None, None);
        put(&path, "resolve", thing(Some(Intrinsic::PathResolve), None));
        put(&global, "path", path);
        put(&global, "Uint8Array", thing(Some(Intrinsic::Uint8Array), None));
        put(&global, "setTimeout", thing(Some(Intrinsic::SetTimer), None));
        Fake { global, made: Cell::new(0) }
    }

    /// An object that nobody has seen.
    pub(super) fn thing(&self) -> FakeValue {
        thing(None, None)
    }
}

impl Engine for Fake {
    type Value = FakeValue;

    fn global(&self) -> FakeValue {
        self.global.clone()
    }

    fn kind(&self, value: &FakeValue) -> Kind {
        if value.0.intrinsic.is_some() { Kind::Function } else { Kind::Object }
    }

    fn identity(&self, value: &FakeValue) -> usize {
        Rc::as_ptr(&value.0).addr()
    }

    fn text(&self, _: &FakeValue) -> Option<String> {
        None
    }

    fn to_text(&self, _: &mut dyn Caller<Self>, value: &Value<Self>) -> Fallible<Self, String> {
        Ok(value.number().map_or("[object]".into(), |n| n.to_string()))
    }

    fn intrinsic(&self, value: &FakeValue) -> Option<Intrinsic> {
        value.0.intrinsic
    }

    fn own_intrinsic(&self, target: &FakeValue, key: &str) -> Option<Intrinsic> {
        match target.0.properties.borrow().get(key) {
            Some(Value::Engine(function)) => function.0.intrinsic,
            _ => None,
        }
    }

    fn bytes<T>(&self, value: &FakeValue, with: impl FnOnce(&mut [u8]) -> T) -> Option<T> {
        value.0.bytes.borrow_mut().as_mut().map(|bytes| with(bytes))
    }

    fn make(&self, _: &mut dyn Caller<Self>, content: Content<Self>) -> Fallible<Self, FakeValue> {
        self.made.set(self.made.get() + 1);
        Ok(thing(None, if let Content::Bytes(bytes) = content { Some(bytes) } else { None }))
    }

    fn get(&self, _: &mut dyn Caller<Self>, target: &FakeValue, key: &str) -> Fallible<Self, Value<Self>> {
        if key == "throws" {
            return Err(Failure::Thrown(Value::string("thrown")));
        }
        Ok(target.0.properties.borrow().get(key).cloned().unwrap_or(Value::Undefined))
    }

    fn callee(&self, caller: &mut dyn Caller<Self>, target: &FakeValue, key: &str) -> Fallible<Self, Callee<Self>> {
        let found = self.get(caller, target, key)?;
        match &found {
            Value::Engine(FakeValue(function)) if function.intrinsic.is_some() => {
                Ok(function.intrinsic.map_or(Callee::Value(Value::Undefined), Callee::Intrinsic))
            }
            _ => Ok(Callee::Value(found)),
        }
    }

    fn set(
        &self,
        caller: &mut dyn Caller<Self>,
        target: &FakeValue,
        key: &str,
        value: &Value<Self>,
    ) -> Fallible<Self, ()> {
        let value = match value {
            Value::Object(object) => Value::Engine(object.engine(self, caller)?),
            value => value.clone(),
        };
        target.0.properties.borrow_mut().insert(key.into(), value);
        Ok(())
    }

    fn delete(&self, _: &mut dyn Caller<Self>, target: &FakeValue, key: &str) -> Fallible<Self, ()> {
        target.0.properties.borrow_mut().remove(key);
        Ok(())
    }

    fn index(&self, caller: &mut dyn Caller<Self>, target: &FakeValue, index: i64) -> Fallible<Self, Value<Self>> {
        self.get(caller, target, &index.to_string())
    }

    fn set_index(
        &self,
        caller: &mut dyn Caller<Self>,
        target: &FakeValue,
        index: i64,
        value: &Value<Self>,
    ) -> Fallible<Self, ()> {
        self.set(caller, target, &index.to_string(), value)
    }

    fn call(
        &self,
        _: &mut dyn Caller<Self>,
        _: &Value<Self>,
        _: &Value<Self>,
        _: &[Value<Self>],
    ) -> Fallible<Self, Value<Self>> {
        Err(Failure::Thrown(self.type_error("not a function")))
    }

    fn construct(&self, _: &mut dyn Caller<Self>, _: &FakeValue, _: &[Value<Self>]) -> Fallible<Self, Value<Self>> {
        Ok(Value::Engine(thing(None, None)))
    }

    fn instance_of(&self, _: &mut dyn Caller<Self>, _: &Value<Self>, _: &Value<Self>) -> Fallible<Self, bool> {
        Ok(false)
    }

    fn type_error(&self, message: &str) -> Value<Self> {
        Value::string(message)
    }

    fn error(&self, message: &str) -> Value<Self> {
        Value::string(message)
    }

    fn run_microtasks(&self, _: &mut dyn Caller<Self>) -> Fallible<Self, ()> {
        Ok(())
    }

    fn take_messages(&self, _: &mut dyn Caller<Self>) -> Fallible<Self, bool> {
        Ok(false)
    }

    fn expects_messages(&self) -> bool {
        false
    }

    fn catches(&self, _: &mut dyn Caller<Self>, _: &Value<Self>) -> Fallible<Self, bool> {
        Ok(false)
    }

    fn exiting(&self, _: &mut dyn Caller<Self>, code: u32) -> Fallible<Self, u32> {
        Ok(code)
    }

    fn last_words(&self) -> Option<String> {
        None
    }

    fn describe(&self, _: &mut dyn Caller<Self>, thrown: &Value<Self>) -> String {
        if let Value::String(text) = thrown { format!("Uncaught {text}") } else { "Uncaught".into() }
    }

    fn memory_changed(&self) {}
}

/// What the guest does when it is resumed.
pub(super) type Resume = fn(&mut Guest);

/// A guest of 64 KiB, its stack pointer at 4096, in a kernel whose time moves when it waits.
pub(super) struct Guest {
    pub(super) gojs: Rc<Gojs<Fake>>,
    pub(super) memory: Vec<u8>,
    pub(super) process: Arc<Process>,
    pub(super) sp: u32,
    pub(super) resume: Resume,
    /// What the test wants to know afterwards.
    pub(super) log: Vec<String>,
    /// Where its stdin comes from; closed when taken.
    pub(super) input: Option<Arc<PipeWriter>>,
    output: Arc<PipeReader>,
    cx: Option<Cx>,
    platform: Arc<TestPlatform>,
    kernel: Arc<Kernel>,
}

impl Guest {
    pub(super) fn new(resume: Resume) -> Guest {
        let platform = TestPlatform::new(1, 1);
        let clock = platform.clone();
        let wall = Arc::new(move || gopherix_kernel::platform::Platform::wall_time(&*clock));
        let mounts = MountTable::new(Arc::new(MemFs::new(wall, None)), MountFlags::empty());
        let kernel = Kernel::boot(platform.clone(), mounts, None);
        let process = kernel.create_process(gopherix_abi::Pid(0), ProcessSpec::default()).unwrap();
        let ((stdin, input), (output, stdout)) = (pipe(), pipe());
        let stdin = OpenFile::new(stdin, AccessMode::ReadOnly, OpenFlags::empty(), None);
        let stdout = OpenFile::new(stdout, AccessMode::WriteOnly, OpenFlags::empty(), None);
        let fds = [stdin, stdout.clone(), stdout].map(FdEntry::new);
        os_wasm::osinit(&kernel, &process, fds.into()).unwrap();
        let mut cx = os_wasm::mpreinit(&kernel, &process);
        assert!(Driven::new(os_wasm::minit(&mut cx)).poll().is_ready());
        let gojs = Gojs::new(Rc::new(Fake::new()));
        let (memory, log) = (vec![0; 65536], Vec::new());
        Guest {
            gojs,
            memory,
            process,
            sp: 4096,
            resume,
            log,
            input: Some(input),
            output,
            cx: Some(cx),
            platform,
            kernel,
        }
    }

    /// A word of the frame.
    pub(super) fn word(&self, offset: usize) -> u64 {
        let at = usize::try_from(self.sp).unwrap() + offset;
        u64::from_le_bytes(self.memory[at..at + 8].try_into().unwrap())
    }

    pub(super) fn set_word(&mut self, offset: usize, word: u64) {
        let at = usize::try_from(self.sp).unwrap() + offset;
        self.memory[at..at + 8].copy_from_slice(&word.to_le_bytes());
    }

    /// Puts bytes at `place`, and their header into the frame.
    pub(super) fn set_bytes(&mut self, offset: usize, place: usize, bytes: &[u8]) {
        self.memory[place..place + bytes.len()].copy_from_slice(bytes);
        self.set_word(offset, u64::try_from(place).unwrap());
        self.set_word(offset + 8, u64::try_from(bytes.len()).unwrap());
    }

    /// What it has written to stdout and stderr since the last time.
    pub(super) fn output(&self) -> String {
        let mut bytes = vec![0; 65536];
        let n = self.output.read(&mut bytes).unwrap_or(0);
        String::from_utf8_lossy(&bytes[..n]).into_owned()
    }

    /// The exit code of the process, whose end must have been decided.
    pub(super) fn exit_code(&mut self) -> u8 {
        assert!(self.process.is_ending());
        let mut cx = self.cx.take().unwrap();
        os_wasm::unminit(&mut cx);
        os_wasm::mdestroy(cx);
        self.process.status().unwrap().code()
    }

    /// Calls an import that must answer.
    pub(super) fn call(&mut self, import: fn(&mut dyn Caller<Fake>, u32) -> Result<(), Stop>) {
        let sp = self.sp;
        assert_eq!(import(self, sp), Ok(()));
    }
}

impl Caller<Fake> for Guest {
    fn gojs(&self) -> &Rc<Gojs<Fake>> {
        &self.gojs
    }

    fn split(&mut self) -> (SliceMemory<'_>, &mut Cx) {
        (SliceMemory(&mut self.memory), self.cx.as_mut().unwrap())
    }

    fn getsp(&mut self) -> Result<u32, Stop> {
        Ok(self.sp)
    }

    fn resume(&mut self) -> Result<(), Stop> {
        (self.resume)(self);
        if self.process.is_ending() { Err(Stop) } else { Ok(()) }
    }

    fn wait(&mut self, requests: &[PollRequest], deadline_ns: Option<u64>) -> SysResult<()> {
        if let Some(deadline) = deadline_ns {
            let now = gopherix_kernel::platform::Platform::monotonic_ns(&*self.platform);
            self.platform.advance(deadline.saturating_sub(now));
            self.kernel.fire_timers();
        }
        let wait = self.cx.as_mut().unwrap().wait(requests, deadline_ns, std::future::pending());
        wait.now_or_never().expect("somebody waits for what never comes")
    }
}
