//! The go command, started for the port.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::error::Error;
use crate::flags::{self, Flags};
use crate::go::Go;
use crate::{check, overlay};

/// The experiment that has the compiler let goroutines be preempted in loops without calls.
const EXPERIMENT: &str = "preemptibleloops";

/// Which Go, and what is allowed.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The go command or GOROOT the user named.
    pub go: Option<PathBuf>,
    /// Whether a release that is not tested may be tried.
    pub untested: bool,
    /// The folder for overlays.
    pub cache: PathBuf,
}

/// A Go with its overlay.
#[derive(Clone, Debug)]
pub struct Port {
    go: Go,
    overlay: PathBuf,
    cache: PathBuf,
}

impl Port {
    /// Finds Go as it is in `dir` and makes its overlay.
    ///
    /// # Errors
    ///
    /// No Go, one that is not tested, or one that the rules do not fit.
    pub fn make(request: &Request, dir: Option<&Path>) -> Result<Self, Error> {
        let go = Go::find(request.go.as_deref(), dir)?;
        let release = go.release(request.untested)?;
        let overlay = overlay::make(&go, release, &request.cache)?;
        Ok(Self { go, overlay, cache: request.cache.clone() })
    }

    /// The Go.
    #[must_use]
    pub fn go(&self) -> &Go {
        &self.go
    }

    /// The overlay's JSON file.
    #[must_use]
    pub fn overlay(&self) -> &Path {
        &self.overlay
    }

    /// The variables that a plain `go build` needs to do the same.
    ///
    /// # Errors
    ///
    /// The user's own overlay in GOFLAGS cannot be merged.
    pub fn variables(&self, dir: &Path) -> Result<Vec<(&'static str, String)>, Error> {
        let words = flags::words(&self.go.env.goflags);
        let user = Flags::read(&words, false);
        let overlay = self.merged(user.overlay.as_deref(), dir)?;
        let mine = format!("-overlay={}", overlay.display());
        let unquotable = || Error::Flag(format!("{mine} has both kinds of quotes, which GOFLAGS cannot have"));
        let kept = words.iter().filter_map(|word| word.to_str()).filter(|word| !is_overlay(word));
        let goflags: Option<Vec<String>> = kept.chain([mine.as_str()]).map(flags::quoted).collect();
        Ok(vec![
            ("GOOS", "wasip1".into()),
            ("GOARCH", "wasm".into()),
            ("GOEXPERIMENT", self.experiments()),
            ("GOFLAGS", goflags.ok_or_else(unquotable)?.join(" ")),
        ])
    }

    /// `go VERB WORDS`, for the port, not started. `exec` is what a test's program is started by.
    ///
    /// # Errors
    ///
    /// Flags that cannot be, or an overlay that cannot be merged.
    pub fn command(&self, verb: &str, flags: &Flags, exec: Option<&str>) -> Result<Command, Error> {
        if let Some(sanitizer) = flags.sanitizer {
            return Err(Error::Flag(format!("{sanitizer} is not supported for WebAssembly: leave it out")));
        }
        let here = PathBuf::from(".");
        let base = std::path::absolute(flags.folder.as_ref().unwrap_or(&here)).unwrap_or(here);
        let by_env = Flags::read(&flags::words(&self.go.env.goflags), false).overlay;
        let overlay = self.merged(flags.overlay.as_deref().or(by_env.as_deref()), &base)?;
        let mut command = Command::new(&self.go.bin);
        command.arg(verb);
        if let Some(folder) = &flags.folder {
            command.arg("-C").arg(folder);
        }
        let mut flag = OsString::from("-overlay=");
        flag.push(overlay);
        command.arg(flag);
        if let Some(exec) = exec.filter(|_| verb == "test" && !flags.has_exec) {
            command.arg(format!("-exec={exec}"));
        }
        command.args(&flags.rest);
        self.set(&mut command);
        Ok(command)
    }

    fn set(&self, command: &mut Command) {
        command.env("GOOS", "wasip1").env("GOARCH", "wasm").env("GOEXPERIMENT", self.experiments());
    }

    /// The user's experiments and ours.
    fn experiments(&self) -> String {
        let user = self.go.env.goexperiment.as_str();
        if user.split(',').any(|name| name == EXPERIMENT) {
            return user.to_owned();
        }
        if user.is_empty() { EXPERIMENT.to_owned() } else { format!("{user},{EXPERIMENT}") }
    }

    fn merged(&self, theirs: Option<&Path>, base: &Path) -> Result<PathBuf, Error> {
        match theirs {
            Some(theirs) if base.join(theirs) != self.overlay => {
                overlay::merge(&self.overlay, theirs, base, &self.cache)
            }
            _ => Ok(self.overlay.clone()),
        }
    }

    /// `go build WORDS`, and a look at what it wrote.
    ///
    /// # Errors
    ///
    /// As [`command`](Self::command) and [`check`](check::check).
    pub fn build(&self, flags: &Flags) -> Result<ExitStatus, Error> {
        let mut command = self.command("build", flags, None)?;
        let status = start(&mut command)?;
        if status.success() && !flags.is_dry {
            for path in self.outputs(flags)? {
                check::check(&path)?;
            }
        }
        Ok(status)
    }

    /// What a build with these flags has written.
    fn outputs(&self, flags: &Flags) -> Result<Vec<PathBuf>, Error> {
        let folder = flags.folder.clone().unwrap_or_default();
        let output = flags.output.as_ref().map(|output| folder.join(output));
        let is_folder = |path: &Path| path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/");
        match output {
            Some(output) if !is_folder(&output) => Ok(vec![output]),
            Some(output) => Ok(self.programs(flags)?.into_iter().map(|name| output.join(name)).collect()),
            // Without -o, one program is written, several are not.
            None => {
                let names = self.programs(flags)?;
                Ok(if names.len() == 1 {
                    names.into_iter().map(|name| folder.join(name)).collect()
                } else {
                    Vec::new()
                })
            }
        }
    }

    /// The file names of the programs among the packages.
    fn programs(&self, flags: &Flags) -> Result<Vec<PathBuf>, Error> {
        let by_file = flags.packages.first().map(Path::new).filter(|p| p.extension().is_some_and(|e| e == "go"));
        if let Some(name) = by_file.and_then(Path::file_stem) {
            return Ok(vec![name.into()]);
        }
        let list = Flags { rest: flags.listable.clone(), folder: flags.folder.clone(), ..Flags::default() };
        let mut command = self.command("list", &list, None)?;
        // In front of the packages, behind the verb, where -C must be first.
        let words: Vec<OsString> = command.get_args().map(OsStr::to_owned).collect();
        let at = if flags.folder.is_some() { 3 } else { 1 };
        let format = "-f={{if eq .Name \"main\"}}{{.Target}}{{end}}".into();
        let words = words.iter().take(at).cloned().chain([format]).chain(words.iter().skip(at).cloned());
        command = Command::new(&self.go.bin);
        command.args(words).stdin(Stdio::null());
        self.set(&mut command);
        let output = command.output().map_err(|source| Error::Start { path: self.go.bin.clone(), source })?;
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.lines().filter_map(|line| Path::new(line).file_name()).map(PathBuf::from).collect())
    }
}

/// Starts a command on this terminal and waits for its end.
///
/// # Errors
///
/// It cannot be started.
pub fn start(command: &mut Command) -> Result<ExitStatus, Error> {
    command.status().map_err(|source| Error::Start { path: command.get_program().into(), source })
}

fn is_overlay(word: &str) -> bool {
    word.trim_start_matches('-').starts_with("overlay=") && word.starts_with('-')
}
