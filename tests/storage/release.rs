//! A database as the last release left it, under today's program: it is migrated, and everybody finds what was there.
//!
//! `tests/fixtures/0.1.0` keeps the release's migrations and rows as SQL, and what its program answered.

use crate::api::harness::database::Database;
use crate::api::harness::process::{PROGRAM, Service};
use serde_json::{Value, json};
use std::process::{Command, Output};
use std::sync::Arc;
use std::thread;

struct Kept {
    schema: &'static str,
    rows: &'static str,
    answers: &'static str,
}

const SQLITE: Kept = Kept {
    schema: include_str!("../fixtures/0.1.0/sqlite.schema.sql"),
    rows: include_str!("../fixtures/0.1.0/sqlite.rows.sql"),
    answers: include_str!("../fixtures/0.1.0/sqlite.answers.json"),
};
const POSTGRES: Kept = Kept {
    schema: include_str!("../fixtures/0.1.0/postgres.schema.sql"),
    rows: include_str!("../fixtures/0.1.0/postgres.rows.sql"),
    answers: include_str!("../fixtures/0.1.0/postgres.answers.json"),
};

/// The database as it was left, and what was answered from it.
pub fn left(database: Database) -> (Database, Value) {
    let kept = match database {
        Database::Sqlite(_) => SQLITE,
        Database::Postgres { .. } => POSTGRES,
    };
    database.execute(kept.schema);
    database.execute(kept.rows);
    (database, serde_json::from_str(kept.answers).expect("JSON"))
}

pub fn run(url: &str, verb: &[&str]) -> Output {
    let settings = [("NIANBAO__DATABASE__URL", url), ("NIANBAO__SERVER__LISTEN", "127.0.0.1:0")];
    Command::new(PROGRAM).args(verb).envs(settings).output().expect("the program runs")
}

#[track_caller]
pub fn succeeded(output: &Output) {
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", said(&output.stdout), said(&output.stderr));
}

/// Everything that was told is told still; there may be more.
fn missing(now: &Value, then: &Value, at: &str, found: &mut Vec<String>) {
    match (now, then) {
        (Value::Object(now), Value::Object(then)) => {
            for (name, then) in then {
                missing(now.get(name).unwrap_or(&Value::Null), then, &format!("{at}/{name}"), found);
            }
        }
        (Value::Array(now), Value::Array(then)) if now.len() == then.len() => {
            for (number, (now, then)) in now.iter().zip(then).enumerate() {
                missing(now, then, &format!("{at}/{number}"), found);
            }
        }
        (now, then) if now == then => {}
        (now, then) => found.push(format!("{at}: {now} and not {then}")),
    }
}

fn goes_on_under_todays_program(database: Database) {
    let (database, left) = left(database);
    let url = database.url();
    // Whoever comes first works, the others wait for it.
    let migrations: Vec<_> = (0..3)
        .map(|_| {
            let url = url.clone();
            thread::spawn(move || run(&url, &["migrate"]))
        })
        .collect();
    for migration in migrations {
        succeeded(&migration.join().expect("it ended"));
    }
    for verb in [["audit", "verify"], ["stats", "verify"]] {
        succeeded(&run(&url, &verb));
    }
    let (seq, hash) = (&left["head"]["seq"], left["head"]["hash"].as_str().expect("a hash"));
    let witness = format!("{seq}:{hash}");
    succeeded(&run(&url, &["audit", "verify", "--expect", &witness]));
    let service = Service::start(Arc::new(database), &[("NIANBAO__DATABASE__MIGRATE", "false")]);
    let mut found = Vec::new();
    for asked in left["answers"].as_array().expect("answers") {
        let path = asked["path"].as_str().expect("a path");
        let request = service.get(path);
        let request = match asked["who"].as_str().and_then(|who| left["made"][who].as_str()) {
            Some(secret) => request.token(secret),
            None => request,
        };
        let reply = request.send();
        assert_eq!(json!(reply.status), asked["status"], "{path}: {}", reply.text());
        let mut gone = Vec::new();
        missing(&reply.value(), &asked["body"], path, &mut gone);
        found.extend(gone);
    }
    assert!(found.is_empty(), "{found:#?}");
    // Those who worked with it go on working.
    let (editor, draft) = (&left["made"]["editor"], left["made"]["draft"].as_str().expect("a draft"));
    let editor = editor.as_str().expect("a secret");
    let path = format!("/reports/{draft}/sections/overview");
    let tag = service.get(&path).token(editor).send().expect(200).tag().to_owned();
    let text = json!({"text": "本年度主动公开信息若干条。"});
    service.put(&path).token(editor).if_match(&tag).json(&text).send().expect(200);
    for verb in [["audit", "verify"], ["stats", "verify"]] {
        succeeded(&service.run(&verb));
    }
    let tells = |table: &str, what: &str| {
        let forged = service.run(&["audit", "verify"]);
        let told = String::from_utf8_lossy(&forged.stderr).into_owned();
        assert!(!forged.status.success() && told.contains(table), "{what}: {told}");
    };
    // What that release's audit does not name by its key it answers for all the same: each act for the row it wrote.
    let copied = |report: &str, at: &str, which: &str| {
        format!(
            "INSERT INTO transitions (id, report_id, position, revision, round, action, from_state, to_state, \
             person_id, person_name, role, comment, digest, at) SELECT '01a22950-0000-7000-8000-000000000000', \
             {report}, 99, revision, round, action, from_state, to_state, person_id, person_name, role, comment, \
             digest, {at} FROM transitions WHERE {which}"
        )
    };
    let undo = "DELETE FROM transitions WHERE id = '01a22950-0000-7000-8000-000000000000'";
    service.database.execute(&copied("report_id", "at", "action = 'withdraw'"));
    tells("transitions", "a second row of one act");
    service.database.execute(undo);
    let begun = format!("(SELECT created_at FROM reports WHERE id = '{draft}')");
    let one =
        "action = 'publish' AND report_id IN (SELECT report_id FROM transitions WHERE action = 'withdraw')";
    service.database.execute(&copied(&format!("'{draft}'"), &begun, one));
    tells("transitions", "a row of an act that wrote none");
    service.database.execute(undo);
    service.database.execute("UPDATE transitions SET role = 'admin' WHERE from_state = 'second_review'");
    tells("transitions", "another row than the act's");
    service.database.execute("UPDATE transitions SET role = 'reviewer' WHERE from_state = 'second_review'");
    succeeded(&service.run(&["audit", "verify"]));
    let approval = "(SELECT id FROM transitions WHERE from_state = 'second_review')";
    service.database.execute(&format!("DELETE FROM receipts WHERE transition_id IN {approval}"));
    tells("receipts", "no row of an act");
    service.database.execute("DELETE FROM transitions WHERE from_state = 'second_review'");
    tells("transitions", "no row of an act");
}

#[test]
fn a_file_of_the_last_release_serves_the_same_under_todays_program() {
    goes_on_under_todays_program(Database::empty_sqlite());
}

#[test]
fn a_database_of_the_last_release_serves_the_same_under_todays_program() {
    let Some(database) = Database::empty_postgres() else { return };
    goes_on_under_todays_program(database);
}

#[test]
fn a_database_of_the_last_release_is_not_served_before_it_is_migrated() {
    let Some(database) = Database::empty_postgres() else { return };
    let (database, _) = left(database);
    let refused = run(&database.url(), &["serve"]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("nianbao migrate"), "{told}");
}
