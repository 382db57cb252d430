//! The generated clients do the main job against a real server: what a stranger's program does.

mod first_call;

use crate::api::harness::database::{Database, say_skipped};
use crate::api::harness::process::Service;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// Below the folder of the clients; says loudly when it was not made.
fn made(client: &str, file: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(client);
    if folder.join(file).exists() {
        return Some(folder);
    }
    say_skipped(&format!("clients/generate.sh has not made the {client} client, it was not tested"));
    None
}

fn does_the_main_job(mut program: Command) {
    let service = Service::start(
        Arc::new(Database::sqlite()),
        &[("NIANBAO__WEBHOOKS__ALLOW", "127.0.0.1:*"), ("NIANBAO__WEBHOOKS__RETRY_SECONDS", "1,1,1")],
    );
    let of = |role: &str, name: &str| service.token(role, "", name);
    let tokens = json!({
        "admin": service.admin(),
        "editor": of("editor", "赵填报"),
        "first": of("reviewer", "钱初审"),
        "second": of("reviewer", "孙复审"),
        "final": of("reviewer", "李终审"),
        "publisher": of("publisher", "周发布"),
    });
    let output = program
        .env("NIANBAO_URL", &service.url)
        .env("NIANBAO_TOKENS", tokens.to_string())
        .env("NIANBAO_FILE", Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/docx/real.docx"))
        .output()
        .expect("the program runs");
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{failed}");
    assert!(said.contains("the main job is done"), "{said}");
}

#[test]
fn the_typescript_client_does_the_main_job() {
    let Some(folder) = made("typescript", "dist/main-job.js") else { return };
    let mut program = Command::new("node");
    program.arg(folder.join("dist/main-job.js"));
    does_the_main_job(program);
}

#[test]
fn the_python_client_does_the_main_job() {
    let Some(folder) = made("python", ".venv/bin/python") else { return };
    let mut program = Command::new(folder.join(".venv/bin/python"));
    program.arg(folder.join("main_job.py"));
    does_the_main_job(program);
}
