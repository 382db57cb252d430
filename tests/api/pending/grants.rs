//! Grants of supervisors and above take a second pair of eyes; others do not.

use super::{decide, on_both_with_a_second_pair, pending};
use crate::api::harness::world::{World, id_of};
use serde_json::{Value, json};

#[test]
fn grants_of_supervisors_and_above_wait_and_others_do_not() {
    on_both_with_a_second_pair(|service| {
        let world = World::new(service);
        let security = service.token("security_admin", "", "安全管理员");
        let second = service.token("security_admin", "", "另一安全管理员");
        let give = |token: &str, body: Value| service.post("/tokens").token(token).json(&body).send();
        let of = |role: &str| json!({"name": "新人", "grants": [{"role": role, "agency_id": world.county}]});
        for role in ["editor", "reviewer", "publisher"] {
            give(&security, of(role)).expect(201);
        }
        let known = || {
            service
                .get("/tokens?limit=200")
                .token(&security)
                .send()
                .expect(200)
                .text()
                .matches("新人")
                .count()
        };
        let before = known();
        give(&world.supervisor(), of("supervisor")).refused(403, "forbidden");
        let asked = give(&security, of("supervisor")).expect(202);
        assert!(!asked.text().contains("nb_") && !asked.text().contains("nbc_"), "{}", asked.text());
        let asked = asked.value();
        assert_eq!(
            (&asked["act"], &asked["asked"]["grants"][0]["role"], &asked["subject"]["agency_id"]),
            (&json!("grants"), &json!("supervisor"), &json!(world.county))
        );
        assert_eq!(known(), before, "nobody was given anything yet");
        let id = asked["id"].as_str().expect("an id");
        assert_eq!(pending(service, &second), vec![asked.clone()]);
        for other in [world.supervisor(), service.token("system_admin", "", "系统管理员")] {
            assert_eq!(pending(service, &other), Vec::<Value>::new());
            decide(service, id, &other, "confirm").refused(404, "not_found");
        }
        decide(service, id, &security, "confirm").refused(403, "separation_of_duties");
        let confirm = || {
            let sent = service.post(&format!("/pending/{id}/decision")).token(&second);
            sent.header("Idempotency-Key", "one").json(&json!({"decision": "confirm"})).send()
        };
        let done = confirm().expect(200).value();
        confirm().refused(409, "already_issued");
        let told = decide(service, id, &second, "confirm").refused(409, "already_decided");
        assert_eq!((&told["decided"]["decision"], told["decided"].get("result")), (&json!("confirm"), None));
        let third = service.token("security_admin", "", "第三安全管理员");
        decide(service, id, &third, "refuse").refused(409, "already_decided");
        decide(service, id, &world.supervisor(), "refuse").refused(404, "not_found");
        // Whoever confirms is shown the code, and is so the one who issues it.
        let made = &done["result"];
        assert_eq!((&made["secret"], &made["pending"]), (&Value::Null, &json!(true)));
        assert_eq!(made["issued_by"]["name"], "另一安全管理员");
        let secret = service.fetch(made);
        let me = service.get("/me").token(&secret).send().expect(200).value();
        assert_eq!((&me["person"]["name"], &me["grants"][0]["role"]), (&json!("新人"), &json!("supervisor")));
        let kept = "SELECT body AS value FROM pending_acts";
        // An administrator's grants are seen by those alone who could give them.
        let admin = json!({"name": "又一管理员", "grants": [{"role": "admin"}, {"role": "supervisor", "agency_id": world.county, "years": [2023, 2024]}]});
        let asked = id_of(&give(&service.admin(), admin).expect(202));
        assert!(!service.database.text(kept).expect("a body").contains("secret"));
        assert_eq!(pending(service, &second), Vec::<Value>::new());
        decide(service, &asked, &second, "confirm").refused(404, "not_found");
        let other = service.token("admin", "", "另一管理员");
        let done = decide(service, &asked, &other, "confirm").expect(200).value();
        assert_eq!(done["result"]["grants"][1]["years"], json!([2023, 2024]));
        // A machine's secret is shown to whoever confirms it, and it comes from where it was asked to come.
        let machine = json!({"name": "程序", "machine": true, "addresses": ["192.0.2.0/24"], "grants": [{"role": "auditor"}]});
        let asked = id_of(&give(&service.admin(), machine).expect(202));
        let done = decide(service, &asked, &other, "confirm").expect(200).value();
        assert_eq!(
            (&done["result"]["pending"], &done["result"]["addresses"]),
            (&json!(false), &json!(["192.0.2.0/24"]))
        );
        assert!(done["result"]["secret"].as_str().is_some_and(|secret| secret.starts_with("nb_")), "{done}");
        // Nor does whoever they are for decide.
        let person = service.get("/me").token(&other).send().expect(200).value()["person"]["id"].clone();
        let own = json!({"name": "第二个", "person_id": person, "grants": [{"role": "auditor"}]});
        let asked = id_of(&give(&service.admin(), own).expect(202));
        decide(service, &asked, &other, "confirm").refused(403, "separation_of_duties");
        // Nor whoever could not give the person what they hold already.
        decide(service, &asked, &second, "refuse").refused(404, "not_found");
        decide(service, &asked, &service.token("admin", "", "第三管理员"), "refuse").expect(200);
        assert!(service.run(&["audit", "verify"]).status.success());
    });
}
