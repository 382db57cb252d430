//! The registry over time: succession, history, the registry as of a day, many agencies at once, rosters
//! settled by hand.

use super::harness::client::Reply;
use super::harness::world::{World, YEAR, id_of, open_year, register, suqian};
use chrono::Datelike;
use serde_json::{Value, json};

fn succeed(world: &World<'_>, agency: &str, order: Value) -> Reply {
    let path = format!("/agencies/{agency}");
    let tag = world.service.get(&path).send().tag().to_owned();
    let token = world.service.admin();
    world.service.post(&format!("{path}/succession")).token(&token).if_match(&tag).json(&order).send()
}

fn names(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().expect("items");
    items.iter().filter_map(|item| Some(item["name"].as_str()?.to_owned())).collect()
}

on_both! {
    fn a_merged_agency_is_exempt_and_its_successor_answers_for_what_it_carried(service) {
        let world = World::new(service);
        open_year(service, YEAR + 1);
        let heir = register(service, "乙县综合局", "county", "department", Some(&world.county));
        let filed = |agency: &str| {
            let body = json!({"agency_id": agency, "year": YEAR, "sections": suqian(YEAR)["sections"]});
            id_of(&service.post("/reports").token(&world.editor()).json(&body).send().expect(201))
        };
        for agency in [&world.bureau, &heir] {
            let id = filed(agency);
            world.publish(&id);
        }
        let order = json!({"kind": "merged", "successor_id": heir, "effective_on": "2024-06-30", "reason": "机构改革"});
        let ended = succeed(&world, &world.bureau, order).expect(200).value();
        assert_eq!(
            (&ended["status"], &ended["valid_to"], &ended["successor_id"]),
            (&json!("merged"), &json!("2024-06-30"), &json!(heir))
        );
        let line = |agency: &str| service.get(&format!("/years/{}/roster/{agency}", YEAR + 1)).send().expect(200).value();
        assert_eq!((&line(&world.bureau)["exempt"], &line(&heir)["exempt"]), (&json!(true), &json!(false)));
        let body = json!({"agency_id": heir, "year": YEAR + 1, "prefill": "previous"});
        let made = service.post("/reports").token(&world.editor()).json(&body).send().expect(201).value();
        let carried = suqian(YEAR)["sections"]["requests"]["table"]["carried_forward"]["total"].as_i64();
        assert_eq!(
            made["sections"]["requests"]["table"]["carried_over"]["total"].as_i64(),
            carried.map(|count| count * 2),
            "its own and its predecessor's"
        );
        let judged = service.get(&format!("/reports/{}/findings", made["id"].as_str().expect("an id")))
            .token(&world.editor()).send().value();
        assert_eq!(judged["previous"].as_array().map(Vec::len), Some(2));
        succeed(&world, &world.bureau, json!({"kind": "abolished", "effective_on": "2024-07-01"}))
            .refused(409, "agency_ended");
    }

    fn a_succession_is_checked(service) {
        let world = World::new(service);
        let path = format!("/agencies/{}/succession", world.bureau);
        let tag = service.get(&format!("/agencies/{}", world.bureau)).send().tag().to_owned();
        let order = json!({"kind": "abolished", "effective_on": "2024-06-30", "reason": "撤销"});
        let send = |token: &str| service.post(&path).token(token).if_match(&tag).json(&order).send();
        send(&world.editor()).refused(403, "forbidden");
        send(&world.stranger()).refused(403, "forbidden");
        service.post(&path).token(&service.admin()).json(&order).send().refused(428, "precondition_required");
        let merged = |successor: Value| json!({"kind": "merged", "successor_id": successor, "effective_on": "2024-06-30"});
        succeed(&world, &world.bureau, merged(Value::Null)).faults("invalid_input", &["/successor_id"]);
        succeed(&world, &world.bureau, merged(json!("018d0000-0000-7000-8000-000000000000")))
            .faults("invalid_input", &["/successor_id"]);
        succeed(&world, &world.bureau, merged(json!(world.bureau))).refused(409, "agency_cycle");
        succeed(&world, &world.bureau, json!({"kind": "abolished", "effective_on": "2999-01-01"}))
            .faults("invalid_input", &["/effective_on"]);
        succeed(&world, &world.bureau, json!({"kind": "split"})).faults("invalid_input", &["/kind", "/effective_on"]);
        let ended = send(&world.supervisor()).expect(200).value();
        assert_eq!((&ended["status"], &ended["successor_id"]), (&json!("abolished"), &Value::Null));
    }

    fn the_registry_is_read_as_of_a_day(service) {
        let world = World::new(service);
        let admin = service.admin();
        let body = json!({"name": "新设局", "level": "county", "kind": "department", "parent_id": world.county,
            "valid_from": "2024-03-01"});
        let young = id_of(&service.post("/agencies").token(&admin).json(&body).send().expect(201));
        let order = json!({"kind": "merged", "successor_id": young, "effective_on": "2024-06-30"});
        succeed(&world, &world.bureau, order).expect(200);
        let at = |path: &str, day: &str| {
            let mark = if path.contains('?') { '&' } else { '?' };
            service.get(&format!("{path}{mark}at={day}")).send()
        };
        let bureau = format!("/agencies/{}", world.bureau);
        assert_eq!(at(&bureau, "2024-06-29").expect(200).value()["status"], "active");
        assert_eq!(at(&bureau, "2024-06-30").expect(200).value()["status"], "merged");
        let young_path = format!("/agencies/{young}");
        at(&young_path, "2024-02-29").refused(404, "not_found");
        at(&young_path, "2024-03-01").expect(200);
        let children = format!("/agencies/{}/children", world.county);
        assert_eq!(names(&at(&children, "2024-01-01").value()), ["乙县信访局"]);
        assert_eq!(names(&at(&format!("{children}?sort=name"), "2024-04-01").value()).len(), 2);
        let within = format!("/agencies?within={}&status=active&count=true", world.county);
        assert_eq!(at(&within, "2024-01-01").value()["total"], 2);
        assert_eq!(at(&within, "2024-05-01").value()["total"], 3);
        assert_eq!(at(&within, "2024-07-01").value()["total"], 2);
        let above = at(&format!("{bureau}/ancestors"), "2024-01-01").value();
        assert_eq!(names(&above), ["甲省人民政府", "乙县人民政府"]);
        let tree = at(&format!("/agencies/{}/tree", world.province), "2024-01-01").value();
        let counties = tree["children"].as_array().expect("children");
        assert_eq!(counties.len(), 2);
        assert_eq!(counties.iter().map(|county| county["children"].as_array().map_or(0, Vec::len)).sum::<usize>(), 1);
        at(&bureau, "gestern").refused(400, "invalid_query");
        at(&bureau, "0900-01-01").expect(200);
        let history = service.get(&format!("{bureau}/history")).token(&admin).send().expect(200).value();
        let changes: Vec<&str> = history["items"].as_array().expect("items").iter()
            .filter_map(|item| item["change"].as_str()).collect();
        assert_eq!(changes, ["registered", "merged"]);
        assert!(history["items"][1]["person"]["name"].is_string());
        let public = service.get(&format!("{bureau}/history")).send().expect(200).value();
        assert_eq!(public["items"][1]["person"], Value::Null);
    }

    fn an_agency_is_there_from_its_first_day_to_the_day_before_its_end(service) {
        let world = World::new(service);
        let admin = service.admin();
        let body = json!({"name": "临时指挥部", "level": "county", "kind": "dispatched", "parent_id": world.county,
            "valid_from": "2020-03-01", "valid_to": "2022-07-01"});
        let short = id_of(&service.post("/agencies").token(&admin).json(&body).send().expect(201));
        let path = format!("/agencies/{short}");
        let there = |day: &str| {
            let asked = |path: &str| service.get(&format!("{path}at={day}")).send();
            let listed = |path: &str| names(&asked(path).expect(200).value()).contains(&"临时指挥部".to_owned());
            let tree = asked(&format!("/agencies/{}/tree?", world.county)).expect(200).text();
            let told = [
                listed("/agencies?limit=200&"),
                listed("/agencies?status=active&"),
                listed(&format!("/agencies?within={}&", world.county)),
                listed(&format!("/agencies/{}/children?", world.county)),
                tree.contains("临时指挥部"),
                asked(&format!("{path}?")).status == 200,
            ];
            let counted = asked("/agencies?count=true&").value()["total"].as_i64() == Some(5);
            assert!(told.iter().all(|one| *one == counted), "{day}: {told:?} {counted}");
            counted
        };
        let days = ["2020-02-29", "2020-03-01", "2022-06-30", "2022-07-01", "2024-01-01"];
        assert_eq!(days.map(&there), [false, true, true, false, false]);
        service.get(&format!("{path}?at=2022-07-01")).send().refused(404, "not_found");
        // What is found out later about its first and last day holds for those days.
        let tag = service.get(&path).send().tag().to_owned();
        let patch = json!({"valid_from": "2019-01-01", "valid_to": "2021-01-01"});
        service.patch(&path).token(&admin).if_match(&tag).json(&patch).send().expect(200);
        let days = ["2018-12-31", "2019-06-01", "2020-12-31", "2021-01-01", "2022-06-30"];
        assert_eq!(days.map(&there), [false, true, true, false, false]);
        service.get(&path).send().expect(200);
    }

    fn who_has_ended_is_listed_no_more_but_where_others_still_stand_below(service) {
        let world = World::new(service);
        let center = register(service, "信访服务中心", "county", "directly_affiliated", Some(&world.bureau));
        let abolish = |agency: &str, day: &str| {
            succeed(&world, agency, json!({"kind": "abolished", "effective_on": day})).expect(200);
        };
        abolish(&world.bureau, "2024-06-30");
        let asked = |path: &str, day: &str| service.get(&format!("{path}at={day}")).send().expect(200).value();
        let within = format!("/agencies?within={}&", world.county);
        let children = format!("/agencies/{}/children?", world.county);
        assert_eq!(names(&asked(&within, "2024-06-29")), ["乙县人民政府", "乙县信访局", "信访服务中心"]);
        assert_eq!(names(&asked(&within, "2024-06-30")), ["乙县人民政府", "信访服务中心"]);
        assert_eq!((names(&asked(&children, "2024-06-29")), names(&asked(&children, "2024-06-30"))),
            (vec!["乙县信访局".to_owned()], Vec::new()));
        // Whoever asks for what has ended is told.
        assert_eq!(names(&asked("/agencies?status=abolished&", "2024-06-29")), Vec::<String>::new());
        assert_eq!(names(&asked("/agencies?status=abolished&", "2024-06-30")), ["乙县信访局"]);
        let bureau = asked(&format!("/agencies/{}?", world.bureau), "2024-06-30");
        assert_eq!((&bureau["status"], &bureau["valid_to"]), (&json!("abolished"), &json!("2024-06-30")));
        let tree = format!("/agencies/{}/tree?", world.county);
        let kept = asked(&tree, "2024-07-01")["children"].clone();
        assert_eq!((&kept[0]["status"], &kept[0]["children"][0]["name"]), (&json!("abolished"), &json!("信访服务中心")));
        let above = asked(&format!("/agencies/{center}/ancestors?"), "2024-07-01");
        assert_eq!(names(&above), ["甲省人民政府", "乙县人民政府", "乙县信访局"]);
        abolish(&center, "2024-09-01");
        assert_eq!(asked(&tree, "2024-09-01")["children"], json!([]));
        assert_eq!(asked(&tree, "2024-08-31")["children"], kept);
    }

    fn a_tree_too_large_to_show_is_cut_at_a_whole_level_and_says_so(service) {
        let admin = service.admin();
        let root = register(service, "甲省人民政府", "provincial", "government", None);
        let full = register(service, "乙市人民政府", "municipal", "government", Some(&root));
        register(service, "丙市人民政府", "municipal", "government", Some(&root));
        // All or none: in one write of more values than PostgreSQL takes in a statement.
        let line = |number: i32| json!({"name": format!("局{number}"), "level": "municipal",
            "kind": "department", "parent_id": full}).to_string();
        let lines: Vec<String> = (0..6_001).map(line).collect();
        let done = service.post("/agencies/batch?atomic=true").token(&admin)
            .body("application/x-ndjson", lines.join("\n")).send().expect(200).value();
        assert_eq!(done["accepted"], 6_001);
        for at in ["", "&at=2024-01-01"] {
            let tree = |agency: &str, depth: u8| {
                service.get(&format!("/agencies/{agency}/tree?depth={depth}{at}")).send().expect(200).value()
            };
            let whole = tree(&root, 24);
            assert_eq!(whole["truncated"], true);
            let cities = whole["children"].as_array().expect("children");
            assert_eq!(cities.len(), 2, "the level that is whole");
            assert!(cities.iter().all(|city| city["children"] == json!([])));
            let one = tree(&root, 1);
            assert_eq!((one.get("truncated"), one["children"].as_array().map(Vec::len)), (None, Some(2)));
            let city = tree(&full, 3);
            assert_eq!((&city["truncated"], &city["children"]), (&json!(true), &json!([])));
            let listed = service.get(&format!("/agencies/{full}/children?count=true{at}")).send().expect(200).value();
            assert_eq!((&listed["total"], &listed["total_at_least"]), (&Value::Null, &json!(1_000)), "too many to count");
        }
    }

    fn a_move_today_leaves_yesterday_as_it_was(service) {
        let world = World::new(service);
        let path = format!("/agencies/{}", world.bureau);
        let tag = service.get(&path).send().tag().to_owned();
        let order = json!({"parent_id": world.neighbour, "name": "丙县信访局"});
        service.patch(&path).token(&service.admin()).if_match(&tag).json(&order).send().expect(200);
        let before = service.get(&format!("{path}?at=2024-01-01")).send().value();
        assert_eq!((&before["name"], &before["parent_id"]), (&json!("乙县信访局"), &json!(world.county)));
        let within = |root: &str, at: &str| {
            service.get(&format!("/agencies?within={root}&count=true{at}")).send().value()["total"].clone()
        };
        assert_eq!((within(&world.county, "&at=2024-01-01"), within(&world.county, "")), (json!(2), json!(1)));
        assert_eq!((within(&world.neighbour, "&at=2024-01-01"), within(&world.neighbour, "")), (json!(1), json!(2)));
    }

    fn many_agencies_are_registered_in_one_call_and_each_refusal_is_told_at_its_line(service) {
        let world = World::new(service);
        let admin = service.admin();
        let lines = [
            json!({"name": "甲局", "level": "county", "kind": "department", "parent_id": world.county, "uscc": "11341702486344515H"}),
            json!({"name": "甲局下属中心", "level": "county", "kind": "directly_affiliated", "parent_id": "11341702486344515H"}),
            json!({"name": "乙局", "level": "county", "kind": "department", "uscc": "11341702486344515H"}),
            json!({"name": "丙局", "level": "village", "kind": "department"}),
        ];
        let text: Vec<String> = lines.iter().map(Value::to_string).collect();
        let body = format!("{}\n\n{{\"name\":\n", text.join("\n"));
        let send = |query: &str, body: &str, media: &str, token: &str| {
            service.post(&format!("/agencies/batch{query}")).token(token).body(media, body.as_bytes()).send()
        };
        let media = "application/x-ndjson";
        send("", &body, media, &world.editor()).refused(403, "forbidden");
        send("", &body, "application/xml", &admin).refused(415, "unsupported_media_type");
        send("?atomic=maybe", &body, media, &admin).refused(400, "invalid_query");
        let problem = send("?atomic=true", &body, media, &admin).refused(422, "batch_refused");
        assert_eq!(problem["rows"].as_array().map(Vec::len), Some(2), "what cannot be read: {problem}");
        let count = || service.get("/agencies?count=true").send().value()["total"].as_i64();
        let before = count();
        let taken = text[..3].join("\n");
        let problem = send("?atomic=true", &taken, media, &admin).refused(422, "batch_refused");
        assert_eq!((&problem["rows"][0]["line"], &problem["rows"][0]["problem"]["code"]), (&json!(3), &json!("uscc_taken")));
        assert_eq!(count(), before, "none was kept");
        // Each line's problem is told as the whole is: in the caller's language, under the request's id.
        for refused in [&taken, &body] {
            let english = service.post("/agencies/batch?atomic=true").token(&admin).header("accept-language", "en")
                .body(media, refused.as_bytes()).send().refused(422, "batch_refused");
            for row in english["rows"].as_array().expect("rows") {
                let problem = &row["problem"];
                assert!(problem["title"].as_str().is_some_and(str::is_ascii), "{row}");
                assert_eq!(problem["instance"], english["instance"]);
            }
        }

        let result = send("", &body, media, &admin).expect(200).value();
        assert_eq!((&result["accepted"], &result["refused"]), (&json!(2), &json!(3)));
        let statuses: Vec<(i64, i64)> = result["rows"].as_array().expect("rows").iter()
            .map(|row| (row["line"].as_i64().unwrap_or(0), row["status"].as_i64().unwrap_or(0))).collect();
        assert_eq!(statuses, [(1, 201), (2, 201), (3, 409), (4, 422), (6, 400)]);
        let child = result["rows"][1]["id"].as_str().expect("an id");
        let child = service.get(&format!("/agencies/{child}")).send().value();
        assert_eq!(child["parent_id"], result["rows"][0]["id"]);
    }

    fn a_spreadsheets_csv_is_taken_in_its_own_charset(service) {
        let world = World::new(service);
        let text = format!(
            "name,level,kind,parent_id,postcode,phone\r\n丁局,county,department,{0},034000,0355-7832000\r\n戊局,county,bureau,{0},,\r\n",
            world.county
        );
        let (gbk, _, _) = encoding_rs::GBK.encode(&text);
        let result = service.post("/agencies/batch").token(&world.supervisor())
            .body("text/csv", gbk.into_owned()).send().expect(200).value();
        assert_eq!((&result["accepted"], &result["rows"][1]["line"]), (&json!(1), &json!(3)));
        let made = result["rows"][0]["id"].as_str().expect("an id");
        let made = service.get(&format!("/agencies/{made}")).send().value();
        assert_eq!((&made["name"], &made["contact"]["postcode"]), (&json!("丁局"), &json!("034000")));
        let send = |text: &str| service.post("/agencies/batch").token(&world.supervisor()).body("text/csv", text).send();
        send("name,level,name\na,county,b\n").refused(422, "document_unreadable");
        // A line with another number of columns is refused by itself, as a line of JSON is that cannot be read.
        let lines = format!("name,level,kind,parent_id\n短,county\n己局,county,department,{}\n", world.county);
        let result = send(&lines).expect(200).value();
        assert_eq!((&result["accepted"], &result["refused"]), (&json!(1), &json!(1)));
        let problem = &result["rows"][0];
        assert_eq!((&problem["line"], &problem["problem"]["code"]), (&json!(2), &json!("document_unreadable")));
    }

    fn a_batch_is_replayed_under_its_key(service) {
        let world = World::new(service);
        let line = json!({"name": "甲局", "level": "county", "kind": "department", "parent_id": world.county});
        let send = || service.post("/agencies/batch").token(&service.admin()).header("idempotency-key", "batch-1")
            .body("application/x-ndjson", format!("\u{feff}{line}")).send().expect(200);
        let first = send().value();
        let again = send();
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.value(), first);
    }

    fn a_line_of_the_roster_is_settled_by_hand_with_a_reason(service) {
        let world = World::new(service);
        // A day is put off before it has come.
        let year = (chrono::Utc::now() + chrono::Duration::hours(8)).year();
        open_year(service, year);
        let path = format!("/years/{year}/roster/{}", world.bureau);
        let later = format!("{}-02-20", year + 1);
        let line = service.get(&path).send().expect(200);
        let edit = |token: &str, tag: &str, body: &Value| service.patch(&path).token(token).if_match(tag).json(body).send();
        let extend = json!({"due_on": later, "reason": "系统迁移"});
        edit(&world.editor(), line.tag(), &extend).refused(403, "forbidden");
        edit(&world.supervisor(), line.tag(), &json!({"exempt": true})).faults("invalid_input", &["/reason"]);
        edit(&world.supervisor(), line.tag(), &json!({"due_on": format!("{year}-12-31"), "reason": "x"})).faults("invalid_input", &["/due_on"]);
        service.patch(&path).token(&world.supervisor()).json(&extend).send().refused(428, "precondition_required");
        let changed = edit(&world.supervisor(), line.tag(), &extend).expect(200);
        assert_eq!((&changed.value()["due_on"], &changed.value()["reason"]), (&json!(later), &json!("系统迁移")));
        edit(&world.supervisor(), line.tag(), &extend).refused(412, "precondition_failed");
        let draft = json!({"agency_id": world.bureau, "year": year});
        let id = id_of(&service.post("/reports").token(&world.editor()).json(&draft).send().expect(201));
        assert_eq!(service.get(&format!("/reports/{id}")).token(&world.editor()).send().value()["due_on"], later.as_str());
        // A change of the registry leaves it settled.
        let agency = format!("/agencies/{}", world.bureau);
        let tag = service.get(&agency).send().tag().to_owned();
        service.patch(&agency).token(&service.admin()).if_match(&tag).json(&json!({"short_name": "信访局"})).send().expect(200);
        assert_eq!(service.get(&path).send().value()["due_on"], later.as_str());
        let moved = edit(&service.admin(), service.get(&path).send().tag(), &json!({"parent_id": world.neighbour, "reason": "划归"}));
        assert_eq!(moved.expect(200).value()["path"][1], *world.neighbour);
        edit(&service.admin(), service.get(&path).send().tag(), &json!({"parent_id": world.bureau, "reason": "x"}))
            .refused(409, "agency_cycle");
        service.get(&format!("{path}?scope=consolidated")).send().refused(404, "not_found");
        // What the server makes is taken back as it is, and only so.
        let line = service.get(&path).send();
        let mut whole = line.value();
        whole["exempt"] = json!(true);
        whole["reason"] = json!("经批准免报");
        for (member, other) in [("name", json!("另一局")), ("path", json!([])), ("level", json!("township")),
            ("kind", json!(null)), ("scope", json!("consolidated")), ("agency", json!({"id": world.county}))] {
            let pointer = format!("/{member}");
            edit(&service.admin(), line.tag(), &json!({member: other, "reason": "x"}))
                .faults("read_only", &[pointer.as_str()]);
        }
        let edited = edit(&service.admin(), line.tag(), &whole).expect(200);
        assert_eq!((edited.value(), edited.tag() == line.tag()), (whole, false));
    }

    fn a_closed_years_roster_stands_whatever_becomes_of_the_tree(service) {
        let world = World::new(service);
        let year = format!("/years/{YEAR}");
        let close = |state: &str| {
            let tag = service.get(&year).send().tag().to_owned();
            service.patch(&year).token(&service.admin()).if_match(&tag).json(&json!({"state": state})).send().expect(200);
        };
        close("closed");
        let before = service.get(&format!("{year}/roster")).send().value();
        succeed(&world, &world.bureau, json!({"kind": "merged", "successor_id": world.neighbour, "effective_on": "2024-06-30"})).expect(200);
        let agency = format!("/agencies/{}", world.county);
        let tag = service.get(&agency).send().tag().to_owned();
        service.patch(&agency).token(&service.admin()).if_match(&tag)
            .json(&json!({"parent_id": world.neighbour, "name": "乙区"})).send().expect(200);
        assert_eq!(service.get(&format!("{year}/roster")).send().value(), before);
        let line = format!("{year}/roster/{}", world.bureau);
        let tag = service.get(&line).send().tag().to_owned();
        let edit = json!({"exempt": true, "reason": "经批准免报"});
        service.patch(&line).token(&service.admin()).if_match(&tag).json(&edit).send().expect(200);
        close("archived");
        let tag = service.get(&line).send().tag().to_owned();
        let edit = json!({"exempt": false, "reason": "恢复应报"});
        service.patch(&line).token(&service.admin()).if_match(&tag).json(&edit).send().refused(409, "year_state");
    }
}
