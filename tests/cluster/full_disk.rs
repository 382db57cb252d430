//! The disk of a PostgreSQL server is full: readers are answered and writers told of the disk, in whichever language the
//! server says so.

use super::node::{Node, Programs, folder};
use crate::api::full_disk::{Disk, is_read_while_writers_are_told};
use crate::api::harness::database::{Database, say_skipped};
use crate::api::harness::process::Service;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

const CHINESE: &str = "zh_CN.UTF-8";
/// As the system says in Chinese that there is no room.
const NO_ROOM: &str = "设备上没有空间";

/// Makes the language known to whoever is told of the folder; says loudly where that cannot be.
fn chinese(locales: &Path) -> Option<()> {
    let mut made = Command::new("localedef");
    made.args(["-i", "zh_CN", "-f", "UTF-8"]).arg(locales.join(CHINESE));
    let is_made = made.output().is_ok_and(|output| output.status.success());
    let is_translated = Path::new("/usr/share/locale/zh_CN/LC_MESSAGES/libc.mo").exists();
    if !is_made || !is_translated {
        say_skipped("this machine cannot speak Chinese, a server that does was not tested");
        return None;
    }
    Some(())
}

fn on_a_server(in_chinese: bool) {
    let Some(programs) = Programs::find() else { return };
    // Its log is on another disk: without room for that a server ends.
    let log = folder(&programs);
    if in_chinese && chinese(log.path()).is_none() {
        return;
    }
    let Some(disk) = Disk::of("128m") else { return };
    let wal = log.path().join("wal");
    let made = ["-X", wal.to_str().expect("a path")];
    let settings = in_chinese.then(|| format!("lc_messages={CHINESE}")).into_iter().collect();
    let node = Node::primary_with(&programs, disk.path(), &made, settings, Some(log.path()));
    node.execute("CREATE DATABASE nianbao");
    let admin = format!("postgres://postgres@127.0.0.1:{}/postgres", node.port);
    let database = Arc::new(Database::Postgres { admin, name: "nianbao".to_owned() });
    let service = Service::start(database, &[]);
    let told = Arc::clone(&service.log);
    is_read_while_writers_are_told(&disk, service);
    let in_its_words = told.lock().expect("the log").iter().any(|line| line.contains(NO_ROOM));
    assert_eq!(in_its_words, in_chinese, "the server speaks its language");
}

#[test]
fn writers_are_told_of_the_full_disk_of_a_server() {
    on_a_server(false);
}

#[test]
fn writers_are_told_of_the_full_disk_of_a_server_that_speaks_chinese() {
    on_a_server(true);
}
