//! Who did what when, and what the public is told.

use super::harness::database::Database;
use super::harness::process::{PROGRAM, Service};
use super::harness::wait_for;
use super::harness::world::{World, id_of, register};
use diesel::Connection;
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

fn items(list: &Value) -> Vec<Value> {
    list["items"].as_array().cloned().expect("items")
}

/// What an earlier program wrote, before entries told their origin.
const FIRST_VERSION: &str = include_str!("../fixtures/audit-version-1.ndjson");

/// Takes away what keeps the audit from being changed, as somebody with the whole database could.
fn unlock(service: &Service) {
    service.database.execute(match &*service.database {
        Database::Sqlite(_) => {
            "DROP TRIGGER IF EXISTS audit_is_append_only_update; DROP TRIGGER IF EXISTS audit_is_append_only_delete"
        }
        Database::Postgres { .. } => "ALTER TABLE audit DISABLE TRIGGER USER",
    });
}

/// Asks either engine for the text columns of the audit: PostgreSQL, SQLite.
const TEXT_COLUMNS: [&str; 2] = [
    "SELECT string_agg(column_name::text, ',' ORDER BY ordinal_position) AS value FROM information_schema.columns \
     WHERE table_schema = current_schema() AND table_name = 'audit' AND data_type = 'text'",
    "SELECT group_concat(name) AS value FROM (SELECT name FROM pragma_table_info('audit') WHERE type = 'TEXT' ORDER BY cid)",
];

/// A text with one bit of one byte changed, anywhere, so that it is still a text; of none, some text.
fn flipped(text: Option<&str>, random: &mut fastrand::Rng) -> String {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return "x".to_owned() };
    loop {
        let mut bytes = text.as_bytes().to_vec();
        bytes[random.usize(..text.len())] ^= 1u8 << random.u8(..7);
        match String::from_utf8(bytes) {
            Ok(other) if !other.contains('\0') => return other,
            _ => {}
        }
    }
}

/// Number and hash of the last act, as the service tells them.
fn head(service: &Service) -> (i64, String) {
    let head = service.get("/audit/head").send().expect(200).value();
    (head["seq"].as_i64().expect("a number"), head["hash"].as_str().expect("a hash").to_owned())
}

/// How many lines an export has, and the hash of its last.
fn end_of(export: &str) -> (i64, String) {
    let last: Value = serde_json::from_str(export.lines().last().expect("a line")).expect("JSON");
    let count = i64::try_from(export.lines().count()).expect("a count");
    (count, last["hash"].as_str().expect("a hash").to_owned())
}

/// Registers many agencies, each an act of its own.
fn register_many(service: &Service) {
    let line = |number: i32| {
        json!({"name": format!("局{number}"), "level": "county", "kind": "department"}).to_string()
    };
    let lines: Vec<String> = (0..1_200).map(line).collect();
    let batch = service.post("/agencies/batch").token(&service.admin());
    let done = batch.body("application/x-ndjson", lines.join("\n")).send().expect(200).value();
    assert_eq!(done["accepted"], 1_200);
}

on_both! {
    fn every_act_is_read_back_by_those_who_answer_for_it(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        world.publish(&id);
        let all = service.get("/audit?limit=200").token(&service.admin()).send().expect(200).value();
        let entries = items(&all);
        let numbers: Vec<i64> = entries.iter().filter_map(|entry| entry["seq"].as_i64()).collect();
        assert_eq!(numbers, (1..=i64::try_from(numbers.len()).expect("a count")).collect::<Vec<_>>());
        assert!(entries.windows(2).all(|pair| pair[1]["previous_hash"] == pair[0]["hash"]));

        let of = |query: &str| {
            items(&service.get(&format!("/audit?{query}")).token(&service.admin()).send().expect(200).value())
        };
        let acts = of(&format!("report_id={id}"));
        let actions: Vec<&str> = acts.iter().filter_map(|entry| entry["action"].as_str()).collect();
        assert_eq!(actions, ["report.create", "report.transition", "report.transition", "report.transition",
            "report.transition", "report.transition"]);
        assert_eq!((&acts[2]["person"]["name"], &acts[2]["detail"]["action"]), (&json!("审核员1"), &json!("approve")));
        let person = acts[2]["person"]["id"].as_str().expect("a person");
        assert_eq!(of(&format!("person_id={person}")).len(), 1);
        assert!(of(&format!("agency_id={}", world.bureau)).len() > acts.len());
        assert_eq!(of("from=2099-01-01T00:00:00Z").len(), 0);
        assert_eq!(of("to=2020-01-01T00:00:00Z").len(), 0);
        let page = service.get("/audit?limit=2").token(&service.admin()).send().value();
        let next = service.get(&format!("/audit?limit=2&cursor={}", page["next_cursor"].as_str().expect("a cursor")))
            .token(&service.admin()).send().expect(200).value();
        assert_eq!(items(&next)[0]["seq"], 3);

        let mine = service.get("/audit?limit=200").token(&world.supervisor()).send().expect(200).value();
        assert!(!items(&mine).is_empty() && items(&mine).len() < entries.len());
        assert!(items(&mine).iter().all(|entry| entry["agency_id"] == world.county.as_str()
            || entry["agency_id"] == world.bureau.as_str()));
        service.get("/audit").send().refused(401, "unauthorized");
        service.get("/audit?limit=0").token(&world.editor()).send().refused(403, "forbidden");
        service.get("/audit?limit=0").token(&service.admin()).send().refused(400, "invalid_query");
    }

    fn an_entry_tells_from_where_and_by_which_way_somebody_came(service) {
        let world = World::new(service);
        let draft = world.full_draft();
        let entries = |token: &str, query: &str| {
            items(&service.get(&format!("/audit?limit=200{query}")).token(token).send().expect(200).value())
        };
        let by_request = format!("&report_id={}", id_of(&draft));
        let filed = entries(&service.admin(), &by_request).remove(0);
        let session = &filed["session"];
        assert_eq!((&session["way"], &session["client"], &session["operator"]), (&json!("token"), &json!("127.0.0.1"), &Value::Null));
        let issued = entries(&service.admin(), "");
        let issued = issued.iter().find(|entry| entry["detail"]["name"] == "填报员").expect("the token was issued");
        assert_eq!(session["token_id"], issued["detail"]["token_id"], "one of a person's tokens is told from the others");
        assert_eq!(issued["session"]["way"], "command_line");
        let operator = &issued["session"]["operator"];
        assert!(operator["user"].as_str().is_some_and(|user| !user.is_empty()), "{operator}");
        assert!(operator["host"].as_str().is_some_and(|host| !host.is_empty()), "{operator}");
        let seen = entries(&world.supervisor(), &by_request).remove(0);
        assert_eq!((&seen["session"]["way"], &seen["session"]["token_id"]), (&session["way"], &session["token_id"]));
        assert!(seen["session"]["client"].is_null() && seen["session"]["operator"].is_null(), "where others work is the auditors'");

        let exported = String::from_utf8(service.run(&["audit", "export"]).stdout).expect("text");
        let line = exported.lines().find(|line| line.contains("report.create")).expect("the draft");
        let line: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!((&line["client"], &line["way"], &line["token_id"], &line["version"]),
            (&json!("127.0.0.1"), &json!("token"), &session["token_id"], &json!(2)));
    }

    fn the_chain_goes_on_over_entries_of_the_first_version(service) {
        service.terminate();
        // What the service said of itself is of the present version.
        unlock(service);
        service.database.execute("DELETE FROM audit");
        for line in FIRST_VERSION.lines() {
            let line: Value = serde_json::from_str(line).expect("JSON");
            let text = |member: &str| line[member].as_str().map_or("NULL".to_owned(), |text| format!("'{text}'"));
            let columns = ["at", "person_id", "person_name", "action", "agency_id", "report_id", "detail", "request_id",
                "previous_hash", "hash"].map(text);
            service.database.execute(&format!("INSERT INTO audit (seq, at, person_id, person_name, action, agency_id, report_id, \
                detail, request_id, prev_hash, hash) VALUES ({}, {})", line["seq"], columns.join(", ")));
        }
        service.database.execute("UPDATE ledger SET audit_seq = 16, audit_head = (SELECT hash FROM audit WHERE seq = 16)");
        service.restart();
        register(service, "新局", "county", "department", None);
        let (seq, hash) = head(service);
        assert!(seq > 16);
        let verified = service.run(&["audit", "verify", "--chain", "--expect", &format!("{seq}:{hash}")]);
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
        let first = &items(&service.get("/audit?limit=1").token(&service.admin()).send().expect(200).value())[0];
        assert_eq!((&first["action"], &first["session"]), (&json!("token.create"), &Value::Null));

        let folder = tempfile::TempDir::new().expect("a folder");
        let file = folder.path().join("audit.ndjson");
        std::fs::write(&file, service.run(&["audit", "export"]).stdout).expect("written");
        let path = file.to_string_lossy().into_owned();
        assert!(service.run(&["audit", "verify", "--file", &path]).status.success());
        service.database.execute("UPDATE audit SET version = 2 WHERE seq = 7");
        let told = String::from_utf8_lossy(&service.run(&["audit", "verify", "--chain"]).stderr).into_owned();
        assert!(told.contains("第 7 条断开"), "{told}");
    }

    fn what_was_changed_behind_the_services_back_is_found(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        world.publish(&id);
        let verify = |arguments: &[&str]| {
            let output = service.run(&[&["audit", "verify"], arguments].concat());
            (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
        };
        let head = service.get("/audit/head").send().expect(200).value();
        let (seq, hash) = (head["seq"].as_i64().expect("a number"), head["hash"].as_str().expect("a hash").to_owned());
        let witness = format!("{seq}:{hash}");
        assert_eq!(verify(&["--expect", &witness]), (true, String::new()));
        let other = format!("{seq}:{}", "0".repeat(64));
        assert!(!verify(&["--expect", &other]).0, "another history is no proof");
        assert!(!verify(&["--expect", "x"]).0);
        let exported = service.run(&["audit", "export"]);
        let lines = String::from_utf8(exported.stdout).expect("text");
        assert_eq!(i64::try_from(lines.lines().count()).expect("a count"), seq);
        let last: Value = serde_json::from_str(lines.lines().last().expect("a line")).expect("JSON");
        assert_eq!(last["hash"], hash.as_str());

        let folder = tempfile::TempDir::new().expect("a folder");
        let file = folder.path().join("audit.ndjson");
        let offline = |text: &str, more: &[&str]| {
            std::fs::write(&file, text).expect("written");
            let path = file.to_string_lossy().into_owned();
            verify(&[&["--file", path.as_str()], more].concat())
        };
        assert_eq!(offline(&lines, &["--expect", &witness]), (true, String::new()));
        let (whole, told) = offline(&lines.replacen("report.create", "report.crate", 1), &[]);
        assert!(!whole && told.contains("断开"), "{told}");
        let cut: String = lines.lines().take(5).map(|line| format!("{line}\n")).collect();
        assert!(offline(&cut, &[]).0 && !offline(&cut, &["--expect", &witness]).0, "a witness knows of the tail");

        unlock(service);
        service.database.execute(&format!("DELETE FROM audit WHERE seq = {seq}"));
        let (whole, said) = verify(&["--chain"]);
        assert!(!whole && said.contains(&format!("第 {} 条", seq - 1)), "a cut tail: {said}");
        service.database.execute(&format!("UPDATE ledger SET audit_seq = {0}, audit_head = (SELECT hash FROM audit WHERE seq = {0})",
            seq - 1));
        assert!(verify(&["--chain"]).0, "the ledger was cut as well: by itself the chain cannot know");
        assert!(!verify(&["--chain", "--expect", &witness]).0, "a witness does");
        let (whole, said) = verify(&[]);
        assert!(!whole && said.contains("表 reports，"), "and so does what it wrote: {said}");
        service.database.execute("DELETE FROM audit WHERE seq = 3");
        assert!(verify(&[]).1.contains("第 4 条"), "a hole");
    }

    fn a_byte_changed_in_any_column_of_any_entry_is_found_there(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        world.publish(&id);
        let (seq, _) = head(service);
        unlock(service);
        let found = service.database.text(TEXT_COLUMNS[usize::from(matches!(&*service.database, Database::Sqlite(_)))]);
        let found = found.expect("columns");
        let columns: Vec<&str> = found.split(',').collect();
        assert_eq!(columns, ["at", "person_id", "person_name", "action", "agency_id", "report_id", "detail", "request_id",
            "prev_hash", "hash", "way", "token_id", "client", "operator_user", "operator_host", "sealed"]);
        let seed = fastrand::u64(..);
        let mut random = fastrand::Rng::with_seed(seed);
        let verify = || {
            let output = service.run(&["audit", "verify"]);
            (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
        };
        for row in [1, seq / 2, seq] {
            for column in &columns {
                let was = service.database.text(&format!("SELECT {column} AS value FROM audit WHERE seq = {row}"));
                let other = flipped(was.as_deref(), &mut random);
                let set = |value: Option<&str>| {
                    let value = value.map_or("NULL".to_owned(), |value| format!("'{}'", value.replace('\'', "''")));
                    service.database.execute(&format!("UPDATE audit SET {column} = {value} WHERE seq = {row}"));
                };
                set(Some(&other));
                let (whole, said) = verify();
                assert!(!whole && said.contains(&format!("第 {row} 条断开")), "seed {seed}, {column} of {row}, {other}: {said}");
                set(was.as_deref());
            }
            assert!(verify().0, "entry {row} is as it was");
        }
    }

    fn an_export_that_is_taken_slowly_is_still_of_one_moment(service) {
        register_many(service);
        let (seq, hash) = head(service);
        let mut export = Command::new(PROGRAM)
            .args(["audit", "export"])
            .envs(service.settings.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut output = BufReader::new(export.stdout.take().expect("its output"));
        let mut text = String::new();
        output.read_line(&mut text).expect("the first line");
        // There is more to come than a pipe holds: it stands still, longer than PostgreSQL lets a reader rest.
        register_many(service);
        if matches!(&*service.database, Database::Postgres { .. }) {
            let rests = "SELECT CAST(max(pid) AS TEXT) AS value FROM pg_stat_activity WHERE datname = current_database() \
                AND state = 'idle in transaction' AND state_change < clock_timestamp() - interval '5.5 seconds'";
            wait_for(|| service.database.text(rests));
        }
        assert!(head(service).0 > seq + 1_000);
        output.read_to_string(&mut text).expect("the rest");
        let ended = export.wait_with_output().expect("ended");
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(ended.status.success(), "{told}");
        assert_eq!(end_of(&text), (seq, hash.clone()), "what was written meanwhile is not in it");
        assert!(told.contains(&format!("{seq}:{hash}")), "{told}");
    }

    fn exports_agree_with_their_ends_while_others_write(service) {
        let here = &*service;
        let admin = here.admin();
        register(here, "第一个局", "county", "department", None);
        let ending = AtomicBool::new(false);
        let rounds = std::thread::scope(|threads| {
            for number in 0..3 {
                let (admin, ending) = (&admin, &ending);
                threads.spawn(move || {
                    while !ending.load(Ordering::Relaxed) {
                        let body = json!({"name": format!("负载局{number}"), "level": "county", "kind": "department"});
                        here.post("/agencies").token(admin).json(&body).send().expect(201);
                    }
                });
            }
            let round = || {
                let before = here.get("/audit/head").try_send();
                (before, here.run(&["audit", "export"]), here.run(&["audit", "verify"]))
            };
            let rounds: Vec<_> = (0..5).map(|_| round()).collect();
            ending.store(true, Ordering::Relaxed);
            rounds
        });
        for (before, exported, verified) in rounds {
            let told = String::from_utf8_lossy(&exported.stderr).into_owned();
            assert!(exported.status.success(), "{told}");
            let (count, hash) = end_of(&String::from_utf8_lossy(&exported.stdout));
            assert!(told.contains(&format!("{count}:{hash}")), "{told}");
            let before = before.expect("an answer").value()["seq"].as_i64();
            assert!(before.is_some_and(|before| before <= count), "what was acknowledged before is in it");
            assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
        }
    }

    fn an_export_without_its_tail_says_so(service) {
        register(service, "某局", "county", "department", None);
        let (seq, _) = head(service);
        unlock(service);
        service.database.execute(&format!("DELETE FROM audit WHERE seq = {seq}"));
        let exported = service.run(&["audit", "export"]);
        assert!(!exported.status.success());
        assert_eq!(end_of(&String::from_utf8_lossy(&exported.stdout)).0, seq - 1, "what there is is written");
        let told = String::from_utf8_lossy(&exported.stderr).into_owned();
        assert!(told.contains(&format!("第 {seq} 条")), "{told}");
    }

    fn the_audit_refuses_to_be_changed(service) {
        let url = service.database.url();
        let _ = service.admin();
        for sql in ["UPDATE audit SET action = 'x'", "DELETE FROM audit"] {
            let refused = match &*service.database {
                Database::Sqlite(_) => diesel::SqliteConnection::establish(url.trim_start_matches("sqlite://"))
                    .expect("the file").batch_execute(sql).is_err(),
                Database::Postgres { .. } => {
                    diesel::PgConnection::establish(&url).expect("the database").batch_execute(sql).is_err()
                }
            };
            assert!(refused, "{sql}");
        }
        if let Database::Postgres { .. } = &*service.database {
            let mut connection = diesel::PgConnection::establish(&url).expect("the database");
            assert!(connection.batch_execute("TRUNCATE audit").is_err());
        }
    }

    fn the_public_follows_what_was_published(service) {
        let world = World::new(service);
        let nothing = service.get("/changes").send().expect(200).value();
        assert_eq!((items(&nothing).len(), &nothing["next"]), (0, &json!(0)));
        let id = id_of(&world.full_draft());
        world.publish(&id);
        let page = service.get("/changes?since=0&limit=10").send().expect(200).value();
        let change = &items(&page)[0];
        assert_eq!((&change["seq"], &change["type"], &change["report_id"], &change["revision"]),
            (&json!(1), &json!("report.published"), &json!(id), &json!(1)));
        assert_eq!(page["next"], 1);
        assert_eq!(page["audit_head"], service.get("/audit/head").send().value());
        assert_eq!(items(&service.get("/changes?since=1").send().value()).len(), 0);
        service.get("/changes?since=2").send().refused(410, "change_log_reset");
        for wrong in ["since=-1", "since=x", "wait=61", "limit=0"] {
            service.get(&format!("/changes?{wrong}")).send().refused(400, "invalid_query");
        }
    }

    fn who_waits_for_a_change_is_told_when_it_comes(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201);
        for number in 1..=3 {
            world.transit(&id, &world.reviewer(number), json!({"action": "approve"})).expect(201);
        }
        let publisher = world.publisher();
        let began = Instant::now();
        let seen = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| service.get("/changes?since=0&wait=50").send().expect(200).value());
            world.transit(&id, &publisher, json!({"action": "publish"})).expect(201);
            waiting.join().expect("an answer")
        });
        assert_eq!(items(&seen)[0]["report_id"], id.as_str());
        assert!(began.elapsed() < Duration::from_secs(40), "it did not wait to the end");
        let began = Instant::now();
        assert_eq!(items(&service.get("/changes?since=1&wait=1").send().expect(200).value()).len(), 0);
        assert!(began.elapsed() >= Duration::from_secs(1), "it waited as long as it was asked to");
    }
}
