//! A database begun with SM3 holds all that it publishes by SM3; one begun with SHA-256 goes on as it always did.

use crate::api::harness::database::Database;
use crate::api::harness::process::Service;
use crate::api::harness::world::{REAL_TEXT, World, YEAR, id_of, suqian};
use serde_json::{Value, json};
use std::process::Output;
use std::sync::Arc;

const SM3: (&str, &str) = ("NIANBAO__DIGEST__ALGORITHM", "sm3");

fn on_each(settings: &[(&str, &str)], sentence: impl Fn(&mut Service)) {
    for database in [Some(Database::sqlite()), Database::postgres()].into_iter().flatten() {
        sentence(&mut Service::start(Arc::new(database), settings));
    }
}

fn verify(service: &Service) -> (bool, String) {
    let Output { status, stdout, stderr } = service.run(&["audit", "verify"]);
    let told = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (status.success(), told.concat())
}

/// Begins a correction of a report, changes it, and publishes it again.
fn correct(world: &World<'_>, report: &str) {
    let order = json!({"action": "correct", "comment": "标题更正"});
    world.transit(report, &world.publisher(), order).expect(201);
    let path = format!("/reports/{report}");
    let tag = world.service.get(&path).token(&world.editor()).send().tag().to_owned();
    let patch = json!({"title": "更正后的标题"});
    world.service.patch(&path).token(&world.editor()).if_match(&tag).json(&patch).send().expect(200);
    world.publish(report);
}

/// The digest of each transition of a report, and of each of its revisions.
fn digests(world: &World<'_>, report: &str) -> (Vec<String>, Vec<String>) {
    let of = |part: &str| {
        let path = format!("/reports/{report}/{part}");
        let listed = world.service.get(&path).token(&world.editor()).send().expect(200).value();
        let items = listed["items"].as_array().cloned().expect("items");
        let digest = |item: &Value| item["content_digest"].as_str().expect("a digest").to_owned();
        items.iter().map(digest).collect::<Vec<String>>()
    };
    (of("transitions"), of("revisions"))
}

fn begins(digests: &[String], name: &str) -> bool {
    digests.iter().all(|digest| digest.starts_with(name) && digest.len() == name.len() + 64)
}

#[test]
fn what_is_approved_published_and_corrected_is_held_by_the_algorithm_of_the_database() {
    on_each(&[SM3], |service| {
        let world = World::new(service);
        let draft = world.full_draft();
        let report = id_of(&draft);
        world.publish(&report);
        correct(&world, &report);
        let (made, revisions) = digests(&world, &report);
        assert_eq!((made.len(), revisions.len()), (11, 2));
        assert!(begins(&made, "sm3:") && begins(&revisions, "sm3:"), "{made:?} {revisions:?}");
        assert_ne!(revisions[0], revisions[1]);
        // What a report document would become is told by the same.
        let judged =
            service.post("/validation").token(&world.editor()).json(&suqian(2023)).send().expect(200);
        let told = judged.value()["receipt"]["content_digest"].as_str().expect("a digest").to_owned();
        assert!(begins(&[told], "sm3:"));
        // A file is named by its SHA-256 as everywhere, and held by the database's own algorithm.
        let path = format!("/imports?agency_id={}&year={YEAR}", world.county);
        service
            .post(&path)
            .token(&world.editor())
            .body("text/plain; charset=utf-8", REAL_TEXT)
            .send()
            .expect(201);
        let audit = service.get("/audit?limit=200").token(&service.admin()).send().expect(200).value();
        let entries = audit["items"].as_array().expect("entries");
        let import = entries.iter().find(|entry| entry["action"] == "report.import").expect("the import's");
        let detail = &import["detail"];
        assert!(
            begins(&[detail["source_digest"].as_str().expect("a digest").to_owned()], "sm3:"),
            "{detail}"
        );
        assert_eq!(detail["source_sha256"].as_str().map(str::len), Some(64));
        let (whole, told) = verify(service);
        assert!(whole, "{told}");
        // Another start does not change it, whatever is set.
        let World { province, county, bureau, neighbour, .. } = world;
        service.terminate();
        service.settings.retain(|(name, _)| name != SM3.0);
        service.restart();
        let world = World { service, province, county, bureau, neighbour };
        correct(&world, &report);
        let (made, revisions) = digests(&world, &report);
        assert!(begins(&made, "sm3:") && begins(&revisions, "sm3:"), "{made:?} {revisions:?}");
        assert!(verify(service).0);
        // Whoever writes a published text or its digest anew is told of.
        for forged in [
            "UPDATE revisions SET title = '伪造' WHERE number = 1",
            "UPDATE revisions SET digest = 'sha256:' || substr(digest, 5) WHERE number = 2",
        ] {
            service.database.execute(forged);
            let (whole, told) = verify(service);
            assert!(!whole && told.contains("revisions"), "{forged}: {told}");
        }
    });
}

#[test]
fn secrets_codes_and_what_explanations_rest_on_are_kept_by_the_algorithm_of_the_database() {
    for (settings, name) in [(&[SM3][..], "sm3:"), (&[][..], "")] {
        on_each(settings, |service| {
            let world = World::new(service);
            let admin = service.admin();
            let body = json!({"name": "张三", "grants": [{"role": "editor", "agency_id": world.bureau}]});
            let issued = service.post("/tokens").token(&admin).json(&body).send().expect(201).value();
            let kept = |column: &str, of: &str| {
                let sql = format!(
                    "SELECT {column} AS value FROM tokens WHERE name = '{of}' AND revoked_at IS NULL"
                );
                vec![service.database.text(&sql).expect("a digest")]
            };
            assert!(begins(&kept("code_hash", "张三"), name), "{:?}", kept("code_hash", "张三"));
            let secret = service.fetch(&issued);
            assert!(
                begins(&kept("secret_hash", "张三"), name) && begins(&kept("secret_hash", "管理员"), name)
            );
            let path = format!("/tokens/{}/rotation", issued["id"].as_str().expect("an id"));
            let rotated = service.post(&path).token(&admin).send().expect(201).value();
            service.get("/me").token(&secret).send().refused(401, "unauthorized");
            let secret = service.fetch(&rotated);
            service.get("/me").token(&secret).send().expect(200);
            assert!(begins(&kept("secret_hash", "张三"), name));
            // What explanations rest on.
            let report = id_of(&world.full_draft());
            let overview = format!("/reports/{report}/sections/overview");
            let write = |text: &str| {
                let tag = service.get(&overview).token(&world.editor()).send().tag().to_owned();
                let said = json!({ "text": text });
                service.patch(&overview).token(&world.editor()).if_match(&tag).json(&said).send().expect(200);
            };
            let typo = || {
                let path = format!("/reports/{report}/findings");
                let found = service.get(&path).token(&world.editor()).send().expect(200).value();
                let found = found["findings"].as_array().cloned().expect("findings");
                found.into_iter().find(|finding| finding["rule"] == "wording.typo").expect("a finding")
            };
            write("局长坐客《阳光信访》。");
            let path =
                format!("/reports/{report}/findings/{}/explanation", typo()["key"].as_str().expect("a key"));
            service.put(&path).token(&world.editor()).json(&json!({"text": "原文如此"})).send().expect(200);
            let inputs = "SELECT inputs AS value FROM explanations";
            assert!(begins(&[service.database.text(inputs).expect("a digest")], name));
            assert_eq!(typo()["explanation"], "原文如此");
            write("局长坐客《阳光信访》。\n另有一段。");
            assert_eq!(typo()["explanation"], "原文如此");
            write("副局长坐客《阳光信访》。");
            assert_eq!(typo()["explanation"], Value::Null);
            let (whole, told) = verify(service);
            assert!(whole, "{told}");
            // What an older program wrote by SHA-256 stays a way in.
            let older = nianbao::inside::domain::digest::sha256_hex(secret.as_bytes());
            let older = format!(
                "UPDATE tokens SET secret_hash = '{older}' WHERE name = '张三' AND revoked_at IS NULL"
            );
            service.database.execute(&older);
            service.get("/me").token(&secret).send().expect(200);
        });
    }
}

#[test]
fn old_documents_are_loaded_by_the_algorithm_of_the_database() {
    on_each(&[SM3], |service| {
        let world = World::new(service);
        let folder = tempfile::TempDir::new().expect("a folder");
        std::fs::write(folder.path().join("a.txt"), REAL_TEXT).expect("written");
        let manifest =
            format!("file,agency,year,scope,published_on\na.txt,{},{YEAR},own,2024-01-30\n", world.bureau);
        std::fs::write(folder.path().join("manifest.csv"), manifest).expect("written");
        let year = format!("/years/{YEAR}");
        let tag = service.get(&year).send().tag().to_owned();
        let closed = json!({"state": "closed"});
        service.patch(&year).token(&service.admin()).if_match(&tag).json(&closed).send().expect(200);
        service.made(&["load", &folder.path().display().to_string()]);
        let report =
            service.get(&format!("/agencies/{}/reports/{YEAR}", world.bureau)).send().expect(200).value();
        let (made, revisions) = digests(&world, report["id"].as_str().expect("an id"));
        assert!(begins(&made, "sm3:") && begins(&revisions, "sm3:"), "{made:?} {revisions:?}");
        let (whole, told) = verify(service);
        assert!(whole, "{told}");
    });
}

#[test]
fn a_database_of_sha256_says_nothing_else() {
    on_each(&[], |service| {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        world.publish(&report);
        correct(&world, &report);
        let (made, revisions) = digests(&world, &report);
        assert!(begins(&made, "sha256:") && begins(&revisions, "sha256:"), "{made:?} {revisions:?}");
        let path = format!("/imports?agency_id={}&year={YEAR}", world.county);
        service
            .post(&path)
            .token(&world.editor())
            .body("text/plain; charset=utf-8", REAL_TEXT)
            .send()
            .expect(201);
        let audit = service.get("/audit?limit=200").token(&service.admin()).send().expect(200).text();
        assert!(!audit.contains("sm3:") && !audit.contains("source_digest"), "{audit}");
        let (whole, told) = verify(service);
        assert!(whole, "{told}");
    });
}

#[test]
fn a_correction_after_the_agency_was_renamed_is_no_forgery() {
    on_each(&[], |service| {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        world.publish(&report);
        let agency = format!("/agencies/{}", world.bureau);
        let tag = service.get(&agency).send().tag().to_owned();
        let renamed = json!({"name": "乙县信访事务局"});
        service.patch(&agency).token(&service.admin()).if_match(&tag).json(&renamed).send().expect(200);
        let order = json!({"action": "correct", "comment": "更名"});
        world.transit(&report, &world.publisher(), order).expect(201);
        let (whole, told) = verify(service);
        assert!(whole, "{told}");
    });
}
