//! `gopherix cache`, and the helper that fills it in the background.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use gopherix::{CompilePolicy, Interruption, Machine, ModuleCache};
use indicatif::HumanBytes;

use crate::args::CacheCommand;

/// The argument that makes this program the helper.
const HELPER: &str = "fill-cache";
/// CPU seconds the helper may use before it is ended: a bound, not an expectation.
const FILL_CPU_SECS: u64 = 600;

/// The user's cache of compiled modules.
pub(crate) fn open() -> anyhow::Result<ModuleCache> {
    Ok(ModuleCache::open(&dir()?)?)
}

/// Where overlays of Go's standard library are kept: `port` beside the modules, or in `$GOPHERIX_CACHE`.
pub(crate) fn port_dir() -> anyhow::Result<PathBuf> {
    let beside = |modules: PathBuf| modules.with_file_name("port");
    let dir = custom_dir().map_or_else(|| dir().map(beside), |custom| Ok(custom.join("port")))?;
    std::path::absolute(dir).context("no current directory")
}

fn custom_dir() -> Option<PathBuf> {
    std::env::var_os("GOPHERIX_CACHE").filter(|dir| !dir.is_empty()).map(PathBuf::from)
}

/// `$GOPHERIX_CACHE`, or `gopherix` in the user's cache folder (XDG_CACHE_HOME).
fn dir() -> anyhow::Result<PathBuf> {
    if let Some(dir) = custom_dir() {
        return Ok(dir);
    }
    let dirs = directories::BaseDirs::new().context("no home directory; set GOPHERIX_CACHE")?;
    Ok(dirs.cache_dir().join("gopherix").join("modules"))
}

/// `gopherix cache list|clear`.
pub(crate) fn cache(command: &CacheCommand) -> anyhow::Result<u8> {
    let cache = open()?;
    let mut out = std::io::stdout().lock();
    match command {
        CacheCommand::List => {
            let entries = cache.list()?;
            let total = entries.iter().fold(0u64, |sum, e| sum.saturating_add(e.code_bytes));
            for entry in &entries {
                let key = entry.key.get(..12).unwrap_or(&entry.key);
                let age = indicatif::HumanDuration(std::time::Duration::from_secs(entry.age_secs));
                writeln!(
                    out,
                    "{key}  {:>10}  {age:>12} ago  {}",
                    HumanBytes(entry.code_bytes).to_string(),
                    entry.name
                )?;
            }
            let count = modules(entries.len());
            writeln!(out, "{count}, {} in {}", HumanBytes(total), cache.dir().display())?;
        }
        CacheCommand::Clear => {
            let count = cache.clear()?;
            writeln!(out, "{} removed from {}", modules(count), cache.dir().display())?;
        }
    }
    Ok(0)
}

fn modules(count: usize) -> String {
    format!("{count} module{}", if count == 1 { "" } else { "s" })
}

/// Flags that a compiled module depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EngineFlags {
    pub(crate) interruption: Interruption,
    pub(crate) preemption: bool,
}

impl EngineFlags {
    /// A machine with such engines.
    pub(crate) fn builder(self) -> gopherix::Builder {
        Machine::builder().interruption(self.interruption).preemption(self.preemption)
    }

    /// For the helper's environment.
    fn words(self) -> String {
        let interruption = if self.interruption == Interruption::Epochs { "epochs" } else { "calls" };
        format!("{interruption}{}", if self.preemption { "" } else { ",no-preempt" })
    }

    fn of_words(words: &str) -> Self {
        let epochs = words.split(',').any(|word| word == "epochs");
        let interruption = if epochs { Interruption::Epochs } else { Interruption::InCalls };
        EngineFlags { interruption, preemption: !words.split(',').any(|word| word == "no-preempt") }
    }
}

/// Starts a helper that compiles the module well and outlives this process: quiet, nice, bounded. Only one at a time works
/// on a module.
pub(crate) fn fill_in_background(cache: &ModuleCache, key: gopherix::cache::Key, wasm: &[u8], engine: EngineFlags) {
    let Some(claim) = cache.claim(key, wasm) else { return };
    let Ok(own) = std::env::current_exe() else { return };
    let mut helper = Command::new(own);
    helper.arg(HELPER).arg(&claim).env("GOPHERIX_CACHE", cache.dir());
    helper.env("GOPHERIX_FILL", engine.words());
    helper.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/");
    if helper.spawn().is_err() {
        let _ = std::fs::remove_file(claim);
    }
}

/// Does the helper's work if this process was started for it; its exit code. Not a subcommand, since that would be offered
/// by completions.
pub(crate) fn background_helper() -> Option<anyhow::Result<u8>> {
    let mut args = std::env::args_os().skip(1);
    if args.next()? != HELPER {
        return None;
    }
    args.next().map(|claim| fill(Path::new(&claim)))
}

/// Compiles a claimed module and removes the claim.
fn fill(claim: &Path) -> anyhow::Result<u8> {
    // A session of its own, so that a ^C meant for the program does not end it.
    let _ = rustix::process::setsid();
    let _ = rustix::process::nice(19);
    let limit = rustix::process::Rlimit { current: Some(FILL_CPU_SECS), maximum: Some(FILL_CPU_SECS) };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Cpu, limit);
    let engine = EngineFlags::of_words(&std::env::var("GOPHERIX_FILL").unwrap_or_default());
    let compiled = std::fs::read(claim).context("the claimed module is gone").and_then(|wasm| {
        let machine = engine.builder().cpus(1).compile_policy(CompilePolicy::Optimizing).cache(open()?).boot()?;
        machine.load(wasm)?;
        Ok(())
    });
    let _ = std::fs::remove_file(claim);
    compiled.map(|()| 0)
}
