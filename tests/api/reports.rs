//! Reports: drafts, who sees them, how they are listed.

use super::corrections::correct;
use super::harness::process::Service;
use super::harness::world::{World, id_of, open_year, register, suqian};
use serde_json::{Value, json};

fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().expect("items");
    items.iter().filter_map(|item| Some(item["id"].as_str()?.to_owned())).collect()
}

/// A published report of an agency for a year.
fn published(world: &World<'_>, agency: &str, year: i32) -> String {
    let body = json!({"agency_id": agency, "year": year, "sections": suqian(year)["sections"]});
    let id = id_of(&world.service.post("/reports").token(&world.editor()).json(&body).send().expect(201));
    world.publish(&id);
    id
}

/// The whole of a list, one row a page, as everybody reads it.
fn row_by_row(service: &Service, query: &str) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = service.get(&format!("/reports?limit=1&{query}{cursor}")).send().expect(200).value();
        rows.extend(page["items"].as_array().cloned().expect("items"));
        let Some(next) = page["next_cursor"].as_str() else { return rows };
        cursor = format!("&cursor={next}");
    }
}

on_both! {
    fn everybody_reads_every_list_page_by_page_in_every_order(service) {
        let world = World::new(service);
        open_year(service, 2024);
        let other = register(service, "乙县档案局", "county", "department", Some(&world.county));
        let mut all: Vec<String> = [(&other, 2024), (&world.bureau, 2023), (&world.bureau, 2024), (&other, 2023)]
            .map(|(agency, year)| published(&world, agency, year)).into();
        // What was corrected is listed once, what is being corrected as it was.
        correct(&world, &all[0]);
        world.publish(&all[0]);
        correct(&world, &all[1]);
        let withdrawn = published(&world, &register(service, "乙县统计局", "county", "department", Some(&world.county)), 2023);
        world.transit(&withdrawn, &world.publisher(), json!({"action": "withdraw", "comment": "误发"})).expect(201);
        all.sort();
        type Key = fn(&Value) -> &Value;
        let keys: [(&str, Key); 6] = [
            ("year", |row| &row["year"]), ("status", |row| &row["status"]), ("agency_name", |row| &row["agency"]["name"]),
            ("published_at", |row| &row["published_at"]), ("created_at", |row| &row["created_at"]),
            ("updated_at", |row| &row["updated_at"]),
        ];
        let filters = [("", 4), ("&year=2023", 2), ("&scope=own&status=published&q=%E5%B1%80", 4), ("&published_from=2024-01-01", 4)];
        let of_place = format!("&within={}", world.county);
        let of_agency = format!("&agency_id={other}");
        for (filter, count) in filters.into_iter().chain([(of_place.as_str(), 4), (of_agency.as_str(), 2)]) {
            for (name, key) in keys {
                let up = row_by_row(service, &format!("sort={name}{filter}"));
                let values: Vec<String> = up.iter().map(|row| key(row).to_string()).collect();
                assert!(values.is_sorted(), "{name}{filter}: {values:?}");
                let mut down = row_by_row(service, &format!("sort=-{name}{filter}"));
                if name != "status" && !(name == "year" && filter.contains("year")) {
                    down.reverse();
                }
                assert_eq!(down, up, "{name}{filter}: either way the same");
                assert_eq!(up.len(), count, "{name}{filter}");
                let mut found: Vec<&str> = up.iter().filter_map(|row| row["id"].as_str()).collect();
                found.sort_unstable();
                assert!(found.iter().all(|id| all.iter().any(|known| known == id)), "{name}{filter}");
                found.dedup();
                assert_eq!(found.len(), count, "{name}{filter}: none comes twice");
            }
            for mixed in ["-year,agency_name", "agency_name,-published_at", "-agency_name,year", "status,-updated_at"] {
                let rows = row_by_row(service, &format!("sort={mixed}{filter}"));
                let whole = service.get(&format!("/reports?sort={mixed}{filter}")).send().expect(200).value();
                assert_eq!(whole["items"].as_array(), Some(&rows), "{mixed}{filter}");
                assert_eq!(rows.len(), count, "{mixed}{filter}");
            }
        }
    }

    fn a_report_holds_every_section_from_the_moment_it_exists(service) {
        let world = World::new(service);
        let made = world.draft();
        let report = made.value();
        assert_eq!((&report["status"], &report["scope"], &report["format"], &report["revision"]),
            (&json!("draft"), &json!("own"), &json!("2021"), &json!(1)));
        assert_eq!(report["due_on"], "2024-01-31");
        assert_eq!(report["agency"]["name"], "乙县信访局");
        assert_eq!(report["timeliness"], Value::Null);
        assert_eq!(report["sections"].as_object().map(serde_json::Map::len), Some(6));
        assert_eq!(report["sections"]["overview"]["text"], Value::Null);
        let table = &report["sections"]["requests"]["table"];
        assert_eq!(table["new_requests"]["natural_person"], Value::Null);
        assert_eq!(report["sections"]["overview"].get("table"), None);
        assert_eq!(report["findings"]["error"], json!(203), "200 cells and three narratives say nothing");
        assert_eq!(report["allowed_actions"], json!(["submit"]));
        assert_eq!(made.header("location"), Some(format!("/api/v1/reports/{}", id_of(&made)).as_str()));
    }

    fn an_agency_files_one_report_a_year_and_scope(service) {
        let world = World::new(service);
        let editor = world.editor();
        world.draft();
        let again = json!({"agency_id": world.bureau, "year": 2023});
        service.post("/reports").token(&editor).json(&again).send().refused(409, "report_exists");
        let consolidated = |agency: &str| json!({"agency_id": agency, "year": 2023, "scope": "consolidated"});
        service.post("/reports").token(&editor).json(&consolidated(&world.bureau)).send()
            .refused(422, "scope_not_for_kind");
        service.post("/reports").token(&editor).json(&consolidated(&world.county)).send().expect(201);
        let own = json!({"agency_id": world.county, "year": 2023});
        service.post("/reports").token(&editor).json(&own).send().expect(201);
        let roster = service.get(&format!("/years/2023/roster?within={}&count=true", world.county)).send().value();
        assert_eq!(roster["total"], 3, "a government's own report is due once it has been filed");
        let wrong = json!({"agency_id": "x", "year": 1, "scope": "all", "sections": {"nope": {}}, "extra": 1});
        service.post("/reports").token(&editor).json(&wrong).send()
            .faults("invalid_input", &["/agency_id", "/year", "/scope", "/extra"]);
        service.post("/reports").token(&editor).json(&json!({})).send()
            .faults("invalid_input", &["/agency_id", "/year"]);
    }

    fn a_draft_is_seen_under_a_grant_and_by_nobody_else(service) {
        let world = World::new(service);
        let id = id_of(&world.draft());
        let path = format!("/reports/{id}");
        let by_key = format!("/agencies/{}/reports/2023", world.bureau);
        for path in [&path, &by_key, &format!("{path}/sections/overview")] {
            service.get(path).send().refused(404, "not_found");
            service.get(path).token(&world.stranger()).send().refused(404, "not_found");
            let read = service.get(path).token(&world.reviewer(1)).send().expect(200);
            assert_eq!(read.header("cache-control"), Some("private, no-store"));
            service.get(&format!("{path}?view=published")).token(&world.editor()).send().refused(404, "not_found");
        }
        for path in [format!("{path}/findings"), format!("{path}/transitions")] {
            service.get(&path).send().refused(401, "unauthorized");
            service.get(&path).token(&world.stranger()).send().refused(404, "not_found");
            service.get(&path).token(&world.supervisor()).send().expect(200);
        }
        assert_eq!(ids(&service.get("/reports").send().value()), Vec::<String>::new());
        assert_eq!(ids(&service.get("/reports").token(&world.stranger()).send().value()), Vec::<String>::new());
        assert_eq!(ids(&service.get("/reports").token(&world.editor()).send().value()), [id.as_str()]);
        // Rights are checked before existence is told.
        let patch = json!({"title": "x"});
        service.patch(&path).token(&world.stranger()).json(&patch).send().refused(404, "not_found");
        service.patch(&path).token(&world.reviewer(1)).json(&patch).send().refused(403, "forbidden");
    }

    fn what_get_gave_can_be_edited_and_put_back(service) {
        let world = World::new(service);
        let editor = world.editor();
        let made = world.full_draft();
        let path = format!("/reports/{}", id_of(&made));
        let mut report = made.value();
        report["title"] = json!("乙县信访局2023年政府信息公开工作年度报告");
        report["signed_on"] = json!("2024-01-29");
        report["source_url"] = json!("https://www.example.gov.cn/gk/2023.html");
        report["sections"]["other_matters"]["text"] = json!("无。\r\n另行说明。");
        let put = service.put(&path).token(&editor).if_match(made.tag()).json(&report).send().expect(200);
        let written = put.value();
        assert_eq!(written["sections"]["other_matters"]["text"], "无。\n另行说明。");
        assert_eq!(written["sections"]["requests"], report["sections"]["requests"], "the rest is untouched");
        assert_eq!(service.get(&path).token(&editor).send().value(), written);
        service.put(&path).token(&editor).if_match(put.tag()).json(&json!({"title": "x"})).send()
            .faults("invalid_input", &["/sections"]);
        let bare = json!({"sections": {"overview": {"text": "一"}, "requests": null}});
        let emptied = service.put(&path).token(&editor).if_match(put.tag()).json(&bare).send().expect(200).value();
        assert_eq!(emptied["title"], Value::Null, "what a PUT leaves out is null");
        assert_eq!(emptied["sections"].get("requests"), None, "an explicit null takes a section out");
        assert_eq!(emptied["sections"]["disputes"]["table"]["reconsideration"]["total"], Value::Null);
    }

    fn a_patch_changes_what_it_names(service) {
        let world = World::new(service);
        let editor = world.editor();
        let made = world.full_draft();
        let path = format!("/reports/{}", id_of(&made));
        let before = made.value();
        let patch = json!({"index_number": "X-1", "sections": {
            "requests": {"table": {"new_requests": {"natural_person": null, "total": 7.0}}},
            "proactive_disclosure": {"table": {"fees": {"amount": 59237.244901}}}}});
        let reply = service.patch(&path).token(&editor).if_match(made.tag())
            .body("application/merge-patch+json", patch.to_string()).send().expect(200);
        let after = reply.value();
        let requests = &after["sections"]["requests"]["table"]["new_requests"];
        assert_eq!((&requests["natural_person"], &requests["total"]), (&Value::Null, &json!(7)));
        assert_eq!(after["sections"]["proactive_disclosure"]["table"]["fees"]["amount"].to_string(), "59237.244901",
            "万元 are exact");
        assert_eq!(after["sections"]["disputes"], before["sections"]["disputes"]);
        let wrong = json!({"sections": {"requests": {"table": {"new_requests": {"total": -1, "nobody": 1}}},
            "nowhere": {}, "overview": {"table": {}, "ordinal": 9}}, "status": "published", "agency_id": world.county});
        service.patch(&path).token(&editor).if_match(reply.tag()).json(&wrong).send().faults("invalid_input", &[
            "/sections/requests/table/new_requests/total", "/sections/requests/table/new_requests/nobody",
            "/sections/nowhere", "/sections/overview/table", "/sections/overview/ordinal", "/status", "/agency_id",
        ]);
        assert_eq!(service.get(&path).token(&editor).send().value(), after, "nothing changed");
    }

    fn the_agency_of_a_report_may_be_named_by_its_credit_code(service) {
        let world = World::new(service);
        let editor = world.editor();
        let code = "11341702486344515H";
        let agency = json!({"name": "乙县林业局", "level": "county", "kind": "department", "parent_id": world.county, "uscc": code});
        let agency = id_of(&service.post("/agencies").token(&service.admin()).json(&agency).send().expect(201));
        let body = json!({"agency_id": code, "year": 2023});
        let made = service.post("/reports").token(&editor).json(&body).send().expect(201);
        assert_eq!(made.value()["agency"]["id"], *agency);
        let path = format!("/reports/{}", id_of(&made));
        let patch = json!({"agency_id": code, "title": "一"});
        service.patch(&path).token(&editor).if_match(made.tag()).json(&patch).send().expect(200);
        for name in [code, agency.as_str()] {
            let read = service.get(&path).token(&editor).send();
            let mut whole = read.value();
            whole["agency_id"] = json!(name);
            whole["title"] = json!(name);
            let put = service.put(&path).token(&editor).if_match(read.tag()).json(&whole).send().expect(200);
            assert_eq!(put.value()["title"], name);
        }
        let tag = service.get(&path).token(&editor).send().tag().to_owned();
        for other in ["1133102400268125XW", world.bureau.as_str()] {
            let patch = json!({"agency_id": other});
            service.patch(&path).token(&editor).if_match(&tag).json(&patch).send().faults("read_only", &["/agency_id"]);
        }
    }

    fn only_a_draft_is_discarded(service) {
        let world = World::new(service);
        let editor = world.editor();
        let made = world.full_draft();
        let id = id_of(&made);
        let path = format!("/reports/{id}");
        let submitted = world.transit(&id, &editor, json!({"action": "submit"})).expect(201);
        service.delete(&path).token(&editor).if_match(submitted.tag()).send().refused(409, "report_not_editable");
        let patch = json!({"title": "x"});
        service.patch(&path).token(&editor).if_match(submitted.tag()).json(&patch).send()
            .refused(409, "report_not_editable");
        let recalled = world.transit(&id, &editor, json!({"action": "recall"})).expect(201);
        service.delete(&path).token(&editor).if_match(recalled.tag()).send().expect(204);
        service.get(&path).token(&editor).send().refused(404, "not_found");
        world.draft();
    }

    fn reports_are_listed_by_what_is_asked_for(service) {
        let world = World::new(service);
        let editor = world.editor();
        let published = id_of(&world.full_draft());
        world.publish(&published);
        let body = json!({"agency_id": world.county, "year": 2023, "scope": "consolidated",
            "title": "乙县2023年报告", "sections": suqian(2023)["sections"]});
        let draft = id_of(&service.post("/reports").token(&editor).json(&body).send().expect(201));
        let asked = |query: &str| ids(&service.get(&format!("/reports?{query}")).token(&editor).send().expect(200).value());
        assert_eq!(asked("count=true"), [published.as_str(), draft.as_str()]);
        assert_eq!(asked("status=draft"), [draft.as_str()]);
        assert_eq!(asked("view=published"), [published.as_str()]);
        assert_eq!(asked("scope=own"), [published.as_str()]);
        assert_eq!(asked("year=2022").len(), 0);
        assert_eq!(asked(&format!("agency_id={}", world.bureau)), [published.as_str()]);
        assert_eq!(asked(&format!("within={}", world.province)).len(), 2);
        assert_eq!(asked(&format!("within={}", world.neighbour)).len(), 0);
        assert_eq!(asked("q=%E4%B9%99%E5%8E%BF2023"), [draft.as_str()]);
        assert_eq!(asked("timeliness=late"), [published.as_str()], "2023's report is late by now");
        assert_eq!(asked("timeliness=on_time").len(), 0);
        assert_eq!(asked("published_from=2024-01-01&published_to=2099-01-01"), [published.as_str()]);
        assert_eq!(asked("published_to=2024-01-01").len(), 0);
        assert_eq!(asked("updated_since=2024-01-01T00:00:00Z").len(), 2);
        assert_eq!(asked("sort=-created_at"), [draft.as_str(), published.as_str()]);
        assert_eq!(asked("sort=year,-published_at"), [published.as_str(), draft.as_str()]);
        let first = service.get("/reports?sort=-published_at&limit=1").token(&editor).send().value();
        let cursor = first["next_cursor"].as_str().expect("a cursor");
        let next = service.get(&format!("/reports?sort=-published_at&limit=1&cursor={cursor}")).token(&editor).send().expect(200);
        assert_eq!(ids(&next.value()), [draft]);
        let plain = service.get("/reports").send().expect(200).value();
        assert_eq!(plain["items"][0].get("sections"), None);
        assert_eq!(plain["items"][0].get("findings"), None, "the public sees no findings");
        assert_eq!(plain["items"][0]["submitted_at"], Value::Null);
        let wrong = "year=x&scope=all&status=gone&published_from=yesterday&updated_since=now&timeliness=soon";
        let problem = service.get(&format!("/reports?{wrong}")).send().refused(400, "invalid_query");
        assert_eq!(problem["errors"].as_array().map(Vec::len), Some(6), "{problem}");
    }

    fn an_item_shows_the_fields_that_are_asked_for(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        world.publish(&id);
        let list = service.get("/reports?fields=title,sections").try_send().expect("an answer").value();
        let item = list["items"][0].as_object().expect("an item");
        let mut names: Vec<&str> = item.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["id", "sections", "title"]);
        service.get("/reports?fields=secrets").send().refused(400, "invalid_query");
    }
}
