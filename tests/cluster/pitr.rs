//! A database is brought back to a moment by pgBackRest, as operators are told to, and adopted.

use super::node::{Node, Programs, folder, run, wait_until};
use crate::api::harness::database::{Database, say_skipped};
use crate::api::harness::process::Service;
use crate::api::harness::world::{World, id_of};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const CONFIG: &str = include_str!("../../deploy/pgbackrest/pgbackrest.conf");
const PROGRAM: &str = "/usr/bin/pgbackrest";

/// What an archive of one server is kept by.
struct Archive<'p> {
    programs: &'p Programs,
    config: PathBuf,
}

impl Archive<'_> {
    fn run(&self, arguments: &[&str]) {
        let mut command = self.programs.as_server(Path::new(PROGRAM));
        command.arg(format!("--config={}", self.config.display())).arg("--stanza=nianbao").args(arguments);
        run(command);
    }
}

#[test]
fn a_database_is_brought_back_to_a_moment_and_what_came_after_is_known_to_be_gone() {
    let Some(programs) = Programs::find() else { return };
    if !Path::new(PROGRAM).exists() {
        say_skipped("pgbackrest is not here, nothing was brought back to a moment");
        return;
    }
    let folder = folder(&programs);
    let at = |name: &str| folder.path().join(name).display().to_string();
    let archive = Archive { programs: &programs, config: folder.path().join("pgbackrest.conf") };
    let push = format!("{PROGRAM} --config={} --stanza=nianbao archive-push %p", archive.config.display());
    let settings = vec!["archive_mode=on".to_owned(), format!("archive_command={push}")];
    let mut node = Node::primary_with(&programs, folder.path(), &[], settings, None);
    let data = node.data.display().to_string();
    let config =
        CONFIG.replace("/mnt/backup/pgbackrest", &at("repo")).replace("/var/lib/postgresql/15/main", &data);
    let own = format!("{config}pg1-port={}\npg1-socket-path={data}\n", node.port);
    let kept = format!("[global]\nlog-path={}\nlock-path={}\n", folder.path().display(), at("lock"));
    std::fs::write(&archive.config, own.replace("[global]\n", &kept)).expect("written");
    node.execute("CREATE DATABASE nianbao");
    archive.run(&["stanza-create"]);
    let admin = format!("postgres://postgres@127.0.0.1:{}/postgres", node.port);
    let database = Database::Postgres { admin, name: "nianbao".to_owned() };
    let mut service = Service::start(Arc::new(database), &[]);
    let (published, county) = {
        let world = World::new(&service);
        let report = id_of(&world.full_draft());
        world.publish(&report);
        (report, world.county.clone())
    };
    archive.run(&["--type=full", "backup"]);
    // It knows backups by the second, and goes back to none that is of the same.
    let taken = node.text("postgres", "SELECT clock_timestamp()::text AS value");
    let later =
        format!("SELECT (date_trunc('second', clock_timestamp()) > '{taken}'::timestamptz)::text AS value");
    wait_until("a second has passed", || node.text("postgres", &later) == "true");
    let add = |service: &Service, name: &str| {
        let body = json!({"name": name, "level": "county", "kind": "department", "parent_id": county});
        let added = service.post("/agencies").token(&service.admin()).json(&body).send().expect(201);
        added.value()["id"].as_str().expect("an id").to_owned()
    };
    let before = add(&service, "甲局");
    let epoch = service.get("/changes?since=0").send().expect(200).value()["epoch"].clone();
    let moment = node.text("postgres", "SELECT clock_timestamp()::text AS value");
    let after = add(&service, "乙局");
    assert_eq!(service.terminate(), Some(0));
    // In order: its log is archived to the end.
    node.end("INT");
    archive.run(&[
        "--delta",
        "--type=time",
        &format!("--target={moment}"),
        "--target-action=promote",
        "restore",
    ]);
    node.start(&programs);
    wait_until("it takes writes", || {
        node.text("postgres", "SELECT pg_is_in_recovery()::text AS value") == "false"
    });
    let adopted = service.run(&["restore", "--adopt"]);
    assert!(adopted.status.success(), "{}", String::from_utf8_lossy(&adopted.stderr));
    service.restart();
    service.get(&format!("/reports/{published}")).send().expect(200);
    service.get(&format!("/agencies/{before}")).send().expect(200);
    service.get(&format!("/agencies/{after}")).send().expect(404);
    assert_ne!(service.get("/changes?since=0").send().expect(200).value()["epoch"], epoch);
}
