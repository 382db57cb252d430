//! No stored report makes a list slow: lists, tasks and jobs read what was found before, and judge little or nothing.

use crate::api::harness::process::Service;
use crate::api::harness::wait_for;
use crate::api::harness::world::{World, YEAR, id_of};
use serde_json::{Value, json};
use std::fmt::Write;

const MANY: usize = 240;

/// How often a stored report was judged so far.
fn judged(service: &Service) -> u64 {
    let text = service.get("/metrics").token(&service.admin()).send().expect(200).text();
    let line = text.lines().find_map(|line| line.strip_prefix("nianbao_reports_judged_total "));
    line.expect("the counter").trim().parse().expect("a number")
}

/// Puts a draft like one that there is to each of many agencies below the province.
fn file_many(service: &Service, world: &World<'_>) {
    let draft = id_of(&world.full_draft());
    let mut lines = String::new();
    for number in 0..MANY {
        let (name, parent) = (format!("乙县第{number}局"), &world.county);
        let line = json!({"name": name, "level": "county", "kind": "department", "parent_id": parent});
        writeln!(lines, "{line}").expect("a line");
    }
    let batch = service.post("/agencies/batch").token(&service.admin());
    batch.body("application/x-ndjson", lines.into_bytes()).send().expect(200);
    let among = format!("FROM agencies a, reports r WHERE r.id = '{draft}' AND a.name LIKE '乙县第%'");
    service.database.execute(&format!(
        "INSERT INTO reports (id, agency_id, year, scope, version, working_revision, created_at, updated_at) \
         SELECT a.id, a.id, r.year, r.scope, r.version, r.working_revision, r.created_at, r.updated_at {among}; \
         INSERT INTO revisions (report_id, number, state, round, form, cells, texts, title, agency_name, digest, \
         authors, created_at, updated_at) \
         SELECT a.id, v.number, v.state, v.round, v.form, v.cells, v.texts, v.title, v.agency_name, v.digest, \
         v.authors, v.created_at, v.updated_at \
         FROM agencies a, revisions v WHERE v.report_id = '{draft}' AND a.name LIKE '乙县第%'"
    ));
}

fn count(service: &Service, sql: &str) -> usize {
    let counted = service.database.text(&format!("SELECT CAST(count(*) AS TEXT) AS value FROM {sql}"));
    counted.and_then(|count| count.parse().ok()).expect("a count")
}

/// Waits until everything is judged and nothing is judged any more.
fn wait_until_judged(service: &Service, reports: usize) {
    for _ in 0..10 {
        let before = count(service, "verdicts");
        if before == reports {
            break;
        }
        wait_for(|| Some(()).filter(|()| count(service, "verdicts") > before));
        for _ in 0..60 {
            if count(service, "verdicts") < reports {
                std::thread::sleep(std::time::Duration::from_millis(500));
            }
        }
    }
    wait_for(|| {
        let before = judged(service);
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        Some(()).filter(|()| judged(service) == before)
    });
}

/// Every report in the list, 200 at a time.
fn listed(service: &Service, token: &str) -> Vec<Value> {
    let (mut items, mut path) = (Vec::new(), format!("/reports?year={YEAR}&limit=200"));
    loop {
        let page = service.get(&path).token(token).send().expect(200).value();
        items.extend(page["items"].as_array().expect("items").clone());
        let Some(cursor) = page["next_cursor"].as_str() else { return items };
        path = format!("/reports?year={YEAR}&limit=200&cursor={cursor}");
    }
}

attacks! {
    fn lists_tasks_and_jobs_judge_nothing_that_was_judged(service) {
        {
            let world = World::new(service);
            file_many(service, &world);
        }
        // At its start the service judges what nobody has.
        service.terminate();
        service.restart();
        wait_until_judged(service, MANY + 1);
        let supervisor = service.token("supervisor", "", "主管");
        let before = judged(service);
        let items = listed(service, &supervisor);
        assert_eq!(items.len(), MANY + 1);
        let first = &items[0]["findings"];
        assert!(first["error"].is_u64() && items.iter().all(|item| item["findings"].is_object()), "{first}");
        service.get("/me/tasks?limit=200").token(&supervisor).send().expect(200);
        let begun = service.post(&format!("/years/{YEAR}/validation")).token(&service.admin()).send().expect(202);
        let job = begun.header("location").expect("a place").to_owned();
        let done = wait_for(|| {
            let job = service.get(&job).token(&service.admin()).send().expect(200).value();
            Some(job).filter(|job| job["state"] == "done")
        });
        assert_eq!(done["result"]["reports"], json!(MANY + 1));
        assert_eq!(judged(service), before, "all was read");
        // The one judges afresh, and says the same.
        let report = items[1]["id"].as_str().expect("an id").to_owned();
        let fresh = service.get(&format!("/reports/{report}/findings")).token(&supervisor).send().expect(200);
        assert_eq!(fresh.value()["counts"]["error"], items[1]["findings"]["error"]);
        assert_eq!(judged(service), before + 1);
        // By other rules some are judged at once, and of the rest nothing is told.
        service.database.execute("UPDATE verdicts SET rules = 'other'");
        let before = judged(service);
        let path = format!("/reports?year={YEAR}&limit=200");
        let page = service.get(&path).token(&supervisor).send().expect(200).value();
        let items = page["items"].as_array().expect("items").clone();
        let told = items.iter().filter(|item| item.get("findings").is_some()).count();
        assert_eq!((items.len(), told, judged(service) - before), (200, 50, 50));
        assert!(items.iter().all(|item| item["allowed_actions"].is_array()));
    }

    fn what_was_written_is_judged_behind_the_write_and_kept_for_its_version(service) {
        let world = World::new(service);
        let draft = world.draft();
        let id = id_of(&draft);
        let kept = || {
            let version = "(SELECT r.version FROM reports r WHERE r.id = v.report_id)";
            service.database.text(&format!(
                "SELECT CAST(max(v.version) AS TEXT) AS value FROM verdicts v \
                 WHERE v.report_id = '{id}' AND v.version = {version}"
            ))
        };
        let first = wait_for(kept);
        let editor = world.editor();
        let path = format!("/reports/{id}/sections/overview");
        let tag = service.get(&path).token(&editor).send().expect(200).tag().to_owned();
        service.put(&path).token(&editor).if_match(&tag).json(&json!({"text": "好。"})).send().expect(200);
        // At once the list tells of what stands now, kept or not.
        let list = service.get(&format!("/reports?year={YEAR}")).token(&editor).send().expect(200).value();
        let now = service.get(&format!("/reports/{id}")).token(&editor).send().expect(200).value();
        assert_eq!(list["items"][0]["findings"], now["findings"]);
        let second = wait_for(kept);
        assert_ne!(first, second, "of another version");
    }
}
