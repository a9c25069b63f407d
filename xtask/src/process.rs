//! Running other programs: quietly with their output in the error, aloud for the user to repeat, or into a log file
//! under a time limit. Every failure names the command line.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use wait_timeout::ChildExt;

/// One progress line on stderr.
pub(crate) fn progress(message: &str) {
    eprintln!("xtask: {message}");
}

/// `command` as a line that can be pasted into a shell, with the environment it sets.
pub(crate) fn shell_line(command: &Command) -> String {
    let mut words = Vec::new();
    let here = std::env::current_dir().ok();
    if let Some(dir) = command.get_current_dir().filter(|dir| Some(*dir) != here.as_deref()) {
        words.push(format!("cd {} &&", quote(dir.as_os_str())));
    }
    for (key, value) in command.get_envs() {
        if let Some(value) = value {
            words.push(format!("{}={}", key.to_string_lossy(), quote(value)));
        }
    }
    words.push(quote(command.get_program()));
    words.extend(command.get_args().map(quote));
    words.join(" ")
}

fn quote(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Runs to the end and returns stdout; on failure the error carries both streams.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let line = shell_line(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start: {line}"))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    bail!("{line}\n{}{stderr}\nended with {}", stdout, output.status)
}

/// Runs with this process's own stdio.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = shell_line(command);
    let status = command.status().with_context(|| format!("cannot start: {line}"))?;
    if !status.success() {
        bail!("{line}\nended with {status}");
    }
    Ok(())
}

/// Prints the command line, then runs it.
pub(crate) fn run_shown(command: &mut Command) -> Result<()> {
    eprintln!("$ {}", shell_line(command));
    run(command)
}

/// How a time-limited run ended.
pub(crate) struct Ended {
    /// `None`: the time was up and the process group was killed.
    pub status: Option<ExitStatus>,
    /// From start to end.
    pub wall: Duration,
}

impl Ended {
    /// Ended by itself with status 0.
    pub(crate) fn success(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }

    /// The end in words.
    pub(crate) fn describe(&self) -> String {
        self.status.map_or_else(|| "timed out".to_owned(), |status| status.to_string())
    }
}

/// Runs with both output streams going to `log`, killing the whole process group after `limit`.
pub(crate) fn run_logged(command: &mut Command, log: &Path, limit: Duration) -> Result<Ended> {
    let line = shell_line(command);
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).process_group(0);
    let start = Instant::now();
    let child = command.spawn().with_context(|| format!("cannot start: {line}"))?;
    wait(child, start, limit)
}

/// Runs with both output streams captured by pipes, killing the whole process group after `limit`; what it wrote to stdout
/// and to stderr.
pub(crate) fn run_captured(command: &mut Command, stdin: Stdio, limit: Duration) -> Result<(Ended, Vec<u8>, Vec<u8>)> {
    let line = shell_line(command);
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let start = Instant::now();
    let mut child = command.spawn().with_context(|| format!("cannot start: {line}"))?;
    let (stdout, stderr) = (drain(child.stdout.take()), drain(child.stderr.take()));
    let ended = wait(child, start, limit)?;
    let text = |stream: JoinHandle<_>| stream.join().unwrap_or_default();
    Ok((ended, text(stdout), text(stderr)))
}

/// Reads a stream to its end, beside the process that writes it: a full pipe would stop it.
fn drain(stream: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is all there is to have.
        let _ended = stream.map(|mut stream| stream.read_to_end(&mut bytes));
        bytes
    })
}

fn wait(mut child: Child, start: Instant, limit: Duration) -> Result<Ended> {
    let status = child.wait_timeout(limit)?;
    if status.is_none() {
        kill_group(&mut child)?;
    }
    Ok(Ended { status, wall: start.elapsed() })
}

fn kill_group(child: &mut Child) -> Result<()> {
    let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        // The group may be gone already: that is what was wanted.
        let _gone = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    child.wait()?;
    Ok(())
}

/// The first `name` on PATH.
pub(crate) fn which(name: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_over_its_limit_is_killed_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut command = Command::new("sh");
        command.args(["-c", "echo started; tail -f /dev/null & wait"]);
        let ended = run_logged(&mut command, &log, Duration::from_millis(300)).unwrap();
        assert!(ended.status.is_none() && !ended.success());
        assert_eq!(ended.describe(), "timed out");
    }

    #[test]
    fn streams_are_captured_apart_and_cut_at_the_limit() {
        let limit = Duration::from_secs(60);
        let run = |script: &str, limit| run_captured(Command::new("sh").args(["-c", script]), Stdio::null(), limit);
        let (ended, stdout, stderr) = run("echo out; echo err >&2; exit 3", limit).unwrap();
        assert_eq!((ended.describe().as_str(), &*stdout, &*stderr), ("exit status: 3", &b"out\n"[..], &b"err\n"[..]));
        let (ended, stdout, _) = run("echo begun; tail -f /dev/null & wait", Duration::from_millis(300)).unwrap();
        assert_eq!((ended.status, &*stdout), (None, &b"begun\n"[..]));
    }

    #[test]
    fn shell_lines_can_be_pasted() {
        let mut command = Command::new("echo");
        command.args(["a b", "it's", "plain"]).env("K", "v w");
        assert_eq!(shell_line(&command), r"K='v w' echo 'a b' 'it'\''s' plain");
    }

    #[test]
    fn a_failed_command_shows_its_output() {
        let error = capture(Command::new("sh").args(["-c", "echo why >&2; exit 3"])).unwrap_err().to_string();
        assert!(error.contains("why") && error.contains("exit status: 3"), "{error}");
    }
}
