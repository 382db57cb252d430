//! Three servers under Patroni with etcd, behind HAProxy, as operators are told to run them: the same histories; and the
//! same three without `synchronous_mode`.
//!
//! Only with `NIANBAO_TEST_LONG=1`; `NIANBAO_TEST_FAIL_OVERS` says how many instead of a hundred, and fifty.

use super::haproxy::{self, Haproxy};
use super::histories::{Servers, fail_overs};
use super::node::{Programs, folder, free_port, wait_until};
use crate::api::harness::database::{Database, say_skipped};
use crate::api::harness::process::{Service, signal};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const OF_NODE: &str = include_str!("../../deploy/patroni/patroni.yml");
const OF_PROXY: &str = include_str!("../../deploy/haproxy/postgres.cfg");
const NODES: usize = 3;

/// One host: Patroni, and the server that it looks after.
struct Host {
    name: String,
    config: PathBuf,
    data: PathBuf,
    port: u16,
    rest: u16,
    patroni: Option<Child>,
}

impl Host {
    /// What its Patroni says at a path, if it answers.
    fn ask(&self, path: &str) -> Option<(u16, Value)> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(2)))
            .build()
            .into();
        let mut answer = agent.get(format!("http://127.0.0.1:{}{path}", self.rest)).call().ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.body_mut().read_json().unwrap_or_default()))
    }

    fn leads(&self) -> bool {
        self.ask("/primary").is_some_and(|(status, _)| status == 200)
    }

    fn start(&mut self, programs: &Programs, folder: &Path) {
        let mut command = programs.as_server(Path::new("/usr/bin/patroni"));
        self.patroni = Some(quiet(command.arg(&self.config).env("HOME", folder)));
    }

    /// Ends Patroni alone, as the system does when memory is short.
    fn lose_patroni(&mut self) {
        if let Some(mut patroni) = self.patroni.take() {
            patroni.kill().expect("killed");
            patroni.wait().expect("ended");
        }
    }

    /// Ends the server, as a fault of its own does; its other processes see that and end.
    fn lose_server(&self, how: &str) {
        let pid = std::fs::read_to_string(self.data.join("postmaster.pid")).unwrap_or_default();
        if let Some(pid) = pid.lines().next().and_then(|pid| pid.parse().ok()) {
            signal(pid, how);
        }
    }

    /// Holds the processes that send the log to standbys; tells which.
    fn hold_senders(&self) -> Vec<u32> {
        #[derive(QueryableByName)]
        struct Sender {
            #[diesel(sql_type = diesel::sql_types::Integer)]
            pid: i32,
        }
        let url = format!("postgres://postgres@127.0.0.1:{}/postgres", self.port);
        let mut leader = PgConnection::establish(&url).expect("the leader");
        let senders: Vec<Sender> =
            diesel::sql_query("SELECT pid FROM pg_stat_replication").load(&mut leader).expect("the senders");
        let held: Vec<u32> = senders.iter().filter_map(|sender| sender.pid.try_into().ok()).collect();
        held.iter().for_each(|pid| signal(*pid, "STOP"));
        held
    }
}

fn end(pid: u32) {
    // It may have ended already.
    let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).stderr(Stdio::null()).status();
}

fn quiet(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
}

/// Three hosts, where they agree on who leads, and the one address that leads there.
struct Patroni {
    synchronous: bool,
    programs: Programs,
    hosts: Vec<Host>,
    /// Processes of a former leader that send nothing any more.
    held: Vec<u32>,
    etcd: Child,
    proxy: Haproxy,
    folder: TempDir,
}

impl Patroni {
    fn new(synchronous: bool) -> Option<Patroni> {
        if std::env::var_os("NIANBAO_TEST_LONG").is_none() {
            say_skipped("NIANBAO_TEST_LONG is not set, nothing was tested under Patroni");
            return None;
        }
        let (programs, haproxy) = (Programs::find()?, haproxy::program()?);
        if !["/usr/bin/patroni", "/usr/bin/etcd"].iter().all(|program| Path::new(program).exists()) {
            say_skipped("patroni or etcd is not here, nothing was tested under Patroni");
            return None;
        }
        let folder = folder(&programs);
        let (client, peer) = (free_port(), free_port());
        let (client, peer) = (format!("http://127.0.0.1:{client}"), format!("http://127.0.0.1:{peer}"));
        let etcd = quiet(
            programs
                .as_server(Path::new("/usr/bin/etcd"))
                .arg("--data-dir")
                .arg(folder.path().join("etcd"))
                .args([
                    "--listen-client-urls",
                    &client,
                    "--advertise-client-urls",
                    &client,
                    "--listen-peer-urls",
                    &peer,
                    "--initial-advertise-peer-urls",
                    &peer,
                    "--initial-cluster",
                    &format!("default={peer}"),
                ]),
        );
        let etcd_host = client.trim_start_matches("http://").to_owned();
        let mode = format!("synchronous_mode: {synchronous}");
        let of_node = OF_NODE.replace("synchronous_mode: true", &mode);
        assert!(of_node.contains(&mode));
        let hosts = (1..=NODES).map(|number| {
            let name = format!("db{number}");
            let (config, data) = (folder.path().join(format!("{name}.yml")), folder.path().join(&name));
            let host = Host { name, config, data, port: free_port(), rest: free_port(), patroni: None };
            let said = [
                ("NAME", host.name.clone()),
                ("HOST", "127.0.0.1".to_owned()),
                ("NETWORK", "127.0.0.0/8".to_owned()),
                ("REST_PORT", host.rest.to_string()),
                ("PORT", host.port.to_string()),
                ("ETCD", etcd_host.clone()),
                ("DATA", host.data.display().to_string()),
                ("BIN", programs.folder().display().to_string()),
                ("SOCKETS", folder.path().display().to_string()),
            ];
            let config = said
                .iter()
                .fold(of_node.clone(), |config, (key, value)| config.replace(&format!("@{key}@"), value));
            std::fs::write(&host.config, config).expect("written");
            host
        });
        let mut hosts: Vec<Host> = hosts.collect();
        hosts.iter_mut().for_each(|host| host.start(&programs, folder.path()));
        let servers = hosts.iter().map(|host| format!("127.0.0.1:{} port {}", host.port, host.rest));
        let proxy = Haproxy::start(&haproxy, OF_PROXY, &servers.collect::<Vec<_>>());
        let patroni = Patroni { synchronous, programs, hosts, held: Vec::new(), etcd, proxy, folder };
        wait_until("the cluster is whole", || patroni.is_whole());
        let url = patroni.url("postgres");
        // The proxy finds the primary a little later.
        wait_until("the database is made", || {
            let made =
                PgConnection::establish(&url).map(|mut to| to.batch_execute("CREATE DATABASE nianbao"));
            made.is_ok_and(|made| made.is_ok())
        });
        Some(patroni)
    }

    fn url(&self, database: &str) -> String {
        format!(
            "postgres://postgres@127.0.0.1:{}/{database}?target_session_attrs=read-write",
            self.proxy.port
        )
    }

    fn leader(&self) -> Option<usize> {
        self.hosts.iter().position(Host::leads)
    }

    fn wait_for_leader(&self) -> usize {
        let mut leader = None;
        wait_until("somebody leads", || {
            leader = self.leader();
            leader.is_some()
        });
        leader.expect("a leader")
    }

    /// Whether all run in the log of whoever leads, one of them as the synchronous standby where there is one.
    ///
    /// A standby that was not there yet would be promoted into another log under the same number.
    fn is_whole(&self) -> bool {
        let Some((_, told)) = self.leader().and_then(|leader| self.hosts[leader].ask("/cluster")) else {
            return false;
        };
        let members = told["members"].as_array().cloned().unwrap_or_default();
        let in_role = |role: &str| members.iter().filter(|member| member["role"] == role).count();
        let run = members.iter().all(|member| member["state"] == "running" || member["state"] == "streaming");
        let along = members.windows(2).all(|pair| pair[0]["timeline"] == pair[1]["timeline"]);
        let standbys = usize::from(self.synchronous);
        let in_place = in_role("leader") == 1 && in_role("sync_standby") == standbys;
        members.len() == NODES && run && along && in_place
    }

    fn switch_over(&self, leader: usize) {
        let host = &self.hosts[leader];
        let mut command = Command::new("/usr/bin/patronictl");
        command.arg("-c").arg(&host.config).args([
            "switchover",
            "--leader",
            &host.name,
            "--force",
            "nianbao",
        ]);
        let output = command.output().expect("patronictl runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A switch-over comes last: it waits for what the standbys do not have.
const WAYS: [&str; 4] = ["server killed", "host lost", "patroni killed", "switched over"];

impl Servers for Patroni {
    fn name(&self) -> &'static str {
        if self.synchronous { "Patroni" } else { "Patroni, behind" }
    }

    fn is_synchronous(&self) -> bool {
        self.synchronous
    }

    fn service(&self) -> Service {
        Service::start(Arc::new(Database::sqlite()), &[("NIANBAO__DATABASE__URL", &self.url("nianbao"))])
    }

    fn prepare(&mut self) {
        if !self.synchronous {
            // From here on nothing reaches the standbys.
            self.held = self.hosts[self.wait_for_leader()].hold_senders();
        }
    }

    fn fail_over(&mut self, number: usize) -> (&'static str, Instant, Instant) {
        let former = self.wait_for_leader();
        let ways = if self.synchronous { &WAYS[..] } else { &WAYS[..3] };
        let way = ways[number % ways.len()];
        let began = Instant::now();
        match way {
            "server killed" => self.hosts[former].lose_server("KILL"),
            "switched over" => self.switch_over(former),
            "host lost" => {
                self.hosts[former].lose_patroni();
                self.hosts[former].lose_server("KILL");
            }
            _ => self.hosts[former].lose_patroni(),
        }
        wait_until("another one leads", || self.leader().is_some_and(|leader| leader != former));
        (way, began, Instant::now())
    }

    fn heal(&mut self) {
        // A sender that was held keeps its server's memory from whoever starts there; it may have ended by itself.
        self.held.drain(..).for_each(end);
        for host in self.hosts.iter_mut().filter(|host| host.patroni.is_none()) {
            host.start(&self.programs, self.folder.path());
        }
        wait_until("the cluster is whole", || self.is_whole());
    }
}

impl Drop for Patroni {
    fn drop(&mut self) {
        self.held.drain(..).for_each(end);
        for host in &mut self.hosts {
            host.lose_patroni();
            if host.data.join("postmaster.pid").exists() {
                let pid = std::fs::read_to_string(host.data.join("postmaster.pid")).unwrap_or_default();
                let pid = pid.lines().next().unwrap_or_default().to_owned();
                // It may have ended already.
                let _ = Command::new("kill").args(["-QUIT", &pid]).stderr(Stdio::null()).status();
            }
        }
        let _ = self.etcd.kill();
        let _ = self.etcd.wait();
    }
}

fn fail_overs_by_patroni(synchronous: bool, times: usize) {
    let Some(patroni) = Patroni::new(synchronous) else { return };
    let said = std::env::var("NIANBAO_TEST_FAIL_OVERS").ok().and_then(|times| times.parse().ok());
    fail_overs(patroni, said.unwrap_or(times));
}

#[test]
fn nothing_acknowledged_is_lost_over_fail_overs_that_patroni_decides_on() {
    fail_overs_by_patroni(true, 100);
}

#[test]
fn each_fork_that_patroni_makes_is_told_to_every_reader_and_nothing_lost_is_served() {
    fail_overs_by_patroni(false, 50);
}
