//! The program as a process of its own.

use super::client::Request;
use super::database::Database;
use super::issue::issue;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_nianbao");

/// A running service on a database of its own.
pub struct Service {
    child: Option<Child>,
    pub url: String,
    pub settings: Vec<(String, String)>,
    pub database: Arc<Database>,
    agent: ureq::Agent,
    tokens: Mutex<HashMap<String, String>>,
    pub log: Arc<Mutex<Vec<String>>>,
}

pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into()
}

impl Service {
    pub fn on_sqlite() -> Service {
        Service::start(Arc::new(Database::sqlite()), &[])
    }

    pub fn on_postgres() -> Option<Service> {
        Database::postgres().map(|database| Service::start(Arc::new(database), &[]))
    }

    pub fn start(database: Arc<Database>, more: &[(&str, &str)]) -> Service {
        let mut settings = vec![
            ("NIANBAO__SERVER__LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
            ("NIANBAO__SERVER__WORKERS".to_owned(), "2".to_owned()),
            // Longer than any client here keeps one unused: none is closed in the moment it is used.
            ("NIANBAO__SERVER__KEEP_ALIVE_MS".to_owned(), "60000".to_owned()),
            // Nobody stands before it; who tests the farewell sets it.
            ("NIANBAO__SERVER__FAREWELL_MS".to_owned(), "0".to_owned()),
            ("NIANBAO__DATABASE__URL".to_owned(), database.url()),
            ("NIANBAO__DATABASE__MIGRATE".to_owned(), "true".to_owned()),
            // All tests are one address, and ask a lot; who tests the limits sets them.
            ("NIANBAO__LIMITS__REQUESTS_PER_MINUTE".to_owned(), "0".to_owned()),
            ("NIANBAO__TELEMETRY__FORMAT".to_owned(), "json".to_owned()),
            // To clear huge pages is a fifth of a start, and no life here is long enough to have them back.
            ("MIMALLOC_ALLOW_THP".to_owned(), "0".to_owned()),
        ];
        settings.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let mut service = Service {
            child: None,
            url: String::new(),
            settings,
            database,
            agent: agent(),
            tokens: Mutex::default(),
            log: Arc::default(),
        };
        service.launch(Command::new(PROGRAM));
        service
    }

    /// Starts the program again on the same database.
    pub fn restart(&mut self) {
        self.launch(Command::new(PROGRAM));
    }

    /// Starts the program by a command of its own (a tracer, say) and waits until it listens.
    pub fn launch(&mut self, mut command: Command) {
        let mut child = command
            .arg("serve")
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let lines = BufReader::new(child.stderr.take().expect("its log"));
        let (found, listening) = mpsc::channel();
        let log = Arc::clone(&self.log);
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let told: Option<serde_json::Value> = serde_json::from_str(&line).ok();
                if let Some(told) = told.filter(|told| told["message"] == "listening") {
                    let _ = found.send(told["url"].as_str().unwrap_or_default().to_owned());
                }
                log.lock().expect("log").push(line);
            }
        });
        self.child = Some(child);
        self.url = listening
            .recv_timeout(Duration::from_secs(30))
            .unwrap_or_else(|_| panic!("the service did not come up: {:?}", self.log.lock().expect("log")));
    }

    /// The first line of the log that holds a text, as JSON; the log is written behind the answer.
    pub fn wait_for_log(&self, text: &str) -> serde_json::Value {
        for _ in 0..1_000 {
            let log = self.log.lock().expect("log");
            if let Some(line) = log.iter().find(|line| line.contains(text)) {
                return serde_json::from_str(line).expect("JSON");
            }
            drop(log);
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{text} is not in the log");
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("killed");
            child.wait().expect("ended");
        }
    }

    /// Ends it as an operator does; gives the exit code.
    pub fn terminate(&mut self) -> Option<i32> {
        let mut child = self.child.take()?;
        signal(child.id(), "TERM");
        child.wait().expect("ended").code()
    }

    /// Ends a service that a tracer started: the signal is for the tracer's child.
    pub fn terminate_traced(&mut self) -> Option<i32> {
        let mut tracer = self.child.take()?;
        let children = format!("/proc/{0}/task/{0}/children", tracer.id());
        let children = std::fs::read_to_string(children).expect("the tracer's children");
        for child in children.split_whitespace().filter_map(|pid| pid.parse().ok()) {
            signal(child, "TERM");
        }
        tracer.wait().expect("ended").code()
    }

    pub fn request(&self, method: &str, path: &str) -> Request {
        Request::new(self.agent.clone(), &self.url, method, path)
    }

    pub fn get(&self, path: &str) -> Request {
        self.request("GET", path)
    }

    pub fn post(&self, path: &str) -> Request {
        self.request("POST", path)
    }

    pub fn put(&self, path: &str) -> Request {
        self.request("PUT", path)
    }

    pub fn patch(&self, path: &str) -> Request {
        self.request("PATCH", path)
    }

    pub fn delete(&self, path: &str) -> Request {
        self.request("DELETE", path)
    }

    /// Runs another verb of the program with the same settings.
    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(PROGRAM)
            .args(arguments)
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .output()
            .expect("the program runs")
    }

    /// A person with one role at an agency (`""`: everywhere), made as by the command line; one name, one person.
    pub fn token(&self, role: &str, agency: &str, name: &str) -> String {
        self.token_with(role, agency, name, &[])
    }

    /// The same with more said of the grant: `--read-only`, `--reach agency`, `--years 2023`.
    pub fn token_with(&self, role: &str, agency: &str, name: &str, more: &[&str]) -> String {
        let key = format!("{role} {agency} {name} {}", more.join(" "));
        if let Some(known) = self.tokens.lock().expect("tokens").get(&key) {
            return known.clone();
        }
        // What else is asked, and what the settings ask of tokens, the program knows.
        let settings = ["NIANBAO__AUTH__", "NIANBAO__ROLES__", "NIANBAO__DATABASE__S"];
        let is_set = self.settings.iter().any(|(name, _)| settings.iter().any(|set| name.starts_with(set)));
        let limits = ["--reach", "--years", "--read-only"];
        let is_limited = more.iter().all(|word| !word.starts_with("--") || limits.contains(word));
        let secret = if is_limited && !is_set {
            let url = self.settings.iter().rev().find(|(name, _)| name == "NIANBAO__DATABASE__URL");
            issue(&url.expect("an address").1, role, agency, name, more)
        } else {
            let mut arguments = vec!["token", "create", "--role", role, "--name", name];
            if !agency.is_empty() {
                arguments.extend(["--agency", agency]);
            }
            arguments.extend(more);
            self.made(&arguments)
        };
        self.tokens.lock().expect("tokens").insert(key, secret.clone());
        secret
    }

    /// What the command line prints.
    pub fn made(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    }

    /// A reviewer of one stage.
    pub fn reviewer_of(&self, stage: &str, agency: &str, name: &str) -> String {
        let order = ["--role", "reviewer", "--agency", agency, "--stage", stage, "--name", name];
        self.made(&[&["token", "create"], &order[..]].concat())
    }

    /// Fetches the secret of a token that was issued to somebody else, as its person does.
    #[track_caller]
    pub fn fetch(&self, issued: &Value) -> String {
        let code = &issued["enrolment"]["code"];
        let fetched = self.post("/enrolments").json(&json!({ "code": code })).send().expect(201);
        fetched.value()["secret"].as_str().expect("a secret").to_owned()
    }

    /// How many writes of persons have come to the lane; they are taken in the order in which they came.
    pub fn writes_queued(&self) -> u64 {
        let told = self.get("/metrics").token(&self.admin()).send().expect(200).text();
        let line =
            told.lines().find_map(|line| line.strip_prefix("nianbao_lane_queued_total{of=\"person\"} "));
        line.and_then(|count| count.parse().ok()).expect("a count")
    }

    /// Waits until one more write has come than after the last one that was waited for.
    pub fn queues(&self, come: &mut u64) {
        *come += 1;
        super::wait_for(|| (self.writes_queued() >= *come).then_some(()));
    }

    pub fn admin(&self) -> String {
        self.token("admin", "", "管理员")
    }
}

pub fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), pid.to_string()]).status();
    assert!(sent.is_ok_and(|sent| sent.success()), "the signal was sent");
}

impl Drop for Service {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // What the service said last: beside the failure, where it is looked for.
            let log = self.log.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            log.iter().rev().take(20).rev().for_each(|line| eprintln!("service: {line}"));
        }
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
