//! Risky files are read by processes of their own: bounded, two at once, ended when they stand still.

use super::harness::client::Reply;
use super::harness::process::{Service, signal};
use super::harness::wait_for;
use std::fs::read_to_string;
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

#[test]
fn a_reader_that_stands_still_is_ended_and_the_file_refused() {
    let service = Service::on_sqlite();
    let token = service.token("editor", "", "任何人");
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| (Instant::now(), import(&service, &token)));
        let reader = wait_for(|| readers(&service).first().copied());
        signal(reader, "STOP");
        let (began, reply) = asked.join().expect("an answer");
        let problem = reply.refused(422, "document_unreadable");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains('5')), "{problem}");
        assert!(began.elapsed() >= Duration::from_secs(5), "not before its time");
        wait_for(|| readers(&service).is_empty().then_some(()));
    });
    import(&service, &token).expect(200);
}

#[test]
fn a_reader_has_bounds_of_its_own_and_nothing_of_its_parents() {
    let service = Service::on_sqlite();
    let token = service.token("editor", "", "任何人");
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| import(&service, &token));
        let limits = wait_for(|| {
            let reader = readers(&service).first().copied()?;
            let limits = read_to_string(format!("/proc/{reader}/limits")).ok()?;
            // Set once it runs.
            limits.lines().any(|line| line.starts_with("Max file size") && line.contains(" 0 ")).then(|| {
                let environment = read_to_string(format!("/proc/{reader}/environ")).unwrap_or_default();
                assert!(
                    !environment.contains("DATABASE"),
                    "it does not know where the data are: {environment}"
                );
                limits
            })
        });
        let limit = |name: &str| {
            let line = limits.lines().find(|line| line.starts_with(name)).expect("a limit");
            line[name.len()..].split_whitespace().next().map(str::to_owned)
        };
        assert_eq!(limit("Max address space"), Some((1_u64 << 30).to_string()));
        assert_eq!(limit("Max cpu time"), Some("5".to_owned()));
        assert_eq!(limit("Max open files"), Some("16".to_owned()));
        asked.join().expect("an answer").expect(200);
    });
}

#[test]
fn two_readers_run_at_once_and_the_others_wait_for_their_turn() {
    let service = Service::on_sqlite();
    let token = service.token("editor", "", "任何人");
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..5).map(|_| scope.spawn(|| import(&service, &token))).collect();
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
