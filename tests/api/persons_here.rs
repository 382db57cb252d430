//! `nianbao person`: what persons hold themselves, given and taken by whoever runs the service.

use super::harness::process::Service;
use super::harness::world::World;
use super::oidc::on_each;
use serde_json::{Value, json};
use std::process::Output;

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The entries of the audit of an action.
fn entries(service: &Service, action: &str) -> Vec<Value> {
    let audit = service.get("/audit?limit=200").token(&service.admin()).send().expect(200).value();
    let entries = audit["items"].as_array().cloned().expect("entries");
    entries.into_iter().filter(|entry| entry["action"] == action).collect()
}

fn roles(service: &Service, word: &str) -> Vec<String> {
    let me = service.get("/me").token(word).send().expect(200).value();
    let grants = me["grants"].as_array().expect("grants");
    grants.iter().map(|grant| grant["role"].as_str().expect("a role").to_owned()).collect()
}

#[test]
fn somebody_made_here_signs_in_with_what_they_are_given_here() {
    on_each(&[], |provider, service| {
        let world = World::new(service);
        let bureau = world.bureau.as_str();
        let person =
            service.made(&["person", "create", "--name", "张三", "--agency", bureau, "--subject", "u-1"]);
        assert_eq!(person.len(), 36, "the id stands alone: {person}");
        let word = provider.word("u-1");
        assert_eq!(roles(service, &word), Vec::<String>::new());
        let grant = ["--person", &person, "--role", "reviewer", "--agency", bureau, "--stage", "first"];
        let more = ["--reach", "agency", "--read-only", "--years", "2023..2024"];
        let given = service.run(&[&["person", "grant"][..], &grant, &more].concat());
        let line = format!(
            "--role reviewer --agency {bureau} --stage first --reach agency --read-only --years 2023..2024"
        );
        assert_eq!(String::from_utf8_lossy(&given.stdout).trim(), line, "{}", said(&given));
        service.made(&["person", "grant", "--person", &person, "--role", "editor", "--agency", bureau]);
        assert_eq!(roles(service, &word), ["reviewer", "editor"]);
        let path = format!("/persons/{person}/grants");
        let grants = service.get(&path).token(&world.supervisor()).send().expect(200).value();
        assert_eq!(
            (&grants["grants"][0]["years"], &grants["grants"][0]["read_only"], &grants["grants"][0]["reach"]),
            (&json!([2023, 2024]), &json!(true), &json!("agency"))
        );
        // Given twice it is given once, and leaves no trace.
        let told = entries(service, "person.grants");
        let again =
            service.run(&["person", "grant", "--person", &person, "--role", "editor", "--agency", bureau]);
        assert!(again.status.success() && said(&again).contains("没有什么要改的"), "{}", said(&again));
        assert_eq!(entries(service, "person.grants").len(), told.len());
        // Whoever sits there is named.
        let session = &told[0]["session"];
        assert_eq!(session["way"], "command_line");
        assert!(
            session["operator"]["user"].is_string() && session["operator"]["host"].is_string(),
            "{session}"
        );
        // It is listed, and that leaves a trace of its own.
        let list = service.made(&["person", "list"]);
        let row = list.lines().find(|row| row.starts_with(&person)).unwrap_or_else(|| panic!("{list}"));
        let cells: Vec<&str> = row.split('\t').collect();
        assert_eq!(cells[1..5], ["张三", bureau, "", "u-1"], "{row}");
        assert!(cells[5].contains(&line) && cells[5].contains("--role editor"), "{row}");
        assert_eq!(service.made(&["person", "list", "--person", &person]), row);
        let reads = service.get("/audit/access?limit=200").token(&service.admin()).send().expect(200).value();
        let reads = reads["items"].as_array().cloned().expect("reads");
        assert_eq!(reads.iter().filter(|read| read["operation"] == "list_persons").count(), 2, "{reads:?}");
        // Taken, it is gone from the next request on.
        service.made(&[&["person", "revoke"][..], &grant, &more].concat());
        assert_eq!(roles(service, &word), ["editor"]);
        let none = service.run(&[&["person", "revoke"][..], &grant].concat());
        assert!(none.status.success() && said(&none).contains("没有什么要改的"), "{}", said(&none));
        assert!(service.run(&["audit", "verify"]).status.success());
    });
}

#[test]
fn the_rules_of_grants_hold_here_too() {
    on_each(&[("NIANBAO__ROLES__SEPARATION", "true")], |_, service| {
        let world = World::new(service);
        let person = service.made(&["person", "create", "--name", "李四"]);
        let grant = |more: &[&str]| service.run(&[&["person", "grant", "--person", &person], more].concat());
        for (wrong, why) in [
            (&["--role", "king"][..], "editor"),
            (&["--role", "editor", "--stage", "first"], "--stage"),
            (&["--role", "editor", "--reach", "agency"], "--reach"),
            (&["--role", "admin", "--agency", &world.county], "--agency"),
            (&["--role", "editor", "--agency", "0193a5c2-6f0e-7c9b-9d0e-2f6d1b8f7a10"], "agency_id"),
            (&["--role", "editor", "--years", "2024..2023"], "2024"),
        ] {
            let refused = grant(wrong);
            assert!(
                !refused.status.success() && said(&refused).contains(why),
                "{wrong:?}: {}",
                said(&refused)
            );
        }
        // Nobody holds roles of two offices; the first administrators are made here.
        assert!(grant(&["--role", "auditor"]).status.success());
        let two = grant(&["--role", "security_admin"]);
        assert!(!two.status.success() && two.stdout.is_empty(), "{}", said(&two));
        let admin = service.made(&["person", "create", "--name", "初设"]);
        assert!(service.run(&["person", "grant", "--person", &admin, "--role", "admin"]).status.success());
        // An identity is one person's: with somebody else's nobody is made.
        service.made(&["person", "bind", "--person", &person, "--subject", "u-1"]);
        for wrong in ["", "u 2", "u\t2", &"u".repeat(256)] {
            let refused = service.run(&["person", "bind", "--person", &admin, "--subject", wrong]);
            assert!(!refused.status.success(), "{wrong:?} names nobody");
        }
        let taken = service.run(&["person", "create", "--name", "王五", "--subject", "u-1"]);
        assert!(
            !taken.status.success() && !service.made(&["person", "list"]).contains("王五"),
            "{}",
            said(&taken)
        );
        for unknown in [&["grant", "--role", "editor"][..], &["revoke", "--role", "editor"], &["list"]] {
            let nobody = ["--person", "0193a5c2-6f0e-7c9b-9d0e-2f6d1b8f7a10"];
            let refused = service.run(&[&["person"][..], unknown, &nobody].concat());
            assert!(!refused.status.success(), "{unknown:?}: {}", said(&refused));
        }
        // Whoever has left is given nothing.
        let path = format!("/persons/{person}");
        let tag = service.get(&path).token(&service.admin()).send().expect(200).tag().to_owned();
        let left = json!({"left_on": "2024-01-01"});
        service.patch(&path).token(&service.admin()).if_match(&tag).json(&left).send().expect(200);
        assert!(!grant(&["--role", "auditor"]).status.success());
    });
}

#[test]
fn the_last_administrator_is_not_taken_here_either() {
    on_each(&[], |_, service| {
        let person = service.made(&["person", "create", "--name", "管", "--subject", "u-1"]);
        service.made(&["person", "grant", "--person", &person, "--role", "admin"]);
        let take = || service.run(&["person", "revoke", "--person", &person, "--role", "admin"]);
        let refused = take();
        assert!(!refused.status.success(), "{}", said(&refused));
        service.admin();
        assert!(take().status.success());
    });
}
