//! Sign-in by an identity provider: whom it names comes in, and nobody whom it does not.

use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::world::{World, id_of};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use hmac::{Hmac, Mac};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::Arc;

const ISSUER: &str = "https://id.example.gov.cn";
const AUDIENCE: &str = "nianbao";

fn coded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A provider with two keys, and the file in which it shows them.
pub struct Provider {
    edwards: Ed25519KeyPair,
    curve: EcdsaKeyPair,
    random: SystemRandom,
    folder: tempfile::TempDir,
}

impl Provider {
    fn new() -> Provider {
        let random = SystemRandom::new();
        let edwards = Ed25519KeyPair::generate_pkcs8(&random).expect("a key");
        let curve = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let provider = Provider {
            edwards: Ed25519KeyPair::from_pkcs8(edwards.as_ref()).expect("a key"),
            curve: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, curve.as_ref(), &random)
                .expect("a key"),
            random,
            folder: tempfile::tempdir().expect("a folder"),
        };
        let point = provider.curve.public_key().as_ref();
        let keys = json!({"keys": [
            {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "use": "sig", "alg": "EdDSA",
             "x": coded(provider.edwards.public_key())},
            {"kty": "EC", "crv": "P-256", "kid": "ec", "use": "sig", "x": coded(&point[1..33]), "y": coded(&point[33..])},
            {"kty": "OKP", "crv": "Ed25519", "kid": "for encryption", "use": "enc", "x": coded(provider.edwards.public_key())},
        ]});
        std::fs::write(provider.folder.path().join("jwks.json"), keys.to_string()).expect("written");
        provider
    }

    fn start(&self, database: Database, more: &[(&str, &str)]) -> Service {
        let file = self.folder.path().join("jwks.json").display().to_string();
        let mut settings = vec![
            ("NIANBAO__AUTH__OIDC__ISSUER", ISSUER),
            ("NIANBAO__AUTH__OIDC__AUDIENCE", AUDIENCE),
            ("NIANBAO__AUTH__OIDC__JWKS_FILE", file.as_str()),
        ];
        settings.extend(more);
        Service::start(Arc::new(database), &settings)
    }

    /// Signs what is said, as a header says.
    fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", coded(header.to_string()), coded(claims.to_string()));
        let signature = match header["alg"].as_str() {
            Some("EdDSA") => self.edwards.sign(message.as_bytes()).as_ref().to_vec(),
            Some("ES256") => {
                self.curve.sign(&self.random, message.as_bytes()).expect("signed").as_ref().to_vec()
            }
            // A public key taken for a shared secret.
            Some("HS256") => {
                let mut mac =
                    Hmac::<Sha256>::new_from_slice(self.edwards.public_key().as_ref()).expect("a key");
                mac.update(message.as_bytes());
                mac.finalize().into_bytes().to_vec()
            }
            _ => Vec::new(),
        };
        format!("{message}.{}", coded(signature))
    }

    /// As the provider itself would.
    pub fn word(&self, subject: &str) -> String {
        self.sign(&json!({"alg": "EdDSA", "kid": "ed"}), &claims(subject))
    }
}

fn claims(subject: &str) -> Value {
    let now = Utc::now().timestamp();
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "iat": now, "nbf": now, "exp": now + 300})
}

fn with(subject: &str, member: &str, value: Value) -> Value {
    let mut claims = claims(subject);
    claims[member] = value;
    claims
}

pub fn on_each(more: &[(&str, &str)], sentence: impl Fn(&Provider, &mut Service)) {
    for database in [Some(Database::sqlite()), Database::postgres()].into_iter().flatten() {
        let provider = Provider::new();
        sentence(&provider, &mut provider.start(database, more));
    }
}

/// Somebody new with a role at an agency who fetches no secret; gives the person.
fn appoint(service: &Service, by: &str, name: &str, role: &str, agency: &str) -> String {
    let body = json!({"name": name, "grants": [{"role": role, "agency_id": agency}]});
    let token = service.post("/tokens").token(by).json(&body).send().expect(201).value();
    token["person"]["id"].as_str().expect("an id").to_owned()
}

pub fn bind(service: &Service, by: &str, person: &str, subject: &str) -> super::harness::client::Reply {
    service.put(&format!("/persons/{person}/subject")).token(by).json(&json!({ "subject": subject })).send()
}

#[test]
fn whom_the_provider_names_comes_in_with_what_their_tokens_carry() {
    on_each(&[], |provider, service| {
        let world = World::new(service);
        let admin = service.admin();
        let person = appoint(service, &world.supervisor(), "张三", "editor", &world.bureau);
        service.get("/me").token(&provider.word("u-1")).send().refused(401, "unauthorized");
        let bound = bind(service, &admin, &person, "u-1").expect(200).value();
        assert_eq!((&bound["issuer"], &bound["subject"]), (&json!(ISSUER), &json!("u-1")));
        for header in [
            json!({"alg": "EdDSA", "kid": "ed"}),
            json!({"alg": "ES256", "kid": "ec"}),
            json!({"alg": "EdDSA"}),
        ] {
            let word = provider.sign(&header, &with("u-1", "aud", json!(["other", AUDIENCE])));
            let me = service.get("/me").token(&word).send().expect(200).value();
            assert_eq!((&me["person"]["id"], &me["token"]), (&json!(person), &Value::Null), "{header}");
            assert_eq!(me["grants"][0]["role"], "editor");
        }
        let word = provider.word("u-1");
        let report = id_of(
            &service
                .post("/reports")
                .token(&word)
                .header("idempotency-key", "once")
                .json(&json!({"agency_id": world.bureau, "year": 2023}))
                .send()
                .expect(201),
        );
        let again = service
            .post("/reports")
            .token(&provider.word("u-1"))
            .header("idempotency-key", "once")
            .json(&json!({"agency_id": world.bureau, "year": 2023}))
            .send()
            .expect(201);
        assert_eq!(id_of(&again), report, "another word of the same person is the same person");
        let entries = service.get("/audit?limit=200").token(&admin).send().expect(200).value();
        let entry = entries["items"]
            .as_array()
            .expect("entries")
            .iter()
            .find(|entry| entry["action"] == "report.create")
            .expect("the report's")
            .clone();
        assert_eq!(
            (&entry["person"]["id"], &entry["session"]["way"]),
            (&json!(person), &json!("oidc")),
            "{entry}"
        );
        // From one moment to the next they are nobody.
        let path = format!("/persons/{person}");
        let tag = service.get(&path).token(&admin).send().tag().to_owned();
        service
            .patch(&path)
            .token(&admin)
            .if_match(&tag)
            .json(&json!({"left_on": "2024-01-01"}))
            .send()
            .expect(200);
        service.get("/me").token(&provider.word("u-1")).send().refused(401, "unauthorized");
    });
}

#[test]
fn nobody_comes_in_by_what_the_provider_did_not_say() {
    on_each(&[], |provider, service| {
        let world = World::new(service);
        let person = appoint(service, &world.supervisor(), "张三", "editor", &world.bureau);
        bind(service, &service.admin(), &person, "u-1").expect(200);
        let (ed, stranger) = (json!({"alg": "EdDSA", "kid": "ed"}), Provider::new());
        let now = Utc::now().timestamp();
        let mut without = claims("u-1");
        without.as_object_mut().expect("an object").remove("exp");
        let good = provider.word("u-1");
        let (said, signature) = good.rsplit_once('.').expect("three parts");
        let other = format!(
            "{}.{}.{signature}",
            said.split('.').next().expect("a header"),
            coded(claims("u-2").to_string())
        );
        let forged = [
            ("algorithm", provider.sign(&json!({"alg": "none"}), &claims("u-1"))),
            ("algorithm", provider.sign(&json!({"alg": "HS256", "kid": "ed"}), &claims("u-1"))),
            ("unknown_key", provider.sign(&json!({"alg": "EdDSA", "kid": "nobody's"}), &claims("u-1"))),
            ("unknown_key", provider.sign(&json!({"alg": "EdDSA", "kid": "for encryption"}), &claims("u-1"))),
            // A key for another algorithm than its own.
            ("unknown_key", provider.sign(&json!({"alg": "ES256", "kid": "ed"}), &claims("u-1"))),
            ("signature", stranger.word("u-1")),
            ("signature", other),
            ("issuer", provider.sign(&ed, &with("u-1", "iss", json!("https://id.example.com")))),
            ("audience", provider.sign(&ed, &with("u-1", "aud", json!("another")))),
            ("audience", provider.sign(&ed, &with("u-1", "aud", Value::Null))),
            ("time", provider.sign(&ed, &with("u-1", "exp", json!(now - 120)))),
            ("time", provider.sign(&ed, &with("u-1", "nbf", json!(now + 120)))),
            ("time", provider.sign(&ed, &without)),
            ("subject", provider.sign(&ed, &with("u-1", "sub", json!("")))),
            ("unknown_subject", provider.word("u-2")),
            ("malformed", "a.b.c".to_owned()),
        ];
        for (why, word) in &forged {
            let reply = service.get("/me").token(word).send();
            assert_eq!(reply.status, 401, "{why}: {}", reply.text());
            // Whoever sends it is not told why.
            assert_eq!(reply.refused(401, "unauthorized")["detail"], reply_of_a_bad_token(service));
        }
        let figures = service.get("/metrics").token(&service.admin()).send().expect(200).text();
        for (why, _) in &forged {
            let count = forged.iter().filter(|(known, _)| known == why).count();
            let line = format!("nianbao_sign_ins_refused_total{{reason=\"{why}\"}} {count}");
            assert!(
                figures.contains(&line),
                "{line}: {}",
                figures.lines().filter(|line| line.contains("sign_ins")).collect::<Vec<_>>().join("\n")
            );
        }
        service.get("/me").token(&good).send().expect(200);
    });
}

fn reply_of_a_bad_token(service: &Service) -> Value {
    service.get("/me").token("nb_bad").send().refused(401, "unauthorized")["detail"].clone()
}

#[test]
fn an_identity_is_bound_once_by_those_who_keep_the_persons() {
    on_each(&[], |_, service| {
        let world = World::new(service);
        let admin = service.admin();
        let one = appoint(service, &world.supervisor(), "张三", "editor", &world.bureau);
        let other = appoint(service, &world.supervisor(), "李四", "editor", &world.bureau);
        let path = format!("/persons/{one}/subject");
        service.get(&path).token(&admin).send().refused(404, "not_found");
        bind(service, &world.supervisor(), &one, "u-1").refused(403, "forbidden");
        bind(service, &world.editor(), &one, "u-1").refused(403, "forbidden");
        bind(service, &admin, &one, "u-1").expect(200);
        bind(service, &admin, &one, "u-1").expect(200);
        bind(service, &admin, &one, "u-2").refused(409, "subject_bound");
        bind(service, &admin, &other, "u-1").refused(409, "subject_taken");
        let keeper = service.token("security_admin", "", "安全");
        bind(service, &keeper, &other, "u-2").expect(200);
        assert_eq!(
            service.get(&path).token(&world.supervisor()).send().expect(200).value()["subject"],
            "u-1"
        );
        // At the command line the person comes with the identity.
        let more = ["--subject", "u-9"];
        service.token_with("editor", &world.bureau, "王五", &more);
        let again =
            service.run(&["token", "create", "--role", "editor", "--name", "赵六", "--subject", "u-9"]);
        assert!(!again.status.success(), "it is somebody else's");
    });
}

#[test]
fn three_whom_the_provider_names_are_three_hands_whoever_appointed_them() {
    on_each(&[], |provider, service| {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        world.transit(&report, &world.editor(), json!({"action": "submit"})).expect(201);
        for (subject, role) in
            [("r-1", "reviewer"), ("r-2", "reviewer"), ("r-3", "reviewer"), ("p-1", "publisher")]
        {
            let person = appoint(service, &world.supervisor(), subject, role, &world.county);
            bind(service, &service.admin(), &person, subject).expect(200);
            let action = if role == "publisher" { "publish" } else { "approve" };
            world.transit(&report, &provider.word(subject), json!({"action": action})).expect(201);
        }
        let made =
            service.get(&format!("/reports/{report}/transitions")).token(&world.editor()).send().value();
        let last = made["items"].as_array().expect("items").last().expect("the publication");
        assert_eq!((&last["sign_in"], &last["hand"]["id"]), (&json!("oidc"), &last["actor"]["id"]), "{last}");
        service.get(&format!("/reports/{report}")).send().expect(200);
    });
}

#[test]
fn where_people_sign_in_by_the_provider_only_machines_use_tokens() {
    on_each(&[("NIANBAO__AUTH__TOKENS", "machines")], |provider, service| {
        let admin = service.token_with("admin", "", "管理", &["--subject", "root"]);
        service.get("/me").token(&admin).send().refused(401, "unauthorized");
        let machine = service.token_with("admin", "", "机器", &["--machine"]);
        service.get("/me").token(&machine).send().expect(200);
        let me = service.get("/me").token(&provider.word("root")).send().expect(200).value();
        assert_eq!(me["grants"][0]["role"], "admin");
    });
}
