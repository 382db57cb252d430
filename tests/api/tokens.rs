//! Tokens: issued inside one's own grants and below one's own role, renewed, revoked.

use super::harness::client::Reply;
use super::harness::process::Service;
use super::harness::world::{World, id_of};
use serde_json::{Value, json};
use std::sync::Arc;

fn order(role: &str, agency: Option<&str>) -> Value {
    json!({"name": "新人", "grants": [{"role": role, "agency_id": agency}]})
}

fn issue(service: &Service, token: &str, body: &Value) -> Reply {
    service.post("/tokens").token(token).json(body).send()
}

on_both! {
    fn a_token_is_issued_and_works_once_its_person_has_fetched_it(service) {
        let world = World::new(service);
        let body = json!({"name": "乙县初审", "expires_at": "2099-01-01T00:00:00Z",
            "grants": [{"role": "reviewer", "agency_id": world.county, "stage": "first"}]});
        let made = issue(service, &world.supervisor(), &body).expect(201);
        let token = made.value();
        assert_eq!(token["grants"], json!([{"role": "reviewer", "agency_id": world.county, "stage": "first",
            "reach": "subtree", "read_only": false, "years": null}]));
        assert_eq!((&token["person"]["name"], &token["expires_at"]), (&json!("乙县初审"), &json!("2099-01-01T00:00:00Z")));
        let secret = service.fetch(&token);
        let me = service.get("/me").token(&secret).send().expect(200).value();
        assert_eq!((&me["person"]["id"], &me["grants"][0]["stage"]), (&token["person"]["id"], &json!("first")));
        let path = format!("/tokens/{}", id_of(&made));
        let read = service.get(&path).token(&world.supervisor()).send().expect(200).value();
        assert_eq!((read.get("secret"), read.get("enrolment")), (None, None), "they are shown once");
        let listed = service.get("/tokens?limit=200").token(&world.supervisor()).send().expect(200).value();
        let found = listed["items"].as_array().expect("items");
        assert!(found.iter().any(|one| one["id"] == token["id"]) && found.iter().all(|one| one.get("secret").is_none()));
        let person = token["person"]["id"].as_str().expect("a person");
        let mine = service.get(&format!("/tokens?person_id={person}")).token(&world.supervisor()).send().value();
        assert_eq!(mine["items"].as_array().map(Vec::len), Some(1));
        let audit = service.get("/audit?limit=200").token(&service.admin()).send().value();
        let code = token["enrolment"]["code"].as_str().expect("a code");
        assert!(!audit.to_string().contains(&secret) && !audit.to_string().contains(code), "the audit holds no secret");
    }

    fn a_grant_issues_only_inside_itself_and_below_its_role(service) {
        let world = World::new(service);
        let supervisor = world.supervisor();
        for role in ["editor", "reviewer", "publisher"] {
            issue(service, &supervisor, &order(role, Some(&world.bureau))).expect(201);
        }
        for (role, agency) in [("supervisor", Some(&world.bureau)), ("editor", Some(&world.neighbour)),
            ("editor", Some(&world.province)), ("editor", None), ("admin", None)] {
            issue(service, &supervisor, &order(role, agency.map(String::as_str))).refused(403, "forbidden");
        }
        let both = json!({"name": "x", "grants": [{"role": "editor", "agency_id": world.bureau},
            {"role": "editor", "agency_id": world.neighbour}]});
        issue(service, &supervisor, &both).refused(403, "forbidden");
        for token in [world.editor(), world.reviewer(1), world.publisher()] {
            issue(service, &token, &order("editor", Some(&world.bureau))).refused(403, "forbidden");
            service.get("/tokens").token(&token).send().refused(403, "forbidden");
        }
        issue(service, &service.admin(), &order("admin", None)).expect(201);
        issue(service, &service.admin(), &order("supervisor", Some(&world.county))).expect(201);
        service.post("/tokens").json(&order("editor", None)).send().refused(401, "unauthorized");
        let other = id_of(&issue(service, &service.admin(), &order("editor", Some(&world.neighbour))).expect(201));
        service.get(&format!("/tokens/{other}")).token(&supervisor).send().refused(404, "not_found");
        let seen = service.get("/tokens?limit=200").token(&supervisor).send().value();
        assert!(seen["items"].as_array().expect("items").iter().all(|one| one["id"] != other.as_str()
            && one["grants"][0]["role"] != "supervisor"));
    }

    fn a_grant_that_holds_everywhere_issues_everywhere_below_its_role(service) {
        let world = World::new(service);
        let supervisor = service.token("supervisor", "", "全域主管");
        let made = issue(service, &supervisor, &order("editor", None)).expect(201);
        assert_eq!(made.value()["grants"], json!([{"role": "editor", "agency_id": null, "stage": null,
            "reach": "subtree", "read_only": false, "years": null}]));
        let secret = service.fetch(&made.value());
        service.get(&format!("/agencies/{}", world.neighbour)).token(&secret).send().expect(200);
        issue(service, &supervisor, &order("publisher", Some(&world.neighbour))).expect(201);
        for role in ["supervisor", "admin"] {
            issue(service, &supervisor, &order(role, None)).refused(403, "forbidden");
        }
        let path = format!("/tokens/{}", id_of(&made));
        let listed = |token: &str| {
            let list = service.get("/tokens?limit=200&count=true").token(token).send().expect(200).value();
            let items = list["items"].as_array().expect("items").clone();
            assert_eq!(list["total"], items.len());
            items.iter().any(|one| one["id"] == made.value()["id"])
        };
        assert!(listed(&supervisor));
        // A second token for the same person, who is of no agency; so is the supervisor.
        let me = service.get("/me").token(&supervisor).send().expect(200).value();
        let again = |person: &Value, agency: Option<&str>| {
            json!({"name": "再发", "person_id": person["id"], "grants": [{"role": "reviewer", "agency_id": agency}]})
        };
        for person in [&made.value()["person"], &me["person"]] {
            let second = issue(service, &supervisor, &again(person, None)).expect(201);
            assert_eq!(second.value()["person"]["id"], person["id"]);
        }
        // Whoever supervises one place sees nothing of all this and gives nothing of it.
        let lower = world.supervisor();
        assert!(!listed(&lower));
        service.get(&path).token(&lower).send().refused(404, "not_found");
        issue(service, &lower, &order("editor", None)).refused(403, "forbidden");
        issue(service, &lower, &again(&made.value()["person"], Some(&world.bureau)))
            .faults("invalid_input", &["/person_id"]);

        let rotated = service.post(&format!("{path}/rotation")).token(&supervisor).send().expect(201);
        assert_eq!(rotated.value()["grants"], made.value()["grants"]);
        let path = format!("/tokens/{}", id_of(&rotated));
        let secret = service.fetch(&rotated.value());
        let tag = service.get(&path).token(&supervisor).send().expect(200).tag().to_owned();
        service.delete(&path).token(&supervisor).if_match(&tag).send().expect(204);
        service.get("/me").token(&secret).send().refused(401, "unauthorized");
    }

    fn wrong_orders_are_told_at_their_places(service) {
        let world = World::new(service);
        let admin = service.admin();
        let body = json!({"expires_at": "soon", "colour": 1, "grants": [{"role": "king"}, {"stage": "fourth"}, 7]});
        issue(service, &admin, &body).faults("invalid_input", &["/name", "/expires_at", "/colour", "/grants/0/role",
            "/grants/1/role", "/grants/1/stage", "/grants/2"]);
        issue(service, &admin, &json!({"name": "x", "grants": []})).faults("invalid_input", &["/grants"]);
        issue(service, &admin, &json!({"name": "x"})).faults("invalid_input", &["/grants"]);
        // What would have ended before it began is nothing that anybody could be given.
        let grants = json!([{"role": "editor", "agency_id": world.bureau}]);
        for machine in [false, true] {
            let body = json!({"name": "x", "machine": machine, "expires_at": "2020-01-01T00:00:00Z", "grants": grants});
            let problem = issue(service, &admin, &body).faults("invalid_input", &["/expires_at"]);
            assert_eq!(problem["errors"][0]["code"], "in_the_past");
        }
        let body = json!({"name": "x", "person_id": "0193a5c2-6f0e-7c9b-9d0e-2f6d1b8f7a10",
            "grants": [{"role": "editor", "agency_id": world.bureau}]});
        issue(service, &admin, &body).faults("invalid_input", &["/person_id"]);
        let body = json!({"name": "x", "grants": [{"role": "admin", "agency_id": world.bureau},
            {"role": "editor", "agency_id": "0193a5c2-6f0e-7c9b-9d0e-2f6d1b8f7a10"},
            {"role": "editor", "agency_id": world.bureau, "stage": "first"}]});
        issue(service, &admin, &body).faults("invalid_input",
            &["/grants/0/agency_id", "/grants/1/agency_id", "/grants/2/stage"]);
    }

    fn whoever_issues_none_is_refused_before_the_body_is_read(service) {
        let world = World::new(service);
        let nowhere = "0193a5c2-6f0e-7c9b-9d0e-2f6d1b8f7a10";
        let send = |token: &str, text: &str| {
            service.post("/tokens").token(token).body("application/json", text).send()
        };
        let faulty = json!({"colour": 1, "grants": [{"role": "king"}]});
        for token in [world.editor(), world.reviewer(1), world.publisher()] {
            issue(service, &token, &faulty).refused(403, "forbidden");
            send(&token, "{").refused(403, "forbidden");
        }
        // Whoever issues some is told what is wrong, and only then that this one is not theirs to give.
        for token in [service.admin(), world.supervisor()] {
            issue(service, &token, &faulty).faults("invalid_input", &["/name", "/colour", "/grants/0/role"]);
            send(&token, "{").refused(400, "invalid_json");
        }
        let supervisor = world.supervisor();
        let mut body = order("admin", Some(&world.bureau));
        issue(service, &supervisor, &body).faults("invalid_input", &["/grants/0/agency_id"]);
        body = order("admin", None);
        body["person_id"] = json!(nowhere);
        issue(service, &supervisor, &body).faults("invalid_input", &["/person_id"]);
        issue(service, &supervisor, &order("admin", None)).refused(403, "forbidden");
    }

    fn a_token_is_renamed_renewed_and_revoked(service) {
        let world = World::new(service);
        let supervisor = world.supervisor();
        let made = issue(service, &supervisor, &order("editor", Some(&world.bureau))).expect(201);
        let (path, first) = (format!("/tokens/{}", id_of(&made)), service.fetch(&made.value()));
        let made = service.get(&path).token(&supervisor).send().expect(200);
        let patch = json!({"name": "改名", "expires_at": "2099-01-01T00:00:00Z"});
        let renamed = service.patch(&path).token(&supervisor).if_match(made.tag()).json(&patch).send().expect(200);
        assert_eq!(renamed.value()["name"], "改名");
        service.patch(&path).token(&supervisor).if_match(made.tag()).json(&patch).send()
            .refused(412, "precondition_failed");
        let grants = json!({"grants": []});
        service.patch(&path).token(&supervisor).if_match(renamed.tag()).json(&grants).send()
            .faults("read_only", &["/grants"]);

        let rotated = service.post(&format!("{path}/rotation")).token(&supervisor).send().expect(201);
        let second = service.fetch(&rotated.value());
        assert_eq!(rotated.value()["person"], made.value()["person"], "the person stays");
        assert_eq!((&rotated.value()["grants"], &rotated.value()["name"]), (&made.value()["grants"], &json!("改名")));
        service.get("/me").token(&first).send().refused(401, "unauthorized");
        service.get("/me").token(&second).send().expect(200);
        service.get(&path).token(&supervisor).send().refused(404, "not_found");

        let path = format!("/tokens/{}", id_of(&rotated));
        let rotated = service.get(&path).token(&supervisor).send().expect(200);
        service.delete(&path).token(&supervisor).send().refused(428, "precondition_required");
        service.delete(&path).token(&supervisor).if_match(rotated.tag()).send().expect(204);
        service.get("/me").token(&second).send().refused(401, "unauthorized");
        service.delete(&path).token(&supervisor).if_match(rotated.tag()).send().refused(404, "not_found");
    }

    fn a_secret_is_never_replayed(service) {
        let admin = service.admin();
        let post = || {
            service.post("/tokens").token(&admin).header("idempotency-key", "once").json(&order("editor", None)).send()
        };
        let made = post().expect(201);
        post().refused(409, "already_issued");
        assert_eq!(service.get("/tokens").token(&admin).send().value()["items"].as_array().map(Vec::len), Some(2));
        let rotate = || {
            let path = format!("/tokens/{}/rotation", id_of(&made));
            service.post(&path).token(&admin).header("idempotency-key", "turn").send()
        };
        rotate().expect(201);
        rotate().refused(409, "already_issued");
    }
}

#[test]
fn a_revocation_holds_on_every_instance_at_once() {
    let Some(database) = super::harness::database::Database::postgres() else { return };
    let database = Arc::new(database);
    let first = Service::start(Arc::clone(&database), &[]);
    let second = Service::start(database, &[]);
    let admin = first.admin();
    let made = issue(&first, &admin, &order("editor", None)).expect(201);
    let secret = first.fetch(&made.value());
    second.get("/me").token(&secret).send().expect(200);
    let path = format!("/tokens/{}", id_of(&made));
    let tag = first.get(&path).token(&admin).send().expect(200).tag().to_owned();
    first.delete(&path).token(&admin).if_match(&tag).send().expect(204);
    second.get("/me").token(&secret).send().refused(401, "unauthorized");
}
