//! Who looks where the public may not is written down, by whom and from where.

use crate::api::harness::process::Service;
use crate::api::harness::wait_for;
use crate::api::harness::world::{World, id_of};
use serde_json::Value;

/// The reads of a filter once one of them is of this target.
fn reads(service: &Service, query: &str, target: &str) -> Vec<Value> {
    wait_for(|| {
        let path = format!("/audit/access?limit=200{query}");
        let listed = service.get(&path).token(&service.admin()).send().expect(200).value();
        let items = listed["items"].as_array().cloned().expect("items");
        items
            .iter()
            .any(|read| read["target"].as_str().is_some_and(|found| found.contains(target)))
            .then_some(items)
    })
}

attacks! {
    fn a_read_of_what_is_not_public_is_written_down(service) {
        let world = World::new(service);
        let draft = id_of(&world.draft());
        let editor = world.editor();
        let path = format!("/reports/{draft}");
        for _ in 0..3 {
            service.get(&path).token(&editor).header("x-forwarded-for", "203.0.113.9").send().expect(200);
        }
        service.get(&format!("{path}/findings")).token(&editor).send().expect(200);
        service.get("/persons").token(&world.supervisor()).send().expect(200);
        service.get("/tokens").token(&world.supervisor()).send().expect(200);
        let found = reads(service, &format!("&report_id={draft}"), &format!("/reports/{draft}/findings"));
        let of_the_draft: Vec<&Value> = found.iter().filter(|read| read["session"]["client"] == "203.0.113.9").collect();
        let times: i64 = of_the_draft.iter().filter_map(|read| read["times"].as_i64()).sum();
        assert_eq!(times, 3, "{found:?}");
        let read = of_the_draft[0];
        assert_eq!(read["person"]["name"], "填报员");
        assert_eq!(read["agency_id"], world.bureau.as_str());
        assert_eq!((&read["session"]["way"], read["status"].as_i64()), (&serde_json::json!("token"), Some(200)));
        assert!(read["session"]["token_id"].is_string() && read["request_id"].is_string());
        for target in ["/api/v1/persons", "/api/v1/tokens", "/api/v1/audit/access"] {
            reads(service, "", target);
        }
        // What everybody may read is nobody's business.
        service.get("/agencies").token(&editor).send().expect(200);
        service.get(&path).send().refused(404, "not_found");
        let all = reads(service, "", "/api/v1/persons");
        assert!(all.iter().all(|read| !read["target"].as_str().unwrap_or_default().contains("/agencies")));
        let nobody = "&person_id=00000000-0000-7000-8000-00000000dead";
        let none = service.get(&format!("/audit/access?limit=5{nobody}")).token(&service.admin()).send().expect(200).value();
        assert_eq!(none["items"].as_array().map(Vec::len), Some(0));
    }

    fn only_those_who_read_all_of_the_audit_read_who_read(service) {
        let world = World::new(service);
        for path in ["/audit/access", "/audit/export", "/audit/access/export"] {
            service.get(path).send().refused(401, "unauthorized");
            for token in [world.editor(), world.supervisor()] {
                service.get(path).token(&token).send().refused(403, "forbidden");
            }
        }
        service.get("/audit/access?from=2024-02-01T00:00:00Z&to=2024-01-01T00:00:00Z").token(&service.admin()).send()
            .refused(400, "invalid_query");
    }

    fn both_logs_are_taken_away_as_lines(service) {
        let world = World::new(service);
        let draft = id_of(&world.draft());
        service.get(&format!("/reports/{draft}")).token(&world.editor()).send().expect(200);
        reads(service, "", &draft);
        let taken = service.get("/audit/export").token(&service.admin()).send().expect(200).text();
        let exported = String::from_utf8(service.run(&["audit", "export"]).stdout).expect("text");
        assert!(exported.starts_with(&taken) && !taken.is_empty());
        let last: Value = serde_json::from_str(taken.lines().last().expect("a line")).expect("JSON");
        let rest = service.get(&format!("/audit/export?after={}", last["seq"])).token(&service.admin()).send().expect(200);
        assert!(!rest.text().contains(&format!("\"seq\":{},", last["seq"])));
        let reads = service.get("/audit/access/export").token(&service.admin()).send().expect(200).text();
        assert!(reads.lines().any(|line| line.contains(&draft)));
    }
}
