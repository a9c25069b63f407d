//! The world's scripts, and how they are loaded.
//!
//! Each file is one function of `host` that answers what it exports. `world.js` runs at once, any other when
//! `host.load(name)` first asks for it.

use gopherix_guest::gojs::intrinsic::{FsOp, Intrinsic, ProcessOp};

use crate::QuickJs;
use crate::function::Role;
use crate::heap::Thrown;
use crate::value::Js;
use crate::{host, number};

macro_rules! sources {
    ($($name:literal),* $(,)?) => {
        /// The files, by name.
        const SOURCES: &[(&str, &str)] = &[$(($name, include_str!(concat!("world/", $name, ".js")))),*];
    };
}

sources![
    "blob",
    "clone",
    "console",
    "constants",
    "encoding",
    "events",
    "fetch",
    "format",
    "fs",
    "fs_values",
    "headers",
    "inspect",
    "path",
    "process",
    "streams",
    "timers",
    "url",
    "world",
];

/// The release of Node whose API the world follows. Libraries look at `process.versions.node` to see whether `fs`, `process`
/// and `require` are there, and take a program without it for one in a browser: so it is there, as it is in other runtimes
/// with Node's API. What runs is told by `process.versions.gopherix` and `process.release.name`.
const NODE: &str = "20.20.2";

/// All functions that the adapter carries out. Their order is what [`Role::Intrinsic`] counts in.
pub(crate) fn intrinsics() -> Vec<Intrinsic> {
    let mut all = Vec::new();
    all.extend(FsOp::ALL.iter().map(|op| Intrinsic::Fs(*op)));
    all.extend(FsOp::ALL.iter().map(|op| Intrinsic::FsSync(*op)));
    all.extend(ProcessOp::ALL.iter().map(|op| Intrinsic::Process(*op)));
    all.extend([Intrinsic::PathResolve, Intrinsic::SetTimer, Intrinsic::ClearTimer]);
    all
}

impl QuickJs {
    pub(crate) fn intrinsic_at(&self, index: usize) -> Option<Intrinsic> {
        self.intrinsics.get(index).copied()
    }

    pub(crate) fn is_loaded(&self, name: &str) -> bool {
        self.modules.borrow().contains_key(name)
    }

    /// What a file exports.
    pub(crate) fn load(&self, name: &str) -> Thrown<Js> {
        let known = self.modules.borrow().get(name).cloned();
        if let Some(exports) = known {
            return Ok(exports);
        }
        let Some((name, source)) = SOURCES.iter().find(|(known, _)| *known == name) else {
            let message = self.heap.string(&format!("no file {name} in the world"))?;
            return Err(self.heap.make("Error", &[message])?);
        };
        let file = self.heap.eval(&format!("gopherix:{name}"), source, false)?;
        let host = self.host.get().cloned().unwrap_or_else(|| self.heap.undefined());
        let exports = file.call(&self.heap.undefined(), &[host])?;
        self.modules.borrow_mut().insert(name, exports.clone());
        Ok(exports)
    }

    /// Makes `host` and the global object.
    pub(crate) fn build_world(&self) -> Thrown<()> {
        let host = self.heap.object()?;
        for (index, (name, _)) in host::FUNCTIONS.iter().enumerate() {
            host.set(name, self.function(name, Role::Host(index))?)?;
        }
        self.put_intrinsics(&host)?;
        self.put_facts(&host)?;
        // Both are set once, here.
        let _ = self.host.set(host);
        let _ = self.reflect_set.set(self.global.get("Reflect")?.get("set")?);
        let bytes = self.global.get("Uint8Array")?;
        self.by_address.borrow_mut().insert(bytes.address(), Intrinsic::Uint8Array);
        self.load("world").map(drop)
    }

    /// `host.fs`, `host.fsSync`, `host.process` and so on; those that programs see are known by their address.
    fn put_intrinsics(&self, host: &Js) -> Thrown<()> {
        let heap = &self.heap;
        let (fs, fs_sync, public_fs, process) = (heap.object()?, heap.object()?, heap.object()?, heap.object()?);
        for (index, intrinsic) in self.intrinsics.iter().enumerate() {
            let public = |owner: &Js, name: &str| {
                let function = self.function(name, Role::Public(index))?;
                self.by_address.borrow_mut().insert(function.address(), *intrinsic);
                owner.set(name, function)
            };
            match intrinsic {
                Intrinsic::Fs(op) => {
                    fs.set(op.name(), self.function(op.name(), Role::Intrinsic(index))?)?;
                    public(&public_fs, op.name())?;
                }
                Intrinsic::FsSync(op) => fs_sync.set(op.name(), self.function(op.name(), Role::Intrinsic(index))?)?,
                Intrinsic::Process(op) => public(&process, op.name())?,
                Intrinsic::PathResolve => public(host, "resolve")?,
                Intrinsic::SetTimer => host.set("setTimer", self.function("setTimer", Role::Intrinsic(index))?)?,
                Intrinsic::ClearTimer => {
                    host.set("clearTimer", self.function("clearTimer", Role::Intrinsic(index))?)?
                }
                Intrinsic::Uint8Array => {}
            }
        }
        for (name, object) in [("fs", fs), ("fsSync", fs_sync), ("publicFs", public_fs), ("process", process)] {
            host.set(name, object)?;
        }
        Ok(())
    }

    fn put_facts(&self, host: &Js) -> Thrown<()> {
        let heap = &self.heap;
        let argv: Thrown<Vec<Js>> = self.config.argv.iter().map(|arg| heap.string(arg)).collect();
        host.set("argv", heap.array(argv?)?)?;
        host.set("argv0", heap.string(self.config.argv0())?)?;
        host.set("execPath", heap.string(&self.config.exec_path)?)?;
        host.set("pid", heap.number(f64::from(self.config.pid)))?;
        host.set("ppid", heap.number(f64::from(self.config.ppid)))?;
        let versions = heap.object()?;
        versions.set("node", heap.string(NODE)?)?;
        versions.set("gopherix", heap.string(env!("CARGO_PKG_VERSION"))?)?;
        host.set("versions", versions)?;
        host.set("nodeVersion", heap.string(&format!("v{NODE}"))?)?;
        let wall = self.config.started.0;
        let origin = number::from_index(wall.sec).mul_add(1000.0, f64::from(wall.nsec) / 1e6);
        host.set("timeOrigin", heap.number(origin))
    }
}
