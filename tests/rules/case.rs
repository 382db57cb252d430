//! A report document that passes every rule, to be spoilt one thing at a time.

use chrono::NaiveDate;
use nianbao::inside::domain::agency::{Kind, Level};
use nianbao::inside::domain::form;
use nianbao::inside::domain::report::{Content, Heading, Scope, SectionState, ShapeFault, read_sections};
use nianbao::inside::domain::rules::{
    Added, AgencyFacts, Around, Finding, FormerName, Judged, Local, Moment, Previous, PreviousYear, RuleSet,
    SourceReport, Subordinates, Twin, Verdict, judge,
};
use serde_json::Value;
use std::sync::Arc;

pub struct Case {
    pub content: Content,
    pub faults: Vec<ShapeFault>,
    pub agency: Option<AgencyFacts>,
    pub day: Option<NaiveDate>,
    pub moment: Moment,
    pub previous: Previous,
    pub upstream: Vec<SourceReport>,
    pub subordinates: Option<Subordinates>,
    pub twins: Vec<Twin>,
    pub heading: Heading,
    pub agency_name: Option<String>,
    pub source_url: Option<String>,
    pub reason: Option<String>,
    pub scope: Option<Scope>,
    pub former_names: Vec<FormerName>,
    pub rules: Arc<RuleSet>,
    pub year: i32,
}

impl Case {
    /// The real figures of a prefecture with narratives that speak of all that is expected.
    pub fn valid() -> Case {
        let document: Value =
            serde_json::from_str(include_str!("../fixtures/suqian-2023.json")).expect("a document");
        let form = form::by_id("2021").expect("the form");
        let sections = document["sections"].as_object().expect("sections");
        let (mut content, faults) = read_sections(&Content::empty(form), sections);
        for section in form.sections.iter().filter(|section| section.table.is_none()) {
            let state = content.section_mut(&section.key).expect("the section");
            state.found_title = None;
            state.text = Some(
                "主动公开、依申请公开、政府信息管理、政府信息公开平台建设、监督保障、工作考核、社会评议、责任追究；\
                 未收取信息处理费。"
                    .to_owned(),
            );
        }
        Case {
            content,
            faults,
            agency: Some(AgencyFacts { kind: Kind::Government, level: Level::Municipal }),
            day: "2024-01-20".parse().ok(),
            moment: Moment::Draft,
            previous: Previous::NotAsked,
            upstream: Vec::new(),
            subordinates: None,
            twins: Vec::new(),
            heading: Heading::default(),
            agency_name: None,
            source_url: None,
            reason: None,
            scope: None,
            former_names: Vec::new(),
            rules: RuleSet::own(),
            year: 2023,
        }
    }

    pub fn section(&mut self, key: &str) -> &mut SectionState {
        self.content.section_mut(key).expect("the section")
    }

    /// Adds a sentence to the overview, on a line of its own.
    pub fn tell(&mut self, sentence: &str) {
        let text = self.section("overview").text.clone().unwrap_or_default();
        self.section("overview").text = Some(format!("{text}\n{sentence}"));
    }

    pub fn set(&mut self, cell: &str, value: Option<i64>) {
        let at = self.content.form().by_indicator(cell).unwrap_or_else(|| panic!("no cell {cell}"));
        self.content.figures.set(at, value);
    }

    pub fn add(&mut self, cell: &str, change: i64) {
        let at = self.content.form().by_indicator(cell).unwrap_or_else(|| panic!("no cell {cell}"));
        let value = self.content.figures.get(at).map(|value| value + change);
        self.content.figures.set(at, value);
    }

    /// Lays sections over the document, with whatever does not fit the form.
    pub fn read(&mut self, sections: Value) {
        let (_, faults) = read_sections(&self.content, sections.as_object().expect("sections"));
        self.faults.extend(faults);
    }

    /// Last year's report, published: at first one that this year's follows from.
    pub fn last_year(&mut self) -> &mut PreviousYear {
        let mut content = self.content.clone();
        let form = content.form();
        let cell = |name: &str| form.by_indicator(name).unwrap_or_else(|| panic!("no cell {name}"));
        let columns = form.cells.iter().filter(|cell| cell.row_key == "carried_over");
        for column in columns {
            let there = cell(&format!("requests.carried_forward.{}", column.column_key));
            content.figures.set(there, self.content.figures.get(column.index));
        }
        for row in ["regulations", "normative_documents"] {
            let value = |column: &str| {
                self.content.figures.get(cell(&format!("proactive_disclosure.{row}.{column}"))).unwrap_or(0)
            };
            let before = value("in_force") - value("issued") + value("repealed");
            content.figures.set(cell(&format!("proactive_disclosure.{row}.in_force")), Some(before));
        }
        for section in form.sections.iter().filter(|section| section.table.is_none()) {
            content.section_mut(&section.key).expect("the section").text = Some("上一年的情况。".to_owned());
        }
        self.previous = Previous::Known(PreviousYear {
            year: 2022,
            reports: vec![source()],
            contents: vec![content],
            merged: false,
        });
        match &mut self.previous {
            Previous::Known(previous) => previous,
            _ => unreachable!("it was just set"),
        }
    }

    /// Puts what is asked for locally in force.
    pub fn in_force(&mut self, local: &str) {
        let local = Local::read(local).expect("local rules");
        self.rules = Arc::new(RuleSet::with(Added { local, ..Added::default() }).expect("a rule set"));
    }

    pub fn judge(&self) -> Vec<Finding> {
        self.verdict().findings
    }

    pub fn verdict(&self) -> Verdict {
        judge(&Judged {
            around: Around {
                title: self.heading.title.as_deref(),
                signed_by: self.heading.signed_by.as_deref(),
                index_number: self.heading.index_number.as_deref(),
                agency_name: self.agency_name.as_deref(),
                source_url: self.source_url.as_deref(),
                reason: self.reason.as_deref(),
            },
            faults: &self.faults,
            year: self.year,
            period_end: format!("{}-12-31", self.year).parse().expect("a day"),
            due_on: "2024-01-31".parse().ok(),
            scope: self.scope,
            agency: self.agency,
            division: Some("321300"),
            former_names: &self.former_names,
            day: self.day,
            moment: self.moment,
            previous: &self.previous,
            upstream: &self.upstream,
            subordinates: self.subordinates.as_ref(),
            twins: &self.twins,
            ..Judged::alone(&self.content, &self.rules)
        })
    }
}

/// A published report of last year.
pub fn source() -> SourceReport {
    SourceReport {
        report_id: "018d0000-0000-7000-8000-000000000001".to_owned(),
        agency_id: "018d0000-0000-7000-8000-000000000002".to_owned(),
        agency_name: "宿迁市人民政府".to_owned(),
        year: 2022,
        revision: 2,
    }
}
