//! A disk that is full: the service starts and is read from, and whoever writes is told why they cannot.

use super::harness::client::Reply;
use super::harness::database::{Database, say_skipped};
use super::harness::process::Service;
use super::harness::wait_for;
use super::harness::world::{World, id_of};
use serde_json::json;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

/// A small disk of its own.
pub struct Disk(TempDir);

impl Disk {
    /// Says loudly where none can be mounted.
    pub fn of(size: &str) -> Option<Disk> {
        let folder = TempDir::new().expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(folder.path());
        if !mount.output().is_ok_and(|output| output.status.success()) {
            say_skipped("no disk can be mounted here, a full one was not tested");
            return None;
        }
        Some(Disk(folder))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all the room there is, by a file that can be deleted.
    fn fill(&self) -> PathBuf {
        let path = self.path().join("ballast");
        let mut file = File::create(&path).expect("a file");
        for size in [1 << 20, 4096] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[test]
fn on_a_full_disk_it_starts_and_is_read_and_writers_are_told_of_the_disk() {
    let Some(disk) = Disk::of("48m") else { return };
    let database = Database::Sqlite(TempDir::new_in(disk.path()).expect("a folder on it"));
    is_read_while_writers_are_told(&disk, Service::start(Arc::new(database), &[]));
}

/// The disk under the database is filled, and room is made on it again.
pub fn is_read_while_writers_are_told(disk: &Disk, mut service: Service) {
    let (report, county) = {
        let world = World::new(&service);
        let report = id_of(&world.full_draft());
        world.publish(&report);
        (report, world.county.clone())
    };
    let admin = service.admin();
    let ballast = disk.fill();
    let add = |service: &Service, language: &str| -> Reply {
        let body = json!({"name": "某局", "level": "county", "kind": "department", "parent_id": county});
        service.post("/agencies").token(&admin).header("accept-language", language).json(&body).send()
    };
    // What is left of the log is written full first.
    let refusal = |service: &Service| {
        wait_for(|| (0..20).map(|_| add(service, "en")).find(|reply| reply.status != 201))
    };
    let refused = refusal(&service);
    let detail = |reply: &Reply| reply.value()["detail"].as_str().unwrap_or_default().to_owned();
    assert!(detail(&refused).contains("disk"), "{refused:?}");
    assert!(refused.header("retry-after").is_some(), "{refused:?}");
    refused.refused(503, "unavailable");
    assert!(detail(&add(&service, "zh")).contains("磁盘"));
    service.get(&format!("/reports/{report}")).send().expect(200);
    let figures = |service: &Service| service.get("/metrics").token(&admin).send().expect(200).text();
    assert!(figures(&service).contains("nianbao_disk_full 1"));
    // It was ended by a power cut, and starts on what is there.
    service.kill();
    service.restart();
    service.get(&format!("/reports/{report}")).send().expect(200);
    service.get("/agencies?limit=5").token(&admin).send().expect(200);
    service.get("/readyz").send().expect(200);
    // The log begins anew in the room that it had.
    refusal(&service).refused(503, "unavailable");
    // Room is made: it writes again by itself, and what it could not say at its start is said.
    std::fs::remove_file(ballast).expect("deleted");
    wait_for(|| Some(()).filter(|()| add(&service, "zh").status == 201));
    wait_for(|| Some(()).filter(|()| figures(&service).contains("nianbao_disk_full 0")));
    wait_for(|| {
        let starts = service
            .database
            .text("SELECT CAST(count(*) AS TEXT) AS value FROM audit WHERE action = 'service.start'");
        starts.filter(|starts| starts == "2")
    });
    assert_eq!(service.terminate(), Some(0));
    assert!(service.run(&["audit", "verify"]).status.success());
}
