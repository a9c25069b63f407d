//! Commands with a deadline, and background commands that do not outlive the test.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use wait_timeout::ChildExt;

/// How a command ended and what it wrote.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The exit code; 128 + n if signal n ended it.
    pub code: i32,
    /// What it wrote to stdout; empty if that was not captured.
    pub stdout: Vec<u8>,
    /// What it wrote to stderr.
    pub stderr: String,
}

/// Where a command's stdout goes.
pub enum Output {
    /// Into [`Finished::stdout`].
    Capture,
    /// To this.
    To(Stdio),
}

/// Runs a command with `input` as all of its stdin and kills it after `limit`.
///
/// # Errors
/// If it cannot be started, or did not end in time: with what it wrote so far.
pub fn run(command: &mut Command, input: &[u8], output: Output, limit: Duration) -> Result<Finished> {
    let stdout = match output {
        Output::Capture => Stdio::piped(),
        Output::To(stdio) => stdio,
    };
    command.stdin(Stdio::piped()).stdout(stdout).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
    // The command holds our end of a pipe given as stdout, which would keep that pipe open.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let stdin = child.stdin.take();
    let (out, err) = (drain(child.stdout.take()), drain(child.stderr.take()));
    let ended = thread::scope(|scope| {
        // A program need not read its input, so a failure to write is none of ours.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        let ended = child.wait_timeout(limit);
        if !matches!(ended, Ok(Some(_))) {
            child.kill()?;
            child.wait()?;
        }
        ended
    })?;
    let stdout = out.join().unwrap_or_default();
    let stderr = String::from_utf8_lossy(&err.join().unwrap_or_default()).into_owned();
    let Some(status) = ended else {
        bail!(
            "{command:?} did not end within {limit:?}; stdout: {}; stderr: {stderr}",
            String::from_utf8_lossy(&stdout)
        );
    };
    Ok(Finished { code: code(status), stdout, stderr })
}

/// Runs a command that must succeed; what it wrote to stdout.
///
/// # Errors
/// As [`run`], and if it failed: with its stderr.
pub fn succeed(command: &mut Command, limit: Duration) -> Result<Vec<u8>> {
    let finished = run(command, b"", Output::Capture, limit)?;
    if finished.code != 0 {
        bail!("{command:?} ended with {}:\n{}", finished.code, finished.stderr);
    }
    Ok(finished.stdout)
}

fn code(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|n| n.saturating_add(128))).unwrap_or(-1)
}

fn drain(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// A command in the background; dropping it kills it.
pub struct Background(Child);

impl Background {
    /// Starts it, without standard streams: what it has to say at its own end is nobody's business.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(command: &mut Command) -> Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Ok(Background(child.with_context(|| format!("cannot start {command:?}"))?))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn passes_input_and_takes_output() {
        let finished = run(&mut shell("cat; echo oops >&2; exit 3"), b"hello", Output::Capture, LIMIT).unwrap();
        assert_eq!((finished.code, &*finished.stdout, &*finished.stderr), (3, &b"hello"[..], "oops\n"));
    }

    #[test]
    fn signals_are_128_and_more() {
        assert_eq!(run(&mut shell("kill -TERM $$"), b"", Output::Capture, LIMIT).unwrap().code, 143);
    }

    #[test]
    fn kills_what_hangs() {
        let error = run(
            &mut shell("echo begun; exec cat /dev/zero >/dev/null"),
            b"",
            Output::Capture,
            Duration::from_millis(200),
        );
        assert!(error.unwrap_err().to_string().contains("did not end"));
    }

    #[test]
    fn a_failure_tells_stderr() {
        let error = succeed(&mut shell("echo why >&2; exit 1"), LIMIT).unwrap_err();
        assert!(error.to_string().contains("why"), "{error}");
    }
}
