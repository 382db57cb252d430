//! The page of the documentation in a real browser (Debian's chromium, driven by tests/oidc/browser.mjs): somebody signs in
//! there by a real identity provider and tries an operation out.

use super::harness::database::{Database, say_skipped};
use super::provider::Provider;
use serde_json::Value;
use std::process::{Command, Stdio};

fn chromium() -> Option<&'static str> {
    let runs = |name: &&str| {
        let version =
            Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        version.is_ok_and(|status| status.success())
    };
    ["chromium", "chromium-browser"].into_iter().find(runs)
}

#[test]
fn whoever_signs_in_on_the_page_tries_operations_out_as_themselves() {
    if !Provider::is_here() {
        return say_skipped("node or tests/oidc/node_modules (npm ci) is not here, no browser signed in");
    }
    let Some(chromium) = chromium() else { return say_skipped("chromium is not here, no browser signed in") };
    let provider = Provider::start();
    for database in [Some(Database::sqlite()), Database::postgres()].into_iter().flatten() {
        let service = provider.serve(database);
        let person = service.made(&["person", "create", "--name", "张三", "--subject", "zhang-san"]);
        service.made(&["person", "grant", "--person", &person, "--role", "auditor"]);
        let page = format!("{}/docs", service.url);
        let done = Command::new("node")
            .args(["browser.mjs", chromium, &page, "read_me", "zhang-san"])
            .current_dir(Provider::folder())
            .output()
            .expect("node runs");
        let told = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{told}");
        let shown: Value = serde_json::from_slice(&done.stdout).expect("JSON");
        assert_eq!(
            (&shown["status"], &shown["problems"]),
            (&"200".into(), &Value::Array(Vec::new())),
            "{shown}"
        );
        let me: Value = serde_json::from_str(shown["body"].as_str().expect("a body")).expect("JSON");
        assert_eq!((&me["person"]["id"], &me["token"]), (&person.as_str().into(), &Value::Null), "{me}");
        assert_eq!(me["grants"][0]["role"], "auditor");
    }
}
