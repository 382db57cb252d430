//! Keeping it alive: backup and restore, figures for whoever watches, an instance beside a newer one.

use super::harness::database::{Database, say_skipped};
use super::harness::process::{PROGRAM, Service};
use super::harness::wait_for;
use super::harness::world::{World, YEAR, id_of, register, suqian};
use serde_json::json;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

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

/// Files a report for an agency of its own and takes it through review; every other one is withdrawn again.
fn file_and_publish(world: &World<'_>, number: u32) {
    let agency =
        register(world.service, &format!("报送局{number}"), "county", "department", Some(&world.county));
    let body = json!({"agency_id": agency, "year": YEAR, "sections": suqian(YEAR)["sections"]});
    let made = world.service.post("/reports").token(&world.editor()).json(&body).send().expect(201);
    let report = id_of(&made);
    world.publish(&report);
    if number % 2 == 1 {
        world
            .transit(&report, &world.publisher(), json!({"action": "withdraw", "comment": "误发"}))
            .expect(201);
    }
}

/// Waits until there are so many of something; whether there came to be.
fn comes_to(counted: &AtomicU32, least: u32) -> bool {
    let began = Instant::now();
    while counted.load(Ordering::Relaxed) < least {
        if began.elapsed() > Duration::from_secs(120) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

#[test]
fn a_backup_under_write_load_is_whole_and_its_log_goes_on_under_another_name() {
    let mut service = Service::on_sqlite();
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("backup.db");
    let (report, first, before, output, published);
    {
        let world = World::new(&service);
        report = id_of(&world.full_draft());
        world.publish(&report);
        first = changes_of_epoch(&service, 0).value();
        before = service.get(&format!("/reports/{report}")).send().value();
        let (admin, written, filed, ending) =
            (service.admin(), AtomicU32::new(0), AtomicU32::new(0), AtomicBool::new(false));
        let goes_on = || !ending.load(Ordering::Relaxed);
        (output, published) = std::thread::scope(|threads| {
            for number in 0..2 {
                let (service, admin, written, goes_on) = (&service, &admin, &written, &goes_on);
                threads.spawn(move || {
                    while goes_on() {
                        let name = format!("负载局{number}-{}", written.load(Ordering::Relaxed));
                        let body = json!({"name": name, "level": "county", "kind": "department"});
                        service.post("/agencies").token(admin).json(&body).send().expect(201);
                        written.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            for number in 0..3 {
                let (world, filed, goes_on) = (&world, &filed, &goes_on);
                threads.spawn(move || {
                    for round in 0.. {
                        if !goes_on() {
                            break;
                        }
                        file_and_publish(world, 3 * round + number);
                        filed.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            let begun = comes_to(&written, 40) && comes_to(&filed, 3);
            let at = (written.load(Ordering::Relaxed), filed.load(Ordering::Relaxed));
            let changes = changes_of_epoch(&service, 0).value()["items"].as_array().map_or(0, Vec::len);
            let output = service.run(&["backup", &file.display().to_string()]);
            let went_on = comes_to(&written, at.0 + 40) && comes_to(&filed, at.1 + 3);
            ending.store(true, Ordering::Relaxed);
            assert!(begun && went_on, "there was a load all the while");
            (output, changes)
        });
    }
    assert!(output.status.success(), "{}", said(&output));
    let again = service.run(&["backup", &file.display().to_string()]);
    assert!(!again.status.success() && said(&again).contains("已经存在"), "{}", said(&again));

    let url = format!("sqlite://{}", folder.path().join("restored/nianbao.db").display());
    let restored = on(&url, &["restore", &file.display().to_string()]);
    assert!(restored.status.success() && said(&restored).contains("审计完整"), "{}", said(&restored));
    let twice = on(&url, &["restore", &file.display().to_string()]);
    assert!(!twice.status.success(), "a database that is there is not written over");
    for what in ["audit", "stats"] {
        let verified = on(&url, &[what, "verify"]);
        assert!(verified.status.success(), "{}", said(&verified));
    }

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
    let (all, known) = (after["items"].as_array().expect("items"), first["items"].as_array().expect("items"));
    assert!(all.starts_with(known) && all.len() >= published, "what was published before is in the copy");
    changes_of_epoch(&service, 500_000).refused(410, "change_log_reset");
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
    let other = Database::empty_postgres().expect("another database");
    let put = Command::new("pg_restore").args(["-d", &other.url(), &dump]).output().expect("pg_restore");
    assert!(put.status.success(), "{}", said(&put));
    let adopted = on(&other.url(), &["restore", "--adopt"]);
    assert!(adopted.status.success() && said(&adopted).contains("审计完整"), "{}", said(&adopted));
    let instance = Service::start(Arc::new(other), &[]);
    assert_ne!(changes_of_epoch(&instance, 0).value()["epoch"], epoch);
}

on_both! {
    fn an_instance_lives_with_a_schema_one_step_newer_and_no_more(service) {
        let database = Arc::clone(&service.database);
        let newer = |version: &str| {
            let row = format!("INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('{version}', CURRENT_TIMESTAMP)");
            database.execute(&row);
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
        let text = service.get("/metrics").token(&service.admin()).send().expect(200).text();
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

#[test]
fn a_copy_that_is_not_whole_is_refused_and_leaves_nothing_behind() {
    let mut service = Service::on_sqlite();
    let world = World::new(&service);
    file_and_publish(&world, 1);
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("copy.db");
    let made = service.run(&["backup", &file.display().to_string()]);
    assert!(made.status.success() && said(&made).contains("审计完整"), "{}", said(&made));
    service.terminate();
    let whole = std::fs::read(&file).expect("the copy");
    let mut holed = whole.clone();
    // Pages in the middle, where the reports stand: the header and the audit may well be sound.
    let (from, to) = (whole.len() / 3, whole.len() / 2);
    holed[from..to].fill(0);
    let mut half = whole.clone();
    half.truncate(whole.len() / 2);
    let foreign = b"id,name\n1,a\n".repeat(1_000);
    for (number, bytes) in [holed, half, Vec::new(), foreign].into_iter().enumerate() {
        std::fs::write(&file, &bytes).expect("written");
        let target = folder.path().join(format!("restored-{number}"));
        let url = format!("sqlite://{}", target.join("nianbao.db").display());
        let refused = on(&url, &["restore", &file.display().to_string()]);
        assert!(!refused.status.success(), "{number}: {}", said(&refused));
        let left = std::fs::read_dir(&target).map_or(0, |entries| entries.count());
        assert_eq!(left, 0, "{number}: nothing is left where the database was to be");
    }
    std::fs::write(&file, &whole).expect("written");
    let url = format!("sqlite://{}", folder.path().join("good/nianbao.db").display());
    assert!(on(&url, &["restore", &file.display().to_string()]).status.success());
}

#[test]
fn nothing_of_the_log_of_a_file_is_left_behind_at_the_end() {
    let mut service = Service::on_sqlite();
    file_and_publish(&World::new(&service), 1);
    let url = service.database.url();
    let log = format!("{}-wal", url.trim_start_matches("sqlite://"));
    let bytes = || std::fs::metadata(&log).map_or(0, |file| file.len());
    assert!(bytes() > 0);
    assert_eq!(service.terminate(), Some(0));
    assert_eq!(bytes(), 0);
}

#[test]
fn several_migrations_at_once_wait_for_each_other() {
    let Some(database) = Database::empty_postgres() else { return };
    let url = database.url();
    let migrations: Vec<_> = (0..3)
        .map(|_| {
            let url = url.clone();
            std::thread::spawn(move || on(&url, &["migrate"]))
        })
        .collect();
    for migration in migrations {
        let done = migration.join().expect("it ended");
        assert!(done.status.success(), "{}", said(&done));
    }
}

on_both! {
    fn a_program_that_the_schema_has_no_room_for_takes_no_writes_and_does_not_start(service) {
        let admin = service.admin();
        let body = json!({"name": "某局", "level": "county", "kind": "department"});
        service.post("/agencies").token(&admin).json(&body).send().expect(201);
        // As a step of a later release does.
        service.database.execute("UPDATE ledger SET excludes_before = 9000");
        wait_for(|| Some(()).filter(|()| service.get("/readyz").send().status == 503));
        service.post("/agencies").token(&admin).json(&body).send().refused(503, "unavailable");
        service.get("/healthz").send().expect(200);
        service.kill();
        let refused = service.run(&["serve"]);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && told.contains("9000"), "{told}");
        service.database.execute("UPDATE ledger SET excludes_before = 0");
        service.restart();
        service.post("/agencies").token(&admin).json(&body).send().expect(201);
    }
}
