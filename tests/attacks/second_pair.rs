//! Where an act takes a second pair of eyes, one person is never both.

use super::published;
use crate::api::harness::world::{World, YEAR, id_of};
use crate::api::pending::{ask, decide, pending};
use crate::api::person_grants::give;
use serde_json::{Value, json};

attacks! {
    fn nobody_confirms_or_refuses_what_they_have_asked_for_whichever_token_they_use(service, "SECOND_PAIR__WITHDRAWAL" = "true") {
        let world = World::new(service);
        let report = published(&world);
        let id = ask(&world, &report);
        let me = service.get("/me").token(&world.publisher()).send().expect(200).value();
        let body = json!({"name": "第二个令牌", "person_id": me["person"]["id"], "grants": [
            {"role": "publisher", "agency_id": world.province}, {"role": "supervisor", "agency_id": world.province}]});
        let made = service.post("/tokens").token(&service.admin()).json(&body).send().expect(201).value();
        let second = service.fetch(&made);
        for token in [world.publisher(), second.clone()] {
            for decision in ["confirm", "refuse"] {
                decide(service, &id, &token, decision).refused(403, "separation_of_duties");
            }
            let tasks = service.get("/me/tasks").token(&token).send().expect(200).text();
            assert!(!tasks.contains(&id), "{tasks}");
        }
        assert_eq!(pending(service, &second).len(), 1);
        // Nor do they go around by asking with the one what the other asked for.
        let order = json!({"action": "withdraw", "comment": "误发"});
        world.transit(&report, &second, order).refused(409, "already_pending");
        service.get(&format!("/reports/{report}")).send().expect(200);
    }

    fn whoever_could_not_do_it_themselves_neither_sees_nor_decides(service, "SECOND_PAIR__WITHDRAWAL" = "true") {
        let world = World::new(service);
        let report = published(&world);
        let id = ask(&world, &report);
        let other_year = (YEAR + 1).to_string();
        let others = [
            world.editor(),
            world.reviewer(1),
            world.supervisor(),
            service.token("publisher", &world.neighbour, "邻县发布员"),
            service.token_with("publisher", &world.province, "只看的发布员", &["--read-only"]),
            service.token_with("publisher", &world.province, "别年的发布员", &["--years", &other_year]),
            service.token_with("publisher", &world.province, "只在省里的发布员", &["--reach", "agency"]),
            service.token("system_admin", "", "系统管理员"),
            service.token("security_admin", "", "安全管理员"),
            service.token("auditor", "", "审计员"),
        ];
        for token in &others {
            assert_eq!(pending(service, token), Vec::<Value>::new());
            for decision in ["confirm", "refuse"] {
                decide(service, &id, token, decision).refused(404, "not_found");
            }
        }
        let path = format!("/pending/{id}/decision");
        service.post(&path).json(&json!({"decision": "confirm"})).send().refused(401, "unauthorized");
        let within = service.token_with("publisher", &world.bureau, "本局发布员", &["--reach", "agency", "--years", "2023"]);
        decide(service, &id, &within, "confirm").expect(200);
        service.get(&format!("/reports/{report}")).send().refused(410, "report_withdrawn");
    }

    fn a_decision_is_made_once_however_many_decide_at_once(service, "SECOND_PAIR__WITHDRAWAL" = "true") {
        let world = World::new(service);
        let report = published(&world);
        let id = ask(&world, &report);
        let deciders: Vec<String> =
            (0..4).map(|number| service.token("publisher", &world.county, &format!("发布员{number}"))).collect();
        let service: &crate::api::harness::process::Service = service;
        let answers: Vec<u16> = std::thread::scope(|scope| {
            let all: Vec<_> = deciders.iter().enumerate().map(|(number, token)| {
                let (id, decision) = (&id, if number % 2 == 0 { "confirm" } else { "refuse" });
                scope.spawn(move || decide(service, id, token, decision).status)
            }).collect();
            all.into_iter().map(|one| one.join().expect("an answer")).collect()
        });
        let ones = answers.iter().filter(|status| **status == 200).count();
        assert!(ones == 1 && answers.iter().all(|status| [200, 409].contains(status)), "{answers:?}");
        let audit = service.get("/audit?limit=200").token(&service.admin()).send().expect(200).value();
        let decided = audit["items"].as_array().expect("items").iter()
            .filter(|entry| ["pending.confirm", "pending.refuse"].iter().any(|action| entry["action"] == *action));
        assert_eq!(decided.count(), 1);
    }

    fn what_was_asked_for_about_a_draft_that_is_changed_is_not_done(service, "SECOND_PAIR__ARCHIVE" = "true") {
        let world = World::new(service);
        let admin = service.admin();
        let second = service.token("admin", "", "另一管理员");
        let report = id_of(&world.full_draft());
        let set = |state: &str| {
            let tag = service.get("/years/2023").send().tag().to_owned();
            service.patch("/years/2023").token(&admin).if_match(&tag).json(&json!({"state": state})).send().expect(200);
        };
        set("closed");
        let order = json!({"action": "archive", "published_on": "2024-01-15"});
        let asked = id_of(&world.transit(&report, &admin, order).expect(202));
        // What is confirmed is what was seen when it was asked for.
        set("open");
        let path = format!("/reports/{report}/sections/overview");
        let section = service.get(&path).token(&world.editor()).send().expect(200);
        service.patch(&path).token(&world.editor()).if_match(section.tag()).json(&json!({"text": "换了内容"})).send().expect(200);
        set("closed");
        decide(service, &asked, &second, "confirm").refused(412, "precondition_failed");
        service.get(&format!("/reports/{report}")).send().refused(404, "not_found");
        assert_eq!(pending(service, &second), Vec::<Value>::new());
    }

    fn nobody_confirms_by_the_hand_that_asked(service, "SECOND_PAIR__WITHDRAWAL" = "true") {
        let world = World::new(service);
        let report = published(&world);
        let admin = service.admin();
        // An administrator asks by one made name, and would confirm by another and by their own.
        let made = |name: &str| {
            let body = json!({"name": name, "grants": [{"role": "publisher", "agency_id": world.county}]});
            service.post("/tokens").token(&admin).json(&body).send().expect(201).value()
        };
        let (one, two) = (made("假一"), made("假二"));
        let (first, second) = (service.fetch(&one), service.fetch(&two));
        let order = json!({"action": "withdraw", "comment": "误发"});
        let id = id_of(&world.transit(&report, &first, order).expect(202));
        for token in [&second, &admin] {
            let refused = decide(service, &id, token, "confirm").refused(403, "separation_of_duties");
            let because = &refused["because"];
            assert_eq!(
                (&because["why"], &because["person"]["name"], &because["hand"]["name"]),
                (&json!("asker"), &json!("假一"), &json!("管理员"))
            );
            assert_eq!(pending(service, token), Vec::<Value>::new());
            assert!(!service.get("/me/tasks").token(token).send().expect(200).text().contains(&id));
        }
        // Whatever is said of the asker afterwards: it was asked for by the hand it was then.
        let person = one["person"]["id"].as_str().expect("an id");
        let other = service.token("admin", "", "第二管理员");
        service.post(&format!("/persons/{person}/confirmation")).token(&other).send().expect(201);
        decide(service, &id, &admin, "confirm").refused(403, "separation_of_duties");
        let done = decide(service, &id, &world.publisher(), "confirm").expect(200).value();
        assert_eq!((&done["result"]["actor"]["name"], &done["result"]["hand"]["name"]), (&json!("假一"), &json!("假一")));
    }

    fn whoever_is_shown_the_code_of_what_another_asked_for_stands_behind_it(service, "SECOND_PAIR__GRANTS" = "true") {
        let world = World::new(service);
        let (admin, second) = (service.admin(), service.token("admin", "", "第二管理员"));
        let me = |token: &str| service.get("/me").token(token).send().expect(200).value()["person"]["id"].clone();
        let ask = |body: Value| id_of(&service.post("/tokens").token(&admin).json(&body).send().expect(202));
        let grants = json!([{"role": "supervisor", "agency_id": world.county}]);
        let id = ask(json!({"name": "假主管", "grants": grants}));
        let made = decide(service, &id, &second, "confirm").expect(200).value()["result"].clone();
        let fetched = service.fetch(&made);
        let confirm = |token: &str| {
            let person = made["person"]["id"].as_str().expect("an id");
            service.post(&format!("/persons/{person}/confirmation")).token(token).send()
        };
        // It is the decider's hand until somebody else says that it is they.
        confirm(&second).refused(403, "separation_of_duties");
        // By that name they decide on nothing that they have asked for themselves.
        let body = json!({"name": "再一", "grants": grants});
        let other = id_of(&service.post("/tokens").token(&second).json(&body).send().expect(202));
        for token in [&fetched, &second] {
            assert!([403, 404].contains(&decide(service, &other, token, "confirm").status));
        }
        // Of what is for oneself another is shown a code, and never the secret.
        let own = ask(json!({"name": "自己的", "person_id": me(&admin), "grants": [{"role": "auditor"}]}));
        let made = decide(service, &own, &second, "confirm").expect(200).value()["result"].clone();
        assert_eq!((&made["secret"], &made["pending"]), (&Value::Null, &json!(true)));
        // Nor does the hand of whom grants are for decide on them, by any name.
        let asked = ask(json!({"name": "假管理员", "grants": [{"role": "admin"}]}));
        let fake = service.fetch(&decide(service, &asked, &second, "confirm").expect(200).value()["result"]);
        let asked = ask(json!({"name": "给他的", "person_id": me(&second), "grants": [{"role": "auditor"}]}));
        for token in [&fake, &second] {
            let refused = decide(service, &asked, token, "confirm").refused(403, "separation_of_duties");
            assert_eq!((&refused["because"]["why"], &refused["because"]["hand"]["name"]), (&json!("receiver"), &json!("第二管理员")));
        }
        assert!(service.run(&["audit", "verify"]).status.success());
    }

    fn no_token_goes_on_alone_that_could_not_be_given_alone(service, "SECOND_PAIR__GRANTS" = "true") {
        let world = World::new(service);
        let security = service.token("security_admin", "", "安全管理员");
        let second = service.token("security_admin", "", "另一安全管理员");
        let id_at = |token: &str| {
            let me = service.get("/me").token(token).send().expect(200).value();
            format!("/tokens/{}", me["token"]["id"].as_str().expect("an id"))
        };
        let rotate = |by: &str, path: &str| service.post(&format!("{path}/rotation")).token(by).send();
        for (role, agency) in [("system_admin", ""), ("auditor", ""), ("supervisor", &world.county)] {
            let theirs = service.token(role, agency, &format!("本人{role}"));
            let path = id_at(&theirs);
            let asked = rotate(&security, &path).expect(202);
            assert!(!asked.text().contains("nb_") && !asked.text().contains("nbc_"), "{}", asked.text());
            let asked = asked.value();
            assert_eq!((&asked["act"], &asked["asked"]["grants"][0]["role"]), (&json!("grants"), &json!(role)));
            let id = asked["id"].as_str().expect("an id");
            service.get("/me").token(&theirs).send().expect(200);
            decide(service, id, &security, "confirm").refused(403, "separation_of_duties");
            assert!([403, 404].contains(&decide(service, id, &theirs, "confirm").status), "{role}");
            assert_eq!(pending(service, &second).len(), 1);
            // Done, it is the decider who is shown the code and who stands behind it.
            let made = decide(service, id, &second, "confirm").expect(200).value()["result"].clone();
            assert_eq!((&made["issued_by"]["name"], &made["secret"]), (&json!("另一安全管理员"), &Value::Null));
            service.get("/me").token(&theirs).send().refused(401, "unauthorized");
            let fetched = service.fetch(&made);
            let me = service.get("/me").token(&fetched).send().expect(200).value();
            assert_eq!(me["grants"][0]["role"], role);
        }
        // One's own, and what could be given alone, is rotated at once.
        let own = rotate(&second, &id_at(&second)).expect(201).value();
        let second = own["secret"].as_str().expect("a secret").to_owned();
        rotate(&security, &id_at(&world.editor())).expect(201);
        // What is asked for of a token that is gone by then is not done.
        let gone = service.token("auditor", "", "离开的审计员");
        let path = id_at(&gone);
        let asked = id_of(&rotate(&security, &path).expect(202));
        let tag = service.get(&path).token(&second).send().expect(200).tag().to_owned();
        service.delete(&path).token(&second).if_match(&tag).send().expect(204);
        decide(service, &asked, &second, "confirm").refused(404, "not_found");

        // Nor does it live longer.
        let short = |role: &str, name: &str| service.token_with(role, "", name, &["--expires", "2099-01-01"]);
        let change = |by: &str, path: &str, end: Value| {
            let tag = service.get(path).token(&second).send().expect(200).tag().to_owned();
            service.patch(path).token(by).if_match(&tag).json(&json!({ "expires_at": end })).send()
        };
        let path = id_at(&short("auditor", "短期审计员"));
        let stale = id_of(&change(&security, &path, json!("2100-01-01T00:00:00Z")).expect(202));
        change(&security, &path, json!("2098-01-01T00:00:00Z")).expect(200);
        decide(service, &stale, &second, "confirm").refused(404, "not_found");
        let asked = change(&security, &path, Value::Null).expect(202).value();
        assert_eq!(asked["asked"]["expires_at"], Value::Null);
        assert_ne!(service.get(&path).token(&second).send().value()["expires_at"], Value::Null);
        let done = decide(service, asked["id"].as_str().expect("an id"), &second, "confirm").expect(200).value();
        assert_eq!((&done["result"]["expires_at"], done["result"].get("secret")), (&Value::Null, None));
        assert_eq!(service.get(&path).token(&second).send().value()["expires_at"], Value::Null);
        // Nor does it come from where it could not.
        let from = |by: &str, path: &str, addresses: Value| {
            let tag = service.get(path).token(&second).send().expect(200).tag().to_owned();
            service.patch(path).token(by).if_match(&tag).json(&json!({ "addresses": addresses })).send()
        };
        from(&security, &path, json!(["192.0.2.0/24", "2001:db8::/32"])).expect(200);
        from(&security, &path, json!(["192.0.2.128/25"])).expect(200);
        for wider in [json!([]), json!(["192.0.2.0/24"]), json!(["192.0.2.128/25", "198.51.100.1/32"])] {
            let asked = from(&security, &path, wider.clone()).expect(202).value();
            assert_eq!(service.get(&path).token(&second).send().value()["addresses"], json!(["192.0.2.128/25"]));
            let id = asked["id"].as_str().expect("an id");
            decide(service, id, &security, "confirm").refused(403, "separation_of_duties");
            let done = decide(service, id, &second, "confirm").expect(200).value();
            assert_eq!(done["result"]["addresses"], wider);
            from(&security, &path, json!(["192.0.2.128/25"])).expect(200);
        }
        let editor = service.token_with("editor", &world.county, "短期填报员", &["--expires", "2099-01-01"]);
        change(&security, &id_at(&editor), Value::Null).expect(200);
        from(&security, &id_at(&editor), json!(["127.0.0.0/8"])).expect(200);
        from(&security, &id_at(&editor), json!([])).expect(200);
        assert!(service.run(&["audit", "verify"]).status.success());
    }

    fn nobody_is_bound_alone_who_is_given_high_grants_meanwhile(service, "SECOND_PAIR__GRANTS" = "true") {
        let world = World::new(service);
        let (one, other) = (service.admin(), service.token("admin", "", "第二管理员"));
        let service: &crate::api::harness::process::Service = service;
        let create = |name: &str| {
            let body = json!({"name": name, "agency_id": world.county});
            service.post("/persons").token(&one).json(&body).send().expect(201)
        };
        let bind = |person: &str| {
            let body = json!({"issuer": "https://id.example.gov.cn", "subject": person});
            service.put(&format!("{person}/subject")).token(&one).json(&body).send()
        };
        let person = format!("/persons/{}", id_of(&create("张三")));
        let above = json!([{"role": "supervisor", "agency_id": world.county}]);
        let asked = id_of(&give(service, &one, &person, above).expect(202));
        // Both are judged by what is so in their turn, not by what was when they were sent.
        let held = service.database.hold_writes();
        let mut come = service.writes_queued();
        let (given, bound) = std::thread::scope(|scope| {
            let given = scope.spawn(|| decide(service, &asked, &other, "confirm"));
            service.queues(&mut come);
            let bound = scope.spawn(|| bind(&person));
            service.queues(&mut come);
            drop(held);
            (given.join().expect("an answer"), bound.join().expect("an answer"))
        });
        given.expect(200);
        let asked = bound.expect(202).value();
        assert_eq!(asked["asked"]["grants"][0]["role"], "supervisor");
        // Nor is confirmed what gives more by then than was told.
        let further = json!([{"role": "supervisor", "agency_id": world.county}, {"role": "auditor"}]);
        let more = id_of(&give(service, &one, &person, further).expect(202));
        decide(service, &more, &other, "confirm").expect(200);
        decide(service, asked["id"].as_str().expect("an id"), &other, "confirm").refused(412, "precondition_failed");
        let asked = bind(&person).expect(202).value();
        assert_eq!(asked["asked"]["grants"][1]["role"], "auditor");
        decide(service, asked["id"].as_str().expect("an id"), &other, "confirm").expect(200);
        bind(&person).expect(200);
        assert!(service.run(&["audit", "verify"]).status.success());
    }
}
