//! Machines: a kernel with its mounts, its engines and its module cache.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gopherix_abi::{Mode, Pid};
use gopherix_host_native::clock::{NativePlatform, TICK};
use gopherix_host_native::{
    CompilePolicy, Disk, Host, HostConfig, HostError, HowCompiled, Interruption, ModuleCache, NetPolicy, OnBaseline,
    cache, foreign::Granted, user,
};
use gopherix_kernel::fs::devfs::DevFs;
use gopherix_kernel::fs::hostfs::HostFs;
use gopherix_kernel::fs::memfs::{Clock, MemFs, Owner};
use gopherix_kernel::fs::overlayfs::OverlayFs;
use gopherix_kernel::fs::procfs::ProcFs;
use gopherix_kernel::platform::Platform;
use gopherix_kernel::task::{Credentials, Process, ProcessSpec};
use gopherix_kernel::trace::TraceSink;
use gopherix_kernel::vfs::{FileSystem, MountFlags, MountTable, OpenHow};
use gopherix_kernel::{Kernel, SysError};

use crate::{Command, Error};

/// What guests may do with a host directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read it.
    ReadOnly,
    /// Read and change it.
    ReadWrite,
    /// Read it, and change what they see: changes stay in memory and are gone with the machine.
    Overlay,
}

struct Mount {
    point: String,
    source: Source,
}

enum Source {
    Host(PathBuf, Access),
    Memory(Option<u64>),
}

/// What a [`Machine`] is made of.
pub struct Builder {
    mounts: Vec<Mount>,
    cpus: Option<usize>,
    interruption: Interruption,
    preemption: bool,
    tick: Duration,
    policy: CompilePolicy,
    cache: Option<ModuleCache>,
    network: NetPolicy,
    trace: Option<Arc<dyn TraceSink>>,
    on_baseline: Option<OnBaseline>,
    host_programs: Vec<String>,
}

impl Builder {
    /// Grants a directory of the host, at an absolute path in the machine; at `/` it becomes the root.
    #[must_use]
    pub fn dir(mut self, host: impl Into<PathBuf>, point: impl Into<String>, access: Access) -> Self {
        self.mounts.push(Mount { point: point.into(), source: Source::Host(host.into(), access) });
        self
    }

    /// Mounts an empty file system in memory of at most `limit` bytes.
    #[must_use]
    pub fn memory(mut self, point: impl Into<String>, limit: Option<u64>) -> Self {
        self.mounts.push(Mount { point: point.into(), source: Source::Memory(limit) });
        self
    }

    /// Processors that guests may use; all of the host's unless told otherwise.
    #[must_use]
    pub fn cpus(mut self, cpus: usize) -> Self {
        self.cpus = Some(cpus);
        self
    }

    /// How guests are interrupted. [`Interruption::Epochs`] unless told otherwise, so that busy guests share processors and
    /// can be killed.
    #[must_use]
    pub fn interruption(mut self, interruption: Interruption) -> Self {
        self.interruption = interruption;
        self
    }

    /// Whether the goroutines of Go programs are preempted, which costs them nothing; on unless told otherwise. If not, these
    /// programs are interrupted as all others are.
    #[must_use]
    pub fn preemption(mut self, on: bool) -> Self {
        self.preemption = on;
        self
    }

    /// Period of preemption ticks, at least 100 µs; 10 ms unless told otherwise. Goroutines are preempted, processors shared
    /// and limits looked at so often.
    #[must_use]
    pub fn tick(mut self, period: Duration) -> Self {
        self.tick = period;
        self
    }

    /// Which compiler serves modules that are not in the cache; the optimising one unless told otherwise.
    #[must_use]
    pub fn compile_policy(mut self, policy: CompilePolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Keeps compiled modules here. Without one every load compiles.
    #[must_use]
    pub fn cache(mut self, cache: ModuleCache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// What of this machine's network programs may use, by sockets and by the `fetch` of their JavaScript world (GOOS=js); nothing
    /// unless told otherwise.
    #[must_use]
    pub fn network(mut self, policy: NetPolicy) -> Self {
        self.network = policy;
        self
    }

    /// Lets guests start a program of the host, which is looked for on this process' PATH. It runs outside of the machine, with all
    /// that its user may do. To guests it is `/usr/bin/NAME`, unless a directory of the host is their root: then it is whatever
    /// program there has that name.
    #[must_use]
    pub fn host_program(mut self, name: impl Into<String>) -> Self {
        self.host_programs.push(name.into());
        self
    }

    /// Tells of every program, and its bytes, that a guest has started and that had to do with the baseline compiler's code: with
    /// a cache, better code can be put there meanwhile.
    #[must_use]
    pub fn on_baseline(mut self, tell: impl Fn(cache::Key, &[u8]) + Send + Sync + 'static) -> Self {
        self.on_baseline = Some(Arc::new(move |program, wasm| tell(program.key, wasm)));
        self
    }

    /// Tells every system call to this sink.
    #[must_use]
    pub fn trace(mut self, sink: Arc<dyn TraceSink>) -> Self {
        self.trace = Some(sink);
        self
    }

    /// Boots the machine.
    ///
    /// # Errors
    /// If a host directory cannot be opened, a mount point is impossible, or the host refuses threads or timers.
    pub fn boot(self) -> Result<Machine, Error> {
        let Builder {
            mounts,
            cpus,
            interruption,
            preemption,
            tick,
            policy,
            cache,
            network,
            trace,
            on_baseline,
            host_programs,
        } = self;
        let mut devices = None;
        let owner = User::of_host()?;
        let cached = cache.clone();
        let mut granted = Granted::default();
        host_programs.iter().try_for_each(|name| granted.add(name))?;
        let config = HostConfig {
            cpus,
            interruption,
            preemption,
            tick,
            network,
            trace,
            policy,
            cache: cached,
            on_baseline,
            granted,
        };
        let host = Host::boot(config, |platform| mount_all(&mounts, platform, &owner, &host_programs, &mut devices))?;
        if let Some((devfs, procfs)) = devices {
            devfs.set_kernel(host.kernel());
            procfs.set_kernel(host.kernel());
        }
        Ok(Machine { host: Arc::new(host), cache, policy, user: Arc::new(owner) })
    }
}

/// Whose the processes and the files in memory are: the user's who runs this, so that files of the host look owned as they
/// are, and what the host refuses is no surprise.
pub(crate) struct User {
    pub(crate) credentials: Credentials,
    pub(crate) umask: Mode,
}

impl User {
    fn of_host() -> Result<Self, HostError> {
        let umask = user::umask().unwrap_or(ProcessSpec::default().umask);
        Ok(User { credentials: user::credentials()?, umask })
    }

    fn memory(&self, clock: &Clock, limit: Option<u64>) -> Arc<MemFs> {
        let owner = Owner { uid: self.credentials.uid, gid: self.credentials.gid };
        Arc::new(MemFs::owned_by(owner, clock.clone(), limit))
    }
}

type Devices = (Arc<DevFs>, Arc<ProcFs>);

/// The root first, then `/dev` and `/proc`, which no grant may take the place of, then what was asked for.
fn mount_all(
    mounts: &[Mount],
    platform: &Arc<NativePlatform>,
    user: &User,
    host_programs: &[String],
    devices: &mut Option<Devices>,
) -> Result<MountTable, HostError> {
    let clock: Clock = {
        let platform = platform.clone();
        Arc::new(move || platform.wall_time())
    };
    let is_root = |m: &&Mount| m.point.bytes().all(|b| b == b'/');
    let root = match mounts.iter().find(is_root) {
        Some(mount) => file_system(&mount.source, &clock, user)?,
        None => user.memory(&clock, None),
    };
    let table = MountTable::new(root, MountFlags::empty());
    let devfs = Arc::new(DevFs::new(platform.clone()));
    let procfs = Arc::new(ProcFs::new());
    table.mount(b"/dev", devfs.clone(), MountFlags::empty())?;
    table.mount(b"/proc", procfs.clone(), MountFlags::empty())?;
    if !mounts.iter().any(|m| is_root(&m)) {
        if !mounts.iter().any(|m| m.point.trim_matches('/') == "tmp") {
            table.mount(b"/tmp", user.memory(&clock, None), MountFlags::empty())?;
        }
        if !host_programs.is_empty() {
            table.mount(b"/usr/bin", names_of(host_programs, user, &clock)?, MountFlags::READ_ONLY)?;
        }
    }
    *devices = Some((devfs, procfs));
    for mount in mounts.iter().filter(|m| !is_root(m)) {
        let fs = file_system(&mount.source, &clock, user)?;
        table.mount(mount.point.as_bytes(), fs, MountFlags::empty()).map_err(|e| refused(&mount.point, e))?;
    }
    Ok(table)
}

/// A directory in which a file stands for each program of the host, so that guests find them.
fn names_of(programs: &[String], user: &User, clock: &Clock) -> Result<Arc<MemFs>, HostError> {
    let fs = user.memory(clock, None);
    let how = OpenHow { caller: Pid(0), read: false, write: true, truncate: false };
    let root = fs.root();
    if let Some(directory) = root.as_directory() {
        for name in programs {
            let (_, file) = directory.create(name.as_bytes(), Mode(0o555), how)?;
            file.write_at(b"A program of the host.\n", 0)?;
        }
    }
    Ok(fs)
}

fn refused(point: &str, error: SysError) -> HostError {
    HostError::Io { what: format!("cannot mount at {point}"), source: std::io::Error::other(error) }
}

fn file_system(source: &Source, clock: &Clock, user: &User) -> Result<Arc<dyn FileSystem>, HostError> {
    Ok(match source {
        Source::Memory(limit) => user.memory(clock, *limit),
        Source::Host(path, access) => {
            let dir = Disk::open(path).map_err(|source| HostError::Io {
                what: format!("cannot open the directory {}", path.display()),
                source,
            })?;
            let read_only = *access != Access::ReadWrite;
            let fs = Arc::new(HostFs::new(dir, read_only, "host".into()));
            match access {
                Access::Overlay => Arc::new(OverlayFs::new(fs, user.memory(clock, None))),
                _ => fs,
            }
        }
    })
}

/// A Unix of its own, in which programs run. Clones are the same machine.
#[derive(Clone)]
pub struct Machine {
    pub(crate) host: Arc<Host>,
    cache: Option<ModuleCache>,
    policy: CompilePolicy,
    pub(crate) user: Arc<User>,
}

impl Machine {
    /// What a machine can be made of.
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            mounts: Vec::new(),
            cpus: None,
            interruption: Interruption::Epochs,
            preemption: true,
            tick: TICK,
            policy: CompilePolicy::Optimizing,
            cache: None,
            network: NetPolicy::default(),
            trace: None,
            on_baseline: None,
            host_programs: Vec::new(),
        }
    }

    /// Makes a program of a module's bytes, out of the cache where it is there.
    ///
    /// # Errors
    /// If the bytes are no module that can run here.
    pub fn load(&self, wasm: impl Into<Arc<Vec<u8>>>) -> Result<Program, Error> {
        let wasm = &wasm.into();
        let program = self.host.engines().load(wasm, self.cache.as_ref(), self.policy)?;
        Ok(Program { program, is_go: gopherix_golang::is_go(wasm), wasm: wasm.clone() })
    }

    /// Reads and loads a file.
    ///
    /// # Errors
    /// If it cannot be read, and as [`Machine::load`].
    pub fn load_file(&self, path: &Path) -> Result<Program, Error> {
        self.load(std::fs::read(path)?)
    }

    /// How a program is to be started.
    #[must_use]
    pub fn command(&self, program: &Program) -> Command {
        Command::new(self.clone(), program.clone())
    }

    /// The processes in it, by id: those that were started here, what descends from them, and zombies among those.
    #[must_use]
    pub fn processes(&self) -> Vec<Arc<Process>> {
        self.kernel().processes()
    }

    /// The process of that id.
    #[must_use]
    pub fn process(&self, pid: Pid) -> Option<Arc<Process>> {
        self.kernel().process(pid)
    }

    /// The kernel under it.
    #[must_use]
    pub fn kernel(&self) -> &Arc<Kernel> {
        self.host.kernel()
    }
}

/// A program that can be started any number of times.
#[derive(Clone)]
pub struct Program {
    pub(crate) program: gopherix_host_native::Program,
    pub(crate) is_go: bool,
    pub(crate) wasm: Arc<Vec<u8>>,
}

impl Program {
    /// Where its code came from.
    #[must_use]
    pub fn how(&self) -> HowCompiled {
        self.program.how
    }

    /// Its key in the module cache.
    #[must_use]
    pub fn key(&self) -> cache::Key {
        self.program.key
    }

    /// Whether it is a Go program built with GOOS=js, with a JavaScript world of its own.
    #[must_use]
    pub fn is_js(&self) -> bool {
        self.program.is_js()
    }

    /// Whether the Go toolchain made it.
    #[must_use]
    pub fn is_go(&self) -> bool {
        self.is_go
    }
}
