//! Judging documents that are not stored.

use super::harness::database::Database;
use super::harness::process::Service;
use super::harness::world::{World, id_of, suqian};
use serde_json::{Value, json};
use std::sync::Arc;

on_both! {
    fn the_prefectures_real_tables_have_no_error(service) {
        let token = service.token("editor", "", "任何人");
        for year in [2023, 2024] {
            let judged = service.post("/validation").token(&token).json(&suqian(year)).send().expect(200).value();
            assert_eq!((&judged["valid"], &judged["counts"]["error"]), (&json!(true), &json!(0)), "{judged}");
        }
        service.post("/validation").json(&suqian(2023)).send().refused(401, "unauthorized");
    }

    fn a_wrong_cell_is_named_with_what_was_expected_in_both_languages(service) {
        let token = service.token("editor", "", "任何人");
        let mut document = suqian(2023);
        let cell = &mut document["sections"]["disputes"]["table"]["reconsideration"]["total"];
        let right = cell.as_i64().expect("a number");
        *cell = json!(right + 1);
        let ask = |language: &str| {
            let request = service.post("/validation").token(&token).header("accept-language", language);
            request.json(&document).send().expect(200).value()
        };
        let (chinese, english) = (ask("zh-CN"), ask("en"));
        assert_eq!(chinese["valid"], false);
        let finding = &chinese["findings"][0];
        assert_eq!(finding["rule"], "disputes.row_total");
        assert_eq!(finding["pointer"], "/sections/disputes/table/reconsideration/total");
        assert_eq!((&finding["expected"], &finding["actual"]), (&json!(right), &json!(right + 1)));
        assert_eq!(finding["related"].as_array().map(Vec::len), Some(4));
        assert_eq!(finding["key"], english["findings"][0]["key"]);
        assert_ne!(finding["message"], english["findings"][0]["message"]);
        assert!(english["findings"][0]["message"].as_str().expect("text").is_ascii()
            || english["findings"][0]["message"].as_str().expect("text").contains("add up"));
    }

    fn wrong_shapes_are_findings_and_only_what_is_no_report_is_refused(service) {
        let token = service.token("editor", "", "任何人");
        let ask = |body: Value| service.post("/validation").token(&token).json(&body).send();
        let body = json!({"year": 2023, "sections": {
            "overview": {"text": 7}, "nowhere": {},
            "disputes": {"table": {"reconsideration": {"total": "三", "totl": 1}}}}});
        let judged = ask(body).expect(200).value();
        let rules: Vec<(&str, &str)> = judged["findings"].as_array().expect("findings").iter()
            .filter_map(|finding| Some((finding["rule"].as_str()?, finding["pointer"].as_str()?))).collect();
        for expected in [
            ("section.extra", "/sections/nowhere"),
            ("section.extra", "/sections/disputes/table/reconsideration/totl"),
            ("cell.not_a_count", "/sections/disputes/table/reconsideration/total"),
            ("section.missing", "/sections/requests"),
        ] {
            assert!(rules.contains(&expected), "{expected:?}: {rules:?}");
        }
        ask(json!({})).faults("invalid_input", &["/year", "/sections"]);
        ask(json!({"year": 2023, "sections": [], "colour": 1})).faults("invalid_input", &["/sections", "/colour"]);
        ask(json!([])).refused(422, "invalid_input");
    }

    fn a_heading_that_cannot_be_read_is_a_finding_for_validation_and_import_alike(service) {
        let world = World::new(service);
        let editor = world.editor();
        let mut document = suqian(2023);
        document["title"] = json!(7);
        document["signed_on"] = json!("2024-02-30");
        document["index_number"] = json!(" ");
        document["source_url"] = json!("javascript:alert(1)");
        let unreadable = |judged: &Value| -> Vec<(String, Value)> {
            let findings = judged["findings"].as_array().expect("findings").iter();
            let told = findings.filter(|finding| finding["rule"] == "heading.unreadable");
            told.map(|one| (one["pointer"].as_str().unwrap_or_default().to_owned(), one["actual"].clone())).collect()
        };
        let expected = [("/title", json!(7)), ("/signed_on", json!("2024-02-30")), ("/index_number", json!(" ")),
            ("/source_url", json!("javascript:alert(1)"))];
        let expected = expected.map(|(pointer, actual)| (pointer.to_owned(), actual));
        let judged = service.post("/validation").token(&editor).json(&document).send().expect(200).value();
        assert_eq!((&judged["valid"], unreadable(&judged)), (&json!(false), expected.to_vec()));
        let english = service.post("/validation").token(&editor).header("accept-language", "en").json(&document).send();
        assert!(english.text().contains("must be a date as YYYY-MM-DD"), "{}", english.text());
        let dry = service.post("/imports?dry_run=true").token(&editor).json(&document).send().expect(200).value();
        assert_eq!((unreadable(&dry), &dry["document"]["signed_on"]), (expected.to_vec(), &Value::Null));
        let path = format!("/imports?agency_id={}&year=2023&scope=own", world.bureau);
        let stored = service.post(&path).token(&editor).json(&document).send().expect(201).value();
        assert_eq!(unreadable(&stored), expected);
        for member in ["title", "signed_on", "index_number", "source_url"] {
            assert_eq!(stored["report"][member], Value::Null, "{member}");
        }
        // What is no document is refused with every fault at once.
        document["colour"] = json!(1);
        document["scope"] = json!("all");
        service.post("/validation").token(&editor).json(&document).send()
            .faults("invalid_input", &["/title", "/signed_on", "/index_number", "/source_url", "/colour", "/scope"]);
    }

    fn a_whole_report_as_get_gave_it_is_a_document(service) {
        let world = World::new(service);
        let report = world.full_draft().value();
        let judged = service.post("/validation").token(&world.editor()).json(&report).send().expect(200).value();
        assert_eq!(judged["valid"], true, "{judged}");
    }

    fn the_tables_of_the_trial_form_are_superseded_from_2021(service) {
        let token = service.token("editor", "", "任何人");
        let body = json!({"year": 2023, "format": "2019", "sections": {}});
        let judged = service.post("/validation").token(&token).json(&body).send().expect(200).value();
        let rules = judged["findings"].as_array().expect("findings");
        assert!(rules.iter().any(|finding| finding["rule"] == "format.superseded_tables"), "{judged}");
    }

    fn the_findings_of_a_report_are_for_whoever_holds_a_grant(service) {
        let world = World::new(service);
        let id = id_of(&world.draft());
        let path = format!("/reports/{id}/findings");
        let found = service.get(&path).token(&world.supervisor()).send().expect(200).value();
        assert_eq!((&found["valid"], &found["counts"]["error"]), (&json!(false), &json!(203)));
        let sum: u64 = ["error", "warning", "info"].iter().filter_map(|name| found["counts"][name].as_u64()).sum();
        assert_eq!(found["findings"].as_array().map(Vec::len).and_then(|count| u64::try_from(count).ok()), Some(sum));
    }
}

#[test]
fn an_operator_raises_what_a_rule_weighs_and_never_lowers_it() {
    let settings = [("NIANBAO__RULES__RAISE", "wording.typo=error,text.wrong_year=error")];
    let mut service = Service::start(Arc::new(Database::sqlite()), &settings);
    let rules = service.get("/rules?limit=200").send().expect(200).value();
    let severity = |id: &str| {
        let found = rules["items"].as_array().and_then(|rules| rules.iter().find(|rule| rule["id"] == id));
        found.map(|rule| rule["severity"].clone())
    };
    assert_eq!(severity("wording.typo"), Some(json!("error")));
    assert_eq!(severity("wording.repeated"), Some(json!("info")));
    let world = World::new(&service);
    let mut document = suqian(2023);
    document["sections"]["overview"]["text"] = json!("截止2023年12月31日，本机关按照规定公开信息。");
    let judged =
        service.post("/validation").token(&world.editor()).json(&document).send().expect(200).value();
    let typos =
        judged["findings"].as_array().expect("findings").iter().filter(|one| one["rule"] == "wording.typo");
    assert_eq!(typos.map(|one| one["severity"].clone()).collect::<Vec<_>>(), vec![json!("error")]);
    assert_eq!(judged["valid"], false);
    service.settings.push(("NIANBAO__RULES__RAISE".to_owned(), "cell.missing=warning".to_owned()));
    assert!(!service.run(&["check-config"]).status.success(), "only upwards");
}
