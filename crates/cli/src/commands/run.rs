//! `gopherix run`.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use gopherix::{
    Access, Builder, Child, CompilePolicy, ExitStatus, HowCompiled, Interruption, Limits, Machine, NetPolicy, Outcome,
    Program, Signal, Stdio,
};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use super::cache::{self, EngineFlags};
use super::crash::{DUMP_GRACE, Recorder, dump};
use super::profile::Wanted;
use super::signals::{self, Listening};
use crate::args::{Compiler, RunArgs};
use crate::exit::say;
use crate::grants::{Grant, Listen, Variable};
use crate::project;
use crate::testing;
use crate::trace::Tracer;

/// How long compiling may take before a line on the terminal says so.
const QUIET: Duration = Duration::from_millis(500);
/// How long a program whose time is up has to come to a system call before it is ended with this process.
const GRACE: Duration = Duration::from_millis(50);

/// Runs a program to its end; the exit code.
pub(crate) fn run(args: RunArgs) -> anyhow::Result<u8> {
    let wanted = Wanted::by_run(&args);
    run_profiled(args, wanted)
}

/// Runs a program to its end, sampling it if that is wanted; the exit code.
pub(crate) fn run_profiled(mut args: RunArgs, wanted: Option<Wanted>) -> anyhow::Result<u8> {
    testing::grant(&mut args)?;
    let tracer = Tracer::from_args(&args)?;
    let wasm = Arc::new(project::module(&args)?);
    let engine = EngineFlags { interruption: interruption(&args), preemption: !args.no_preempt };
    let cache = if args.no_cache { None } else { usable_cache() };
    let policy = policy(&args, wanted.is_some(), cache.is_some());
    let mut builder = engine.builder().tick(args.tick).compile_policy(policy);
    if let Some(cache) = &cache {
        builder = builder.cache(cache.clone());
    }
    builder = builder.network(network(&args));
    builder = args.allow_host_exec.iter().fold(builder, |builder, name| builder.host_program(name));
    builder = fill_for_children(builder, &engine, cache.as_ref());
    if let Some(tracer) = &tracer {
        builder = builder.trace(tracer.clone());
    }
    let (builder, points) = grant(builder, &args)?;
    let machine = builder.boot()?;
    let program = load(&machine, &args.program, &wasm)?;
    if let Some(cache) = &cache {
        note_in_cache(cache, &program, &args, &wasm, engine);
    }
    let recorder = Recorder::default();
    let listening = signals::listen()?;
    let signals = wanted.as_ref().map(|_| Wanted::listen()).transpose()?;
    let hz = wanted.as_ref().map(|wanted| wanted.rate);
    let command = command(&machine, &program, &args, &points, hz)?;
    let command = recorder.watch(scripts(command, &program, &args)?, &args);
    let child = start(command, &listening).with_context(|| args.program.display().to_string())?;
    let passed = listening.pass_on(&machine, &child);
    if let (Some(wanted), Some(signals), Some(profile)) = (&wanted, signals, &child.profile) {
        wanted.write_on_signal(signals, profile.clone());
    }
    let tells = args.dump_on_timeout || args.crash_report.is_some() || args.core.is_some();
    let outcome = wait(&child, args.timeout, if tells { DUMP_GRACE } else { GRACE });
    gopherix::restore_terminal();
    if let Some(tracer) = &tracer {
        tracer.finish();
    }
    let code = conclude(&child, &outcome, &args);
    recorder.write(&args, &outcome)?;
    if let (Some(wanted), Some(profile)) = (&wanted, &child.profile) {
        wanted.finish(profile, &args.program)?;
    }
    passed.die_as(&outcome);
    Ok(code)
}

/// Has better code made of what guests start, as of the program itself.
fn fill_for_children(builder: Builder, engine: &EngineFlags, cache: Option<&gopherix::ModuleCache>) -> Builder {
    let Some(cache) = cache.cloned() else { return builder };
    let engine = EngineFlags { interruption: Interruption::Epochs, ..*engine };
    builder.on_baseline(move |key, wasm| cache::fill_in_background(&cache, key, wasm, engine))
}

/// One guest needs no interruption in the middle of its code: this process can be ended with it. A CPU limit does.
fn interruption(args: &RunArgs) -> Interruption {
    if args.cpu_time.is_some() { Interruption::Epochs } else { Interruption::InCalls }
}

/// The cache, or a word why there is none: a read-only home must not keep a program from running.
fn usable_cache() -> Option<gopherix::ModuleCache> {
    match cache::open() {
        Ok(cache) => Some(cache),
        Err(error) => {
            say(&format!("gopherix: not caching (--no-cache says so, GOPHERIX_CACHE names another folder): {error:#}"));
            None
        }
    }
}

/// A profile is one of the code that takes the time in the end.
fn policy(args: &RunArgs, is_profiled: bool, has_cache: bool) -> CompilePolicy {
    match args.compiler {
        Compiler::Auto if is_profiled => CompilePolicy::Optimizing,
        Compiler::Auto if !has_cache => CompilePolicy::Baseline,
        Compiler::Auto => CompilePolicy::BaselineFirst,
        Compiler::Baseline => CompilePolicy::Baseline,
        Compiler::Optimizing => CompilePolicy::Optimizing,
    }
}

fn network(args: &RunArgs) -> NetPolicy {
    if args.allow_all { NetPolicy::everything() } else { args.net.iter().cloned().collect() }
}

/// The granted directories as mounts; and where in the guest they are.
fn grant(mut builder: Builder, args: &RunArgs) -> anyhow::Result<(Builder, Vec<String>)> {
    let mut points = Vec::new();
    let mut mount = |builder: Builder, grant: &Grant, access| -> anyhow::Result<Builder> {
        let point = grant.point()?;
        points.push(point.clone());
        Ok(builder.dir(&grant.host, point, access))
    };
    if args.allow_all {
        let everything = Grant { host: "/".into(), guest: Some("/".into()), read_only: false };
        builder = mount(builder, &everything, Access::ReadWrite)?;
    }
    for dir in &args.dir {
        let access = if dir.read_only { Access::ReadOnly } else { Access::ReadWrite };
        builder = mount(builder, dir, access)?;
    }
    for overlay in &args.overlay {
        builder = mount(builder, overlay, Access::Overlay)?;
    }
    Ok((builder, points))
}

/// Loads the module; a spinner tells of it if it takes long and somebody is watching.
fn load(machine: &Machine, path: &Path, wasm: &Arc<Vec<u8>>) -> anyhow::Result<Program> {
    let spinner = ProgressBar::new_spinner();
    spinner.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (done, waiting) = std::sync::mpsc::channel::<()>();
    let watcher = std::thread::spawn({
        let spinner = spinner.clone();
        move || {
            if waiting.recv_timeout(QUIET).is_err_and(|e| e == std::sync::mpsc::RecvTimeoutError::Timeout) {
                spinner.set_draw_target(indicatif::ProgressDrawTarget::stderr());
                if let Ok(style) = ProgressStyle::with_template("{spinner} compiling {msg} ({elapsed})") {
                    spinner.set_style(style);
                }
                spinner.set_message(name);
                spinner.enable_steady_tick(Duration::from_millis(100));
                let _ = waiting.recv();
            }
        }
    });
    let program = machine.load(wasm.clone());
    drop(done);
    let _ = watcher.join();
    spinner.finish_and_clear();
    program.with_context(|| format!("{}", path.display()))
}

fn note_in_cache(cache: &gopherix::ModuleCache, program: &Program, args: &RunArgs, wasm: &[u8], engine: EngineFlags) {
    if program.how() == HowCompiled::Cached || args.compiler == Compiler::Baseline {
        return;
    }
    let path = args.program.canonicalize().unwrap_or_else(|_| args.program.clone());
    cache.describe(program.key(), &path.to_string_lossy(), wasm.len());
    if program.how() == HowCompiled::Baseline {
        cache::fill_in_background(cache, program.key(), wasm, engine);
    }
}

/// Starts the program; it ignores what whoever started this process ignores.
fn start(mut command: gopherix::Command, listening: &Listening) -> Result<Child, gopherix::Error> {
    for signal in &listening.ignored {
        command = command.ignore(*signal);
    }
    command.spawn()
}

fn command(
    machine: &Machine,
    program: &Program,
    args: &RunArgs,
    points: &[String],
    profile_hz: Option<u32>,
) -> anyhow::Result<gopherix::Command> {
    let name = match &args.argv0 {
        Some(name) => name.as_bytes(),
        None => args.program.as_os_str().as_encoded_bytes(),
    };
    let mut command = machine
        .command(program)
        .argv0(name)
        .args(args.args.iter().map(|a| a.as_encoded_bytes()))
        .cwd(working_directory(args, points))
        .stdin(Stdio::Inherit)
        .stdout(Stdio::Inherit)
        .stderr(Stdio::Inherit)
        .limits(limits(args));
    if let Some(hz) = profile_hz {
        command = command.profile(hz);
    }
    if args.env_inherit || args.allow_all {
        for (name, value) in std::env::vars_os() {
            command = command.env(name.as_encoded_bytes(), value.as_encoded_bytes());
        }
    }
    for Variable { name, value } in &args.env {
        match value {
            Some(value) => command = command.env(name, value),
            None => {
                if let Some(value) = std::env::var_os(name) {
                    command = command.env(name, value.as_encoded_bytes());
                }
            }
        }
    }
    for listen in &args.listen {
        command = command.listen(bind(listen)?);
    }
    Ok(command)
}

/// Hands in the scripts, which only a program with a JavaScript world can run.
fn scripts(mut command: gopherix::Command, program: &Program, args: &RunArgs) -> anyhow::Result<gopherix::Command> {
    if !program.is_js() && (args.js_main.is_some() || !args.js.is_empty()) {
        bail!("--js and --js-main are for programs built with GOOS=js, and {} is none", args.program.display());
    }
    let read =
        |path: &PathBuf| std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
    for path in &args.js {
        command = command.js_prelude(path.to_string_lossy(), read(path)?);
    }
    if let Some(path) = &args.js_main {
        command = command.js_main(path.to_string_lossy(), read(path)?);
    }
    Ok(command)
}

/// Listens. Port 0 is any free one, and then somebody has to say which.
fn bind(listen: &Listen) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(&*listen.0).with_context(|| format!("cannot listen on {listen}"))?;
    if listen.0.iter().any(|address| address.port() == 0) {
        say(&format!("gopherix: listening on {}", listener.local_addr()?));
    }
    Ok(listener)
}

/// The given one; or this process' own, if the guest sees it; or the root.
fn working_directory(args: &RunArgs, points: &[String]) -> String {
    if let Some(cwd) = &args.cwd {
        return cwd.clone();
    }
    let here = std::env::current_dir().ok().and_then(|d| d.into_os_string().into_string().ok());
    let visible = |here: &String| points.iter().any(|point| Path::new(here).starts_with(point));
    // A grant of another directory at such a place would be a coincidence; only grants at their own path count.
    let own = args.dir.iter().chain(&args.overlay).any(|grant| grant.guest.is_none());
    here.filter(|here| (own || args.allow_all) && visible(here)).unwrap_or_else(|| "/".into())
}

fn limits(args: &RunArgs) -> Limits {
    let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    Limits {
        memory: args.memory,
        open_files: args.max_files,
        cpu_time_ns: args.cpu_time.map(nanos),
        wall_time_ns: args.timeout.map(nanos),
        file_size: args.max_file_size,
        total_written: args.max_written,
        processes: Some(args.max_processes),
    }
}

/// Waits for the end. A program that does not come to a system call after its time is up is left to the end of this process.
fn wait(child: &Child, timeout: Option<Duration>, grace: Duration) -> Outcome {
    let (done, ended) = std::sync::mpsc::channel();
    let process: Arc<_> = child.process().clone();
    std::thread::spawn(move || {
        let _ = done.send(futures::executor::block_on(process.wait()));
    });
    let patience = timeout.map(|t| t.saturating_add(grace));
    let began = Instant::now();
    loop {
        let left = patience.map(|p| p.saturating_sub(began.elapsed()));
        let status = match left {
            Some(left) => ended.recv_timeout(left).ok(),
            None => ended.recv().ok(),
        };
        if status.is_some()
            && let Some(outcome) = child.outcome()
        {
            return outcome;
        }
        if left.is_some_and(|left| left.is_zero()) {
            return Outcome { status: ExitStatus::TimedOut, note: Some("its wall time is up".into()) };
        }
    }
}

/// Says what the program itself could not, and gives the exit code.
fn conclude(child: &Child, outcome: &Outcome, args: &RunArgs) -> u8 {
    let name = args.program.display();
    if let Some(end) = end(outcome, args) {
        say(&format!("gopherix: {name}: {end}"));
    }
    if let Some(dump) = dump(outcome).filter(|_| args.dump_on_timeout || outcome.status != ExitStatus::TimedOut) {
        say(dump.trim_end());
    }
    let usage = child.usage();
    if outcome.status.code() != 0 {
        if let Some(limit) = args.memory.filter(|_| usage.hit_memory_limit) {
            say(&format!("gopherix: {name}: it asked for more than {} of memory (--memory)", HumanBytes(limit)));
        }
        if usage.hit_open_files_limit {
            say(&format!("gopherix: {name}: it asked for more than {} open files (--max-files)", args.max_files));
        }
    }
    outcome.status.code()
}

/// What ended a program that did not exit by itself. Of SIGPIPE nothing is said, as shells do: `… | head` is no failure.
fn end(outcome: &Outcome, args: &RunArgs) -> Option<String> {
    match (outcome.status, args.timeout, args.cpu_time) {
        (ExitStatus::Exited(_) | ExitStatus::Signaled(Signal::SIGPIPE), _, _) => None,
        (ExitStatus::TimedOut, limit, _) => {
            Some(format!("ended, its time of {:?} is up (--timeout)", limit.unwrap_or_default()))
        }
        (ExitStatus::Signaled(Signal::SIGXCPU), _, Some(limit)) => {
            Some(format!("ended by SIGXCPU, its CPU time of {limit:?} is up (--cpu-time)"))
        }
        (ExitStatus::Signaled(signal), _, _) => {
            let note = outcome.note.as_deref().map(|note| format!(": {}", note.trim_end())).unwrap_or_default();
            let number = format!("signal {}", signal.number());
            Some(format!("ended by {}{note}", signal.name().unwrap_or(&number)))
        }
    }
}
