//! What persons hold themselves: by the rules of tokens, for whoever signs in by an identity provider.

use super::harness::client::Reply;
use super::harness::process::Service;
use super::harness::world::World;
use super::oidc::{bind, on_each};
use super::pending::{decide, pending};
use serde_json::{Value, json};

/// Somebody new of an agency (`""`: of none), bound to an identity; the path of the person.
pub fn somebody(service: &Service, name: &str, agency: &str, subject: &str) -> String {
    let agency = if agency.is_empty() { Value::Null } else { json!(agency) };
    let body = json!({"name": name, "agency_id": agency});
    let made = service.post("/persons").token(&service.admin()).json(&body).send().expect(201).value();
    let id = made["id"].as_str().expect("an id");
    bind(service, &service.admin(), id, subject).expect(200);
    format!("/persons/{id}")
}

pub fn give(service: &Service, by: &str, person: &str, grants: Value) -> Reply {
    let tag = service.get(person).token(&service.admin()).send().expect(200).tag().to_owned();
    let body = json!({ "grants": grants });
    service.put(&format!("{person}/grants")).token(by).if_match(&tag).json(&body).send()
}

fn roles(service: &Service, word: &str) -> Vec<String> {
    let me = service.get("/me").token(word).send().expect(200).value();
    let grants = me["grants"].as_array().expect("grants");
    grants.iter().map(|grant| grant["role"].as_str().expect("a role").to_owned()).collect()
}

#[test]
fn whoever_signs_in_by_the_provider_has_the_rights_that_they_were_given_themselves() {
    on_each(&[], |provider, service| {
        let world = World::new(service);
        let (supervisor, word) = (world.supervisor(), provider.word("u-1"));
        let person = somebody(service, "张三", &world.bureau, "u-1");
        let report = json!({"agency_id": world.bureau, "year": 2023});
        let draft = |by: &str| service.post("/reports").token(by).json(&report).send();
        assert_eq!(roles(service, &word), Vec::<String>::new());
        draft(&word).refused(403, "forbidden");
        let given =
            give(service, &supervisor, &person, json!([{"role": "editor", "agency_id": world.bureau}]));
        let given = given.expect(200);
        assert_eq!(given.value()["grants"][0]["reach"], "subtree");
        assert_eq!(roles(service, &word), ["editor"]);
        draft(&word).expect(201);
        // As it was read it can be sent, and changes nothing.
        let path = format!("{person}/grants");
        let read = service.get(&path).token(&supervisor).send().expect(200);
        assert_eq!((read.tag(), read.value()), (given.tag(), given.value()));
        let head = || service.get("/audit/head").send().expect(200).value()["seq"].clone();
        let before = head();
        let put = || service.put(&path).token(&supervisor);
        let same = put().if_match(read.tag()).json(&read.value()).send().expect(200);
        assert_eq!((same.tag(), head()), (read.tag(), before));
        put().json(&read.value()).send().refused(428, "precondition_required");
        put().if_match("\"99-zh\"").json(&read.value()).send().refused(412, "precondition_failed");
        // A token is another way in, and narrower.
        let id = person.trim_start_matches("/persons/");
        let issued = json!({"name": "令牌", "person_id": id, "grants": [{"role": "reviewer", "agency_id": world.bureau}]});
        let issued = service.post("/tokens").token(&supervisor).json(&issued).send().expect(201).value();
        assert_eq!(roles(service, &service.fetch(&issued)), ["reviewer"]);
        assert_eq!(roles(service, &word), ["editor", "reviewer"]);
        // Who sees it.
        service.get(&path).token(&world.editor()).send().refused(403, "forbidden");
        let stranger = service.token("supervisor", &world.neighbour, "邻县主管");
        service.get(&path).token(&stranger).send().refused(404, "not_found");
        // It is in the audit, and hangs on the agency.
        let audit = service.get("/audit?limit=200").token(&service.admin()).send().expect(200).value();
        let entries = audit["items"].as_array().expect("entries");
        let noted = |action: &str| entries.iter().filter(|entry| entry["action"] == action).count();
        assert_eq!((noted("person.create"), noted("person.grants")), (1, 1));
        // Taken, it is gone from the next request on; who leaves holds nothing, also when they come back.
        give(service, &supervisor, &person, json!([])).expect(200);
        assert_eq!(roles(service, &word), ["reviewer"]);
        give(service, &supervisor, &person, json!([{"role": "editor", "agency_id": world.bureau}]))
            .expect(200);
        for left_on in [json!("2024-01-01"), Value::Null] {
            let tag = service.get(&person).token(&supervisor).send().expect(200).tag().to_owned();
            let edit = json!({ "left_on": left_on });
            service.patch(&person).token(&supervisor).if_match(&tag).json(&edit).send().expect(200);
            let status = if left_on.is_null() { 200 } else { 401 };
            assert_eq!(service.get("/me").token(&word).send().status, status);
        }
        assert_eq!(roles(service, &word), Vec::<String>::new());
        let (whole, told) =
            (service.run(&["audit", "verify"]).status.success(), service.run(&["audit", "verify"]));
        assert!(whole, "{told:?}");
    });
}

#[test]
fn roles_are_separated_over_the_tokens_and_grants_of_a_person() {
    on_each(&[("NIANBAO__ROLES__SEPARATION", "true")], |_, service| {
        let world = World::new(service);
        let keeper = service.token("security_admin", "", "安全");
        let person = somebody(service, "张三", "", "u-1");
        let id = person.trim_start_matches("/persons/").to_owned();
        let faulty = |reply: Reply, code: &str| {
            let problem = reply.refused(422, "invalid_input");
            assert_eq!(
                (&problem["errors"][0]["code"], &problem["errors"][0]["pointer"]),
                (&json!(code), &json!("/grants/0/role"))
            );
        };
        give(service, &keeper, &person, json!([{"role": "auditor"}])).expect(200);
        let token = json!({"name": "令牌", "person_id": id, "grants": [{"role": "editor", "agency_id": world.bureau}]});
        faulty(service.post("/tokens").token(&keeper).json(&token).send(), "roles_separated");
        faulty(give(service, &keeper, &person, json!([{"role": "admin"}])), "admin_by_command_line");
        // One office instead of the other is well; beside a token of another it is not.
        give(service, &keeper, &person, json!([{"role": "editor", "agency_id": world.bureau}])).expect(200);
        service.post("/tokens").token(&keeper).json(&token).send().expect(201);
        faulty(give(service, &keeper, &person, json!([{"role": "auditor"}])), "roles_separated");
    });
}

#[test]
fn grants_of_supervisors_and_above_wait_for_another() {
    on_each(&[("NIANBAO__SECOND_PAIR__GRANTS", "true")], |provider, service| {
        let world = World::new(service);
        let (one, other) = (service.token("admin", "", "管理甲"), service.token("admin", "", "管理乙"));
        let person = somebody(service, "张三", &world.county, "u-1");
        let above = json!([{"role": "supervisor", "agency_id": world.county}]);
        give(service, &one, &person, json!([{"role": "editor", "agency_id": world.county}])).expect(200);
        let asked = give(service, &one, &person, above.clone()).expect(202).value();
        assert_eq!(roles(service, &provider.word("u-1")), ["editor"]);
        let id = asked["id"].as_str().expect("an id");
        decide(service, id, &one, "confirm").refused(403, "separation_of_duties");
        assert_eq!(pending(service, &other).len(), 1);
        assert_eq!(pending(service, &world.supervisor()), Vec::<Value>::new(), "who could not give it");
        decide(service, id, &world.supervisor(), "confirm").refused(404, "not_found");
        let decided = decide(service, id, &other, "confirm").expect(200).value();
        assert_eq!(decided["result"]["grants"][0]["role"], "supervisor");
        assert_eq!(roles(service, &provider.word("u-1")), ["supervisor"]);
        // What has changed since is asked for anew; what takes away only does not wait.
        let further = json!([{"role": "supervisor", "agency_id": world.province}]);
        let asked = give(service, &one, &person, further).expect(202).value();
        give(service, &one, &person, json!([])).expect(200);
        decide(service, asked["id"].as_str().expect("an id"), &other, "confirm")
            .refused(412, "precondition_failed");
        assert_eq!(pending(service, &other), Vec::<Value>::new());
        // The one it is for does not confirm it themselves.
        give(service, &one, &person, json!([{"role": "editor", "agency_id": world.county}])).expect(200);
        let me = service.token_with("admin", "", "管理丙", &["--subject", "u-3"]);
        let mine = service.get("/me").token(&me).send().expect(200).value()["person"]["id"].clone();
        let mine = format!("/persons/{}", mine.as_str().expect("an id"));
        let asked = give(service, &one, &mine, json!([{"role": "auditor"}])).expect(202).value();
        decide(service, asked["id"].as_str().expect("an id"), &provider.word("u-3"), "confirm")
            .refused(403, "separation_of_duties");
    });
}

#[test]
fn the_last_administrator_does_not_leave_whichever_way_they_come_in() {
    on_each(&[], |provider, service| {
        let admin = service.admin();
        let person = somebody(service, "接任", "", "u-1");
        give(service, &admin, &person, json!([{"role": "admin"}])).expect(200);
        let tokens = service.get("/tokens").token(&admin).send().expect(200).value();
        let token = format!("/tokens/{}", tokens["items"][0]["id"].as_str().expect("an id"));
        let word = provider.word("u-1");
        let tag = service.get(&token).token(&word).send().expect(200).tag().to_owned();
        service.delete(&token).token(&word).if_match(&tag).send().expect(204);
        let tag = service.get(&person).token(&word).send().expect(200).tag().to_owned();
        let none = json!({"grants": []});
        service
            .put(&format!("{person}/grants"))
            .token(&word)
            .if_match(&tag)
            .json(&none)
            .send()
            .refused(409, "last_admin");
        let left = json!({"left_on": "2024-01-01"});
        service.patch(&person).token(&word).if_match(&tag).json(&left).send().refused(409, "last_admin");
    });
}

/// Makes somebody an administrator by grants of their own, known to the provider.
fn administrator(service: &Service, name: &str, subject: &str) -> String {
    let person = somebody(service, name, "", subject);
    give(service, &service.admin(), &person, json!([{"role": "admin"}])).expect(200);
    person
}

/// Revokes the token of the administrator whom the command line has made.
fn end_token(service: &Service) -> Reply {
    let admin = service.admin();
    let me = service.get("/me").token(&admin).send().expect(200).value();
    let token = format!("/tokens/{}", me["token"]["id"].as_str().expect("an id"));
    let tag = service.get(&token).token(&admin).send().expect(200).tag().to_owned();
    service.delete(&token).token(&admin).if_match(&tag).send()
}

/// Starts the service again with other settings.
fn with(service: &mut Service, settings: &[(&str, &str)], without: &str) {
    service.terminate();
    service.settings.retain(|(name, _)| !name.starts_with(without));
    let more = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    service.settings.extend(more);
    service.restart();
}

#[test]
fn an_administrator_whom_only_a_provider_knows_is_none_where_there_is_no_provider() {
    on_each(&[], |_, service| {
        let person = administrator(service, "接任", "u-1");
        with(service, &[], "NIANBAO__AUTH__OIDC__");
        end_token(service).refused(409, "last_admin");
        // Nor is one who is known to another provider than the one that is believed.
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "{\"keys\": []}").expect("written");
        let jwks = file.path().display().to_string();
        let other = [
            ("NIANBAO__AUTH__OIDC__ISSUER", "https://other.example.gov.cn"),
            ("NIANBAO__AUTH__OIDC__AUDIENCE", "nianbao"),
            ("NIANBAO__AUTH__OIDC__JWKS_FILE", jwks.as_str()),
        ];
        with(service, &other, "NIANBAO__AUTH__OIDC__");
        end_token(service).refused(409, "last_admin");
        // A token of their own that does not carry it does not help, for it is a narrow way; one that does, helps.
        with(service, &[], "NIANBAO__AUTH__OIDC__");
        let id = person.trim_start_matches("/persons/");
        service.made(&["token", "create", "--role", "editor", "--person", id]);
        end_token(service).refused(409, "last_admin");
        service.made(&["token", "create", "--role", "admin", "--person", id]);
        end_token(service).expect(204);
    });
}

#[test]
fn an_administrator_by_an_own_grant_counts_where_their_provider_is_believed() {
    on_each(&[], |_, service| {
        administrator(service, "接任", "u-1");
        end_token(service).expect(204);
    });
}

#[test]
fn tokens_that_are_no_way_in_are_no_last_administrators() {
    for tokens in ["machines", "none"] {
        on_each(&[], |provider, service| {
            let person = administrator(service, "在任", "u-1");
            // Somebody else whose token carries it, and whom no provider knows.
            service.made(&["token", "create", "--role", "admin", "--name", "另一位"]);
            with(service, &[("NIANBAO__AUTH__TOKENS", tokens)], "NIANBAO__AUTH__TOKENS");
            let word = provider.word("u-1");
            let tag = || service.get(&person).token(&word).send().expect(200).tag().to_owned();
            let take = || {
                let put = service.put(&format!("{person}/grants")).token(&word).if_match(&tag());
                put.json(&json!({"grants": []})).send()
            };
            take().refused(409, "last_admin");
            let leave = service.patch(&person).token(&word).if_match(&tag());
            leave.json(&json!({"left_on": "2024-01-01"})).send().refused(409, "last_admin");
            // Known to the provider, they have by it what their token carries.
            let other = ["token", "create", "--role", "admin", "--name", "第三位", "--subject", "u-3"];
            service.made(&other);
            take().expect(200);
            service.get("/persons").token(&provider.word("u-3")).send().expect(200);
        });
    }
}

#[test]
fn a_machine_counts_where_machines_alone_come_in_by_tokens() {
    on_each(&[], |provider, service| {
        let person = administrator(service, "在任", "u-1");
        service.made(&["token", "create", "--role", "admin", "--name", "程序", "--machine"]);
        with(service, &[("NIANBAO__AUTH__TOKENS", "machines")], "NIANBAO__AUTH__TOKENS");
        let word = provider.word("u-1");
        let tag = service.get(&person).token(&word).send().expect(200).tag().to_owned();
        let put = service.put(&format!("{person}/grants")).token(&word).if_match(&tag);
        put.json(&json!({"grants": []})).send().expect(200);
    });
}
