//! How programs end, and what the shell is told.

use crate::support::{file, gopherix, module, run_go, run_wat, temp};

#[test]
fn the_exit_code_is_the_programs() {
    for code in [0, 3, 124, 255] {
        let exit = format!(r#"(func (export "_start") (call $exit (i32.const {code})))"#);
        run_wat(&[], &exit).expect(code).prints("").says("");
    }
    run_wat(&[], r#"(func (export "_start"))"#).expect(0).says("");
    run_go([""; 0])
        .args(["remove", "/nothing"])
        .done()
        .expect(1)
        .prints("error: remove /nothing: No such file or directory\n");
}

#[test]
fn a_trap_is_a_signal_with_its_reason_and_the_guests_stack() {
    for (code, signal, what, instruction) in [
        (134, "SIGABRT", "wasm `unreachable` instruction executed", "unreachable"),
        (139, "SIGSEGV", "out of bounds memory access", "(drop (i32.load (i32.const -1)))"),
        (136, "SIGFPE", "integer divide by zero", "(drop (i32.div_u (i32.const 1) (memory.grow (i32.const 0))))"),
        (139, "SIGSEGV", "call stack exhausted", "(call $deep)"),
    ] {
        let zero_pages = instruction.replace("(memory.grow (i32.const 0))", "(i32.load (i32.const 0))");
        let trap = format!(r#"(func $deep {zero_pages}) (func $start (export "_start") (call $deep))"#);
        let done = run_wat(&[], &trap).expect(code);
        let stderr = &done.stderr;
        assert!(stderr.contains(&format!("guest.wasm: ended by {signal}: wasm trap: {what}\n")), "{stderr}");
        assert!(stderr.contains("!deep"), "{stderr}");
        assert!(!stderr.contains("wasmtime"), "the host's own stack: {stderr}");
    }
}

#[test]
fn names_in_a_trap_cannot_drive_the_terminal() {
    let done = run_wat(&[], r#"(func $start (@name "a\1b[31mb") (export "_start") unreachable)"#).expect(134);
    assert!(!done.stderr.contains('\x1b'), "{:?}", done.stderr);
    done.mentions("a\\u001b[31mb");
}

#[test]
fn what_is_no_program_is_our_own_error() {
    let dir = temp();
    let own = |name: &str, bytes: &[u8], message: &str| {
        let path = file(dir.path(), name, bytes);
        let path = path.to_str().unwrap();
        gopherix(["run", path]).done().expect(125).prints("").says(&format!("gopherix: {path}: {message}\n"));
    };
    own("empty", b"", "the file is empty");
    own("text", b"hello\n", "not a WebAssembly module (it does not start with \\0asm)");
    own("short", b"\0asm", "not a WebAssembly module (it does not start with \\0asm)");
    let component = "this is a WebAssembly component; gopherix runs core modules (GOOS=wasip1, WASI preview 1)";
    own("component", b"\0asm\x0d\0\x01\0", component);
    let library = wat::parse_str(r#"(module (func (export "_initialize")))"#).unwrap();
    let reactor = "the module has no _start function: it is a library (a WASI reactor, such as Go's \
                   -buildmode=c-shared makes), not a program";
    own("library", &library, reactor);
    let js = wat::parse_str(r#"(module (import "gojs" "runtime.wasmExit" (func (param i32))) (func (export "run")))"#);
    own("js", &js.unwrap(), "the module imports gojs, and exports no function resume");
}

#[test]
fn a_garbled_module_is_our_own_error() {
    let dir = temp();
    let whole = std::fs::read(module(dir.path(), r#"(func (export "_start"))"#)).unwrap();
    for cut in [9, 20, whole.len() - 1] {
        let path = file(dir.path(), "cut", &whole[..cut]);
        gopherix(["run"]).args([path]).done().expect(125).mentions("cut: not a valid module: ");
    }
    let unknown = wat::parse_str(r#"(module (import "env" "a\1bb" (func)) (func (export "_start")))"#).unwrap();
    let done = gopherix(["run"]).args([file(dir.path(), "unknown", unknown)]).done().expect(125);
    assert!(!done.stderr.contains('\x1b'), "{:?}", done.stderr);
    done.mentions("env");
}

#[test]
fn a_missing_file_is_our_own_error() {
    let message = "gopherix: cannot read /nowhere/x.wasm: No such file or directory (os error 2)\n";
    gopherix(["run", "/nowhere/x.wasm"]).done().expect(125).says(message);
}
