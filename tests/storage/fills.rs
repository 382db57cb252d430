//! A database of the last release is migrated while its programs go on writing: no write waits for a step, and what is to
//! be filled is filled some rows at a time.
//!
//! `NIANBAO_TEST_LONG=1` makes it a nation: 160,000 reports with 960,000 narratives.

use super::release::{left, run, succeeded};
use crate::api::harness::database::Database;
use crate::api::harness::process::PROGRAM;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// No write may wait longer.
const NOTICED: Duration = Duration::from_secs(1);

fn is_long() -> bool {
    std::env::var_os("NIANBAO_TEST_LONG").is_some()
}

/// Reports and narratives beside those of the release, published as its own are.
fn multiply(database: &Database, reports: usize, narratives: usize) {
    let numbers = |count: usize| {
        format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})")
    };
    let published = "SELECT id FROM reports WHERE published_revision IS NOT NULL AND withdrawn_at IS NULL \
         AND scope = 'own'";
    database.execute(&format!(
        "INSERT INTO reports (id, agency_id, year, scope, version, public_version, working_revision, \
         published_revision, first_published_on, created_at, updated_at) {} SELECT 'copy-' || n.i, r.agency_id, r.year, \
         'own-' || n.i, r.version, r.public_version, r.working_revision, r.published_revision, r.first_published_on, \
         r.created_at, r.updated_at FROM reports r, n WHERE r.id = ({published})",
        numbers(reports)
    ));
    database.execute(&format!(
        "INSERT INTO search_documents (row_id, report_id, section, text) {} SELECT 1000 + n.i, d.report_id, d.section, \
         d.text FROM search_documents d, n WHERE d.section = 'overview' AND d.report_id = ({published})",
        numbers(narratives)
    ));
}

/// Writes as the release's programs do, each time in its turn; how often, and how long the longest has waited.
fn write(url: &str, over: &Arc<AtomicBool>) -> JoinHandle<(usize, Duration)> {
    let (url, over) = (url.to_owned(), Arc::clone(over));
    thread::spawn(move || {
        let mut write: Box<dyn FnMut(usize)> = match PgConnection::establish(&url) {
            Ok(mut open) => {
                Box::new(move |number| written(&mut open, "BEGIN; SELECT id FROM ledger FOR UPDATE", number))
            }
            Err(_) => {
                let mut open =
                    SqliteConnection::establish(url.trim_start_matches("sqlite://")).expect("the file");
                // As the programs have it: the log is folded in behind the writers.
                let settings = "PRAGMA busy_timeout = 60000; PRAGMA wal_autocheckpoint = 0";
                open.batch_execute(settings).expect("settings");
                Box::new(move |number| written(&mut open, "BEGIN IMMEDIATE", number))
            }
        };
        let (mut writes, mut longest) = (0, Duration::ZERO);
        while !over.load(Ordering::Acquire) {
            let began = Instant::now();
            write(writes);
            (writes, longest) = (writes + 1, longest.max(began.elapsed()));
            thread::sleep(Duration::from_millis(5));
        }
        (writes, longest)
    })
}

fn written(connection: &mut impl SimpleConnection, begin: &str, number: usize) {
    let (report, row) = (number % 1_000 + 1, number % 1_000 + 1_001);
    let sql = format!(
        "{begin}; UPDATE reports SET updated_at = created_at WHERE id = 'copy-{report}'; \
         UPDATE search_documents SET section = section WHERE row_id = {row}; COMMIT"
    );
    connection.batch_execute(&sql).expect("written");
}

fn migrating(url: &str) -> Child {
    let mut program = Command::new(PROGRAM);
    program
        .arg("migrate")
        .env("NIANBAO__DATABASE__URL", url)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts")
}

fn number(database: &Database, sql: &str) -> usize {
    let text = database.text(&format!("SELECT CAST(({sql}) AS TEXT) AS value"));
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn tell(what: &str) {
    let _ = writeln!(std::io::stderr(), "{what}");
}

fn fills_behind_the_writers(database: Database) {
    let (database, _) = left(database);
    let (reports, narratives) = if is_long() { (160_000, 960_000) } else { (4_000, 40_000) };
    multiply(&database, reports, narratives);
    let url = database.url();
    if url.starts_with("sqlite") {
        // As the release has its files.
        database.execute("PRAGMA journal_mode = WAL");
    }
    let over = Arc::default();
    let writers = [write(&url, &over), write(&url, &over)];
    let began = Instant::now();
    // It is killed in the middle.
    let mut killed = migrating(&url);
    let filled = "SELECT COALESCE(MAX(seq), 0) FROM positions WHERE name = 'fill.search_revisions'";
    while number(&database, filled) == 0 {
        assert!(killed.try_wait().expect("its state").is_none(), "it is not done yet");
        thread::sleep(Duration::from_millis(5));
    }
    killed.kill().expect("killed");
    killed.wait().expect("ended");
    let stopped = number(&database, filled);
    let known = "SELECT COUNT(*) FROM search_documents WHERE revision IS NOT NULL";
    assert!(stopped < narratives, "{stopped}");
    assert_eq!(number(&database, known), stopped, "what is told to be filled is, and nothing else");
    if url.starts_with("postgres") {
        let refused = run(&url, &["serve"]);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && told.contains("nianbao migrate"), "{told}");
    }
    // Where it has been it does not come again.
    database.execute("UPDATE search_documents SET revision = NULL WHERE row_id = 1");
    let mut others = [migrating(&url), migrating(&url)];
    others.iter_mut().for_each(|other| assert!(other.wait().expect("ended").success()));
    let took = began.elapsed();
    over.store(true, Ordering::Release);
    let waited = writers.map(|writer| writer.join().expect("a writer"));
    assert_eq!(number(&database, "SELECT COUNT(*) FROM search_documents WHERE revision IS NULL"), 1);
    assert_eq!(number(&database, "SELECT COUNT(*) FROM reports WHERE timeliness IS NULL"), 1, "the draft");
    assert_eq!(number(&database, "SELECT COUNT(*) FROM revisions WHERE year IS NULL"), 0);
    assert_eq!(number(&database, "SELECT COUNT(*) FROM positions WHERE key IS NOT NULL"), 0);
    let (writes, longest) = (waited[0].0 + waited[1].0, waited[0].1.max(waited[1].1));
    tell(&format!(
        "{reports} reports, {narratives} narratives: migrated in {took:.1?} beside {writes} writes, of which the longest took \
         {longest:.0?}"
    ));
    assert!(longest < NOTICED, "a write waited for {longest:?}");
}

#[test]
fn a_file_is_filled_some_rows_at_a_time_while_others_write() {
    fills_behind_the_writers(Database::empty_sqlite());
}

#[test]
fn a_database_is_filled_some_rows_at_a_time_while_others_write() {
    let Some(database) = Database::empty_postgres() else { return };
    fills_behind_the_writers(database);
}

fn archived_counts_as_neither_on_time_nor_late(database: Database) {
    let (database, _) = left(database);
    let url = database.url();
    // As if it had been loaded.
    database.execute(
        "UPDATE transitions SET action = 'archive' WHERE action = 'publish' AND report_id IN \
         (SELECT id FROM reports WHERE withdrawn_at IS NULL)",
    );
    succeeded(&run(&url, &["migrate"]));
    assert_eq!(number(&database, "SELECT COUNT(*) FROM reports WHERE timeliness = 'archived'"), 1);
    assert_eq!(number(&database, "SELECT SUM(archived) FROM sums WHERE node = ''"), 1);
    succeeded(&run(&url, &["stats", "verify"]));
}

#[test]
fn a_file_counts_what_was_loaded_as_neither_on_time_nor_late() {
    archived_counts_as_neither_on_time_nor_late(Database::empty_sqlite());
}

#[test]
fn a_database_counts_what_was_loaded_as_neither_on_time_nor_late() {
    let Some(database) = Database::empty_postgres() else { return };
    archived_counts_as_neither_on_time_nor_late(database);
}

#[test]
fn a_step_that_waits_for_a_reader_lets_the_writers_pass() {
    let Some(database) = Database::empty_postgres() else { return };
    let (database, _) = left(database);
    multiply(&database, 1_000, 1_000);
    let url = database.url();
    let mut reader = PgConnection::establish(&url).expect("the database");
    reader.batch_execute("BEGIN; SELECT id FROM reports LIMIT 1").expect("a long read");
    let over = Arc::default();
    let writer = write(&url, &over);
    let mut migration = migrating(&url);
    // It gives up its place behind the reader, and comes again.
    let waits = "SELECT COUNT(*) FROM pg_locks WHERE relation = 'reports'::regclass AND mode = 'AccessExclusiveLock' \
        AND NOT granted";
    for waiting in [1, 0, 1, 0] {
        while number(&database, waits) != waiting {
            assert!(migration.try_wait().expect("its state").is_none(), "it waits");
            thread::sleep(Duration::from_millis(5));
        }
    }
    reader.batch_execute("COMMIT").expect("the end of it");
    assert!(migration.wait().expect("ended").success());
    over.store(true, Ordering::Release);
    let (writes, longest) = writer.join().expect("a writer");
    assert!(writes > 0 && longest < NOTICED, "{writes} writes, the longest of {longest:?}");
}

#[test]
fn an_index_that_was_not_finished_beside_the_writers_is_made_anew() {
    let Some(database) = Database::empty_postgres() else { return };
    let (database, _) = left(database);
    // As a program leaves it that is killed while it makes it.
    database.execute(
        "CREATE INDEX deliveries_turn ON deliveries (seq); \
         UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'deliveries_turn'::regclass",
    );
    succeeded(&run(&database.url(), &["migrate"]));
    let valid = "SELECT COUNT(*) FROM pg_index WHERE indexrelid = 'deliveries_turn'::regclass AND indisvalid AND indnatts = 4";
    assert_eq!(number(&database, valid), 1);
}
