//! Secrets of webhooks are sealed by a key that never stands in the database.

use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::wait_for;
use super::webhooks::Listener;
use nianbao::inside::operations::webhooks::sign;
use serde_json::{Value, json};
use std::sync::Arc;

const FIRST: &str = "3f1c9ae05b7d42e8816f0ac3d94be7725e60b1fd83c24a97f8d5103b6ea9c7d2";
/// The same length, in base64.
const SECOND: &str = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=";

fn start(database: &Arc<Database>, key: &str, former: &str) -> Service {
    let settings = [
        ("NIANBAO__WEBHOOKS__ALLOW", "127.0.0.0/8:*"),
        ("NIANBAO__WEBHOOKS__RETRY_SECONDS", "1,1,1,1,1,1,1,1,1,1"),
        ("NIANBAO__WEBHOOKS__SEAL_KEY", key),
        ("NIANBAO__WEBHOOKS__FORMER_SEAL_KEYS", former),
    ];
    Service::start(Arc::clone(database), &settings)
}

/// Ends a service. It may go before it has given back the right to send, which the next one would wait for.
fn end(mut service: Service, database: &Database) {
    service.terminate();
    database.execute("DELETE FROM leases");
}

fn hook(service: &Service, listener: &Listener) -> (String, String) {
    let body = json!({"url": listener.url});
    let made = service.post("/webhooks").token(&service.admin()).json(&body).send().expect(201).value();
    let text = |name: &str| made[name].as_str().expect("text").to_owned();
    (text("id"), text("secret"))
}

fn stored(database: &Database, id: &str) -> String {
    let secret = format!("SELECT secret AS value FROM webhooks WHERE id = '{id}'");
    database.text(&secret).expect("a secret")
}

/// Has a test sent.
fn test(service: &Service, id: &str) {
    service.post(&format!("/webhooks/{id}/test")).token(&service.admin()).send().expect(202);
}

/// Waits for so many messages; the last one is signed by the secret.
fn require_signed(listener: &Listener, count: usize, secret: &str) {
    let got = listener.wait_for(count).pop().expect("a message");
    let timestamp = got.headers["webhook-timestamp"].parse().expect("seconds");
    let signed = sign(secret, &got.headers["webhook-id"], timestamp, &got.body);
    assert_eq!(signed.as_ref(), Some(&got.headers["webhook-signature"]));
}

/// Everything in the table, whatever the columns.
fn table(database: &Database) -> String {
    let row = match database {
        Database::Sqlite(_) => "group_concat(id || url || secret || types)",
        Database::Postgres { .. } => "string_agg(webhooks::text, '')",
    };
    database.text(&format!("SELECT {row} AS value FROM webhooks")).expect("rows")
}

fn secrets_are_sealed_and_sealed_anew(database: Database) {
    let database = Arc::new(database);
    let listener = Listener::new(&[204]);
    // Without a key they stand as they are.
    let service = start(&database, "", "");
    let (old, old_secret) = hook(&service, &listener);
    assert_eq!(stored(&database, &old), old_secret);
    end(service, &database);
    // At the next start with one they are sealed, and so is every new one.
    let service = start(&database, FIRST, "");
    let (new, new_secret) = hook(&service, &listener);
    let sealed = wait_for(|| Some(stored(&database, &old)).filter(|secret| secret.starts_with("sealed:v1:")));
    let bytes = |secret: &str| secret.trim_start_matches("whsec_").to_owned();
    for secret in [&old_secret, &new_secret] {
        assert!(!table(&database).contains(&bytes(secret)), "no secret stands in the database");
    }
    test(&service, &old);
    require_signed(&listener, 1, &old_secret);
    test(&service, &new);
    require_signed(&listener, 2, &new_secret);
    let shown = service.get(&format!("/webhooks/{new}")).token(&service.admin()).send().expect(200).value();
    assert_eq!(shown.get("secret"), None, "it is told once");
    // A change leaves it sealed.
    let path = format!("/webhooks/{new}");
    let tag = service.get(&path).token(&service.admin()).send().expect(200).tag().to_owned();
    let change = json!({"description": "门户"});
    service.patch(&path).token(&service.admin()).if_match(&tag).json(&change).send().expect(200);
    assert!(stored(&database, &new).starts_with("sealed:v1:"));
    end(service, &database);
    // Another key, the first one kept beside it: all are sealed by the new one.
    let service = start(&database, SECOND, FIRST);
    wait_for(|| Some(()).filter(|()| stored(&database, &old) != sealed));
    test(&service, &old);
    require_signed(&listener, 3, &old_secret);
    let log = service.log.lock().expect("log").join("\n");
    assert!(!log.contains(FIRST) && !log.contains(SECOND), "keys stand in no log");
}

fn without_its_key_a_webhook_fails_and_says_so(database: Database) {
    let database = Arc::new(database);
    let (sealed, open) = (Listener::new(&[204]), Listener::new(&[204]));
    let service = start(&database, FIRST, "");
    let (id, secret) = hook(&service, &sealed);
    end(service, &database);
    for (count, wrong) in ["", SECOND].into_iter().enumerate() {
        let service = start(&database, wrong, "");
        let told = service.wait_for_log("cannot be opened");
        assert!(told["why"].as_str().is_some_and(|why| why.contains("webhooks.seal_key")), "{told}");
        test(&service, &id);
        let path = format!("/webhooks/{id}");
        let shown = || service.get(&path).token(&service.admin()).send().expect(200).value();
        let failing = wait_for(|| Some(shown()).filter(|hook| hook["failing_since"].is_string()));
        assert_eq!(failing["state"], "active");
        // Others are told all the same.
        let (other, others) = hook(&service, &open);
        test(&service, &other);
        require_signed(&open, count + 1, &others);
        end(service, &database);
    }
    // With the key again, what waited is sent.
    let service = start(&database, FIRST, "");
    // Nothing went out before: two tests were sent, and both are signed.
    require_signed(&sealed, 1, &secret);
    require_signed(&sealed, 2, &secret);
    let path = format!("/webhooks/{id}");
    wait_for(|| {
        let hook: Value = service.get(&path).token(&service.admin()).send().expect(200).value();
        Some(()).filter(|()| hook["failing_since"].is_null())
    });
}

macro_rules! on_both {
    ($($sentence:ident: $sqlite:ident, $postgres:ident;)+) => {$(
        #[test]
        fn $sqlite() {
            $sentence(Database::sqlite());
        }

        #[test]
        fn $postgres() {
            if let Some(database) = Database::postgres() {
                $sentence(database);
            }
        }
    )+};
}

on_both! {
    secrets_are_sealed_and_sealed_anew:
        secrets_are_sealed_and_sealed_anew_on_sqlite, secrets_are_sealed_and_sealed_anew_on_postgres;
    without_its_key_a_webhook_fails_and_says_so:
        without_its_key_a_webhook_fails_and_says_so_on_sqlite,
        without_its_key_a_webhook_fails_and_says_so_on_postgres;
}

#[test]
fn a_key_that_is_none_is_refused_without_being_told() {
    let mut command = std::process::Command::new(super::harness::process::PROGRAM);
    let checked = command.arg("check-config").env("NIANBAO__WEBHOOKS__SEAL_KEY", "much-too-short").output();
    let checked = checked.expect("the program");
    let told = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(!checked.status.success() && told.contains("webhooks.seal_key"), "{told}");
    assert!(!told.contains("much-too-short"), "{told}");
    let shown = command.env("NIANBAO__WEBHOOKS__SEAL_KEY", FIRST).output().expect("the program").stdout;
    let shown = String::from_utf8_lossy(&shown).into_owned();
    assert!(shown.contains("seal_key = \"***\"") && !shown.contains(FIRST), "{shown}");
}
