//! How many statements reads and writes take: what was won stays won.

use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::world::{World, YEAR, id_of};
use serde_json::json;
use std::sync::Arc;

/// Statements sent so far.
fn sent(service: &Service) -> i64 {
    let text = service.get("/metrics").token(&service.admin()).send().expect(200).text();
    let line = text.lines().find_map(|line| line.strip_prefix("nianbao_statements_total "));
    line.expect("the counter").trim().parse().expect("a number")
}

/// What something takes beside what asking for the count takes: the least of several times, since what goes on behind the
/// requests takes some as well; as many as it takes to be at most so many.
fn taken(service: &Service, most: i64, mut ask: impl FnMut(usize)) -> i64 {
    let between = |ask: &mut dyn FnMut(usize), time: usize| {
        let before = sent(service);
        ask(time);
        sent(service) - before
    };
    let alone = (0..7).map(|time| between(&mut |_| (), time)).min().expect("several times");
    let mut least = i64::MAX;
    for time in 0..25 {
        least = least.min(between(&mut ask, time) - alone);
        if least <= most {
            break;
        }
    }
    least
}

fn no_request_takes_more_statements_than_it_needs(database: Database) {
    let service = &Service::start(Arc::new(database), &[("NIANBAO__LIMITS__KEPT_BYTES", "0")]);
    let world = World::new(service);
    let report = id_of(&world.full_draft());
    world.publish(&report);
    let reads = [
        (format!("/reports?year={YEAR}"), 5),
        (format!("/reports?within={}&sort=-published_at", world.province), 6),
        (format!("/reports/{report}"), 8),
        (format!("/agencies/{}/reports/{YEAR}", world.bureau), 10),
        (format!("/agencies?within={}", world.province), 6),
        (format!("/stats/totals?year={YEAR}"), 9),
        (format!("/stats/trends?within={}", world.province), 11),
        (format!("/stats/breakdown?year={YEAR}&by=child"), 10),
        (format!("/stats/completeness?year={YEAR}"), 9),
    ];
    let mut told = Vec::new();
    for (path, most) in &reads {
        let count = taken(service, *most, |_| drop(service.get(path).send().expect(200)));
        if count > *most {
            told.push(format!("{path}: {count}, at most {most}"));
        }
    }
    let editor = world.stranger();
    let new = json!({"agency_id": world.neighbour, "year": YEAR, "scope": "consolidated"});
    let draft = id_of(&service.post("/reports").token(&editor).json(&new).send().expect(201));
    let path = format!("/reports/{draft}/sections/other_matters");
    let count = taken(service, SECTION, |time| {
        let tag = service.get(&path).token(&editor).send().expect(200).tag().to_owned();
        let body = json!({ "text": format!("无。{time}") });
        service.put(&path).token(&editor).if_match(&tag).json(&body).send().expect(200);
    });
    if count > SECTION {
        told.push(format!("PUT {path}: {count}, at most {SECTION}"));
    }
    let editor = world.editor();
    world.transit(&report, &world.publisher(), json!({"action": "correct", "comment": "更正"})).expect(201);
    let count = taken(service, TRANSITIONS, |_| {
        world.transit(&report, &editor, json!({"action": "submit"})).expect(201);
        world.transit(&report, &editor, json!({"action": "recall"})).expect(201);
    });
    if count > TRANSITIONS {
        told.push(format!("submitted and recalled: {count}, at most {TRANSITIONS}"));
    }
    assert_eq!(told, Vec::<String>::new());
}

/// Of reading a section with its tag and writing it: each asks whose token it is, reads and decides.
const SECTION: i64 = 21;

/// Of submitting a report and recalling it, each with the tag read before.
const TRANSITIONS: i64 = 72;

#[test]
fn no_request_takes_more_statements_than_it_needs_on_sqlite() {
    no_request_takes_more_statements_than_it_needs(Database::sqlite());
}

#[test]
fn no_request_takes_more_statements_than_it_needs_on_postgresql() {
    if let Some(database) = Database::postgres() {
        no_request_takes_more_statements_than_it_needs(database);
    }
}
