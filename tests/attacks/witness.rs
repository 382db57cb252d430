//! Whoever has the whole database in hand writes its chain anew: a witness outside of it tells.

use crate::api::harness::database::Database;
use crate::api::harness::process::{PROGRAM, Service};
use crate::api::harness::wait_for;
use crate::api::harness::world::register;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

struct Signed {
    service: Service,
    witness: PathBuf,
    key: String,
    _folder: tempfile::TempDir,
}

/// A service that signs the end of its audit after every entry.
fn signed(database: Database) -> Signed {
    let folder = tempfile::TempDir::new().expect("a folder");
    let (key, witness) = (folder.path().join("audit.key"), folder.path().join("heads.ndjson"));
    let path = |file: &Path| file.to_string_lossy().into_owned();
    let made = Command::new(PROGRAM).args(["audit", "key", &path(&key)]).output().expect("a key");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let public = String::from_utf8(made.stdout).expect("text").trim().to_owned();
    assert!(public.starts_with("ed25519:"), "{public}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&key).expect("the key").permissions().mode() & 0o777, 0o600);
    }
    let again = Command::new(PROGRAM).args(["audit", "key", &path(&key)]).output().expect("an answer");
    assert!(!again.status.success(), "a key that is there stays");
    let settings = [
        ("NIANBAO__AUDIT__SIGNING_KEY", path(&key)),
        ("NIANBAO__AUDIT__WITNESS_FILE", path(&witness)),
        ("NIANBAO__AUDIT__SIGN_ENTRIES", "1".to_owned()),
        ("NIANBAO__SERVER__FAREWELL_MS", "0".to_owned()),
    ];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Signed { service: Service::start(Arc::new(database), &settings), witness, key: public, _folder: folder }
}

impl Signed {
    /// The last head of the witness, once it is at or beyond an entry.
    fn head_at(&self, seq: i64) -> Value {
        wait_for(|| {
            let text = std::fs::read_to_string(&self.witness).ok()?;
            let head: Value = serde_json::from_str(text.lines().last()?).ok()?;
            (head["seq"].as_i64()? >= seq).then_some(head)
        })
    }

    fn verify(&self, more: &[&str]) -> (bool, String) {
        let file = self.witness.to_string_lossy().into_owned();
        let Output { status, stdout, stderr } =
            self.service.run(&[&["audit", "verify", "--witness", file.as_str()], more].concat());
        let told = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (status.success(), told.concat())
    }

    fn end(&self) -> (i64, String) {
        let head = self.service.get("/audit/head").send().expect(200).value();
        (head["seq"].as_i64().expect("a number"), head["hash"].as_str().expect("a hash").to_owned())
    }
}

fn each_engine(check: impl Fn(Signed)) {
    check(signed(Database::sqlite()));
    if let Some(database) = Database::postgres() {
        check(signed(database));
    }
}

#[test]
fn heads_are_signed_and_lie_in_the_chain() {
    each_engine(|signed| {
        register(&signed.service, "甲局", "county", "department", None);
        let (seq, hash) = signed.end();
        let head = signed.head_at(seq);
        assert_eq!(
            (head["hash"].as_str(), head["key"].as_str()),
            (Some(hash.as_str()), Some(signed.key.as_str()))
        );
        let (whole, told) = signed.verify(&[]);
        assert!(whole && told.contains("见证相符"), "{told}");
        assert!(signed.verify(&["--public-key", &signed.key]).0);
        let (whole, told) =
            signed.verify(&["--public-key", "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="]);
        assert!(!whole && told.contains("不是这把私钥签的"), "another key is no witness: {told}");
        // A head that somebody wrote into the witness's file.
        let text = std::fs::read_to_string(&signed.witness).expect("the witness");
        std::fs::write(&signed.witness, text.replacen(&hash, &"0".repeat(64), 1)).expect("written");
        assert!(!signed.verify(&[]).0);
    });
}

#[test]
fn whoever_ends_leaves_the_signing_to_the_next_at_once() {
    each_engine(|mut signed| {
        register(&signed.service, "甲局", "county", "department", None);
        signed.head_at(signed.end().0);
        assert_eq!(signed.service.terminate(), Some(0));
        signed.service.restart();
        register(&signed.service, "乙局", "county", "department", None);
        let told = signed.head_at(signed.end().0);
        assert_eq!(told["key"].as_str(), Some(signed.key.as_str()), "within the lease of the first");
    });
}

#[test]
fn a_database_keeps_the_algorithm_that_its_chain_began_with() {
    let check = |database: Database| {
        let mut service = Service::start(Arc::new(database), &[("NIANBAO__DIGEST__ALGORITHM", "sm3")]);
        register(&service, "甲局", "county", "department", None);
        let head = || service.get("/audit/head").send().expect(200).value();
        let (first, seq) = (head()["hash"].as_str().expect("a hash").to_owned(), head()["seq"].clone());
        assert!(first.starts_with("sm3:") && first.len() == 68, "{first}");
        let verified = service.run(&["audit", "verify", "--expect", &format!("{seq}:{first}")]);
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
        service.terminate();
        service.settings.retain(|(name, _)| name != "NIANBAO__DIGEST__ALGORITHM");
        service.restart();
        service.wait_for_log("keeps the algorithm it began with");
        register(&service, "乙局", "county", "department", None);
        let later = service.get("/audit/head").send().expect(200).value();
        assert!(later["hash"].as_str().is_some_and(|hash| hash.starts_with("sm3:")), "{later}");
        assert!(service.run(&["audit", "verify"]).status.success());
    };
    check(Database::sqlite());
    if let Some(database) = Database::postgres() {
        check(database);
    }
}

#[test]
fn a_database_that_was_put_back_is_told_by_its_witness() {
    each_engine(|mut signed| {
        register(&signed.service, "甲局", "county", "department", None);
        let (kept, _) = signed.end();
        signed.head_at(kept);
        register(&signed.service, "乙局", "county", "department", None);
        let (lost, _) = signed.end();
        signed.head_at(lost);
        signed.service.terminate();
        // Back to where it was, so that the database alone fits together.
        let unlock = match &*signed.service.database {
            Database::Sqlite(_) => {
                "DROP TRIGGER audit_is_append_only_update; DROP TRIGGER audit_is_append_only_delete"
            }
            Database::Postgres { .. } => "ALTER TABLE audit DISABLE TRIGGER USER",
        };
        signed.service.database.execute(unlock);
        signed.service.database.execute(&format!(
            "DELETE FROM agency_history WHERE name = '乙局'; DELETE FROM agencies WHERE name = '乙局'; \
             DELETE FROM audit WHERE seq > {kept}; UPDATE ledger SET audit_seq = {kept}, \
             audit_head = (SELECT hash FROM audit WHERE seq = {kept}); UPDATE positions SET seq = {kept} WHERE name = 'witness'"
        ));
        assert!(signed.service.run(&["audit", "verify"]).status.success(), "by itself it cannot know");
        let (whole, told) = signed.verify(&[]);
        assert!(!whole && told.contains(&format!("第 {lost} 条")), "{told}");
        signed.service.restart();
        signed.service.wait_for_log("the audit is not the one that its witness knows");
        register(&signed.service, "丙局", "county", "department", None);
        let (whole, told) = signed.verify(&[]);
        assert!(!whole && told.contains("哈希是"), "another entry stands there now: {told}");
    });
}
