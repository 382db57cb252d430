//! Whatever happens to reports, agencies, rosters and years in whatever order: the sums and the counters kept by
//! difference are what adding everything up anew gives.

mod events;

use super::{World, asking};
use crate::api::harness::database::{Database, say_skipped};
use events::{Event, events};
use nianbao::inside::domain::agency::{Contact, SuccessionKind};
use nianbao::inside::domain::form;
use nianbao::inside::domain::id::{AgencyId, ReportId};
use nianbao::inside::domain::report::{Content, Heading, Scope};
use nianbao::inside::domain::rights::{Grant, Rights, Role};
use nianbao::inside::domain::workflow::{Action, Review};
use nianbao::inside::domain::year::YearState;
use nianbao::inside::operations::agencies::{self, AgencyDraft, Succession};
use nianbao::inside::operations::reports::{self, Edit, NewReport, TransitionOrder};
use nianbao::inside::operations::settings::first_review;
use nianbao::inside::operations::years::{self, RosterEdit};
use nianbao::inside::operations::{AgencyRef, Archiving, Asking, Desk, Policy, Refusal, statistics};
use nianbao::inside::storage::WriteError;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use std::cell::{Cell, RefCell};

const YEARS: [i32; 2] = [2020, 2023];

/// Everything anybody may do, in one person, where one review is enough.
fn everybody(world: &World) -> Asking {
    let roles = [Role::Editor, Role::Reviewer, Role::Publisher, Role::Supervisor, Role::Admin];
    let grants = roles.into_iter().map(Grant::everywhere).collect();
    // What is over is old at once.
    let policy = Policy { archiving: Archiving::Old { after_days: 0 }, ..Policy::USUAL };
    let one = asking(Role::Admin, Some(&world.people[0].0));
    Asking { rights: Rights::of(grants), policy, ..one }
}

fn draft(name: &str, level: &str, kind: &str, parent: Option<&AgencyId>) -> AgencyDraft {
    AgencyDraft {
        name: name.to_owned(),
        short_name: None,
        uscc: None,
        level: level.parse().expect("a level"),
        kind: kind.parse().expect("a kind"),
        division_code: None,
        parent: parent.cloned().map(AgencyRef::Id),
        valid_from: None,
        valid_to: None,
        contact: Contact::default(),
    }
}

/// A report's content: one that can be submitted, or one with gaps and every cell the seed's, as archives have them.
fn content(year: i32, seed: i64) -> Content {
    let mut content = Content::empty(form::for_year(year));
    let right = seed % 3 != 0;
    for cell in 0..content.form().cells.len() {
        let value = if right { Some(0) } else { (cell % 3 != 0).then_some(seed) };
        content.figures.set(cell, value);
    }
    if right {
        let free = content.form().by_indicator("proactive_disclosure.licensing.decisions").expect("the cell");
        content.figures.set(free, Some(seed));
        for section in content.form().sections.iter().filter(|section| section.table.is_none()) {
            content.section_mut(&section.key).expect("the section").text =
                Some("依法做好各项工作。".to_owned());
        }
    }
    content
}

struct Telling<'w> {
    world: &'w World,
    agencies: Vec<AgencyId>,
    reports: Vec<ReportId>,
    took: &'w Cell<u32>,
}

impl Telling<'_> {
    /// Whether it was allowed is not the question.
    fn write<T: Send + 'static>(
        &self,
        asking: Asking,
        operation: impl FnMut(&mut Desk<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Option<T> {
        match self.world.write(asking, operation) {
            Ok(done) => {
                self.took.set(self.took.get() + 1);
                Some(done)
            }
            Err(WriteError::Refused(_)) => None,
            Err(other) => panic!("{other:?}"),
        }
    }

    fn agency(&self, number: usize) -> AgencyId {
        self.agencies[number % self.agencies.len()].clone()
    }

    fn register(&mut self, name: &str, level: &str, kind: &str, parent: Option<&AgencyId>) -> AgencyId {
        let id = AgencyId::from_uuid(uuid::Uuid::now_v7());
        let (named, draft, asking) = (id.clone(), draft(name, level, kind, parent), everybody(self.world));
        if self.write(asking, move |desk| agencies::create(desk, &named, &draft)).is_some() {
            self.agencies.push(id.clone());
        }
        id
    }

    fn update(&self, id: &AgencyId, change: impl Fn(&mut AgencyDraft)) {
        let Ok(present) = self.world.read(|c| agencies::find(c, &AgencyRef::Id(id.clone()))) else { return };
        let mut draft =
            draft(&present.name, present.level.as_str(), present.kind.as_str(), present.parent_id.as_ref());
        change(&mut draft);
        let (asking, named, version) = (everybody(self.world), AgencyRef::Id(id.clone()), present.version);
        self.write(asking, move |desk| agencies::update(desk, &named, version, &draft));
    }

    fn edit_roster(&self, agency: usize, year: i32, edit: RosterEdit) {
        let (asking, agency) = (everybody(self.world), AgencyRef::Id(self.agency(agency)));
        let Ok(line) = self.world.read(|c| years::find_line(c, year, &agency, None)) else { return };
        let version = years::version_of(&line);
        self.write(asking, move |desk| years::edit_roster(desk, (year, &agency, None), version, &edit));
    }

    fn happen(&mut self, event: &Event) {
        let asking = everybody(self.world);
        match event.clone() {
            Event::File { agency, year, consolidated, seed } => {
                let id = ReportId::from_uuid(uuid::Uuid::now_v7());
                let year = YEARS[year % YEARS.len()];
                let new = NewReport {
                    id: id.clone(),
                    agency: AgencyRef::Id(self.agency(agency)),
                    year,
                    scope: if consolidated { Scope::Consolidated } else { Scope::Own },
                    heading: Heading::default(),
                    source_url: None,
                    content: Some(content(year, seed)),
                    prefill: None,
                    source: None,
                    origin: nianbao::inside::operations::reports::Origin::Created,
                };
                if self.write(asking, move |desk| reports::create(desk, &new)).is_some() {
                    self.reports.push(id);
                }
            }
            Event::Step { report, action } => self.step(report, action),
            Event::Publish { report } => {
                for action in [Action::Submit, Action::Approve, Action::Publish] {
                    self.step(report, action);
                }
            }
            Event::Change { report, seed } => {
                let Some((id, version, mut view)) = self.report(report) else { return };
                view.revision.content.figures = content(view.report.year, seed).figures;
                let edit = Edit::Whole {
                    version,
                    heading: view.revision.heading.clone(),
                    source_url: None,
                    source_published_on: None,
                    content: Box::new(view.revision.content),
                };
                self.write(asking, move |desk| reports::save(desk, &id, &edit));
            }
            Event::Discard { report } => {
                let Some((id, version, _)) = self.report(report) else { return };
                self.write(asking, move |desk| reports::discard(desk, &id, version));
            }
            Event::Register { parent } => {
                let parent = self.agency(parent);
                self.register("新设局", "county", "department", Some(&parent));
            }
            Event::Move { agency, parent } => {
                let (id, parent) = (self.agency(agency), self.agency(parent));
                self.update(&id, |draft| draft.parent = Some(AgencyRef::Id(parent.clone())));
            }
            Event::Relabel { agency } => {
                let id = self.agency(agency);
                self.update(&id, |draft| draft.kind = "directly_affiliated".parse().expect("a kind"));
            }
            Event::Merge { agency, into } => {
                let named = AgencyRef::Id(self.agency(agency));
                let Ok(present) = self.world.read(|c| agencies::find(c, &named)) else { return };
                let succession = Succession {
                    kind: SuccessionKind::ALL[0],
                    successor: Some(AgencyRef::Id(self.agency(into))),
                    effective_on: "2024-01-31".parse().expect("a day"),
                    reason: None,
                };
                let version = present.version;
                self.write(asking, move |desk| agencies::succeed(desk, &named, version, &succession));
            }
            Event::Exempt { agency, year, exempt } => {
                let edit = RosterEdit {
                    exempt: Some(exempt),
                    due_on: None,
                    parent: None,
                    reason: Some("因故".to_owned()),
                };
                self.edit_roster(agency, YEARS[year % YEARS.len()], edit);
            }
            Event::Extend { agency, year, day } => {
                let year = YEARS[year % YEARS.len()];
                let due_on = chrono::NaiveDate::from_ymd_opt(year + 1, 1 + day % 12, day);
                let edit = RosterEdit {
                    exempt: None,
                    due_on: due_on.map(Some),
                    parent: None,
                    reason: Some("延期".to_owned()),
                };
                self.edit_roster(agency, year, edit);
            }
            Event::Transfer { agency, year, parent } => {
                let parent = Some(AgencyRef::Id(self.agency(parent)));
                let edit =
                    RosterEdit { exempt: None, due_on: None, parent, reason: Some("划转".to_owned()) };
                self.edit_roster(agency, YEARS[year % YEARS.len()], edit);
            }
            Event::Year { year, state } => {
                let Ok(found) = self.world.read(|c| years::find(c, YEARS[year % YEARS.len()])) else {
                    return;
                };
                let (mut plan, version) = (found.plan, found.version);
                plan.state = state;
                self.write(asking, move |desk| years::update(desk, version, &plan));
            }
        }
    }

    fn report(&self, number: usize) -> Option<(ReportId, i64, reports::ReportView)> {
        let id = self.reports.get(number % self.reports.len().max(1))?.clone();
        let view = self.world.read(|c| reports::find(c, &everybody(self.world), &id, false)).ok()?;
        Some((id, view.report.version, view))
    }

    fn step(&self, report: usize, action: Action) {
        let Some((report_id, version, _)) = self.report(report) else { return };
        let order = TransitionOrder {
            id: uuid::Uuid::now_v7().to_string(),
            report_id,
            action,
            comment: Some("因故".to_owned()),
            published_on: (action == Action::Archive).then(|| "2024-01-15".parse().expect("a day")),
            version,
        };
        let mut asking = everybody(self.world);
        if report.is_multiple_of(2) {
            // As if it had been published here on its day.
            asking.policy.archiving = Archiving::MadeUp;
        }
        self.write(asking, move |desk| reports::transition(desk, &order).map(drop));
    }
}

/// How many histories one database sees: all that is in it is counted again at every look.
const TOGETHER: u32 = 8;

/// A world with an open year whose reports one person reviews.
fn begun(database: Database) -> World {
    let world = World::on(database);
    world.open_year(YEARS[0]);
    let review = Review { stages: 1, separation_of_duties: false };
    let first = world
        .write(asking(Role::Admin, None), move |desk| first_review(desk.connection, review, desk.act.at));
    assert_eq!(first.expect("the settings"), review);
    world
}

fn any_history_keeps_the_sums_right(database: impl Fn() -> Database, cases: u32) {
    let (worlds, told) = (RefCell::new(begun(database())), Cell::new(0));
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let (took, published) = (Cell::new(0), Cell::new(0));
    TestRunner::new_with_rng(config, rng)
        .run(&events(), |events| {
            if told.replace(told.get() + 1) % TOGETHER == TOGETHER - 1 {
                worlds.replace(begun(database())).store.close();
            }
            let world = worlds.borrow();
            let world = &*world;
            let mut telling = Telling { world, agencies: Vec::new(), reports: Vec::new(), took: &took };
            let province = telling.register("某省人民政府", "provincial", "government", None);
            for city in ["甲市", "乙市"] {
                let city = telling.register(city, "municipal", "government", Some(&province));
                let county = telling.register("某县人民政府", "county", "government", Some(&city));
                telling.register("某局", "county", "department", Some(&county));
                telling.register("某局", "municipal", "department", Some(&city));
            }
            // The world is the same for several histories: the one before may have closed them.
            for year in 0..YEARS.len() {
                telling.happen(&Event::Year { year, state: YearState::Open });
            }
            for (number, event) in events.iter().enumerate() {
                telling.happen(event);
                // Every few steps: what went wrong is found near to where it did.
                if number % 7 == 6 || number + 1 == events.len() {
                    for year in YEARS {
                        let wrong =
                            world.read(|c| statistics::verify_year(c, year, false)).expect("verified");
                        prop_assert_eq!(wrong, Vec::new(), "{} after {:?}", year, event);
                    }
                }
            }
            for year in YEARS {
                let place = world
                    .read(|c| statistics::place(c, year, Some(&AgencyRef::Id(province.clone()))))
                    .expect("the province");
                let totals = world.read(|c| statistics::totals(c, year, &place)).expect("totals");
                published.set(published.get() + totals.sum.reports);
            }
            Ok(())
        })
        .expect("it holds");
    assert!(
        took.get() > cases * 8 && (cases < 48 || published.get() > 15),
        "{took:?} writes, {published:?} published"
    );
    worlds.into_inner().store.close();
}

#[test]
fn any_history_keeps_the_sums_right_on_sqlite() {
    let cases = if std::env::var_os("NIANBAO_TEST_LONG").is_some() { 600 } else { 48 };
    any_history_keeps_the_sums_right(Database::sqlite, cases);
}

#[test]
fn any_history_keeps_the_sums_right_on_postgresql() {
    let database = || Database::postgres().expect("a database");
    match Database::postgres() {
        Some(_) => any_history_keeps_the_sums_right(database, 6),
        None => say_skipped("NIANBAO_TEST_POSTGRES_URL is not set, histories were not run on PostgreSQL"),
    }
}
