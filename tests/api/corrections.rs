//! Corrections, withdrawals, old documents: what happens to a report after it was published.

use super::harness::world::{World, id_of, suqian};
use serde_json::{Value, json};

/// A published report of the bureau; gives its id.
fn published(world: &World<'_>) -> String {
    let id = id_of(&world.full_draft());
    world.publish(&id);
    id
}

/// Begins a correction and changes one cell and its total.
pub fn correct(world: &World<'_>, id: &str) {
    let order = json!({"action": "correct", "comment": "规章现行有效件数更正"});
    world.transit(id, &world.publisher(), order).expect(201);
    let path = format!("/reports/{id}");
    let tag = world.service.get(&path).token(&world.editor()).send().tag().to_owned();
    let patch = json!({"title": "更正后的标题", "sections": {
        "proactive_disclosure": {"table": {"regulations": {"in_force": 12}}}}});
    world.service.patch(&path).token(&world.editor()).if_match(&tag).json(&patch).send().expect(200);
}

const CELL: &str = "/sections/proactive_disclosure/table/regulations/in_force";

fn cell(report: &Value) -> &Value {
    report.pointer(CELL).expect("the cell")
}

on_both! {
    fn readers_see_the_published_revision_until_the_next_is_published(service) {
        let world = World::new(service);
        let id = published(&world);
        let path = format!("/reports/{id}");
        let before = service.get(&path).send().expect(200);
        world.transit(&id, &world.publisher(), json!({"action": "correct"})).faults("invalid_input", &["/comment"]);
        world.transit(&id, &world.editor(), json!({"action": "correct", "comment": "x"})).refused(403, "forbidden");
        correct(&world, &id);
        let working = service.get(&path).token(&world.editor()).send().expect(200).value();
        assert_eq!((&working["status"], &working["revision"], cell(&working)), (&json!("draft"), &json!(2), &json!(12)));
        assert_eq!(working["correction"]["reason"], "规章现行有效件数更正");
        let meanwhile = service.get(&path).send().expect(200);
        assert_eq!((meanwhile.value(), meanwhile.tag()), (before.value(), before.tag()));
        assert_eq!(service.get("/reports").send().value()["items"][0]["revision"], 1);

        world.publish(&id);
        let after = service.get(&path).send().expect(200);
        let report = after.value();
        assert_eq!((&report["revision"], cell(&report)), (&json!(2), &json!(12)));
        assert_eq!(report["correction"]["reason"], "规章现行有效件数更正");
        assert!(report["correction"]["at"].as_str() == report["published_at"].as_str());
        assert_eq!(report["timeliness"], before.value()["timeliness"], "corrections do not change it");
        assert_ne!(after.tag(), before.tag());
        let changes = service.get("/changes").send().value();
        let types: Vec<&str> = changes["items"].as_array().expect("items").iter()
            .filter_map(|change| change["type"].as_str()).collect();
        assert_eq!(types, ["report.published", "report.corrected"]);
    }

    fn whoever_asks_for_the_published_revision_reads_it_everywhere_below_the_report(service) {
        let world = World::new(service);
        let id = published(&world);
        let path = format!("/reports/{id}");
        let before = service.get(&format!("{path}/findings")).token(&world.editor()).send().expect(200).value();
        correct(&world, &id);
        let editor = world.editor();
        let mine = |part: &str| service.get(&format!("{path}{part}")).token(&editor).send();
        let section = "/sections/proactive_disclosure";
        for part in ["?", "/sections?", &format!("{section}?"), "/document?format=json&", "/document?format=csv&",
            "/revisions?count=true&", "/revisions/1?"] {
            let theirs = service.get(&format!("{path}{part}view=published")).send().expect(200);
            let asked = mine(&format!("{part}view=published")).expect(200);
            assert_eq!(asked.text(), theirs.text(), "{part}");
            assert_eq!(asked.tag(), theirs.tag(), "{part}");
            let working = mine(&format!("{part}view=published").replace("view=published", "")).expect(200);
            assert_ne!(working.text(), theirs.text(), "{part}");
        }
        mine("/revisions/2?view=published").refused(404, "not_found");
        mine("/diff?view=published").refused(404, "not_found");
        assert_eq!(mine("/diff?from=1").expect(200).value()["to"], 2);
        let digest = |part: &str| mine(part).expect(200).value()["receipt"]["content_digest"].clone();
        assert_eq!(digest("/findings?view=published"), before["receipt"]["content_digest"]);
        assert_ne!(digest("/findings"), before["receipt"]["content_digest"]);
        mine("/similarity?view=published").expect(200);
        for part in ["/findings", "/similarity", "/revisions", "/revisions/1", "/diff"] {
            mine(&format!("{part}?view=draft")).refused(400, "invalid_query");
        }
        service.get(&format!("{path}/findings?view=published")).token(&world.stranger()).send().refused(403, "forbidden");
    }

    fn old_revisions_stay_readable_and_are_compared(service) {
        let world = World::new(service);
        let id = published(&world);
        let path = format!("/reports/{id}");
        let first = service.get(&path).send().value();
        correct(&world, &id);
        let numbers = |token: Option<&str>| {
            let request = service.get(&format!("{path}/revisions"));
            let request = if let Some(token) = token { request.token(token) } else { request };
            let list = request.send().expect(200).value();
            list["items"].as_array().expect("items").iter().filter_map(|one| one["revision"].as_i64()).collect::<Vec<_>>()
        };
        assert_eq!((numbers(None), numbers(Some(&world.editor()))), (vec![1], vec![1, 2]));
        service.get(&format!("{path}/revisions/2")).send().refused(404, "not_found");
        service.get(&format!("{path}/diff")).send().refused(404, "not_found");
        service.get(&format!("{path}/diff?from=1&to=2")).token(&world.editor()).send().expect(200);
        world.publish(&id);
        assert_eq!(numbers(None), [1, 2]);
        let old = service.get(&format!("{path}/revisions/1")).send().expect(200).value();
        assert_eq!((cell(&old), &old["revision"]), (cell(&first), &json!(1)));
        let old = service.get(&format!("{path}/revisions/1")).token(&world.publisher()).send().expect(200).value();
        assert_eq!(old["allowed_actions"], json!([]), "an old revision takes no action");
        let difference = service.get(&format!("{path}/diff")).send().expect(200).value();
        assert_eq!((&difference["from"], &difference["to"]), (&json!(1), &json!(2)));
        assert_eq!(difference["cells"], json!([{"pointer": CELL, "from": cell(&first), "to": 12}]));
        assert_eq!(difference["texts"], json!([{"pointer": "/title", "from": null, "to": "更正后的标题"}]));
        let back = service.get(&format!("{path}/diff?from=2&to=1")).send().expect(200).value();
        assert_eq!(back["cells"][0]["to"], *cell(&first));
        for wrong in ["from=0", "to=x", "by=1"] {
            service.get(&format!("{path}/diff?{wrong}")).send().refused(400, "invalid_query");
        }
        service.get(&format!("{path}/revisions/9")).send().refused(404, "not_found");
    }

    fn a_discarded_correction_leaves_the_published_revision_and_no_trace_in_the_next(service) {
        let world = World::new(service);
        let id = published(&world);
        let path = format!("/reports/{id}");
        let before = service.get(&path).send().value();
        correct(&world, &id);
        world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201);
        world.transit(&id, &world.reviewer(1), json!({"action": "approve"})).expect(201);
        world.transit(&id, &world.reviewer(2), json!({"action": "return", "comment": "不必更正"})).expect(201);
        let tag = service.get(&path).token(&world.editor()).send().tag().to_owned();
        service.delete(&path).token(&world.editor()).if_match(&tag).send().expect(204);
        assert_eq!(service.get(&path).send().expect(200).value()["sections"], before["sections"]);
        assert_eq!(service.get(&path).token(&world.editor()).send().value()["status"], "published");
        correct(&world, &id);
        world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201);
        world.transit(&id, &world.reviewer(1), json!({"action": "approve"})).expect(201);
        for number in 2..=3 {
            world.transit(&id, &world.reviewer(number), json!({"action": "approve"})).expect(201);
        }
        world.transit(&id, &world.publisher(), json!({"action": "publish"})).expect(201);
        assert_eq!(service.get(&path).send().value()["revision"], 2);
    }

    fn a_withdrawn_report_is_gone_from_everywhere_until_it_is_published_again(service) {
        let world = World::new(service);
        let id = published(&world);
        let path = format!("/reports/{id}");
        world.transit(&id, &world.publisher(), json!({"action": "withdraw"})).faults("invalid_input", &["/comment"]);
        let order = json!({"action": "withdraw", "comment": "误发"});
        world.transit(&id, &world.publisher(), order).expect(201);
        let by_key = format!("/agencies/{}/reports/2023", world.bureau);
        let parts = ["", "/sections/overview", "/revisions", "/revisions/1", "/diff"].map(|part| format!("{path}{part}"));
        for gone in parts.iter().chain([&by_key]) {
            let problem = service.get(gone).send().refused(410, "report_withdrawn");
            assert_eq!(problem["reason"], "误发");
            assert!(problem["withdrawn_at"].is_string());
        }
        assert_eq!(service.get("/reports?count=true").send().value()["total"], 0);
        let mine = service.get(&path).token(&world.editor()).send().expect(200).value();
        assert_eq!((&mine["status"], &mine["allowed_actions"]), (&json!("withdrawn"), &json!([])));
        let changes = service.get("/changes?since=1").send().value();
        assert_eq!(changes["items"][0]["type"], "report.withdrawn");
        world.transit(&id, &world.publisher(), json!({"action": "withdraw", "comment": "x"}))
            .refused(409, "transition_not_allowed");

        correct(&world, &id);
        service.get(&path).send().refused(410, "report_withdrawn");
        world.publish(&id);
        assert_eq!(service.get(&path).send().expect(200).value()["revision"], 2);
        // What was withdrawn stays withdrawn, whatever follows it.
        let gone = service.get(&format!("{path}/revisions/1")).send().refused(410, "report_withdrawn");
        assert_eq!(gone["reason"], "误发");
        let listed = service.get(&format!("{path}/revisions")).send().expect(200).value();
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    }

    fn what_is_shown_is_withdrawn_at_once_wherever_its_correction_stands_and_the_correction_goes_on(service) {
        let world = World::new(service);
        let id = published(&world);
        let path = format!("/reports/{id}");
        let withdraw = || world.transit(&id, &world.publisher(), json!({"action": "withdraw", "comment": "含个人信息"}));
        let mine = || service.get(&path).token(&world.publisher()).send().expect(200).value();
        let act = |token: &str, action: &str| {
            let comment = (action == "return").then_some("再改");
            world.transit(&id, token, json!({"action": action, "comment": comment}))
        };
        let approve = |number: u8| act(&world.reviewer(number), "approve").expect(201);
        let after = |shown: i64, state: &str| {
            assert!(mine()["allowed_actions"].to_string().contains("withdraw"), "{state}");
            act(&world.editor(), "withdraw").refused(403, "forbidden");
            let made = withdraw().expect(201).value();
            assert_eq!(
                (&made["from"], &made["to"], &made["revision"]),
                (&json!("published"), &json!("withdrawn"), &json!(shown))
            );
            let gone = service.get(&path).send().refused(410, "report_withdrawn");
            assert_eq!(gone["reason"], "含个人信息");
            service.get(&format!("{path}/revisions/{shown}")).send().refused(410, "report_withdrawn");
            assert_eq!((&mine()["status"], &mine()["revision"]), (&json!(state), &json!(shown + 1)));
            withdraw().refused(409, "transition_not_allowed");
            let changes = service.get("/changes").send().value()["items"].as_array().cloned().expect("items");
            let last = changes.last().expect("a change");
            assert_eq!((&last["type"], &last["revision"]), (&json!("report.withdrawn"), &json!(shown)));
        };
        // Sent back, it is still what was sent back.
        correct(&world, &id);
        act(&world.editor(), "submit").expect(201);
        act(&world.reviewer(1), "return").expect(201);
        after(1, "draft");
        let tasks = service.get("/me/tasks").token(&world.editor()).send().expect(200).value();
        assert_eq!(tasks["items"][0]["kind"], "returned", "{tasks}");
        // What was withdrawn is erased where it must be, while the correction goes on.
        let erase = json!({"reason": "含个人信息"});
        let tag = service.get(&path).token(&world.supervisor()).send().tag().to_owned();
        let erased = service.post(&format!("{path}/revisions/1/suppression")).token(&world.supervisor());
        erased.if_match(&tag).json(&erase).send().expect(201);
        world.publish(&id);
        assert_eq!(service.get(&path).send().expect(200).value()["revision"], 2);
        // Of those who have approved the correction nobody approves again.
        correct(&world, &id);
        act(&world.editor(), "submit").expect(201);
        approve(1);
        after(2, "second_review");
        act(&world.reviewer(1), "approve").refused(403, "separation_of_duties");
        approve(2);
        approve(3);
        act(&world.publisher(), "publish").expect(201);
        assert_eq!(service.get(&path).send().expect(200).value()["revision"], 3);
        // An approved one is published as it was approved, though what it corrects was withdrawn meanwhile.
        correct(&world, &id);
        act(&world.editor(), "submit").expect(201);
        (1..=3).for_each(|number| drop(approve(number)));
        after(3, "approved");
        act(&world.publisher(), "publish").expect(201);
        assert_eq!(service.get(&path).send().expect(200).value()["revision"], 4);
        // A correction that is discarded leaves what it was to correct withdrawn.
        correct(&world, &id);
        after(4, "draft");
        let tag = service.get(&path).token(&world.editor()).send().tag().to_owned();
        service.delete(&path).token(&world.editor()).if_match(&tag).send().expect(204);
        assert_eq!(mine()["status"], "withdrawn");
        service.get(&path).send().refused(410, "report_withdrawn");
        let listed = service.get(&format!("{path}/transitions")).token(&world.editor()).send().expect(200).value();
        let withdrawn = listed["items"].as_array().expect("items").iter().filter(|made| made["action"] == "withdraw");
        assert_eq!(withdrawn.map(|made| made["revision"].clone()).collect::<Vec<_>>(), [1, 2, 3, 4].map(|at| json!(at)));
        assert!(service.run(&["audit", "verify"]).status.success());
        assert!(service.run(&["stats", "verify"]).status.success());
    }

    fn a_closed_year_takes_corrections_and_withdrawals_and_an_archived_one_nothing(service) {
        let world = World::new(service);
        let id = published(&world);
        let other = json!({"agency_id": world.county, "year": 2023, "sections": suqian(2023)["sections"]});
        let other = id_of(&service.post("/reports").token(&world.editor()).json(&other).send().expect(201));
        let set_state = |state: &str| {
            let tag = service.get("/years/2023").send().tag().to_owned();
            service.patch("/years/2023").token(&service.admin()).if_match(&tag).json(&json!({"state": state})).send()
                .expect(200);
        };
        set_state("closed");
        world.transit(&other, &world.editor(), json!({"action": "submit"})).refused(409, "year_not_open");
        correct(&world, &id);
        world.publish(&id);
        world.transit(&id, &world.publisher(), json!({"action": "withdraw", "comment": "误发"})).expect(201);
        set_state("archived");
        world.transit(&id, &world.publisher(), json!({"action": "correct", "comment": "x"})).refused(409, "year_not_open");

        // Old documents are taken in as they were published, whatever their faults.
        let archive = |day: Value| {
            world.transit(&other, &service.admin(), json!({"action": "archive", "published_on": day}))
        };
        archive(Value::Null).faults("invalid_input", &["/published_on"]);
        archive(json!("2999-01-01")).faults("invalid_input", &["/published_on"]);
        let order = json!({"action": "archive", "published_on": "2024-01-15"});
        world.transit(&other, &world.publisher(), order).refused(403, "forbidden");
        let order = json!({"action": "submit", "published_on": "2024-01-15"});
        world.transit(&other, &world.editor(), order).faults("invalid_input", &["/published_on"]);
        archive(json!("2024-01-15")).expect(201);
        let report = service.get(&format!("/reports/{other}")).send().expect(200).value();
        assert_eq!((&report["status"], &report["published_at"], &report["timeliness"]),
            (&json!("published"), &json!("2024-01-14T16:00:00Z"), &json!("archived")));
    }
}
