//! Programs that guests start: loaded once, kept, started any number of times.
//!
//! A file is known by its attributes, and a program by the hash of its bytes, so that a start of the same file costs an instance
//! and no compilation. Reading and compiling happen on threads of their own: guests run meanwhile. What a guest starts runs beside
//! others, so its code can be interrupted anywhere, also where the first program's needs not be.
//!
//! Lock order: a file's slot → a program's slot; the tables' locks are held shortly and alone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use gopherix_abi::{AccessMode, Errno, FileType, OpenFlags, Stat, Timespec};
use gopherix_kernel::error::fail;
use gopherix_kernel::file::{File, OpenFile};
use gopherix_kernel::platform::{Image, Loaded, Programs};
use gopherix_kernel::task::{FdEntry, Process};
use gopherix_kernel::vfs::walk::{Start, Tail, directory, walk};
use gopherix_kernel::vfs::{Location, OpenHow};
use gopherix_kernel::{SysError, SysResult};

use crate::HostError;
use crate::cache::{Key, ModuleCache};
use crate::crash::Watch;
use crate::engine::{CompilePolicy, Engines, HowCompiled, Program};
use crate::foreign::Granted;
use crate::js::World;
use crate::launch::{Launch, Launcher};

/// Programs and files that are kept.
const KEPT: usize = 64;
/// Most bytes of a module.
const LARGEST: u64 = 1 << 30;
/// Bytes read at a time.
const PIECE: usize = 1 << 20;
/// A file that was changed so lately may change again without its times telling.
const FRESH_NS: u64 = 2_000_000_000;

/// Told of a program, and its bytes, that was compiled by the baseline compiler for want of better code.
pub type OnBaseline = Arc<dyn Fn(&Program, &[u8]) + Send + Sync>;

/// How programs are compiled.
pub(crate) struct Compiling {
    pub(crate) policy: CompilePolicy,
    pub(crate) cache: Option<ModuleCache>,
    pub(crate) on_baseline: Option<OnBaseline>,
}

/// What tells a file, and what it holds, from any other.
type FileId = (u64, u64, u64, Timespec, Timespec);

/// A program, once it was made. Whoever makes it holds the lock.
type Slot = Arc<Mutex<Option<Program>>>;

/// The spawner of a host.
pub(crate) struct Spawner {
    launcher: Arc<Launcher>,
    engines: Arc<Engines>,
    compiling: Compiling,
    granted: Granted,
    files: Mutex<Kept<FileId>>,
    programs: Mutex<Kept<Key>>,
}

impl Spawner {
    pub(crate) fn new(
        launcher: Arc<Launcher>,
        engines: Arc<Engines>,
        compiling: Compiling,
        granted: Granted,
    ) -> Arc<Spawner> {
        let (files, programs) = (Mutex::default(), Mutex::default());
        Arc::new(Spawner { launcher, engines, compiling, granted, files, programs })
    }

    /// A program that the embedder has started: guests may start it too.
    pub(crate) fn remember(&self, program: &Program) {
        if program.is_shared() {
            let slot = lock(&self.programs).slot(program.key);
            // Somebody makes it at the moment: just as well.
            if let Ok(mut slot) = slot.try_lock() {
                slot.get_or_insert_with(|| program.clone());
            }
        }
    }

    /// What a file's attributes tell it by; `None` while they might not.
    fn identify(&self, stat: &Stat) -> Option<FileId> {
        let kernel = self.launcher.kernel.upgrade()?;
        let now = kernel.platform().wall_time().as_nanos();
        let is_old = |time: Timespec| time.as_nanos().saturating_add(FRESH_NS) < now;
        let id = (stat.dev, stat.ino, stat.size, stat.mtime, stat.ctime);
        (is_old(stat.mtime) && is_old(stat.ctime)).then_some(id)
    }

    /// Makes the program of a file, or waits for whoever does. On a thread that may be held up.
    fn make(&self, file: &dyn File, size: u64, slot: Option<&Slot>) -> SysResult<Program> {
        let mut known = slot.map(|slot| lock(slot));
        if let Some(program) = known.as_deref().and_then(Option::as_ref).filter(|program| !self.is_outdated(program)) {
            return Ok(program.clone());
        }
        let bytes = Arc::new(read(file, size)?);
        let key = self.engines.shared_key(&bytes).map_err(|error| refuse(&error))?;
        let by_content = lock(&self.programs).slot(key);
        let mut made = lock(&by_content);
        let program = match made.as_ref().filter(|program| !self.is_outdated(program)) {
            Some(program) => program.clone(),
            None => self.compile(&bytes).map_err(|error| refuse(&error))?,
        };
        *made = Some(program.clone());
        if let Some(known) = &mut known {
            **known = Some(program.clone());
        }
        Ok(program)
    }

    fn compile(&self, bytes: &Arc<Vec<u8>>) -> Result<Program, HostError> {
        let Compiling { policy, cache, on_baseline } = &self.compiling;
        let program = self.engines.load_shared(bytes, cache.as_ref(), *policy)?;
        if program.how == HowCompiled::Baseline
            && cache.is_some()
            && let Some(tell) = on_baseline
        {
            tell(&program, bytes);
        }
        Ok(program)
    }

    /// Whether there is better code by now.
    fn is_outdated(&self, program: &Program) -> bool {
        program.how == HowCompiled::Baseline
            && self.compiling.policy == CompilePolicy::BaselineFirst
            && self.compiling.cache.as_ref().is_some_and(|cache| cache.has(program.key))
    }
}

impl Programs for Spawner {
    fn load(self: Arc<Self>, image: Image) -> BoxFuture<'static, SysResult<Arc<dyn Loaded>>> {
        Box::pin(async move {
            let mut magic = [0; 4];
            let read = image.file.read_at(&mut magic, 0)?;
            let magic = magic.get(..read).unwrap_or_default();
            if magic != b"\0asm" {
                return self.granted.load(&image.name, magic, &self.launcher);
            }
            let slot = self.identify(&image.stat).map(|id| lock(&self.files).slot(id));
            let ready = slot.as_ref().and_then(|slot| slot.try_lock().ok()?.clone());
            let program = match ready.filter(|program| !self.is_outdated(program)) {
                Some(program) => program,
                None => {
                    let (spawner, executor) = (self.clone(), self.launcher.executor.clone());
                    let making =
                        executor.spawn_blocking(move || spawner.make(&*image.file, image.stat.size, slot.as_ref()));
                    making.await.map_err(|_| SysError::new(Errno::EIO, "the compiler has failed"))??
                }
            };
            let launcher = self.launcher.clone();
            let loaded: Arc<dyn Loaded> = Arc::new(Guest { program, launcher });
            Ok(loaded)
        })
    }
}

/// A program of wasm code.
struct Guest {
    program: Program,
    launcher: Arc<Launcher>,
}

impl Loaded for Guest {
    fn module_bytes(&self) -> u64 {
        self.program.bytes
    }

    fn start(&self, process: &Arc<Process>) -> SysResult<()> {
        let program = &self.program;
        let fds = if program.is_js() { Vec::new() } else { preopens(process, program.is_go())? };
        let watch = Watch { on_stderr: true, ..Watch::default() };
        let launch = Launch { program, process, fds, world: World::default(), watch, profiler: None };
        self.launcher.launch(launch).map_err(|error| match error {
            HostError::Kernel(error) => error,
            HostError::Io { .. } => SysError::new(Errno::EAGAIN, "the host refuses a thread"),
            HostError::Module(_) if program.is_js() => {
                SysError::new(Errno::E2BIG, "arguments and environment do not fit, or its memory")
            }
            _ => SysError::new(Errno::ENOMEM, "it starts with more memory than it may have"),
        })
    }
}

/// Why a module cannot be run. The details are for the log: an errno's reason is a fixed text.
fn refuse(error: &HostError) -> SysError {
    tracing::warn!("a program cannot be started: {error}");
    match error {
        HostError::Module(_) => SysError::new(Errno::ENOEXEC, "not a module that can run here"),
        HostError::Kernel(error) => *error,
        HostError::Io { .. } | HostError::Engine(_) => SysError::new(Errno::EIO, "the engine has failed"),
    }
}

/// All of a file.
fn read(file: &dyn File, size: u64) -> SysResult<Vec<u8>> {
    if size > LARGEST {
        return fail(Errno::ENOEXEC, "a module too large to be one");
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    let mut piece = vec![0; PIECE];
    loop {
        let at = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let read = file.read_at(&mut piece, at)?;
        bytes.extend_from_slice(piece.get(..read).unwrap_or_default());
        if read == 0 {
            return Ok(bytes);
        }
        if at > LARGEST {
            return fail(Errno::ENOEXEC, "a module too large to be one");
        }
    }
}

/// The programs that were used last.
struct Kept<K>(Vec<(K, Slot)>);

impl<K> Default for Kept<K> {
    fn default() -> Self {
        Kept(Vec::new())
    }
}

impl<K: PartialEq> Kept<K> {
    /// The slot of a key, which is the one used last from now on.
    fn slot(&mut self, key: K) -> Slot {
        let slot = match self.0.iter().position(|(other, _)| *other == key) {
            Some(at) => self.0.remove(at).1,
            None => Slot::default(),
        };
        self.0.truncate(KEPT.saturating_sub(1));
        self.0.insert(0, (key, slot.clone()));
        slot
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The directories handed to a WASI program. Go's runtime resolves every path itself and needs the root only. wasi-libc
/// takes `/` and `.` for the same empty prefix, so a program in a working directory other than `/` gets the top-level
/// directories by name, then the working directory as `.`, which wins for relative paths.
///
/// # Errors
/// What opening them answers.
pub fn preopens(process: &Arc<Process>, is_go: bool) -> SysResult<Vec<FdEntry>> {
    let mut list = vec![FdEntry::preopened(open_directory(process, process.root.clone())?, b"/")];
    let cwd = process.cwd.lock().clone();
    if is_go || cwd.parent().is_none() {
        return Ok(list);
    }
    let root = list.first().map(|entry| entry.file.clone());
    for entry in root.map(|root| root.listing(true)).transpose()?.iter().flat_map(|entries| entries.iter()) {
        if entry.kind == FileType::Directory {
            let name = [b"/", &*entry.name].concat();
            let start = Start { root: &process.root, base: &process.root, beneath: false, caller: process.pid };
            let place = walk(start, &name, Tail::Follow).and_then(|resolved| resolved.existing());
            // What cannot be opened the program cannot look into by its path either.
            if let Ok(file) = place.and_then(|(place, _)| open_directory(process, place)) {
                list.push(FdEntry::preopened(file, &name));
            }
        }
    }
    list.push(FdEntry::preopened(open_directory(process, cwd)?, b"."));
    Ok(list)
}

fn open_directory(process: &Process, place: Arc<Location>) -> SysResult<Arc<OpenFile>> {
    directory(&place)?;
    let how = OpenHow { caller: process.pid, read: true, write: false, truncate: false };
    let file = place.node().open(how)?;
    let place = file.node().map_or(place.clone(), |pinned| place.with_node(pinned));
    Ok(OpenFile::new(file, AccessMode::ReadOnly, OpenFlags::empty(), Some(place)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_last_is_kept() {
        let mut kept = Kept::<usize>::default();
        let first = kept.slot(0);
        assert!(Arc::ptr_eq(&first, &kept.slot(0)));
        for key in 1..KEPT {
            kept.slot(key);
            kept.slot(0);
        }
        kept.slot(KEPT);
        assert_eq!(kept.0.len(), KEPT);
        assert!(Arc::ptr_eq(&first, &kept.slot(0)));
        assert!(kept.0.iter().all(|(key, _)| *key != 1), "the longest unused goes");
    }
}
