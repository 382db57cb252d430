//! One section at a time, each with a tag of its own.

use super::harness::world::{World, id_of};
use serde_json::{Value, json};

on_both! {
    fn a_section_is_read_replaced_and_patched(service) {
        let world = World::new(service);
        let editor = world.editor();
        let id = id_of(&world.draft());
        let path = format!("/reports/{id}/sections/disputes");
        let read = service.get(&path).token(&editor).send().expect(200);
        let section = read.value();
        assert_eq!((&section["kind"], &section["ordinal"]), (&json!("disputes"), &json!(4)));
        let body = json!({"text": null, "table": {"reconsideration":
            {"upheld": 1, "corrected": 0, "other": 0, "pending": 2, "total": 3}}});
        let put = service.put(&path).token(&editor).if_match(read.tag()).json(&body).send().expect(200);
        assert_eq!(put.value()["table"]["reconsideration"]["pending"], 2);
        assert_eq!(put.value()["table"]["litigation_direct"]["total"], Value::Null, "tables are always complete");
        let patch = json!({"table": {"reconsideration": {"pending": null}, "litigation_direct": {"total": 0}}});
        let patched = service.patch(&path).token(&editor).if_match(put.tag()).json(&patch).send().expect(200);
        assert_eq!(patched.value()["table"]["reconsideration"]["pending"], Value::Null);
        assert_eq!(patched.value()["table"]["reconsideration"]["upheld"], 1);
        service.get(&format!("/reports/{id}/sections/nowhere")).token(&editor).send().refused(404, "not_found");
    }

    fn the_sections_are_listed_in_the_forms_order(service) {
        let world = World::new(service);
        let id = id_of(&world.draft());
        let path = format!("/reports/{id}/sections");
        service.get(&path).send().refused(404, "not_found");
        let list = service.get(&path).token(&world.editor()).send().expect(200).value();
        let numbers: Vec<i64> = list["items"].as_array().expect("items").iter()
            .filter_map(|section| section["ordinal"].as_i64()).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    }

    fn a_sections_tag_changes_with_that_section_alone(service) {
        let world = World::new(service);
        let editor = world.editor();
        let made = world.draft();
        let id = id_of(&made);
        let tag = |kind: &str| {
            let path = format!("/reports/{id}/sections/{kind}");
            service.get(&path).token(&editor).send().tag().to_owned()
        };
        let (overview, disputes) = (tag("overview"), tag("disputes"));
        let path = format!("/reports/{id}/sections/overview");
        let body = json!({"text": "第一段。\n第二段。"});
        let put = service.put(&path).token(&editor).if_match(&overview).json(&body).send().expect(200);
        assert_ne!(put.tag(), overview);
        assert_eq!(tag("disputes"), disputes, "another section's tag stays");
        let report = service.get(&format!("/reports/{id}")).token(&editor).send();
        assert_ne!(report.tag(), made.tag(), "the report's tag changes with anything in it");
        let path = format!("/reports/{id}/sections/disputes");
        service.patch(&path).token(&editor).if_match(&disputes).json(&json!({"declare_zero": true})).send().expect(200);
        let path = format!("/reports/{id}/sections/overview");
        service.put(&path).token(&editor).if_match(&overview).json(&body).send().refused(412, "precondition_failed");
    }

    fn zeros_are_declared_on_purpose_and_stay_declared(service) {
        let world = World::new(service);
        let editor = world.editor();
        let made = world.draft();
        let id = id_of(&made);
        let path = format!("/reports/{id}/sections/requests");
        let tag = service.get(&path).token(&editor).send().tag().to_owned();
        let body = json!({"declare_zero": true, "table": {"new_requests": {"natural_person": 1}}});
        let put = service.put(&path).token(&editor).if_match(&tag).json(&body).send().expect(200);
        let table = &put.value()["table"];
        assert_eq!((&table["new_requests"]["natural_person"], &table["results_total"]["total"]), (&json!(1), &json!(0)));
        let whole = service.get(&format!("/reports/{id}")).token(&editor).send();
        let patch = json!({"sections": {"overview": {"text": "x"}}});
        service.patch(&format!("/reports/{id}")).token(&editor).if_match(whole.tag()).json(&patch).send().expect(200);
        assert_eq!(service.get(&path).token(&editor).send().tag(), put.tag(),
            "writing another section leaves the declaration and the tag alone");
        let narrative = format!("/reports/{id}/sections/overview");
        let tag = service.get(&narrative).token(&editor).send().tag().to_owned();
        service.put(&narrative).token(&editor).if_match(&tag).json(&body).send()
            .faults("invalid_input", &["/declare_zero", "/table"]);
    }

    fn every_wrong_cell_is_named(service) {
        let world = World::new(service);
        let editor = world.editor();
        let id = id_of(&world.draft());
        let path = format!("/reports/{id}/sections/requests");
        let tag = service.get(&path).token(&editor).send().tag().to_owned();
        let body = json!({"table": {
            "new_requests": {"natural_person": -1, "commercial_enterprise": 1.5, "total": "3"},
            "carried_over": {"natural_person": 1_000_000_000_001i64, "naturl_person": 1},
            "nothing": {"total": 1}, "results_total": 3}, "colour": "red"});
        service.put(&path).token(&editor).if_match(&tag).json(&body).send().faults("invalid_input", &[
            "/table/new_requests/natural_person", "/table/new_requests/total",
            "/table/carried_over/natural_person", "/table/carried_over/naturl_person",
            "/table/nothing", "/table/results_total", "/colour",
        ]);
        let money = format!("/reports/{id}/sections/proactive_disclosure");
        let tag = service.get(&money).token(&editor).send().tag().to_owned();
        for wrong in ["0.0000001", "1000000000", "-0.1", "1e400"] {
            let body = format!("{{\"table\": {{\"fees\": {{\"amount\": {wrong}}}}}}}");
            service.put(&money).token(&editor).if_match(&tag).body("application/json", body).send()
                .faults("invalid_input", &["/table/fees/amount"]);
        }
        assert_eq!(service.get(&money).token(&editor).send().tag(), tag, "nothing changed");
    }

    fn a_section_is_taken_out_and_put_back(service) {
        let world = World::new(service);
        let editor = world.editor();
        let id = id_of(&world.full_draft());
        let path = format!("/reports/{id}/sections/problems");
        let sections = format!("/reports/{id}/sections");
        let read = service.get(&path).token(&editor).send();
        let kind = read.status;
        let path = if kind == 200 { path } else { format!("/reports/{id}/sections/overview") };
        let key = path.rsplit('/').next().expect("a key").to_owned();
        let tag = service.get(&path).token(&editor).send().tag().to_owned();
        let back = json!({"kind": key, "text": "回来了。"});
        service.post(&sections).token(&editor).json(&back).send().refused(409, "section_exists");
        service.delete(&path).token(&editor).if_match(&tag).send().expect(204);
        service.get(&path).token(&editor).send().refused(404, "not_found");
        service.delete(&path).token(&editor).if_match(&tag).send().refused(404, "not_found");
        let findings = service.get(&format!("/reports/{id}/findings")).token(&editor).send().value();
        let missing = json!("section.missing");
        assert!(findings["findings"].as_array().expect("findings").iter().any(|found| found["rule"] == missing));
        let made = service.post(&sections).token(&editor).json(&back).send().expect(201);
        assert_eq!(made.header("location"), Some(format!("/api/v1{path}").as_str()));
        assert_eq!(service.get(&path).token(&editor).send().value()["text"], "回来了。");
        for (wrong, pointer) in [(json!({}), "/kind"), (json!({"kind": "nowhere"}), "/kind")] {
            service.post(&sections).token(&editor).json(&wrong).send().faults("invalid_input", &[pointer]);
        }
    }
}
