//! What was acknowledged is there, whatever happens; several writers and several instances agree.

use super::harness::database::{Database, say_skipped};
use super::harness::process::{Service, signal};
use super::harness::wait_for;
use super::harness::world::{World, id_of, register};
use diesel::prelude::*;
use nianbao::inside::domain::audit::Chain;
use nianbao::inside::storage::{AnyConnection, audit};
use serde_json::json;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn open(database: &Database) -> AnyConnection {
    match database {
        Database::Sqlite(_) => AnyConnection::Sqlite(
            SqliteConnection::establish(database.url().trim_start_matches("sqlite://")).expect("the file"),
        ),
        Database::Postgres { .. } => {
            AnyConnection::Postgres(PgConnection::establish(&database.url()).expect("the database"))
        }
    }
}

/// The chain of the audit is whole: no gap, every hash right, the head at its end. Gives its length.
fn check_chain(database: &Database) -> i64 {
    let mut connection = open(database);
    let mut chain = Chain::default();
    for line in audit::walk(&mut connection, 0, i64::MAX).expect("the audit") {
        assert_eq!(chain.take(&line.entry, &line.previous, &line.hash), Ok(()), "entry {}", line.entry.seq);
    }
    let ledger = audit::ledger(&mut connection).expect("the ledger");
    assert_eq!((ledger.audit_seq, ledger.audit_head), (chain.seq, chain.head));
    ledger.audit_seq
}

fn rounds(usual: usize, long: usize) -> usize {
    if std::env::var_os("NIANBAO_TEST_LONG").is_some() { long } else { usual }
}

on_both! {
    fn of_eight_writers_with_one_tag_one_wins(service) {
        let admin = service.admin();
        let id = register(service, "某局", "county", "department", None);
        let path = format!("/agencies/{id}");
        for round in 0..100 {
            let tag = service.get(&path).send().tag().to_owned();
            let statuses: Vec<u16> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..8).map(|writer| {
                    let (admin, tag, path, service) = (&admin, &tag, &path, &*service);
                    let name = format!("某局{round}-{writer}");
                    scope.spawn(move || {
                        let patch = json!({"short_name": name});
                        service.patch(path).token(admin).if_match(tag).json(&patch).send().status
                    })
                }).collect();
                threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
            });
            let won = statuses.iter().filter(|status| **status == 200).count();
            let lost = statuses.iter().filter(|status| **status == 412).count();
            assert_eq!((won, lost), (1, 7), "round {round}: {statuses:?}");
        }
        check_chain(&service.database);
    }

    fn what_was_acknowledged_survives_a_kill(service) {
        let admin = service.admin();
        let mut acknowledged = Vec::new();
        for round in 0..rounds(5, 50) {
            let (ending, answered) = (AtomicBool::new(false), AtomicBool::new(false));
            let written: Vec<String> = std::thread::scope(|scope| {
                let writers: Vec<_> = (0..4).map(|writer| {
                    let (admin, service, ending, answered) = (&admin, &*service, &ending, &answered);
                    scope.spawn(move || {
                        let mut written = Vec::new();
                        for number in 0.. {
                            let body = json!({"name": format!("局{round}-{writer}-{number}"), "level": "county",
                                "kind": "department"});
                            let sent = service.post("/agencies").token(admin).json(&body).try_send();
                            match sent {
                                Ok(reply) if reply.status == 201 => {
                                    answered.store(true, Ordering::Relaxed);
                                    written.push(id_of(&reply));
                                }
                                _ if ending.load(Ordering::Relaxed) => break,
                                other => panic!("refused before the end: {other:?}"),
                            }
                        }
                        written
                    })
                }).collect();
                // However slow the machine: the plug is pulled amid answers, at another moment each round.
                wait_for(|| answered.load(Ordering::Relaxed).then_some(()));
                std::thread::sleep(Duration::from_millis(150 + 37 * (round as u64 % 7)));
                ending.store(true, Ordering::Relaxed);
                signal(service.pid(), "KILL");
                writers.into_iter().flat_map(|writer| writer.join().expect("a writer")).collect()
            });
            service.kill();
            assert!(!written.is_empty(), "round {round} wrote something");
            acknowledged.extend(written);
            service.restart();
        }
        for id in &acknowledged {
            service.get(&format!("/agencies/{id}")).try_send().expect("an answer").expect(200);
        }
        assert!(check_chain(&service.database) >= i64::try_from(acknowledged.len()).expect("a count"));
    }

    fn a_whole_filing_leaves_one_unbroken_chain(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        world.publish(&id);
        let lines = audit::walk(&mut open(&service.database), 0, i64::MAX).expect("the audit");
        let actions: Vec<&str> = lines.iter().map(|line| line.entry.action.as_str()).collect();
        assert_eq!(actions.iter().filter(|action| **action == "report.transition").count(), 5);
        assert!(actions.contains(&"report.create") && actions.contains(&"token.create"));
        check_chain(&service.database);
    }
}

#[test]
fn two_instances_on_one_database_share_one_chain() {
    let Some(database) = Database::postgres() else { return };
    let database = Arc::new(database);
    let first = Service::start(Arc::clone(&database), &[]);
    let second = Service::start(Arc::clone(&database), &[]);
    let admin = first.admin();
    let each = rounds(10, 60);
    std::thread::scope(|scope| {
        for writer in 0..32 {
            let (service, admin) = (if writer % 2 == 0 { &first } else { &second }, &admin);
            scope.spawn(move || {
                for number in 0..each {
                    let body = json!({"name": format!("局{writer}-{number}"), "level": "county", "kind": "department"});
                    service.post("/agencies").token(admin).json(&body).send().expect(201);
                }
            });
        }
    });
    let count = second.get("/agencies?count=true&limit=1").send().value()["total"].clone();
    assert_eq!(count, 32 * each);
    assert_eq!(
        check_chain(&database),
        i64::try_from(32 * each + 3).expect("a count"),
        "two starts, one token, and every agency"
    );
}

#[test]
fn the_service_outlives_its_connections() {
    let Some(service) = Service::on_postgres() else { return };
    let admin = service.admin();
    let body = json!({"name": "某局", "level": "county", "kind": "department"});
    for _ in 0..3 {
        service.post("/agencies").token(&admin).json(&body).send().expect(201);
        service.get("/agencies").send().expect(200);
        let mut other = PgConnection::establish(&service.database.url()).expect("the database");
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
            WHERE datname = current_database() AND pid <> pg_backend_pid()";
        diesel::sql_query(cut).execute(&mut other).expect("cut off");
    }
    // A look at the ledger that is cut off in its middle is made anew a moment later.
    wait_for(|| (service.get("/readyz").send().status == 200).then_some(()));
    check_chain(&service.database);
}

/// A kill alone would pass without any sync: the page cache outlives the process.
#[test]
fn the_answer_comes_after_the_disk() {
    if Command::new("strace").arg("-V").output().is_err() {
        say_skipped("strace is not installed, the order of sync and answer was not looked at");
        return;
    }
    let mut service = Service::on_sqlite();
    let admin = service.admin();
    service.kill();
    let trace = tempfile::NamedTempFile::new().expect("a file");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-s", "160", "-e", "trace=fdatasync,fsync,write,writev,sendto,sendmsg", "-o"]);
    command.arg(trace.path()).arg(super::harness::process::PROGRAM);
    service.launch(command);
    for number in 0..5 {
        let body = json!({"name": format!("局{number}"), "level": "county", "kind": "department"});
        service.post("/agencies").token(&admin).json(&body).send().expect(201);
    }
    // The tracer writes its file out when what it traces has ended, and then ends itself.
    assert_eq!(service.terminate_traced(), Some(0));
    let trace = std::fs::read_to_string(trace.path()).expect("the trace");
    let mut synced = false;
    let mut answers = 0;
    for line in trace.lines() {
        if line.contains("sync(") && !line.contains("unfinished") || line.contains("sync resumed") {
            synced = true;
        }
        if line.contains("201 Created") {
            assert!(synced, "an answer before its sync:\n{line}");
            synced = false;
            answers += 1;
        }
    }
    assert_eq!(answers, 5, "{trace}");
}
