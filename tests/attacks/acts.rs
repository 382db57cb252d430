//! Acts of those who may: none goes around the review, and none leaves no trace.

use crate::api::harness::world::{World, id_of, open_year};
use chrono::Datelike;
use serde_json::{Value, json};

attacks! {
    fn an_administrator_publishes_no_unreviewed_draft_of_a_running_year_by_archiving_it(service) {
        let world = World::new(service);
        let admin = service.admin();
        let year = chrono::Utc::now().year() - 1;
        open_year(service, year);
        let body = json!({"agency_id": world.bureau, "year": year, "title": "机密★10年 张三11010519491231002X"});
        let draft = id_of(&service.post("/reports").token(&world.editor()).json(&body).send().expect(201));
        let path = format!("/years/{year}");
        let patch = |change: Value| {
            let tag = service.get(&path).send().tag().to_owned();
            service.patch(&path).token(&admin).if_match(&tag).json(&change).send()
        };
        let archive = || {
            let order = json!({"action": "archive", "published_on": format!("{}-01-10", year + 1)});
            let answer = world.transit(&draft, &admin, order);
            assert!([409, 422].contains(&answer.status), "{}", answer.text());
        };
        archive();
        patch(json!({"state": "closed"})).expect(200);
        archive();
        // Nor by calling the year over long ago.
        let early = json!({"period_start": "2009-01-01", "period_end": "2009-12-31",
            "department_due_on": "2010-01-01", "government_due_on": "2010-01-01"});
        patch(early);
        archive();
        patch(json!({"state": "archived"})).expect(200);
        archive();
        service.get(&format!("/reports/{draft}")).send().refused(404, "not_found");
        assert_eq!(service.get("/changes").send().value()["items"], json!([]));
    }

    fn an_operator_switches_the_review_off_by_no_configuration_and_leaves_a_trace_of_trying(service) {
        let World { province, county, bureau, neighbour, .. } = World::new(service);
        assert_eq!(service.terminate(), Some(0));
        let off = [("NIANBAO__REVIEW__STAGES", "1"), ("NIANBAO__REVIEW__SEPARATION_OF_DUTIES", "false")];
        service.settings.extend(off.map(|(name, value)| (name.to_owned(), value.to_owned())));
        service.restart();
        let world = World { service, province, county, bureau, neighbour };
        let admin = service.admin();
        let report = id_of(&world.full_draft());
        world.transit(&report, &admin, json!({"action": "submit"})).expect(201);
        world.transit(&report, &admin, json!({"action": "approve"})).refused(403, "separation_of_duties");
        for number in 1..=2 {
            world.transit(&report, &world.reviewer(number), json!({"action": "approve"})).expect(201);
        }
        world.transit(&report, &world.publisher(), json!({"action": "publish"})).refused(409, "transition_not_allowed");
        let World { .. } = world;
        assert_eq!(service.terminate(), Some(0));
        service.settings.truncate(service.settings.len() - off.len());
        service.restart();
        let audit = service.get("/audit?limit=200").token(&service.admin()).send().expect(200).value();
        let acts: Vec<&Value> = audit["items"].as_array().expect("items").iter()
            .filter(|entry| entry["action"].as_str().is_some_and(|action| action.starts_with("service.st"))).collect();
        let names: Vec<&str> = acts.iter().filter_map(|entry| entry["action"].as_str()).collect();
        assert_eq!(names, ["service.start", "service.stop", "service.start", "service.stop", "service.start"]);
        assert_eq!(acts[2]["detail"]["configured_review"], json!({"stages": 1, "separation_of_duties": false}));
        assert!(acts.iter().all(|act| act["detail"]["review"] == json!({"stages": 3, "separation_of_duties": true})));
        assert!(service.run(&["audit", "verify"]).status.success());
    }
}
