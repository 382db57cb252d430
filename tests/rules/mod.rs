//! The rules: each has a document it passes and a document it fails, and its words in both languages.

mod case;

use case::Case;
use nianbao::domain::agency::{Kind, Level};
use nianbao::domain::form;
use nianbao::domain::language::Language;
use nianbao::domain::report::{Content, read_sections};
use nianbao::domain::rules::{AgencyFacts, Finding, Moment, RULES, Severity};
use serde_json::{Value, json};
use std::fmt::Write;

/// Turns a document that passes everything into one that fails a rule.
type Break = fn(&mut Case);

const FAILING: &[(&str, Break)] = &[
    ("section.missing", |case| case.section("other_matters").text = Some(" \n".to_owned())),
    ("section.extra", |case| case.read(json!({"seventh": {"text": "x"}}))),
    ("format.superseded_tables", |case| {
        case.content = Content::empty(form::by_id("2019").expect("the form"))
    }),
    ("section.title_variant", |case| {
        case.section("disputes").found_title =
            Some("因政府信息公开工作被申请行政复议、提起行政诉讼情况".to_owned());
    }),
    ("cell.not_a_count", |case| {
        case.read(json!({"disputes": {"table": {"reconsideration": {"total": "三"}}}}));
    }),
    ("cell.missing", |case| case.set("disputes.reconsideration.upheld", None)),
    ("requests.balance", |case| case.add("requests.new_requests.natural_person", 1)),
    ("requests.results_total", |case| case.add("requests.results_total.natural_person", 1)),
    ("requests.row_total", |case| case.add("requests.carried_over.total", 1)),
    ("disputes.row_total", |case| case.add("disputes.reconsideration.pending", 1)),
    ("proactive.regulations_by_body_without_power", |case| {
        case.agency = Some(AgencyFacts { kind: Kind::Department, level: Level::County });
    }),
    ("overview.head_missing", |case| case.section("overview").text = Some("今年工作平稳。".to_owned())),
    ("overview.too_long", |case| {
        let text = case.section("overview").text.clone().unwrap_or_default();
        case.section("overview").text = Some(text + &"长".repeat(1001));
    }),
    // The prefecture's table has requests that lapsed for unpaid fees.
    ("other_matters.fee_not_mentioned", |case| case.section("other_matters").text = Some("无。".to_owned())),
    ("year.published_before_end", |case| case.day = "2023-12-31".parse().ok()),
    ("year.late", |case| case.day = "2024-02-01".parse().ok()),
];

fn failing(rule: &str) -> Case {
    let (_, spoil) =
        FAILING.iter().find(|(known, _)| *known == rule).unwrap_or_else(|| panic!("no fixture: {rule}"));
    let mut case = Case::valid();
    spoil(&mut case);
    case
}

#[test]
fn the_valid_document_has_no_finding_at_all() {
    let found: Vec<String> = Case::valid().judge().iter().map(|finding| finding.key.clone()).collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn every_rule_fails_the_document_made_to_fail_it() {
    for rule in RULES {
        let found = failing(rule.id).judge();
        assert!(found.iter().any(|finding| finding.rule == rule.id), "{}: {found:?}", rule.id);
        let weights =
            found.iter().filter(|finding| finding.rule == rule.id).all(|one| one.severity == rule.severity);
        assert!(weights, "{} weighs what the registry says", rule.id);
    }
    assert_eq!(FAILING.len(), RULES.len(), "no fixture without a rule");
}

#[test]
fn keys_are_stable_and_tell_findings_apart() {
    for rule in RULES {
        let keys = |case: &Case| case.judge().into_iter().map(|finding| finding.key).collect::<Vec<_>>();
        let (first, second) = (keys(&failing(rule.id)), keys(&failing(rule.id)));
        assert_eq!(first, second);
        let mut unique = first.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), first.len(), "{first:?}");
    }
}

#[test]
fn every_message_is_said_in_both_languages() {
    let mut said = String::new();
    for rule in RULES {
        let found = failing(rule.id).judge();
        let finding = found.iter().find(|finding| finding.rule == rule.id).expect("a finding");
        let (chinese, english) = (finding.say(Language::Chinese), finding.say(Language::English));
        assert!(!chinese.contains('{') && !english.contains('{'), "{chinese} / {english}");
        let _ = writeln!(
            said,
            "{} at {}\n  {chinese}\n  {english}\n  expected {:?}, actual {:?}; {}",
            rule.id,
            finding.pointer,
            finding.expected.as_ref().map(|fact| fact.json().to_string()),
            finding.actual.as_ref().map(|fact| fact.json().to_string()),
            finding.basis
        );
    }
    insta::assert_snapshot!("messages", said);
}

#[test]
fn publishing_before_the_year_is_over_is_an_error_at_that_moment() {
    let mut case = failing("year.published_before_end");
    case.moment = Moment::Publish;
    assert_eq!(case.judge()[0].severity, Severity::Error);
}

fn errors(case: &Case) -> Vec<Finding> {
    case.judge().into_iter().filter(|finding| finding.severity == Severity::Error).collect()
}

#[test]
fn the_prefectures_tables_have_no_error_in_either_year() {
    for document in
        [include_str!("../fixtures/suqian-2023.json"), include_str!("../fixtures/suqian-2024.json")]
    {
        let document: Value = serde_json::from_str(document).expect("a document");
        let mut case = Case::valid();
        let form = form::by_id("2021").expect("the form");
        let sections = document["sections"].as_object().expect("sections");
        (case.content, case.faults) = read_sections(&Content::empty(form), sections);
        assert_eq!(errors(&case), Vec::new());
    }
}

#[test]
fn every_single_wrong_cell_of_tables_three_and_four_is_named() {
    let form = form::by_id("2021").expect("the form");
    let right = Case::valid();
    let mut tried = 0;
    for cell in form.cells.iter().filter(|cell| cell.section_key != "proactive_disclosure") {
        for change in [-1, 1] {
            let value = right.content.figures.get(cell.index).expect("a number") + change;
            if value < 0 {
                continue;
            }
            let mut case = Case::valid();
            case.content.figures.set(cell.index, Some(value));
            let found = errors(&case);
            let named = found.iter().any(|finding| {
                finding.pointer == cell.pointer() || finding.related.contains(&cell.pointer())
            });
            assert!(named, "{} {change:+}: {found:?}", cell.pointer());
            tried += 1;
        }
    }
    assert!(tried >= 190, "{tried}");
}

#[test]
fn all_faults_are_told_at_once() {
    let mut case = Case::valid();
    // Another form's tables, and words where none are to be, would take others' ground away.
    let apart = ["format.superseded_tables", "other_matters.fee_not_mentioned"];
    for (_, spoil) in FAILING.iter().filter(|(rule, _)| !apart.contains(rule)) {
        spoil(&mut case);
    }
    let found = case.judge();
    for rule in ["section.missing", "cell.missing", "requests.balance", "overview.head_missing", "year.late"]
    {
        assert!(found.iter().any(|finding| finding.rule == rule), "{rule}");
    }
}
