//! Files are read by processes of their own: bounded, two at once, one for each token, ended with whoever asked.

use super::harness::client::Reply;
use super::harness::process::{Service, signal};
use super::harness::wait_for;
use std::fs::read_to_string;
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A page that keeps its reader busy for a while, within all bounds.
fn long_page() -> Vec<u8> {
    let row = format!("<p>一、总体情况</p><p>{}</p>", "政府信息公开".repeat(400));
    let rows = row.repeat(500);
    format!("<html lang=\"zh\"><body>{rows}</body></html>").into_bytes()
}

/// The readers that a service has started and that are running now.
fn readers(service: &Service) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("a list of processes").flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| {
        let stat = read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let mut behind = stat.rsplit(") ").next().unwrap_or_default().split(' ');
        let (state, parent) = (behind.next(), behind.next());
        let command = read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        parent == Some(&service.pid().to_string())
            && state != Some("Z")
            && command.split('\0').nth(1) == Some("parse")
    })
    .collect()
}

fn import(service: &Service, token: &str) -> Reply {
    service.post("/imports?dry_run=true").token(token).body("text/html", long_page()).send()
}

/// Holds the only reader that there is.
fn stop_one(service: &Service) -> u32 {
    let reader = wait_for(|| readers(service).first().copied());
    signal(reader, "STOP");
    reader
}

#[test]
fn a_reader_that_stands_still_is_ended_and_nobody_blames_the_file() {
    let service = Service::on_sqlite();
    let token = service.token("editor", "", "任何人");
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| (Instant::now(), import(&service, &token)));
        stop_one(&service);
        let (began, reply) = asked.join().expect("an answer");
        reply.refused(503, "overloaded");
        assert!(began.elapsed() >= Duration::from_secs(10), "not before its time");
        wait_for(|| readers(&service).is_empty().then_some(()));
    });
    import(&service, &token).expect(200);
}

#[test]
fn a_reader_whose_time_on_a_processor_is_over_tells_that_of_the_file() {
    let service = Service::on_sqlite();
    let token = service.token("editor", "", "任何人");
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| import(&service, &token));
        // As the kernel ends it.
        signal(wait_for(|| readers(&service).first().copied()), "XCPU");
        let problem = asked.join().expect("an answer").refused(422, "document_unreadable");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains('5')), "{problem}");
    });
}

#[test]
fn a_reader_has_bounds_of_its_own_and_nothing_of_its_parents() {
    let service = Service::on_sqlite();
    let token = service.token("editor", "", "任何人");
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| import(&service, &token));
        let (limits, status) = wait_for(|| {
            let reader = readers(&service).first().copied()?;
            let about = |what: &str| read_to_string(format!("/proc/{reader}/{what}")).ok();
            let (limits, status) = (about("limits")?, about("status")?);
            // Set once it runs; the filter of calls is the last of them.
            status.contains("Seccomp:\t2").then(|| {
                let environment = about("environ").unwrap_or_default();
                assert!(
                    !environment.contains("DATABASE"),
                    "it does not know where the data are: {environment}"
                );
                (limits, status)
            })
        });
        let limit = |name: &str| {
            let line = limits.lines().find(|line| line.starts_with(name)).expect("a limit");
            line[name.len()..].split_whitespace().next().map(str::to_owned)
        };
        assert_eq!(limit("Max address space"), Some((1_u64 << 30).to_string()));
        assert_eq!(limit("Max cpu time"), Some("5".to_owned()));
        assert_eq!(limit("Max open files"), Some("16".to_owned()));
        assert_eq!(limit("Max file size"), Some("0".to_owned()));
        assert!(status.contains("NoNewPrivs:\t1"), "{status}");
        asked.join().expect("an answer").expect(200);
    });
}

#[test]
fn two_readers_run_at_once_and_the_others_wait_for_their_turn() {
    let service = Service::on_sqlite();
    let tokens: Vec<String> = ["甲", "乙", "丙", "丁"].map(|name| service.token("editor", "", name)).into();
    std::thread::scope(|scope| {
        let asked: Vec<_> = tokens.iter().map(|token| scope.spawn(|| import(&service, token))).collect();
        let mut most = 0;
        while asked.iter().any(|asked| !asked.is_finished()) {
            most = most.max(readers(&service).len());
            std::thread::sleep(Duration::from_millis(2));
        }
        assert_eq!(most, 2);
        for asked in asked {
            asked.join().expect("an answer").expect(200);
        }
    });
}

#[test]
fn whoever_sends_many_files_keeps_nobody_else_waiting() {
    let service = Service::on_sqlite();
    let (busy, other) = (service.token("editor", "", "忙人"), service.token("editor", "", "旁人"));
    std::thread::scope(|scope| {
        let many: Vec<_> = (0..4).map(|_| scope.spawn(|| import(&service, &busy))).collect();
        let stopped = stop_one(&service);
        import(&service, &other).expect(200);
        assert_eq!(readers(&service), [stopped], "one at a time, whatever else waits");
        signal(stopped, "CONT");
        for asked in many {
            asked.join().expect("an answer").expect(200);
        }
    });
}

#[test]
fn the_reader_ends_when_the_client_goes() {
    let service = Service::on_sqlite();
    let token = service.token("editor", "", "任何人");
    let address = service.url.trim_start_matches("http://").to_owned();
    let mut client = TcpStream::connect(address).expect("a connection");
    let page = long_page();
    let head = format!(
        "POST /api/v1/imports?dry_run=true HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: text/html\r\nContent-Length: {}\r\n\r\n",
        page.len()
    );
    client.write_all(head.as_bytes()).expect("sent");
    client.write_all(&page).expect("sent");
    stop_one(&service);
    let began = Instant::now();
    drop(client);
    wait_for(|| readers(&service).is_empty().then_some(()));
    assert!(began.elapsed() < Duration::from_secs(8), "before its time is over: {:?}", began.elapsed());
}

#[test]
fn json_is_counted_before_it_is_built_up_and_by_a_reader() {
    let service = Service::on_sqlite();
    let token = service.token("editor", "", "任何人");
    let many = format!("{{\"year\": 2023, \"sections\": {{}}, \"x\": [{}1]}}", "1,".repeat(9 << 20));
    let send = |body: String| {
        service.post("/imports?dry_run=true").token(&token).body("application/json", body).send()
    };
    send(many).refused(400, "invalid_json");
    send(format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))).refused(400, "invalid_json");
}
