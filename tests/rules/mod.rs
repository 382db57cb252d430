//! The rules: each has a document it passes and a document it fails, and its words in both languages.

mod bounds;
mod case;
mod words;

use case::Case;
use nianbao::inside::domain::agency::{Kind, Level};
use nianbao::inside::domain::algorithm::Algorithm;
use nianbao::inside::domain::form;
use nianbao::inside::domain::language::Language;
use nianbao::inside::domain::report::{Content, Scope, Shape, ShapeFault, read_sections};
use nianbao::inside::domain::rules::{
    AgencyFacts, Counts, Explanation, Finding, FormerName, Moment, Previous, RULES, Severity, Subordinates,
    Twin, apply_explanations,
};
use nianbao::inside::domain::statistics::Sum;
use serde_json::{Value, json};
use std::fmt::Write;

/// Turns a document that passes everything into one that fails a rule.
type Break = fn(&mut Case);

const FAILING: &[(&str, Break)] = &[
    ("document.second_report", |case| {
        case.faults.push(ShapeFault {
            pointer: String::new(),
            shape: Shape::SecondReport,
            found: json!("汉江市水利局2023年政府信息公开工作年度报告"),
            cell: None,
        });
    }),
    ("section.missing", |case| case.section("other_matters").text = Some(" \n".to_owned())),
    ("section.extra", |case| case.read(json!({"seventh": {"text": "x"}}))),
    ("heading.unreadable", |case| {
        case.faults.push(ShapeFault {
            pointer: "/signed_on".to_owned(),
            shape: Shape::Heading("invalid_date"),
            found: json!("2024-02-30"),
            cell: None,
        });
    }),
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
    ("cell.unit_converted", |case| {
        let cell = case.content.form().by_indicator("proactive_disclosure.fees.amount");
        case.faults.push(ShapeFault {
            pointer: "/sections/proactive_disclosure/table/fees/amount".to_owned(),
            shape: Shape::OtherUnit,
            found: json!("592372449元"),
            cell,
        });
    }),
    ("section.table_not_found", |case| {
        case.faults.push(ShapeFault {
            pointer: "/sections/disputes/table".to_owned(),
            shape: Shape::NoTable,
            found: json!(null),
            cell: None,
        });
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
    ("similar.to_other_agency", |case| {
        case.twins = vec![Twin {
            section: "problems".to_owned(),
            agency_name: "沁源县教育局".to_owned(),
            permille: 912,
        }];
    }),
    ("year.published_before_end", |case| case.day = "2023-12-31".parse().ok()),
    ("year.late", |case| case.day = "2024-02-01".parse().ok()),
    ("requests.carried_over_from_last_year", |case| {
        let cell = case.content.form().by_indicator("requests.carried_forward.total").expect("a cell");
        let before = &mut case.last_year().contents[0];
        let value = before.figures.get(cell).map(|value| value + 1);
        before.figures.set(cell, value);
    }),
    ("proactive.in_force_continues", |case| {
        let cell =
            case.content.form().by_indicator("proactive_disclosure.regulations.in_force").expect("a cell");
        let before = &mut case.last_year().contents[0];
        let value = before.figures.get(cell).map(|value| value + 1);
        before.figures.set(cell, value);
    }),
    ("previous_year.unknown", |case| case.previous = Previous::Unknown(2022)),
    ("similar.to_previous_year", |case| {
        let told: String = (0..60)
            .map(|number| format!("第{number}次会议研究公开事项甲{}；", "乙".repeat(number % 7)))
            .collect();
        let text = case.section("overview").text.clone().unwrap_or_default() + &told;
        case.section("overview").text = Some(text.clone());
        case.last_year().contents[0].section_mut("overview").expect("the section").text = Some(text);
    }),
    ("consolidated.sums", |case| {
        let mut sum = Sum::empty(case.content.form());
        sum.count(&case.content.figures, 1).expect("a sum");
        sum.count(&case.content.figures, 1).expect("a sum");
        case.subordinates = Some(Subordinates { sum, missing: 3, agencies: 51 });
    }),
    ("consolidated.co_defendant", |case| {
        let mut sum = Sum::empty(case.content.form());
        sum.count(&case.content.figures, 1).expect("a sum");
        case.subordinates = Some(Subordinates { sum, missing: 0, agencies: 51 });
        case.scope = Some(Scope::Consolidated);
    }),
    ("consolidated.agencies_counted", |case| {
        case.tell("本报告汇总了全市53个单位的数据。");
        case.scope = Some(Scope::Consolidated);
        let mut sum = Sum::empty(case.content.form());
        sum.count(&case.content.figures, 1).expect("a sum");
        case.subordinates = Some(Subordinates { sum, missing: 0, agencies: 51 });
    }),
    ("consolidated.scope_not_said", |case| case.scope = Some(Scope::Consolidated)),
    ("cell.outlier", |case| {
        case.last_year();
        case.set("proactive_disclosure.penalties.decisions", Some(0));
    }),
    ("section.declared_count", |case| case.tell("本报告由总体情况、主动公开、行政复议等五部分组成。")),
    ("index_number.pattern", |case| {
        let local = "[[index_number]]\ndivision = \"3213\"\npattern = '^\\d{9}/\\d{4}-\\d{5}$'\n\
            example = \"014318491/2024-00012\"\nsource = \"目录编制规范\"";
        case.in_force(local);
        case.heading.index_number = Some("宿政公开2024-3".to_owned());
    }),
    ("overview.required_count", |case| {
        case.in_force(
            "[[required_count]]\nsubject = \"政策解读\"\nwords = [\"解读\"]\nsource = \"市政务公开办\"",
        );
    }),
    ("text.contradicts_previous_year", |case| {
        case.last_year();
        case.tell("上年收到政府信息公开申请9999件。");
    }),
    ("text.wrong_period", |case| case.tell("本报告数据的统计期限自1月1日至12月30日。")),
    ("text.wrong_change", |case| case.tell("培训14场，较上年11场增长37.3%。".replace('场', "次").as_str())),
    ("text.wrong_share", |case| case.tell("开展培训14次，其中线上12次，占95.7%。")),
    ("text.contact_incomplete", |case| case.tell("联系地址：，联系电话：0527-84368001。")),
    ("wording.former_name", |case| {
        case.former_names = vec![FormerName {
            name: "宿迁市卫生和计划生育委员会".to_owned(),
            until: "2019-01-01".parse().expect("a day"),
            now: "宿迁市卫生健康委员会".to_owned(),
        }];
        case.tell("宿迁市卫生和计划生育委员会公开工作规范。");
    }),
    ("wording.grave", |case| case.tell("依据中华人民共合国法律。")),
    ("wording.set_phrase", |case| case.tell("健全公作机制。".replace("公作机制", "依申青公开").as_str())),
    ("text.contradicts_table", |case| case.tell("全年被申请行政复议9999件。")),
    ("text.wrong_year", |case| case.tell("截至2022年12月31日，共公开120条。")),
    ("text.template_left", |case| case.tell("全年公开XX件。")),
    ("text.parts_do_not_add_up", |case| case.tell("共公开5条，其中动态9条。")),
    ("wording.typo", |case| case.tell("局长坐客《阳光信访》。")),
    ("wording.superseded_reference", |case| case.tell("依据国务院令第492号。")),
    ("wording.repeated", |case| case.tell("遵循遵循公开原则。")),
    ("wording.conversion_residue", |case| case.tell("正文[bookmark: _GoBack]。")),
    ("secrecy.mark", |case| case.tell("机密★10年")),
    ("privacy.id_number", |case| case.tell("申请人身份证号11010519491231002X。")),
    ("privacy.mobile", |case| case.tell("联系人13803550001。")),
    ("privacy.bank_card", |case| case.tell("账号4111111111111111。")),
    ("privacy.plate", |case| case.tell("公车晋A12345。")),
    ("upstream.changed", |case| case.upstream.push(case::source())),
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

#[test]
fn a_report_that_follows_from_last_years_has_no_finding_and_after_a_merger_sums_are_compared_loosely() {
    let mut case = Case::valid();
    case.last_year();
    assert_eq!(case.judge(), Vec::new());
    let previous = case.last_year();
    previous.contents.push(previous.contents[0].clone());
    previous.reports.push(case::source());
    previous.merged = true;
    let found = case.judge();
    let carried: Vec<&Finding> =
        found.iter().filter(|one| one.rule == "requests.carried_over_from_last_year").collect();
    assert!(!carried.is_empty(), "twice what was carried over");
    assert!(carried.iter().all(|finding| finding.severity == Severity::Warning), "{carried:?}");
}

#[test]
fn an_explanation_holds_as_long_as_what_it_was_given_for() {
    let failing = failing("proactive.in_force_continues");
    let mut found = failing.judge();
    let finding = found[0].clone();
    let explanation = Explanation {
        finding: finding.key.clone(),
        inputs: finding.inputs(Algorithm::Sha256),
        text: "清理失效一件".to_owned(),
    };
    apply_explanations(&mut found, std::slice::from_ref(&explanation));
    assert_eq!(found[0].explanation.as_deref(), Some("清理失效一件"));
    let counts = Counts::of(&found);
    assert_eq!((counts.warning, counts.explained), (0, 1));
    // Another value, the same place: the words were about something else.
    let mut changed = failing;
    changed.add("proactive_disclosure.regulations.in_force", 5);
    let mut found = changed.judge();
    assert_eq!(found[0].key, finding.key);
    apply_explanations(&mut found, &[explanation]);
    assert_eq!(found[0].explanation, None);
}

#[test]
fn the_prefectures_narrative_is_told_where_it_contradicts_its_table() {
    let document: Value =
        serde_json::from_str(include_str!("../fixtures/suqian-2024.json")).expect("a document");
    let form = form::by_id("2021").expect("the form");
    let mut case = Case::valid();
    case.content =
        read_sections(&Content::empty(form), document["sections"].as_object().expect("sections")).0;
    let found = case.judge();
    let told: Vec<&Finding> =
        found.iter().filter(|finding| finding.rule == "text.contradicts_table").collect();
    let numbers: Vec<String> = told.iter().map(|finding| format!("{:?}", finding.arguments)).collect();
    assert!(
        numbers.iter().any(|one| one.contains("134")) && numbers.iter().any(|one| one.contains("57")),
        "{numbers:?}"
    );
}
