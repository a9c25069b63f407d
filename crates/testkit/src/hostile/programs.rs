//! A home whose programs do nothing: a child runs until it is ended, or, every other one, until it is looked after.

use std::sync::{Arc, Weak};

use futures::future::BoxFuture;
use gopherix_abi::Errno;
use gopherix_kernel::error::fail;
use gopherix_kernel::platform::{Image, Loaded, Programs};
use gopherix_kernel::sync::Lock;
use gopherix_kernel::task::Process;
use gopherix_kernel::{Kernel, SysResult, os_wasm};

/// Files that can be started begin like this.
pub(super) const MAGIC: &[u8] = b"\0asm";

/// The children that run.
#[derive(Default)]
pub(super) struct Idle {
    kernel: Lock<Weak<Kernel>>,
    running: Lock<Vec<Arc<Process>>>,
}

impl Idle {
    pub(super) fn serve(self: &Arc<Self>, kernel: &Arc<Kernel>) {
        *self.kernel.lock() = Arc::downgrade(kernel);
        kernel.set_programs(self.clone());
    }

    /// Ends those whose end is decided, and every other one.
    pub(super) fn look_after(&self) {
        let all = std::mem::take(&mut *self.running.lock());
        let (over, rest): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|process| process.is_ending() || process.pid.0.is_multiple_of(2));
        *self.running.lock() = rest;
        for process in over {
            process.finish();
        }
    }
}

impl Programs for Idle {
    fn load(self: Arc<Self>, image: Image) -> BoxFuture<'static, SysResult<Arc<dyn Loaded>>> {
        Box::pin(async move {
            let mut magic = [0; 4];
            image.file.read_at(&mut magic, 0)?;
            if magic != *MAGIC {
                return fail(Errno::ENOEXEC, "no program");
            }
            let loaded: Arc<dyn Loaded> = Arc::new(Program(self));
            Ok(loaded)
        })
    }
}

struct Program(Arc<Idle>);

impl Loaded for Program {
    fn module_bytes(&self) -> u64 {
        4
    }

    fn start(&self, process: &Arc<Process>) -> SysResult<()> {
        let Some(kernel) = self.0.kernel.lock().upgrade() else { return fail(Errno::EIO, "no kernel") };
        os_wasm::osinit(&kernel, process, Vec::new())?;
        self.0.running.lock().push(process.clone());
        Ok(())
    }
}
