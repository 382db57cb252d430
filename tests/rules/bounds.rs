//! Judging is bounded, and looks at everything that is published.

use super::case::Case;
use nianbao::inside::domain::report::{Content, Shape, read_sections};
use nianbao::inside::domain::rules::{Finding, MOST_FINDINGS};
use serde_json::json;

fn found(case: &Case, rule: &str) -> Vec<Finding> {
    case.judge().into_iter().filter(|finding| finding.rule == rule).collect()
}

/// Puts a text in one of the places that everybody reads.
type Put = fn(&mut Case, String);

const PUBLISHED: [(&str, Put); 9] = [
    ("/title", |case, text| case.heading.title = Some(text)),
    ("/signed_by", |case, text| case.heading.signed_by = Some(text)),
    ("/index_number", |case, text| case.heading.index_number = Some(text)),
    ("/agency_name", |case, text| case.agency_name = Some(text)),
    ("/source_url", |case, text| case.source_url = Some(text)),
    ("/correction/reason", |case, text| case.reason = Some(text)),
    ("/sections/problems/title", |case, text| case.section("problems").found_title = Some(text)),
    ("/sections/problems/text", |case, text| case.section("problems").text = Some(text)),
    ("/sections/requests/text", |case, text| case.section("requests").text = Some(text)),
];

#[test]
fn secrets_and_personal_data_are_found_in_every_published_string() {
    for (pointer, put) in PUBLISHED {
        for (rule, text) in [
            ("privacy.mobile", "联系人13803550001。"),
            ("privacy.id_number", "张某，11010519491231002X。"),
            ("secrecy.mark", "机密★10年"),
            ("wording.grave", "中华人民共合国"),
        ] {
            let mut case = Case::valid();
            put(&mut case, text.to_owned());
            let found = found(&case, rule);
            assert!(found.iter().any(|finding| finding.pointer == pointer), "{pointer} {rule}: {found:?}");
        }
    }
}

#[test]
fn what_is_not_seen_hides_nothing() {
    for hidden in ["\u{200b}", "\u{ad}", "\u{202e}", "\u{2060}", "\u{fe0f}", "\u{e0001}"] {
        let mut case = Case::valid();
        case.tell(&format!("联系人138{hidden}0355{hidden}0001，中华人民{hidden}共合国。"));
        let text = case.section("overview").text.clone().unwrap_or_default();
        for (rule, words) in [
            ("privacy.mobile", format!("138{hidden}0355{hidden}0001")),
            ("wording.grave", format!("中华人民{hidden}共合国")),
        ] {
            let found = found(&case, rule);
            let (from, to) =
                found.first().and_then(|finding| finding.span).unwrap_or_else(|| panic!("{rule}"));
            let told: String = text.chars().skip(from).take(to - from).collect();
            assert_eq!(told, words, "the place told is in the text as it stands");
        }
    }
}

#[test]
fn findings_are_few_and_short_whatever_is_judged() {
    let mut case = Case::valid();
    case.section("overview").text = Some("收到政府信息公开申请1件".repeat(8_000));
    case.section("problems").text = Some("遵循遵循坐客《中华人民共合国13803550001，".repeat(5_000));
    case.heading.title = Some("长".repeat(200));
    let sections = json!({"x".repeat(5_000): {"text": "甲".repeat(5_000)}});
    let (_, faults) = read_sections(&case.content, sections.as_object().expect("sections"));
    case.faults = (0..3_000).flat_map(|_| faults.clone()).collect();
    let verdict = case.verdict();
    assert!(verdict.truncated && verdict.findings.len() == MOST_FINDINGS, "{}", verdict.findings.len());
    for finding in &verdict.findings {
        assert!(finding.key.chars().count() <= 300 && finding.pointer.chars().count() <= 300);
        for said in [&finding.expected, &finding.actual].into_iter().flatten() {
            let quoted = said.json().as_str().map_or(0, |text| text.chars().count());
            assert!(quoted <= 60, "{said:?}");
        }
        let message = finding.say(nianbao::inside::domain::language::Language::Chinese);
        assert!(message.chars().count() <= 400, "{message}");
    }
    let errors = verdict.findings.iter().filter(|finding| finding.rule.starts_with("privacy.")).count();
    assert!(errors > 0, "what weighs most stays");
}

#[test]
fn control_characters_and_titles_of_several_lines_are_refused() {
    let form = nianbao::inside::domain::form::by_id("2021").expect("the form");
    let shapes = |sections: serde_json::Value| -> Vec<Shape> {
        let read = read_sections(&Content::empty(form), sections.as_object().expect("sections"));
        read.1.into_iter().map(|fault| fault.shape).collect()
    };
    let of = |member: &str, text: &str| shapes(json!({"overview": {member: text}}));
    assert_eq!(of("text", "甲\u{0}乙"), [Shape::Text("control_character")]);
    assert_eq!(of("text", "甲\r\n乙\t丙"), []);
    assert_eq!(of("title", "总体情况\n机密"), [Shape::Text("several_lines")]);
    assert_eq!(of("title", ""), [Shape::Text("blank")]);
    assert_eq!(of("title", &"长".repeat(201)), [Shape::Text("too_long")]);
    assert_eq!(of("title", &"长".repeat(200)), []);
    let (content, _) = read_sections(
        &Content::empty(form),
        json!({"overview": {"text": "甲\r\n乙"}}).as_object().expect("x"),
    );
    assert_eq!(content.text("overview"), Some("甲\n乙"));
}
