//! Profiles of processes: where their processor time goes.

use std::sync::Arc;

use gopherix_host_native::{HostError, Profiler};

pub use gopherix_host_native::profile::DEFAULT_RATE;
pub use gopherix_profile::{flame, pprof, profile::Profile, top};

use crate::Error;

/// The CPU profile of a process that [`Command::profile`](crate::Command::profile) asked for. It can be read at any time, also
/// when the process is over.
#[derive(Clone)]
pub struct CpuProfile(pub(crate) Arc<Profiler>);

impl CpuProfile {
    /// What has been sampled so far.
    #[must_use]
    pub fn read(&self) -> Profile {
        self.0.profile()
    }

    /// Where the process' goroutines are, as Go's `goroutine` profile; where they were at its end, if it has ended. What runs at the
    /// moment, or is in a system call that Go's scheduler does not know of, shows as `[host].running`. Empty for what is no Go program.
    #[must_use]
    pub fn goroutines(&self) -> Profile {
        self.0.goroutines()
    }

    /// Stops sampling; what has been sampled stays.
    ///
    /// # Errors
    /// If there is no process.
    pub fn stop(&self) -> Result<(), Error> {
        Ok(self.0.stop()?)
    }

    /// Goes on with sampling.
    ///
    /// # Errors
    /// EBUSY if the process is being sampled already, ESRCH if it has ended.
    pub fn start(&self) -> Result<(), Error> {
        self.0.start().map_err(|error| match error {
            HostError::Kernel(source) => Error::setup("cannot start the profiler")(source),
            other => other.into(),
        })
    }
}
