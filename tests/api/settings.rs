//! How reviews are held stands in the database, and every instance says in the audit by what it works.

use super::harness::client::Reply;
use super::harness::process::{Service, signal};
use super::harness::wait_for;
use super::harness::world::{World, id_of};
use serde_json::{Value, json};
use std::fs;
use std::sync::Arc;
use tempfile::TempDir;

#[track_caller]
fn put(service: &Service, stages: u8, separation: bool) -> Reply {
    let tag = service.get("/settings/review").token(&service.admin()).send().expect(200).tag().to_owned();
    let body = json!({"stages": stages, "separation_of_duties": separation});
    service.put("/settings/review").token(&service.admin()).if_match(&tag).json(&body).send()
}

/// The entries of an action, oldest first.
fn entries(service: &Service, action: &str) -> Vec<Value> {
    let all = service.get("/audit?limit=200").token(&service.admin()).send().expect(200).value();
    let items = all["items"].as_array().cloned().unwrap_or_default();
    items.into_iter().filter(|entry| entry["action"] == action).map(|entry| entry["detail"].clone()).collect()
}

fn gauge(service: &Service, name: &str) -> i64 {
    let text = service.get("/metrics").token(&service.admin()).send().expect(200).text();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("nianbao_{name} ")));
    line.expect("the gauge").trim().parse().expect("a number")
}

fn review_of(value: &Value) -> (Value, Value) {
    (value["stages"].clone(), value["separation_of_duties"].clone())
}

const USUAL: (i32, bool) = (3, true);

fn is(found: &Value, (stages, separation): (i32, bool)) -> bool {
    review_of(found) == (json!(stages), json!(separation))
}

on_both! {
    fn review_settings_are_read_by_any_token_and_changed_by_an_audited_act(service) {
        let world = World::new(service);
        let path = "/settings/review";
        service.get(path).send().refused(401, "unauthorized");
        let read = service.get(path).token(&world.editor()).send().expect(200);
        assert!(is(&read.value(), USUAL), "{}", read.text());
        let body = json!({"stages": 2, "separation_of_duties": true});
        let send = |token: &str| service.put(path).token(token).json(&body);
        service.put(path).json(&body).send().refused(401, "unauthorized");
        send(&world.supervisor()).if_match(read.tag()).send().refused(403, "forbidden");
        send(&world.publisher()).if_match(read.tag()).send().refused(403, "forbidden");
        send(&service.admin()).send().refused(428, "precondition_required");
        send(&service.admin()).if_match("\"99-zh\"").send().refused(412, "precondition_failed");
        for (wrong, pointer) in [
            (json!({"stages": 4, "separation_of_duties": true}), "/stages"),
            (json!({"stages": 0, "separation_of_duties": true}), "/stages"),
            (json!({"stages": 3}), "/separation_of_duties"),
            (json!({"stages": 3, "separation_of_duties": "no"}), "/separation_of_duties"),
            (json!({"stages": 3, "separation_of_duties": true, "x": 1}), "/x"),
        ] {
            service.put(path).token(&service.admin()).if_match(read.tag()).json(&wrong).send()
                .faults("invalid_input", &[pointer]);
        }
        assert_eq!(service.get(path).token(&service.admin()).send().tag(), read.tag(), "nothing was changed");
        let same = service.put(path).token(&service.admin()).if_match(read.tag()).json(&read.value()).send().expect(200);
        assert_eq!(same.tag(), read.tag(), "what changes nothing makes no version");
        assert_eq!(entries(service, "settings.review"), Vec::<Value>::new());
        let changed = send(&service.admin()).if_match(read.tag()).send().expect(200);
        assert_ne!(changed.tag(), read.tag());
        assert!(is(&changed.value(), (2, true)));
        let told = entries(service, "settings.review");
        assert!(told.len() == 1 && is(&told[0], (2, true)) && is(&told[0]["previous"], USUAL), "{told:?}");
    }

    fn a_configuration_that_differs_from_the_database_is_told_and_not_obeyed(service) {
        let world = World::new(service);
        let started = entries(service, "service.start");
        assert!(started.len() == 1 && is(&started[0]["review"], USUAL), "{started:?}");
        for member in ["settings", "lexicons", "limits"] {
            assert!(started[0][member].is_string(), "{member}: {started:?}");
        }
        assert_eq!(gauge(service, "review_settings_differ"), 0);
        let World { province, county, bureau, neighbour, .. } = world;
        assert_eq!(service.terminate(), Some(0));
        service.settings.push(("NIANBAO__REVIEW__STAGES".to_owned(), "1".to_owned()));
        service.settings.push(("NIANBAO__REVIEW__SEPARATION_OF_DUTIES".to_owned(), "false".to_owned()));
        service.restart();
        service.wait_for_log("differs from the settings in the database");
        let world = World { service, province, county, bureau, neighbour };
        assert!(is(&service.get("/settings/review").token(&service.admin()).send().value(), USUAL));
        assert_eq!(gauge(service, "review_settings_differ"), 1);
        let report = id_of(&world.full_draft());
        world.transit(&report, &service.admin(), json!({"action": "submit"})).expect(201);
        world.transit(&report, &service.admin(), json!({"action": "approve"})).refused(403, "separation_of_duties");
        let (started, stopped) = (entries(service, "service.start"), entries(service, "service.stop"));
        assert_eq!((started.len(), stopped.len()), (2, 1), "{started:?} {stopped:?}");
        assert_eq!(stopped[0]["instance"], started[0]["instance"]);
        assert!(is(&started[1]["review"], USUAL) && is(&started[1]["configured_review"], (1, false)), "{started:?}");
        assert_ne!(started[0]["settings"], started[1]["settings"], "other settings have another digest");
        assert_eq!(started[0]["limits"], started[1]["limits"]);
    }

    fn a_change_holds_at_once_on_every_instance_and_for_the_reports_under_review(service) {
        let world = World::new(service);
        let other = &Service::start(Arc::clone(&service.database), &[]);
        let there = World { service: other, province: world.province.clone(), county: world.county.clone(),
            bureau: world.bureau.clone(), neighbour: world.neighbour.clone() };
        let submit = json!({"action": "submit"});
        let approve = json!({"action": "approve"});
        let report = id_of(&world.full_draft());
        // Fewer reviews from now on, and by whomever: the final one stays.
        world.transit(&report, &world.editor(), submit.clone()).expect(201);
        put(service, 1, false).expect(200);
        assert_eq!(there.transit(&report, &there.reviewer(1), approve.clone()).expect(201).value()["to"], "final_review");
        assert_eq!(there.transit(&report, &there.reviewer(1), approve.clone()).expect(201).value()["to"], "approved");
        // More from now on, each by another person: what was approved by one is published by nobody.
        put(other, 3, true).expect(200);
        let publish = json!({"action": "publish"});
        let refused = world.transit(&report, &world.publisher(), publish.clone()).refused(409, "transition_not_allowed");
        assert_eq!(refused["allowed"], json!(["return"]));
        let shown = service.get(&format!("/reports/{report}")).token(&world.publisher()).send().value();
        assert_eq!(shown["allowed_actions"], json!(["return"]));
        world.transit(&report, &world.publisher(), json!({"action": "return", "comment": "重审"})).expect(201);
        // Submitted where one was enough, and asked for more since.
        put(service, 1, true).expect(200);
        assert_eq!(there.transit(&report, &there.editor(), submit.clone()).expect(201).value()["to"], "final_review");
        put(service, 2, true).expect(200);
        there.transit(&report, &there.reviewer(1), approve.clone()).refused(409, "transition_not_allowed");
        there.transit(&report, &there.editor(), json!({"action": "recall"})).expect(201);
        there.transit(&report, &there.editor(), submit).expect(201);
        for number in [1, 2] {
            there.transit(&report, &there.reviewer(number), approve.clone()).expect(201);
        }
        world.transit(&report, &world.publisher(), publish).expect(201);
    }

    fn instances_that_work_by_other_limits_or_words_are_told_of_each_other(service) {
        let folder = TempDir::new().expect("a folder");
        let words = folder.path().display().to_string();
        let same = Service::start(Arc::clone(&service.database), &[]);
        assert_eq!((gauge(service, "instances"), gauge(service, "instances_differing")), (2, 0));
        drop(same);
        let mut other = Service::start(Arc::clone(&service.database),
            &[("NIANBAO__LIMITS__JSON_BYTES", "500000"), ("NIANBAO__WORDING__LEXICON_DIR", &words)]);
        other.wait_for_log("another instance works by other rules, words or limits");
        assert!(gauge(&other, "instances_differing") >= 1 && gauge(service, "instances_differing") == 1);
        let told = entries(service, "service.differ");
        assert!(told.iter().any(|entry| entry["differs_in"] == json!(["limits"])), "{told:?}");
        let started = entries(service, "service.start");
        let own = &started[0];
        let its = started.last().expect("an entry");
        assert!(own["lexicons"] == its["lexicons"] && own["limits"] != its["limits"], "{started:?}");
        // Its words are read anew: that is an act of its own.
        let word = "entry = [{ word = \"甲乙丙丁\", advice = \"戊\", source = \"己\" }]";
        fs::write(folder.path().join("typos.toml"), word).expect("written");
        signal(other.pid(), "HUP");
        let reloaded = wait_for(|| entries(service, "service.reload").pop());
        assert_eq!(reloaded["instance"], its["instance"]);
        assert!(reloaded["lexicons"] != its["lexicons"] && reloaded["rule_set"] != its["rule_set"], "{reloaded}");
        let told = entries(service, "service.differ");
        let last = told.last().expect("an entry");
        assert_eq!(last["differs_in"], json!(["rules", "lexicons", "limits"]));
        assert_eq!(other.terminate(), Some(0));
        assert_eq!(gauge(service, "instances_differing"), 0, "who ended in order is none any more");
    }
}

#[test]
fn the_first_settings_of_a_database_are_the_configurations() {
    use super::harness::database::Database;
    let first = [("NIANBAO__REVIEW__STAGES", "1"), ("NIANBAO__REVIEW__SEPARATION_OF_DUTIES", "false")];
    for database in [Some(Database::sqlite()), Database::postgres()].into_iter().flatten() {
        let service = Service::start(Arc::new(database), &first);
        assert!(is(&service.get("/settings/review").token(&service.admin()).send().value(), (1, false)));
        let started = entries(&service, "service.start");
        assert!(
            is(&started[0]["review"], (1, false)) && started[0]["configured_review"].is_null(),
            "{started:?}"
        );
        put(&service, 3, true).expect(200);
        let after = Service::start(Arc::clone(&service.database), &first);
        assert!(is(&after.get("/settings/review").token(&service.admin()).send().value(), USUAL));
    }
}
