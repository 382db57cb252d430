//! What holds for every request: the order of checks, headers, languages, limits.

use super::harness::client::errors_at;
use super::harness::world::{World, YEAR, id_of, register};
use serde_json::json;

on_both! {
    fn every_list_counts_itself_when_asked(service) {
        let world = World::new(service);
        world.publish(&id_of(&world.full_draft()));
        let admin = service.admin();
        for path in ["/agencies?", "/years?", "/reports?", "/tokens?", "/persons?", "/audit?", "/search?q=%E5%85%AC%E5%BC%80&",
            "/stats/completeness/missing?year=2023&", "/years/2023/roster?", "/rules?"] {
            let ask = |more: &str| service.get(&format!("{path}{more}")).token(&admin).send().expect(200).value();
            let whole = ask("limit=200");
            let counted = ask("count=true&limit=1");
            let items = whole["items"].as_array().expect("items").len();
            assert_eq!((&whole["total"], &counted["total"]), (&serde_json::Value::Null, &json!(items)), "{path}");
        }
        let csv = service.get("/stats/completeness/missing?year=2023").header("accept", "text/csv").send().expect(200);
        assert!(csv.text().starts_with("\u{feff}agency.id,agency.name,scope,due_on,overdue"), "{}", csv.text());
    }

    fn the_first_check_that_fails_answers(service) {
        let world = World::new(service);
        let admin = service.admin();
        let path = format!("/agencies/{}", world.bureau);
        let gone = "/agencies/0193a5c2-6f0e-7c9b-9d0e-2f6d1b8f7a10";
        let bad = |path: &str| service.put(path).body("text/plain", "{");
        bad(&path).token("nb_wrong").send().refused(401, "unauthorized");
        bad(gone).send().refused(401, "unauthorized");
        bad(gone).token(&admin).send().refused(404, "not_found");
        service.put("/agencies").token(&world.editor()).body("text/plain", "{").send()
            .refused(405, "method_not_allowed");
        bad(&path).token(&world.editor()).send().refused(403, "forbidden");
        bad(&path).token(&admin).send().refused(415, "unsupported_media_type");
        let large = vec![b' '; (1 << 20) + 1];
        service.put(&path).token(&admin).body("application/json", large).send().refused(413, "payload_too_large");
        service.put(&path).token(&admin).body("application/json", "{").send().refused(400, "invalid_json");
        service.put(&format!("{path}?x=1")).token(&admin).json(&json!({})).send().refused(400, "invalid_query");
        service.put(&path).token(&admin).json(&json!({})).send().refused(428, "precondition_required");
        service.put(&path).token(&admin).if_match("\"99-zh\"").json(&json!({})).send()
            .refused(412, "precondition_failed");
        service.put(&path).token(&admin).if_match("\"1-zh\"").json(&json!({})).send().refused(422, "invalid_input");
        service.delete(&format!("/agencies/{}", world.county)).token(&admin).if_match("\"1-zh\"").send()
            .refused(409, "agency_in_use");
        let read = service.get(&path).send().expect(200);
        assert_eq!((read.tag(), &read.value()["name"]), ("\"1-zh\"", &json!("乙县信访局")), "nothing changed");
    }

    fn whoever_has_no_right_is_told_so_whatever_else_is_wrong(service) {
        let world = World::new(service);
        let (stranger, supervisor) = (world.stranger(), world.supervisor());
        let elsewhere = service.token("supervisor", &world.neighbour, "邻县主管");
        let post = |path: &str, token: &str, body: serde_json::Value| service.post(path).token(token).json(&body).send();
        let report = || json!({"agency_id": world.bureau, "year": 1, "colour": 1});
        post("/reports", &stranger, report()).refused(403, "forbidden");
        post("/reports?x=1", &stranger, report()).refused(403, "forbidden");
        post("/reports", &supervisor, report()).refused(403, "forbidden");
        post("/reports", &world.editor(), report()).faults("invalid_input", &["/year", "/colour"]);
        let consolidated = json!({"agency_id": world.county, "year": 1, "scope": "consolidated"});
        post("/reports", &supervisor, consolidated).faults("invalid_input", &["/year"]);

        let import = |query: &str, token: &str| {
            service.post(&format!("/imports?{query}")).token(token).body("image/png", "x").send()
        };
        let here = format!("agency_id={}&year=x", world.bureau);
        import(&here, &stranger).refused(403, "forbidden");
        import(&format!("{here}&scope=own"), &supervisor).refused(403, "forbidden");
        import("dry_run=maybe", &world.reviewer(1)).refused(403, "forbidden");
        import(&here, &world.editor()).refused(415, "unsupported_media_type");
        import(&format!("{here}&dry_run=true"), &stranger).refused(415, "unsupported_media_type");

        post("/agencies", &elsewhere, json!({"parent_id": world.county, "colour": 1})).refused(403, "forbidden");
        post("/agencies", &elsewhere, json!({"colour": 1})).refused(403, "forbidden");
        post("/agencies", &elsewhere, json!({"parent_id": world.neighbour, "colour": 1}))
            .faults("invalid_input", &["/name", "/colour"]);

        // Without a tag: the right over the other place is asked first.
        let patch = |path: &str, body: serde_json::Value| service.patch(path).token(&supervisor).json(&body).send();
        let bureau = format!("/agencies/{}", world.bureau);
        patch(&bureau, json!({"parent_id": world.neighbour, "level": "x"})).refused(403, "forbidden");
        patch(&bureau, json!({"level": "x"})).refused(428, "precondition_required");
        patch(&format!("/agencies/{}", world.county), json!({"parent_id": world.bureau})).refused(403, "forbidden");
        let line = format!("/years/2023/roster/{}", world.bureau);
        patch(&line, json!({"parent_id": world.neighbour, "due_on": "x"})).refused(403, "forbidden");
        patch(&line, json!({"due_on": "x"})).refused(428, "precondition_required");
        let succession = format!("{bureau}/succession");
        post(&succession, &supervisor, json!({"successor_id": world.neighbour, "kind": "x"})).refused(403, "forbidden");
        post(&succession, &supervisor, json!({"kind": "x"})).refused(428, "precondition_required");
        let read = service.get(&bureau).send().expect(200);
        assert_eq!((read.tag(), &read.value()["status"]), ("\"1-zh\"", &json!("active")), "nothing changed");
    }

    fn all_faults_of_a_body_are_told_at_once(service) {
        let world = World::new(service);
        let gone = "0193a5c2-6f0e-7c9b-9d0e-2f6d1b8f7a10";
        let report = json!({"agency_id": gone, "year": 2098, "title": 7});
        service.post("/reports").token(&world.editor()).json(&report).send()
            .faults("invalid_input", &["/agency_id", "/year", "/title"]);
        let report = json!({"agency_id": gone, "year": 2098});
        service.post("/reports").token(&world.editor()).json(&report).send()
            .faults("invalid_input", &["/agency_id", "/year"]);
        let admin = service.admin();
        let tagged = |path: &str| service.get(path).send().tag().to_owned();
        let year = json!({"department_due_on": "2024-02-01", "note": 7, "colour": 1});
        service.patch("/years/2023").token(&admin).if_match(&tagged("/years/2023")).json(&year).send()
            .faults("invalid_input", &["/department_due_on", "/note", "/colour"]);
        let bureau = format!("/agencies/{}", world.bureau);
        let merged = json!({"kind": "merged", "effective_on": "2999-01-01"});
        service.post(&format!("{bureau}/succession")).token(&admin).if_match(&tagged(&bureau)).json(&merged).send()
            .faults("invalid_input", &["/effective_on", "/successor_id"]);
        let line = format!("/years/2023/roster/{}", world.bureau);
        let edit = json!({"due_on": "2023-12-31", "parent_id": gone, "reason": "改隶"});
        service.patch(&line).token(&admin).if_match(&tagged(&line)).json(&edit).send()
            .faults("invalid_input", &["/due_on", "/parent_id"]);
    }

    fn all_faults_of_a_query_are_told_at_once(service) {
        let refused = |path: &str, wrong: &[&str]| {
            let value = service.get(path).send().expect(400).value();
            let found = value["errors"].as_array().expect("errors").iter();
            let mut found: Vec<&str> = found.filter_map(|fault| fault["parameter"].as_str()).collect();
            found.sort_unstable();
            assert_eq!((&value["code"], found), (&json!("invalid_query"), wrong.to_vec()), "{path}");
        };
        refused("/agencies?limit=0&sort=colour&level=city&colour=1", &["colour", "level", "limit", "sort"]);
        refused("/reports?sort=year,-year&fields=id,colour&scope=x", &["fields", "scope", "sort"]);
        refused("/stats/breakdown?year=x&sort=colour&by=colour", &["by", "sort", "year"]);
        let world = World::new(service);
        refused(&format!("/agencies/{}/children?sort=-&count=2", world.county), &["count", "sort"]);
        for path in ["/agencies?sort=-level,name", "/reports?sort=-published_at,year&fields=id,title"] {
            service.get(path).send().expect(200);
        }
    }

    fn a_wrong_method_is_told_which_are_right(service) {
        let reply = service.request("DELETE", "/agencies").send();
        assert_eq!(reply.header("allow"), Some("GET, POST, HEAD, OPTIONS"));
        reply.refused(405, "method_not_allowed");
        let fixed = service.put("/agencies/batch").token(&service.admin()).json(&json!({})).try_send().expect("an answer");
        assert_eq!((fixed.status, fixed.header("allow")), (405, Some("POST, OPTIONS")));
        service.request("TRACE", "/nowhere").send().expect(404);
        service.request("POST", "/healthz").send().refused(405, "method_not_allowed");
        let options = service.request("OPTIONS", "/agencies").send().expect(204);
        assert!(options.header("allow").is_some());
        for path in ["/nowhere", "/agencies/", "//", "/api/v1", "/api/v2/agencies", "/docs/nowhere.js"] {
            service.get(path).send().refused(404, "not_found");
        }
    }

    fn json_that_cannot_be_read_is_refused_in_whatever_form(service) {
        let token = service.token("editor", "", "任何人");
        let deep = "[".repeat(100_000);
        let post = |body: &str| service.post("/validation").token(&token).body("application/json", body).send();
        for wrong in ["", "  ", "{", "nul", "{\"a\":1}x", "{\"a\":1,\"a\":2}", "{\"a\":{\"b\":1,\"b\":2}}", "\u{feff}{}",
            "{\"a\":01}", "{'a':1}", deep.as_str()] {
            post(wrong).refused(400, "invalid_json");
        }
        let not_utf8 = service.post("/validation").token(&token).body("application/json", vec![b'"', 0xff, b'"']).send();
        not_utf8.refused(400, "invalid_json");
        for object in ["[]", "1", "null", "\"x\""] {
            post(object).refused(422, "invalid_input");
        }
        let gbk = service.post("/validation").token(&token).body("application/json; charset=gbk", "{}").send();
        gbk.refused(415, "unsupported_media_type");
        service.post("/validation").token(&token).send().refused(415, "unsupported_media_type");
    }

    fn parameters_are_strict(service) {
        let problem = service.get("/agencies?colour=red&limit=0&limit=5&level=x&count=yes").send()
            .refused(400, "invalid_query");
        let mut named = errors_at(&problem, "parameter");
        named.sort();
        assert_eq!(named, ["colour", "count", "level", "limit"]);
        for wrong in ["limit=201", "limit=-1", "limit=x", "sort=colour", "sort=name,name", "sort=", "within=x",
            "division_code=x", "q=%00"] {
            service.get(&format!("/agencies?{wrong}")).send().refused(400, "invalid_query");
        }
        service.get("/agencies?cursor=%F0%9F%98%80").send().refused(400, "invalid_cursor");
        for outside in ["/problems", "/problems/not_found", "/version", "/openapi.json", "/openapi.yaml"] {
            service.get(&format!("{outside}?x=1")).send().refused(400, "invalid_query");
        }
        service.get("/problems/nope?x=1").send().refused(404, "not_found");
        service.get("/healthz?x=1").send().expect(200);
        service.get("/metrics?x=1").token(&service.admin()).send().expect(200);
    }

    fn what_cannot_be_given_is_refused_and_a_format_is_chosen_by_name_too(service) {
        let world = World::new(service);
        for path in ["/", "/problems", "/problems/not_found"] {
            for (format, media) in [("html", "text/html; charset=utf-8"), ("json", "application/json")] {
                let reply = service.get(&format!("{path}?format={format}")).header("accept", "image/png").send();
                assert_eq!(reply.expect(200).header("content-type"), Some(media), "{path} {format}");
            }
            service.get(&format!("{path}?format=pdf")).send().refused(400, "invalid_query");
        }
        service.get("/agencies?q=%ff").send().refused(400, "invalid_query");
        service.get("/changes/stream").header("accept", "application/json").send().refused(406, "not_acceptable");
        let options = service.request("OPTIONS", &format!("/agencies/{}", world.bureau)).send();
        assert!(options.header("accept-patch").is_some_and(|types| types.contains("merge-patch")), "{options:?}");
        let report = id_of(&world.full_draft());
        // `1.0` is 1, also where the server makes it.
        let path = format!("/reports/{report}");
        let tag = service.get(&path).token(&world.editor()).send().tag().to_owned();
        let same = service.patch(&path).token(&world.editor()).if_match(&tag).body("application/json", "{\"revision\": 1.0}");
        assert_eq!(same.send().expect(200).tag(), tag);
        let file = format!("/reports/{report}/document/md");
        let beyond = service.get(&file).token(&world.editor()).header("range", "bytes=9000000-").send();
        let whole = beyond.header("content-range").map(str::to_owned);
        assert!(whole.is_some_and(|range| range.starts_with("bytes */")), "{beyond:?}");
        beyond.refused(416, "range_not_satisfiable");
    }

    fn a_time_that_could_not_be_written_again_is_none(service) {
        let admin = service.admin();
        for time in ["9999-12-31T23:59:59-23:59", "2027-12-31T23:59:60Z"] {
            let body = json!({"name": "临时", "expires_at": time, "grants": [{"role": "editor"}]});
            service.post("/tokens").token(&admin).json(&body).send().faults("invalid_input", &["/expires_at"]);
        }
        let body = json!({"name": "某局", "level": "county", "kind": "department", "parent_id": "x"});
        let refused = service.post("/agencies").token(&admin).json(&body).send().expect(422).value();
        assert_eq!(refused["errors"][0]["code"], "invalid_id");
    }

    fn a_tag_must_be_strong_and_present(service) {
        let admin = service.admin();
        let id = register(service, "某局", "county", "department", None);
        let path = format!("/agencies/{id}");
        let tag = service.get(&path).send().tag().to_owned();
        let patch = |tag: &str| service.patch(&path).token(&admin).if_match(tag).json(&json!({"short_name": "局"})).send();
        patch("*").refused(428, "precondition_required");
        patch("").refused(428, "precondition_required");
        for stale in [format!("W/{tag}"), "\"0-zh\"".to_owned(), "1".to_owned(), "\"x\"".to_owned()] {
            patch(&stale).refused(412, "precondition_failed");
        }
        // The variant is not compared: a tag got in English is as good.
        let english = service.get(&path).header("accept-language", "en").send();
        assert_ne!(english.tag(), tag);
        patch(&format!("\"7-zh\", {}", english.tag())).expect(200);
        patch(&tag).refused(412, "precondition_failed");
    }

    fn what_is_public_is_kept_and_always_revalidated(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        world.publish(&id);
        let path = format!("/reports/{id}");
        let read = service.get(&path).send().expect(200);
        assert_eq!(read.header("cache-control"), Some("public, no-cache"));
        assert_eq!(read.header("vary"), Some("Accept, Accept-Encoding, Accept-Language, Authorization"));
        assert!(read.header("last-modified").is_some_and(|at| at.ends_with(" GMT")));
        assert_eq!(read.header("content-language"), Some("zh-CN"));
        for tag in [read.tag().to_owned(), format!("W/{}", read.tag()), format!("\"x\", {}", read.tag()), "*".into()] {
            let unchanged = service.get(&path).header("if-none-match", &tag).send().expect(304);
            assert!(unchanged.bytes.is_empty() && unchanged.tag() == read.tag());
        }
        service.get(&path).header("if-none-match", "\"0-zh\"").send().expect(200);
        for list in ["/agencies", "/reports", "/years", "/years/2023/roster", "/stats/totals?year=2023"] {
            for _ in 0..2 {
                let listed = service.get(list).send().expect(200);
                assert!(listed.header("last-modified").is_some_and(|at| at.ends_with(" GMT")), "{list}");
                let unchanged = service.get(list).header("if-none-match", listed.tag()).send().expect(304);
                assert!(unchanged.header("last-modified").is_some(), "{list}");
            }
        }
        let mine = service.get(&path).token(&world.editor()).send().expect(200);
        assert_eq!(mine.header("cache-control"), Some("private, no-store"));
        assert_ne!(mine.tag(), read.tag(), "an editor's view is another variant");
        service.get(&path).token(&world.editor()).header("if-none-match", read.tag()).send().expect(200);
        let same = service.get(&format!("{path}?view=published")).token(&world.editor()).send().expect(200);
        assert_eq!(same.value(), read.value());
    }

    fn a_time_is_no_proof_that_nothing_has_changed(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        world.publish(&id);
        for path in [format!("/reports/{id}"), "/agencies".into(), format!("/years/{YEAR}/bundle")] {
            // The second time from what is kept.
            for _ in 0..2 {
                let read = service.get(&path).send().expect(200);
                let at = read.header("last-modified").expect("a time").to_owned();
                // More may have changed within that second: the tag alone tells.
                service.get(&path).header("if-modified-since", &at).send().expect(200);
            }
        }
    }

    fn problems_speak_the_callers_language_and_answers_say_it(service) {
        let chinese = service.get("/nowhere").send().refused(404, "not_found");
        let reply = service.get("/nowhere").header("accept-language", "en-GB, zh;q=0.5").send();
        assert_eq!(reply.header("content-language"), Some("en"));
        let english = reply.refused(404, "not_found");
        assert_ne!(chinese["title"], english["title"]);
        assert_eq!(english["title"], "Not found");
        // What the statute has put into Chinese words is not said to be English.
        let language = |path: &str| {
            let reply = service.get(path).header("accept-language", "en").send().expect(200);
            reply.header("content-language").map(str::to_owned)
        };
        for path in ["/indicators", "/formats", "/formats/2021", "/formats/2021/workbook"] {
            assert_eq!(language(path).as_deref(), Some("zh-CN"), "{path}");
        }
        assert_eq!(language("/rules").as_deref(), Some("en"));
        // Whatever Accept says, a problem is a problem.
        service.get("/nowhere").header("accept", "text/html").send().refused(404, "not_found");
        service.get("/rules").header("accept", "text/csv").send().refused(406, "not_acceptable");
        service.get("/rules").header("accept", "application/json;q=0, */*").send().refused(406, "not_acceptable");
        service.get("/rules").header("accept", "text/html, application/*;q=0.1").send().expect(200);
    }

    fn a_request_id_is_taken_or_made(service) {
        let reply = service.get("/nowhere").header("x-request-id", "abc-123").send();
        assert_eq!(reply.header("x-request-id"), Some("abc-123"));
        assert_eq!(reply.refused(404, "not_found")["instance"], "urn:uuid:abc-123");
        let longest = "x".repeat(129);
        for odd in ["bad id", "x\"y", longest.as_str()] {
            let made = service.get("/healthz").header("x-request-id", odd).send();
            assert!(made.header("x-request-id").is_some_and(|id| id.len() == 36), "{made:?}");
        }
        service.get("/healthz").header("x-request-id", "seen-in-the-log").send().expect(200);
        let line = service.wait_for_log("seen-in-the-log");
        assert_eq!((&line["route"], &line["status"], &line["method"]), (&json!("/healthz"), &json!(200), &json!("GET")));
        assert!(line["us"].is_u64());
    }

    fn a_token_that_is_sent_and_bad_is_refused_everywhere(service) {
        for header in ["Bearer nb_0000", "Bearer", "Basic eDp5", "nb_0000"] {
            for path in ["/agencies", "/healthz", "/nowhere", "/docs/"] {
                let reply = service.get(path).header("authorization", header).send();
                assert!(reply.header("www-authenticate").is_some_and(|asked| asked.starts_with("Bearer")));
                reply.refused(401, "unauthorized");
            }
        }
        let past = service.run(&["token", "create", "--role", "editor", "--name", "x", "--expires", "2020-01-01"]);
        let secret = String::from_utf8_lossy(&past.stdout).trim().to_owned();
        service.get("/me").token(&secret).send().refused(401, "unauthorized");
        let later = service.run(&["token", "create", "--role", "editor", "--name", "x", "--expires", "2099-01-01"]);
        let secret = String::from_utf8_lossy(&later.stdout).trim().to_owned();
        let me = service.get("/me").token(&secret).send().expect(200).value();
        assert_eq!(me["token"]["expires_at"], "2099-01-01T16:00:00Z", "the day still counts, in UTC+8");
    }

    fn the_documentation_loads_nothing_from_elsewhere(service) {
        let page = service.get("/docs").send().expect(200).text();
        assert_eq!(service.get("/docs/").send().expect(200).text(), page);
        let start = service.get("/docs/swagger-initializer.js").send().expect(200).text();
        assert!(start.contains("/openapi.json"), "{start}");
        for text in [&page, &start] {
            for scheme in ["src=\"http", "href=\"http", "src=\"//", "href=\"//"] {
                assert!(!text.contains(scheme), "{text}");
            }
        }
        assert!(start.contains("\"validatorUrl\": \"none\""), "{start}");
        let assets: Vec<&str> = page.split('"').filter(|part| part.starts_with("/docs/")).collect();
        assert_eq!(assets.len(), 6);
        for asset in assets {
            service.get(asset).send().expect(200);
        }
    }
}

#[test]
fn origins_from_the_settings_may_call_and_no_others() {
    use super::harness::{database::Database, process::Service};
    let origin = "https://portal.example.gov.cn";
    let settings = [("NIANBAO__SERVER__CORS_ORIGINS", origin)];
    let service = Service::start(Database::sqlite().into(), &settings);
    let reply = service.get("/agencies").header("origin", origin).send().expect(200);
    assert_eq!(reply.header("access-control-allow-origin"), Some(origin));
    let bad = service.get("/agencies").header("origin", origin).token("nb_bad").send();
    assert_eq!(bad.header("access-control-allow-origin"), Some(origin), "a browser may read the refusal");
    bad.refused(401, "unauthorized");
    let other =
        service.get("/agencies").header("origin", "https://elsewhere.example").try_send().expect("an answer");
    assert_eq!(other.header("access-control-allow-origin"), None);
    // What lies between must not give one origin's answer to another: made, kept, or unchanged.
    for _ in 0..3 {
        let reply = service.get("/agencies").send().expect(200);
        let unchanged = service.get("/agencies").header("if-none-match", reply.tag()).send().expect(304);
        for reply in [reply, unchanged] {
            let vary: Vec<_> = reply.headers.iter().filter(|(name, _)| name == "vary").collect();
            assert!(vary.len() == 1 && vary[0].1.contains("Origin"), "{vary:?}");
        }
    }
    let preflight = service
        .request("OPTIONS", "/agencies")
        .header("origin", origin)
        .header("access-control-request-method", "PATCH")
        .header("access-control-request-headers", "if-match")
        .send()
        .expect(200);
    assert!(
        preflight.header("access-control-allow-methods").is_some_and(|methods| methods.contains("PATCH"))
    );
}
