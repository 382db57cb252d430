//! What the public reads of a report first: the rendition in the database, only while it is right.

use super::harness::client::Reply;
use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::wait_for;
use super::harness::world::{World, YEAR, id_of, register, suqian};
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

/// Waits until nothing is outdated.
fn rendered_again(service: &Service) {
    let outdated = "SELECT max(report_id) AS value FROM renditions WHERE program IN ('', 'another')";
    wait_for(|| service.database.text(outdated).is_none().then_some(()));
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
    let by_key = format!("/agencies/{}/reports/{YEAR}", world.bureau);
    let ways = || {
        let paths =
            [path.clone(), format!("{path}?view=published"), by_key.clone(), format!("{by_key}?scope=own")];
        let asked = paths.iter().flat_map(|path| ["zh", "en"].map(|language| (path, language)));
        let read = |(path, language): (&String, &str)| {
            service.get(path).header("accept-language", language).send().expect(200)
        };
        asked.map(read).collect::<Vec<Reply>>()
    };
    let read = || service.get(&path).send().expect(200);
    let rendered = ways();
    // A newer program's, which is left to it.
    service.database.execute("UPDATE renditions SET program = '9' || program");
    let from_tables = ways();
    for (one, other) in rendered.iter().zip(&from_tables) {
        assert_eq!(seen(one), seen(other));
    }
    service.database.execute("UPDATE renditions SET program = substr(program, 2)");

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
    assert_eq!(
        (is_marked(&read().value()), read().tag()),
        (false, tag.as_str()),
        "what was rendered is gone"
    );
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

/// Lets all be rendered once more, and tells it apart.
fn render_anew(service: &Service) {
    service.database.execute("UPDATE positions SET seq = 0 WHERE name = 'renditions'");
    caught_up(service);
    mark(service);
}

fn moves_with_what_is_around(database: Database) {
    let service = &Service::start(Arc::new(database), &[("NIANBAO__LIMITS__KEPT_BYTES", "0")]);
    let world = World::new(service);
    let report = id_of(&world.full_draft());
    world.publish(&report);
    let read = || service.get(&format!("/reports/{report}")).send().expect(200).value();
    let bureau = format!("/agencies/{}", world.bureau);
    render_anew(service);
    assert!(is_marked(&read()));
    patch(service, &bureau, &json!({"short_name": "信访局"}));
    assert!(is_marked(&read()), "what a report does not show may change");

    // The days of the year's plan, for whoever has none of their own.
    let year = format!("/years/{YEAR}");
    patch(service, &year, &json!({"department_due_on": "2024-01-20"}));
    let due = read();
    assert_eq!((is_marked(&due), &due["due_on"]), (false, &json!("2024-01-20")));
    rendered_again(service);
    mark(service);
    assert_eq!((is_marked(&read()), &read()["due_on"]), (true, &json!("2024-01-20")), "it is rendered again");
    patch(service, &year, &json!({"note": "按通知填报", "state": "closed"}));
    assert!(is_marked(&read()), "nor does it show how far the year is");

    // A line that has not followed the plan while the year was closed does when it is opened again.
    let line = format!("UPDATE roster SET due_on = '2024-01-10' WHERE agency_id = '{}'", world.bureau);
    service.database.execute(&line);
    render_anew(service);
    let closed = read();
    assert_eq!((is_marked(&closed), &closed["due_on"]), (true, &json!("2024-01-10")));
    patch(service, &year, &json!({"state": "open"}));
    let open = read();
    assert_eq!((is_marked(&open), &open["due_on"]), (false, &json!("2024-01-20")));
}

#[test]
fn what_moves_around_a_report_is_seen_at_once() {
    moves_with_what_is_around(Database::sqlite());
    if let Some(database) = Database::postgres() {
        moves_with_what_is_around(database);
    }
}

#[test]
fn what_moved_while_a_report_was_rendered_is_not_missed() {
    let service = &Service::start(Arc::new(Database::sqlite()), &[("NIANBAO__LIMITS__KEPT_BYTES", "0")]);
    let world = World::new(service);
    let report = id_of(&world.full_draft());
    world.publish(&report);
    caught_up(service);
    // Between the reader that renders and the lane that enters the rendition, the agency gets another code.
    let meanwhile = format!(
        "CREATE TRIGGER meanwhile BEFORE DELETE ON renditions \
         BEGIN UPDATE agencies SET uscc = '11371000004359010J' WHERE id = '{}'; END",
        world.bureau
    );
    service.database.execute(&meanwhile);
    service.database.execute("UPDATE positions SET seq = 0 WHERE name = 'renditions'");
    caught_up(service);
    rendered_again(service);
    mark(service);
    let read = service.get(&format!("/reports/{report}")).send().expect(200).value();
    assert_eq!((is_marked(&read), &read["agency"]["uscc"]), (true, &json!("11371000004359010J")));
}

/// The answers to whoever may ask five times, each counted once.
fn counted(service: &Service, path: &str) -> Vec<Reply> {
    let replies: Vec<Reply> = (0..5).map(|_| service.get(path).send()).collect();
    for (reply, left) in replies.iter().zip((0..5).rev()) {
        let told = reply.header("ratelimit");
        assert!(told.is_some_and(|told| told.contains(&format!("r={left};"))), "{reply:?}");
    }
    service.get(path).send().refused(429, "rate_limited");
    replies
}

#[test]
fn what_stands_ready_is_counted_to_whoever_reads_it() {
    let database = Arc::new(Database::sqlite());
    let report = {
        let service = Service::start(Arc::clone(&database), &[]);
        let world = World::new(&service);
        let report = id_of(&world.full_draft());
        world.publish(&report);
        caught_up(&service);
        report
    };
    let few = [("NIANBAO__LIMITS__REQUESTS_PER_MINUTE", "5"), ("NIANBAO__LIMITS__KEPT_BYTES", "0")];
    let service = Service::start(database, &few);
    mark(&service);
    for reply in counted(&service, &format!("/reports/{report}")) {
        assert!(is_marked(&reply.expect(200).value()));
    }
}

#[test]
fn what_is_looked_for_in_vain_is_counted_once() {
    let few = [("NIANBAO__LIMITS__REQUESTS_PER_MINUTE", "5")];
    let service = Service::start(Arc::new(Database::sqlite()), &few);
    for reply in counted(&service, "/reports/01890000-0000-7000-8000-000000000000") {
        reply.refused(404, "not_found");
    }
}

#[test]
fn a_report_reads_the_same_from_its_rendition_as_from_its_tables() {
    reads_the_same(Database::sqlite());
    if let Some(database) = Database::postgres() {
        reads_the_same(database);
    }
}

#[test]
fn what_an_older_program_has_rendered_is_rendered_anew_and_a_newer_ones_is_left_to_it() {
    let service = Service::on_sqlite();
    let world = World::new(&service);
    let other = register(&service, "乙县档案局", "county", "department", Some(&world.county));
    let reports = [world.bureau.as_str(), &other].map(|agency| {
        let body = json!({"agency_id": agency, "year": YEAR, "sections": suqian(2023)["sections"].clone()});
        let report = id_of(&service.post("/reports").token(&world.editor()).json(&body).send().expect(201));
        world.publish(&report);
        report
    });
    caught_up(&service);
    let made = |report: &str, program: &str| {
        let by_it =
            format!("UPDATE renditions SET program = '{program}', body = '' WHERE report_id = '{report}'");
        service.database.execute(&by_it);
    };
    made(&reports[0], "9999.0.0/1");
    made(&reports[1], "another");
    rendered_again(&service);
    let emptied = "SELECT max(report_id) AS value FROM renditions WHERE body = ''";
    assert_eq!(service.database.text(emptied).as_ref(), Some(&reports[0]));
}
