//! A write that changes nothing leaves no trace; and what must not be lost cannot be taken away.

use super::harness::process::Service;
use super::harness::world::{World, YEAR, id_of};
use serde_json::{Value, json};

/// The number of the last entry of the audit.
fn head(service: &Service) -> Value {
    service.get("/audit/head").send().expect(200).value()["seq"].clone()
}

on_both! {
    fn a_write_that_changes_nothing_changes_no_version_no_time_and_no_audit(service) {
        let world = World::new(service);
        let (admin, editor) = (service.admin(), world.editor());
        let report = id_of(&world.full_draft());
        let remark = service.post(&format!("/reports/{report}/comments")).token(&editor)
            .json(&json!({"text": "意见"})).send().expect(201).value();
        let token = service.post("/tokens").token(&admin).json(&json!({"name": "某人",
            "grants": [{"role": "editor", "agency_id": world.county}]})).send().expect(201).value();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let whole = |path: &str| service.get(path).token(&admin).send().expect(200).value();
        let agency = format!("/agencies/{}", world.bureau);
        let year = format!("/years/{YEAR}");
        let draft = format!("/reports/{report}");
        let comment = format!("{draft}/comments/{}", text(&remark["id"]));
        let (section, table) = (format!("{draft}/sections/overview"), format!("{draft}/sections/disputes"));
        let person = format!("/persons/{}", text(&token["person"]["id"]));
        let token = format!("/tokens/{}", text(&token["id"]));
        let line = format!("/years/{YEAR}/roster/{}", world.bureau);
        for (path, by, puts) in [
            (&agency, &admin, true),
            (&year, &admin, true),
            (&draft, &editor, true),
            (&section, &editor, true),
            (&table, &editor, true),
            (&token, &admin, false),
            (&person, &admin, false),
            (&line, &admin, false),
        ] {
            let before = service.get(path).token(by).send().expect(200);
            let (tag, seq) = (before.tag().to_owned(), head(service));
            let now = before.value();
            // A person's tokens are no part of the person.
            let sent = if *path == person { json!({"name": now["name"]}) } else { now.clone() };
            let mut writes = vec![service.patch(path).json(&json!({})), service.patch(path).json(&sent)];
            writes.extend(puts.then(|| service.put(path).json(&sent)));
            for write in writes {
                let after = write.token(by).if_match(&tag).send().expect(200);
                assert_eq!((after.tag(), &after.value()), (tag.as_str(), &now), "{path}");
            }
            assert_eq!(head(service), seq, "{path}: nothing is written down");
            assert_eq!(service.get(path).token(by).send().expect(200).value(), now, "{path}");
            // The tag is asked for all the same.
            service.patch(path).json(&json!({})).token(by).if_match("\"99-zh\"").send()
                .refused(412, "precondition_failed");
        }
        let tag = service.get(&comment).token(&editor).send().tag().to_owned();
        let seq = head(service);
        let settle = |state: &str| {
            service.patch(&comment).token(&editor).if_match(&tag).json(&json!({"state": state})).send().expect(200)
        };
        assert_eq!((settle("open").tag(), head(service)), (tag.as_str(), seq));
        assert_ne!(settle("settled").tag(), tag);
        assert_eq!(whole(&comment)["state"], "settled");
        // What was edited in earnest is another version.
        let tag = service.get(&agency).send().tag().to_owned();
        let changed = service.patch(&agency).token(&admin).if_match(&tag).json(&json!({"short_name": "信访局"})).send();
        assert_ne!(changed.expect(200).tag(), tag);
        // A line of the roster needs a reason only where anything becomes otherwise.
        let tag = service.get(&line).send().tag().to_owned();
        let settle = |body: Value| service.patch(&line).token(&admin).if_match(&tag).json(&body).send();
        settle(json!({"exempt": true})).faults("invalid_input", &["/reason"]);
        assert_ne!(settle(json!({"exempt": true, "reason": "新设"})).expect(200).tag(), tag);
    }

    fn the_last_administrator_stays(service) {
        let admin = service.admin();
        let me = service.get("/me").token(&admin).send().expect(200).value();
        let id = |value: &Value| value["id"].as_str().expect("an id").to_owned();
        let (person, token) = (format!("/persons/{}", id(&me["person"])), format!("/tokens/{}", id(&me["token"])));
        let tag = |path: &str, by: &str| service.get(path).token(by).send().expect(200).tag().to_owned();
        let leave = |by: &str| {
            let request = service.patch(&person).token(by).if_match(&tag(&person, by));
            request.json(&json!({"left_on": "2024-01-01"})).send()
        };
        leave(&admin).refused(409, "last_admin");
        service.delete(&token).token(&admin).if_match(&tag(&token, &admin)).send().refused(409, "last_admin");
        service.patch(&token).token(&admin).if_match(&tag(&token, &admin))
            .json(&json!({"expires_at": "2020-01-01T00:00:00Z"})).send().refused(409, "last_admin");
        service.get("/me").token(&admin).send().expect(200);
        let other = service.post("/tokens").token(&admin).json(&json!({"name": "另一位", "grants": [{"role": "admin"}]}))
            .send().expect(201).value();
        leave(&admin).refused(409, "last_admin");
        let other = service.fetch(&other);
        leave(&other).expect(200);
        service.get("/me").token(&admin).send().refused(401, "unauthorized");
        service.get("/me").token(&other).send().expect(200);
    }

    fn what_cannot_be_edited_says_what_can_be_done(service) {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        world.publish(&report);
        let path = format!("/reports/{report}/sections/overview");
        let tag = service.get(&path).token(&world.editor()).send().expect(200).tag().to_owned();
        let problem = service.patch(&path).token(&world.editor()).if_match(&tag).json(&json!({"text": "改"})).send()
            .refused(409, "report_not_editable");
        assert_eq!(problem["allowed"], json!(["correct", "withdraw"]), "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("correct")), "{problem}");
    }
}
