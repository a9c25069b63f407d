//! The embedder and the network.

use std::sync::Arc;

use futures::executor::block_on;
use gopherix_kernel::sync::Lock;

use super::guest::{Guest, config};
use crate::{Config, Head, JsValue, Network, Redirect, Request, Responder};

/// Answers as the path of the URL says.
#[derive(Default)]
struct FakeNetwork {
    seen: Lock<Vec<Request>>,
    held: Lock<Vec<Responder>>,
}

impl Network for FakeNetwork {
    fn fetch(&self, request: Request, responder: Responder) {
        let path = request.url.rsplit('/').next().unwrap_or_default().to_owned();
        let url = request.url.clone();
        self.seen.lock().push(request);
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let head = Head { status: 200, status_text: "OK".to_owned(), url, redirected: false, headers };
        match path.as_str() {
            "fails" => responder.fail("connection refused"),
            "dropped" => drop(responder),
            "breaks" => {
                responder.head(head);
                responder.chunk(b"par".to_vec());
                responder.fail("connection reset");
            }
            "hangs" => self.held.lock().push(responder),
            "long" => drop(std::thread::spawn(move || {
                responder.head(head);
                for _ in 0..100 {
                    block_on(responder.room());
                    responder.chunk(vec![7; 100_000]);
                }
                responder.end();
            })),
            "slow" => drop(std::thread::spawn(move || {
                responder.head(head);
                responder.chunk(b"{\"a\":".to_vec());
                std::thread::yield_now();
                responder.chunk(b"1}".to_vec());
                responder.end();
            })),
            _ => {
                responder.head(Head { status: 404, status_text: "Not Found".to_owned(), ..head });
                responder.end();
            }
        }
    }
}

fn run(source: &str) -> (String, Arc<FakeNetwork>) {
    let network = Arc::new(FakeNetwork::default());
    let mut guest = Guest::with_network(network.clone());
    let code = guest.run(source);
    assert_eq!((guest.errors().as_str(), code), ("", 0));
    (guest.output(), network)
}

#[test]
fn a_fetch_is_answered_in_parts() {
    let source = "const r = await fetch('http://h/slow', { method: 'post', body: 'x', headers: { b: '2', A: '1' }, redirect: 'manual' });
        console.log(r.status, r.ok, r.url, r.headers.get('content-type'), await r.json());";
    let (output, network) = run(source);
    assert_eq!(output, "200 true http://h/slow application/json { a: 1 }\n");
    let seen = network.seen.lock().pop().unwrap();
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![header("a", "1"), header("b", "2"), header("content-type", "text/plain;charset=UTF-8")];
    let body = Some(b"x".to_vec());
    assert_eq!(
        seen,
        Request { url: "http://h/slow".into(), method: "POST".into(), headers, body, redirect: Redirect::Manual }
    );
}

#[test]
fn a_long_body_goes_on_as_it_is_read() {
    let source = "const { body } = await fetch('http://h/long');
        let sum = 0;
        for await (const bytes of body) sum += bytes.length * bytes[0];
        console.log(sum, (await (await fetch('http://h/long')).arrayBuffer()).byteLength);";
    assert_eq!(run(source).0, "70000000 10000000\n");
}

#[test]
fn a_fetch_that_fails_rejects() {
    let source = "for (const p of ['fails', 'dropped', 'none']) await fetch('http://h/' + p).then(async (r) => console.log(r.status, await r.text()), (e) => console.log(e.name, e.message, e.cause.message));
        const r = await fetch('http://h/breaks');
        const reader = r.body.getReader();
        console.log((await reader.read()).value.length);
        await reader.read().catch((e) => console.log(e.cause.message));";
    let want = "TypeError fetch failed connection refused\nTypeError fetch failed the request was given up\n404 \n3\nconnection reset\n";
    assert_eq!(run(source).0, want);
}

#[test]
fn a_fetch_is_aborted() {
    let source = "const a = new AbortController();
        setTimeout(() => a.abort(), 5);
        await fetch('http://h/hangs', { signal: a.signal }).catch((e) => console.log(e.name, e === a.signal.reason));
        await fetch('http://h/hangs', { signal: a.signal }).catch((e) => console.log('at once', e.name));";
    let (output, network) = run(source);
    assert_eq!(output, "AbortError true\nat once AbortError\n");
    let held = network.held.lock().pop().unwrap();
    assert!(held.is_aborted());
    block_on(held.aborted());
    assert_eq!(network.seen.lock().len(), 1);
}

#[test]
fn without_a_grant_fetch_says_so() {
    let mut guest = Guest::new();
    assert_eq!(guest.run("await fetch('http://h/').catch((e) => console.log(e instanceof TypeError, e.message)); console.log(process.argv0)"), 0);
    let output = guest.output();
    assert!(output.starts_with("true ") && output.contains("not granted") && output.contains("--net"), "{output}");
    assert!(output.ends_with("\nnode\n"), "{output}");
    assert_eq!(run("console.log(process.argv0)").0, "gopherix\n");
}

#[test]
fn an_embedder_defines_functions() {
    let mut guest = Guest::new();
    let engine = guest.engine();
    engine
        .define("host_echo", |mut args| {
            args.push(JsValue::from("seen"));
            Ok(JsValue::Array(args))
        })
        .unwrap();
    engine.define("host_fail", |_| Err("not today".to_owned())).unwrap();
    let text = guest.text("JSON.stringify(host_echo(1, 'é', [null, true], { a: { b: 2 } }, undefined))");
    assert_eq!(text, r#"[1,"é",[null,true],{"a":{"b":2}},null,"seen"]"#);
    assert_eq!(guest.text("String(host_echo(new Uint8Array([1, 2]))[0] instanceof Uint8Array)"), "true");
    assert_eq!(guest.text("try { host_fail() } catch (e) { e.name + ': ' + e.message }"), "Error: not today");
    assert_eq!(guest.text("const o = {}; o.o = o; try { host_echo(o) } catch (e) { e.name }"), "RangeError");
}

#[test]
fn calls_come_from_other_threads() {
    let mut guest = Guest::new();
    let handle = guest.engine().handle();
    let driver = std::thread::spawn(move || {
        let handle = handle.clone();
        let sum = block_on(handle.call("lib.add", vec![JsValue::from(1), JsValue::from(2)])).unwrap();
        let later = block_on(handle.call("lib.later", vec![])).unwrap();
        let fails = block_on(handle.call("lib.fails", vec![])).unwrap();
        let none = block_on(handle.call("lib.none", vec![])).unwrap();
        let eval = block_on(handle.eval("await null; ({ answer: [lib.add(40, 2)] })")).unwrap();
        (sum, later, fails, none, eval)
    });
    let source = "globalThis.lib = { add: (a, b) => a + b, later: () => new Promise((r) => setTimeout(r, 5, 'done')), fails: async () => { throw new Error('no') } };";
    // It waits for the handle, and ends when that is dropped.
    assert_eq!(guest.run(source), 0);
    let (sum, later, fails, none, eval) = driver.join().unwrap();
    assert_eq!((sum, later), (Ok(JsValue::Number(3.0)), Ok(JsValue::from("done"))));
    assert!(fails.unwrap_err().starts_with("Error: no"));
    assert_eq!(none, Err("[TypeError: lib.none is not a function]".to_owned()));
    assert_eq!(eval.unwrap().get("answer"), Some(&JsValue::Array(vec![JsValue::from(42)])));
}

#[test]
fn a_call_after_the_end_is_cancelled() {
    let guest = Guest::with(Config { heap_bytes: 32 << 20, ..config() });
    let handle = guest.engine().handle();
    let waiting = handle.call("f", vec![]);
    guest.engine().shut_down();
    assert!(block_on(waiting).is_err());
    assert!(block_on(handle.eval("1")).is_err());
}
