//! What everybody reads beside the reports is judged like them, and what is no text is taken nowhere.

use super::published;
use crate::api::harness::client::Reply;
use crate::api::harness::process::Service;
use crate::api::harness::world::{World, YEAR, id_of};
use serde_json::{Value, json};

const TOLD: &str = "张三手机13912345678，身份证11010519491231002X，机密★10年";

/// Refused for a mark and a number at this place, neither of which is told again.
fn unpublishable(reply: Reply, pointer: &str) {
    let problem = reply.refused(422, "findings_block_submit");
    let findings = problem["findings"].as_array().expect("findings");
    let rules: Vec<&str> = findings.iter().filter_map(|finding| finding["rule"].as_str()).collect();
    assert!(rules.contains(&"secrecy.mark") && rules.contains(&"privacy.mobile"), "{problem}");
    assert!(findings.iter().all(|finding| finding["pointer"] == pointer), "{problem}");
    assert!(!problem.to_string().contains("13912345678"), "{problem}");
}

fn patch(service: &Service, path: &str, token: &str, body: &Value) -> Reply {
    let tag = service.get(path).token(token).send().tag().to_owned();
    service.patch(path).token(token).if_match(&tag).json(body).send()
}

attacks! {
    fn no_string_that_everybody_reads_holds_a_mark_or_a_persons_number(service) {
        let world = World::new(service);
        let (admin, supervisor, publisher) = (service.admin(), world.supervisor(), world.publisher());
        let (year, bureau) = (format!("/years/{YEAR}"), format!("/agencies/{}", world.bureau));
        let line = format!("{year}/roster/{}", world.bureau);
        unpublishable(patch(service, &line, &supervisor, &json!({"exempt": true, "reason": TOLD})), "/reason");
        unpublishable(patch(service, &year, &admin, &json!({"note": TOLD})), "/note");
        unpublishable(service.post("/years").token(&admin).json(&json!({"year": 2030, "note": TOLD})).send(), "/note");

        let agency = |name: &str, more: Value| {
            let mut body = json!({"name": name, "level": "county", "kind": "department", "parent_id": world.county});
            body.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
            body
        };
        let named = "机密★张三13912345678局";
        let send = |body: Value| service.post("/agencies").token(&supervisor).json(&body).send();
        unpublishable(send(agency(named, json!({}))), "/name");
        unpublishable(send(agency("甲局", json!({"short_name": named}))), "/short_name");
        for member in ["address", "phone"] {
            unpublishable(send(agency("甲局", json!({"contact": {member: named}}))), &format!("/contact/{member}"));
        }
        unpublishable(patch(service, &bureau, &admin, &json!({"name": named})), "/name");
        let rows = service.post("/agencies/batch").token(&supervisor)
            .body("application/x-ndjson", agency(named, json!({})).to_string()).send().expect(200).value();
        assert_eq!((&rows["accepted"], &rows["rows"][0]["status"]), (&json!(0), &json!(422)), "{rows}");
        assert_eq!(rows["rows"][0]["problem"]["findings"][0]["pointer"], "/name", "{rows}");
        // An office may be reached by a mobile; that is no person's.
        let made = send(agency("甲局", json!({"contact": {"phone": "139-1234-5678", "email": "13912345678@163.com"}})));
        let made = format!("/agencies/{}", id_of(&made.expect(201)));

        let tag = service.get(&made).send().tag().to_owned();
        let end = json!({"kind": "abolished", "effective_on": "2023-01-01", "reason": TOLD});
        unpublishable(
            service.post(&format!("{made}/succession")).token(&supervisor).if_match(&tag).json(&end).send(),
            "/reason",
        );

        let report = published(&world);
        let path = format!("/reports/{report}");
        for action in ["withdraw", "correct"] {
            unpublishable(world.transit(&report, &publisher, json!({"action": action, "comment": TOLD})), "/comment");
        }
        let address = json!({"source_url": "https://www.example.gov.cn/open/13912345678"});
        let problem = patch(service, &path, &publisher, &address).refused(422, "findings_block_submit");
        assert_eq!(problem["findings"][0]["pointer"], "/source_url", "{problem}");
        world.transit(&report, &publisher, json!({"action": "correct", "comment": "改正"})).expect(201);
        world.publish(&report);
        let tag = service.get(&path).token(&supervisor).send().tag().to_owned();
        let order = json!({"reason": TOLD});
        let suppress = service.post(&format!("{path}/revisions/1/suppression")).token(&supervisor).if_match(&tag);
        unpublishable(suppress.json(&order).send(), "/reason");

        for path in [&year, &bureau, &line, &made, &format!("{made}/history"), &path, &format!("{path}/revisions/1")] {
            let told = service.get(path).send().expect(200).text();
            assert!(!told.contains("机密") && !told.contains("张三"), "{path}: {told}");
        }
        // What stood there before the rule does not keep the rest from being changed.
        service.database.execute(&format!("UPDATE years SET note = '{TOLD}' WHERE year = {YEAR}"));
        patch(service, &year, &admin, &json!({"department_due_on": format!("{}-01-20", YEAR + 1)})).expect(200);
    }

    fn what_is_no_character_stands_in_no_text(service) {
        let world = World::new(service);
        let (admin, editor) = (service.admin(), world.editor());
        let report = id_of(&world.draft());
        let (path, section) = (format!("/reports/{report}"), format!("/reports/{report}/sections/overview"));
        for none in ["\u{fffe}", "\u{ffff}", "\u{fdd0}", "\u{1fffe}", "\u{10ffff}"] {
            let text = format!("甲{none}乙");
            let refused = |reply: Reply, pointer: &str| {
                let problem = reply.faults("invalid_input", &[pointer]);
                assert_eq!(problem["errors"][0]["code"], "control_character", "{problem}");
            };
            refused(patch(service, &section, &editor, &json!({"text": text})), "/text");
            refused(patch(service, &path, &editor, &json!({"title": text})), "/title");
            refused(patch(service, &path, &editor, &json!({"signed_by": text})), "/signed_by");
            refused(patch(service, &format!("/years/{YEAR}"), &admin, &json!({"note": text})), "/note");
            let remark = json!({"pointer": "/title", "text": text});
            refused(service.post(&format!("{path}/comments")).token(&world.reviewer(1)).json(&remark).send(), "/text");
        }
        let say = |title: &str| patch(service, &path, &editor, &json!({"title": title}));
        say("甲局\u{2028}年度报告").faults("invalid_input", &["/title"]);
        for turned in ["\u{202e}告报", "\u{2066}甲"] {
            let problem = say(turned).faults("invalid_input", &["/title"]);
            assert_eq!(problem["errors"][0]["code"], "hidden_character");
        }
    }

    fn no_two_agencies_look_the_same_by_what_is_not_seen(service) {
        let world = World::new(service);
        let register = |name: &str| {
            let body = json!({"name": name, "level": "county", "kind": "department", "parent_id": world.county});
            service.post("/agencies").token(&world.supervisor()).json(&body).send()
        };
        for hidden in ["\u{200b}", "\u{200d}", "\u{2060}", "\u{feff}", "\u{ad}", "\u{202e}", "\u{2066}", "\u{3164}", "\u{fe0f}"] {
            let problem = register(&format!("乙县{hidden}信访局")).faults("invalid_input", &["/name"]);
            assert_eq!(problem["errors"][0]["code"], "hidden_character", "{problem}");
        }
        for line in ["乙县\n信访局", "乙县\u{2029}信访局"] {
            let problem = register(line).faults("invalid_input", &["/name"]);
            assert_eq!(problem["errors"][0]["code"], "several_lines", "{problem}");
        }
        register(" ").faults("invalid_input", &["/name"]);
        register("乙县信访局（本级）").expect(201);
    }

    fn a_batch_of_bad_rows_is_answered_by_a_thousand_of_them(service) {
        let world = World::new(service);
        let good = format!("甲局,county,department,{}", world.county);
        let rows = format!("name,level,kind,parent_id\n{}{good}\n", ",x,y,\n".repeat(5_000));
        let send = |query: &str, rows: &str| {
            service.post(&format!("/agencies/batch{query}")).token(&world.supervisor())
                .header("idempotency-key", &format!("rows{query}")).body("text/csv", rows).send()
        };
        let answer = send("", &rows).expect(200);
        assert!(answer.text().len() < 1_500_000, "{}", answer.text().len());
        let told = answer.value();
        assert_eq!((&told["accepted"], &told["refused"], &told["truncated"]), (&json!(1), &json!(5_000), &json!(true)));
        let rows_told = told["rows"].as_array().expect("rows");
        assert_eq!(rows_told.len(), 1_001);
        assert_eq!((&rows_told[1_000]["line"], &rows_told[1_000]["status"]), (&json!(5_002), &json!(201)));
        let problem = send("?atomic=true", &rows).refused(422, "batch_refused");
        assert_eq!((problem["rows"].as_array().map(Vec::len), &problem["truncated"]), (Some(1_000), &json!(true)));
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("5000")), "{}", problem["detail"]);
        let many = format!("name,level,kind\n{}", "a,b,c\n".repeat(100_001));
        let problem = service.post("/agencies/batch").token(&world.supervisor()).body("text/csv", many).send()
            .refused(413, "payload_too_large");
        assert_eq!(problem["detail"], "最多 100000 行");
    }

    fn no_cell_of_a_csv_is_a_formula_in_any_width_or_behind_blanks(service) {
        let world = World::new(service);
        let names = ["＝1+1|cmd", "＋1", "－1", "＠x", " =1", "\u{3000}=1", " ＝1", "=1", "@x"];
        for name in names {
            let body = json!({"name": name, "level": "county", "kind": "department", "parent_id": world.county});
            service.post("/agencies").token(&world.supervisor()).json(&body).send().expect(201);
        }
        let csv = service.get("/agencies?format=csv&limit=200").send().expect(200).text();
        for name in names {
            assert!(csv.contains(&format!("'{name}")), "{name}: {csv}");
            assert!(!csv.contains(&format!(",{name}")), "{name}: {csv}");
        }
    }
}
