//! A new form is one file and one line: a form that no statute prescribes, of two more rows, goes all the way.
//!
//! In `format-2090.json` a row of 2021 is two (refusals for third parties: trade secrets, privacy), and disputes have
//! one more. Nothing but its file and the line in the registry knows it.

use crate::documents::write::{Format, write};
use crate::documents::{Kind, read_grid, recognise};
use crate::domain::agency::Contact;
use crate::domain::form::{self, Form};
use crate::domain::id::{AgencyId, PersonId, ReportId};
use crate::domain::people::Person;
use crate::domain::report::{ReportDocument, Scope};
use crate::domain::rights::{Grant, Rights, Role};
use crate::domain::statistics::{Sum, convert};
use crate::domain::workflow::{Action, Review};
use crate::domain::year::{YearPlan, YearState};
use crate::operations::agencies::{self, AgencyDraft};
use crate::operations::reports::{self, NewReport, TransitionOrder};
use crate::operations::settings::first_review;
use crate::operations::{AgencyRef, Answer, Asking, Desk, Refusal, at_desk, people, statistics, years};
use crate::storage::{Act, AnyConnection, Store, StoreOptions, WriteError};

fn invented() -> &'static Form {
    form::for_year(2090)
}

/// A report whose figures hold: two requests, one refused for each of the two new reasons, a compensation upheld.
fn document(year: i32) -> ReportDocument {
    let form = form::for_year(year);
    let mut content = crate::domain::report::Content::empty(form);
    (0..form.cells.len()).for_each(|cell| content.figures.set(cell, Some(0)));
    let refused = match form.id.as_str() {
        "2090" => ["refused_trade_secret", "refused_personal_privacy"].as_slice(),
        _ => ["refused_third_party_rights"].as_slice(),
    };
    let count = i64::try_from(refused.len()).unwrap();
    let mut put =
        |name: String, value: i64| content.figures.set(form.by_indicator(&name).unwrap(), Some(value));
    for column in ["natural_person", "total"] {
        refused.iter().for_each(|row| put(format!("requests.{row}.{column}"), 1));
        put(format!("requests.new_requests.{column}"), count);
        put(format!("requests.results_total.{column}"), count);
    }
    if form.id == "2090" {
        put("disputes.state_compensation.upheld".to_owned(), 1);
        put("disputes.state_compensation.total".to_owned(), 1);
    }
    for section in ["overview", "problems", "other_matters"] {
        content.section_mut(section).unwrap().text =
            Some("本机关依法做好各项工作。信息处理费未收取。".to_owned());
    }
    ReportDocument {
        title: Some(format!("某县某局{year}年政府信息公开工作年度报告")),
        agency_name: Some("某县某局".to_owned()),
        agency_id: None,
        year: Some(year),
        scope: Some(Scope::Own),
        signed_by: Some("某县某局".to_owned()),
        signed_on: format!("{}-01-20", year + 1).parse().ok(),
        index_number: None,
        source_url: None,
        content,
        faults: Vec::new(),
    }
}

fn asking() -> Asking {
    let roles = [Role::Editor, Role::Reviewer, Role::Publisher, Role::Admin];
    let person = Person {
        id: PersonId::from_stored("00000000-0000-7000-8000-000000000001".to_owned()),
        name: "周发布".to_owned(),
        agency_id: None,
        left_on: None,
        machine: false,
        version: 1,
    };
    let rights = Rights::of(roles.into_iter().map(Grant::everywhere).collect());
    Asking { rights, person: Some(person), ..Asking::public("2091-01-20".parse().unwrap()) }
}

fn write_one<T: Send + 'static>(
    store: &Store,
    operation: impl FnMut(&mut Desk<'_>) -> Answer<T> + Send + 'static,
) -> T {
    let act = Act::of_service("test", "2091-01-20T08:00:00".parse().unwrap());
    let written: Result<T, WriteError<Refusal>> = store.write_blocking(act, at_desk(asking(), operation));
    written.unwrap()
}

fn read_one<T>(store: &Store, query: impl FnMut(&mut AnyConnection) -> Answer<T>) -> T {
    store.read_blocking(query).unwrap()
}

/// A database with two open years, the last of 2021's form and the first of the invented one, and an agency.
fn world(folder: &std::path::Path) -> (Store, AgencyId) {
    let options =
        StoreOptions::new(format!("sqlite://{}", folder.join("form.db").display()).parse().unwrap());
    Store::migrate(&options).unwrap();
    let store = Store::open(options).unwrap();
    let person = asking().person.unwrap();
    write_one(&store, move |desk| people::ensure_person(desk.connection, desk.act, &person));
    let review = Review { stages: 1, separation_of_duties: false };
    write_one(&store, move |desk| first_review(desk.connection, review, desk.act.at).map(drop));
    for year in [2089, 2090] {
        write_one(&store, move |desk| years::create(desk, &YearPlan::default_for(year)).map(drop));
        let open = YearPlan { state: YearState::Open, ..YearPlan::default_for(year) };
        write_one(&store, move |desk| years::update(desk, 1, &open).map(drop));
    }
    let agency = AgencyId::from_uuid(uuid::Uuid::now_v7());
    let draft = AgencyDraft {
        name: "某县某局".to_owned(),
        short_name: None,
        uscc: None,
        level: "county".parse().unwrap(),
        kind: "department".parse().unwrap(),
        division_code: None,
        parent: None,
        valid_from: None,
        valid_to: None,
        contact: Contact::default(),
    };
    let named = agency.clone();
    write_one(&store, move |desk| agencies::create(desk, &named, &draft).map(drop));
    (store, agency)
}

fn publish(store: &Store, agency: &AgencyId, year: i32) {
    let id = ReportId::from_uuid(uuid::Uuid::now_v7());
    let new = NewReport::of_document(id.clone(), AgencyRef::Id(agency.clone()), year, document(year));
    write_one(store, move |desk| reports::create(desk, &new).map(drop));
    let mut version = 1;
    for action in [Action::Submit, Action::Approve, Action::Publish] {
        let order = TransitionOrder {
            id: uuid::Uuid::now_v7().to_string(),
            report_id: id.clone(),
            action,
            comment: None,
            published_on: None,
            version,
        };
        version = write_one(store, move |desk| reports::transition(desk, &order)).view.report.version;
    }
}

fn at(sum: &Sum, name: &str) -> Option<i64> {
    sum.get(sum.form().by_indicator(name).unwrap())
}

#[test]
fn it_has_two_more_rows_and_begins_in_its_year() {
    let rows = |form: &Form| {
        let tables = form.sections.iter().filter_map(|section| section.table.as_ref());
        tables.map(|table| table.rows.len()).sum::<usize>()
    };
    assert_eq!((invented().id.as_str(), form::for_year(2089).id.as_str()), ("2090", "2021"));
    assert_eq!(rows(invented()), rows(form::for_year(2089)) + 2);
}

#[test]
fn its_papers_come_back_from_every_format() {
    let mine = document(2090);
    for (format, kind) in [
        (Format::Docx, Kind::Docx),
        (Format::Html, Kind::Html),
        (Format::Xlsx, Kind::Xlsx),
        (Format::Markdown, Kind::Markdown),
    ] {
        let bytes = write(&mine, format).unwrap().unwrap();
        let (grid, _) = read_grid(kind, &bytes, None).unwrap();
        let read = recognise(&grid, None);
        assert_eq!(read.document.content.form().id, "2090", "{format:?}");
        assert_eq!(read.document.content.figures, mine.content.figures, "{format:?}");
        assert_eq!(read.document.faults.len(), 0, "{format:?}: {:?}", read.document.faults);
    }
}

#[test]
fn its_sums_are_judged_with_the_new_rows() {
    let folder = tempfile::TempDir::new().unwrap();
    let (store, _) = world(folder.path());
    let rules = |document: &ReportDocument| {
        let judged = read_one(&store, |c| reports::judge_document(c, &asking(), document, &[]));
        let rules = judged.findings.iter().map(|finding| finding.rule.to_string());
        rules
            .filter(|rule| rule.starts_with("requests.") || rule.starts_with("disputes."))
            .collect::<Vec<_>>()
    };
    let mut document = document(2090);
    assert_eq!(rules(&document), Vec::<String>::new());
    let privacy = invented().by_indicator("requests.refused_personal_privacy.total").unwrap();
    document.content.figures.set(privacy, Some(7));
    assert_eq!(rules(&document), ["requests.results_total", "requests.row_total"]);
}

#[test]
fn it_is_published_and_added_up_beside_the_form_before() {
    let folder = tempfile::TempDir::new().unwrap();
    let (store, agency) = world(folder.path());
    publish(&store, &agency, 2089);
    publish(&store, &agency, 2090);
    let place = AgencyRef::Id(agency);
    let totals = |year: i32| {
        read_one(&store, |c| {
            let place = statistics::place(c, year, Some(&place))?;
            statistics::totals(c, year, &place)
        })
    };
    let present = totals(2090);
    assert_eq!(present.forms, [("2090".to_owned(), 1)]);
    assert_eq!(at(&present.sum, "requests.refused_personal_privacy.total"), Some(1));
    assert_eq!(at(&present.sum, "disputes.state_compensation.upheld"), Some(1));
    // What the older form has one row for is the sum of both.
    let older = convert(&present.sum, form::for_year(2089));
    assert_eq!(at(&older, "requests.refused_third_party_rights.total"), Some(2));
    // And the other way round it is none of its parts; what the older form lacks is null, the rest means the same.
    let trend = read_one(&store, |c| {
        let place = statistics::place(c, 2090, Some(&place))?;
        statistics::trend(c, &place, 2089, 2090)
    });
    let [(2089, before), (2090, now)] = trend.as_slice() else { panic!("two years: {trend:?}") };
    for name in ["requests.refused_trade_secret.total", "disputes.state_compensation.total"] {
        assert_eq!((at(before, name), at(now, name)), (None, Some(1)), "{name}");
    }
    let new = "requests.new_requests.total";
    assert_eq!((at(before, new), at(now, new)), (Some(1), Some(2)));
    assert_eq!(read_one(&store, |c| statistics::verify_year(c, 2090, false)).len(), 0);
}
