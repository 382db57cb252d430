//! What is judged across reports: last year's figures, corrections of what a report rests on, explanations.

use super::harness::client::Reply;
use super::harness::wait_for;
use super::harness::world::{World, YEAR, id_of, open_year, register, suqian};
use serde_json::{Value, json};

const CARRIED: &str = "requests.carried_over_from_last_year";

/// A draft of the bureau for a year with the prefecture's figures.
fn filed(world: &World<'_>, year: i32) -> String {
    let body = json!({"agency_id": world.bureau, "year": year, "sections": suqian(year)["sections"]});
    id_of(&world.service.post("/reports").token(&world.editor()).json(&body).send().expect(201))
}

fn findings(world: &World<'_>, id: &str) -> Value {
    world.service.get(&format!("/reports/{id}/findings")).token(&world.editor()).send().expect(200).value()
}

fn of_rule(judged: &Value, rule: &str) -> Vec<Value> {
    let findings = judged["findings"].as_array().expect("findings");
    findings.iter().filter(|finding| finding["rule"] == rule).cloned().collect()
}

fn explanation(world: &World<'_>, id: &str, key: &str, token: &str, text: &str) -> Reply {
    let path = format!("/reports/{id}/findings/{key}/explanation");
    world.service.put(&path).token(token).json(&json!({"text": text})).send()
}

/// Changes one cell of the carried-over row and what balances it.
fn change_carried_over(world: &World<'_>, id: &str, by: i64) {
    let path = format!("/reports/{id}");
    let reply = world.service.get(&path).token(&world.editor()).send();
    let report = reply.value();
    let cell = |row: &str, column: &str| {
        report["sections"]["requests"]["table"][row][column].as_i64().expect("a count") + by
    };
    let row = |row: &str| json!({"natural_person": cell(row, "natural_person"), "total": cell(row, "total")});
    let patch = json!({"sections": {"requests": {"table": {
        "carried_over": row("carried_over"), "carried_forward": row("carried_forward")}}}});
    world.service.patch(&path).token(&world.editor()).if_match(reply.tag()).json(&patch).send().expect(200);
}

/// Writes the overview of a report anew.
fn write_overview(world: &World<'_>, path: &str, text: &str) {
    let read = || world.service.get(path).token(&world.editor()).send();
    let patch = json!({"sections": {"overview": {"text": text}}});
    let request = world.service.patch(path).token(&world.editor()).if_match(read().tag());
    request.json(&patch).send().expect(200);
}

on_both! {
    fn a_narrative_taken_from_another_agency_is_told_with_whose_it_is(service) {
        let world = World::new(service);
        // Three hundred letters, no run of which comes twice.
        let told: String = (0..300).filter_map(|at| char::from_u32(0x4e00 + at * 13)).collect();
        let copied: String = told.chars().take(290).chain("改动了结尾的几个字".chars()).collect();
        let file = |agency: &str, text: &str| {
            let mut sections = suqian(YEAR)["sections"].clone();
            sections["problems"]["text"] = json!(text);
            let body = json!({"agency_id": agency, "year": YEAR, "sections": sections});
            id_of(&service.post("/reports").token(&world.editor()).json(&body).send().expect(201))
        };
        let first = file(&world.bureau, &told);
        let twins = |report: &str| -> Vec<Value> {
            let judged = service.get(&format!("/reports/{report}/findings")).token(&world.editor()).send().expect(200).value();
            let findings = judged["findings"].as_array().expect("findings").clone();
            findings.into_iter().filter(|finding| finding["rule"] == "similar.to_other_agency").collect()
        };
        world.publish(&first);
        assert_eq!(twins(&first), Vec::<Value>::new(), "nobody copies from oneself");
        let other = register(service, "乙县教育局", "county", "department", Some(&world.county));
        let copy = file(&other, &copied);
        let found = wait_for(|| Some(twins(&copy)).filter(|found| !found.is_empty()));
        assert_eq!((found.len(), &found[0]["pointer"]), (1, &json!("/sections/problems/text")));
        assert!(found[0]["message"].as_str().expect("a message").contains("乙县信访局"), "{found:?}");
        let third = register(service, "乙县林业局", "county", "department", Some(&world.county));
        assert_eq!(twins(&file(&third, "公开的深度还不够，解读形式单一。")), Vec::<Value>::new());
    }

    fn last_years_carried_forward_row_is_this_years_carried_over_row(service) {
        let world = World::new(service);
        open_year(service, YEAR + 1);
        let first = filed(&world, YEAR);
        assert_eq!(of_rule(&findings(&world, &first), "previous_year.unknown").len(), 1);
        let second = filed(&world, YEAR + 1);
        // A draft of last year is not last year's report.
        assert_eq!(of_rule(&findings(&world, &second), "previous_year.unknown").len(), 1);
        world.publish(&first);
        let judged = findings(&world, &second);
        assert_eq!(of_rule(&judged, "previous_year.unknown").len(), 0);
        assert_eq!(of_rule(&judged, CARRIED).len(), 0, "the real tables follow from each other");
        assert_eq!(judged["previous"][0]["report_id"], *first);
        assert_eq!(judged["previous"][0]["revision"], 1);
        change_carried_over(&world, &second, 3);
        let judged = findings(&world, &second);
        let broken = of_rule(&judged, CARRIED);
        let keys: Vec<&str> = broken.iter().filter_map(|finding| finding["key"].as_str()).collect();
        assert_eq!(keys, [format!("{CARRIED}:natural_person"), format!("{CARRIED}:total")]);
        assert_eq!(broken[0]["severity"], "error");
        assert_eq!(broken[0]["pointer"], "/sections/requests/table/carried_over/natural_person");
        assert_eq!(broken[0]["actual"].as_i64(), broken[0]["expected"].as_i64().map(|value| value + 3));
        assert_eq!(judged["valid"], false);
        // The same for a document that is not stored, by its agency.
        let mut document = suqian(YEAR + 1);
        document["agency_id"] = json!(world.bureau);
        document["scope"] = json!("own");
        document["sections"]["requests"]["table"]["carried_over"]["other_organization"] = json!(77);
        let judged = service.post("/validation").token(&world.editor()).json(&document).send().expect(200).value();
        assert_eq!(of_rule(&judged, CARRIED).len(), 1, "{judged}");
    }

    fn prefill_takes_last_years_row_over(service) {
        let world = World::new(service);
        open_year(service, YEAR + 1);
        let body = json!({"agency_id": world.bureau, "year": YEAR + 1, "prefill": "previous"});
        let new = |body: &Value| service.post("/reports").token(&world.editor()).json(body).send();
        new(&body).faults("invalid_input", &["/prefill"]);
        let first = filed(&world, YEAR);
        world.publish(&first);
        let before = service.get(&format!("/reports/{first}")).send().value();
        let made = new(&body).expect(201).value();
        let row = |report: &Value, row: &str| report["sections"]["requests"]["table"][row].clone();
        assert_eq!(row(&made, "carried_over"), row(&before, "carried_forward"));
        assert_eq!(row(&made, "new_requests")["total"], Value::Null);
        let wrong = json!({"agency_id": world.bureau, "year": YEAR + 1, "prefill": "guess"});
        new(&wrong).faults("invalid_input", &["/prefill"]);
    }

    fn an_explained_finding_stays_listed_and_blocks_no_more_until_its_figures_change(service) {
        let world = World::new(service);
        open_year(service, YEAR + 1);
        let first = filed(&world, YEAR);
        world.publish(&first);
        let id = filed(&world, YEAR + 1);
        change_carried_over(&world, &id, 3);
        let blocked = world.transit(&id, &world.editor(), json!({"action": "submit"}))
            .refused(422, "findings_block_submit");
        assert_eq!(blocked["findings"].as_array().map(Vec::len), Some(2));
        let keys = ["natural_person", "total"].map(|column| format!("{CARRIED}:{column}"));
        let path = format!("/reports/{id}");
        let seen = service.get(&path).token(&world.editor()).send();
        let (before, changed_at) = (seen.tag().to_owned(), seen.value()["updated_at"].clone());
        for token in [world.reviewer(1), world.publisher(), world.supervisor()] {
            explanation(&world, &id, &keys[0], &token, "机构改革").refused(403, "forbidden");
        }
        explanation(&world, &id, &keys[0], &world.stranger(), "机构改革").refused(404, "not_found");
        explanation(&world, &id, "no.such:finding", &world.editor(), "机构改革").refused(404, "not_found");
        explanation(&world, &id, &keys[0], &world.editor(), " ").faults("invalid_input", &["/text"]);
        for key in &keys {
            let made = explanation(&world, &id, key, &world.editor(), "划入三件").expect(200);
            assert_eq!((&made.value()["explanation"], &made.value()["severity"]), (&json!("划入三件"), &json!("error")));
        }
        let reply = service.get(&path).token(&world.editor()).send();
        assert_ne!(reply.tag(), before, "the report's tag moves with its explanations");
        let explained_at = reply.value()["updated_at"].clone();
        assert_ne!(explained_at, changed_at, "and the time it changed");
        assert_eq!(reply.value()["findings"]["explained"], 2);
        let judged = findings(&world, &id);
        assert_eq!((&judged["valid"], of_rule(&judged, CARRIED).len()), (&json!(true), 2));
        // Other figures change: the explanations hold. Their own change: they fall away.
        let patch = json!({"title": "另一个标题"});
        service.patch(&path).token(&world.editor()).if_match(reply.tag()).json(&patch).send().expect(200);
        assert_eq!(findings(&world, &id)["counts"]["explained"], 2);
        change_carried_over(&world, &id, 1);
        let judged = findings(&world, &id);
        assert_eq!((&judged["counts"]["explained"], &judged["valid"]), (&json!(0), &json!(false)));
        change_carried_over(&world, &id, -1);
        assert_eq!(findings(&world, &id)["counts"]["explained"], 2, "the same figures, the same words");
        let one = format!("{path}/findings/{}/explanation", keys[0]);
        service.delete(&one).token(&world.editor()).send().expect(204);
        service.delete(&one).token(&world.editor()).send().refused(404, "not_found");
        assert_eq!(findings(&world, &id)["counts"]["explained"], 1);
        let since = service.get(&path).token(&world.editor()).send().value()["updated_at"].clone();
        let listed = service.get(&format!("/reports?updated_since={}", since.as_str().expect("a time")));
        assert_eq!(listed.token(&world.editor()).send().expect(200).value()["items"][0]["id"], *id);
        explanation(&world, &id, &keys[0], &world.editor(), "划入三件").expect(200);
        let made = world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201).value();
        assert_eq!((&made["judgement"]["valid"], &made["judgement"]["explained"]), (&json!(true), &json!(2)));
        let audit = service.get(&format!("/audit?report_id={id}")).token(&service.admin()).send().value();
        let acts: Vec<&str> = audit["items"].as_array().expect("items").iter()
            .filter_map(|entry| entry["action"].as_str()).collect();
        assert!(acts.contains(&"finding.explain") && acts.contains(&"finding.unexplain"), "{acts:?}");
    }

    fn nothing_is_explained_any_more_once_a_report_is_published(service) {
        let world = World::new(service);
        let id = filed(&world, YEAR);
        world.publish(&id);
        let path = format!("/reports/{id}");
        let read = || service.get(&path).send().expect(200);
        let (before, mine) = (read(), service.get(&path).token(&world.editor()).send());
        let rules = service.get("/rules?limit=200").send().value();
        let by_editor = |finding: &&Value| {
            let rules = rules["items"].as_array().expect("rules");
            rules.iter().any(|rule| rule["id"] == finding["rule"] && rule["explained_by"] == "editor")
        };
        let judged = findings(&world, &id);
        let finding = judged["findings"].as_array().expect("findings").iter().find(by_editor).expect("one to explain");
        let told = explanation(&world, &id, finding["key"].as_str().expect("a key"), &world.editor(), "已核");
        told.refused(409, "report_not_editable");
        assert_eq!((read().value(), read().tag()), (before.value(), before.tag()));
        assert_eq!(service.get(&path).token(&world.editor()).send().tag(), mine.tag());
    }

    fn marks_of_secrecy_and_personal_data_are_answered_by_a_supervisor_alone(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        let path = format!("/reports/{id}");
        let write = |text: &str| write_overview(&world, &path, text);
        write("工作平稳。\n内部资料\n联系人手机13803550001。");
        let judged = findings(&world, &id);
        let mark = of_rule(&judged, "secrecy.mark");
        let mobile = of_rule(&judged, "privacy.mobile");
        assert_eq!((&mark[0]["severity"], &mark[0]["span"]), (&json!("error"), &json!({"start": 6, "end": 10})));
        assert_eq!(mobile[0]["pointer"], "/sections/overview/text");
        assert!(!mobile[0]["message"].as_str().unwrap_or_default().contains("1380355"), "not repeated");
        world.transit(&id, &world.editor(), json!({"action": "submit"})).refused(422, "findings_block_submit");
        for finding in [&mark[0], &mobile[0]] {
            let key = finding["key"].as_str().expect("a key");
            explanation(&world, &id, key, &world.editor(), "已核").refused(403, "forbidden");
            explanation(&world, &id, key, &world.supervisor(), "已核，可以公开").expect(200);
        }
        world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201);
    }

    fn what_no_rule_lets_explain_is_not_explained(service) {
        let world = World::new(service);
        let id = id_of(&world.draft());
        let missing = of_rule(&findings(&world, &id), "cell.missing")[0]["key"].as_str().expect("a key").to_owned();
        explanation(&world, &id, &missing, &world.editor(), "没有").refused(409, "finding_not_explainable");
    }

    fn a_warning_that_must_be_explained_blocks_submission(service) {
        let world = World::new(service);
        open_year(service, YEAR + 1);
        let first = filed(&world, YEAR);
        world.publish(&first);
        let id = filed(&world, YEAR + 1);
        let path = format!("/reports/{id}");
        let reply = service.get(&path).token(&world.editor()).send();
        let cell = "/sections/proactive_disclosure/table/normative_documents/in_force";
        let value = reply.value().pointer(cell).and_then(Value::as_i64).expect("a count");
        let patch = json!({"sections": {"proactive_disclosure": {"table": {"normative_documents": {"in_force": value + 1}}}}});
        service.patch(&path).token(&world.editor()).if_match(reply.tag()).json(&patch).send().expect(200);
        let rule = "proactive.in_force_continues";
        let found = of_rule(&findings(&world, &id), rule);
        assert_eq!((found.len(), &found[0]["severity"]), (1, &json!("warning")));
        let blocked = world.transit(&id, &world.editor(), json!({"action": "submit"}))
            .refused(422, "findings_block_submit");
        assert_eq!(blocked["findings"][0]["rule"], rule);
        let key = found[0]["key"].as_str().expect("a key");
        explanation(&world, &id, key, &world.editor(), "清理发现漏统一件").expect(200);
        world.transit(&id, &world.editor(), json!({"action": "submit"})).expect(201);
    }

    fn a_correction_marks_what_rests_on_it(service) {
        let world = World::new(service);
        open_year(service, YEAR + 1);
        let first = filed(&world, YEAR);
        world.publish(&first);
        let next = filed(&world, YEAR + 1);
        let body = json!({"agency_id": world.county, "year": YEAR, "scope": "consolidated"});
        let above = id_of(&service.post("/reports").token(&world.editor()).json(&body).send().expect(201));
        for id in [&next, &above] {
            assert_eq!(of_rule(&findings(&world, id), "upstream.changed").len(), 0);
        }
        world.transit(&first, &world.publisher(), json!({"action": "correct", "comment": "更正"})).expect(201);
        assert_eq!(of_rule(&findings(&world, &next), "upstream.changed").len(), 0, "not before it is published");
        world.publish(&first);
        for id in [&next, &above] {
            let found = of_rule(&findings(&world, id), "upstream.changed");
            assert_eq!((found.len(), &found[0]["severity"]), (1, &json!("warning")), "{id}");
        }
        assert_eq!(of_rule(&findings(&world, &first), "upstream.changed").len(), 0);
        // Next year's figures are written anew, and it is published: the mark has done its work.
        change_carried_over(&world, &next, 1);
        change_carried_over(&world, &next, -1);
        assert_eq!(of_rule(&findings(&world, &next), "upstream.changed").len(), 1, "until it is published");
        world.publish(&next);
        assert_eq!(of_rule(&findings(&world, &next), "upstream.changed").len(), 0, "its figures were written since");
    }

    fn a_mark_does_not_vanish_before_somebody_has_looked_at_the_figures(service) {
        let world = World::new(service);
        let first = filed(&world, YEAR);
        world.publish(&first);
        let correct = |id: &str| {
            world.transit(id, &world.publisher(), json!({"action": "correct", "comment": "更正"})).expect(201);
        };
        let correct_first = || {
            correct(&first);
            world.publish(&first);
        };
        let mut sections = suqian(YEAR)["sections"].clone();
        sections.as_object_mut().expect("sections").retain(|_, section| section.get("text").is_some());
        let body = json!({"agency_id": world.county, "year": YEAR, "scope": "consolidated", "prefill": "subordinates",
            "sections": sections});
        let above = id_of(&service.post("/reports").token(&world.editor()).json(&body).send().expect(201));
        let marks = || of_rule(&findings(&world, &above), "upstream.changed");
        assert_eq!(marks().len(), 0);

        // Filled in before the correction, published after it with nobody having looked: it is told still.
        correct_first();
        world.publish(&above);
        let found = marks();
        assert_eq!((found.len(), &found[0]["explanation"]), (1, &Value::Null), "published unread");
        let key = found[0]["key"].as_str().expect("a key").to_owned();
        explanation(&world, &above, &key, &world.editor(), "已复核").refused(409, "report_not_editable");
        correct(&above);
        explanation(&world, &above, &key, &world.editor(), "已复核，合计不变").expect(200);
        assert_eq!(marks()[0]["explanation"], "已复核，合计不变");
        world.publish(&above);
        assert_eq!(marks().len(), 0, "answered for, and published since");

        // The answer was about that correction; the next one asks anew, and other sections are no figures.
        correct(&above);
        correct_first();
        assert_eq!((marks().len(), &marks()[0]["explanation"]), (1, &Value::Null));
        let path = format!("/reports/{above}");
        let tag = service.get(&path).token(&world.editor()).send().tag().to_owned();
        let patch = json!({"sections": {"problems": {"text": "公开的深度还不够，解读形式单一。"}}});
        service.patch(&path).token(&world.editor()).if_match(&tag).json(&patch).send().expect(200);
        world.publish(&above);
        assert_eq!(marks().len(), 1, "the figures are as they were");

        correct(&above);
        change_carried_over(&world, &above, 1);
        world.publish(&above);
        assert_eq!(marks().len(), 0, "the figures were written since");
    }

    fn an_explanation_of_words_falls_away_with_what_is_said_around_them(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        let path = format!("/reports/{id}");
        let write = |text: &str| write_overview(&world, &path, text);
        let told = |rule: &str| {
            let found = of_rule(&findings(&world, &id), rule);
            assert_eq!(found.len(), 1, "{rule}: {found:?}");
            found[0].clone()
        };
        let explained = || {
            let given = |rule: &str| told(rule)["explanation"].is_string();
            (given("privacy.mobile"), given("wording.typo"))
        };
        write("工作平稳。\n政务热线13803550001，全天值守。\n局长坐客《阳光信访》。");
        for (rule, token) in [("privacy.mobile", world.supervisor()), ("wording.typo", world.editor())] {
            let key = told(rule)["key"].as_str().expect("a key").to_owned();
            explanation(&world, &id, &key, &token, "已核").expect(200);
        }
        assert_eq!(explained(), (true, true));
        write("工作平稳，稳中有进。\n政务热线13803550001，全天值守。\n局长坐客《阳光信访》。\n另有一段。");
        assert_eq!(explained(), (true, true), "other paragraphs are other matters");
        write("工作平稳。\n申请人李某的手机13803550001，全天值守。\n局长坐客《阳光信访》。");
        assert_eq!(explained(), (false, true), "the same number, said of somebody else");
        world.transit(&id, &world.editor(), json!({"action": "submit"})).refused(422, "findings_block_submit");
        write("工作平稳。\n政务热线13803550001，全天值守。\n副局长坐客《阳光信访》。");
        assert_eq!(explained(), (true, false), "what was answered for stands again, the other sentence does not");
    }

    fn each_judgement_names_its_rules_and_content(service) {
        let world = World::new(service);
        let id = id_of(&world.full_draft());
        let receipt = findings(&world, &id)["receipt"].clone();
        assert_eq!(receipt["valid"], true);
        world.publish(&id);
        let made = service.get(&format!("/reports/{id}/transitions")).token(&world.editor()).send().value();
        for transition in made["items"].as_array().expect("items") {
            assert_eq!(transition["judgement"]["rule_set"], receipt["rule_set"]);
            assert_eq!(transition["content_digest"], receipt["content_digest"]);
            assert_eq!(transition["judgement"]["valid"], true);
        }
        let document = service.get(&format!("/reports/{id}")).send().value();
        let judged = service.post("/validation").token(&world.editor()).json(&document).send().expect(200).value();
        assert_eq!(judged["receipt"]["content_digest"], receipt["content_digest"], "the same content");
    }
}
