//! The group rule: what was acknowledged is there, what was not is not, and one bad write hurts no other.

use crate::api::harness::database::Database;
use crate::cluster::node::wait_until;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use nianbao::inside::domain::id::AgencyId;
use nianbao::inside::domain::rights::{Grant, Rights, Role};
use nianbao::inside::operations::agencies::{self, AgencyDraft};
use nianbao::inside::operations::{Asking, Desk, Refusal, at_desk};
use nianbao::inside::storage::{
    Act, AnyConnection, Basis, DatabaseError, Note, Notes, Queue, StorageError, Store, StoreOptions,
    StoredAnswer, WriteError, audit,
};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

fn open(database: &Database, writer_sql: &[&str]) -> Store {
    let mut options = StoreOptions::new(database.url().parse().expect("a database"));
    options.writer_sql = writer_sql.iter().map(|sql| (*sql).to_owned()).collect();
    Store::migrate(&options).expect("migrated");
    Store::open(options).expect("opened")
}

fn asking() -> Asking {
    let rights = Rights::of(vec![Grant::everywhere(Role::Admin)]);
    Asking { rights, ..Asking::public("2024-01-01".parse().expect("a day")) }
}

fn act(name: &str) -> Act {
    let at = "2024-01-01T08:00:00".parse().expect("a time");
    Act::of_service(name, at)
}

fn draft(name: &str) -> AgencyDraft {
    AgencyDraft {
        name: name.to_owned(),
        short_name: None,
        uscc: None,
        level: "county".parse().expect("a level"),
        kind: "department".parse().expect("a kind"),
        division_code: None,
        parent: None,
        valid_from: None,
        valid_to: None,
        contact: nianbao::inside::domain::agency::Contact::default(),
    }
}

fn register(connection: &mut AnyConnection, act: &Act, notes: &mut Notes, name: &str) -> Result<(), Refusal> {
    let id = AgencyId::from_uuid(uuid::Uuid::now_v7());
    let mut desk = Desk { connection, act, notes, asking: &asking() };
    agencies::create(&mut desk, &id, &draft(name)).map(drop)
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn names(store: &Store) -> Vec<String> {
    let rows: Result<Vec<Name>, StorageError> = store.read_blocking(|connection| {
        let query = "SELECT name FROM agencies ORDER BY name";
        Ok(match connection {
            AnyConnection::Sqlite(inner) => diesel::sql_query(query).load(inner)?,
            AnyConnection::Postgres(inner) => diesel::sql_query(query).load(inner)?,
        })
    });
    rows.expect("the names").into_iter().map(|row| row.name).collect()
}

fn audited(store: &Store) -> i64 {
    counted(store, "SELECT count(*) AS count FROM audit")
}

fn counted(store: &Store, query: &str) -> i64 {
    let row: Result<Count, StorageError> = store.read_blocking(|connection| {
        Ok(match connection {
            AnyConnection::Sqlite(inner) => diesel::sql_query(query).get_result(inner)?,
            AnyConnection::Postgres(inner) => diesel::sql_query(query).get_result(inner)?,
        })
    });
    row.expect("a count").count
}

/// Holds the writer inside one operation until the others wait, so that they make one group.
struct Gate(mpsc::Sender<()>);

fn hold(store: &Arc<Store>) -> (Gate, std::thread::JoinHandle<()>) {
    let (open_gate, gate) = mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let (entered, inside) = mpsc::channel();
    let store = Arc::clone(store);
    let thread = std::thread::spawn(move || {
        let held: Result<(), WriteError<Refusal>> = store.write_blocking(act("gate"), move |_, _, _| {
            let _ = entered.send(());
            let _ = gate.lock().expect("the gate").recv();
            Ok(())
        });
        held.expect("the gate opened");
    });
    inside.recv().expect("the writer is held");
    (Gate(open_gate), thread)
}

/// Writes several at once, as one group; gives each one's outcome.
fn as_one_group<Op>(store: &Arc<Store>, operations: Vec<Op>) -> Vec<Result<(), WriteError<Refusal>>>
where
    Op: FnMut(&mut AnyConnection, &Act, &mut Notes) -> Result<(), Refusal> + Send + 'static,
{
    as_one_group_on(store, None, operations)
}

/// The same where each rests on something.
fn as_one_group_on<Op>(
    store: &Arc<Store>,
    basis: Option<&Basis>,
    operations: Vec<Op>,
) -> Vec<Result<(), WriteError<Refusal>>>
where
    Op: FnMut(&mut AnyConnection, &Act, &mut Notes) -> Result<(), Refusal> + Send + 'static,
{
    let (gate, held) = hold(store);
    let count = operations.len();
    let threads: Vec<_> = operations
        .into_iter()
        .enumerate()
        .map(|(number, operation)| {
            let (waiting, basis) = (Arc::clone(store), basis.cloned());
            let thread = std::thread::spawn(move || {
                let answer = |_: &()| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
                let act = act(&format!("job {number}"));
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let written = waiting.write_ready(Queue::Interactive, (act, basis), operation, answer);
                runtime.expect("a runtime").block_on(written).map(drop)
            });
            // One after the other, so that they stand in the queue in this order.
            while store.queue_depth() <= number {
                std::thread::yield_now();
            }
            thread
        })
        .collect();
    assert_eq!(store.queue_depth(), count);
    gate.0.send(()).expect("the writer waits");
    held.join().expect("the gate");
    threads.into_iter().map(|thread| thread.join().expect("an outcome")).collect()
}

fn each_engine(check: impl Fn(&Database)) {
    check(&Database::sqlite());
    if let Some(database) = Database::postgres() {
        check(&database);
    }
}

type Operation = Box<dyn FnMut(&mut AnyConnection, &Act, &mut Notes) -> Result<(), Refusal> + Send>;

fn plain(name: &str) -> Operation {
    let name = name.to_owned();
    Box::new(move |connection, act, notes| register(connection, act, notes, &name))
}

#[test]
fn a_refusal_in_a_group_undoes_itself_and_nothing_else() {
    each_engine(|database| {
        let store = Arc::new(open(database, &[]));
        let refusing: Operation = Box::new(|connection, act, notes| {
            register(connection, act, notes, "refused")?;
            Err(Refusal::Forbidden)
        });
        let violating: Operation = Box::new(|connection, act, notes| {
            register(connection, act, notes, "violating")?;
            let twice = "INSERT INTO ledger SELECT * FROM ledger";
            connection.batch_execute(twice).map_err(DatabaseError::into)
        });
        let outcomes = as_one_group(&store, vec![plain("a"), refusing, plain("b"), violating, plain("c")]);
        let went = outcomes.iter().map(Result::is_ok).collect::<Vec<_>>();
        assert_eq!(went, [true, false, true, false, true], "{outcomes:?}");
        assert!(matches!(outcomes[1], Err(WriteError::Refused(Refusal::Forbidden))));
        assert!(matches!(outcomes[3], Err(WriteError::Broken(_))), "{:?}", outcomes[3]);
        assert_eq!((names(&store), audited(&store)), (vec!["a".into(), "b".into(), "c".into()], 3));
        store.close();
    });
}

#[test]
fn what_was_sure_and_is_refused_after_all_undoes_itself_and_nothing_else() {
    each_engine(|database| {
        let store = Arc::new(open(database, &[]));
        let stands: Result<_, StorageError> = store.read_blocking(audit::ledger);
        let stands = stands.expect("the end of the log");
        let basis = Basis { seq: stands.audit_seq, epoch: stands.epoch, agencies: Vec::new(), is_sure: true };
        let writing = |name: &str, refused: bool| -> Operation {
            let insert = format!("INSERT INTO positions (name, seq) VALUES ('{name}', 0)");
            Box::new(move |connection, _, _| {
                connection.batch_execute(&insert)?;
                if refused { Err(Refusal::Forbidden) } else { Ok(()) }
            })
        };
        let sure = vec![writing("a", false), writing("b", true), writing("a", false), writing("c", false)];
        let outcomes = as_one_group_on(&store, Some(&basis), sure);
        assert!(outcomes[0].is_ok() && outcomes[3].is_ok(), "its neighbours are written: {outcomes:?}");
        assert!(matches!(outcomes[1], Err(WriteError::Refused(Refusal::Forbidden))), "{:?}", outcomes[1]);
        assert!(matches!(outcomes[2], Err(WriteError::Broken(_))), "there already: {:?}", outcomes[2]);
        let written =
            counted(&store, "SELECT count(*) AS count FROM positions WHERE name IN ('a', 'b', 'c')");
        assert_eq!(written, 2);
        store.close();
    });
}

#[test]
fn a_panic_inside_an_operation_is_its_own_affair() {
    each_engine(|database| {
        let store = Arc::new(open(database, &[]));
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let panicking: Operation = Box::new(move |connection, act, notes| {
            counted.fetch_add(1, Ordering::Relaxed);
            register(connection, act, notes, "panicking")?;
            panic!("a fault of ours, made for this test");
        });
        let outcomes = as_one_group(&store, vec![plain("a"), panicking, plain("b")]);
        assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "its neighbours are written: {outcomes:?}");
        assert!(matches!(outcomes[1], Err(WriteError::Unavailable)), "{:?}", outcomes[1]);
        assert_eq!(runs.load(Ordering::Relaxed), 2, "it was tried once more, alone");
        assert_eq!((names(&store), audited(&store)), (vec!["a".into(), "b".into()], 2));
        let after: Result<(), WriteError<Refusal>> = store.write_blocking(act("after"), plain("c"));
        assert!(after.is_ok(), "the writer lives on");
        store.close();
    });
}

/// SQLite FULL throws the whole transaction away, not the savepoint.
#[test]
fn a_full_disk_loses_nothing_acknowledged_and_keeps_nothing_refused() {
    let database = Database::sqlite();
    let pages: i64 = {
        let store = open(&database, &[]);
        let pages: Result<i64, StorageError> = store.read_blocking(|connection| match connection {
            AnyConnection::Sqlite(inner) => {
                let query = "SELECT page_count AS count FROM pragma_page_count()";
                Ok(diesel::sql_query(query).get_result::<Count>(inner)?.count)
            }
            AnyConnection::Postgres(_) => unreachable!("this database is SQLite's"),
        });
        store.close();
        pages.expect("the size")
    };
    // Room for a few small rows, and none for the fifth's.
    let limit = format!("PRAGMA max_page_count = {};", pages + 4);
    let store = Arc::new(open(&database, &[&limit]));
    let large: Operation = Box::new(|connection, act, notes| {
        register(connection, act, notes, "fifth")?;
        notes.audit(Note {
            action: nianbao::inside::domain::audit::AuditAction::AgencyUpdate,
            agency_id: None,
            report_id: None,
            detail: json!("x"),
        });
        let fill = "UPDATE agencies SET address = hex(zeroblob(200000)) WHERE name = 'fifth'";
        connection.batch_execute(fill).map_err(DatabaseError::into)
    });
    let jobs = vec![plain("first"), plain("second"), plain("third"), plain("fourth"), large];
    let outcomes = as_one_group(&store, jobs);
    let expected: Vec<String> = ["first", "second", "third", "fourth"]
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| outcome.is_ok())
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert!(matches!(outcomes[4], Err(WriteError::DiskFull)), "{:?}", outcomes[4]);
    assert_eq!(expected.len(), 4, "the four before have room, alone: {outcomes:?}");
    let mut found = names(&store);
    found.sort_by_key(|name| expected.iter().position(|known| known == name));
    assert_eq!(found, expected, "exactly what was acknowledged");
    assert_eq!(audited(&store), 4, "and nothing of the fifth in the audit");
    store.close();
}

/// A COMMIT that fails takes its whole group with it; each member is then run alone.
#[test]
fn a_broken_commit_answers_nobody_before_each_has_been_tried_alone() {
    each_engine(|database| {
        let store = Arc::new(open(database, &[]));
        let setup: Operation = Box::new(|connection, _, _| {
            let parent = "CREATE TABLE commit_parent (id INTEGER PRIMARY KEY)";
            let child = "CREATE TABLE commit_child (id INTEGER REFERENCES commit_parent (id) DEFERRABLE INITIALLY DEFERRED)";
            connection.batch_execute(parent)?;
            connection.batch_execute(child).map_err(DatabaseError::into)
        });
        let made: Result<(), WriteError<Refusal>> = store.write_blocking(act("setup"), setup);
        made.expect("two tables");
        let breaking: Operation = Box::new(|connection, act, notes| {
            register(connection, act, notes, "breaking")?;
            connection.batch_execute("INSERT INTO commit_child VALUES (1)").map_err(DatabaseError::into)
        });
        let outcomes = as_one_group(&store, vec![plain("a"), breaking, plain("b")]);
        assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
        assert!(matches!(outcomes[1], Err(WriteError::Unavailable)), "{:?}", outcomes[1]);
        assert_eq!((names(&store), audited(&store)), (vec!["a".into(), "b".into()], 2));
        store.close();
    });
}

#[test]
fn a_closed_store_finishes_what_it_took_and_takes_no_more() {
    each_engine(|database| {
        let store = Arc::new(open(database, &[]));
        let outcomes = as_one_group(&store, (0..40).map(|number| plain(&format!("{number:02}"))).collect());
        assert!(outcomes.iter().all(Result::is_ok));
        store.close();
        let late: Result<(), WriteError<Refusal>> = store.write_blocking(act("late"), plain("late"));
        assert!(matches!(late, Err(WriteError::Overloaded)), "{late:?}");
        assert_eq!(names(&store).len(), 40);
    });
}

#[test]
fn a_log_that_a_busy_time_has_left_long_is_cut_in_quiet() {
    let database = Database::sqlite();
    let store = open(&database, &[]);
    let log = format!("{}-wal", database.url().trim_start_matches("sqlite://"));
    let length = || std::fs::metadata(&log).map_or(0, |log| log.len());
    let grown: Result<(), WriteError<Refusal>> = store.write_blocking(act("busy"), |connection, _, _| {
        let much =
            "CREATE TABLE much (bytes BLOB); INSERT INTO much VALUES (zeroblob(80000000)); DROP TABLE much";
        connection.batch_execute(much).map_err(DatabaseError::into)
    });
    grown.expect("written");
    assert!(length() > 70_000_000, "{}", length());
    wait_until("the log is cut", || length() <= 64 << 20);
    assert_eq!(audited(&store), 0, "nothing else is written meanwhile");
}

#[test]
fn a_full_queue_says_so_at_once() {
    let database = Database::sqlite();
    let mut options = StoreOptions::new(database.url().parse().expect("a database"));
    options.queue_capacity = 2;
    Store::migrate(&options).expect("migrated");
    let store = Arc::new(Store::open(options).expect("opened"));
    let (gate, held) = hold(&store);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let answer = |_: &()| StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
    let outcomes = runtime.block_on(async {
        let jobs: Vec<_> = (0..3)
            .map(|number| {
                let store = Arc::clone(&store);
                let name = format!("{number}");
                async move {
                    let written = store.write(Queue::Interactive, act("job"), plain(&name), answer);
                    written.await.map(drop)
                }
            })
            .collect();
        let gate = async move {
            tokio::task::yield_now().await;
            gate.0.send(()).expect("the writer waits");
        };
        futures_util::future::join(futures_util::future::join_all(jobs), gate).await.0
    });
    held.join().expect("the gate");
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(WriteError::Overloaded))).count();
    assert_eq!(refused, 1, "{outcomes:?}");
    store.close();
}

#[test]
fn whoever_waits_for_changes_is_told_of_none_that_is_not_there() {
    let database = Database::sqlite();
    let store = open(&database, &[]);
    // A restore passes over numbers; what is written after it is no public change.
    store
        .write_blocking(
            act("restore"),
            at_desk(asking(), |desk| nianbao::inside::operations::audit::adopt_restored(desk, "another")),
        )
        .unwrap_or_else(|error: WriteError<Refusal>| panic!("{error:?}"));
    store
        .write_blocking(act("after"), |connection, act, notes| register(connection, act, notes, "甲局"))
        .unwrap_or_else(|error: WriteError<Refusal>| panic!("{error:?}"));
    assert_eq!(store.watch().changes().borrow().seq, 0);
    store.close();
}
