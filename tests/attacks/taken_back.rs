//! What was taken back stays gone.

use super::published;
use crate::api::harness::world::World;
use serde_json::{Value, json};

/// “张三” and a number stand in the first revision, and in no later one.
const PRIVATE: &str = "联系人张三，电话见附件";

/// Publishes a correction whose overview says this.
fn correct(world: &World<'_>, report: &str, overview: &str) {
    world.transit(report, &world.publisher(), json!({"action": "correct", "comment": "改正"})).expect(201);
    let path = format!("/reports/{report}/sections/overview");
    let section = world.service.get(&path).token(&world.editor()).send().expect(200);
    let patch = json!({"text": overview});
    world.service.patch(&path).token(&world.editor()).if_match(section.tag()).json(&patch).send().expect(200);
    world.publish(report);
}

/// A report that was published, corrected with private data, withdrawn, and published clean.
fn withdrawn_and_clean(world: &World<'_>) -> String {
    let report = published(world);
    correct(world, &report, PRIVATE);
    let order = json!({"action": "withdraw", "comment": "含个人信息"});
    world.transit(&report, &world.publisher(), order).expect(201);
    correct(world, &report, "总体情况良好");
    report
}

attacks! {
    fn a_withdrawal_takes_back_every_revision_so_far_whatever_follows(service) {
        let world = World::new(service);
        let report = withdrawn_and_clean(&world);
        let get = |path: &str| service.get(&format!("/reports/{report}{path}")).send();
        get("").expect(200);
        for number in [1, 2] {
            let gone = get(&format!("/revisions/{number}")).refused(410, "report_withdrawn");
            assert_eq!(gone["reason"], "含个人信息");
        }
        get("/revisions/3").expect(200);
        for path in ["/diff?from=1&to=3", "/diff?from=2&to=3", "/diff?from=1&to=2"] {
            get(path).refused(410, "report_withdrawn");
        }
        get("/diff").refused(404, "not_found");
        let listed = get("/revisions").expect(200).value();
        let numbers: Vec<&Value> = listed["items"].as_array().expect("items").iter().map(|item| &item["revision"]).collect();
        assert_eq!(numbers, [&json!(3)]);
        assert!(!listed.to_string().contains("张三"));
        // Whoever's grant covers the agency still sees what was there.
        let own = format!("/reports/{report}/revisions/2");
        assert!(service.get(&own).token(&world.supervisor()).send().expect(200).text().contains("张三"));
        let own = format!("/reports/{report}/revisions/2?view=published");
        service.get(&own).token(&world.supervisor()).send().refused(410, "report_withdrawn");
    }

    fn a_suppressed_revision_is_gone_for_everybody_and_its_digest_stays(service) {
        let world = World::new(service);
        let report = published(&world);
        correct(&world, &report, PRIVATE);
        let path = format!("/reports/{report}/revisions/2/suppression");
        let supervisor = world.supervisor();
        let tag = || service.get(&format!("/reports/{report}")).token(&supervisor).send().tag().to_owned();
        let order = json!({"reason": "误载联系人姓名"});
        let suppress = |token: &str, path: &str| {
            service.post(path).token(token).if_match(&tag()).json(&order).send()
        };
        suppress(&supervisor, &path).refused(409, "revision_shown");
        correct(&world, &report, "总体情况良好");
        let read = format!("/reports/{report}/revisions/2");
        assert!(service.get(&read).send().expect(200).text().contains("张三"), "kept, to be forgotten");
        service.get(&format!("/reports/{report}/diff?from=2&to=3")).send().expect(200);
        suppress(&world.editor(), &path).refused(403, "forbidden");
        suppress(&world.stranger(), &path).refused(403, "forbidden");
        service.post(&path).token(&supervisor).json(&order).send().refused(428, "precondition_required");
        service.post(&path).token(&supervisor).if_match(&tag()).json(&json!({})).send().faults("invalid_input", &["/reason"]);
        suppress(&supervisor, &format!("/reports/{report}/revisions/9/suppression")).refused(404, "not_found");
        let digest = || {
            let listed = service.get(&format!("/reports/{report}/revisions")).send().expect(200).value();
            listed["items"][1]["content_digest"].clone()
        };
        let before = digest();
        let made = suppress(&supervisor, &path).expect(201).value();
        assert_eq!((&made["revision"], &made["reason"]), (&json!(2), &json!("误载联系人姓名")));
        assert!(made["person"]["name"].is_string() && made["at"].is_string());
        assert_eq!(digest(), before, "the digest tells what was there");
        for token in [None, Some(&supervisor)] {
            let ask = |path: &str| match token {
                None => service.get(path).send(),
                Some(token) => service.get(path).token(token).send(),
            };
            let gone = ask(&read).refused(410, "revision_suppressed");
            assert_eq!(gone["reason"], "误载联系人姓名");
            ask(&format!("/reports/{report}/diff?from=2&to=3")).refused(410, "revision_suppressed");
        }
        suppress(&supervisor, &path).refused(410, "revision_suppressed");
        service.get(&format!("/reports/{report}")).send().expect(200);
        let left = "SELECT string_agg(texts, '') AS value FROM revisions";
        let left = match service.database.url().starts_with("sqlite") {
            true => left.replace("string_agg", "group_concat"),
            false => left.to_owned(),
        };
        let left = service.database.text(&left).unwrap_or_default();
        assert!(!left.contains("张三"), "nothing of it is in the database");
        assert!(service.run(&["audit", "verify"]).status.success());
        assert!(service.run(&["stats", "verify"]).status.success());
        let audit = service.get("/audit").token(&service.admin()).send().expect(200).text();
        assert!(audit.contains("report.suppress") && audit.contains("误载联系人姓名"));
    }
}
