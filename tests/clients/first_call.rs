//! `docs/first-call.md`: each block of it, run as it stands.

use super::made;
use crate::api::harness::database::Database;
use crate::api::harness::process::{PROGRAM, Service};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

const PAGE: &str = include_str!("../../docs/first-call.md");

/// All blocks of a language, in order, as one text.
fn blocks(language: &str) -> String {
    let fence = format!("```{language}\n");
    let blocks = PAGE.split(&fence).skip(1).filter_map(|rest| rest.split("\n```").next());
    blocks.map(|block| format!("{block}\n")).collect()
}

#[track_caller]
fn require_success(output: &Output) {
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{failed}");
}

/// A service on which the page's shell blocks have been run.
fn after_the_first_call() -> Service {
    let service = Service::start(Arc::new(Database::sqlite()), &[]);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let programs = Path::new(PROGRAM).parent().expect("a folder").display().to_string();
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &blocks("sh")])
        .current_dir(root)
        .env("PATH", format!("{programs}:{}", std::env::var("PATH").unwrap_or_default()))
        .env("URL", &service.url)
        .envs(service.settings.iter().map(|(name, value)| (name, value)))
        .output()
        .expect("bash runs");
    require_success(&output);
    service
}

/// Runs a program on a block that was written into a file of a folder where its client is.
fn run(service: &Service, program: Command, file: &PathBuf, block: &str) {
    let mut program = program;
    std::fs::write(file, block).expect("written");
    let output = program.arg(file).env("URL", &service.url).output().expect("the program runs");
    let _ = std::fs::remove_file(file);
    require_success(&output);
    assert!(String::from_utf8_lossy(&output.stdout).contains("沁源县信访局"));
}

#[test]
fn a_stranger_gets_from_nothing_to_a_published_report_by_copying() {
    let service = after_the_first_call();
    if let Some(folder) = made("typescript", "dist/index.js") {
        // A package that is not installed anywhere is found by its path; the rest is as it stands.
        let block = blocks("ts").replace("\"nianbao-client\"", "\"./index.js\"");
        let file = folder.join(format!("dist/first-call-{}.mjs", std::process::id()));
        run(&service, Command::new("node"), &file, &block);
    }
    if let Some(folder) = made("python", ".venv/bin/python") {
        let file = folder.join(format!("first_call_{}.py", std::process::id()));
        run(&service, Command::new(folder.join(".venv/bin/python")), &file, &blocks("python"));
    }
}
