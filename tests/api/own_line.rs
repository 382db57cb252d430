//! Nobody settles what they themselves are held to, and nothing that others have seen is destroyed.

use super::harness::client::Reply;
use super::harness::process::Service;
use super::harness::world::{World, YEAR, id_of, open_year, register};
use chrono::Datelike;
use serde_json::{Value, json};

/// This year, whose reports are not due yet.
fn this_year() -> i32 {
    (chrono::Utc::now() + chrono::Duration::hours(8)).year()
}

fn patch(service: &Service, path: &str, token: &str, body: &Value) -> Reply {
    let tag = service.get(path).send().expect(200).tag().to_owned();
    service.patch(path).token(token).if_match(&tag).json(body).send()
}

fn explain(service: &Service, report: &str, key: &str, token: &str) -> Reply {
    let path = format!("/reports/{report}/findings/{key}/explanation");
    service.put(&path).token(token).json(&json!({"text": "确有其事"})).send()
}

/// The keys of a rule's findings.
fn keys(service: &Service, report: &str, token: &str, rule: &str) -> Vec<String> {
    let found = service.get(&format!("/reports/{report}/findings")).token(token).send().expect(200).value();
    let found =
        found["findings"].as_array().expect("findings").iter().filter(|finding| finding["rule"] == rule);
    found.filter_map(|finding| Some(finding["key"].as_str()?.to_owned())).collect()
}

on_both! {
    fn the_roster_follows_what_a_government_files_of_its_own_and_is_read_anew(service) {
        let world = World::new(service);
        let admin = service.admin();
        let path = format!("/years/{YEAR}/roster?within={}", world.neighbour);
        let lines = |path: &str| {
            let read = service.get(path).send().expect(200).value();
            read["items"].as_array().map(Vec::len)
        };
        let expected = || {
            let read = service.get(&format!("/stats/completeness?year={YEAR}&within={}", world.neighbour)).send();
            read.expect(200).value()["total"]["expected"].clone()
        };
        assert_eq!((lines(&path), expected()), (Some(1), json!(1)));
        let report = json!({"agency_id": world.neighbour, "year": YEAR});
        let report = service.post("/reports").token(&admin).json(&report).send().expect(201);
        assert_eq!((lines(&path), expected()), (Some(2), json!(2)), "also from what is kept");
        let id = id_of(&report);
        service.delete(&format!("/reports/{id}")).token(&admin).if_match(report.tag()).send().expect(204);
        assert_eq!((lines(&path), expected()), (Some(1), json!(1)));
    }

    fn what_else_an_agency_files_makes_nothing_due_when_the_registry_changes(service) {
        let world = World::new(service);
        let admin = service.admin();
        let body = json!({"name": "经济开发区管理委员会", "level": "county", "kind": "development_zone", "parent_id": world.county});
        let zone = service.post("/agencies").token(&admin).json(&body).send().expect(201);
        let id = id_of(&zone);
        let report = json!({"agency_id": id, "year": YEAR, "scope": "consolidated"});
        service.post("/reports").token(&admin).json(&report).send().expect(201);
        patch(service, &format!("/agencies/{id}"), &admin, &json!({"short_name": "开发区"})).expect(200);
        let lines = service.get(&format!("/years/{YEAR}/roster?within={id}")).send().expect(200).value();
        let scopes: Vec<&Value> = lines["items"].as_array().expect("lines").iter().map(|line| &line["scope"]).collect();
        assert_eq!(scopes, ["own"]);
    }

    fn what_was_settled_of_a_line_is_taken_back_by_null(service) {
        let world = World::new(service);
        let year = this_year();
        open_year(service, year);
        let path = format!("/years/{year}/roster/{}", world.bureau);
        let line = || service.get(&path).send().expect(200).value();
        let usual = line()["due_on"].clone();
        let settled = json!({"due_on": format!("{}-02-20", year + 1), "exempt": true, "reason": "系统迁移"});
        patch(service, &path, &world.supervisor(), &settled).expect(200);
        patch(service, &path, &world.supervisor(), &json!({"due_on": null, "exempt": null, "reason": "不再需要"})).expect(200);
        assert_eq!((&line()["due_on"], &line()["exempt"]), (&usual, &json!(false)));
    }

    fn the_line_of_ones_own_agency_is_settled_by_the_place_above(service) {
        let world = World::new(service);
        let year = this_year();
        open_year(service, year);
        let own = format!("/years/{year}/roster/{}", world.county);
        let below = format!("/years/{year}/roster/{}", world.bureau);
        let above = service.token("supervisor", &world.province, "省主管");
        let everywhere = service.token("supervisor", "", "全国主管");
        let exempt = json!({"exempt": true, "reason": "因故"});
        let extend = json!({"due_on": format!("{}-04-20", year + 1), "reason": "延期"});
        let moves = json!({"parent_id": world.neighbour, "reason": "划转"});
        for edit in [&exempt, &extend, &moves] {
            patch(service, &own, &world.supervisor(), edit).refused(403, "forbidden");
        }
        patch(service, &below, &world.supervisor(), &exempt).expect(200);
        patch(service, &own, &above, &extend).expect(200);
        let root = format!("/years/{year}/roster/{}", world.province);
        patch(service, &root, &above, &exempt).refused(403, "forbidden");
        patch(service, &root, &everywhere, &exempt).expect(200);
        patch(service, &own, &service.admin(), &exempt).expect(200);
    }

    fn a_due_day_is_put_off_before_it_has_come_alone(service) {
        let world = World::new(service);
        let year = this_year();
        open_year(service, year);
        let later = |year: i32| json!({"due_on": format!("{}-02-20", year + 1), "reason": "系统迁移"});
        patch(service, &format!("/years/{year}/roster/{}", world.bureau), &world.supervisor(), &later(year)).expect(200);
        let past = format!("/years/{YEAR}/roster/{}", world.bureau);
        for token in [world.supervisor(), service.admin()] {
            patch(service, &past, &token, &later(YEAR)).refused(409, "due_day_passed");
        }
        // An earlier day, or an exemption, is no extension.
        patch(service, &past, &world.supervisor(), &json!({"due_on": "2024-01-20", "reason": "提前"})).expect(200);
        patch(service, &past, &world.supervisor(), &json!({"exempt": true, "reason": "撤销"})).expect(200);
    }

    fn the_due_days_of_a_year_are_put_off_before_they_have_come_or_before_anything_is_filed(service) {
        let world = World::new(service);
        let path = format!("/years/{YEAR}");
        let admin = service.admin();
        let set = |days: Value| patch(service, &path, &admin, &days);
        let days = |department: &str, government: &str| {
            json!({"department_due_on": format!("{}-{department}", YEAR + 1), "government_due_on": format!("{}-{government}", YEAR + 1)})
        };
        // While it is being set up nobody is late by it.
        set(days("01-20", "03-20")).expect(200);
        set(days("01-25", "03-25")).expect(200);
        let report = id_of(&world.draft());
        set(days("01-31", "03-25")).refused(409, "due_day_passed");
        set(days("01-25", "03-31")).refused(409, "due_day_passed");
        // Nor by leaving the days out, nor by closing the year and opening it again.
        let tag = service.get(&path).send().tag().to_owned();
        service.put(&path).token(&admin).if_match(&tag).json(&json!({"year": YEAR})).send().refused(409, "due_day_passed");
        set(json!({"state": "closed"})).expect(200);
        set(days("01-31", "03-31")).refused(409, "due_day_passed");
        set(json!({"state": "open"})).expect(200);
        let due = || service.get(&format!("/reports/{report}")).token(&world.editor()).send().value()["due_on"].clone();
        assert_eq!(due(), format!("{}-01-25", YEAR + 1));
        set(days("01-20", "03-25")).expect(200);
        assert_eq!(due(), format!("{}-01-20", YEAR + 1));
        // Days that lie ahead are moved as ever, whatever is filed.
        let year = this_year();
        open_year(service, year);
        let body = json!({"agency_id": world.bureau, "year": year});
        service.post("/reports").token(&world.editor()).json(&body).send().expect(201);
        for day in ["01-20", "01-31"] {
            let due = json!({"department_due_on": format!("{}-{day}", year + 1)});
            patch(service, &format!("/years/{year}"), &admin, &due).expect(200);
        }
    }

    fn what_is_late_becomes_on_time_by_no_way_round(service) {
        let world = World::new(service);
        let line = format!("/years/{YEAR}/roster/{}", world.bureau);
        let due = || service.get(&line).send().expect(200).value()["due_on"].clone();
        let first = due();
        // What it is now changes nothing about a day that has passed.
        for change in [json!({"level": "township"}), json!({"level": "municipal"}), json!({"level": "county"}),
            json!({"kind": "general_office"}), json!({"kind": "department"})] {
            patch(service, &format!("/agencies/{}", world.bureau), &world.supervisor(), &change).expect(200);
            assert!(due().as_str() <= first.as_str(), "{change}: {}", due());
        }
        let report = id_of(&world.full_draft());
        world.publish(&report);
        let late = || {
            let path = format!("/stats/completeness?year={YEAR}&within={}", world.bureau);
            service.get(&path).send().expect(200).value()["total"]["late"].clone()
        };
        let before = late();
        let exempt = json!({"exempt": true, "reason": "撤销"});
        patch(service, &line, &world.supervisor(), &exempt).refused(409, "due_day_passed");
        assert_eq!(late(), before);
    }

    fn what_is_overdue_stays_due_whichever_day_its_agency_is_said_to_have_ended_on(service) {
        let world = World::new(service);
        open_year(service, YEAR + 1);
        let late = register(service, "乙县旧局", "county", "department", Some(&world.county));
        let other = register(service, "乙县另局", "county", "department", Some(&world.county));
        let line = |agency: &str, year: i32| format!("/years/{year}/roster/{agency}");
        let exempt = |agency: &str, year: i32| service.get(&line(agency, year)).send().expect(200).value()["exempt"].clone();
        let end = |agency: &str, order: Value| {
            let path = format!("/agencies/{agency}");
            let tag = service.get(&path).send().tag().to_owned();
            service.post(&format!("{path}/succession")).token(&world.supervisor()).if_match(&tag).json(&order).send().expect(200);
        };
        // Others have filed for the one year, nobody for the other, which is being set up.
        let report = id_of(&world.full_draft());
        world.publish(&report);
        let missing = || {
            let path = format!("/stats/completeness?year={YEAR}&within={}", world.county);
            service.get(&path).send().expect(200).value()["total"]["missing"].clone()
        };
        let before = missing();
        end(&late, json!({"kind": "abolished", "effective_on": "2023-12-31", "reason": "撤销"}));
        end(&other, json!({"kind": "merged", "successor_id": world.bureau, "effective_on": "2024-01-10", "reason": "合并"}));
        for agency in [&late, &other] {
            assert_eq!((exempt(agency, YEAR), exempt(agency, YEAR + 1)), (json!(false), json!(true)));
        }
        assert_eq!(missing(), before);
        // The place above may exempt it, and says why.
        let by_hand = json!({"exempt": true, "reason": "截止前已经撤销，登记迟了"});
        patch(service, &line(&late, YEAR), &world.supervisor(), &by_hand).expect(200);
        assert!(service.run(&["stats", "verify"]).status.success());
    }

    fn what_is_overdue_is_not_deleted_with_its_agency(service) {
        let world = World::new(service);
        let delete = |agency: &str| {
            let path = format!("/agencies/{agency}");
            let tag = service.get(&path).send().tag().to_owned();
            service.delete(&path).token(&world.supervisor()).if_match(&tag).send()
        };
        let register = |name: &str| register(service, name, "county", "department", Some(&world.county));
        let (early, mistaken, since) = (register("乙县旧局"), register("乙县误局"), register("乙县新局"));
        let there_in_time = |agency: &str| {
            service.database.execute(&format!("UPDATE agencies SET created_at = '2023-02-01 00:00:00' WHERE id = '{agency}'"));
        };
        [&early, &mistaken].into_iter().for_each(|agency| there_in_time(agency));
        // As long as nobody has filed the year is being set up.
        delete(&mistaken).expect(204);
        world.publish(&id_of(&world.full_draft()));
        delete(&early).refused(409, "due_day_passed");
        let missing = service.get(&format!("/stats/completeness/missing?year={YEAR}&within={}", world.county)).send().value();
        assert!(missing["items"].as_array().expect("items").iter().any(|line| line["agency"]["id"] == *early), "{missing}");
        delete(&since).expect(204);
        let exempt = json!({"exempt": true, "reason": "登记有误，从未设立"});
        patch(service, &format!("/years/{YEAR}/roster/{early}"), &world.supervisor(), &exempt).expect(200);
        delete(&early).expect(204);
    }

    fn what_an_agency_is_called_and_counts_as_the_place_above_settles(service) {
        let world = World::new(service);
        let own = format!("/agencies/{}", world.county);
        let below = format!("/agencies/{}", world.bureau);
        let mine = world.supervisor();
        for change in [json!({"name": "乙市人民政府"}), json!({"kind": "development_zone"}), json!({"level": "municipal"}),
            json!({"division_code": "140431"})] {
            patch(service, &own, &mine, &change).refused(403, "forbidden");
        }
        patch(service, &own, &mine, &json!({"short_name": "乙县", "contact": {"phone": "0355-7832001"}})).expect(200);
        let present = service.get(&own).send().expect(200);
        let mut whole = present.value();
        whole["short_name"] = json!("乙县政府");
        service.put(&own).token(&mine).if_match(present.tag()).json(&whole).send().expect(200);
        let tag = service.get(&own).send().tag().to_owned();
        let order = json!({"kind": "abolished", "effective_on": "2024-06-30"});
        service.post(&format!("{own}/succession")).token(&mine).if_match(&tag).json(&order).send().refused(403, "forbidden");
        service.delete(&own).token(&mine).if_match(&tag).send().refused(403, "forbidden");
        patch(service, &below, &mine, &json!({"name": "乙县信访和群众工作局"})).expect(200);
        let above = service.token("supervisor", &world.province, "省主管");
        patch(service, &own, &above, &json!({"name": "乙市人民政府"})).expect(200);
    }

    fn explanations_change_in_draft_alone_and_answers_until_the_last_approval(service) {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        let path = format!("/reports/{report}");
        let edit = |part: &str, change: Value| {
            let place = format!("{path}{part}");
            let tag = service.get(&place).token(&world.editor()).send().tag().to_owned();
            service.patch(&place).token(&world.editor()).if_match(&tag).json(&change).send().expect(200);
        };
        edit("/sections/overview", json!({"text": "依法做好各项工作。"}));
        edit("", json!({"title": "乙县信访局年度报告（联系电话 13812345678）"}));
        let own = keys(service, &report, &world.editor(), "overview.head_missing").remove(0);
        let private = keys(service, &report, &world.editor(), "privacy.mobile").remove(0);
        explain(service, &report, &own, &world.editor()).expect(200);
        explain(service, &report, &private, &world.supervisor()).expect(200);
        let withdraw = |key: &str, token: &str| {
            service.delete(&format!("{path}/findings/{key}/explanation")).token(token).send()
        };
        world.transit(&report, &world.editor(), json!({"action": "submit"})).expect(201);
        explain(service, &report, &own, &world.editor()).refused(409, "report_not_editable");
        withdraw(&own, &world.editor()).refused(409, "report_not_editable");
        explain(service, &report, &private, &world.supervisor()).expect(200);
        for number in 1..=3 {
            world.transit(&report, &world.reviewer(number), json!({"action": "approve"})).expect(201);
        }
        explain(service, &report, &private, &world.supervisor()).refused(409, "report_not_editable");
        withdraw(&private, &world.supervisor()).refused(409, "report_not_editable");
        world.transit(&report, &world.publisher(), json!({"action": "publish"})).expect(201);
        for (key, token) in [(&own, world.editor()), (&private, world.supervisor())] {
            explain(service, &report, key, &token).refused(409, "report_not_editable");
            withdraw(key, &token).refused(409, "report_not_editable");
        }
    }

    fn what_was_submitted_is_hidden_and_never_deleted(service) {
        let world = World::new(service);
        let report = id_of(&world.full_draft());
        let path = format!("/reports/{report}");
        world.transit(&report, &world.editor(), json!({"action": "submit"})).expect(201);
        let remark = json!({"pointer": "/title", "text": "题名不合规范"});
        let remark = service.post(&format!("{path}/comments")).token(&world.reviewer(1)).json(&remark).send().expect(201).value();
        world.transit(&report, &world.reviewer(1), json!({"action": "return", "comment": "请重写"})).expect(201);
        let discard = |path: &str| {
            let tag = service.get(path).token(&world.editor()).send().expect(200).tag().to_owned();
            service.delete(path).token(&world.editor()).if_match(&tag).send().expect(204);
        };
        discard(&path);
        for token in [world.editor(), world.reviewer(1), world.supervisor(), service.admin()] {
            service.get(&path).token(&token).send().refused(404, "not_found");
            let said = service.get(&format!("{path}/comments")).token(&token).send().expect(200).value();
            assert_eq!(said["items"][0]["text"], "题名不合规范");
            service.get(&format!("{path}/comments/{}", remark["id"].as_str().expect("an id"))).token(&token).send().expect(200);
            let made = service.get(&format!("{path}/transitions")).token(&token).send().expect(200).value();
            assert_eq!(made["items"][1]["comment"], "请重写");
        }
        service.get(&format!("{path}/comments")).token(&world.stranger()).send().refused(404, "not_found");
        service.post(&format!("{path}/comments")).token(&world.reviewer(1)).json(&json!({"pointer": "", "text": "x"})).send()
            .refused(404, "not_found");
        let listed = service.get("/reports?count=true").token(&world.editor()).send().expect(200).value();
        assert_eq!(listed["total"], 0);
        let tasks = service.get("/me/tasks").token(&world.editor()).send().expect(200).text();
        assert!(!tasks.contains(&report), "{tasks}");
        let audit = service.get(&format!("/audit?report_id={report}")).token(&service.admin()).send().value();
        let last = audit["items"].as_array().expect("items").last().expect("an entry").clone();
        assert_eq!((&last["action"], &last["detail"]["hidden"]), (&json!("report.discard"), &json!(true)));
        // The place is free: another report is filed, reviewed and published.
        let again = id_of(&world.full_draft());
        assert_ne!(again, report);
        world.publish(&again);
        assert!(service.run(&["stats", "verify"]).status.success());
        // Of a correction the working revision is hidden, and the next one has its number.
        let path = format!("/reports/{again}");
        let correct = || world.transit(&again, &world.publisher(), json!({"action": "correct", "comment": "更正"})).expect(201);
        correct();
        world.transit(&again, &world.editor(), json!({"action": "submit"})).expect(201);
        world.transit(&again, &world.reviewer(1), json!({"action": "return", "comment": "不必更正"})).expect(201);
        discard(&path);
        let hidden = format!("SELECT CAST(count(*) AS TEXT) AS value FROM revisions WHERE report_id = '{again}' AND number < 0");
        assert_eq!(service.database.text(&hidden).as_deref(), Some("1"), "its text is kept");
        let numbers = service.get(&format!("{path}/revisions")).token(&world.editor()).send().expect(200).value();
        assert_eq!(numbers["items"].as_array().map(Vec::len), Some(1));
        correct();
        world.publish(&again);
        assert_eq!(service.get(&path).send().expect(200).value()["revision"], 2);
    }

    fn a_draft_that_nobody_else_has_seen_is_gone(service) {
        let world = World::new(service);
        let draft = world.draft();
        let path = format!("/reports/{}", id_of(&draft));
        service.delete(&path).token(&world.editor()).if_match(draft.tag()).send().expect(204);
        service.get(&path).token(&world.editor()).send().refused(404, "not_found");
        service.get(&format!("{path}/comments")).token(&world.editor()).send().refused(404, "not_found");
        assert_eq!(service.database.text("SELECT CAST(count(*) AS TEXT) AS value FROM reports").as_deref(), Some("0"));
    }
}
