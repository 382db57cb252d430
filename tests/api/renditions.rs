//! What the public reads of a report first: the rendition in the database, only while it is right.

use super::harness::client::Reply;
use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::wait_for;
use super::harness::world::{World, YEAR, id_of};
use serde_json::{Value, json};
use std::sync::Arc;

/// Waits until all changes are rendered.
fn caught_up(service: &Service) {
    wait_for(|| {
        let all = "SELECT CAST(MAX(seq) AS TEXT) AS value FROM changes";
        let rendered = "SELECT CAST(seq AS TEXT) AS value FROM positions WHERE name = 'renditions'";
        let (all, rendered) = (service.database.text(all), service.database.text(rendered));
        Some(()).filter(|()| all.is_some() && all == rendered)
    });
}

/// What of an answer must be the same wherever it was taken from.
fn seen(reply: &Reply) -> (Vec<(String, String)>, String) {
    let own = ["date", "x-request-id", "ratelimit"];
    let mut headers: Vec<(String, String)> =
        reply.headers.iter().filter(|(name, _)| !own.contains(&name.as_str())).cloned().collect();
    headers.sort();
    (headers, reply.text())
}

/// Changes what is rendered behind the service's back, so that it is told apart.
fn mark(service: &Service) {
    service.database.execute("UPDATE renditions SET body = replace(body, '乙县信访局', '存下的名称')");
}

fn is_marked(reply: &Value) -> bool {
    reply["agency"]["name"] == "存下的名称"
}

fn patch(service: &Service, path: &str, edit: &Value) {
    let tag = service.get(path).token(&service.admin()).send().expect(200).tag().to_owned();
    service.patch(path).token(&service.admin()).if_match(&tag).json(edit).send().expect(200);
}

fn reads_the_same(database: Database) {
    let service = &Service::start(Arc::new(database), &[("NIANBAO__LIMITS__KEPT_BYTES", "0")]);
    let world = World::new(service);
    let report = id_of(&world.full_draft());
    let path = format!("/reports/{report}");
    world.publish(&report);
    caught_up(service);
    let ways = || {
        [("zh", ""), ("en", ""), ("zh", "?view=published")].map(|(language, query)| {
            let request = service.get(&format!("{path}{query}")).header("accept-language", language);
            request.send().expect(200)
        })
    };
    let read = || service.get(&path).send().expect(200);
    let rendered = ways();
    service.database.execute("UPDATE renditions SET program = 'another'");
    let from_tables = ways();
    for (one, other) in rendered.iter().zip(&from_tables) {
        assert_eq!(seen(one), seen(other));
    }
    let program = format!("UPDATE renditions SET program = '{}'", env!("CARGO_PKG_VERSION"));
    service.database.execute(&program);

    mark(service);
    assert!(is_marked(&read().value()), "the rendition is what is read");
    let tag = read().tag().to_owned();
    service.get(&path).header("if-none-match", &tag).send().expect(304);
    let working = service.get(&path).token(&world.editor()).send().expect(200).value();
    assert!(!is_marked(&working), "under a grant it is not");
    service.get(&format!("{path}?nope=1")).send().refused(400, "invalid_query");

    // What stands around it, and what is said about it, are seen at once.
    patch(service, &format!("/agencies/{}", world.bureau), &json!({"uscc": "11371000004359010J"}));
    let after = read();
    assert_eq!(after.value()["agency"]["uscc"], "11371000004359010J");
    assert!(!is_marked(&after.value()) && after.tag() != tag);
    patch(service, &format!("/agencies/{}", world.bureau), &json!({"uscc": null}));
    assert_eq!((is_marked(&read().value()), read().tag()), (true, tag.as_str()), "as it was rendered");
    let line = format!("/years/{YEAR}/roster/{}", world.bureau);
    patch(service, &line, &json!({"due_on": "2024-01-20", "reason": "机构改革"}));
    let due = read().value();
    assert_eq!((&due["due_on"], &due["timeliness"]), (&json!("2024-01-20"), &json!("late")));

    // A correction is read from when it is published, and a withdrawal at once.
    let order = json!({"action": "correct", "comment": "更正"});
    world.transit(&report, &world.publisher(), order).expect(201);
    let draft = service.get(&path).token(&world.editor()).send().tag().to_owned();
    let title = json!({"title": "更正后的标题"});
    service.patch(&path).token(&world.editor()).if_match(&draft).json(&title).send().expect(200);
    assert_eq!(read().value()["revision"], 1);
    world.publish(&report);
    assert_eq!(read().value()["title"], "更正后的标题");
    caught_up(service);
    mark(service);
    let corrected = read().value();
    assert_eq!((is_marked(&corrected), &corrected["revision"]), (true, &json!(2)));
    let order = json!({"action": "withdraw", "comment": "有误"});
    world.transit(&report, &world.publisher(), order).expect(201);
    service.get(&path).send().refused(410, "report_withdrawn");
    caught_up(service);
    let left = "SELECT CAST(count(*) AS TEXT) AS value FROM renditions";
    assert_eq!(service.database.text(left).as_deref(), Some("0"));
}

#[test]
fn a_report_reads_the_same_from_its_rendition_as_from_its_tables() {
    reads_the_same(Database::sqlite());
    if let Some(database) = Database::postgres() {
        reads_the_same(database);
    }
}

#[test]
fn what_another_program_has_rendered_is_rendered_anew_at_the_next_start() {
    let mut service = Service::on_sqlite();
    let world = World::new(&service);
    let report = id_of(&world.full_draft());
    world.publish(&report);
    caught_up(&service);
    service.database.execute("UPDATE renditions SET program = 'another'");
    service.terminate();
    service.restart();
    let program = "SELECT program AS value FROM renditions";
    wait_for(|| service.database.text(program).filter(|program| program == env!("CARGO_PKG_VERSION")));
}
