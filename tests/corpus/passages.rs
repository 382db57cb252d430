//! Passages: the clean ones raise no alarm, the seeded faults are found.

use super::folder;
use nianbao::inside::domain::form::by_id;
use nianbao::inside::domain::language::Language;
use nianbao::inside::domain::report::{Content, ReportDocument, Scope, read_cell};
use nianbao::inside::domain::rules::{
    Finding, FormerName, Judged, Previous, PreviousYear, RuleSet, SourceReport, judge,
};
use nianbao::inside::domain::year::YearPlan;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

#[derive(Deserialize)]
struct Table {
    agency: String,
    year: i32,
    values: Vec<String>,
}

#[derive(Deserialize)]
struct Passage {
    class: String,
    text: String,
    table: String,
    section: String,
    #[serde(default)]
    finds: Vec<String>,
    at: Option<String>,
    #[serde(default)]
    former_names: Vec<String>,
}

fn passages(name: &str) -> Vec<Passage> {
    let text = std::fs::read_to_string(folder("passages").join(name)).expect("passages");
    text.lines().map(|line| serde_json::from_str(line).expect("a passage")).collect()
}

fn tables() -> BTreeMap<String, Table> {
    let text = std::fs::read_to_string(folder("passages/tables.json")).expect("tables");
    serde_json::from_str(&text).expect("tables")
}

/// A report of these figures whose narratives say what is expected and no more.
fn content(table: &Table) -> Content {
    let form = by_id("2021").expect("the form");
    let mut content = Content::empty(form);
    for (cell, text) in table.values.iter().enumerate() {
        content.figures.set(cell, Some(read_cell(form, cell, text).expect("a value")));
    }
    for section in form.sections.iter().filter(|section| section.table.is_none()) {
        content.section_mut(&section.key).expect("the section").text = Some(
            "主动公开、依申请公开、政府信息管理、政府信息公开平台建设、监督保障、工作考核、社会评议、责任追究；未收取信息处理费。".to_owned(),
        );
    }
    content
}

fn judge_content(content: &Content, year: i32, previous: &Previous, former: &[FormerName]) -> Vec<Finding> {
    let plan = YearPlan::default_for(year);
    let rules = RuleSet::own();
    let judged = Judged {
        year,
        period_end: plan.period_end,
        previous,
        former_names: former,
        ..Judged::alone(content, &rules)
    };
    judge(&judged).findings
}

/// The findings about a document as a try-out gives them, with nothing known beside.
pub fn judge_document(document: &ReportDocument, blanks: &[(usize, String)], year: i32) -> Vec<Finding> {
    let year = document.year.unwrap_or(year);
    let plan = YearPlan::default_for(year);
    let rules = RuleSet::own();
    let judged = Judged {
        faults: &document.faults,
        blanks,
        year,
        period_end: plan.period_end,
        due_on: Some(
            plan.due_on(nianbao::inside::domain::agency::Level::County, document.scope.unwrap_or(Scope::Own)),
        ),
        day: document.signed_on,
        ..Judged::alone(&document.content, &rules)
    };
    judge(&judged).findings
}

/// A report before anything is said in it, and the keys of what is found in it so.
struct Silent {
    content: Content,
    previous: Previous,
    former: Vec<FormerName>,
    found: BTreeSet<String>,
}

impl Silent {
    fn of(tables: &BTreeMap<String, Table>, name: &str, former: &[String]) -> Silent {
        let table = &tables[name];
        let content = content(table);
        let previous = match tables.get(&format!("{name}-last")) {
            Some(last) => Previous::Known(PreviousYear {
                year: last.year,
                reports: vec![SourceReport {
                    report_id: "018d0000-0000-7000-8000-000000000001".to_owned(),
                    agency_id: "018d0000-0000-7000-8000-000000000002".to_owned(),
                    agency_name: last.agency.clone(),
                    year: last.year,
                    revision: 1,
                }],
                contents: vec![self::content(last)],
                merged: false,
            }),
            None => Previous::NotAsked,
        };
        let former: Vec<FormerName> = former
            .iter()
            .map(|name| FormerName {
                name: name.clone(),
                until: "2019-01-01".parse().expect("a day"),
                now: table.agency.clone(),
            })
            .collect();
        let found = judge_content(&content, table.year, &previous, &former);
        let found = found.into_iter().map(|finding| finding.key).collect();
        Silent { content, previous, former, found }
    }
}

/// The reports that passages are put into; many share one.
struct Reports {
    tables: BTreeMap<String, Table>,
    silent: BTreeMap<(String, Vec<String>), Silent>,
}

impl Reports {
    fn new() -> Reports {
        Reports { tables: tables(), silent: BTreeMap::new() }
    }

    /// What is said of a passage beyond what is said of its report without it.
    fn findings(&mut self, passage: &Passage) -> Vec<Finding> {
        let (name, former) = (&passage.table, &passage.former_names);
        let silent = self
            .silent
            .entry((name.clone(), former.clone()))
            .or_insert_with(|| Silent::of(&self.tables, name, former));
        let mut content = silent.content.clone();
        let state = content.section_mut(&passage.section).expect("the section");
        let told = state.text.take().unwrap_or_default();
        state.text = Some(format!("{told}\n{}", passage.text));
        let mut found = judge_content(&content, self.tables[name].year, &silent.previous, &silent.former);
        found.retain(|finding| !silent.found.contains(&finding.key));
        found
    }
}

/// The words a finding is about.
fn words(passage: &Passage, tables: &BTreeMap<String, Table>, finding: &Finding) -> Option<String> {
    let (from, to) = finding.span?;
    let content = content(&tables[&passage.table]);
    let told = content.text(&passage.section).unwrap_or_default();
    let whole = format!("{told}\n{}", passage.text);
    Some(whole.chars().skip(from).take(to.saturating_sub(from)).collect())
}

#[test]
fn no_clean_passage_raises_an_alarm() {
    let mut reports = Reports::new();
    let passages = passages("clean.jsonl");
    assert!(passages.len() >= 1_000, "{}", passages.len());
    let mut alarms = String::new();
    for passage in &passages {
        for finding in reports.findings(passage) {
            let _ = writeln!(
                alarms,
                "[{}] {}\n    {}: {} ({:?})",
                passage.class,
                passage.text,
                finding.rule,
                finding.say(Language::Chinese),
                words(passage, &reports.tables, &finding)
            );
        }
    }
    assert!(alarms.is_empty(), "{} alarms\n{alarms}", alarms.lines().count() / 2);
}

fn is_of(finding: &Finding, expected: &str) -> bool {
    match expected.strip_suffix('*') {
        Some(group) => finding.rule.starts_with(group),
        None => finding.rule == expected,
    }
}

/// Fewer than nine in ten; of a class of fewer than ten, more than one missed.
fn is_poor(count: usize, hits: usize) -> bool {
    hits * 10 < count * 9 && count - hits > 1
}

#[test]
fn nine_of_ten_seeded_faults_of_each_class_are_found() {
    let mut reports = Reports::new();
    let passages = passages("faults.jsonl");
    assert!(passages.len() >= 200, "{}", passages.len());
    let (mut classes, mut missed) = (BTreeMap::<&str, (usize, usize)>::new(), String::new());
    for passage in &passages {
        let found = reports.findings(passage);
        let touches = |finding: &Finding| {
            let words = words(passage, &reports.tables, finding);
            match (&passage.at, words) {
                (Some(at), Some(words)) => at.chars().any(|c| words.contains(c)) || words.is_empty(),
                _ => true,
            }
        };
        let is_found = found
            .iter()
            .any(|finding| passage.finds.iter().any(|rule| is_of(finding, rule)) && touches(finding));
        let (count, hits) = classes.entry(&passage.class).or_default();
        *count += 1;
        *hits += usize::from(is_found);
        if !is_found {
            let _ = writeln!(missed, "[{}] {}", passage.class, passage.text);
        }
    }
    let mut said = String::new();
    for (class, (count, hits)) in &classes {
        let _ = writeln!(said, "{class:<32} {hits:>4} of {count}");
    }
    println!("{said}");
    let poor: Vec<&str> =
        classes.iter().filter(|(_, (count, hits))| is_poor(*count, *hits)).map(|(class, _)| *class).collect();
    assert!(poor.is_empty(), "{poor:?}\n{said}\n{missed}");
}
