//! Nothing internal is told to whoever makes ids and cursors up.

use super::{from, published};
use crate::api::harness::process::{Service, signal};
use crate::api::harness::world::{World, YEAR, register};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

fn cursor_of(service: &Service, path: &str) -> String {
    let page = service.get(path).send().expect(200).value();
    page["next_cursor"].as_str().unwrap_or_else(|| panic!("no cursor: {page}")).to_owned()
}

attacks! {
    fn made_up_ids_name_nothing(service) {
        let world = World::new(service);
        let admin = service.admin();
        let report = published(&world);
        for id in ["%00", "x", "%27", "0", "%F0%9F%98%80", "01a20d2d-6e0c-71ee-a5e6-bcdda5b54cec"] {
            for path in [
                format!("/webhooks/{id}"), format!("/webhooks/{id}/deliveries"), format!("/jobs/{id}"),
                format!("/tokens/{id}"), format!("/persons/{id}"), format!("/reports/{id}"), format!("/agencies/{id}"),
                format!("/reports/{report}/comments/{id}"), format!("/reports/{report}/sections/{id}"),
                format!("/formats/{id}"), format!("/years/{YEAR}/roster/{id}"),
            ] {
                service.get(&path).token(&admin).send().refused(404, "not_found");
            }
            for path in [format!("/deliveries/{id}/redeliver"), format!("/webhooks/{id}/test")] {
                service.post(&path).token(&admin).send().refused(404, "not_found");
            }
            let path = format!("/reports/{report}/findings/{id}/explanation");
            let status = service.put(&path).token(&admin).if_match("\"1-zh\"").json(&json!({"text": "x"})).send().status;
            assert!((400..500).contains(&status), "{path}: {status}");
        }
    }

    fn made_up_cursors_are_refused_and_real_ones_are_bound_to_their_list(service) {
        for number in 0..6 {
            register(service, &format!("某局{number}"), "county", "department", None);
            service.post("/years").token(&service.admin()).json(&json!({"year": 2018 + number})).send().expect(201);
        }
        let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        for forged in [
            hex(r#"{"s":"agencies:","v":[],"i":"\u0000"}"#), hex(r#"{"s":"agencies:name","v":[{"n":1}],"i":"x"}"#),
            hex(r#"{"v":[{"t":"abc"}],"i":"x"}"#), "00".repeat(64), "zz".to_owned(), "1".to_owned(),
        ] {
            for path in ["/agencies?limit=2", "/agencies?sort=name", "/years?limit=2", "/reports?sort=year", "/search?q=x", "/rules?limit=2"] {
                let path = format!("{path}&cursor={forged}");
                service.get(&path).send().refused(400, "invalid_cursor");
            }
        }
        let cursor = cursor_of(service, "/agencies?limit=2&level=county");
        service.get(&format!("/agencies?limit=3&level=county&cursor={cursor}")).send().expect(200);
        for other in ["/years?limit=2", "/agencies?limit=2", "/agencies?limit=2&level=municipal", "/agencies?limit=2&level=county&sort=name"] {
            let path = format!("{other}&cursor={cursor}");
            service.get(&path).send().refused(400, "invalid_cursor");
        }
        // The key outlives the process, and is the same for all instances.
        let again = Service::start(Arc::clone(&service.database), &[]);
        again.get(&format!("/agencies?limit=2&level=county&cursor={cursor}")).send().expect(200);
    }

    fn browsers_are_told_what_not_to_do_with_an_answer(service) {
        let secure = |path: &str| {
            from(service.get(path), "198.51.100.1").header("x-forwarded-proto", "https").header("accept", "*/*").raw().send()
        };
        for path in ["/years", "/years", "/agencies/x", "/healthz", "/problems/not_found", "/docs/", "/openapi.json"] {
            let reply = secure(path);
            assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
            assert_eq!(reply.header("referrer-policy"), Some("no-referrer"), "{path}");
            assert!(reply.header("content-security-policy").is_some_and(|policy| policy.contains("frame-ancestors 'none'")), "{path}: {reply:?}");
            assert!(reply.header("strict-transport-security").is_some(), "{path}");
        }
        let page = service.get("/problems/not_found").header("accept", "text/html").raw().send();
        assert!(!page.header("content-security-policy").expect("a policy").contains("script-src"), "{page:?}");
        assert!(page.header("strict-transport-security").is_none(), "not over TLS");
        // A browser lays the headers of a 304 over those of the page it keeps: they say the same, kept here or not.
        let keepless = Service::start(Arc::clone(&service.database), &[("NIANBAO__LIMITS__KEPT_BYTES", "0")]);
        for service in [service, &keepless] {
            for path in ["/problems/not_found", "/docs/", "/years"] {
                let ask = || service.get(path).header("accept", "text/html, */*;q=0.1").raw();
                let first = ask().send().expect(200);
                for again in [ask(), ask()].map(|again| again.header("if-none-match", first.tag()).send().expect(304)) {
                    let policy = "content-security-policy";
                    assert_eq!(again.header(policy), first.header(policy), "{path}");
                }
            }
        }
    }

    fn figures_are_for_those_with_a_token(service) {
        service.get("/metrics").send().refused(401, "unauthorized");
        let token = service.token("editor", "", "任何人");
        let plain = service.get("/metrics").token(&token).header("accept", "text/plain").send().expect(200);
        assert!(plain.header("content-type").is_some_and(|media| media.starts_with("text/plain")));
        let open = service.get("/metrics").token(&token).send().expect(200);
        assert!(open.header("content-type").is_some_and(|media| media.starts_with("application/openmetrics-text")));
    }

    fn a_stream_is_not_begun_for_its_head_and_one_client_opens_so_many(service,
        "LIMITS__REQUESTS_PER_MINUTE" = "100000", "LIMITS__STREAMS_PER_CLIENT" = "2") {
        let head = from(service.request("HEAD", "/changes/stream"), "198.51.100.1").send().expect(200);
        assert!(head.bytes.is_empty());
        let open = |client: &str| {
            let mut stream = TcpStream::connect(service.url.trim_start_matches("http://")).expect("a connection");
            let ask = format!("GET /api/v1/changes/stream HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {client}\r\n\r\n");
            stream.write_all(ask.as_bytes()).expect("asked");
            let mut line = String::new();
            let mut reader = BufReader::new(stream);
            reader.read_line(&mut line).expect("a status");
            (line, reader)
        };
        let (first, one) = open("198.51.100.1");
        let (second, two) = open("198.51.100.1");
        assert!(first.contains("200") && second.contains("200"));
        let (third, _) = open("198.51.100.1");
        assert!(third.contains("429"), "{third}");
        let waits = from(service.get("/changes?wait=60&since=0"), "198.51.100.1").send();
        assert!(waits.header("retry-after").is_some());
        waits.refused(429, "rate_limited");
        let (other, _) = open("198.51.100.2");
        assert!(other.contains("200"), "another client has places of its own: {other}");
        drop((one, two));
    }

    fn what_is_asked_is_counted_by_what_it_costs(service,
        "LIMITS__REQUESTS_PER_MINUTE" = "19", "LIMITS__EXEMPT" = "192.0.2.0/24") {
        let ask = |path: &str, client: &str| from(service.get(path), client).send();
        let left = |path: &str, client: &str| {
            let reply = ask(path, client);
            let limit = reply.header("ratelimit").unwrap_or_else(|| panic!("{reply:?}")).to_owned();
            limit.split("r=").nth(1).and_then(|rest| rest.split(';').next()?.parse::<u32>().ok()).expect("r")
        };
        let scan = "/agencies?limit=1&q=";
        let one = "198.51.100.1";
        // One comes back every three seconds.
        let is = |left: u32, expected: u32| assert!((expected..=expected + 1).contains(&left), "{left}, not {expected}");
        is(left("/changes", one), 18);
        is(left(&format!("{scan}a"), one), 13);
        assert!(ask("/healthz", one).header("ratelimit").is_none() && ask("/readyz", one).header("ratelimit").is_none());
        // The same answer again costs nothing.
        assert!(ask(&format!("{scan}a"), one).header("ratelimit").is_none());
        is(left(&format!("{scan}b"), one), 8);
        is(left(&format!("{scan}c"), one), 3);
        let refused = ask(&format!("{scan}d"), one);
        assert!(refused.header("retry-after").is_some());
        refused.refused(429, "rate_limited");
        is(left(&format!("{scan}d"), "2001:db8::1"), 14);
        // One network of IPv6 is one client.
        is(left(&format!("{scan}e"), "2001:db8::ffff:1"), 9);
        assert!(ask(&format!("{scan}f"), "192.0.2.7").header("ratelimit").is_none(), "a portal is not counted");
        let admin = service.admin();
        let me = from(service.get("/me").token(&admin), one).send().expect(200);
        assert!(me.header("ratelimit").is_some_and(|limit| limit.contains("q=190") || limit.contains("r=189;")), "a person has a rate of their own: {me:?}");
    }

    fn a_flood_of_strangers_hides_no_insider_and_fills_no_audit(service) {
        let world = World::new(service);
        let report = crate::api::harness::world::id_of(&world.draft());
        for _ in 0..300 {
            from(service.get("/me").token("nb_wrong"), "198.51.100.1").send().refused(401, "unauthorized");
        }
        let path = format!("/reports/{report}/transitions");
        for _ in 0..10 {
            service.post(&path).token(&world.supervisor()).if_match("\"1-zh\"").json(&json!({"action": "submit"})).send().refused(403, "forbidden");
        }
        from(service.get("/me").token("nb_wrong"), "198.51.100.2").send().refused(401, "unauthorized");
        assert_eq!(service.terminate(), Some(0));
        service.restart();
        let list = service.get("/audit?limit=200").token(&service.admin()).send().expect(200).value();
        let refused: Vec<Value> = list["items"].as_array().expect("items").iter()
            .filter(|entry| entry["action"] == "access.refused").cloned().collect();
        let named = refused.iter().filter(|entry| entry["person"]["name"] == "主管").count();
        assert_eq!(named, 10, "each one of whoever is known");
        let from_first = refused.iter().filter(|entry| entry["detail"]["client"] == "198.51.100.1").count();
        assert!(from_first <= 5, "{from_first}");
        assert!(refused.iter().any(|entry| entry["detail"]["client"] == "198.51.100.2"), "{refused:?}");
        let sum = refused.iter().find(|entry| entry["detail"]["unwritten"].as_u64().is_some_and(|count| count > 200));
        assert!(sum.is_some_and(|sum| sum["detail"]["busiest"][0]["client"] == "198.51.100.1"), "{refused:?}");
    }

    fn one_clerks_refusals_fill_no_audit_and_none_of_them_is_lost(service) {
        let world = World::new(service);
        let report = crate::api::harness::world::id_of(&world.draft());
        let (clerk, other) = (world.supervisor(), world.reviewer(1));
        let above = service.token("supervisor", &world.province, "省主管");
        let submit = |token: &str, report: &str| {
            let path = format!("/reports/{report}/transitions");
            service.post(&path).token(token).if_match("\"1-zh\"").json(&json!({"action": "submit"})).send().refused(403, "forbidden");
        };
        for _ in 0..200 {
            submit(&clerk, &report);
        }
        // What is of another kind, or another's, stands out however many went before it.
        service.get("/persons").token(&other).send().refused(403, "forbidden");
        service.get("/audit/access").token(&clerk).send().refused(403, "forbidden");
        submit(&other, &report);
        assert_eq!(service.terminate(), Some(0));
        service.restart();
        let list = service.get("/audit?limit=200").token(&service.admin()).send().expect(200).value();
        let refused: Vec<Value> = list["items"].as_array().expect("items").iter()
            .filter(|entry| entry["action"] == "access.refused").cloned().collect();
        let of = |name: &str| refused.iter().filter(|entry| entry["person"]["name"] == name).collect::<Vec<_>>();
        let mine = of("主管");
        assert!(mine.len() <= 40, "{}", mine.len());
        assert!(mine.iter().any(|entry| entry["detail"]["path"] == "/api/v1/audit/access"), "{mine:?}");
        let (sums, each): (Vec<_>, Vec<_>) = mine.into_iter().partition(|entry| entry["detail"].get("unwritten").is_some());
        // Each is written, or told by how many there were.
        let submitted = each.iter().filter(|entry| entry["detail"]["method"] == "POST").map(|_| 1);
        let counted = sums.iter().filter_map(|sum| sum["detail"]["unwritten"].as_u64());
        assert_eq!(submitted.chain(counted).sum::<u64>(), 200);
        let kind = &sums[0]["detail"]["kinds"][0];
        assert_eq!(
            (&kind["method"], &kind["route"], &kind["status"], &kind["code"]),
            (&json!("POST"), &json!("/api/v1/reports/{id}/transitions"), &json!(403), &json!("forbidden"))
        );
        assert!(sums[0]["session"]["token_id"].is_string(), "{sums:?}");
        assert_eq!(of("审核员1").len(), 2);
        // Whoever looks after the subtree sees it too.
        assert!(service.get("/audit?limit=200").token(&above).send().expect(200).text().contains("unwritten"));
        assert!(service.run(&["audit", "verify"]).status.success());
    }

    fn what_has_had_its_time_is_deleted(service) {
        let at = "2020-01-01 00:00:00";
        let world = World::new(service);
        let webhook = "INSERT INTO webhooks (id, person_id, url, secret, types, state, version, created_at, updated_at) \
            SELECT 'w', id, 'https://x', 's', '[]', 'disabled', 1, '{at}', '{at}' FROM persons LIMIT 1";
        service.database.execute(&format!(
            "INSERT INTO idempotency (scope, body_digest, status, headers, body, at) VALUES ('old', 'd', 201, '[]', '草稿', '{at}'); \
             INSERT INTO jobs (id, kind, state, person_id, done, total, created_at, updated_at) VALUES ('old', 'validation', 'done', 'p', 1, 1, '{at}', '{at}'); \
             {}; \
             INSERT INTO deliveries (id, webhook_id, seq, type, body, state, attempts, next_at, created_at, updated_at) \
             VALUES ('old', 'w', 1, 't', '{{}}', 'dead', 9, '{at}', '{at}', '{at}')",
            webhook.replace("{at}", at)
        ));
        let fresh = service.post("/reports").token(&world.editor()).header("idempotency-key", "fresh")
            .json(&json!({"agency_id": world.bureau, "year": YEAR})).send().expect(201);
        drop(fresh);
        service.terminate();
        service.restart();
        let left = "SELECT CAST((SELECT count(*) FROM idempotency WHERE scope = 'old') + (SELECT count(*) FROM jobs WHERE id = 'old') \
            + (SELECT count(*) FROM deliveries WHERE id = 'old') AS TEXT) AS value";
        crate::api::harness::wait_for(|| service.database.text(left).filter(|left| left == "0"));
        let kept = "SELECT CAST(count(*) AS TEXT) AS value FROM idempotency";
        assert_ne!(service.database.text(kept).as_deref(), Some("0"), "what is still given again stays");
    }

    fn one_person_has_so_many_jobs_and_they_end_with_the_token(service, "LIMITS__REQUESTS_PER_MINUTE" = "100000") {
        let world = World::new(service);
        published(&world);
        let admin = service.admin();
        let at = chrono::Utc::now().naive_utc().format("%Y-%m-%d %H:%M:%S").to_string();
        let me = service.get("/me").token(&admin).send().expect(200).value();
        let person = me["person"]["id"].as_str().expect("an id");
        for number in 0..3 {
            service.database.execute(&format!(
                "INSERT INTO jobs (id, kind, state, person_id, done, total, created_at, updated_at) \
                 VALUES ('job-{number}', 'validation', 'running', '{person}', 0, 1, '{at}', '{at}')"
            ));
        }
        let refused = service.post(&format!("/years/{YEAR}/validation")).token(&admin).send();
        assert!(refused.header("retry-after").is_some(), "{refused:?}");
        refused.refused(429, "rate_limited");
    }
}

#[test]
fn files_are_for_the_services_own_user_alone() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("deep/nianbao.db");
    let service = Service::start(
        Arc::new(crate::api::harness::database::Database::sqlite()),
        &[("NIANBAO__DATABASE__URL", &format!("sqlite://{}", file.display()))],
    );
    service.post("/years").token(&service.admin()).json(&json!({"year": YEAR})).send().expect(201);
    let backup = folder.path().join("copies/backup.db");
    std::fs::create_dir(folder.path().join("copies")).expect("a folder");
    assert!(service.run(&["backup", &backup.to_string_lossy()]).status.success());
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    for name in ["nianbao.db", "nianbao.db-wal", "nianbao.db-shm"] {
        assert_eq!(mode(&folder.path().join("deep").join(name)), 0o600, "{name}");
    }
    assert_eq!((mode(&folder.path().join("deep")), mode(&backup)), (0o700, 0o600));
}

#[test]
fn the_soft_limit_of_files_is_raised_and_settings_beyond_the_hard_one_are_refused() {
    let limited = |hard: &str, more: (&str, &str)| {
        let database = crate::api::harness::database::Database::sqlite();
        let serve = format!(
            "ulimit -S -n 64; ulimit -H -n {hard}; exec {} serve",
            crate::api::harness::process::PROGRAM
        );
        let mut command = std::process::Command::new("bash");
        command.args(["-c", &serve]).env("NIANBAO__DATABASE__URL", database.url());
        command
            .env("NIANBAO__SERVER__LISTEN", "127.0.0.1:0")
            .env("NIANBAO__TELEMETRY__FORMAT", "json")
            .env(more.0, more.1);
        (
            command
                .stderr(std::process::Stdio::piped())
                .stdout(std::process::Stdio::null())
                .spawn()
                .expect("it starts"),
            database,
        )
    };
    let (mut child, _database) = limited("1000", ("NIANBAO__LIMITS__SCAN_MS", "5000"));
    let mut said = String::new();
    for line in BufReader::new(child.stderr.take().expect("its log")).lines().map_while(Result::ok) {
        said.push_str(&line);
        if line.contains("listening") {
            break;
        }
    }
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).expect("its limits");
    let files = limits.lines().find(|line| line.starts_with("Max open files")).expect("a line").to_owned();
    signal(child.id(), "TERM");
    child.wait().expect("it ends");
    assert_eq!(files.split_whitespace().nth(3), Some("1000"), "{files}");
    assert!(said.contains("server.max_connections") && said.contains("lowered"), "{said}");
    let (child, _database) = limited("1000", ("NIANBAO__LIMITS__STREAMS", "900"));
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("limits.streams"), "{said}");
}

#[test]
fn a_service_without_rights_to_make_tables_serves() {
    let Some(database) = crate::api::harness::database::Database::postgres() else { return };
    let name = format!("serves_{}", std::process::id());
    let owner = Service::start(Arc::new(database), &[]);
    owner.post("/years").token(&owner.admin()).json(&json!({"year": YEAR})).send().expect(201);
    let admin = owner.admin();
    let url = owner.database.url();
    owner.database.execute(&format!(
        "DROP ROLE IF EXISTS {name}; CREATE ROLE {name} LOGIN PASSWORD 'x'; \
         REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO {name}; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}; \
         REVOKE UPDATE, DELETE, TRUNCATE ON audit FROM {name}"
    ));
    let (scheme, rest) = url.split_once("://").expect("a url");
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let as_role = format!("{scheme}://{name}:x@{host}");
    {
        let serving = Service::start(
            Arc::clone(&owner.database),
            &[("NIANBAO__DATABASE__URL", &as_role), ("NIANBAO__DATABASE__MIGRATE", "false")],
        );
        serving.get("/readyz").send().expect(200);
        serving.post("/years").token(&admin).json(&json!({"year": YEAR + 1})).send().expect(201);
        serving.get("/audit?limit=1").token(&admin).send().expect(200);
    }
    owner.database.execute(&format!("DROP OWNED BY {name}; DROP ROLE {name}"));
}
