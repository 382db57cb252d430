//! How an instance leaves: whoever asks on a connection that was kept is answered, whoever is silent sees it closed.

use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::wait_for;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A connection that is kept.
struct Kept(BufReader<TcpStream>);

impl Kept {
    fn to(service: &Service) -> Kept {
        let address = service.url.trim_start_matches("http://");
        Kept(BufReader::new(TcpStream::connect(address).expect("a connection")))
    }

    /// Asks, reads the whole answer, and tells whether it was the last on this connection.
    fn ask(&mut self, path: &str) -> bool {
        let asked = format!("GET /api/v1{path} HTTP/1.1\r\nHost: x\r\n\r\n");
        self.0.get_mut().write_all(asked.as_bytes()).expect("asked");
        let (mut is_last, mut length, mut lines) = (false, 0, 0);
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).expect("a line");
            assert!(!line.is_empty(), "{path} was cut off after {lines} lines");
            if lines == 0 {
                assert!(line.contains("200 OK"), "{line}");
            }
            lines += 1;
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            is_last |= line == "connection: close";
            if let Some(told) = line.strip_prefix("content-length: ") {
                length = told.parse().expect("a length");
            }
        }
        self.0.read_exact(&mut vec![0; length]).expect("the body");
        is_last
    }

    /// Whether it ends here, as an end and not as a failure.
    fn is_closed(&mut self) -> bool {
        self.0.read(&mut [0]).is_ok_and(|count| count == 0)
    }
}

#[test]
fn kept_connections_are_answered_or_closed_cleanly_when_the_service_ends() {
    let settings = [("NIANBAO__SERVER__FAREWELL_MS", "4000"), ("NIANBAO__SERVER__KEEP_ALIVE_MS", "60000")];
    let mut service = Service::start(Arc::new(Database::sqlite()), &settings);
    let mut silent: Vec<Kept> = (0..8).map(|_| Kept::to(&service)).collect();
    for kept in &mut silent {
        assert!(!kept.ask("/agencies"), "it is kept");
    }
    let answered = Arc::new(AtomicUsize::new(0));
    let busy: Vec<_> = (0..8)
        .map(|number| {
            let (mut kept, answered) = (Kept::to(&service), Arc::clone(&answered));
            // Answers that are kept, and such as are made each time.
            let path = if number % 2 == 0 { "/agencies" } else { "/changes" };
            std::thread::spawn(move || {
                while !kept.ask(path) {
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                assert!(kept.is_closed(), "what was said to be the last answer was the last");
            })
        })
        .collect();
    wait_for(|| Some(()).filter(|()| answered.load(Ordering::Relaxed) > 100));
    assert_eq!(service.terminate(), Some(0));
    for client in busy {
        client.join().expect("every request was answered");
    }
    assert!(silent.iter_mut().all(Kept::is_closed), "whoever was silent sees the end");
}
