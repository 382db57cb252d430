//! The lane under load, beside the raw group-commit loop of the same run.
//!
//! `cargo bench --bench lane`. SQLite always; PostgreSQL when `NIANBAO_TEST_POSTGRES_URL` is set, with
//! two instances of sixteen writers each. Machines differ and are noisy: the ratio is the figure.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may stop where it stands, and prints what it found"
)]

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use nianbao::inside::domain::agency::Contact;
use nianbao::inside::domain::form;
use nianbao::inside::domain::id::{AgencyId, PersonId, ReportId};
use nianbao::inside::domain::people::Person;
use nianbao::inside::domain::report::{Content, Heading, Scope, read_sections};
use nianbao::inside::domain::rights::{Grant, Rights, Role};
use nianbao::inside::domain::workflow::{Action, Review};
use nianbao::inside::domain::year::{YearPlan, YearState};
use nianbao::inside::operations::agencies::{self, AgencyDraft};
use nianbao::inside::operations::reports::{self, NewReport, TransitionOrder};
use nianbao::inside::operations::settings::first_review;
use nianbao::inside::operations::{AgencyRef, Asking, Desk, Ready, Refusal, at_desk, people, years};
use nianbao::inside::storage::{Act, Queue, Store, StoreOptions, StoredAnswer, WriteError};
use std::time::{Duration, Instant};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    let rights = Rights::of(vec![Grant::everywhere(Role::Admin)]);
    Asking { rights, ..Asking::public("2024-01-01".parse().expect("a day")) }
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
                        let (id, asking, draft) =
                            (AgencyId::from_uuid(uuid::Uuid::now_v7()), asking(), draft());
                        let done: Result<_, WriteError<Refusal>> = store.write_blocking(
                            act(),
                            at_desk(asking, move |desk| agencies::create(desk, &id, &draft)),
                        );
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

/// Everything one person may do where one review is enough.
fn asking_all(person: &Person) -> Asking {
    let roles = [Role::Editor, Role::Reviewer, Role::Publisher, Role::Admin];
    let rights = Rights::of(roles.into_iter().map(Grant::everywhere).collect());
    Asking { rights, person: Some(person.clone()), ..Asking::public("2024-01-20".parse().expect("a day")) }
}

fn act() -> Act {
    Act::of_service("bench", "2024-01-20T08:00:00".parse().expect("a time"))
}

fn write<T: Send + 'static>(
    store: &Store,
    asking: Asking,
    operation: impl FnMut(&mut Desk<'_>) -> Result<T, Refusal> + Send + 'static,
) -> T {
    let written: Result<T, WriteError<Refusal>> = store.write_blocking(act(), at_desk(asking, operation));
    written.expect("written")
}

/// A year, and approved reports of departments below counties below a city below a province.
fn approved(store: &Store, count: usize) -> (Person, Vec<(ReportId, i64)>) {
    let person = Person {
        id: PersonId::from_uuid(uuid::Uuid::now_v7()),
        name: "周发布".to_owned(),
        agency_id: None,
        left_on: None,
        machine: false,
        version: 1,
    };
    let known = person.clone();
    write(store, asking(), move |desk| people::ensure_person(desk.connection, desk.act, &known));
    let register = |parent: Option<AgencyId>, level: &str, kind: &str| {
        let id = AgencyId::from_uuid(uuid::Uuid::now_v7());
        let draft = AgencyDraft {
            parent: parent.map(AgencyRef::Id),
            level: level.parse().expect("a level"),
            kind: kind.parse().expect("a kind"),
            ..draft()
        };
        let named = id.clone();
        write(store, asking(), move |desk| agencies::create(desk, &named, &draft));
        id
    };
    let review = Review { stages: 1, separation_of_duties: false };
    write(store, asking(), move |desk| first_review(desk.connection, review, desk.act.at));
    let plan = YearPlan::default_for(2023);
    write(store, asking(), move |desk| years::create(desk, &plan));
    let open = YearPlan { state: YearState::Open, ..YearPlan::default_for(2023) };
    write(store, asking(), move |desk| years::update(desk, 1, &open));
    let province = register(None, "provincial", "government");
    let city = register(Some(province), "municipal", "government");
    let counties: Vec<AgencyId> =
        (0..100).map(|_| register(Some(city.clone()), "county", "government")).collect();
    let document: serde_json::Value =
        serde_json::from_str(include_str!("../tests/fixtures/suqian-2023.json")).expect("a document");
    let sections = document["sections"].as_object().expect("sections");
    let (mut content, _) = read_sections(&Content::empty(form::for_year(2023)), sections);
    for cell in 0..content.form().cells.len() {
        content.figures.set(cell, content.figures.get(cell).or(Some(0)));
    }
    for section in content.form().sections.iter().filter(|section| section.table.is_none()) {
        content.section_mut(&section.key).expect("the section").text = Some("依法做好各项工作。".to_owned());
    }
    let made = (0..count).map(|at| {
        let agency = register(Some(counties[at % counties.len()].clone()), "county", "department");
        let new = NewReport {
            id: ReportId::from_uuid(uuid::Uuid::now_v7()),
            agency: AgencyRef::Id(agency),
            year: 2023,
            scope: Scope::Own,
            heading: Heading::default(),
            source_url: None,
            content: Some(content.clone()),
            prefill: None,
            source: None,
            origin: nianbao::inside::operations::reports::Origin::Created,
        };
        write(store, asking_all(&person), move |desk| {
            let view = reports::create(desk, &new)?;
            let mut version = view.report.version;
            for action in [Action::Submit, Action::Approve] {
                let order = order(&new.id, action, version);
                version = reports::transition(desk, &order)?.view.report.version;
            }
            Ok((new.id.clone(), version))
        })
    });
    let made = made.collect();
    (person, made)
}

fn order(report: &ReportId, action: Action, version: i64) -> TransitionOrder {
    TransitionOrder {
        id: uuid::Uuid::now_v7().to_string(),
        report_id: report.clone(),
        action,
        comment: None,
        published_on: None,
        version,
    }
}

/// Lets PostgreSQL look at what was filled in, as it does by itself with autovacuum.
fn analyze(url: &str) {
    PgConnection::establish(url).expect("the database").batch_execute("ANALYZE").expect("looked at");
}

/// Publications a second, each as the service makes it: judged on a reader, entered in the lane, counted at five
/// agencies, chained, told, and committed.
fn publish(stores: &[Store], count: usize, filled: impl FnOnce()) -> f64 {
    let (person, reports) = approved(&stores[0], count);
    filled();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let began = Instant::now();
    std::thread::scope(|scope| {
        for store in stores.iter().flat_map(|store| (0..2 * WRITERS).map(move |_| store)) {
            let (next, reports, person, runtime) = (&next, &reports, &person, runtime.handle());
            scope.spawn(move || {
                while let Some((report, version)) =
                    reports.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
                {
                    runtime.block_on(publish_one(store, person, &order(report, Action::Publish, *version)));
                }
            });
        }
    });
    rate(reports.len(), began.elapsed())
}

async fn publish_one(store: &Store, person: &Person, order: &TransitionOrder) {
    loop {
        let (asking, order) = (asking_all(person), order.clone());
        let ready: Result<_, Refusal> = store
            .read(move |connection| reports::prepare_transition(connection, &act(), &asking, &order))
            .await;
        let Ready { basis, command } = ready.expect("ready");
        let operation = at_desk(asking_all(person), move |desk| reports::enter_transition(desk, &command));
        let nothing = |_: &()| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
        match store.write_ready(Queue::Interactive, (act(), Some(basis)), operation, nothing).await {
            Err(WriteError::Stale) => {}
            written => {
                written.expect("written");
                return;
            }
        }
    }
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
    println!("SQLite FULL: {:.0} publications/s", publish(std::slice::from_ref(&store), 4_000, || ()));
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
    println!("PostgreSQL, two instances: {:.0} publications/s", publish(&stores, 2_000, || analyze(&url)));
    stores.iter().for_each(Store::close);
    drop(stores);
    server.batch_execute(&format!("CREATE DATABASE {name}_slow")).expect("a database");
    let mut slow = self::options(&format!("{url}_slow"));
    // As on a disk that takes 5 ms for each COMMIT.
    slow.writer_sql = vec!["SET commit_siblings = 0".to_owned(), "SET commit_delay = 5000".to_owned()];
    let store = Store::open(slow).expect("opened");
    let slowly = publish(std::slice::from_ref(&store), 1_000, || analyze(&format!("{url}_slow")));
    println!("PostgreSQL, commit_delay 5 ms: {slowly:.0} publications/s");
    store.close();
    server.batch_execute(&format!("DROP DATABASE {name}_slow WITH (FORCE)")).expect("dropped");
    let mut raw = PgConnection::establish(&url).expect("the database");
    let hold = "BEGIN; SELECT * FROM ledger FOR UPDATE";
    tell("PostgreSQL, two instances, 16 writers each", lane, by_hand(&mut raw, hold));
    drop(raw);
    server.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).expect("dropped");
}
