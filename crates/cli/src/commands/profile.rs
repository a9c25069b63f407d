//! `gopherix profile`, and the files that `run --profile` writes.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::Context;
use gopherix::profile::top::TopOptions;
use gopherix::profile::{CpuProfile, DEFAULT_RATE, Profile};
use signal_hook::consts::SIGUSR1;
use signal_hook::iterator::Signals;

use super::run;
use crate::args::{ProfileArgs, RunArgs};
use crate::exit::say;

/// Runs a program to its end and writes where its time went; its exit code.
pub(crate) fn profile(args: ProfileArgs) -> anyhow::Result<u8> {
    let goroutines = args.run.goroutines.clone();
    let wanted =
        Wanted { rate: args.rate, file: Some(args.output), flame: Some(args.flame), top: args.top, goroutines };
    run::run_profiled(args.run, Some(wanted))
}

/// What is wanted of a run's CPU profile.
pub(crate) struct Wanted {
    pub(crate) rate: u32,
    file: Option<PathBuf>,
    goroutines: Option<PathBuf>,
    flame: Option<PathBuf>,
    /// Lines of the table; 0 for none.
    top: usize,
}

impl Wanted {
    /// What `run --profile` and `run --goroutines` ask for.
    pub(crate) fn by_run(args: &RunArgs) -> Option<Self> {
        let (file, goroutines) = (args.profile.clone(), args.goroutines.clone());
        let rate = if file.is_some() { DEFAULT_RATE } else { 0 };
        (file.is_some() || goroutines.is_some()).then_some(Wanted { rate, file, goroutines, flame: None, top: 0 })
    }

    /// Waits for SIGUSR1. To be called before the program starts: from then on the signal ends nothing.
    pub(crate) fn listen() -> anyhow::Result<Signals> {
        Signals::new([SIGUSR1]).context("cannot wait for SIGUSR1")
    }

    /// Writes the files on SIGUSR1 while the program goes on.
    pub(crate) fn write_on_signal(&self, mut signals: Signals, profile: CpuProfile) {
        let (file, goroutines) = (self.file.clone(), self.goroutines.clone());
        std::thread::spawn(move || {
            for _ in signals.forever() {
                if let Err(error) = write_files(file.as_deref(), goroutines.as_deref(), &profile) {
                    say(&format!("gopherix: {error:#}"));
                }
            }
        });
    }

    /// Writes what was asked for, at the program's end.
    pub(crate) fn finish(&self, profile: &CpuProfile, program: &Path) -> anyhow::Result<()> {
        write_files(self.file.as_deref(), self.goroutines.as_deref(), profile)?;
        let Some(file) = &self.file else { return Ok(()) };
        let profile: Profile = profile.read();
        if let Some(flame) = self.flame.as_ref().filter(|_| profile.total() > 0) {
            write(flame, |out| Ok(profile.write_flame_graph(&program.to_string_lossy(), out)?))?;
        }
        if let Some(nodes) = NonZeroUsize::new(self.top) {
            let table = profile.top(TopOptions { nodes: Some(nodes), ..TopOptions::default() }).to_string();
            say(table.trim_end());
        }
        if let Some(flame) = &self.flame {
            let file = file.display();
            match profile.total() {
                0 => say(&format!("gopherix: no samples in {file}: the program used too little CPU time")),
                _ => say(&format!("gopherix: wrote {file} (go tool pprof {file}) and {}", flame.display())),
            }
        }
        Ok(())
    }
}

fn write_files(cpu: Option<&Path>, goroutines: Option<&Path>, profile: &CpuProfile) -> anyhow::Result<()> {
    if let Some(file) = cpu {
        write(file, |out| Ok(profile.read().write_pprof(out)?))?;
    }
    if let Some(file) = goroutines {
        write(file, |out| Ok(profile.goroutines().write_pprof(out)?))?;
    }
    Ok(())
}

/// Writes a file as a whole: who looks at it meanwhile sees the one before.
fn write(path: &Path, content: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = path.with_file_name(name);
    let written = || {
        let mut out = BufWriter::new(File::create(&new)?);
        content(&mut out)?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        Ok(std::fs::rename(&new, path)?)
    };
    written()
        .inspect_err(|_: &anyhow::Error| drop(std::fs::remove_file(&new)))
        .with_context(|| format!("cannot write {}", path.display()))
}
