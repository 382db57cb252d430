//! Insiders who sign in by an identity provider: what they hold themselves makes them no more than one person.

use crate::api::harness::process::Service;
use crate::api::harness::world::{World, id_of};
use crate::api::oidc::{bind, on_each};
use crate::api::pending::{ON, decide, pending};
use crate::api::person_grants::{give, somebody};
use serde_json::json;

#[test]
fn nobody_gives_what_they_could_not_hold_nor_anything_to_themselves() {
    on_each(&[], |provider, service| {
        let world = World::new(service);
        let keeper = service.token_with("security_admin", "", "安全", &["--subject", "keeper"]);
        let me = service.get("/me").token(&keeper).send().expect(200).value();
        let me = format!("/persons/{}", me["person"]["id"].as_str().expect("an id"));
        for way in [&keeper, &provider.word("keeper")] {
            for role in ["editor", "auditor", "security_admin", "admin"] {
                give(service, way, &me, json!([{ "role": role }])).refused(403, "forbidden");
            }
        }
        let other = somebody(service, "张三", &world.county, "u-1");
        give(service, &keeper, &other, json!([{"role": "admin"}])).refused(403, "forbidden");
        let supervisor = world.supervisor();
        for grant in [
            json!({"role": "supervisor", "agency_id": world.county}),
            json!({"role": "editor", "agency_id": world.neighbour}),
            json!({"role": "editor"}),
        ] {
            give(service, &supervisor, &other, json!([grant])).refused(403, "forbidden");
        }
        let own = service.get("/me").token(&supervisor).send().expect(200).value();
        let own = format!("/persons/{}", own["person"]["id"].as_str().expect("an id"));
        give(service, &supervisor, &own, json!([{"role": "editor", "agency_id": world.county}]))
            .refused(403, "forbidden");
        // Somebody of no agency, or of another's, is not theirs to make.
        for agency in [json!(null), json!(world.neighbour)] {
            let body = json!({"name": "某人", "agency_id": agency});
            service.post("/persons").token(&supervisor).json(&body).send().refused(403, "forbidden");
        }
        service
            .post("/persons")
            .token(&world.editor())
            .json(&json!({"name": "某人"}))
            .send()
            .refused(403, "forbidden");
    });
}

#[test]
fn whoever_holds_more_than_one_may_give_is_not_theirs_to_change() {
    on_each(&[], |_, service| {
        let world = World::new(service);
        let supervisor = world.supervisor();
        let person = somebody(service, "张三", &world.bureau, "u-1");
        give(service, &service.admin(), &person, json!([{"role": "auditor"}])).expect(200);
        // Neither by taking it away, nor by a token that would be a way in beside it.
        give(service, &supervisor, &person, json!([])).refused(403, "forbidden");
        let id = person.trim_start_matches("/persons/");
        let token = json!({"name": "令牌", "person_id": id, "grants": [{"role": "editor", "agency_id": world.bureau}]});
        service.post("/tokens").token(&supervisor).json(&token).send().refused(403, "forbidden");
        let tag = service.get(&person).token(&supervisor).send().expect(200).tag().to_owned();
        let left = json!({"left_on": "2024-01-01"});
        service.patch(&person).token(&supervisor).if_match(&tag).json(&left).send().refused(403, "forbidden");
    });
}

#[test]
fn one_person_approves_once_however_they_come_in() {
    on_each(&[], |provider, service| {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        world.transit(&report, &world.editor(), json!({"action": "submit"})).expect(201);
        let approve = |by: &str| world.transit(&report, by, json!({"action": "approve"}));
        // An operator made themselves a token, and the same identity holds grants of its own beside it.
        let token = service.token_with("reviewer", &world.county, "操作员", &["--subject", "operator"]);
        let me = service.get("/me").token(&token).send().expect(200).value();
        let me = format!("/persons/{}", me["person"]["id"].as_str().expect("an id"));
        let grants = json!([{"role": "reviewer", "agency_id": world.county}, {"role": "publisher", "agency_id": world.county}]);
        give(service, &service.admin(), &me, grants).expect(200);
        approve(&provider.word("operator")).expect(201);
        approve(&provider.word("operator")).refused(403, "separation_of_duties");
        approve(&token).refused(403, "separation_of_duties");
        // An author who was given the grant of a reviewer is still the author.
        let author = service.get("/me").token(&world.editor()).send().expect(200).value();
        let author = author["person"]["id"].as_str().expect("an id");
        crate::api::oidc::bind(service, &service.admin(), author, "author").expect(200);
        give(
            service,
            &service.admin(),
            &format!("/persons/{author}"),
            json!([{"role": "reviewer", "agency_id": world.county}]),
        )
        .expect(200);
        approve(&provider.word("author")).refused(403, "separation_of_duties");
    });
}

#[test]
fn a_grant_that_was_taken_stops_whoever_is_signed_in_at_once() {
    on_each(&[], |provider, service| {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        world.transit(&report, &world.editor(), json!({"action": "submit"})).expect(201);
        let person = somebody(service, "审核", &world.county, "u-1");
        let word = provider.word("u-1");
        let grants = json!([{"role": "reviewer", "agency_id": world.county}]);
        give(service, &world.supervisor(), &person, grants).expect(200);
        service.get(&format!("/reports/{report}")).token(&word).send().expect(200);
        give(service, &world.supervisor(), &person, json!([])).expect(200);
        service.get(&format!("/reports/{report}")).token(&word).send().refused(404, "not_found");
        let order = service.post(&format!("/reports/{report}/transitions")).token(&word);
        order.if_match("\"1-zh\"").json(&json!({"action": "approve"})).send().refused(404, "not_found");
    });
}

#[test]
fn nobody_lets_somebody_in_alone_to_what_they_could_not_give_alone() {
    on_each(&ON, |provider, service| {
        let world = World::new(service);
        let security = service.token("security_admin", "", "安全管理员");
        let second = service.token("security_admin", "", "另一安全管理员");
        let made = |name: &str| {
            let body = json!({"name": name, "agency_id": world.county});
            id_of(&service.post("/persons").token(&security).json(&body).send().expect(201))
        };
        let [plain, above] = ["填报", "主管二"].map(made);
        let grant = |role: &str| json!([{"role": role, "agency_id": world.county}]);
        give(service, &security, &format!("/persons/{plain}"), grant("editor")).expect(200);
        bind(service, &security, &plain, "u-plain").expect(200);
        let asked =
            id_of(&give(service, &security, &format!("/persons/{above}"), grant("supervisor")).expect(202));
        decide(service, &asked, &second, "confirm").expect(200);
        // Whoever carries such grants by a token is bound no sooner.
        let token = service.token("auditor", "", "审计员");
        let carried = service.get("/me").token(&token).send().expect(200).value();
        let carried = carried["person"]["id"].as_str().expect("an id").to_owned();
        for (person, subject, role) in [(&above, "u-1", "supervisor"), (&carried, "u-2", "auditor")] {
            bind(service, &security, person, "u-plain").refused(409, "subject_taken");
            let asked = bind(service, &security, person, subject).expect(202).value();
            assert_eq!(
                (&asked["act"], &asked["asked"]["subject"], &asked["asked"]["grants"][0]["role"]),
                (&json!("grants"), &json!(subject), &json!(role))
            );
            let id = asked["id"].as_str().expect("an id");
            service
                .get(&format!("/persons/{person}/subject"))
                .token(&second)
                .send()
                .refused(404, "not_found");
            service.get("/me").token(&provider.word(subject)).send().refused(401, "unauthorized");
            decide(service, id, &security, "confirm").refused(403, "separation_of_duties");
            decide(service, id, &world.supervisor(), "confirm").refused(404, "not_found");
            assert_eq!(pending(service, &second), vec![asked.clone()]);
            let done = decide(service, id, &second, "confirm").expect(200).value();
            assert_eq!(done["result"]["subject"], subject);
            let me = service.get("/me").token(&provider.word(subject)).send().expect(200).value();
            assert_eq!((&me["person"]["id"], &me["grants"][0]["role"]), (&json!(person), &json!(role)));
            // What stands already is told at once; what is another is refused.
            bind(service, &security, person, subject).expect(200);
            bind(service, &security, person, "u-3").refused(409, "subject_bound");
        }
        // What was asked for of an identity that is somebody's by then ends.
        let late = id_of(
            &bind(service, &security, &made_above(service, &security, &second, &world), "u-4").expect(202),
        );
        bind(service, &security, &made("又一填报"), "u-4").expect(200);
        decide(service, &late, &second, "confirm").refused(404, "not_found");
        assert!(service.run(&["audit", "verify"]).status.success());
    });
}

/// Somebody who holds a supervisor's grant, given by two.
fn made_above(service: &Service, one: &str, other: &str, world: &World<'_>) -> String {
    let body = json!({"name": "主管三", "agency_id": world.county});
    let person = id_of(&service.post("/persons").token(one).json(&body).send().expect(201));
    let grants = json!([{"role": "supervisor", "agency_id": world.county}]);
    let asked = id_of(&give(service, one, &format!("/persons/{person}"), grants).expect(202));
    decide(service, &asked, other, "confirm").expect(200);
    person
}
