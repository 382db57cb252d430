//! Insiders: no hand plays two parts, by whatever names.

use crate::api::harness::client::Reply;
use crate::api::harness::process::Service;
use crate::api::harness::world::{World, id_of};
use serde_json::{Value, json};

/// Issues to somebody and keeps the secret, as whoever issues would who means harm; gives the token and the secret.
fn make(
    service: &Service,
    by: &str,
    name: &str,
    role: &str,
    agency: &str,
    person: Option<&Value>,
) -> (Value, String) {
    let mut body = json!({"name": name, "grants": [{"role": role, "agency_id": agency}]});
    if let Some(person) = person {
        body["person_id"] = person.clone();
    }
    let token = service.post("/tokens").token(by).json(&body).send().expect(201).value();
    let secret = service.fetch(&token);
    (token, secret)
}

fn confirm(service: &Service, by: &str, person: &Value) -> Reply {
    let path = format!("/persons/{}/confirmation", person.as_str().expect("an id"));
    service.post(&path).token(by).send()
}

fn person_of(service: &Service, token: &str) -> Value {
    service.get("/me").token(token).send().expect(200).value()["person"]["id"].clone()
}

fn approve(world: &World<'_>, report: &str, token: &str) -> Reply {
    world.transit(report, token, json!({"action": "approve"}))
}

fn submitted(world: &World<'_>) -> String {
    let report = id_of(&world.full_draft());
    world.transit(&report, &world.editor(), json!({"action": "submit"})).expect(201);
    report
}

/// What a refusal says of why: the kind, the name of who has the other part, the name of who stands behind both.
fn because(reply: Reply) -> (String, String, String) {
    let problem = reply.refused(403, "separation_of_duties");
    let because = &problem["because"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    assert!(text(&problem["detail"]).contains(&text(&because["hand"]["name"])), "{problem}");
    (text(&because["why"]), text(&because["person"]["name"]), text(&because["hand"]["name"]))
}

fn told(why: &str, person: &str, hand: &str) -> (String, String, String) {
    (why.to_owned(), person.to_owned(), hand.to_owned())
}

attacks! {
    fn one_supervisor_is_no_three_reviewers(service) {
        let world = World::new(service);
        let supervisor = world.supervisor();
        let report = submitted(&world);
        let made = |name: &str, role: &str| make(service, &supervisor, name, role, &world.county, None).1;
        let (one, two, publisher) = (made("假一", "reviewer"), made("假二", "reviewer"), made("假发布", "publisher"));
        approve(&world, &report, &one).expect(201);
        assert_eq!(because(approve(&world, &report, &two)), told("same_hand", "假一", "主管"));
        let allowed = service.get(&format!("/reports/{report}")).token(&two).send().value()["allowed_actions"].clone();
        assert!(!allowed.as_array().expect("actions").contains(&json!("approve")), "{allowed}");
        // Nor is anybody made between two stages another.
        let three = made("假三", "reviewer");
        assert_eq!(because(approve(&world, &report, &three)), told("same_hand", "假一", "主管"));
        approve(&world, &report, &world.reviewer(2)).expect(201);
        approve(&world, &report, &world.reviewer(3)).expect(201);
        let publish = |token: &str| world.transit(&report, token, json!({"action": "publish"}));
        assert_eq!(because(publish(&publisher)), told("same_hand", "假一", "主管"));
        publish(&world.publisher()).expect(201);
        let made = service.get(&format!("/reports/{report}/transitions")).token(&world.editor()).send().value();
        let of = |at: usize| {
            let made = &made["items"][at];
            (made["actor"]["name"].clone(), made["hand"]["name"].clone(), made["issued_by"]["name"].clone(), made["sign_in"].clone())
        };
        assert_eq!(of(1), (json!("假一"), json!("主管"), json!("主管"), json!("token")));
        assert_eq!(of(2), (json!("审核员2"), json!("审核员2"), Value::Null, json!("token")));
    }

    fn nobody_acts_by_the_name_of_a_colleague(service) {
        let world = World::new(service);
        let supervisor = world.supervisor();
        let report = submitted(&world);
        // A real reviewer, and a real one whose token is rotated between two stages.
        let real = person_of(service, &world.reviewer(1));
        let (_, one) = make(service, &supervisor, "冒名", "reviewer", &world.county, Some(&real));
        approve(&world, &report, &one).expect(201);
        let other = person_of(service, &world.reviewer(2));
        let tokens = service.get(&format!("/persons/{}", other.as_str().expect("an id"))).token(&supervisor).send().value();
        let path = format!("/tokens/{}/rotation", tokens["tokens"][0]["id"].as_str().expect("an id"));
        let rotated = service.post(&path).token(&supervisor).send().expect(201).value();
        assert_eq!(because(approve(&world, &report, &service.fetch(&rotated))), told("same_hand", "审核员1", "主管"));
        // The real one has approved by name already, and gets no second voice.
        assert_eq!(because(approve(&world, &report, &world.reviewer(1))), told("approved_before", "审核员1", "审核员1"));
        approve(&world, &report, &world.reviewer(3)).expect(201);
    }

    fn a_hand_is_followed_through_those_it_has_made(service) {
        let world = World::new(service);
        let (admin, supervisor) = (service.admin(), world.supervisor());
        let (between, deputy) = make(service, &admin, "假主管", "supervisor", &world.county, None);
        let (_, far) = make(service, &deputy, "假审核", "reviewer", &world.county, None);
        let report = submitted(&world);
        approve(&world, &report, &far).expect(201);
        assert_eq!(because(approve(&world, &report, &admin)), told("same_hand", "假审核", "管理员"));
        // Of one's own hand one confirms nobody: neither as oneself nor by the one between.
        let other = submitted_of(&world, &world.county);
        let person = person_of(service, &far);
        for by in [&admin, &deputy] {
            confirm(service, by, &person).refused(403, "separation_of_duties");
        }
        confirm(service, &far, &person).refused(403, "forbidden");
        // Once another has said that the one between is real, they stand behind whom they made.
        let second = service.token("admin", "", "第二管理员");
        confirm(service, &second, &between["person"]["id"]).expect(201);
        approve(&world, &other, &far).expect(201);
        let made = service.get(&format!("/reports/{other}/transitions")).token(&admin).send().value();
        assert_eq!(made["items"][1]["hand"]["name"], "假主管");
        // The first one's approval stays what it was when it was given.
        assert_eq!(because(approve(&world, &report, &admin)), told("same_hand", "假审核", "管理员"));
        confirm(service, &supervisor, &person).expect(201);
    }

    fn another_confirms_what_was_fetched_and_nothing_that_comes_later(service) {
        let world = World::new(service);
        let (supervisor, second) = (world.supervisor(), service.token("supervisor", &world.county, "副主管"));
        let body = json!({"name": "新审核", "grants": [{"role": "reviewer", "agency_id": world.county}]});
        let issued = service.post("/tokens").token(&supervisor).json(&body).send().expect(201).value();
        let person = issued["person"]["id"].clone();
        confirm(service, &second, &person).refused(409, "nothing_to_confirm");
        let reviewer = service.fetch(&issued);
        let refused = confirm(service, &supervisor, &person);
        assert_eq!(because(refused), told("issuer", "新审核", "主管"));
        confirm(service, &world.editor(), &person).refused(403, "forbidden");
        confirm(service, &service.token("supervisor", &world.neighbour, "邻县主管"), &person).refused(404, "not_found");
        let confirmed = confirm(service, &second, &person).expect(201).value();
        assert_eq!(confirmed["tokens"][0]["confirmed_by"], person_of(service, &second));
        confirm(service, &second, &person).expect(200);
        let audit = service.get("/audit?limit=200").token(&service.admin()).send().value();
        let entries = audit["items"].as_array().expect("entries");
        assert_eq!(entries.iter().filter(|entry| entry["action"] == "person.confirm").count(), 1);

        let report = submitted(&world);
        approve(&world, &report, &reviewer).expect(201);
        let made = service.get(&format!("/reports/{report}/transitions")).token(&supervisor).send().value();
        assert_eq!((&made["items"][1]["hand"]["name"], &made["items"][1]["issued_by"]["name"]), (&json!("新审核"), &json!("主管")));
        // A second access of the same person is the issuer's again.
        let (_, again) = make(service, &supervisor, "新审核备用", "reviewer", &world.county, Some(&person));
        let (_, fake) = make(service, &supervisor, "假审核", "reviewer", &world.county, None);
        let other = submitted_of(&world, &world.county);
        approve(&world, &other, &again).expect(201);
        assert_eq!(because(approve(&world, &other, &fake)), told("same_hand", "新审核", "主管"));
    }

    fn an_author_neither_approves_nor_publishes_by_any_name(service) {
        let world = World::new(service);
        let supervisor = world.supervisor();
        let me = person_of(service, &supervisor);
        // The supervisor writes by one made name, and would approve and publish by others and by their own.
        let (_, writer) = make(service, &supervisor, "假填报", "editor", &world.county, None);
        let report = id_of(&world.full_draft());
        let path = format!("/reports/{report}/sections/other_matters");
        let tag = service.get(&path).token(&writer).send().tag().to_owned();
        service.patch(&path).token(&writer).if_match(&tag).json(&json!({"text": "无。信息处理费未收取。"})).send().expect(200);
        world.transit(&report, &world.editor(), json!({"action": "submit"})).expect(201);
        let (_, fake) = make(service, &supervisor, "假审核", "reviewer", &world.county, None);
        assert_eq!(because(approve(&world, &report, &fake)), told("author", "假填报", "主管"));
        let grants = json!([{"role": "reviewer", "agency_id": world.county}]);
        let body = json!({"name": "自审", "person_id": me, "grants": grants});
        let own = service.post("/tokens").token(&supervisor).json(&body).send().expect(201).value();
        let own = own["secret"].as_str().expect("a secret");
        assert_eq!(because(approve(&world, &report, own)), told("author", "假填报", "主管"));
        for number in 1..=3 {
            approve(&world, &report, &world.reviewer(number)).expect(201);
        }
        let (_, publisher) = make(service, &supervisor, "假发布", "publisher", &world.county, None);
        let published = world.transit(&report, &publisher, json!({"action": "publish"}));
        assert_eq!(because(published), told("author", "假填报", "主管"));
        world.transit(&report, &world.publisher(), json!({"action": "publish"})).expect(201);
    }

    fn whoever_explains_is_an_author(service) {
        let world = World::new(service);
        let (report, key) = doubtful(&world);
        let explained = format!("/reports/{report}/findings/{key}/explanation");
        let both = service.token("editor", &world.county, "说明员");
        service.put(&explained).token(&both).json(&json!({"text": "属实"})).send().expect(200);
        world.transit(&report, &world.editor(), json!({"action": "submit"})).expect(201);
        let person = person_of(service, &both);
        let order = ["token", "create", "--role", "reviewer", "--agency", &world.county, "--person"];
        let reviewer = service.made(&[&order[..], &[person.as_str().expect("an id")]].concat());
        assert_eq!(because(approve(&world, &report, &reviewer)), told("author", "说明员", "说明员"));
        approve(&world, &report, &world.reviewer(1)).expect(201);
    }

    fn what_is_confirmed_is_what_was_seen(service) {
        let world = World::new(service);
        let (supervisor, second) = (world.supervisor(), service.token("supervisor", &world.county, "副主管"));
        let (token, first) = make(service, &supervisor, "真同事", "reviewer", &world.county, None);
        let person = token["person"]["id"].clone();
        let path = format!("/persons/{}", person.as_str().expect("an id"));
        let tag = || service.get(&path).token(&second).send().expect(200).tag().to_owned();
        let confirm_at = |tag: &str| service.post(&format!("{path}/confirmation")).token(&second).if_match(tag).send();
        let seen = tag();
        // Behind whoever looks the issuer makes themselves another access by the same name.
        let body = json!({"name": "真同事备用", "person_id": person, "grants": [{"role": "reviewer", "agency_id": world.county}]});
        let issued = service.post("/tokens").token(&supervisor).json(&body).send().expect(201).value();
        assert_ne!(tag(), seen);
        let between = tag();
        let other = service.fetch(&issued);
        assert_ne!(tag(), between);
        for stale in [&seen, &between] {
            confirm_at(stale).refused(412, "precondition_failed");
        }
        confirm(service, &second, &person).refused(428, "precondition_required");
        confirm_at("*").refused(428, "precondition_required");
        let report = submitted(&world);
        approve(&world, &report, &other).expect(201);
        let (_, fake) = make(service, &supervisor, "假审核", "reviewer", &world.county, None);
        assert_eq!(because(approve(&world, &report, &fake)), told("same_hand", "真同事", "主管"));
        // Of their own hand nobody confirms it, whatever they have seen.
        service.post(&format!("{path}/confirmation")).token(&supervisor).if_match(&seen).send()
            .refused(403, "separation_of_duties");
        let confirmed = confirm_at(&tag()).expect(201).value();
        assert!(confirmed["tokens"].as_array().expect("tokens").iter().all(|token| !token["confirmed_by"].is_null()));
        service.get("/me").token(&first).send().expect(200);

        // Nor is what was seen exchanged: rotated, it is another.
        let (token, _) = make(service, &supervisor, "另一同事", "reviewer", &world.county, None);
        let path = format!("/persons/{}", token["person"]["id"].as_str().expect("an id"));
        let seen = service.get(&path).token(&second).send().expect(200).tag().to_owned();
        let rotation = format!("/tokens/{}/rotation", token["id"].as_str().expect("an id"));
        let rotated = service.post(&rotation).token(&supervisor).send().expect(201).value();
        let own = service.fetch(&rotated);
        let confirm = || service.post(&format!("{path}/confirmation")).token(&second);
        confirm().send().refused(428, "precondition_required");
        confirm().if_match(&seen).send().refused(412, "precondition_failed");
        service.get("/me").token(&own).send().expect(200);
        let tag = service.get(&path).token(&second).send().expect(200).tag().to_owned();
        confirm().if_match(&tag).send().expect(201);
        confirm().send().expect(200);
        assert!(service.run(&["audit", "verify"]).status.success());
    }

    fn nobody_reports_by_the_hand_of_an_administrator(service, "ROLES__SEPARATION" = "true") {
        let world = World::new(service);
        let security = service.token("security_admin", "", "安全员");
        let report = submitted(&world);
        let (reviewer, own) = make(service, &security, "虚构初审", "reviewer", &world.county, None);
        let (_, supervisor) = make(service, &security, "虚构主管", "supervisor", &world.county, None);
        let (_, far) = make(service, &supervisor, "虚构二审", "reviewer", &world.county, None);
        let (_, set_up) = make(service, &service.admin(), "虚构三审", "reviewer", &world.county, None);
        for (token, hand) in [(&own, "安全员"), (&far, "安全员"), (&set_up, "管理员")] {
            let problem = approve(&world, &report, token).refused(403, "forbidden");
            assert!(problem["detail"].as_str().expect("why").contains(hand), "{problem}");
            let seen = service.get(&format!("/reports/{report}")).token(token).send().expect(200).value();
            assert_eq!(seen["allowed_actions"], json!([]));
        }
        // Nor do they file, or answer for what is secret.
        let (_, editor) = make(service, &security, "虚构填报", "editor", &world.county, None);
        let body = json!({"agency_id": world.county, "year": 2023});
        service.post("/reports").token(&editor).json(&body).send().refused(403, "forbidden");
        world.transit(&report, &supervisor, json!({"action": "return", "comment": "重填"})).refused(403, "forbidden");
        // Somebody of no such office confirms that the person is one: from then on they are their own.
        confirm(service, &world.supervisor(), &reviewer["person"]["id"]).expect(201);
        approve(&world, &report, &own).expect(201);
        // Whom a supervisor of the command line has made reports as ever.
        let (_, made) = make(service, &world.supervisor(), "真二审", "reviewer", &world.county, None);
        approve(&world, &report, &made).expect(201);
    }

    fn whoever_explains_is_an_author_of_the_correction_that_goes_on_with_it(service) {
        let world = World::new(service);
        let (report, key) = doubtful(&world);
        let explained = format!("/reports/{report}/findings/{key}/explanation");
        let (token, both) = make(service, &world.supervisor(), "说明员", "editor", &world.county, None);
        service.put(&explained).token(&both).json(&json!({"text": "属实"})).send().expect(200);
        world.publish(&report);
        let person = token["person"]["id"].as_str().expect("an id");
        let order = ["token", "create", "--role", "reviewer", "--agency", &world.county, "--person"];
        let reviewer = service.made(&[&order[..], &[person]].concat());
        for time in ["一", "二"] {
            world.transit(&report, &world.publisher(), json!({"action": "correct", "comment": "改一字"})).expect(201);
            let path = format!("/reports/{report}/sections/other_matters");
            let tag = service.get(&path).token(&world.editor()).send().tag().to_owned();
            let text = json!({"text": format!("无。信息处理费未收取，其{time}。")});
            service.patch(&path).token(&world.editor()).if_match(&tag).json(&text).send().expect(200);
            world.transit(&report, &world.editor(), json!({"action": "submit"})).expect(201);
            assert_eq!(because(approve(&world, &report, &reviewer)), told("author", "说明员", "说明员"));
            // The hand by which it was explained is an author's as well.
            let (_, made) = make(service, &world.supervisor(), &format!("假审核{time}"), "reviewer", &world.county, None);
            assert_eq!(because(approve(&world, &report, &made)), told("author", "说明员", "主管"));
            for number in 1..=3 {
                approve(&world, &report, &world.reviewer(number)).expect(201);
            }
            world.transit(&report, &world.publisher(), json!({"action": "publish"})).expect(201);
        }
    }

    fn nothing_is_published_but_everything_that_was_approved(service) {
        let world = World::new(service);
        let report = submitted(&world);
        for number in 1..=3 {
            approve(&world, &report, &world.reviewer(number)).expect(201);
        }
        let publish = || world.transit(&report, &world.publisher(), json!({"action": "publish"}));
        let path = format!("/reports/{report}");
        let set = |url: &Value| {
            let tag = service.get(&path).token(&world.publisher()).send().tag().to_owned();
            service.patch(&path).token(&world.publisher()).if_match(&tag).json(&json!({"source_url": url})).send().expect(200);
        };
        set(&json!("https://www.example.gov.cn/other.html"));
        publish().refused(409, "transition_not_allowed");
        set(&Value::Null);
        let texts = "SELECT texts AS value FROM revisions";
        let stored = service.database.text(texts).expect("the texts");
        let title = |with: &str| stored.replacen("\"version\"", &format!("{with}\"version\""), 1);
        for change in [
            format!("UPDATE revisions SET texts = '{}'", title("\"title\":\"一、内部情况\",")),
            format!("UPDATE revisions SET texts = '{}'", title("\"declared_zero\":true,")),
            "UPDATE revisions SET agency_name = '乙县别的局'".to_owned(),
            "UPDATE reports SET source_published_on = '2024-01-01'".to_owned(),
            format!("INSERT INTO explanations (report_id, finding, inputs, text, person_id, person_name, role, at) \
                VALUES ('{report}', 'x', 'x', '事后', 'x', 'x', 'editor', '2024-01-01 00:00:00')"),
        ] {
            service.database.execute(&change);
            publish().refused(409, "transition_not_allowed");
            service.database.execute(&format!("UPDATE revisions SET texts = '{stored}', agency_name = '乙县信访局'; \
                UPDATE reports SET source_published_on = NULL; DELETE FROM explanations"));
        }
        publish().expect(201);
    }
}

/// Submits a report of another agency of the county.
fn submitted_of(world: &World<'_>, agency: &str) -> String {
    let sections = crate::api::harness::world::suqian(2023)["sections"].clone();
    let body = json!({"agency_id": agency, "year": 2023, "sections": sections});
    let report = id_of(&world.service.post("/reports").token(&world.editor()).json(&body).send().expect(201));
    world.transit(&report, &world.editor(), json!({"action": "submit"})).expect(201);
    report
}

/// A draft with a finding that an editor may explain, and the finding's key.
fn doubtful(world: &World<'_>) -> (String, String) {
    let report = id_of(&world.full_draft());
    let service = world.service;
    let rules = service.get("/rules?limit=200").send().value();
    let judged = service.get(&format!("/reports/{report}/findings")).token(&world.editor()).send().value();
    let explainable = |finding: &&Value| {
        let rules = rules["items"].as_array().expect("rules");
        rules.iter().any(|rule| rule["id"] == finding["rule"] && rule["explained_by"] == "editor")
    };
    let finding = judged["findings"].as_array().expect("findings").iter().find(explainable);
    let key = finding.expect("one to explain")["key"].as_str().expect("a key");
    let key = key.replace('/', "%2F").replace('#', "%23");
    (report, key)
}
