//! A PostgreSQL server of our own, as a process that can be killed: a primary, or a standby that streams from one.

use crate::api::harness::database::say_skipped;
use crate::api::harness::process::signal;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The newest of the server's programs on this machine, and how to become the user that may run them.
pub struct Programs {
    folder: PathBuf,
    /// `root` may not run a server: then it is the user `postgres`.
    as_postgres: bool,
}

impl Programs {
    /// Says loudly when there are none.
    pub fn find() -> Option<Programs> {
        let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
            .filter(|folder| folder.join("initdb").exists())
            .collect();
        found.sort();
        let Some(folder) = found.pop() else {
            say_skipped("PostgreSQL's programs are not here, nothing was tested on a cluster");
            return None;
        };
        Some(Programs { folder, as_postgres: std::fs::metadata("/proc/self").is_ok_and(is_root) })
    }

    fn command(&self, name: &str) -> Command {
        self.as_server(&self.folder.join(name))
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Any program, as the user that runs the server.
    pub fn as_server(&self, program: &Path) -> Command {
        if !self.as_postgres {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
        command
    }
}

fn is_root(metadata: std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.uid() == 0
}

/// One server.
pub struct Node {
    pub data: PathBuf,
    pub port: u16,
    child: Option<Child>,
    /// Settings beside those that all have.
    settings: Vec<String>,
    /// Where the languages are that the machine does not know.
    locales: Option<PathBuf>,
}

/// A folder that the server's user may use.
pub fn folder(programs: &Programs) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    if programs.as_postgres {
        let owned = Command::new("chown").arg("postgres").arg(folder.path()).status();
        assert!(owned.is_ok_and(|status| status.success()), "the folder is the server's");
    }
    folder
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number").port()
}

pub fn run(mut command: Command) {
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Node {
    /// A new primary.
    pub fn primary(programs: &Programs, folder: &Path) -> Node {
        Node::primary_with(programs, folder, &[], Vec::new(), None)
    }

    /// The same, made by `initdb` with more arguments, with settings of its own, and a folder of languages.
    pub fn primary_with(
        programs: &Programs,
        folder: &Path,
        made: &[&str],
        settings: Vec<String>,
        locales: Option<&Path>,
    ) -> Node {
        let data = folder.join("primary");
        let mut command = programs.command("initdb");
        let usual = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"];
        command.arg("-D").arg(&data).args(usual).args(made);
        run(command);
        let locales = locales.map(Path::to_owned);
        let mut node = Node { data, port: free_port(), child: None, settings, locales };
        node.start(programs);
        node
    }

    /// A standby of a primary, made from a copy of it and following it under a name.
    pub fn standby(programs: &Programs, folder: &Path, of: &Node, name: &str) -> Node {
        let (data, port) = (folder.join(name), free_port());
        let mut node = Node { data, port, child: None, settings: Vec::new(), locales: None };
        node.follow(programs, of);
        node
    }

    /// Begins anew as a standby of another server, with a copy of it, under the name of its folder.
    pub fn follow(&mut self, programs: &Programs, of: &Node) {
        let _ = std::fs::remove_dir_all(&self.data);
        let from = self.source(of);
        let mut command = programs.command("pg_basebackup");
        command.arg("-D").arg(&self.data).args(["-R", "-X", "stream", "-c", "fast", "-d", &from]);
        run(command);
        self.start(programs);
    }

    /// Where it gets what another server writes, under the name of its folder.
    fn source(&self, of: &Node) -> String {
        let name = self.data.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        format!("host=127.0.0.1 port={} user=postgres application_name={name}", of.port)
    }

    pub fn start(&mut self, programs: &Programs) {
        let child = programs
            .command("postgres")
            .arg("-D")
            .arg(&self.data)
            .arg("-p")
            .arg(self.port.to_string())
            .arg("-k")
            .arg(&self.data)
            .args([
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "max_connections=100",
                "-c",
                "wal_keep_size=256MB",
                "-c",
                "wal_retrieve_retry_interval=100ms",
            ])
            .args(self.settings.iter().flat_map(|setting| ["-c", setting]))
            .envs(self.locales.iter().map(|folder| ("LOCPATH", folder)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        self.child = Some(child);
        wait_until("the server answers", || self.connect("postgres").is_some());
    }

    pub fn connect(&self, database: &str) -> Option<PgConnection> {
        PgConnection::establish(&format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)).ok()
    }

    pub fn execute(&self, sql: &str) {
        let mut connection = self.connect("postgres").expect("a connection");
        connection.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    pub fn text(&self, database: &str, sql: &str) -> String {
        #[derive(QueryableByName)]
        struct Value {
            #[diesel(sql_type = Text)]
            value: String,
        }
        let mut connection = self.connect(database).expect("a connection");
        let row: Value = diesel::sql_query(sql).get_result(&mut connection).expect("a row");
        row.value
    }

    /// What the server has computed so far, all its processes together; in hundredths of a second.
    pub fn computed(&self) -> u64 {
        let server = self.child.as_ref().map_or(0, Child::id).to_string();
        let processes = std::fs::read_dir("/proc").expect("the processes").map_while(Result::ok);
        let of_one = |stat: String| -> Option<u64> {
            // The name in brackets may hold blanks.
            let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
            let is_ours = fields.get(1) == Some(&server.as_str()) || stat.split(' ').next() == Some(&server);
            // Its own time, and for the server that of the processes that have ended.
            let times = fields.get(11..15)?.iter().filter_map(|time| time.parse::<u64>().ok());
            is_ours.then(|| times.sum())
        };
        let stats = processes.filter_map(|process| std::fs::read_to_string(process.path().join("stat")).ok());
        stats.filter_map(of_one).sum()
    }

    /// Ends it as a power cut would; its children end with it.
    pub fn kill(&mut self) {
        self.end("KILL");
    }

    /// Holds it where it stands, with all its processes: connections stay open, and nothing comes.
    pub fn hold(&self) {
        let server = self.child.as_ref().map_or(0, Child::id);
        let children = std::fs::read_to_string(format!("/proc/{server}/task/{server}/children"));
        let children = children.unwrap_or_default();
        let children = children.split_whitespace().filter_map(|pid| pid.parse().ok());
        std::iter::once(server).chain(children).for_each(|pid| {
            // One of them may have ended meanwhile.
            let _ = Command::new("kill").args(["-STOP", &pid.to_string()]).stderr(Stdio::null()).status();
        });
    }

    /// Ends what was held: all its processes, as a power cut would.
    pub fn fence(&mut self) {
        let server = self.child.as_ref().map_or(0, Child::id);
        let children = std::fs::read_to_string(format!("/proc/{server}/task/{server}/children"));
        self.kill();
        for pid in children.unwrap_or_default().split_whitespace() {
            let _ = Command::new("kill").args(["-KILL", pid]).stderr(Stdio::null()).status();
        }
    }

    /// Ends it by a signal of its own: `QUIT` at once, `INT` in order.
    pub fn end(&mut self, name: &str) {
        if let Some(mut child) = self.child.take() {
            signal(child.id(), name);
            child.wait().expect("ended");
        }
    }

    fn set(&self, setting: &str, value: &str) {
        self.execute(&format!("ALTER SYSTEM SET {setting} = '{value}'"));
        self.execute("SELECT pg_reload_conf()");
    }

    /// On which standbys a write must be before it is acknowledged here; empty: on none.
    pub fn wait_for_standbys(&self, names: &str) {
        self.set("synchronous_standby_names", names);
    }

    /// Follows another server from now on, or nobody.
    pub fn listen_to(&self, of: Option<&Node>) {
        self.set("primary_conninfo", &of.map(|of| self.source(of)).unwrap_or_default());
        if of.is_none() {
            let receivers = "SELECT count(*)::text AS value FROM pg_stat_wal_receiver";
            wait_until("nothing is received any more", || self.text("postgres", receivers) == "0");
        }
    }

    /// How far a standby has come, in bytes.
    pub fn received(&self) -> u64 {
        let at = "SELECT (GREATEST(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'::pg_lsn)::text AS value";
        self.text("postgres", at).parse().expect("a number")
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        self.execute("SELECT pg_promote(true, 30)");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Whatever state it is in, its children leave with the shared memory's owner.
            let _ = Command::new("kill").args(["-QUIT", &child.id().to_string()]).status();
            let _ = child.wait();
        }
    }
}

/// Waits for a condition, for a bounded while.
#[track_caller]
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "waited in vain: {what}");
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
