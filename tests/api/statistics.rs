//! Totals that are always right: whatever is published, corrected, withdrawn or moved.

use super::harness::database::Database;
use super::harness::world::{World, YEAR, id_of, open_year, register, suqian};
use serde_json::{Value, json};

const NEW: &str = "requests.new_requests.total";
const FEES: &str = "proactive_disclosure.fees.amount";

/// What the prefecture's figures say of an indicator.
fn figure(name: &str) -> Value {
    let path: Vec<&str> = name.split('.').collect();
    suqian(YEAR)["sections"][path[0]]["table"][path[1]][path[2]].clone()
}

fn new_requests() -> i64 {
    figure(NEW).as_i64().expect("a count")
}

/// A published own report of an agency with the prefecture's figures.
fn published(world: &World<'_>, agency: &str, year: i32) -> String {
    let body = json!({"agency_id": agency, "year": year, "sections": suqian(year)["sections"]});
    let id = id_of(&world.service.post("/reports").token(&world.editor()).json(&body).send().expect(201));
    world.publish(&id);
    id
}

fn totals(world: &World<'_>, within: &str) -> Value {
    let within = if within.is_empty() { String::new() } else { format!("&within={within}") };
    world.service.get(&format!("/stats/totals?year={YEAR}{within}")).send().expect(200).value()
}

fn cell(totals: &Value, name: &str) -> Value {
    let path: Vec<&str> = name.split('.').collect();
    totals["tables"][path[0]][path[1]][path[2]].clone()
}

fn counted(totals: &Value) -> (i64, Option<i64>) {
    (totals["reports"].as_i64().expect("a count"), cell(totals, NEW).as_i64())
}

#[track_caller]
fn verified(world: &World<'_>) {
    let output = world.service.run(&["stats", "verify"]);
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// Corrects a report: one request more.
fn correct(world: &World<'_>, id: &str) {
    world.transit(id, &world.publisher(), json!({"action": "correct", "comment": "少计一件"})).expect(201);
    let path = format!("/reports/{id}");
    let reply = world.service.get(&path).token(&world.editor()).send();
    let report = reply.value();
    let more = |row: &str, column: &str| {
        report["sections"]["requests"]["table"][row][column].as_i64().expect("a count") + 1
    };
    let row =
        |name: &str| json!({"natural_person": more(name, "natural_person"), "total": more(name, "total")});
    let patch = json!({"sections": {"requests": {"table": {"new_requests": row("new_requests"), "carried_forward": row("carried_forward")}}}});
    world.service.patch(&path).token(&world.editor()).if_match(reply.tag()).json(&patch).send().expect(200);
    world.publish(id);
}

on_both! {
    fn totals_follow_every_publication_correction_and_withdrawal(service) {
        let world = World::new(service);
        let one = new_requests();
        let nothing = totals(&world, "");
        assert_eq!((counted(&nothing), cell(&nothing, FEES)), ((0, None), Value::Null));
        let first = published(&world, &world.bureau, YEAR);
        let draft = register(service, "乙县林业局", "county", "department", Some(&world.county));
        let body = json!({"agency_id": draft, "year": YEAR, "sections": suqian(YEAR)["sections"]});
        let second = id_of(&service.post("/reports").token(&world.editor()).json(&body).send().expect(201));
        for place in ["", &world.province, &world.county, &world.bureau] {
            assert_eq!(counted(&totals(&world, place)), (1, Some(one)), "{place}: drafts do not count");
        }
        assert_eq!(counted(&totals(&world, &world.neighbour)), (0, None));
        let found = totals(&world, &world.county);
        assert_eq!(cell(&found, FEES), figure(FEES), "exact to the last place");
        assert_eq!((&found["forms"], &found["within"]), (&json!([{"form": "2021", "reports": 1}]), &json!(world.county)));
        assert_eq!(found["incomplete"], json!([]));
        world.publish(&second);
        assert_eq!(counted(&totals(&world, &world.county)), (2, Some(2 * one)));
        assert_eq!(counted(&totals(&world, &world.bureau)), (1, Some(one)));
        let before = totals(&world, "")["as_of"]["seq"].as_i64();
        correct(&world, &first);
        let after = totals(&world, "");
        assert_eq!((counted(&after), after["as_of"]["seq"].as_i64()), ((2, Some(2 * one + 1)), before.map(|seq| seq + 1)));
        world.transit(&first, &world.publisher(), json!({"action": "withdraw", "comment": "误发"})).expect(201);
        assert_eq!(counted(&totals(&world, &world.province)), (1, Some(one)));
        verified(&world);
        correct(&world, &first);
        assert_eq!(counted(&totals(&world, &world.province)), (2, Some(2 * one + 2)));
        verified(&world);
        service.get("/stats/totals").send().refused(400, "invalid_query");
        service.get("/stats/totals?year=2050").send().refused(404, "not_found");
        let csv = service.get(&format!("/stats/totals?year={YEAR}")).header("accept", "text/csv").send().expect(200);
        assert_eq!(csv.text().lines().count(), 201);
    }

    fn a_move_takes_its_sums_along_in_open_years_and_leaves_closed_ones(service) {
        let world = World::new(service);
        open_year(service, YEAR + 1);
        published(&world, &world.bureau, YEAR);
        published(&world, &world.bureau, YEAR + 1);
        let year = format!("/years/{YEAR}");
        let tag = service.get(&year).send().tag().to_owned();
        service.patch(&year).token(&service.admin()).if_match(&tag).json(&json!({"state": "closed"})).send().expect(200);
        let agency = format!("/agencies/{}", world.bureau);
        let tag = service.get(&agency).send().tag().to_owned();
        let order = json!({"parent_id": world.neighbour, "kind": "directly_affiliated"});
        service.patch(&agency).token(&service.admin()).if_match(&tag).json(&order).send().expect(200);
        let of = |year: i32, within: &str| {
            service.get(&format!("/stats/totals?year={year}&within={within}")).send().value()["reports"].clone()
        };
        assert_eq!((of(YEAR, &world.county), of(YEAR, &world.neighbour)), (json!(1), json!(0)), "a closed year stands");
        assert_eq!((of(YEAR + 1, &world.county), of(YEAR + 1, &world.neighbour)), (json!(0), json!(1)));
        let kinds = service.get(&format!("/stats/breakdown?year={}&by=kind", YEAR + 1)).send().expect(200).value();
        assert_eq!((&kinds["items"][0]["key"], &kinds["items"][0]["label"]), (&json!("directly_affiliated"), &json!("直属机构")));
        verified(&world);
        let line = format!("{year}/roster/{}", world.bureau);
        let tag = service.get(&line).send().tag().to_owned();
        let edit = json!({"parent_id": world.neighbour, "reason": "划归"});
        service.patch(&line).token(&service.admin()).if_match(&tag).json(&edit).send().expect(200);
        assert_eq!((of(YEAR, &world.county), of(YEAR, &world.neighbour)), (json!(0), json!(1)));
        verified(&world);
    }

    fn a_place_is_broken_down_by_its_children(service) {
        let world = World::new(service);
        published(&world, &world.bureau, YEAR);
        published(&world, &world.county, YEAR);
        let ask = |query: &str| service.get(&format!("/stats/breakdown?year={YEAR}{query}")).send();
        let found = ask(&format!("&within={}&indicators={NEW},{FEES}&sort=-{NEW}", world.province)).expect(200).value();
        let items = found["items"].as_array().expect("items");
        let names: Vec<&str> = items.iter().filter_map(|item| item["agency"]["name"].as_str()).collect();
        assert_eq!(names, ["乙县人民政府", "丙县人民政府"], "those with nothing too");
        assert_eq!((&items[0]["reports"], items[0]["values"][NEW].as_i64()), (&json!(2), Some(2 * new_requests())));
        assert_eq!((&items[1]["reports"], &items[1]["values"][NEW]), (&json!(0), &Value::Null));
        assert_eq!(found["self"]["reports"], 0);
        let county = ask(&format!("&within={}", world.county)).expect(200).value();
        assert_eq!((&county["self"]["reports"], &county["items"][0]["reports"]), (&json!(1), &json!(1)));
        let roots = ask("").expect(200).value();
        assert_eq!((&roots["items"][0]["agency"]["id"], &roots["self"]), (&json!(world.province), &Value::Null));
        let levels = ask("&by=level").expect(200).value();
        assert_eq!((&levels["items"][0]["key"], &levels["items"][0]["reports"]), (&json!("county"), &json!(2)));
        for wrong in ["&by=colour", "&indicators=nothing.at.all", "&sort=colour", "&colour=red"] {
            ask(wrong).refused(400, "invalid_query");
        }
        let csv = service.get(&format!("/stats/breakdown?year={YEAR}&within={}", world.province)).header("accept", "text/csv").send().expect(200);
        assert_eq!(csv.text().lines().count(), 3);
        assert!(csv.text().starts_with("\u{feff}agency.id,agency.name,reports,values."), "{}", csv.text());
        ask("&within=018d0000-0000-7000-8000-000000000000").refused(404, "not_found");
    }

    fn years_are_compared_and_ratios_have_their_denominators(service) {
        let world = World::new(service);
        open_year(service, YEAR + 1);
        published(&world, &world.bureau, YEAR);
        let next = json!({"agency_id": world.bureau, "year": YEAR + 1, "sections": suqian(YEAR + 1)["sections"]});
        let next = id_of(&service.post("/reports").token(&world.editor()).json(&next).send().expect(201));
        world.publish(&next);
        let found = service.get(&format!("/stats/trends?within={}&indicators={NEW}", world.county)).send().expect(200).value();
        let items = found["items"].as_array().expect("items");
        assert_eq!(items.len(), 2);
        assert_eq!(items[0]["change"][NEW]["previous"], Value::Null);
        let (before, now) = (items[0]["values"][NEW].as_i64(), items[1]["values"][NEW].as_i64());
        assert_eq!(items[1]["change"][NEW]["previous"].as_i64(), before);
        assert_eq!(items[1]["change"][NEW]["difference"].as_i64(), now.zip(before).map(|(now, before)| now - before));
        let ratios = service.get(&format!("/stats/ratios?year={YEAR}")).send().expect(200).value();
        let of = |key: &str| {
            let items = ratios["items"].as_array().expect("items");
            items.iter().find(|item| item["key"] == key).cloned().expect("the ratio")
        };
        let rate = of("reconsideration_correction_rate");
        let table = &suqian(YEAR)["sections"]["disputes"]["table"]["reconsideration"];
        let count = |column: &str| table[column].as_i64().expect("a count");
        assert_eq!(rate["numerator"], count("corrected"));
        assert_eq!(rate["denominator"], count("upheld") + count("corrected") + count("other"), "decided, not received");
        assert_eq!(of("on_time_rate")["denominator"], 4);
        let english = service.get(&format!("/stats/ratios?year={YEAR}")).header("accept-language", "en").send().value();
        for (one, other) in ratios["items"].as_array().expect("items").iter().zip(english["items"].as_array().expect("items")) {
            assert_eq!((&one["key"], &one["value"]), (&other["key"], &other["value"]));
            for member in ["label", "definition"] {
                assert!(other[member].as_str().is_some_and(str::is_ascii) && one[member] != other[member], "{other}");
            }
        }
        let empty = service.get(&format!("/stats/ratios?year={YEAR}&within={}", world.neighbour)).send().value();
        assert!(empty["items"].as_array().expect("items").iter().take(6).all(|item| item["value"].is_null()));
    }

    fn how_far_a_year_is_is_told_to_everyone_and_drafts_to_those_concerned(service) {
        let world = World::new(service);
        published(&world, &world.bureau, YEAR);
        let body = json!({"agency_id": world.county, "year": YEAR, "scope": "consolidated"});
        service.post("/reports").token(&world.editor()).json(&body).send().expect(201);
        let path = format!("/stats/completeness?year={YEAR}&within={}&group_by=child", world.province);
        let public = service.get(&path).send().expect(200).value();
        assert_eq!((&public["total"]["expected"], &public["total"]["published"], &public["total"]["missing"]), (&json!(4), &json!(1), &json!(3)));
        assert_eq!((&public["total"]["draft"], &public["total"]["late"]), (&Value::Null, &json!(1)));
        let above = service.token("supervisor", &world.province, "省主管");
        let inside = service.get(&path).token(&above).send().expect(200).value();
        assert_eq!((&inside["total"]["draft"], &inside["total"]["missing"]), (&json!(1), &json!(2)));
        let county = inside["groups"].as_array().expect("groups").iter().find(|group| group["agency"]["id"] == *world.county).expect("the county");
        assert_eq!((&county["expected"], &county["published"], &county["draft"]), (&json!(2), &json!(1), &json!(1)));
        let within = service.get(&path).token(&world.supervisor()).send().expect(200).value();
        assert_eq!(within["total"], public["total"], "what is wider than the grant is told as to everybody");
        for group in within["groups"].as_array().expect("groups") {
            let of_the_county = group["agency"]["id"] == *world.county;
            let told = if of_the_county { json!([1, 0]) } else { json!([null, 1]) };
            assert_eq!(json!([group["draft"], group["missing"]]), told, "{group}");
        }
        let missing = |token: Option<&str>| {
            let request = service.get(&format!("/stats/completeness/missing?year={YEAR}&limit=2"));
            let request = if let Some(token) = token { request.token(token) } else { request };
            request.send().expect(200).value()
        };
        let first = missing(None);
        assert_eq!(first["items"].as_array().map(Vec::len), Some(2));
        let cursor = first["next_cursor"].as_str().expect("a cursor");
        let rest = service.get(&format!("/stats/completeness/missing?year={YEAR}&limit=2&cursor={cursor}")).send().expect(200).value();
        assert_eq!((rest["items"].as_array().map(Vec::len), &rest["next_cursor"]), (Some(1), &Value::Null));
        assert_eq!(missing(Some(&service.admin()))["items"].as_array().map(Vec::len), Some(2), "the county has begun");
        verified(&world);
        let line = format!("/years/{YEAR}/roster/{}", world.bureau);
        let tag = service.get(&line).send().tag().to_owned();
        let later = json!({"due_on": "2099-12-31", "reason": "机构改革"});
        service.patch(&line).token(&service.admin()).if_match(&tag).json(&later).send().refused(409, "due_day_passed");
        assert_eq!(service.get(&path).send().value()["total"]["late"], 1, "what was late stays late");
        let neighbour = format!("/years/{YEAR}/roster/{}", world.neighbour);
        let tag = service.get(&neighbour).send().tag().to_owned();
        service.patch(&neighbour).token(&service.admin()).if_match(&tag).json(&json!({"exempt": true, "reason": "撤销"})).send().expect(200);
        let exempted = service.get(&path).send().value();
        assert_eq!((&exempted["total"]["expected"], &exempted["total"]["missing"]), (&json!(3), &json!(2)));
        verified(&world);
    }

    fn consolidated_reports_are_filled_reconciled_and_never_added_twice(service) {
        let world = World::new(service);
        published(&world, &world.bureau, YEAR);
        published(&world, &world.county, YEAR);
        let open = |agency: &str, token: &str| {
            let body = json!({"agency_id": agency, "year": YEAR, "scope": "consolidated", "prefill": "subordinates"});
            service.post("/reports").token(token).json(&body).send()
        };
        let own = json!({"agency_id": world.neighbour, "year": YEAR, "prefill": "subordinates"});
        service.post("/reports").token(&world.stranger()).json(&own).send().faults("invalid_input", &["/prefill"]);
        let made = open(&world.county, &world.editor()).expect(201);
        let report = made.value();
        assert_eq!(report["sections"]["requests"]["table"]["new_requests"]["total"].as_i64(), Some(2 * new_requests()));
        let path = format!("/reports/{}", id_of(&made));
        let ask = |token: &str| service.get(&format!("{path}/reconciliation")).token(token).send();
        let found = ask(&world.editor()).expect(200).value();
        assert_eq!((&found["contributing"], &found["differences"]), (&json!(2), &json!([])));
        assert_eq!(found["revisions"].as_array().map(Vec::len), Some(2));
        ask(&world.stranger()).refused(404, "not_found");
        let patch = json!({"sections": {"disputes": {"table": {"reconsideration": {"upheld": 7}}}}});
        service.patch(&path).token(&world.editor()).if_match(made.tag()).json(&patch).send().expect(200);
        let found = ask(&world.editor()).expect(200).value();
        let difference = &found["differences"][0];
        assert_eq!((&difference["pointer"], &difference["reported"]), (&json!("/sections/disputes/table/reconsideration/upheld"), &json!(7)));
        let judged = service.get(&format!("{path}/findings")).token(&world.editor()).send().value();
        let sums: Vec<&Value> = judged["findings"].as_array().expect("findings").iter()
            .filter(|finding| finding["rule"] == "consolidated.sums").collect();
        assert_eq!((sums.len(), &sums[0]["severity"]), (1, &json!("warning")));
        let tag = service.get(&path).token(&world.editor()).send().tag().to_owned();
        let mend = json!({"sections": {"disputes": {"table": {"reconsideration": {"upheld": difference["sum"]}}},
            "overview": {"text": "汇总。"}, "problems": {"text": "无。"}, "other_matters": {"text": "无。"}}});
        let mended = service.patch(&path).token(&world.editor()).if_match(&tag).json(&mend).send();
        if mended.status != 200 {
            let sections = service.get("/formats/2021").send().value()["sections"].clone();
            let mut texts = json!({"disputes": {"table": {"reconsideration": {"upheld": difference["sum"]}}}});
            for section in sections.as_array().expect("sections") {
                if section["body"] == "narrative" {
                    texts[section["key"].as_str().expect("a key")] = json!({"text": "汇总情况。"});
                }
            }
            service.patch(&path).token(&world.editor()).if_match(&tag).json(&json!({"sections": texts})).send().expect(200);
        }
        world.publish(&id_of(&made));
        let consolidated = |within: &str| {
            service.get(&format!("/stats/totals?year={YEAR}&within={within}&scope=consolidated")).send().expect(200).value()
        };
        let above = consolidated(&world.province);
        assert_eq!((&above["reports"], &above["made_of"][0]["agency"]["id"]), (&json!(1), &json!(world.county)));
        assert_eq!(cell(&above, NEW).as_i64(), Some(2 * new_requests()));
        assert_eq!(counted(&totals(&world, &world.province)).0, 2, "own ones alone");
        verified(&world);
    }

    fn a_table_without_lines_still_names_its_columns(service) {
        let world = World::new(service);
        let csv = |path: &str| {
            let text = service.get(path).header("accept", "text/csv").send().expect(200).text();
            text.trim_start_matches('\u{feff}').lines().map(str::to_owned).collect::<Vec<String>>()
        };
        let of = |what: &str, query: &str| csv(&format!("/stats/{what}?year={YEAR}&within={}{query}", world.bureau));
        let nothing = of("breakdown", &format!("&indicators={NEW},{FEES}"));
        assert_eq!(nothing, [format!("agency.id,agency.name,reports,values.{NEW},values.{FEES}")]);
        let nothing = of("completeness", "&group_by=child");
        assert_eq!(nothing, ["agency.id,agency.name,expected,draft,in_review,approved,published,on_time,late,missing,archived"]);
        let trends = csv(&format!("/stats/trends?from=2090&to=2091&indicators={NEW}"));
        assert_eq!(trends.len(), 1);
        published(&world, &world.bureau, YEAR);
        let trends_of = csv(&format!("/stats/trends?from={YEAR}&to={YEAR}&indicators={NEW}"));
        assert_eq!((trends_of.len(), &trends_of[0]), (2, &trends[0]), "the same columns as with lines");
        assert_eq!(of("completeness/missing", ""), ["agency.id,agency.name,scope,due_on,overdue"]);
    }

    fn what_is_published_in_one_group_is_counted_before_any_other_write_sees_it(service) {
        let world = World::new(service);
        let bureaus: Vec<String> = (1..=4)
            .map(|number| register(service, &format!("乙县第{number}局"), "county", "department", Some(&world.county)))
            .collect();
        let approved: Vec<String> = bureaus
            .iter()
            .map(|bureau| {
                let body = json!({"agency_id": bureau, "year": YEAR, "sections": suqian(YEAR)["sections"]});
                let id = id_of(&service.post("/reports").token(&world.editor()).json(&body).send().expect(201));
                world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201);
                (1..=3).for_each(|number| {
                    world.transit(&id, &world.reviewer(number), json!({"action": "approve"})).expect(201);
                });
                id
            })
            .collect();
        let (admin, publisher) = (service.admin(), world.publisher());
        let moved = service.get(&format!("/agencies/{}", bureaus[1])).token(&admin).send().tag().to_owned();
        let tags: Vec<String> = approved
            .iter()
            .map(|id| service.get(&format!("/reports/{id}")).token(&publisher).send().tag().to_owned())
            .collect();
        let service: &crate::api::harness::process::Service = service;
        let publish = |at: usize| {
            let path = format!("/reports/{}/transitions", approved[at]);
            let order = json!({"action": "publish"});
            service.post(&path).token(&publisher).if_match(&tags[at]).json(&order).send().expect(201);
        };
        let remove = || {
            let order = json!({"parent_id": world.neighbour});
            let path = format!("/agencies/{}", bureaus[1]);
            service.patch(&path).token(&admin).if_match(&moved).json(&order).send().expect(200);
        };
        // The first is taken alone; those that come meanwhile make one group: two are published, one of the two agencies
        // is moved with its figures, and two more are published.
        let held = service.database.hold_writes();
        std::thread::scope(|scope| {
            let (publish, mut come) = (&publish, service.writes_queued());
            scope.spawn(|| register(service, "乙县另一局", "county", "department", Some(&world.county)));
            service.queues(&mut come);
            scope.spawn(move || publish(0));
            service.queues(&mut come);
            scope.spawn(move || publish(1));
            service.queues(&mut come);
            scope.spawn(remove);
            service.queues(&mut come);
            scope.spawn(move || publish(2));
            service.queues(&mut come);
            scope.spawn(move || publish(3));
            service.queues(&mut come);
            drop(held);
        });
        verified(&world);
        assert_eq!(totals(&world, &world.county)["reports"], 3);
        assert_eq!(totals(&world, &world.neighbour)["reports"], 1);
        assert_eq!(counted(&totals(&world, "")), (4, Some(4 * new_requests())));
    }

    fn sums_that_were_tampered_with_are_found_and_repaired(service) {
        let world = World::new(service);
        published(&world, &world.bureau, YEAR);
        let tamper = [
            "UPDATE sums SET reports = reports + 1 WHERE node <> '' AND reports > 0",
            "UPDATE sums SET draft = draft + 1 WHERE node = '' AND level = 'county'",
        ];
        use diesel::connection::SimpleConnection;
        use diesel::Connection;
        match &*service.database {
            Database::Sqlite(folder) => {
                let file = folder.path().join("test.db").to_string_lossy().into_owned();
                let patient = format!("PRAGMA busy_timeout = 5000; {}", tamper.join("; "));
                diesel::SqliteConnection::establish(&file).expect("the file").batch_execute(&patient).expect("tampered");
            }
            Database::Postgres { .. } => {
                let url = service.database.url();
                diesel::PgConnection::establish(&url).expect("the database").batch_execute(&tamper.join("; ")).expect("tampered");
            }
        }
        let found = service.run(&["stats", "verify"]);
        let rows = String::from_utf8_lossy(&found.stderr).into_owned();
        assert!(!found.status.success() && rows.contains("5 处不符"), "three sums, two counters: {found:?}");
        assert!(service.run(&["stats", "verify", "--repair"]).status.success());
        verified(&world);
        assert_eq!(counted(&totals(&world, &world.county)), (1, Some(new_requests())));
    }
}
