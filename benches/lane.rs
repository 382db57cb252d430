//! The lane under load, beside the raw group-commit loop of the same run.
//!
//! `cargo bench --bench lane`. SQLite always; PostgreSQL when `NIANBAO_TEST_POSTGRES_URL` is set, with
//! two instances of sixteen writers each. Machines differ and are noisy: the ratio is the figure.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use nianbao::domain::agency::Contact;
use nianbao::domain::id::AgencyId;
use nianbao::domain::rights::{Grant, Rights, Role};
use nianbao::operations::agencies::{self, AgencyDraft};
use nianbao::operations::{Asking, Refusal, Review};
use nianbao::storage::{Act, Store, StoreOptions, WriteError};
use std::time::{Duration, Instant};

const SPELL: Duration = Duration::from_secs(4);
const WRITERS: usize = 16;
const GROUP: usize = 32;

fn draft() -> AgencyDraft {
    AgencyDraft {
        name: "沁源县信访局".to_owned(),
        short_name: None,
        uscc: None,
        level: "county".parse().expect("a level"),
        kind: "department".parse().expect("a kind"),
        division_code: None,
        parent: None,
        valid_from: None,
        valid_to: None,
        contact: Contact::default(),
    }
}

fn asking() -> Asking {
    let rights = Rights { grants: vec![Grant { role: Role::Admin, at: None, stage: None }] };
    let review = Review { stages: 3, separation_of_duties: true };
    Asking { rights, ..Asking::public("2024-01-01".parse().expect("a day"), review) }
}

/// Acknowledged writes a second by all writers of all instances.
fn by_the_lane(stores: &[Store]) -> f64 {
    let began = Instant::now();
    let written: usize = std::thread::scope(|scope| {
        let writers: Vec<_> = stores
            .iter()
            .flat_map(|store| (0..WRITERS).map(move |_| store))
            .map(|store| {
                scope.spawn(move || {
                    let mut written = 0;
                    while began.elapsed() < SPELL {
                        let act = Act {
                            at: "2024-01-01T08:00:00".parse().expect("a time"),
                            actor: None,
                            request_id: "bench".to_owned(),
                            key: None,
                        };
                        let (id, asking, draft) =
                            (AgencyId::from_uuid(uuid::Uuid::now_v7()), asking(), draft());
                        let done: Result<_, WriteError<Refusal>> =
                            store.write_blocking(act, move |connection, act, notes| {
                                agencies::create(connection, act, notes, &asking, &id, &draft)
                            });
                        done.expect("written");
                        written += 1;
                    }
                    written
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().expect("a writer")).sum()
    });
    rate(written, began.elapsed())
}

fn rate(count: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(count).expect("a count")) / time.as_secs_f64()
}

/// The same rows by one bare connection: groups of 32, one statement for each agency, one for the
/// group's audit, one COMMIT. Nothing is parsed, checked, chained or handed over.
fn by_hand(connection: &mut impl SimpleConnection, hold: &str) -> f64 {
    connection.batch_execute("DROP TABLE IF EXISTS raw_audit").expect("cleared");
    connection
        .batch_execute("CREATE TABLE raw_audit (seq BIGINT, detail TEXT)")
        .expect("a table for the audit");
    let began = Instant::now();
    let mut written = 0;
    while began.elapsed() < SPELL {
        connection.batch_execute(hold).expect("the row");
        for _ in 0..GROUP {
            let id = uuid::Uuid::now_v7();
            connection
                .batch_execute(&format!(
                    "SAVEPOINT job; INSERT INTO agencies (id, name, level, kind, path, status, version, created_at, \
                     updated_at) VALUES ('{id}', '沁源县信访局', 'county', 'department', '{id}.', 'active', 1, \
                     '2024-01-01 08:00:00', '2024-01-01 08:00:00'); RELEASE SAVEPOINT job"
                ))
                .expect("a row");
            written += 1;
        }
        let lines: Vec<String> =
            (0..GROUP).map(|seq| format!("({seq}, '{{\"name\":\"沁源县信访局\"}}')")).collect();
        connection
            .batch_execute(&format!("INSERT INTO raw_audit VALUES {}", lines.join(",")))
            .expect("the audit");
        connection.batch_execute("COMMIT").expect("committed");
    }
    rate(written, began.elapsed())
}

fn tell(what: &str, lane: f64, raw: f64) {
    println!(
        "{what}: {lane:.0} writes/s through the lane, {raw:.0}/s by the raw loop, ratio {:.2}",
        lane / raw
    );
}

fn options(url: &str) -> StoreOptions {
    let options = StoreOptions::new(url.parse().expect("a database"));
    Store::migrate(&options).expect("migrated");
    options
}

fn main() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("bench.db").to_string_lossy().into_owned();
    let store = Store::open(options(&format!("sqlite://{file}"))).expect("opened");
    let lane = by_the_lane(std::slice::from_ref(&store));
    store.close();
    let mut raw = SqliteConnection::establish(&file).expect("the file");
    raw.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").expect("settings");
    tell("SQLite, one instance, 16 writers", lane, by_hand(&mut raw, "BEGIN IMMEDIATE"));

    let Ok(admin) = std::env::var("NIANBAO_TEST_POSTGRES_URL") else {
        eprintln!("SKIPPED: NIANBAO_TEST_POSTGRES_URL is not set");
        return;
    };
    let name = format!("nianbao_bench_{}", std::process::id());
    let mut server = PgConnection::establish(&admin).expect("PostgreSQL");
    server.batch_execute(&format!("CREATE DATABASE {name}")).expect("a database");
    let url = format!("{}/{name}", admin.rsplit_once('/').expect("postgres://host/database").0);
    let options = options(&url);
    let stores = [Store::open(options.clone()).expect("one"), Store::open(options).expect("two")];
    let lane = by_the_lane(&stores);
    stores.iter().for_each(Store::close);
    drop(stores);
    let mut raw = PgConnection::establish(&url).expect("the database");
    let hold = "BEGIN; SELECT * FROM ledger FOR UPDATE";
    tell("PostgreSQL, two instances, 16 writers each", lane, by_hand(&mut raw, hold));
    drop(raw);
    server.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).expect("dropped");
}
