//! A real cluster: servers of our own that stream, are killed and promoted, under the running service.

mod clients;
mod cut_off;
mod forks;
mod full_disk;
mod haproxy;
mod histories;
pub mod node;
mod patroni;
mod pitr;
mod proxy;
mod rolling;
mod silent;
mod standbys;

use crate::api::harness::database::Database;
use crate::api::harness::process::Service;
use node::{Node, Programs, folder};
use std::sync::Arc;
use tempfile::TempDir;

/// A primary and a standby, and the address that leads to whichever takes writes.
pub struct Cluster {
    pub programs: Programs,
    pub primary: Node,
    pub standby: Node,
    folder: TempDir,
}

impl Cluster {
    /// Writes are acknowledged once they are on the primary, or on the standby as well.
    pub fn new(synchronous: bool) -> Option<Cluster> {
        let programs = Programs::find()?;
        let folder = folder(&programs);
        let primary = Node::primary(&programs, folder.path());
        primary.execute("CREATE DATABASE nianbao");
        let standby = Node::standby(&programs, folder.path(), &primary, "standby");
        let cluster = Cluster { programs, primary, standby, folder };
        cluster.wait_for_standbys(synchronous);
        Some(cluster)
    }

    /// One more standby under a name of its own.
    pub fn another(&self, name: &str) -> Node {
        Node::standby(&self.programs, self.folder.path(), &self.primary, name)
    }

    /// Whether writes wait from now on until a standby has them.
    pub fn wait_for_standbys(&self, wait: bool) {
        self.primary.wait_for_standbys(if wait { "*" } else { "" });
    }

    /// The standby becomes the primary; the one that was is to begin anew.
    pub fn promote(&mut self) {
        self.standby.promote();
        std::mem::swap(&mut self.primary, &mut self.standby);
    }

    pub fn url(&self) -> String {
        url_of(&[&self.primary, &self.standby])
    }

    /// An instance of the service on whichever takes writes.
    pub fn service(&self) -> Service {
        service_at(&self.url())
    }

    /// Waits until the standby has all that the primary has.
    pub fn catch_up(&self) {
        let at = self.primary.text("postgres", "SELECT pg_current_wal_flush_lsn()::text AS value");
        node::wait_until("the standby has caught up", || {
            let sql = format!(
                "SELECT (COALESCE(pg_last_wal_replay_lsn(), '0/0') >= '{at}'::pg_lsn)::text AS value"
            );
            self.standby.text("postgres", &sql) == "true"
        });
    }
}

/// The address that leads to whichever of some servers takes writes.
fn url_of(nodes: &[&Node]) -> String {
    let hosts: Vec<String> = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
    format!("postgres://postgres@{}/nianbao?target_session_attrs=read-write", hosts.join(","))
}

fn service_at(url: &str) -> Service {
    Service::start(Arc::new(Database::sqlite()), &[("NIANBAO__DATABASE__URL", url)])
}
