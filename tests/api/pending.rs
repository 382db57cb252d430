//! Acts that take a second pair of eyes: asked for by one, confirmed or refused by another.

mod grants;

use super::harness::client::Reply;
use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::wait_for;
use super::harness::world::{World, YEAR, id_of, suqian};
use serde_json::{Value, json};
use std::sync::Arc;

pub const ON: [(&str, &str); 5] = [
    ("NIANBAO__SECOND_PAIR__REVIEW_SETTINGS", "true"),
    ("NIANBAO__SECOND_PAIR__ARCHIVE", "true"),
    ("NIANBAO__SECOND_PAIR__WITHDRAWAL", "true"),
    ("NIANBAO__SECOND_PAIR__SUPPRESSION", "true"),
    ("NIANBAO__SECOND_PAIR__GRANTS", "true"),
];

fn on_both_with_a_second_pair(sentence: impl Fn(&mut Service)) {
    for database in [Some(Database::sqlite()), Database::postgres()].into_iter().flatten() {
        sentence(&mut Service::start(Arc::new(database), &ON));
    }
}

pub fn decide(service: &Service, id: &str, token: &str, decision: &str) -> Reply {
    let body = json!({"decision": decision, "comment": "已核"});
    service.post(&format!("/pending/{id}/decision")).token(token).json(&body).send()
}

pub fn pending(service: &Service, token: &str) -> Vec<Value> {
    let list = service.get("/pending").token(token).send().expect(200).value();
    list["items"].as_array().cloned().unwrap_or_default()
}

/// Asks for the withdrawal of a report; what waits.
#[track_caller]
pub fn ask(world: &World<'_>, report: &str) -> String {
    let order = json!({"action": "withdraw", "comment": "误发"});
    id_of(&world.transit(report, &world.publisher(), order).expect(202))
}

/// The entries of the audit about acts that wait: which action, and its detail.
fn told(service: &Service) -> Vec<(String, Value)> {
    let audit = service.get("/audit?limit=200").token(&service.admin()).send().expect(200).value();
    let entries = audit["items"].as_array().cloned().unwrap_or_default();
    let of = |entry: &Value| Some((entry["action"].as_str()?.to_owned(), entry["detail"].clone()));
    entries.iter().filter_map(of).filter(|(action, _)| action.starts_with("pending.")).collect()
}

fn actions(service: &Service) -> Vec<String> {
    told(service).into_iter().map(|(action, _)| action).collect()
}

#[test]
fn what_waits_already_is_refused_without_breaking_the_group_it_comes_in() {
    on_both_with_a_second_pair(|service| {
        let world = World::new(service);
        let one = id_of(&world.full_draft());
        let county = json!({"agency_id": world.county, "year": YEAR, "sections": suqian(YEAR)["sections"]});
        let other = id_of(&service.post("/reports").token(&world.editor()).json(&county).send().expect(201));
        [&one, &other].into_iter().for_each(|report| world.publish(report));
        let service: &Service = service;
        let ask = |report: &str| {
            world.transit(report, &world.publisher(), json!({"action": "withdraw", "comment": "误发"}))
        };
        let held = service.database.hold_writes();
        let (mut come, ask) = (service.writes_queued(), &ask);
        std::thread::scope(|scope| {
            let first = scope.spawn(|| ask(&one));
            service.queues(&mut come);
            let neighbour = scope.spawn(|| ask(&other));
            service.queues(&mut come);
            let again = scope.spawn(|| ask(&one));
            service.queues(&mut come);
            drop(held);
            first.join().expect("an answer").expect(202);
            neighbour.join().expect("an answer").expect(202);
            again.join().expect("an answer").refused(409, "already_pending");
        });
        let metrics = service.get("/metrics").token(&service.admin()).send().expect(200).text();
        assert!(metrics.contains("nianbao_lane_broken_groups_total 0\n"), "{metrics}");
    });
}

#[test]
fn a_withdrawal_waits_for_another_publisher() {
    on_both_with_a_second_pair(|service| {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        world.publish(&report);
        let path = format!("/reports/{report}");
        let other = service.token("publisher", &world.province, "省发布员");
        world
            .transit(&report, &world.editor(), json!({"action": "withdraw", "comment": "x"}))
            .refused(403, "forbidden");
        world
            .transit(&report, &world.publisher(), json!({"action": "withdraw"}))
            .faults("invalid_input", &["/comment"]);
        assert_eq!(pending(service, &other), Vec::<Value>::new(), "what would be refused is not asked for");
        let order = json!({"action": "withdraw", "comment": "误发"});
        let asked = world.transit(&report, &world.publisher(), order.clone()).expect(202).value();
        let id = asked["id"].as_str().expect("an id").to_owned();
        assert_eq!(
            (&asked["act"], &asked["subject"]["report_id"], &asked["asked"]["comment"]),
            (&json!("withdrawal"), &json!(report), &json!("误发"))
        );
        assert_eq!(asked["asked_by"]["name"], "发布员");
        assert!(asked["asked_at"].as_str() < asked["ends_at"].as_str(), "{asked}");
        service.get(&path).send().expect(200);
        let allowed = service.get(&path).token(&other).send().value()["allowed_actions"].clone();
        assert_eq!(allowed, json!(["correct"]), "what is asked for is not asked for again");
        assert_eq!(pending(service, &world.publisher()), vec![asked.clone()], "whoever asked sees it");
        assert_eq!(pending(service, &other), vec![asked.clone()]);
        assert_eq!(pending(service, &world.editor()), Vec::<Value>::new());
        world.transit(&report, &other, order).refused(409, "already_pending");
        let task = |token: &str| {
            let tasks = service.get("/me/tasks").token(token).send().expect(200).value();
            let tasks = tasks["items"].as_array().cloned().unwrap_or_default();
            tasks.into_iter().find(|task| task["pending_id"] == json!(id))
        };
        let waiting = task(&other).expect("a task");
        assert_eq!(
            (&waiting["kind"], &waiting["report_id"], &waiting["agency"]["id"]),
            (&json!("confirm"), &json!(report), &json!(world.bureau))
        );
        assert!(task(&world.publisher()).is_none() && task(&world.editor()).is_none());
        decide(service, &id, &other, "perhaps").faults("invalid_input", &["/decision"]);
        let done = decide(service, &id, &other, "confirm").expect(200).value();
        assert_eq!(
            (&done["result"]["action"], &done["result"]["actor"]["name"], &done["decided_by"]["name"]),
            (&json!("withdraw"), &json!("发布员"), &json!("省发布员"))
        );
        let gone = service.get(&path).send().refused(410, "report_withdrawn");
        assert_eq!(gone["reason"], "误发");
        assert!(task(&other).is_none());
        let told = told(service);
        assert_eq!(
            told.iter().map(|(action, _)| action.as_str()).collect::<Vec<_>>(),
            ["pending.ask", "pending.confirm"]
        );
        assert!(
            told.iter()
                .all(|(_, detail)| detail["asked_by"]["name"] == "发布员" && detail["pending"] == json!(id))
        );
        assert_eq!(told[1].1["outcome"]["comment"], "已核");
        assert!(service.run(&["audit", "verify"]).status.success());
    });
}

#[test]
fn what_cannot_be_done_any_more_ends_and_so_does_what_is_refused() {
    on_both_with_a_second_pair(|service| {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        world.publish(&report);
        let other = service.token("publisher", &world.county, "另一发布员");
        let stale = ask(&world, &report);
        world.transit(&report, &other, json!({"action": "correct", "comment": "更正"})).expect(201);
        decide(service, &stale, &other, "confirm").refused(412, "precondition_failed");
        decide(service, &stale, &other, "confirm").refused(404, "not_found");
        assert_eq!(pending(service, &other), Vec::<Value>::new());
        world.publish(&report);
        let refused = ask(&world, &report);
        let answer = decide(service, &refused, &other, "refuse").expect(200).value();
        assert_eq!((&answer["decision"], &answer["result"]), (&json!("refuse"), &Value::Null));
        // Whoever might have decided on it is told who did; nobody else is told anything.
        let third = service.token("publisher", &world.county, "第三发布员");
        for token in [&other, &third] {
            let told = decide(service, &refused, token, "confirm").refused(409, "already_decided");
            let told = &told["decided"];
            assert_eq!(
                (&told["decision"], &told["comment"], &told["decided_by"]["name"], &told["decided_at"]),
                (&json!("refuse"), &json!("已核"), &json!("另一发布员"), &answer["decided_at"])
            );
        }
        decide(service, &refused, &third, "perhaps").faults("invalid_input", &["/decision"]);
        decide(service, &refused, &world.publisher(), "confirm").refused(403, "separation_of_duties");
        for outsider in [world.editor(), world.supervisor(), world.stranger()] {
            decide(service, &refused, &outsider, "confirm").refused(404, "not_found");
        }
        // Whoever's token was revoked since has asked for nothing.
        let last = ask(&world, &report);
        let me = service.get("/me").token(&world.publisher()).send().expect(200).value();
        let token = format!("/tokens/{}", me["token"]["id"].as_str().expect("a token"));
        let tag = service.get(&token).token(&service.admin()).send().expect(200).tag().to_owned();
        service.delete(&token).token(&service.admin()).if_match(&tag).send().expect(204);
        decide(service, &last, &other, "confirm").refused(409, "asker_without_right");
        decide(service, &last, &other, "refuse").refused(404, "not_found");
        service.get(&format!("/reports/{report}")).send().expect(200);
        assert!(service.run(&["audit", "verify"]).status.success());
        assert_eq!(
            actions(service),
            ["pending.ask", "pending.end", "pending.ask", "pending.refuse", "pending.ask", "pending.end"]
        );
    });
}

#[test]
fn what_nobody_decides_on_in_time_ends() {
    on_both_with_a_second_pair(|service| {
        let over = |service: &Service| {
            service.database.execute(
                "UPDATE pending_acts SET asked_at = '2024-01-01 00:00:00', ends_at = '2024-01-08 00:00:00'",
            );
        };
        let (first, second, other) = {
            let world = World::new(service);
            let report = id_of(&world.full_draft());
            world.publish(&report);
            let other = service.token("publisher", &world.county, "另一发布员");
            let first = ask(&world, &report);
            over(service);
            for decision in ["confirm", "refuse"] {
                decide(service, &first, &other, decision).refused(404, "not_found");
            }
            assert_eq!(pending(service, &other), Vec::<Value>::new());
            assert_eq!(service.get("/me/tasks").token(&other).send().expect(200).value()["items"], json!([]));
            // It stands in nobody's way who asks anew.
            (first, ask(&world, &report), other)
        };
        over(service);
        assert_eq!(service.terminate(), Some(0));
        service.restart();
        // Whoever keeps house takes it away.
        let ended = wait_for(|| {
            let ended: Vec<Value> = told(service)
                .into_iter()
                .filter(|(action, _)| action == "pending.end")
                .map(|(_, told)| told)
                .collect();
            (ended.len() == 2).then_some(ended)
        });
        assert_eq!([&ended[0]["pending"], &ended[1]["pending"]], [&json!(first), &json!(second)]);
        assert!(ended.iter().all(|ended| ended["outcome"] == json!({"reason": "expired"})), "{ended:?}");
        decide(service, &second, &other, "confirm").refused(404, "not_found");
        assert_eq!(
            service.database.text("SELECT CAST(count(*) AS TEXT) AS value FROM pending_acts").as_deref(),
            Some("0")
        );
    });
}

#[test]
fn review_settings_archiving_and_suppression_wait_as_well() {
    on_both_with_a_second_pair(|service| {
        let world = World::new(service);
        let second = service.token("admin", "", "另一管理员");
        let put = |stages: u8| {
            let settings = service.get("/settings/review").token(&service.admin()).send().expect(200);
            let body = json!({"stages": stages, "separation_of_duties": true});
            service
                .put("/settings/review")
                .token(&service.admin())
                .if_match(settings.tag())
                .json(&body)
                .send()
        };
        let now =
            || service.get("/settings/review").token(&second).send().expect(200).value()["stages"].clone();
        put(3).expect(200);
        let asked = put(2).expect(202).value();
        put(1).refused(409, "already_pending");
        assert_eq!(now(), 3);
        let id = asked["id"].as_str().expect("an id");
        assert_eq!(pending(service, &world.supervisor()), Vec::<Value>::new());
        decide(service, id, &world.supervisor(), "confirm").refused(404, "not_found");
        decide(service, id, &second, "confirm").expect(200);
        assert_eq!(now(), 2);

        let report = id_of(&world.full_draft());
        let year = "/years/2023";
        let tag = service.get(year).send().tag().to_owned();
        let closed = json!({"state": "closed"});
        service.patch(year).token(&second).if_match(&tag).json(&closed).send().expect(200);
        let order = json!({"action": "archive", "published_on": "2024-01-15"});
        let asked = world.transit(&report, &service.admin(), order).expect(202).value();
        service.get(&format!("/reports/{report}")).send().refused(404, "not_found");
        decide(service, asked["id"].as_str().expect("an id"), &second, "confirm").expect(200);
        let shown = service.get(&format!("/reports/{report}")).send().expect(200).value();
        assert_eq!(shown["timeliness"], "archived");

        world
            .transit(&report, &world.publisher(), json!({"action": "correct", "comment": "更正"}))
            .expect(201);
        world.transit(&report, &world.editor(), json!({"action": "submit"})).expect(201);
        for number in 1..=2 {
            world.transit(&report, &world.reviewer(number), json!({"action": "approve"})).expect(201);
        }
        world.transit(&report, &world.publisher(), json!({"action": "publish"})).expect(201);
        let path = format!("/reports/{report}");
        let tag = service.get(&path).token(&world.supervisor()).send().tag().to_owned();
        let path = format!("/reports/{report}/revisions/1/suppression");
        let erase = |token: &str| {
            service.post(&path).token(token).if_match(&tag).json(&json!({"reason": "含有个人信息"})).send()
        };
        let asked = erase(&world.supervisor()).expect(202).value();
        assert_eq!((&asked["act"], &asked["subject"]["revision"]), (&json!("suppression"), &json!(1)));
        service.get(&format!("/reports/{report}/revisions/1")).send().expect(200);
        let above = service.token("supervisor", &world.province, "省主管");
        let done =
            decide(service, asked["id"].as_str().expect("an id"), &above, "confirm").expect(200).value();
        assert_eq!(done["result"]["person"]["name"], "主管");
        service.get(&format!("/reports/{report}/revisions/1")).send().refused(410, "revision_suppressed");
        assert!(service.run(&["audit", "verify"]).status.success());
    });
}

#[test]
fn many_withdrawals_wait_each_for_itself_and_repetitions_are_answered_like_their_first() {
    on_both_with_a_second_pair(|service| {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        world.publish(&report);
        let other = service.token("publisher", &world.county, "另一发布员");
        let tag = service.get(&format!("/reports/{report}")).token(&other).send().tag().to_owned();
        let body = json!({"action": "withdraw", "comment": "误发", "reports": [{"id": report, "etag": tag}]});
        let many = || {
            let sent = service.post("/reports/transitions").token(&world.publisher()).json(&body);
            sent.send().expect(200).value()["items"][0].clone()
        };
        let item = many();
        assert_eq!((&item["status"], &item["transition"]), (&json!(202), &Value::Null), "{item}");
        let again = many();
        assert_eq!((&again["status"], &again["problem"]["code"]), (&json!(409), &json!("already_pending")));
        let id = item["pending_id"].as_str().expect("an id");
        assert_eq!(pending(service, &other)[0]["id"], json!(id));
        let confirm = || {
            let sent = service.post(&format!("/pending/{id}/decision")).token(&other);
            sent.header("Idempotency-Key", "one").json(&json!({"decision": "confirm"})).send().expect(200)
        };
        let (first, second) = (confirm(), confirm());
        assert_eq!(first.text(), second.text());
        assert_eq!(second.header("idempotency-replayed"), Some("true"));
        assert_eq!(actions(service), ["pending.ask", "pending.confirm"]);
    });
}

#[test]
fn without_the_setting_nothing_waits() {
    let service = Service::on_sqlite();
    let world = World::new(&service);
    let report = id_of(&world.full_draft());
    world.publish(&report);
    world.transit(&report, &world.publisher(), json!({"action": "withdraw", "comment": "误发"})).expect(201);
    assert_eq!(pending(&service, &world.publisher()), Vec::<Value>::new());
    service.get("/pending").send().refused(401, "unauthorized");
}
