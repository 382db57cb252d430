//! The program beside its service: settings, start and end, the committed document.

use super::harness::contract::{DOCUMENT, is_json, resolved};
use super::harness::database::Database;
use super::harness::process::{PROGRAM, Service};
use super::harness::world::{World, id_of};
use serde_json::Value;
use std::collections::HashSet;
use std::process::{Command, Output};
use std::sync::Arc;

fn run(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).envs(settings.iter().copied()).output().expect("the program runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

on_both! {
    fn it_is_ready_and_ends_in_order(service) {
        service.get("/healthz").send().expect(200);
        service.get("/readyz").send().expect(200);
        let version = service.get("/version").send().expect(200).value();
        assert_eq!(version["version"], DOCUMENT["info"]["version"]);
        let address = service.url.trim_start_matches("http://").to_owned();
        assert!(service.run(&["health", "--address", &address]).status.success());
        assert_eq!(service.terminate(), Some(0), "SIGTERM drains and exits 0");
        assert!(!service.run(&["health", "--address", &address]).status.success());
    }

    fn a_token_takes_effect_at_once_beside_a_running_service(service) {
        let output = service.run(&["token", "create", "--role", "supervisor", "--name", "主管"]);
        let secret = String::from_utf8(output.stdout).expect("text");
        assert_eq!(secret.lines().count(), 1, "the secret stands alone");
        service.get("/me").token(secret.trim()).send().expect(200);
        for wrong in [
            &["token", "create", "--role", "king"][..],
            &["token", "create", "--role", "editor", "--agency", "0193a5c2-6f0e-7c9b-9d0e-2f6d1b8f7a10"],
            &["token", "create", "--role", "editor", "--stage", "first"],
            &["token", "create", "--role", "editor", "--expires", "tomorrow"],
            &["token", "create", "--role", "admin", "--agency", "11371000004359010J"],
        ] {
            let output = service.run(wrong);
            assert!(!output.status.success() && output.stdout.is_empty(), "{wrong:?}: {}", said(&output));
        }
    }

    fn a_draft_that_is_exported_here_leaves_a_trace(service) {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        let reads = || {
            let told = service.get("/audit/access?limit=200").token(&service.admin()).send().expect(200).value();
            let all = told["items"].as_array().cloned().expect("reads");
            all.into_iter().filter(|read| read["operation"] == "export").collect::<Vec<Value>>()
        };
        assert!(service.run(&["export", &report, "--format", "md"]).status.success());
        let told = reads();
        assert!(told.len() == 1 && told[0]["report_id"] == report.as_str(), "{told:?}");
        world.publish(&report);
        assert!(service.run(&["export", &report, "--format", "md", "--published"]).status.success());
        assert_eq!(reads().len(), 1, "what everybody reads leaves none");
    }

    fn migrate_is_safe_to_repeat(service) {
        for _ in 0..2 {
            let output = service.run(&["migrate"]);
            assert!(output.status.success(), "{}", said(&output));
        }
        service.get("/readyz").send().expect(200);
    }
}

#[test]
fn postgres_is_migrated_only_when_told_to() {
    let Some(database) = Database::empty_postgres() else { return };
    let url = database.url();
    let settings = [("NIANBAO__DATABASE__URL", url.as_str()), ("NIANBAO__SERVER__LISTEN", "127.0.0.1:0")];
    let refused = run(&["serve"], &settings);
    assert!(!refused.status.success());
    assert!(said(&refused).contains("nianbao migrate"), "{}", said(&refused));
    assert!(run(&["migrate"], &settings).status.success());
    let service = Service::start(Arc::new(database), &[("NIANBAO__DATABASE__MIGRATE", "false")]);
    service.get("/readyz").send().expect(200);
}

#[test]
fn a_database_that_is_none_is_refused_with_the_real_cause() {
    let unknown = run(&["serve"], &[("NIANBAO__DATABASE__URL", "mysql://root:geheim@localhost/x")]);
    assert!(!unknown.status.success());
    assert!(
        said(&unknown).contains("database.url") && !said(&unknown).contains("geheim"),
        "{}",
        said(&unknown)
    );
    let closed = [
        ("NIANBAO__DATABASE__URL", "postgres://x:geheim@127.0.0.1:1/x"),
        ("NIANBAO__DATABASE__MIGRATE", "true"),
    ];
    let unreachable = run(&["serve"], &closed);
    assert!(!unreachable.status.success());
    assert!(!said(&unreachable).contains("geheim"), "{}", said(&unreachable));
    assert!(said(&unreachable).contains("refused"), "{}", said(&unreachable));
}

#[test]
fn settings_are_checked_by_key() {
    let right = run(&["check-config"], &[("NIANBAO__DATABASE__URL", "postgres://u:geheim@h/d")]);
    assert!(right.status.success() && said(&right).contains("[server]"), "{}", said(&right));
    assert!(!said(&right).contains("geheim"), "a password is masked");
    for (name, value, key) in [
        ("NIANBAO__SERVER__LISTNE", "x", "listne"),
        ("NIANBAO__SERVER__LISTEN", "nowhere", "server.listen"),
        ("NIANBAO__REVIEW__STAGES", "9", "review.stages"),
        ("NIANBAO__TELEMETRY__FORMAT", "xml", "format"),
        ("NIANBAO__DATABASE__SYNCHRONOUS", "OFF", "database.synchronous"),
    ] {
        let wrong = run(&["check-config"], &[(name, value)]);
        assert!(!wrong.status.success() && said(&wrong).contains(key), "{key}: {}", said(&wrong));
        assert!(!run(&["serve"], &[(name, value)]).status.success());
    }
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("prod.toml");
    std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:7777\"\n").expect("a file");
    let folder = folder.path().to_string_lossy().into_owned();
    let by_profile = run(&["check-config", "--profile", "prod", "--config-dir", &folder], &[]);
    assert!(said(&by_profile).contains("127.0.0.1:7777"), "{}", said(&by_profile));
    let file = file.to_string_lossy().into_owned();
    let by_file = run(&["check-config", "--config", &file], &[("NIANBAO__SERVER__LISTEN", "127.0.0.1:8888")]);
    assert!(said(&by_file).contains("127.0.0.1:8888"), "the environment goes over the file");
    assert!(!run(&["check-config", "--profile", "absent", "--config-dir", &folder], &[]).status.success());
}

#[test]
fn the_committed_document_is_what_the_program_prints() {
    for (form, committed) in [
        ("json", include_str!("../../openapi/openapi.json")),
        ("yaml", include_str!("../../openapi/openapi.yaml")),
    ] {
        let printed = run(&["openapi", "--format", form], &[]);
        let printed = String::from_utf8_lossy(&printed.stdout);
        // The whole of it on a screen would say less than the first line that differs.
        let other = printed.lines().zip(committed.lines()).find(|(printed, committed)| printed != committed);
        assert_eq!(other, None, "{form}: write openapi/ anew");
        assert_eq!(printed.len(), committed.len(), "{form}");
    }
}

/// Every operation with its path and method.
fn operations() -> impl Iterator<Item = (String, &'static Value)> {
    DOCUMENT["paths"].as_object().expect("paths").iter().flat_map(|(path, item)| {
        let item = item.as_object().expect("operations");
        item.iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
    })
}

/// What nobody would paste.
fn is_file(media: &str, content: &Value) -> bool {
    media.starts_with("multipart") || content["schema"]["format"] == "binary"
}

#[test]
fn every_operation_is_documented_whole() {
    let mut ids = HashSet::new();
    for (place, operation) in operations() {
        for member in ["summary", "description", "operationId"] {
            assert!(operation[member].as_str().is_some_and(|text| !text.is_empty()), "{place}: no {member}");
        }
        assert!(operation["tags"].as_array().is_some_and(|tags| !tags.is_empty()), "{place}: no tag");
        assert!(operation["security"].is_array(), "{place}: no security");
        assert!(ids.insert(operation["operationId"].as_str()), "{place}: the id is taken");
        for (status, response) in operation["responses"].as_object().expect("responses") {
            resolved(response);
            assert!(
                response["description"].as_str().is_some_and(|text| !text.is_empty()),
                "{place} {status}"
            );
        }
        let succeeds = &operation["responses"].as_object().expect("responses");
        let success = succeeds.iter().find(|(status, _)| status.starts_with('2')).expect("a success").1;
        for (media, content) in success["content"].as_object().into_iter().flatten() {
            let told = is_file(media, content) || content.get("example").is_some();
            assert!(!is_json(media) || told, "{place}: no example");
        }
        for (media, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            assert!(
                is_file(media, content) || content.get("example").is_some(),
                "{place}: no example of a body"
            );
        }
    }
}

#[test]
fn every_problem_is_documented_where_it_can_happen() {
    let codes = DOCUMENT["components"]["schemas"]["ProblemCode"]["enum"].as_array().expect("codes");
    let documented: HashSet<&str> = operations()
        .flat_map(|(_, operation)| operation["x-problems"].as_array().expect("x-problems"))
        .filter_map(Value::as_str)
        .collect();
    // A wrong method is no operation's.
    let missing: Vec<&Value> = codes
        .iter()
        .filter(|code| !documented.contains(code.as_str().expect("a code")) && *code != "method_not_allowed")
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_example_is_as_its_schema_says() {
    for (place, operation) in operations() {
        let answers = operation["responses"].as_object().expect("responses").iter();
        let bodies = answers.map(|(_, response)| response).chain([&operation["requestBody"]]);
        for (media, content) in bodies.filter_map(|body| body["content"].as_object()).flatten() {
            let Some(example) = content.get("example").filter(|_| is_json(media)) else { continue };
            let mut schema = content["schema"].clone();
            schema["components"] = serde_json::json!({"schemas": DOCUMENT["components"]["schemas"]});
            let validator = jsonschema::validator_for(&schema).expect("a schema");
            let faults: Vec<String> = validator.iter_errors(example).map(|error| error.to_string()).collect();
            assert!(faults.is_empty(), "{place} {media}: {faults:#?}");
        }
    }
}

#[test]
fn the_statutory_tables_stand_in_the_document_with_their_labels() {
    let schemas = DOCUMENT["components"]["schemas"].as_object().expect("schemas");
    for form in nianbao::inside::domain::form::all() {
        let mut cells = 0;
        for section in form.sections.iter().filter_map(|section| section.table.as_ref()) {
            cells += section.rows.iter().map(|row| row.columns.len()).sum::<usize>();
        }
        assert_eq!(cells, form.cells.len());
    }
    let rows = schemas["Table2021Requests"]["properties"].as_object().expect("rows");
    assert_eq!(rows.len(), 25);
    assert!(rows["new_requests"]["description"].as_str().is_some_and(|label| label.contains("新收")));
    let text = DOCUMENT.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().expect("a name");
        assert!(schemas.contains_key(name), "{name} is referred to and not there");
    }
}

#[test]
fn the_demo_starts_with_the_real_report_published() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::TempDir::new().expect("a folder");
    let mut child = Command::new(PROGRAM)
        .args(["demo", "--dir"])
        .arg(folder.path())
        .env("NIANBAO__SERVER__LISTEN", "127.0.0.1:0")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the demo starts");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let tour: Vec<String> =
        lines.map_while(Result::ok).take_while(|line| !line.contains("dry_run")).collect();
    let address = |part: &str| {
        let line = tour.iter().find(|line| line.contains(part) && line.contains("http")).expect("an address");
        line[line.find("http").expect("http")..].trim_end_matches('\'').to_owned()
    };
    let agent = super::harness::process::agent();
    let report: Value =
        agent.get(address("已发布的报告")).call().expect("an answer").body_mut().read_json().expect("JSON");
    assert_eq!((&report["status"], &report["agency"]["name"]), (&"published".into(), &"沁源县信访局".into()));
    // What the document shows as an example can be pasted.
    let document: Value = serde_json::from_slice(&run(&["openapi"], &[]).stdout).expect("the document");
    let example = &document["paths"]["/api/v1/reports/{id}"]["get"]["responses"]["200"]["content"];
    let example = &example["application/json"]["example"];
    assert_eq!((&report["id"], &report["agency"]["id"]), (&example["id"], &example["agency"]["id"]));
    let by_key: Value =
        agent.get(address("curl")).call().expect("an answer").body_mut().read_json().expect("JSON");
    assert_eq!(by_key, report);
    assert_eq!(tour.iter().filter(|line| line.contains("nb_") && !line.contains("curl")).count(), 7);
    let refused = run(&["demo", "--listen", "0.0.0.0:0"], &[]);
    assert!(!refused.status.success(), "other machines have no business with a demo");
    super::harness::process::signal(child.id(), "TERM");
    assert!(child.wait().expect("ended").success());
}
