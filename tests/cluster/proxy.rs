//! A way to the database that can fall silent (connections stay open, and nothing comes through), and that can cut
//! connections off under a statement.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

pub struct Proxy {
    pub port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    silent: AtomicBool,
    /// How many reads are still to be cut off.
    cuts: AtomicUsize,
}

/// How a read begins; it is cut off at its next statement.
const READ: &[u8] = b"BEGIN ISOLATION LEVEL REPEATABLE READ";

impl Proxy {
    pub fn to(server: String) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its number").port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(&server) else { continue };
                let (Ok(from), Ok(back)) = (client.try_clone(), server.try_clone()) else { continue };
                let (there, here) = (Arc::clone(&shared), Arc::clone(&shared));
                thread::spawn(move || pass(from, server, &there));
                thread::spawn(move || pass(back, client, &here));
            }
        });
        Proxy { port, state }
    }

    /// The same address by way of this proxy.
    pub fn url(&self, of: &str) -> String {
        let (before, rest) = of.split_once('@').expect("postgres://user@host:port/database");
        let (_, database) = rest.split_once('/').expect("a database");
        format!("{before}@127.0.0.1:{}/{database}", self.port)
    }

    pub fn fall_silent(&self) {
        self.state.silent.store(true, Ordering::Release);
    }

    pub fn speak(&self) {
        self.state.silent.store(false, Ordering::Release);
    }

    /// Cuts the next reads off, each under its first statement.
    pub fn cut_off(&self, times: usize) {
        self.state.cuts.store(times, Ordering::Release);
    }

    /// How many of them are still to come.
    pub fn cuts_left(&self) -> usize {
        self.state.cuts.load(Ordering::Acquire)
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, state: &State) {
    let mut bytes = vec![0; 1 << 16];
    let mut reads = false;
    while let Ok(count) = from.read(&mut bytes) {
        while state.silent.load(Ordering::Acquire) {
            thread::park_timeout(Duration::from_millis(10));
        }
        let sent = bytes.get(..count).unwrap_or_default();
        let one_less = |left: usize| left.checked_sub(1);
        if reads && state.cuts.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_less).is_ok() {
            let _ = from.shutdown(std::net::Shutdown::Both);
            break;
        }
        reads = sent.windows(READ.len()).any(|part| part == READ);
        if count == 0 || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}
