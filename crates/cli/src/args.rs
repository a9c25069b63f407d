//! The command line: one definition of every flag, from which help, man page and completions come.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use gopherix::NetGrant;

use crate::grants::{Grant, Listen, Variable};

/// A Unix for WebAssembly programs, Go's first.
#[derive(Debug, Parser)]
#[command(name = "gopherix", version, after_help = crate::exit::HELP, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a program: a .wasm file (GOOS=wasip1, GOOS=js, or any WASI preview 1), a Go file, or a Go package
    Run(Box<RunArgs>),
    /// Run a program and tell where its CPU time goes: a file for `go tool pprof`, a flame graph, and a table
    Profile(Box<ProfileArgs>),
    /// Compile Go packages for this kernel with your own Go: all flags of `go build`
    Build(GoArgs),
    /// Test Go packages: flags of `run` (grants, limits), then all flags of `go test`
    ///
    /// A test sees its package's folder, its module and GOROOT (both to read), a temporary folder, and the variables that Go
    /// itself knows. Whatever else it needs is granted by flags of `run` in front, as in `gopherix test --net --env HOME ./...`
    Test(TestArgs),
    /// Vet Go packages for this kernel: all flags of `go vet`
    Vet(GoArgs),
    /// Print the variables with which a plain `go build` does the same, as shell commands: eval "$(gopherix env)"
    Env(EnvArgs),
    /// Tell what is in a module: Go version, build info, imports, sizes by package
    Inspect(InspectArgs),
    /// The cache of compiled modules
    #[command(subcommand)]
    Cache(CacheCommand),
    /// List the system calls and how far each is supported
    Syscalls {
        /// As the page SYSCALLS.md
        #[arg(long)]
        markdown: bool,
    },
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
}

/// Which Go compiles, and how.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct GoFlags {
    /// The go command, or its GOROOT. Default: GOPHERIX_GO, or go on the PATH
    #[arg(long, value_name = "GO", help_heading = "Go source")]
    pub(crate) go: Option<PathBuf>,

    /// Also take a release of Go that gopherix is not tested with
    #[arg(long, help_heading = "Go source")]
    pub(crate) allow_untested_go: bool,
}

/// Flags of `build` and `vet`: ours, with two dashes, and then the words of go.
#[derive(Debug, clap::Args)]
pub(crate) struct GoArgs {
    #[command(flatten)]
    pub(crate) go: GoFlags,

    /// Flags and packages, as for the go command
    #[arg(value_name = "GO ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) args: Vec<std::ffi::OsString>,
}

/// Flags of `test`.
#[derive(Debug, clap::Args)]
pub(crate) struct TestArgs {
    /// Flags of `run`, then flags and packages, as for `go test`
    #[arg(value_name = "RUN FLAGS, GO ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) args: Vec<std::ffi::OsString>,
}

/// Flags of `env`.
#[derive(Debug, clap::Args)]
pub(crate) struct EnvArgs {
    #[command(flatten)]
    pub(crate) go: GoFlags,
}

/// Flags of `run`.
#[derive(Debug, Parser)]
#[command(after_help = crate::exit::HELP)]
pub(crate) struct RunArgs {
    /// Grant a host directory, for reading and writing or (:ro) for reading only. Without GUEST it appears at its own
    /// absolute path
    #[arg(long, value_name = "HOST[::GUEST][:ro]", help_heading = "Grants")]
    pub(crate) dir: Vec<Grant>,

    /// Grant a host directory to read; changes are kept in memory and lost at the end
    #[arg(long, value_name = "HOST[::GUEST]", help_heading = "Grants")]
    pub(crate) overlay: Vec<Grant>,

    /// Set an environment variable, or pass one on from here (K alone)
    #[arg(long, value_name = "K[=V]", help_heading = "Grants")]
    pub(crate) env: Vec<Variable>,

    /// Pass on the whole environment
    #[arg(long, help_heading = "Grants")]
    pub(crate) env_inherit: bool,

    /// Listen on a TCP address (HOST:PORT, :PORT, PORT) and hand in the socket: the first is descriptor 3, the next 4;
    /// LISTEN_FDS tells how many
    #[arg(long, value_name = "ADDR", help_heading = "Grants")]
    pub(crate) listen: Vec<Listen>,

    /// Let the program use the host's network: all of it, or only what is named: [connect:]HOST[:PORT], where HOST may be *.NAME
    /// (every name below), a network as 10.0.0.0/8, or *; listen:[ADDR:]PORT, by default at 127.0.0.1. PORT may be a range
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        num_args = 0..,
        require_equals = true,
        default_missing_value = "all",
        help_heading = "Grants"
    )]
    pub(crate) net: Vec<NetGrant>,

    /// Grant the host's whole file system, the environment, this working directory and the network
    #[arg(short = 'A', long, help_heading = "Grants")]
    pub(crate) allow_all: bool,

    /// Working directory, an absolute path in the guest. Default: this one if the guest sees it, else /
    #[arg(long, value_name = "DIR", value_parser = crate::grants::guest_path)]
    pub(crate) cwd: Option<String>,

    /// The program's own name (argument 0). Default: PROGRAM as given
    #[arg(long, value_name = "NAME")]
    pub(crate) argv0: Option<String>,

    /// Most linear memory it may have, such as 64M or 1G; beyond, growing fails (Go ends with "out of memory")
    #[arg(long, value_name = "SIZE", value_parser = crate::grants::size, help_heading = "Limits")]
    pub(crate) memory: Option<u64>,

    /// End the program after this long, such as 10s or 500ms (exit code 124)
    #[arg(long, value_name = "TIME", value_parser = crate::grants::time, help_heading = "Limits")]
    pub(crate) timeout: Option<Duration>,

    /// When --timeout ends a Go program, say what each of its goroutines was doing
    #[arg(long, requires = "timeout", help_heading = "Limits")]
    pub(crate) dump_on_timeout: bool,

    /// End the program after this much CPU time (exit code 152)
    #[arg(long, value_name = "TIME", value_parser = crate::grants::time, help_heading = "Limits")]
    pub(crate) cpu_time: Option<Duration>,

    /// Most open files, the standard streams and the root included; beyond, opening fails with EMFILE
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(4..),
        default_value_t = gopherix::Limits::DEFAULT_OPEN_FILES,
        help_heading = "Limits"
    )]
    pub(crate) max_files: u32,

    /// Processes that may be at a time, zombies included; beyond, starting one fails with EAGAIN
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..),
        default_value_t = gopherix::Limits::DEFAULT_PROCESSES,
        help_heading = "Limits"
    )]
    pub(crate) max_processes: u32,

    /// Let it start these programs of the host, which are looked for on PATH. They run outside of the sandbox, as you
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', help_heading = "Grants")]
    pub(crate) allow_host_exec: Vec<String>,

    /// Largest file it may write; beyond, writing fails with EFBIG
    #[arg(long, value_name = "SIZE", value_parser = crate::grants::size, help_heading = "Limits")]
    pub(crate) max_file_size: Option<u64>,

    /// Most bytes it may write to files in all; beyond, writing fails with EDQUOT
    #[arg(long, value_name = "SIZE", value_parser = crate::grants::size, help_heading = "Limits")]
    pub(crate) max_written: Option<u64>,

    /// Log system calls to stderr: all, or those of some families (file, path, poll, process, signal, time, random,
    /// socket), as in --trace=path,file
    #[arg(
        long,
        value_name = "FAMILIES",
        value_delimiter = ',',
        num_args = 0..,
        require_equals = true,
        default_missing_value = "all",
        help_heading = "Looking in"
    )]
    pub(crate) trace: Option<Vec<String>>,

    /// Count system calls and their time, and print a table at the end
    #[arg(long, help_heading = "Looking in")]
    pub(crate) trace_summary: bool,

    /// Write the log and the table to a file instead of stderr; without the other two flags, the log of all calls
    #[arg(long, value_name = "FILE", help_heading = "Looking in")]
    pub(crate) trace_file: Option<PathBuf>,

    /// Should the program not end by itself (a trap, an unrecovered panic, a deadlock, SIGQUIT, --timeout), write what is
    /// known of it to a file, as JSON: signal, message, goroutines with their calls, registers
    #[arg(long, value_name = "FILE", help_heading = "Looking in")]
    pub(crate) crash_report: Option<PathBuf>,

    /// Should the program not end by itself, write a core dump to a file
    #[arg(long, value_name = "FILE", help_heading = "Looking in")]
    pub(crate) core: Option<PathBuf>,

    /// Sample where its CPU time goes, 100 times a second, and write that for `go tool pprof`; SIGUSR1 writes what there is
    /// so far
    #[arg(long, value_name = "FILE.pb.gz", help_heading = "Looking in")]
    pub(crate) profile: Option<PathBuf>,

    /// Write where its goroutines are at the end, for `go tool pprof`; SIGUSR1 writes where they are then
    #[arg(long, value_name = "FILE.pb.gz", help_heading = "Looking in")]
    pub(crate) goroutines: Option<PathBuf>,

    /// Run a script in the program's JavaScript world before the program; several run in order (GOOS=js)
    #[arg(long, value_name = "FILE", help_heading = "JavaScript")]
    pub(crate) js: Vec<PathBuf>,

    /// Run a script once the program waits, to drive what it has registered on globalThis; top-level await is allowed, and
    /// the program ends when nothing is left to do (GOOS=js)
    #[arg(long, value_name = "FILE", help_heading = "JavaScript")]
    pub(crate) js_main: Option<PathBuf>,

    /// How often goroutines are preempted and limits looked at while a program runs
    #[arg(long, value_name = "TIME", value_parser = crate::grants::time, default_value = "10ms", help_heading = "Running")]
    pub(crate) tick: Duration,

    /// Do not preempt the goroutines of Go programs
    #[arg(long, help_heading = "Running")]
    pub(crate) no_preempt: bool,

    /// Which compiler to use
    #[arg(long, value_enum, default_value_t = Compiler::Auto, help_heading = "Compiling")]
    pub(crate) compiler: Compiler,

    /// Neither read nor fill the cache of compiled modules
    #[arg(long, help_heading = "Compiling")]
    pub(crate) no_cache: bool,

    #[command(flatten)]
    pub(crate) go: GoFlags,

    /// Build Go source with its standard library as it is, without processes, signals and most of the network
    #[arg(long, help_heading = "Go source")]
    pub(crate) stock: bool,

    /// The program is a test that `go test` starts, of a Go whose GOROOT this is
    #[arg(long, value_name = "GOROOT", hide = true)]
    pub(crate) go_test: Option<PathBuf>,

    /// The program: file.wasm, file.go, or a Go package such as ./cmd/app
    #[arg(value_name = "PROGRAM")]
    pub(crate) program: PathBuf,

    /// Its arguments; whatever stands behind PROGRAM is the program's, flags too
    #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) args: Vec<std::ffi::OsString>,
}

/// Flags of `profile`: its own, and those of `run`.
#[derive(Debug, Parser)]
#[command(after_help = crate::exit::HELP, mut_arg("profile", |arg| arg.hide(true)))]
pub(crate) struct ProfileArgs {
    /// Samples a second of CPU time
    #[arg(
        long,
        value_name = "HZ",
        value_parser = clap::value_parser!(u32).range(1..=10_000),
        default_value_t = gopherix::profile::DEFAULT_RATE,
        help_heading = "Profile"
    )]
    pub(crate) rate: u32,

    /// Where the profile goes, in the format of `go tool pprof`. SIGUSR1 writes what there is so far
    #[arg(
        long,
        value_name = "FILE.pb.gz",
        default_value = "cpu.pb.gz",
        conflicts_with = "profile",
        help_heading = "Profile"
    )]
    pub(crate) output: PathBuf,

    /// Where the flame graph goes, for a browser
    #[arg(long, value_name = "FILE.svg", default_value = "cpu.svg", help_heading = "Profile")]
    pub(crate) flame: PathBuf,

    /// How many functions the table on stderr has; 0 for no table
    #[arg(long, value_name = "N", default_value_t = 20, help_heading = "Profile")]
    pub(crate) top: usize,

    #[command(flatten)]
    pub(crate) run: RunArgs,
}

/// Compilers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Compiler {
    /// Optimised code from the cache; the first time baseline code, at once, while optimised code is made in the background
    Auto,
    /// Compile fast, run slower
    Baseline,
    /// Compile well before the start
    Optimizing,
}

/// Flags of `inspect`.
#[derive(Debug, Parser)]
pub(crate) struct InspectArgs {
    /// The module, Go's or any other; it is not run
    #[arg(value_name = "MODULE.wasm")]
    pub(crate) module: PathBuf,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// How many packages to list, the largest first; 0 for all
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) top: usize,
}

/// What to do with the cache.
#[derive(Debug, Subcommand)]
pub(crate) enum CacheCommand {
    /// List the modules, newest first: key, size of the compiled code, age, name
    List,
    /// Remove them all; running programs are not disturbed
    Clear,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `--net` flags grant, as patterns.
    fn net(flags: &[&str]) -> Vec<String> {
        let args = ["gopherix", "run"].iter().chain(flags).chain(&["app.wasm", "serve", "--net=its.own"]);
        match Args::try_parse_from(args).unwrap().command {
            Command::Run(run) => run.net.iter().map(ToString::to_string).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn net_grants_all_or_what_is_named() {
        assert!(net(&[]).is_empty());
        assert_eq!(net(&["--net"]), ["all"]);
        assert_eq!(net(&["--net=a.test,*.b.test:8080", "--net=[::1]:80"]), ["a.test", "*.b.test:8080", "[::1]:80"]);
        for flag in ["--net=", "--net=http://a.test/", "--net=a.test:0"] {
            assert!(Args::try_parse_from(["gopherix", "run", flag, "app.wasm"]).is_err(), "{flag}");
        }
    }
}
