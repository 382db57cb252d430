//! A secret is its person's alone: fetched once with a code; and access ends, for good.

use super::harness::client::Reply;
use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::wait_for;
use super::harness::world::{World, id_of};
use serde_json::{Value, json};
use std::sync::Arc;

fn issue(service: &Service, token: &str, body: &Value) -> Reply {
    service.post("/tokens").token(token).json(body).send()
}

fn editor_of(world: &World<'_>) -> Value {
    json!({"name": "张三", "grants": [{"role": "editor", "agency_id": world.bureau}]})
}

fn fetch(service: &Service, issued: &Value) -> Reply {
    service.post("/enrolments").json(&json!({"code": issued["enrolment"]["code"]})).send()
}

fn token_at(service: &Service, id: &Value) -> Reply {
    let path = format!("/tokens/{}", id.as_str().expect("an id"));
    service.get(&path).token(&service.admin()).send().expect(200)
}

fn moment(text: &Value) -> chrono::DateTime<chrono::Utc> {
    text.as_str().and_then(|text| text.parse().ok()).expect("a time")
}

/// Makes a token look as if it had been issued, fetched and used so many days earlier.
fn age(service: &Service, id: &Value, days: i64) {
    let id = id.as_str().expect("an id");
    let at = (chrono::Utc::now().naive_utc() - chrono::Duration::days(days)).format("%Y-%m-%d %H:%M:%S");
    service.database.execute(&format!(
        "UPDATE tokens SET created_at = '{at}', enrolled_at = '{at}', last_used_at = '{at}' WHERE id = '{id}'"
    ));
}

on_both! {
    fn whoever_a_token_is_for_fetches_its_secret_once(service) {
        let world = World::new(service);
        let made = issue(service, &world.supervisor(), &editor_of(&world)).expect(201);
        let token = made.value();
        assert_eq!((token.get("secret"), &token["pending"]), (None, &json!(true)), "{token}");
        let days = moment(&token["enrolment"]["expires_at"]) - moment(&token["created_at"]);
        assert_eq!(days, chrono::Duration::days(7));
        assert_eq!(token["issued_by"]["name"], "主管");
        let code = token["enrolment"]["code"].as_str().expect("a code").to_owned();
        service.get("/me").token(&code).send().refused(401, "unauthorized");

        let fetched = fetch(service, &token).expect(201);
        assert!(fetched.header("location").is_some_and(|at| at.ends_with(&format!("/tokens/{}", id_of(&made)))));
        assert_eq!(fetched.header("cache-control"), Some("no-store"));
        let mine = fetched.value();
        assert_eq!((mine.get("enrolment"), &mine["pending"], &mine["id"]), (None, &json!(false), &token["id"]));
        let secret = mine["secret"].as_str().expect("a secret");
        let at = fetched.header("location").and_then(|at| at.strip_prefix("/api/v1")).expect("where it is");
        let read = service.get(at).token(secret).send().expect(200);
        assert_eq!((read.value().get("secret"), &read.value()["id"]), (None, &token["id"]), "one's own is read");
        let me = service.get("/me").token(secret).send().expect(200).value();
        assert_eq!(me["person"]["id"], token["person"]["id"], "the code is bound to its person");

        let told = |body: Value| {
            let problem = service.post("/enrolments").json(&body).send().refused(401, "enrolment_refused");
            (problem["title"].clone(), problem["detail"].clone())
        };
        let used = told(json!({"code": code}));
        assert_eq!(used, told(json!({"code": "nbc_00000000000000000000000000000000"})), "no code is told from another");
        assert_eq!(used, told(json!({"code": secret})));
        service.post("/enrolments").json(&json!({"code": ""})).send().faults("invalid_input", &["/code"]);
        service.post("/enrolments").json(&json!({"cod": code})).send().faults("invalid_input", &["/code", "/cod"]);
        let stored = service.database.text(&format!(
            "SELECT COUNT(*) || '' AS value FROM tokens WHERE code_hash = '{code}' OR secret_hash = '{code}' OR secret_hash = '{secret}'"
        ));
        assert_eq!(stored.as_deref(), Some("0"), "both are stored hashed");
        let audit = service.get("/audit?limit=200").token(&service.admin()).send().value().to_string();
        assert!(audit.contains("token.enrol") && !audit.contains(&code) && !audit.contains(secret));
    }

    fn a_code_is_over_after_seven_days_or_with_its_token(service) {
        let world = World::new(service);
        let supervisor = world.supervisor();
        let issued = || issue(service, &supervisor, &editor_of(&world)).expect(201);
        let late = issued().value();
        let id = late["id"].as_str().expect("an id");
        service.database.execute(&format!("UPDATE tokens SET code_ends_at = '2024-01-01 00:00:00' WHERE id = '{id}'"));
        fetch(service, &late).refused(401, "enrolment_refused");
        // It never was a way in: it is rotated, and comes with another code.
        let path = format!("/tokens/{id}/rotation");
        let again = service.post(&path).token(&supervisor).send().expect(201).value();
        fetch(service, &late).refused(401, "enrolment_refused");
        fetch(service, &again).expect(201);

        let revoked = issued();
        let path = format!("/tokens/{}", id_of(&revoked));
        service.delete(&path).token(&supervisor).if_match(revoked.tag()).send().expect(204);
        fetch(service, &revoked.value()).refused(401, "enrolment_refused");
        let ended = issued();
        let path = format!("/tokens/{}", id_of(&ended));
        let end = json!({"expires_at": "2020-01-01T00:00:00Z"});
        service.patch(&path).token(&supervisor).if_match(ended.tag()).json(&end).send().expect(200);
        fetch(service, &ended.value()).refused(401, "enrolment_refused");
    }

    fn neither_code_nor_secret_is_given_again(service) {
        let world = World::new(service);
        let supervisor = world.supervisor();
        let keyed = || {
            service.post("/tokens").token(&supervisor).header("idempotency-key", "k").json(&editor_of(&world)).send()
        };
        let token = keyed().expect(201).value();
        let problem = keyed().refused(409, "already_issued");
        assert!(!problem.to_string().contains("nbc_"));
        let fetch = |code: &Value| {
            let body = json!({"code": code});
            service.post("/enrolments").header("idempotency-key", "k").json(&body).send()
        };
        fetch(&token["enrolment"]["code"]).expect(201);
        let problem = fetch(&token["enrolment"]["code"]).refused(409, "already_issued");
        assert!(!problem.to_string().contains("nb_"));
        // Another's request under the same key is another request.
        let other = issue(service, &supervisor, &editor_of(&world)).expect(201).value();
        fetch(&other["enrolment"]["code"]).expect(201);
        let kept = service.database.text(
            "SELECT COUNT(*) || '' AS value FROM idempotency WHERE body LIKE '%nb_%' OR body LIKE '%nbc_%'");
        assert_eq!(kept.as_deref(), Some("0"), "no answer that holds either is kept");
    }

    fn to_oneself_and_for_machines_the_secret_is_shown(service) {
        let world = World::new(service);
        let admin = service.admin();
        let me = service.get("/me").token(&admin).send().value()["person"]["id"].clone();
        let grants = json!([{"role": "editor", "agency_id": world.bureau}]);
        let own = issue(service, &admin, &json!({"name": "备用", "person_id": me, "grants": grants})).expect(201).value();
        assert_eq!((own.get("enrolment"), &own["pending"]), (None, &json!(false)));
        service.get("/me").token(own["secret"].as_str().expect("a secret")).send().expect(200);
        let path = format!("/tokens/{}/rotation", own["id"].as_str().expect("an id"));
        let rotated = service.post(&path).token(&admin).send().expect(201).value();
        service.get("/me").token(rotated["secret"].as_str().expect("a secret")).send().expect(200);

        let body = json!({"name": "采集程序", "machine": true, "grants": grants});
        let machine = issue(service, &world.supervisor(), &body).expect(201).value();
        service.get("/me").token(machine["secret"].as_str().expect("a secret")).send().expect(200);
        let again = json!({"name": "采集程序二", "person_id": machine["person"]["id"], "grants": grants});
        let again = issue(service, &world.supervisor(), &again).expect(201).value();
        assert!(again.get("secret").is_some() && again.get("enrolment").is_none());
        let person = format!("/persons/{}", machine["person"]["id"].as_str().expect("an id"));
        assert_eq!(service.get(&person).token(&admin).send().value()["machine"], true);
        service.post(&format!("{person}/confirmation")).token(&admin).send().refused(409, "nothing_to_confirm");
        // A person is none because somebody says so.
        let body = json!({"name": "x", "machine": true, "person_id": me, "grants": grants});
        issue(service, &admin, &body).faults("invalid_input", &["/machine"]);
    }

    fn nobody_issues_rotates_or_enrols_for_whoever_holds_more_than_they_could_give(service) {
        let world = World::new(service);
        let (admin, supervisor) = (service.admin(), world.supervisor());
        let peer = service.token("supervisor", &world.county, "另一主管");
        let person = service.get("/me").token(&peer).send().value()["person"]["id"].clone();
        let grants = json!([{"role": "reviewer", "agency_id": world.county}]);
        let to = |person: &Value| json!({"name": "冒名", "person_id": person, "grants": grants});
        issue(service, &supervisor, &to(&person)).refused(403, "forbidden");
        // A token of theirs that one could give by itself is rotated no more than another is issued.
        let small = issue(service, &admin, &to(&person)).expect(201).value();
        let path = format!("/tokens/{}/rotation", small["id"].as_str().expect("an id"));
        service.post(&path).token(&supervisor).send().refused(403, "forbidden");
        service.post(&path).token(&admin).send().expect(201);

        // What the person was given meanwhile counts when the code is used.
        let clerk = issue(service, &supervisor, &editor_of(&world)).expect(201).value();
        let above = json!({"name": "升任", "person_id": clerk["person"]["id"],
            "grants": [{"role": "supervisor", "agency_id": world.county}]});
        let above = issue(service, &admin, &above).expect(201).value();
        fetch(service, &clerk).refused(403, "forbidden");
        fetch(service, &above).expect(201);
        // So does what has become of the issuer.
        let other = issue(service, &peer, &editor_of(&world)).expect(201).value();
        let path = format!("/persons/{}", person.as_str().expect("an id"));
        let tag = service.get(&path).token(&admin).send().tag().to_owned();
        service.patch(&path).token(&admin).if_match(&tag).json(&json!({"left_on": "2024-01-01"})).send().expect(200);
        fetch(service, &other).refused(403, "forbidden");
    }

    fn the_last_use_is_told_to_the_hour_and_moves_no_version(service) {
        let world = World::new(service);
        let issued = issue(service, &world.supervisor(), &editor_of(&world)).expect(201).value();
        assert_eq!((&issued["last_used_at"], &issued["idle_until"]), (&Value::Null, &Value::Null));
        let secret = service.fetch(&issued);
        let before = token_at(service, &issued["id"]);
        assert_eq!(before.value()["last_used_at"], Value::Null);
        service.get("/me").token(&secret).send().expect(200);
        let used = wait_for(|| {
            let now = token_at(service, &issued["id"]);
            (!now.value()["last_used_at"].is_null()).then_some(now)
        });
        assert_eq!(used.tag(), before.tag());
        for _ in 0..5 {
            service.get("/me").token(&secret).send().expect(200);
        }
        // A token that was noted within the hour is not written again; one of before is.
        assert_eq!(token_at(service, &issued["id"]).value()["last_used_at"], used.value()["last_used_at"]);
        age(service, &issued["id"], 1);
        service.get("/me").token(&secret).send().expect(200);
        wait_for(|| {
            let last = moment(&token_at(service, &issued["id"]).value()["last_used_at"]);
            (chrono::Utc::now() - last < chrono::Duration::hours(1)).then_some(())
        });
    }
}

/// The same on each engine, with settings.
fn on_each(settings: &[(&str, &str)], sentence: impl Fn(&Service)) {
    let databases = [Some(Database::sqlite()), Database::postgres()];
    for database in databases.into_iter().flatten() {
        sentence(&Service::start(Arc::new(database), settings));
    }
}

#[test]
fn what_has_ended_is_not_revived() {
    let settings = [("NIANBAO__AUTH__GREATEST_LIFE_DAYS", "30"), ("NIANBAO__AUTH__IDLE_DAYS", "10")];
    on_each(&settings, |service| {
        let world = World::new(service);
        let supervisor = world.supervisor();
        let issued = issue(service, &supervisor, &editor_of(&world)).expect(201).value();
        let life = moment(&issued["expires_at"]) - moment(&issued["created_at"]);
        assert_eq!((life, &issued["idle_until"]), (chrono::Duration::days(30), &Value::Null));
        let mut body = editor_of(&world);
        body["expires_at"] = json!("2999-01-01T00:00:00Z");
        issue(service, &supervisor, &body).faults("invalid_input", &["/expires_at"]);
        let secret = service.fetch(&issued);
        let fetched = token_at(service, &issued["id"]);
        let idle = moment(&fetched.value()["idle_until"]) - moment(&fetched.value()["updated_at"]);
        assert_eq!(idle, chrono::Duration::days(10));
        let path = format!("/tokens/{}", issued["id"].as_str().expect("an id"));
        service
            .patch(&path)
            .token(&supervisor)
            .if_match(fetched.tag())
            .json(&json!({"expires_at": "2999-01-01T00:00:00Z"}))
            .send()
            .faults("invalid_input", &["/expires_at"]);
        let renamed = service
            .patch(&path)
            .token(&supervisor)
            .if_match(fetched.tag())
            .json(&json!({"name": "改名"}))
            .send()
            .expect(200);
        assert_eq!(renamed.value()["expires_at"], issued["expires_at"]);

        let refused = |id: &Value| {
            let path = format!("/tokens/{}", id.as_str().expect("an id"));
            let tag = token_at(service, id).tag().to_owned();
            for change in [
                json!({"name": "复活"}),
                json!({"expires_at": null}),
                json!({"expires_at": "2998-01-01T00:00:00Z"}),
            ] {
                service
                    .patch(&path)
                    .token(&supervisor)
                    .if_match(&tag)
                    .json(&change)
                    .send()
                    .refused(409, "token_ended");
            }
            service.post(&format!("{path}/rotation")).token(&supervisor).send().refused(409, "token_ended");
        };
        // Idle too long; too old, however much it was used; past an end of its own.
        age(service, &issued["id"], 11);
        service.get("/me").token(&secret).send().refused(401, "unauthorized");
        refused(&issued["id"]);
        let old = issue(service, &supervisor, &editor_of(&world)).expect(201).value();
        let secret = service.fetch(&old);
        age(service, &old["id"], 31);
        let id = old["id"].as_str().expect("an id");
        service
            .database
            .execute(&format!("UPDATE tokens SET last_used_at = CURRENT_TIMESTAMP WHERE id = '{id}'"));
        service.get("/me").token(&secret).send().refused(401, "unauthorized");
        refused(&old["id"]);
        let short = issue(service, &supervisor, &editor_of(&world)).expect(201).value();
        let secret = service.fetch(&short);
        let path = format!("/tokens/{}", short["id"].as_str().expect("an id"));
        let tag = token_at(service, &short["id"]).tag().to_owned();
        service
            .patch(&path)
            .token(&supervisor)
            .if_match(&tag)
            .json(&json!({"expires_at": "2020-01-01T00:00:00Z"}))
            .send()
            .expect(200);
        service.get("/me").token(&secret).send().refused(401, "unauthorized");
        refused(&short["id"]);
        // The command line goes by the same settings.
        let output = service.run(&["token", "create", "--role", "editor", "--expires", "2999-01-01"]);
        assert!(!output.status.success());
    });
}

#[test]
fn a_token_is_good_only_from_where_it_may_come() {
    let settings = [
        ("NIANBAO__SERVER__TRUSTED_PROXIES", "127.0.0.1"),
        ("NIANBAO__AUTH__NETWORKS", "127.0.0.0/8,10.0.0.0/8"),
    ];
    on_each(&settings, |service| {
        let world = World::new(service);
        let supervisor = world.supervisor();
        let mut body = editor_of(&world);
        body["addresses"] = json!(["10.1.0.0/16", "10.2.0.7"]);
        let issued = issue(service, &supervisor, &body).expect(201).value();
        assert_eq!(issued["addresses"], json!(["10.1.0.0/16", "10.2.0.7/32"]));
        let secret = service.fetch(&issued);
        let from = |address: &str, secret: &str| {
            service.get("/me").token(secret).header("x-forwarded-for", address).send()
        };
        for address in ["10.1.2.3", "10.2.0.7"] {
            from(address, &secret).expect(200);
        }
        for address in ["10.2.0.8", "127.0.0.1", "203.0.113.9", "::1"] {
            from(address, &secret).refused(401, "unauthorized");
        }
        from("10.9.9.9", &supervisor).expect(200);
        from("203.0.113.9", &supervisor).refused(401, "unauthorized");
        let path = format!("/tokens/{}", issued["id"].as_str().expect("an id"));
        let tag = token_at(service, &issued["id"]).tag().to_owned();
        let patch =
            |change: Value| service.patch(&path).token(&supervisor).if_match(&tag).json(&change).send();
        patch(json!({"addresses": ["somewhere"]})).faults("invalid_input", &["/addresses/0"]);
        patch(json!({"addresses": []})).expect(200);
        from("10.2.0.8", &secret).expect(200);
    });
}
