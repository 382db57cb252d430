//! What each thing costs as a year grows: reports published, changed, listed, searched, added up.
//!
//! `cargo bench --bench scale`; `NIANBAO_SCALE=1600,16000` chooses other sizes, `NIANBAO_BENCH_POSTGRES_URL` adds an
//! empty PostgreSQL database for each size (its name is the URL's with `_<size>`). Each thing is asked for at a fixed
//! rate; its time counts from when it was due, so that waiting behind others counts as well.
#![expect(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench may stop where it stands, and prints what it found"
)]

use nianbao::inside::domain::agency::Contact;
use nianbao::inside::domain::form;
use nianbao::inside::domain::id::{AgencyId, PersonId, ReportId};
use nianbao::inside::domain::page::{Page, SortKey};
use nianbao::inside::domain::people::Person;
use nianbao::inside::domain::report::{Content, Heading, ReportFilter, ReportOrder, Scope, read_sections};
use nianbao::inside::domain::rights::{Grant, Rights, Role};
use nianbao::inside::domain::workflow::{Action, Review};
use nianbao::inside::domain::year::{YearPlan, YearState};
use nianbao::inside::operations::agencies::{self, AgencyDraft};
use nianbao::inside::operations::reports::{self, Edit, NewReport, Origin, ReportQuery, TransitionOrder};
use nianbao::inside::operations::search::{self, Question};
use nianbao::inside::operations::settings::first_review;
use nianbao::inside::operations::{
    AgencyRef, Archiving, Asking, Desk, Policy, Refusal, at_desk, people, statistics, years,
};
use nianbao::inside::storage::{Act, AnyConnection, Later, Store, StoreOptions, WriteError};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

const YEAR: i32 = 2023;
const POLICY: Policy = Policy { archiving: Archiving::MadeUp, ..Policy::USUAL };
/// How long each thing is asked for, and how often a second.
const SPELL: Duration = Duration::from_secs(3);
const RATE: u32 = 100;
/// Writes under way while a year is filled.
const WINDOW: usize = 256;

fn asking() -> Asking {
    let roles = [Role::Editor, Role::Reviewer, Role::Publisher, Role::Admin];
    let grants = roles.into_iter().map(Grant::everywhere).collect();
    let person = Person {
        id: PersonId::from_stored("00000000-0000-7000-8000-000000000001".to_owned()),
        name: "周发布".to_owned(),
        agency_id: None,
        left_on: None,
        machine: false,
        version: 1,
    };
    let today = "2024-03-20".parse().expect("a day");
    Asking { rights: Rights::of(grants), person: Some(person), policy: POLICY, ..Asking::public(today) }
}

fn act() -> Act {
    let at = "2024-03-20T08:00:00".parse().expect("a time");
    Act::of_service("scale", at)
}

fn write<T: Send + 'static>(
    store: &Store,
    operation: impl FnMut(&mut Desk<'_>) -> Result<T, Refusal> + Send + 'static,
) -> T {
    let written: Result<T, WriteError<Refusal>> = store.write_blocking(act(), at_desk(asking(), operation));
    written.expect("written")
}

fn register(store: &Store, parent: Option<&AgencyId>, level: &str, kind: &str, name: String) -> AgencyId {
    let id = AgencyId::from_uuid(uuid::Uuid::now_v7());
    let draft = AgencyDraft {
        name,
        short_name: None,
        uscc: None,
        level: level.parse().expect("a level"),
        kind: kind.parse().expect("a kind"),
        division_code: None,
        parent: parent.cloned().map(AgencyRef::Id),
        valid_from: None,
        valid_to: None,
        contact: Contact::default(),
    };
    let named = id.clone();
    write(store, move |desk| agencies::create(desk, &named, &draft).map(drop));
    id
}

fn content(number: usize) -> Content {
    let document: serde_json::Value =
        serde_json::from_str(include_str!("../tests/fixtures/suqian-2023.json")).expect("a document");
    let sections = document["sections"].as_object().expect("sections");
    let (mut content, _) = read_sections(&Content::empty(form::for_year(YEAR)), sections);
    if let Some(section) = content.section_mut("overview") {
        section.text = Some(format!("第{number}号机关依法做好政府信息公开各项工作。信息处理费未收取。"));
    }
    content
}

/// A year with so many published reports, and some drafts to publish; gives the drafts and a place halfway down.
struct Filled {
    published: Vec<ReportId>,
    drafts: Vec<ReportId>,
    place: AgencyRef,
}

fn fill(store: &Store, size: usize) -> Filled {
    let person = asking().person.expect("a person");
    write(store, move |desk| people::ensure_person(desk.connection, desk.act, &person));
    let plan = YearPlan::default_for(YEAR);
    write(store, move |desk| years::create(desk, &plan).map(drop));
    let open = YearPlan { state: YearState::Open, ..YearPlan::default_for(YEAR) };
    write(store, move |desk| years::update(desk, 1, &open).map(drop));
    let review = Review { stages: 1, separation_of_duties: false };
    write(store, move |desk| first_review(desk.connection, review, desk.act.at).map(drop));
    let province = register(store, None, "provincial", "government", "甲省人民政府".to_owned());
    let counties: Vec<AgencyId> = (0..size.div_ceil(50).max(1))
        .map(|at| register(store, Some(&province), "county", "government", format!("第{at}县人民政府")))
        .collect();
    let drafts_wanted = RATE as usize * SPELL.as_secs() as usize * 2 + 100;
    let mut filled =
        Filled { published: Vec::new(), drafts: Vec::new(), place: AgencyRef::Id(counties[0].clone()) };
    let mut pending: VecDeque<Later<(), Refusal>> = VecDeque::new();
    for at in 0..size + drafts_wanted {
        let county = &counties[at % counties.len()];
        let agency = register(store, Some(county), "county", "department", format!("第{at}局"));
        let new = NewReport {
            id: ReportId::from_uuid(uuid::Uuid::now_v7()),
            agency: AgencyRef::Id(agency),
            year: YEAR,
            scope: Scope::Own,
            heading: Heading::default(),
            source_url: None,
            content: Some(content(at)),
            prefill: None,
            source: None,
            origin: Origin::Created,
        };
        let publishes = at < size;
        if publishes {
            filled.published.push(new.id.clone())
        } else {
            filled.drafts.push(new.id.clone())
        }
        let transition = uuid::Uuid::now_v7().to_string();
        let operation = move |desk: &mut Desk<'_>| {
            if publishes {
                let day = "2024-01-20".parse().expect("a day");
                reports::load(desk, &new, &transition, day).map(drop)
            } else {
                reports::create(desk, &new).map(drop)
            }
        };
        if pending.len() >= WINDOW {
            pending.pop_front().expect("one").wait().expect("written");
        }
        pending.push_back(
            store.write_later(act(), at_desk(asking(), operation)).unwrap_or_else(|_| panic!("taken")),
        );
    }
    pending.into_iter().for_each(|later| later.wait().expect("written"));
    // The index follows the changes.
    while let Some(step) =
        store.read_blocking(|connection| search::next_step(connection, 16)).expect("a step")
    {
        write(store, move |desk| search::enter_step(desk.connection, &step));
    }
    write(store, |desk| Ok(nianbao::inside::storage::analyze(desk.connection)?));
    filled
}

/// Asks at a fixed rate and tells the times since each was due.
fn at_rate(mut ask: impl FnMut(usize)) -> Vec<Duration> {
    let began = Instant::now();
    let gap = Duration::from_secs(1) / RATE;
    let count = SPELL.as_millis() as usize / gap.as_millis() as usize;
    let mut times: Vec<Duration> = (0..count)
        .map(|at| {
            let due = began + gap * u32::try_from(at).expect("few");
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            ask(at);
            due.elapsed()
        })
        .collect();
    times.sort_unstable();
    times
}

fn tell(engine: &str, size: usize, what: &str, times: &[Duration]) {
    let at = |permille: usize| times[(times.len() - 1) * permille / 1000].as_secs_f64() * 1e3;
    println!("| {engine} | {size} | {what} | {:.2} | {:.2} | {:.2} |", at(500), at(950), at(990));
}

fn read<T>(store: &Store, query: impl FnMut(&mut AnyConnection) -> Result<T, Refusal>) -> T {
    store.read_blocking(query).expect("read")
}

fn publish(store: &Store, report: &ReportId) {
    let mut version = 1;
    for action in [Action::Submit, Action::Approve, Action::Publish] {
        let order = TransitionOrder {
            id: uuid::Uuid::now_v7().to_string(),
            report_id: report.clone(),
            action,
            comment: None,
            published_on: None,
            version,
        };
        let made = write(store, move |desk| reports::transition(desk, &order));
        version = made.view.report.version;
    }
}

fn change(store: &Store, report: &ReportId, number: usize) {
    let view = read(store, |c| reports::find(c, &asking(), report, false));
    let form = view.revision.content.form();
    let at = form.section_index("overview").expect("the section");
    let mut content = view.revision.content.clone();
    content.section_mut("overview").expect("the section").text = Some(format!("第{number}次修改。"));
    let version = view.revision.marks.get(at).map(|mark| mark.version);
    let edit = Edit::Section { at, version, content: Box::new(content), adding: false };
    let id = report.clone();
    write(store, move |desk| reports::save(desk, &id, &edit).map(drop));
}

fn measure(engine: &str, url: &str, size: usize) {
    let options = StoreOptions::new(url.parse().expect("a database"));
    Store::migrate(&options).expect("migrated");
    let store = Store::open(options).expect("opened");
    let began = Instant::now();
    let filled = fill(&store, size);
    eprintln!("{engine} {size}: filled in {:.0} s", began.elapsed().as_secs_f64());
    let public = Asking { rights: Rights::default(), person: None, ..asking() };
    let (half, publishable) = filled.drafts.split_at(filled.drafts.len() / 2);
    tell(engine, size, "改一个部分", &at_rate(|at| change(&store, &half[at % half.len()], at)));
    tell(engine, size, "提交并发布", &at_rate(|at| publish(&store, &publishable[at % publishable.len()])));
    let list = |within: Option<AgencyRef>, keys: Vec<SortKey<ReportOrder>>| {
        let filter = ReportFilter { year: Some(YEAR), ..ReportFilter::default() };
        let query = ReportQuery { filter, within, ..ReportQuery::default() };
        let page = Page { keys, after_id: None, limit: 51 };
        read(&store, |c| reports::heads(c, &public, &query, &page))
    };
    tell(engine, size, "列 50 份", &at_rate(|_| drop(list(None, Vec::new()))));
    tell(engine, size, "列一县 50 份", &at_rate(|_| drop(list(Some(filled.place.clone()), Vec::new()))));
    let place = |c: &mut AnyConnection| statistics::place(c, YEAR, Some(&filled.place));
    tell(
        engine,
        size,
        "合计",
        &at_rate(|_| {
            read(&store, |c| {
                let all = statistics::place(c, YEAR, None)?;
                statistics::totals(c, YEAR, &all).map(drop)
            });
        }),
    );
    tell(
        engine,
        size,
        "分组",
        &at_rate(|_| {
            read(&store, |c| {
                let place = place(c)?;
                statistics::breakdown(c, YEAR, &place, statistics::BreakdownBy::Child).map(drop)
            });
        }),
    );
    tell(
        engine,
        size,
        "完成情况",
        &at_rate(|_| {
            read(&store, |c| {
                let place = place(c)?;
                statistics::completeness(c, &asking(), YEAR, &place, true).map(drop)
            });
        }),
    );
    tell(
        engine,
        size,
        "检索",
        &at_rate(|at| {
            let q = format!("第{}号机关", at * 7 % size);
            let question = Question { q, filter: Default::default(), within: None, after: 0, limit: 20 };
            read(&store, |c| search::search(c, &question).map(drop));
        }),
    );
    let bundle = Instant::now();
    let filter = ReportFilter { year: Some(YEAR), published_only: true, ..ReportFilter::default() };
    let query = ReportQuery { filter, ..ReportQuery::default() };
    let mut page = Page { keys: Vec::new(), after_id: None, limit: 200 };
    loop {
        let views = read(&store, |c| reports::list(c, &public, &query, &page));
        let Some(last) = views.last() else { break };
        page.after_id = Some(last.report.id.to_string());
    }
    let whole = bundle.elapsed();
    tell(engine, size, "全年逐页读出（一次）", &[whole]);
    println!("| {engine} | {size} | 内存 MB | {} | | |", memory_mb());
    if let Some(file) = url.strip_prefix("sqlite://") {
        let bytes = std::fs::metadata(file).map_or(0, |file| file.len());
        println!("| {engine} | {size} | 数据库 MB | {} | | |", bytes >> 20);
    }
    store.close();
}

fn memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}

fn main() {
    let sizes = std::env::var("NIANBAO_SCALE").unwrap_or_else(|_| "1600,16000,160000".to_owned());
    println!("| 引擎 | 份数 | | p50 毫秒 | p95 | p99 |\n|---|---|---|---|---|---|");
    for size in sizes.split(',').map(|size| size.trim().parse().expect("a size")) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("scale.db");
        measure("sqlite", &format!("sqlite://{}", file.display()), size);
        if let Ok(url) = std::env::var("NIANBAO_BENCH_POSTGRES_URL") {
            measure("postgres", &format!("{url}_{size}"), size);
        }
    }
}
