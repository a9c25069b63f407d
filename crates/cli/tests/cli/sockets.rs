//! Listeners handed in.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Stdio;

use crate::support::{DEADLINE, ended, run_go};

#[test]
fn a_listener_is_handed_in_and_accepts() {
    let run = run_go(["--listen", "127.0.0.1:0"]).args(["env", "then", "serve"]);
    let mut child = run.start(Stdio::null(), Stdio::piped(), Stdio::piped());
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("gopherix: listening on ").expect("the address");

    let mut peer = TcpStream::connect(address).unwrap();
    peer.set_read_timeout(Some(DEADLINE)).unwrap();
    let sent = vec![b'x'; 300_000];
    let writer = std::thread::spawn({
        let (mut peer, sent) = (peer.try_clone().unwrap(), sent.clone());
        move || {
            peer.write_all(&sent).unwrap();
            peer.shutdown(Shutdown::Write).unwrap();
        }
    });
    let mut echoed = Vec::new();
    peer.read_to_end(&mut echoed).unwrap();
    writer.join().unwrap();
    assert!(echoed == sent, "{} bytes of {}", echoed.len(), sent.len());

    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    assert_eq!(stdout, "[\"LISTEN_FDS=1\" \"PWD=/\"]\n");
    assert_eq!(ended(child).code(), Some(0));
}

#[test]
fn an_address_in_use_is_our_own_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let message = format!("gopherix: cannot listen on {address}: Address already in use (os error 98)\n");
    run_go(["--listen", &address]).done().expect(125).says(&message);
}
