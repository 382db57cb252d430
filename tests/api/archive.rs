//! Old documents: taken in only in years that are over for long, never over secrets, and told apart for good.

use super::harness::process::Service;
use super::harness::wait_for;
use super::harness::world::{REAL_TEXT, World, YEAR, id_of, open_year, suqian};
use chrono::Datelike;
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

#[track_caller]
fn set_state(service: &Service, year: i32, state: &str) {
    let path = format!("/years/{year}");
    let tag = service.get(&path).send().expect(200).tag().to_owned();
    let body = json!({"state": state});
    service.patch(&path).token(&service.admin()).if_match(&tag).json(&body).send().expect(200);
}

fn archive() -> Value {
    json!({"action": "archive", "published_on": "2024-01-15"})
}

/// Last year, whose reports were due a while ago and not a year ago.
fn last_year() -> i32 {
    chrono::Utc::now().year() - 1
}

on_both! {
    fn an_archived_report_is_published_and_neither_on_time_nor_late(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        set_state(service, YEAR, "closed");
        let path = format!("/reports/{id}");
        let draft = service.get(&path).token(&service.admin()).send().expect(200).value();
        assert!(draft["allowed_actions"].as_array().expect("actions").contains(&json!("archive")), "{draft}");
        world.transit(&id, &world.publisher(), archive()).refused(403, "forbidden");
        let before = json!({"action": "archive", "published_on": "2020-01-01"});
        world.transit(&id, &service.admin(), before).faults("invalid_input", &["/published_on"]);
        world.transit(&id, &service.admin(), archive()).expect(201);
        let report = service.get(&path).send().expect(200).value();
        assert_eq!((&report["status"], &report["published_at"], &report["timeliness"]),
            (&json!("published"), &json!("2024-01-14T16:00:00Z"), &json!("archived")));
        let changes = service.get("/changes").send().expect(200).value();
        let change = &changes["items"][0];
        assert_eq!((&change["type"], &change["report_id"], &change["agency_id"], &change["year"], &change["revision"]),
            (&json!("report.archived"), &json!(id), &json!(world.bureau), &json!(YEAR), &json!(1)));
        assert!(change["seq"] == 1 && change["at"].is_string());
        let counted = service.get(&format!("/stats/completeness?year={YEAR}")).send().expect(200).value()["total"].clone();
        assert_eq!((&counted["published"], &counted["on_time"], &counted["late"], &counted["archived"]),
            (&json!(1), &json!(0), &json!(0), &json!(1)));
        assert_eq!(counted["missing"], json!(counted["expected"].as_i64().expect("a count") - 1));
        let totals = service.get(&format!("/stats/totals?year={YEAR}&within={}", world.county)).send().expect(200).value();
        assert_eq!(totals["reports"], 1);
        let listed = |timeliness: &str| {
            let list = service.get(&format!("/reports?timeliness={timeliness}&count=true")).send().expect(200).value();
            list["total"].clone()
        };
        assert_eq!((listed("archived"), listed("on_time"), listed("late")), (json!(1), json!(0), json!(0)));
        wait_for(|| {
            let found = service.get("/search?q=%E6%94%BF%E5%BA%9C%E4%BF%A1%E6%81%AF").send().expect(200).value();
            Some(()).filter(|()| found["items"].as_array().is_some_and(|items| !items.is_empty()))
        });
        assert!(service.run(&["stats", "verify"]).status.success(), "what was counted adds up");
        // A correction changes nothing about it.
        world.transit(&id, &world.publisher(), json!({"action": "correct", "comment": "更正"})).expect(201);
        world.publish(&id);
        let corrected = service.get(&path).send().expect(200).value();
        assert_eq!((&corrected["revision"], &corrected["timeliness"]), (&json!(2), &json!("archived")));
        let changes = service.get("/changes?since=1").send().value();
        assert_eq!(changes["items"][0]["type"], "report.corrected");
        assert!(service.run(&["stats", "verify"]).status.success());
    }

    fn nothing_is_archived_in_a_year_that_is_open_or_not_over_for_long(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        let refused = world.transit(&id, &service.admin(), archive()).refused(409, "transition_not_allowed");
        assert_eq!(refused["allowed"], json!(["submit"]));
        assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("2025-03-31")), "{refused}");
        let draft = service.get(&format!("/reports/{id}")).token(&service.admin()).send().value();
        assert!(!draft["allowed_actions"].as_array().expect("actions").contains(&json!("archive")), "{draft}");
        // Last year, closed today, and archived: it is the calendar that counts.
        let year = last_year();
        open_year(service, year);
        let body = json!({"agency_id": world.bureau, "year": year, "sections": suqian(2023)["sections"]});
        let recent = id_of(&service.post("/reports").token(&world.editor()).json(&body).send().expect(201));
        for state in ["closed", "archived"] {
            set_state(service, year, state);
            world.transit(&recent, &service.admin(), archive()).refused(409, "transition_not_allowed");
        }
        service.get(&format!("/reports/{recent}")).send().refused(404, "not_found");
        assert_eq!(service.get("/changes").send().value()["items"], json!([]));
    }

    fn secrets_and_personal_data_are_archived_by_nobody(service) {
        let world = World::new(service);
        let draft = world.full_draft();
        let (id, path) = (id_of(&draft), format!("/reports/{}", id_of(&draft)));
        let edit = |title: &str| {
            let tag = service.get(&path).token(&world.editor()).send().tag().to_owned();
            let body = json!({"title": title});
            service.patch(&path).token(&world.editor()).if_match(&tag).json(&body).send().expect(200);
        };
        edit("机密★10年 乙县信访局年度报告");
        set_state(service, YEAR, "closed");
        let refused = world.transit(&id, &service.admin(), archive()).refused(422, "findings_block_submit");
        assert!(refused["findings"].as_array().is_some_and(|found| found.iter().all(|one| one["rule"] == "secrecy.mark")), "{refused}");
        set_state(service, YEAR, "open");
        edit("乙县信访局年度报告 联系人 13812345678");
        set_state(service, YEAR, "closed");
        let refused = world.transit(&id, &service.admin(), archive()).refused(422, "findings_block_submit");
        assert!(refused["findings"].to_string().contains("privacy.mobile"), "{refused}");
        // Other faults are recorded and keep nothing out.
        set_state(service, YEAR, "open");
        edit("乙县信访局年度报告");
        let section = service.get(&format!("{path}/sections/overview")).token(&world.editor()).send();
        service.patch(&format!("{path}/sections/overview")).token(&world.editor()).if_match(section.tag())
            .json(&json!({"text": null})).send().expect(200);
        set_state(service, YEAR, "closed");
        let made = world.transit(&id, &service.admin(), archive()).expect(201).value();
        assert_eq!(made["judgement"]["valid"], false);
    }

    fn old_files_are_loaded_by_the_same_measure(service) {
        let world = World::new(service);
        let folder = TempDir::new().expect("a folder");
        fs::write(folder.path().join("a.txt"), REAL_TEXT).expect("written");
        let manifest = |year: i32| {
            let text = format!("file,agency,year,scope,published_on\na.txt,{},{year},own,2024-01-30\n", world.bureau);
            fs::write(folder.path().join("manifest.csv"), text).expect("written");
        };
        let load = || {
            let output = service.run(&["load", &folder.path().display().to_string()]);
            (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
        };
        manifest(YEAR);
        let (loaded, said) = load();
        assert!(!loaded && said.contains("不早于 2025-03-31"), "{said}");
        let year = last_year();
        open_year(service, year);
        set_state(service, year, "closed");
        manifest(year);
        let (loaded, said) = load();
        assert!(!loaded && said.contains("归档和装载旧文件只限已关闭的年度"), "{said}");
        assert_eq!(service.get("/changes").send().value()["items"], json!([]));
        set_state(service, YEAR, "closed");
        manifest(YEAR);
        let text = String::from_utf8(REAL_TEXT.to_vec()).expect("text");
        let secret = text.replacen("总体情况\n", "总体情况\n机密★10年\n", 1);
        assert_ne!(secret, text);
        fs::write(folder.path().join("a.txt"), secret).expect("written");
        let (loaded, said) = load();
        assert!(!loaded && said.contains("有密级或内部标识"), "{said}");
        fs::write(folder.path().join("a.txt"), REAL_TEXT).expect("written");
        let (loaded, said) = load();
        assert!(loaded, "{said}");
        let report = service.get(&format!("/agencies/{}/reports/{YEAR}", world.bureau)).send().expect(200).value();
        assert_eq!(report["timeliness"], "archived");
    }

    fn whether_it_was_on_time_is_settled_by_the_first_publication(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        world.publish(&id);
        let timeliness = || service.get(&format!("/reports/{id}")).send().expect(200).value()["timeliness"].clone();
        assert_eq!(timeliness(), "late");
        let late = || service.get(&format!("/stats/completeness?year={YEAR}")).send().value()["total"]["late"].clone();
        // Neither by the line of the roster nor by the year's plan does it come to be on time afterwards.
        let line = format!("/years/{YEAR}/roster/{}", world.bureau);
        let tag = service.get(&line).send().expect(200).tag().to_owned();
        let edit = json!({"due_on": "2099-12-31", "reason": "延期"});
        let answer = service.patch(&line).token(&service.admin()).if_match(&tag).json(&edit).send();
        assert!([200, 409, 422].contains(&answer.status), "{}", answer.text());
        assert_eq!((timeliness(), late()), (json!("late"), json!(1)));
        assert!(service.run(&["stats", "verify"]).status.success());
    }
}
