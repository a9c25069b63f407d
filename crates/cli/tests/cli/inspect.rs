//! `gopherix inspect`.

use std::path::Path;

use serde_json::Value;

use crate::support::{Done, build, file, go_guest, gopherix, temp};

fn inspect(flags: &[&str], path: &Path) -> Done {
    gopherix(["inspect"]).args(flags).args([path]).done()
}

fn json(flags: &[&str], path: &Path) -> Value {
    let done = inspect(&[flags, &["--json"]].concat(), path).expect(0).says("");
    serde_json::from_str(&done.stdout).expect("JSON")
}

#[test]
fn a_go_module_tells_its_build() {
    let page = inspect(&[], go_guest()).expect(0).says("").stdout;
    for part in [
        "\nport       Go, GOOS=wasip1\n",
        "\ngo         go1.",
        "\nstripped   no\n",
        "\nmemory     min ",
        "\nbuild info\n\tpath\texample.com/guest\n\tmod\texample.com/guest\t(devel)",
        "\tbuild\tGOOS=wasip1\n",
        "\nimports (",
        "  wasi_snapshot_preview1 (",
        "\nexports (2)\n    _start, memory (memory)\n",
        "  runtime\n",
        "  Go's function table (pclntab), a part of data\n",
    ] {
        assert!(page.contains(part), "no {part:?} in\n{page}");
    }
    assert!(!page.contains("warning"), "{page}");
    assert!(page.lines().any(|line| line.ends_with("  main")) || page.contains("others ("), "{page}");
}

#[test]
fn sizes_add_up_whatever_is_listed() {
    let whole = json(&["--top=0"], go_guest());
    let packages = whole["packages"].as_array().unwrap();
    let sum = |of: &[Value]| of.iter().map(|package| package["bytes"].as_u64().unwrap()).sum::<u64>();
    let code = whole["sizes"]["code"].as_u64().unwrap();
    assert_eq!(sum(packages), code);
    assert_eq!(whole["others"], Value::Null);
    assert!(packages.iter().any(|package| package["name"] == "main"));
    assert_eq!(packages[0]["name"], "runtime");

    let three = json(&["--top=3"], go_guest());
    let shown = three["packages"].as_array().unwrap();
    assert_eq!(shown[..], packages[..3]);
    assert_eq!(sum(shown) + three["others"]["bytes"].as_u64().unwrap(), code);
    assert_eq!(three["others"]["packages"], packages.len() - 3);

    let sizes = &whole["sizes"];
    let part = |name: &str| sizes[name].as_u64().unwrap();
    assert_eq!(part("file"), std::fs::metadata(go_guest()).unwrap().len());
    assert_eq!(part("file"), part("code") + part("data") + part("custom") + part("other"));
    assert!(part("pclntab") > 0 && part("pclntab") < part("data"));
}

#[test]
fn text_and_json_agree() {
    let page = inspect(&["--top=2"], go_guest()).expect(0).stdout;
    let value = json(&["--top=2"], go_guest());
    let line = |bytes: &Value, name: &str| {
        let found = page.lines().find(|line| line.trim_end().ends_with(&format!("  {name}"))).expect(name);
        assert_eq!(found.split_whitespace().next(), Some(&*bytes.to_string()), "{found}");
    };
    for package in value["packages"].as_array().unwrap() {
        line(&package["bytes"], package["name"].as_str().unwrap());
    }
    line(&value["sizes"]["code"], "total");
    line(&value["sizes"]["data"], "data");
    line(&value["sizes"]["custom"], "custom sections");
    assert!(page.contains(&format!("\ngo         {}\n", value["go_version"].as_str().unwrap())));
    assert!(page.contains(&format!("\nimports ({})\n", value["imports"].as_array().unwrap().len())));
}

#[test]
fn a_stripped_go_module_tells_as_much() {
    let dir = temp();
    let stripped = dir.path().join("stripped.wasm");
    build(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guest"), &stripped, &["-ldflags=-s -w"]);
    let (whole, stripped) = (json(&["--top=0"], go_guest()), json(&["--top=0"], &stripped));
    assert_eq!((&whole["stripped"], &stripped["stripped"]), (&Value::Bool(false), &Value::Bool(true)));
    for same in ["port", "go_version", "imports", "exports", "memories", "packages"] {
        assert_eq!(whole[same], stripped[same], "{same}");
    }
    assert_eq!(stripped["build_info"]["path"], "example.com/guest");
    let flags = stripped["build_info"]["settings"].as_array().unwrap().iter().find(|s| s["key"] == "-ldflags");
    assert_eq!(flags.expect("-ldflags")["value"], "-s -w");
}

#[test]
fn another_language_tells_what_is_known() {
    let dir = temp();
    let text = r#"(module $mine (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
        (import "env" "table" (table 1 funcref)) (memory (export "memory") 2 8) (global i32 (i32.const 1))
        (func $core::fmt::write (export "_start")) (func $other nop) (data (i32.const 0) "0123456789"))"#;
    let path = file(dir.path(), "mine.wasm", wat::parse_str(text).unwrap());
    let value = json(&[], &path);
    assert_eq!(
        (&value["port"], &value["go_version"], &value["build_info"]),
        (&"wasi".into(), &Value::Null, &Value::Null)
    );
    assert_eq!(value["module_name"], "mine");
    assert_eq!(value["memories"], serde_json::json!([{"min": 131072, "max": 524288, "shared": false}]));
    assert_eq!(value["imports"][1], serde_json::json!({"module": "env", "name": "table", "kind": "table"}));
    assert_eq!(value["exports"][1], serde_json::json!({"name": "_start", "kind": "function"}));
    assert_eq!(value["sizes"]["data"], 10);
    let page = inspect(&[], &path).expect(0).stdout;
    for part in [
        "port       WASI preview 1, not Go\n",
        "name       mine\n",
        "memory     min 128.00 KiB, max 512.00 KiB\n",
        "counts     2 functions, 2 types, 1 global, 1 data segment, 1 custom section\n",
        "  env (1)\n    table (table)\n",
        "  core\n",
        "  (unknown)\n",
    ] {
        assert!(page.contains(part), "no {part:?} in\n{page}");
    }
    assert!(!page.contains("\ngo  ") && !page.contains("build info") && !page.contains("pclntab"), "{page}");
}

#[test]
fn names_cannot_drive_the_terminal() {
    let dir = temp();
    let text =
        r#"(module (import "a\1b[2J" "b\c2\9b31m\e2\80\ae" (func)) (@custom "c\0d\0a" "x") (func (export "\07")))"#;
    let path = file(dir.path(), "hostile.wasm", wat::parse_str(text).unwrap());
    for flags in [&[][..], &["--json"]] {
        let page = inspect(flags, &path).expect(0).stdout;
        let bad = page.chars().find(|c| c.is_control() && *c != '\n' || *c == '\u{202e}');
        assert_eq!(bad, None, "{page:?}");
        assert!(page.contains("a\\u001b[2J"), "{page}");
    }
    let value = json(&[], &path);
    assert_eq!(value["imports"][0]["name"], "b\u{9b}31m\u{202e}");
}

#[test]
fn what_is_no_module_is_our_own_error() {
    let dir = temp();
    let whole = wat::parse_str("(module (func nop))").unwrap();
    for (name, bytes, message) in [
        ("empty", &b""[..], "the file is empty\n"),
        ("text", b"hello\n", "not a WebAssembly file: it does not start with"),
        ("component", b"\0asm\x0d\0\x01\0", "this is a WebAssembly component, not a core module\n"),
        ("cut", &whole[..whole.len() - 1], "; the file is damaged or incomplete, build it again\n"),
        ("header", b"\0asm\x01\0", "malformed WebAssembly module: "),
    ] {
        let path = file(dir.path(), name, bytes);
        let done = inspect(&[], &path).expect(125).prints("");
        assert!(done.stderr.starts_with(&format!("gopherix: {}: ", path.display())), "{}", done.stderr);
        done.mentions(message);
    }
    inspect(&[], dir.path()).expect(125).mentions("is a directory; inspect reads a built module");
    let missing = "gopherix: cannot read /nowhere/x: No such file or directory (os error 2)\n";
    inspect(&[], Path::new("/nowhere/x")).expect(125).says(missing);
}
