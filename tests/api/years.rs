//! Reporting years and their rosters.

use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::wait_for;
use super::harness::world::{World, id_of, open_year, register};
use serde_json::{Value, json};
use std::sync::Arc;

#[track_caller]
fn set_state(service: &Service, year: i32, state: &str) -> super::harness::client::Reply {
    let path = format!("/years/{year}");
    let tag = service.get(&path).send().tag().to_owned();
    service.patch(&path).token(&service.admin()).if_match(&tag).json(&json!({"state": state})).send()
}

on_both! {
    fn a_year_has_the_statutory_form_period_and_due_days(service) {
        let admin = service.admin();
        let made = service.post("/years").token(&admin).json(&json!({"year": 2023})).send().expect(201);
        let mut year = made.value();
        for member in ["created_at", "updated_at"] {
            year.as_object_mut().expect("an object").remove(member);
        }
        assert_eq!(year, json!({"year": 2023, "format": "2021", "state": "planned", "period_start": "2023-01-01",
            "period_end": "2023-12-31", "department_due_on": "2024-01-31", "government_due_on": "2024-03-31",
            "note": null}));
        let trial = service.post("/years").token(&admin).json(&json!({"year": 2020})).send().expect(201);
        assert_eq!(trial.value()["format"], "2019");
        service.post("/years").token(&admin).json(&json!({"year": 2023})).send().refused(409, "year_exists");
        let list = service.get("/years?limit=1&count=true").send().expect(200).value();
        assert_eq!((&list["items"][0]["year"], &list["total"]), (&json!(2020), &json!(2)));
        let cursor = list["next_cursor"].as_str().expect("a cursor");
        let next = service.get(&format!("/years?cursor={cursor}")).send().value();
        assert_eq!(next["items"][0]["year"], 2023);
        service.delete("/years/2020").token(&admin).if_match(trial.tag()).send().expect(204);
        service.get("/years/2020").send().refused(404, "not_found");
        service.get("/years/nope").send().refused(404, "not_found");
    }

    fn local_days_may_be_earlier_and_never_later(service) {
        let admin = service.admin();
        let made = service.post("/years").token(&admin).json(&json!({"year": 2023})).send().expect(201);
        let put = |body: Value| service.put("/years/2023").token(&admin).if_match(made.tag()).json(&body).send();
        let problem = put(json!({"year": 2023, "department_due_on": "2024-02-01", "government_due_on": "2024-04-01"}));
        problem.faults("invalid_input", &["/department_due_on", "/government_due_on"]);
        put(json!({"year": 2023, "period_end": "2022-12-31"})).faults("invalid_input", &["/period_end"]);
        put(json!({"year": 2024})).faults("read_only", &["/year"]);
        put(json!({"format": "1999", "state": "asleep"})).faults("invalid_input", &["/format", "/state", "/year"]);
        let earlier = put(json!({"year": 2023, "department_due_on": "2024-01-20", "note": "本省提前"})).expect(200).value();
        assert_eq!((&earlier["department_due_on"], &earlier["government_due_on"]),
            (&json!("2024-01-20"), &json!("2024-03-31")));
        for wrong in [json!({"year": 1999}), json!({"year": "2023"}), json!({"year": 2023.5}), json!({})] {
            service.post("/years").token(&admin).json(&wrong).send().faults("invalid_input", &["/year"]);
        }
    }

    fn a_year_passes_through_its_states_in_order(service) {
        let admin = service.admin();
        service.post("/years").token(&admin).json(&json!({"year": 2023})).send().expect(201);
        for wrong in ["closed", "archived"] {
            set_state(service, 2023, wrong).refused(409, "year_state");
        }
        for state in ["open", "closed", "open", "closed", "archived"] {
            set_state(service, 2023, state).expect(200);
        }
        for wrong in ["open", "closed", "planned"] {
            set_state(service, 2023, wrong).refused(409, "year_state");
        }
    }

    fn years_are_for_administrators(service) {
        let world = World::new(service);
        service.post("/years").json(&json!({"year": 2022})).send().refused(401, "unauthorized");
        service.post("/years").token(&world.supervisor()).json(&json!({"year": 2022})).send()
            .refused(403, "forbidden");
        service.patch("/years/2023").token(&world.editor()).json(&json!({})).send().refused(403, "forbidden");
        service.delete("/years/1900").token(&world.editor()).send().refused(404, "not_found");
    }

    fn a_year_with_reports_stays_and_takes_them_only_while_open(service) {
        let world = World::new(service);
        let report = world.draft();
        let id = id_of(&report);
        let tag = service.get("/years/2023").send().tag().to_owned();
        service.delete("/years/2023").token(&service.admin()).if_match(&tag).send().refused(409, "year_in_use");
        set_state(service, 2023, "closed").expect(200);
        let body = json!({"agency_id": world.county, "year": 2023});
        service.post("/reports").token(&world.editor()).json(&body).send().refused(409, "year_not_open");
        let patch = json!({"title": "x"});
        service.patch(&format!("/reports/{id}")).token(&world.editor()).if_match(report.tag()).json(&patch).send()
            .refused(409, "year_not_open");
        let unknown = json!({"agency_id": world.county, "year": 2031});
        service.post("/reports").token(&world.editor()).json(&unknown).send().faults("invalid_input", &["/year"]);
    }

    fn the_roster_follows_the_registry_until_the_year_closes(service) {
        let world = World::new(service);
        let roster = |year: i32, query: &str| {
            service.get(&format!("/years/{year}/roster?{query}")).send().expect(200).value()
        };
        let before = roster(2023, "count=true");
        assert_eq!(before["total"], 4);
        let line = before["items"].as_array().expect("items").iter()
            .find(|line| line["agency"]["id"] == world.bureau.as_str()).expect("the bureau").clone();
        assert_eq!((&line["scope"], &line["due_on"], &line["exempt"]),
            (&json!("own"), &json!("2024-01-31"), &json!(false)));
        assert_eq!(line["path"].as_array().map(Vec::len), Some(3));
        let government = roster(2023, &format!("within={}", world.neighbour));
        assert_eq!((&government["items"][0]["scope"], &government["items"][0]["due_on"]),
            (&json!("consolidated"), &json!("2024-03-31")));
        register(service, "乙县教育局", "county", "department", Some(&world.county));
        assert_eq!(roster(2023, "count=true")["total"], 5);
        set_state(service, 2023, "closed").expect(200);
        register(service, "乙县财政局", "county", "department", Some(&world.county));
        assert_eq!(roster(2023, "count=true")["total"], 5, "a closed year's roster is frozen");
        open_year(service, 2024);
        assert_eq!(roster(2024, "count=true")["total"], 6);
        let page = roster(2024, "limit=4");
        let cursor = page["next_cursor"].as_str().expect("a cursor").to_owned();
        assert_eq!(roster(2024, &format!("cursor={cursor}"))["items"].as_array().map(Vec::len), Some(2));
        service.get("/years/2020/roster?nope=1").send().refused(404, "not_found");
        service.get("/years/2023/roster?nope=1").send().refused(400, "invalid_query");
    }
}

/// PostgreSQL takes a table that was looked at while it was empty for one that stays so, and would read it once for
/// each agency while it fills it.
#[test]
fn the_first_roster_is_written_without_reading_itself() {
    let Some(database) = Database::postgres() else { return };
    let service = Service::start(Arc::new(database), &[]);
    let names =
        (0..400).map(|n| json!({"name": format!("第{n}局"), "level": "county", "kind": "department"}));
    let lines: String = names.map(|agency| format!("{agency}\n")).collect();
    service
        .post("/agencies/batch")
        .token(&service.admin())
        .body("application/x-ndjson", lines)
        .send()
        .expect(200);
    service.database.execute("ANALYZE");
    open_year(&service, 2024);
    let counted = "SELECT CAST(max(seq_scan) AS TEXT) AS value FROM pg_stat_user_tables \
                   WHERE relname = 'roster' AND n_tup_ins >= 400";
    let times: i64 = wait_for(|| service.database.text(counted)).parse().expect("a number");
    assert!(times < 40, "it was read {times} times to write 400 lines");
}
