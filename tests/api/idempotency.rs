//! A repeated POST is answered as the first one was.

use super::harness::client::Reply;
use super::harness::process::Service;
use super::harness::world::{World, id_of};
use serde_json::json;

fn register(service: &Service, key: &str, name: &str) -> Reply {
    let body = json!({"name": name, "level": "county", "kind": "department"});
    service.post("/agencies").token(&service.admin()).header("idempotency-key", key).json(&body).send()
}

on_both! {
    fn the_same_request_gets_the_first_answer_also_after_a_restart(service) {
        let first = register(service, "key-1", "某局").expect(201);
        assert_eq!(first.header("idempotency-replayed"), None);
        for restarted in [false, true] {
            if restarted {
                service.kill();
                service.restart();
            }
            let again = register(service, "key-1", "某局").expect(201);
            assert_eq!(again.header("idempotency-replayed"), Some("true"));
            assert_eq!((again.value(), again.tag(), again.header("location")),
                (first.value(), first.tag(), first.header("location")));
        }
        register(service, "key-1", "他局").refused(422, "idempotency_key_reused");
        register(service, "key-2", "某局").expect(201);
        assert_eq!(service.get("/agencies?count=true").send().value()["total"], 2);
    }

    fn a_key_is_one_tokens_and_one_paths(service) {
        register(service, "key", "某局").expect(201);
        let other = service.token("admin", "", "另一管理员");
        let body = json!({"name": "某局", "level": "county", "kind": "department"});
        let reply = service.post("/agencies").token(&other).header("idempotency-key", "key").json(&body).send();
        assert_eq!(reply.expect(201).header("idempotency-replayed"), None);
        let year = service.post("/years").token(&service.admin()).header("idempotency-key", "key");
        assert_eq!(year.json(&json!({"year": 2023})).send().expect(201).header("idempotency-replayed"), None);
    }

    fn only_what_was_committed_is_kept(service) {
        let wrong = json!({"name": "", "level": "county", "kind": "department"});
        let post = |body: &serde_json::Value| {
            service.post("/agencies").token(&service.admin()).header("idempotency-key", "key").json(body).send()
        };
        post(&wrong).refused(422, "invalid_input");
        let right = json!({"name": "某局", "level": "county", "kind": "department"});
        assert_eq!(post(&right).expect(201).header("idempotency-replayed"), None);
        let longest = "k".repeat(256);
        for bad in ["", "a b", longest.as_str()] {
            register(service, bad, "某局").refused(400, "invalid_header");
        }
        register(service, &"k".repeat(255), "某局").expect(201);
    }

    fn a_transition_is_replayed_although_the_tag_has_moved_on(service) {
        let world = World::new(service);
        let made = world.full_draft();
        let id = id_of(&made);
        let submit = || {
            service.post(&format!("/reports/{id}/transitions")).token(&world.editor()).if_match(made.tag())
                .header("idempotency-key", "submit").json(&json!({"action": "submit"})).send()
        };
        let first = submit().expect(201);
        let again = submit().expect(201);
        assert_eq!((first.value(), first.tag()), (again.value(), again.tag()));
        let listed = service.get(&format!("/reports/{id}/transitions")).token(&world.editor()).send().value();
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    }

    fn the_same_key_at_the_same_time_makes_one_thing(service) {
        let admin = service.admin();
        let body = json!({"name": "某局", "level": "county", "kind": "department"});
        for round in 0..10 {
            let key = format!("key-{round}");
            let statuses: Vec<u16> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..6).map(|_| scope.spawn(|| {
                    service.post("/agencies").token(&admin).header("idempotency-key", &key).json(&body).send().status
                })).collect();
                threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
            });
            assert!(statuses.iter().all(|status| matches!(status, 201 | 409)), "{statuses:?}");
            assert!(statuses.contains(&201), "{statuses:?}");
        }
        assert_eq!(service.get("/agencies?count=true").send().value()["total"], 10);
    }
}
