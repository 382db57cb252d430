//! Review and publication.

use super::harness::world::{World, id_of, open_year, suqian};
use serde_json::{Value, json};

on_both! {
    fn three_people_approve_and_what_was_approved_is_published(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        let path = format!("/reports/{id}");
        world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201);
        for number in 1..=3u8 {
            let approved = world.transit(&id, &world.reviewer(number), json!({"action": "approve"})).expect(201);
            assert_eq!(approved.value()["actor"]["name"], format!("审核员{number}"));
            if number < 3 {
                world.transit(&id, &world.reviewer(number), json!({"action": "approve"}))
                    .refused(403, "separation_of_duties");
            }
        }
        service.get(&path).send().refused(404, "not_found");
        let published = world.transit(&id, &world.publisher(), json!({"action": "publish"})).expect(201);
        let working = service.get(&path).token(&world.editor()).send();
        assert_eq!(published.tag(), working.tag(), "a transition answers the report's new tag");

        let read = service.get(&path).send().expect(200);
        let report = read.value();
        assert_eq!((&report["status"], &report["timeliness"]), (&json!("published"), &json!("late")));
        assert_eq!(report["sections"]["requests"]["table"], suqian(2023)["sections"]["requests"]["table"]);
        assert_eq!((report.get("findings"), report.get("allowed_actions")), (None, None));
        let by_key = service.get(&format!("/agencies/{}/reports/2023?scope=own", world.bureau)).send().expect(200);
        assert_eq!(by_key.value(), report);

        let made = service.get(&format!("{path}/transitions")).token(&world.reviewer(1)).send().expect(200).value();
        let made = made["items"].as_array().expect("items");
        let steps: Vec<(&str, &str, &str, &str)> = made.iter().map(|made| {
            let text = |name: &str| made[name].as_str().unwrap_or_default();
            (text("action"), text("from"), text("to"), text("role"))
        }).collect();
        assert_eq!(steps, [
            ("submit", "draft", "first_review", "editor"),
            ("approve", "first_review", "second_review", "reviewer"),
            ("approve", "second_review", "final_review", "reviewer"),
            ("approve", "final_review", "approved", "reviewer"),
            ("publish", "approved", "published", "publisher"),
        ]);
        assert!(made.iter().all(|one| one["content_digest"] == made[0]["content_digest"]));
    }

    fn an_author_never_approves(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        // One person with two roles: the writer may review elsewhere, not here.
        let me = service.get("/me").token(&world.editor()).send().expect(200).value();
        let person = me["person"]["id"].as_str().expect("a person").to_owned();
        let output = service.run(&["token", "create", "--role", "reviewer", "--agency", &world.county, "--person", &person]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let both = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201);
        world.transit(&id, &both, json!({"action": "approve"})).refused(403, "separation_of_duties");
        let admin = service.admin();
        world.transit(&id, &admin, json!({"action": "approve"})).expect(201);
        world.transit(&id, &admin, json!({"action": "approve"})).refused(403, "separation_of_duties");
    }

    fn a_return_needs_a_reason_and_begins_a_new_round(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        let submit = || world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201);
        submit();
        world.transit(&id, &world.reviewer(1), json!({"action": "approve"})).expect(201);
        world.transit(&id, &world.reviewer(2), json!({"action": "return"})).faults("invalid_input", &["/comment"]);
        let comment = "表三合计与分项不符，请核对。";
        let order = json!({"action": "return", "comment": comment});
        let returned = world.transit(&id, &world.reviewer(2), order).expect(201).value();
        assert_eq!((&returned["to"], &returned["comment"]), (&json!("draft"), &json!(comment)));
        submit();
        world.transit(&id, &world.reviewer(1), json!({"action": "approve"})).expect(201);
        world.transit(&id, &world.supervisor(), json!({"action": "return", "comment": "再核"})).expect(201);
        submit();
        for number in 1..=3 {
            world.transit(&id, &world.reviewer(number), json!({"action": "approve"})).expect(201);
        }
        world.transit(&id, &world.publisher(), json!({"action": "return", "comment": "还要改"})).expect(201);
    }

    fn the_submitter_recalls_before_the_first_approval(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201);
        let other = service.token("editor", &world.county, "另一填报员");
        world.transit(&id, &other, json!({"action": "recall"})).refused(403, "forbidden");
        world.transit(&id, &world.editor(), json!({"action": "recall"})).expect(201);
        world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201);
        world.transit(&id, &world.reviewer(1), json!({"action": "approve"})).expect(201);
        world.transit(&id, &world.editor(), json!({"action": "recall"})).expect(409);
    }

    fn what_the_state_does_not_allow_is_refused_with_what_it_allows(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        let problem = world.transit(&id, &world.publisher(), json!({"action": "publish"}))
            .refused(409, "transition_not_allowed");
        assert_eq!(problem["allowed"], json!(["submit"]), "an open year archives nothing");
        world.transit(&id, &world.reviewer(1), json!({"action": "submit"})).refused(403, "forbidden");
        world.transit(&id, &world.editor(), json!({"action": "vanish", "why": 1}))
            .faults("invalid_input", &["/action", "/why"]);
        let path = format!("/reports/{id}/transitions");
        let order = json!({"action": "submit"});
        service.post(&path).token(&world.editor()).json(&order).send().refused(428, "precondition_required");
        service.post(&path).token(&world.editor()).if_match("\"9-zh\"").json(&order).send()
            .refused(412, "precondition_failed");
        let state = service.get(&format!("/reports/{id}")).token(&world.editor()).send().value();
        assert_eq!(state["status"], "draft");
    }

    fn errors_keep_a_report_from_being_submitted(service) {
        let world = World::new(service);
        let made = world.full_draft();
        let id = id_of(&made);
        let patch = json!({"sections": {"requests": {"table": {"new_requests": {"natural_person": 1}}}}});
        let path = format!("/reports/{id}");
        service.patch(&path).token(&world.editor()).if_match(made.tag()).json(&patch).send().expect(200);
        let problem = world.transit(&id, &world.editor(), json!({"action": "submit"}))
            .refused(422, "findings_block_submit");
        let findings = problem["findings"].as_array().expect("findings");
        assert!(findings.iter().all(|finding| finding["severity"] == "error"), "{problem}");
        assert!(findings.iter().any(|finding| finding["rule"] == "requests.balance"), "{problem}");
        assert_eq!(service.get(&path).token(&world.editor()).send().value()["findings"]["error"], findings.len());
    }

    fn nothing_is_published_before_the_year_is_over(service) {
        let world = World::new(service);
        open_year(service, 2098);
        let body = json!({"agency_id": world.bureau, "year": 2098, "sections": suqian(2023)["sections"]});
        let id = id_of(&service.post("/reports").token(&world.editor()).json(&body).send().expect(201));
        world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201);
        for number in 1..=3 {
            world.transit(&id, &world.reviewer(number), json!({"action": "approve"})).expect(201);
        }
        let problem = world.transit(&id, &world.publisher(), json!({"action": "publish"}))
            .refused(422, "findings_block_submit");
        assert_eq!(problem["findings"][0]["rule"], "year.published_before_end");
    }

    fn a_publisher_sets_where_a_published_report_stands(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        world.publish(&id);
        let path = format!("/reports/{id}");
        let before = service.get(&path).send();
        let tag = service.get(&path).token(&world.publisher()).send().tag().to_owned();
        let patch = json!({"source_url": "https://www.example.gov.cn/1.html", "source_published_on": "2024-01-30"});
        service.patch(&path).token(&world.editor()).if_match(&tag).json(&patch).send()
            .refused(409, "report_not_editable");
        service.patch(&path).token(&world.publisher()).if_match(&tag).json(&patch).send().expect(200);
        let after = service.get(&path).send();
        assert_eq!(after.value()["source_published_on"], "2024-01-30");
        assert_eq!(after.value()["revision"], 1, "it makes no new revision");
        assert_ne!(after.tag(), before.tag(), "readers see that it changed");
        let tag = service.get(&path).token(&world.publisher()).send().tag().to_owned();
        let patch = json!({"sections": {"overview": {"text": "改了"}}});
        service.patch(&path).token(&world.publisher()).if_match(&tag).json(&patch).send().expect(403);
        assert_eq!(service.get(&path).send().value(), after.value());
        assert_eq!(after.value()["submitted_at"], Value::Null);
    }
}
