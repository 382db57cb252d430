//! Grants: how far they reach, of which years they are, what they only read; and roles that nobody holds together.

use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::world::{World, YEAR, id_of, open_year, suqian};
use serde_json::{Value, json};
use std::sync::Arc;

fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().expect("items");
    items.iter().filter_map(|item| Some(item["id"].as_str()?.to_owned())).collect()
}

fn whole(role: &str, agency: Option<&str>) -> Value {
    json!({"role": role, "agency_id": agency, "stage": null, "reach": "subtree", "read_only": false, "years": null})
}

on_both! {
    fn a_grant_is_told_as_it_was_given_wherever_it_is_told(service) {
        let world = World::new(service);
        let given = json!({"role": "supervisor", "agency_id": world.county, "stage": null, "reach": "agency",
            "read_only": true, "years": [2023, 2024]});
        let body = json!({"name": "县督查", "grants": [given, {"role": "editor", "agency_id": world.bureau}]});
        let made = service.post("/tokens").token(&service.admin()).json(&body).send().expect(201).value();
        assert_eq!(made["grants"], json!([given, whole("editor", Some(&world.bureau))]));
        let path = format!("/tokens/{}", made["id"].as_str().expect("an id"));
        let read = service.get(&path).token(&service.admin()).send().expect(200);
        assert_eq!(read.value()["grants"], made["grants"]);
        // What a token may do is not changed; sent back as it is, it is no change.
        let patch = json!({"name": "县督查甲", "grants": made["grants"]});
        service.patch(&path).token(&service.admin()).if_match(read.tag()).json(&patch).send().expect(200);
        let audit = service.get("/audit?limit=200").token(&service.admin()).send().expect(200).value();
        let entry = audit["items"].as_array().expect("items").iter()
            .find(|entry| entry["detail"]["token_id"] == made["id"]).expect("the entry").clone();
        assert_eq!(entry["detail"]["grants"], made["grants"]);

        let token = service.token_with("reviewer", &world.county, "县审", &["--read-only", "--years", "2023..2024", "--reach", "agency"]);
        let grant = service.get("/me").token(&token).send().expect(200).value()["grants"][0].clone();
        assert_eq!((&grant["reach"], &grant["read_only"], &grant["years"]), (&json!("agency"), &json!(true), &json!([2023, 2024])));
    }

    fn wrong_grants_are_told_at_their_places(service) {
        let world = World::new(service);
        let body = json!({"name": "x", "grants": [
            {"role": "editor", "agency_id": world.county, "years": [2024, 2023]},
            {"role": "editor", "reach": "agency"},
            {"role": "editor", "years": [2023]},
            {"role": "editor", "years": 2023},
            {"role": "editor", "years": [1999, 2023]},
            {"role": "editor", "reach": "far"},
            {"role": "editor", "read_only": "yes"}]});
        let told = service.post("/tokens").token(&service.admin()).json(&body).send();
        told.faults("invalid_input", &["/grants/2/years", "/grants/3/years", "/grants/4/years/0", "/grants/5/reach", "/grants/6/read_only"]);
        let body = json!({"name": "x", "grants": [
            {"role": "editor", "agency_id": world.county, "years": [2024, 2023]}, {"role": "editor", "reach": "agency"}]});
        service.post("/tokens").token(&service.admin()).json(&body).send()
            .faults("invalid_input", &["/grants/0/years", "/grants/1/reach"]);
        for wrong in [&["--reach", "agency"][..], &["--years", "2024..2023"], &["--years", "1999"]] {
            let arguments = ["token", "create", "--role", "editor"].iter().chain(wrong).copied().collect::<Vec<_>>();
            assert!(!service.run(&arguments).status.success(), "{wrong:?}");
        }
    }

    fn lists_show_the_drafts_that_a_grant_covers_and_no_others(service) {
        let world = World::new(service);
        open_year(service, YEAR + 1);
        let draft = |agency: &str, year: i32| {
            let body = json!({"agency_id": agency, "year": year});
            id_of(&service.post("/reports").token(&service.admin()).json(&body).send().expect(201))
        };
        let (county, bureau, later) = (draft(&world.county, YEAR), draft(&world.bureau, YEAR), draft(&world.bureau, YEAR + 1));
        let seen = |more: &[&str]| {
            let token = service.token_with("reviewer", &world.county, &format!("{more:?}"), more);
            let listed = service.get("/reports?count=true").token(&token).send().expect(200).value();
            let mut listed = (ids(&listed), listed["total"].as_u64());
            listed.0.sort();
            for id in [&county, &bureau, &later] {
                let one = service.get(&format!("/reports/{id}")).token(&token).send();
                assert_eq!(one.status == 200, listed.0.contains(id), "{more:?}: the list and the report agree");
            }
            listed
        };
        let mut all = vec![county.clone(), bureau.clone(), later.clone()];
        all.sort();
        assert_eq!(seen(&[]), (all, Some(3)));
        assert_eq!(seen(&["--reach", "agency"]), (vec![county.clone()], Some(1)));
        assert_eq!(seen(&["--years", "2024"]), (vec![later.clone()], Some(1)));
        assert_eq!(seen(&["--reach", "agency", "--years", "2024"]), (Vec::new(), Some(0)));
        let security = service.token("security_admin", "", "安全员");
        assert_eq!(ids(&service.get("/reports").token(&security).send().expect(200).value()), Vec::<String>::new());
        let auditor = service.token("auditor", "", "审计员");
        assert_eq!(ids(&service.get("/reports").token(&auditor).send().expect(200).value()).len(), 3);
    }

    fn tasks_and_the_audit_are_those_of_the_grant(service) {
        let world = World::new(service);
        open_year(service, YEAR + 1);
        let file = |year: i32| {
            let body = json!({"agency_id": world.bureau, "year": year, "sections": suqian(year)["sections"]});
            id_of(&service.post("/reports").token(&world.editor()).json(&body).send().expect(201))
        };
        let (first, second) = (file(YEAR), file(YEAR + 1));
        for id in [&first, &second] {
            world.transit(id, &world.editor(), json!({"action": "submit"})).expect(201);
        }
        let reviews = |more: &[&str]| {
            let token = service.token_with("reviewer", &world.county, &format!("{more:?}"), more);
            let tasks = service.get("/me/tasks").token(&token).send().expect(200).value();
            let items = tasks["items"].as_array().expect("items").clone();
            items.iter().filter(|item| item["kind"] == "review").map(|item| item["report_id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(reviews(&[]).len(), 2);
        assert_eq!(reviews(&["--years", "2024"]), [json!(second)]);
        assert_eq!(reviews(&["--reach", "agency"]), Vec::<Value>::new());
        assert_eq!(reviews(&["--read-only"]), Vec::<Value>::new(), "whoever only reads has nothing to do");
        let audited = |token: &str| {
            let list = service.get("/audit?limit=200").token(token).send().expect(200).value();
            let entries = list["items"].as_array().expect("items").clone();
            let about = |id: &str| entries.iter().any(|entry| entry["report_id"] == id);
            (about(&first), about(&second), entries.iter().any(|entry| entry["action"] == "token.create"))
        };
        assert_eq!(audited(&service.token("auditor", "", "审计员")), (true, true, true));
        assert_eq!(audited(&service.token_with("auditor", "", "某年审计员", &["--years", "2024"])), (false, true, false));
        let (first, second, _) = audited(&service.token("auditor", &world.neighbour, "邻县审计员"));
        assert_eq!((first, second), (false, false), "only what is of the place");
        assert!(audited(&service.token_with("supervisor", &world.county, "只看的主管", &["--read-only"])).0);
    }

    fn a_supervisor_of_less_gives_no_more(service) {
        let world = World::new(service);
        let order = |more: Value| {
            let mut grant = json!({"role": "editor", "agency_id": world.county});
            grant.as_object_mut().expect("a grant").extend(more.as_object().expect("members").clone());
            json!({"name": "新人", "grants": [grant]})
        };
        let give = |more: &[&str], grant: Value| {
            let token = service.token_with("supervisor", &world.county, &format!("{more:?}"), more);
            service.post("/tokens").token(&token).json(&order(grant)).send()
        };
        give(&["--years", "2023..2024"], json!({"years": [2024, 2024]})).expect(201);
        give(&["--years", "2023..2024"], json!({"years": [2024, 2025]})).refused(403, "forbidden");
        give(&["--years", "2023..2024"], json!({})).refused(403, "forbidden");
        give(&["--reach", "agency"], json!({"reach": "agency"})).expect(201);
        give(&["--reach", "agency"], json!({})).refused(403, "forbidden");
        give(&["--reach", "agency"], json!({"agency_id": world.bureau, "reach": "agency"})).refused(403, "forbidden");
        give(&["--read-only"], json!({"read_only": true})).refused(403, "forbidden");
        // Each sees what they could give, and nothing else.
        let seen = |more: &[&str]| {
            let token = service.token_with("supervisor", &world.county, &format!("{more:?}"), more);
            service.get("/tokens?count=true").token(&token).send().expect(200).value()["total"].clone()
        };
        assert_eq!((seen(&["--years", "2023..2024"]), seen(&["--reach", "agency"])), (json!(1), json!(1)));
    }

    fn a_security_administrator_gives_everything_but_to_themselves(service) {
        let world = World::new(service);
        let security = service.token("security_admin", "", "安全员");
        let me = service.get("/me").token(&security).send().expect(200).value()["person"]["id"].clone();
        let give = |role: &str, person: Option<&Value>| {
            let mut body = json!({"name": "某人", "grants": [{"role": role}]});
            if let Some(person) = person {
                body["person_id"] = person.clone();
            }
            service.post("/tokens").token(&security).json(&body).send()
        };
        for role in ["editor", "reviewer", "publisher", "supervisor", "system_admin", "security_admin", "auditor"] {
            give(role, None).expect(201);
            give(role, Some(&me)).refused(403, "forbidden");
        }
        give("admin", None).refused(403, "forbidden");
        // An administrator's token is seen and not touched.
        let admin = service.get("/me").token(&service.admin()).send().value()["token"]["id"].clone();
        let path = format!("/tokens/{}", admin.as_str().expect("an id"));
        let seen = service.get(&path).token(&security).send().expect(200);
        service.delete(&path).token(&security).if_match(seen.tag()).send().refused(403, "forbidden");
        service.post(&format!("{path}/rotation")).token(&security).send().refused(403, "forbidden");
        let below = service.token("security_admin", &world.county, "县安全员");
        let body = json!({"name": "某人", "grants": [{"role": "supervisor", "agency_id": world.bureau}]});
        service.post("/tokens").token(&below).json(&body).send().expect(201);
        let body = json!({"name": "某人", "grants": [{"role": "editor", "agency_id": world.neighbour}]});
        service.post("/tokens").token(&below).json(&body).send().refused(403, "forbidden");
        service.get(&path).token(&below).send().refused(404, "not_found");
    }
}

/// Starts with roles separated, on each engine there is.
fn separated(sentence: impl Fn(&Service)) {
    let databases = [Some(Database::sqlite()), Database::postgres()];
    for database in databases.into_iter().flatten() {
        sentence(&Service::start(Arc::new(database), &[("NIANBAO__ROLES__SEPARATION", "true")]));
    }
}

const OFFICES: [&str; 4] = ["system_admin", "security_admin", "auditor", "editor"];

#[test]
fn where_roles_are_separated_nobody_holds_two_of_them_over_all_their_tokens() {
    separated(|service| {
        let security = service.token("security_admin", "", "安全员");
        let give = |person: Option<&Value>, roles: &[&str]| {
            let grants: Vec<Value> = roles.iter().map(|role| json!({"role": role})).collect();
            let mut body = json!({"name": "某人", "grants": grants});
            if let Some(person) = person {
                body["person_id"] = person.clone();
            }
            service.post("/tokens").token(&security).json(&body).send()
        };
        for one in OFFICES {
            for other in OFFICES {
                let (together, person) = (give(None, &[one, other]), give(None, &[one]).expect(201));
                let person = person.value()["person"]["id"].clone();
                let second = give(Some(&person), &[other]);
                let id = person.as_str().expect("an id");
                let by_hand = service.run(&["token", "create", "--role", other, "--person", id]);
                if one == other {
                    together.expect(201);
                    second.expect(201);
                    assert!(by_hand.status.success());
                } else {
                    together.faults("invalid_input", &["/grants/1/role"]);
                    second.faults("invalid_input", &["/grants/0/role"]);
                    assert!(!by_hand.status.success(), "{one} and {other}");
                }
            }
        }
        // Filing, reviewing, publishing, supervising are one side.
        give(None, &["editor", "reviewer", "publisher", "supervisor"]).expect(201);
        for role in ["reviewer", "publisher", "supervisor"] {
            give(None, &["auditor", role]).faults("invalid_input", &["/grants/1/role"]);
        }
    });
}

#[test]
fn whoever_held_roles_of_two_offices_before_they_were_separated_is_told_of_at_the_start() {
    for database in [Some(Database::sqlite()), Database::postgres()].into_iter().flatten() {
        let before = Service::start(Arc::new(database), &[]);
        let me = |token: &str| before.get("/me").token(token).send().value()["person"]["id"].clone();
        let (one, admin) = (me(&before.token("auditor", "", "审计员")), before.admin());
        let person = one.as_str().expect("an id");
        let second = before.run(&["token", "create", "--role", "editor", "--person", person]);
        assert!(second.status.success());
        before.token("security_admin", "", "安全员");
        let after = Service::start(Arc::clone(&before.database), &[("NIANBAO__ROLES__SEPARATION", "true")]);
        let told = after.wait_for_log("holds roles of two offices");
        assert_eq!(told["person"], one);
        let started = after.get("/audit?limit=200").token(&admin).send().expect(200).value();
        let started: Vec<&Value> = started["items"].as_array().expect("entries").iter().collect();
        let started: Vec<&Value> =
            started.into_iter().filter(|entry| entry["action"] == "service.start").collect();
        let of = |separated: bool| {
            started.iter().filter(|entry| entry["detail"]["unseparated"].is_array() == separated).count()
        };
        assert_eq!((of(false), of(true)), (1, 1), "{started:?}");
        assert!(started.iter().any(|entry| entry["detail"]["unseparated"] == json!([one])), "{started:?}");
    }
}

#[test]
fn where_roles_are_separated_an_admin_is_made_by_the_command_line_sets_up_and_reports_nothing() {
    separated(|service| {
        let world = World::new(service);
        let admin = service.admin();
        let body = json!({"name": "某人", "grants": [{"role": "admin"}]});
        service.post("/tokens").token(&admin).json(&body).send().faults("invalid_input", &["/grants/0/role"]);
        let body = json!({"agency_id": world.bureau, "year": YEAR});
        service.post("/reports").token(&admin).json(&body).send().refused(403, "forbidden");
        let id = id_of(&world.full_draft());
        assert_eq!(
            service.get(&format!("/reports/{id}")).token(&admin).send().value()["allowed_actions"]
                .as_array()
                .map(|actions| actions.contains(&json!("submit"))),
            Some(false)
        );
        world.transit(&id, &admin, json!({"action": "submit"})).refused(403, "forbidden");
        // Once somebody keeps the persons, the admin may go.
        let token = service.get("/me").token(&admin).send().value()["token"]["id"].clone();
        let path = format!("/tokens/{}", token.as_str().expect("an id"));
        let tag = service.get(&path).token(&admin).send().expect(200).tag().to_owned();
        service.delete(&path).token(&admin).if_match(&tag).send().refused(409, "last_admin");
        let security = service.token("security_admin", "", "安全员");
        service.delete(&path).token(&admin).if_match(&tag).send().expect(204);
        let token = service.get("/me").token(&security).send().value()["token"]["id"].clone();
        let path = format!("/tokens/{}", token.as_str().expect("an id"));
        let tag = service.get(&path).token(&security).send().expect(200).tag().to_owned();
        service.delete(&path).token(&security).if_match(&tag).send().refused(409, "last_admin");
    });
}
