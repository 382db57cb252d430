//! Keeping it alive: backup and restore, figures for whoever watches, an instance beside a newer one.

use super::harness::database::{Database, say_skipped};
use super::harness::process::{PROGRAM, Service};
use super::harness::world::{World, id_of};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use serde_json::json;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Runs a verb on another database.
fn on(url: &str, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .args(arguments)
        .env("NIANBAO__DATABASE__URL", url)
        .output()
        .expect("the program runs")
}

fn changes_of_epoch(service: &Service, since: u64) -> super::harness::client::Reply {
    service.get(&format!("/changes?since={since}")).send()
}

#[test]
fn a_backup_under_write_load_is_whole_and_its_log_goes_on_under_another_name() {
    let mut service = Service::on_sqlite();
    let (report, first, before);
    {
        let world = World::new(&service);
        report = id_of(&world.full_draft());
        world.publish(&report);
        first = changes_of_epoch(&service, 0).value();
        before = service.get(&format!("/reports/{report}")).send().value();
    }
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("backup.db");
    let (admin, written, ending) = (service.admin(), AtomicU32::new(0), AtomicBool::new(false));
    let output = std::thread::scope(|threads| {
        for number in 0..4 {
            let (service, admin, written, ending) = (&service, &admin, &written, &ending);
            threads.spawn(move || {
                while !ending.load(Ordering::Relaxed) {
                    let name = format!("负载局{number}-{}", written.load(Ordering::Relaxed));
                    let body = json!({"name": name, "level": "county", "kind": "department"});
                    service.post("/agencies").token(admin).json(&body).send().expect(201);
                    written.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        while written.load(Ordering::Relaxed) < 40 {
            std::thread::yield_now();
        }
        let at = written.load(Ordering::Relaxed);
        let output = service.run(&["backup", &file.display().to_string()]);
        while written.load(Ordering::Relaxed) < at + 40 {
            std::thread::yield_now();
        }
        ending.store(true, Ordering::Relaxed);
        output
    });
    assert!(output.status.success(), "{}", said(&output));
    let again = service.run(&["backup", &file.display().to_string()]);
    assert!(!again.status.success() && said(&again).contains("已经存在"), "{}", said(&again));

    let url = format!("sqlite://{}", folder.path().join("restored/nianbao.db").display());
    let restored = on(&url, &["restore", &file.display().to_string()]);
    assert!(restored.status.success() && said(&restored).contains("审计完整"), "{}", said(&restored));
    let twice = on(&url, &["restore", &file.display().to_string()]);
    assert!(!twice.status.success(), "a database that is there is not written over");
    let verified = on(&url, &["audit", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));

    service.terminate();
    for (name, value) in &mut service.settings {
        if name == "NIANBAO__DATABASE__URL" {
            value.clone_from(&url);
        }
    }
    service.restart();
    assert_eq!(service.get(&format!("/reports/{report}")).send().value()["sections"], before["sections"]);
    let after = changes_of_epoch(&service, 0).value();
    assert_ne!(after["epoch"], first["epoch"]);
    assert_eq!(after["items"], first["items"]);
    changes_of_epoch(&service, 99).refused(410, "change_log_reset");
    let audit = service.get("/audit?limit=200").token(&service.admin()).send().value();
    let mut list = audit;
    let mut acts = Vec::new();
    loop {
        acts.extend(list["items"].as_array().expect("items").iter().map(|entry| entry["action"].clone()));
        let Some(cursor) = list["next_cursor"].as_str() else { break };
        list =
            service.get(&format!("/audit?limit=200&cursor={cursor}")).token(&service.admin()).send().value();
    }
    assert!(acts.contains(&json!("store.restore")));
}

#[test]
fn a_dump_of_postgresql_is_restored_by_its_own_tools_and_adopted() {
    let Some(service) = Service::on_postgres() else { return };
    let refused = service.run(&["backup", "/tmp/never.db"]);
    assert!(!refused.status.success() && said(&refused).contains("pg_dump"), "{}", said(&refused));
    if Command::new("pg_dump").arg("--version").output().is_err() {
        return say_skipped("pg_dump is not installed, no dump of PostgreSQL was tried");
    }
    {
        let world = World::new(&service);
        let id = id_of(&world.full_draft());
        world.publish(&id);
    }
    let epoch = changes_of_epoch(&service, 0).value()["epoch"].clone();
    let folder = tempfile::TempDir::new().expect("a folder");
    let dump = folder.path().join("dump").display().to_string();
    let dumped = Command::new("pg_dump")
        .args(["-Fc", "-f", &dump, &service.database.url()])
        .output()
        .expect("pg_dump");
    assert!(dumped.status.success(), "{}", said(&dumped));
    let other = Database::postgres().expect("another database");
    let put = Command::new("pg_restore").args(["-d", &other.url(), &dump]).output().expect("pg_restore");
    assert!(put.status.success(), "{}", said(&put));
    let adopted = on(&other.url(), &["restore", "--adopt"]);
    assert!(adopted.status.success() && said(&adopted).contains("审计完整"), "{}", said(&adopted));
    let instance = Service::start(Arc::new(other), &[]);
    assert_ne!(changes_of_epoch(&instance, 0).value()["epoch"], epoch);
}

fn sql(database: &Database, text: &str) {
    match database {
        Database::Sqlite(folder) => {
            let file = folder.path().join("test.db").to_string_lossy().into_owned();
            SqliteConnection::establish(&file).expect("the file").batch_execute(text).expect("SQL");
        }
        Database::Postgres { .. } => {
            PgConnection::establish(&database.url()).expect("the database").batch_execute(text).expect("SQL");
        }
    }
}

on_both! {
    fn an_instance_lives_with_a_schema_one_step_newer_and_no_more(service) {
        let database = Arc::clone(&service.database);
        let newer = |version: &str| {
            let row = format!("INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('{version}', CURRENT_TIMESTAMP)");
            sql(&database, &row);
        };
        newer("9001");
        service.terminate();
        service.restart();
        service.get("/readyz").send().expect(200);
        newer("9002");
        service.terminate();
        let output = service.run(&["serve"]);
        assert!(!output.status.success() && said(&output).contains("新两步"), "{}", said(&output));
    }

    fn figures_tell_what_the_service_does(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        service.get(&format!("/reports/{id}/findings")).token(&world.editor()).send().expect(200);
        service.get("/reports/nothing").send().refused(404, "not_found");
        let text = service.get("/metrics").send().expect(200).text();
        let has = |line: &str| assert!(text.lines().any(|known| known.starts_with(line)), "{line}\n{text}");
        has("nianbao_requests_total{method=\"POST\",route=\"/api/v1/reports\",status=\"201\"} 1");
        has("nianbao_requests_total{method=\"GET\",route=\"/api/v1/reports/{id}\",status=\"404\"} 1");
        has("nianbao_findings_total{rule=\"previous_year.unknown\"} 1");
        has("nianbao_reports{state=\"draft\"} 1");
        has("nianbao_lane_queue 0");
        has("nianbao_lane_group_size_count");
        has("nianbao_lane_group_seconds_bucket");
        has("nianbao_readers 4");
        assert!(!text.contains(&id), "no id makes a series");
        assert!(text.ends_with("# EOF\n"));
    }
}

#[test]
fn an_operators_words_are_read_again_on_hangup_and_faulty_ones_change_nothing() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("typos.toml");
    let words =
        |word: &str| format!("entry = [{{ word = \"{word}\", advice = \"法治\", source = \"本市\" }}]");
    std::fs::write(&file, words("法制社会")).expect("written");
    let place = folder.path().to_string_lossy().into_owned();
    let service =
        Service::start(Arc::new(Database::sqlite()), &[("NIANBAO__WORDING__LEXICON_DIR", place.as_str())]);
    let token = service.token("editor", "", "任何人");
    let told = || -> Vec<String> {
        let mut document = super::harness::world::suqian(2023);
        document["sections"]["overview"]["text"] = json!("建设法制社会和法制政府，秸杆禁烧。");
        let judged = service.post("/validation").token(&token).json(&document).send().expect(200).value();
        let typos = judged["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .filter(|one| one["rule"] == "wording.typo");
        typos.map(|finding| finding["span"].to_string()).collect()
    };
    let first = told();
    assert_eq!(first.len(), 2, "the operator's and the program's own: {first:?}");
    let rule_set = || {
        service.post("/validation").token(&token).json(&super::harness::world::suqian(2023)).send().value()["receipt"]["rule_set"].clone()
    };
    let before = rule_set();
    std::fs::write(&file, words("法制政府")).expect("written");
    super::harness::process::signal(service.pid(), "HUP");
    let after = super::harness::wait_for(|| Some(told()).filter(|now| *now != first));
    assert_eq!(after.len(), 2);
    assert_ne!(rule_set(), before, "a judgement names the words it rests on");
    std::fs::write(&file, "entry = 7").expect("written");
    super::harness::process::signal(service.pid(), "HUP");
    service.wait_for_log("the lexicons stay as they were");
    assert_eq!(told(), after);
    let refused = service.run(&["check-config"]);
    assert!(
        !refused.status.success() && said(&refused).contains("wording.lexicon_dir"),
        "{}",
        said(&refused)
    );
}
