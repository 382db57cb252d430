//! Whatever people do in whatever order: what is published is what was approved, and no revision that
//! readers could read is ever lost or changed.

use crate::api::harness::database::{Database, say_skipped};
use nianbao::inside::domain::people::Person;

mod hands;
mod histories;
mod ready;

use nianbao::inside::domain::agency::Contact;
use nianbao::inside::domain::form;
use nianbao::inside::domain::id::{AgencyId, PersonId, ReportId, TokenId};
use nianbao::inside::domain::report::{Content, Scope, read_sections};
use nianbao::inside::domain::rights::{Grant, Rights, Role};
use nianbao::inside::domain::workflow::{Action, State};
use nianbao::inside::domain::year::{YearPlan, YearState};
use nianbao::inside::operations::agencies::{self, AgencyDraft};
use nianbao::inside::operations::people::{self, Drawn, GrantOrder, TokenOrder};
use nianbao::inside::operations::reports::{self, Edit, NewReport, TransitionOrder};
use nianbao::inside::operations::statistics;
use nianbao::inside::operations::{AgencyRef, Asking, Desk, Refusal, at_desk, years};
use nianbao::inside::storage::{Act, AnyConnection, Store, StoreOptions, WriteError};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

/// What somebody tries next.
#[derive(Debug, Clone, Copy)]
enum Attempt {
    Act(Action),
    Edit,
    Discard,
}

struct World {
    store: Store,
    people: Vec<(Person, Role)>,
    _database: Database,
}

fn act() -> Act {
    // Every act at a moment of its own, so that orders are told apart.
    static CLOCK: AtomicI64 = AtomicI64::new(0);
    let start: chrono::NaiveDateTime = "2024-02-01T00:00:00".parse().expect("a time");
    let at = start + chrono::Duration::seconds(CLOCK.fetch_add(1, Ordering::Relaxed));
    Act::of_service("test", at)
}

fn asking(role: Role, person: Option<&Person>) -> Asking {
    let rights = Rights::of(vec![Grant::everywhere(role)]);
    let today = "2024-02-01".parse().expect("a day");
    Asking { rights, person: person.cloned(), ..Asking::public(today) }
}

impl World {
    fn on(database: Database) -> World {
        let mut options = StoreOptions::new(database.url().parse().expect("a database"));
        // Nobody pulls the plug here.
        options.synchronous = "NORMAL".to_owned();
        Store::migrate(&options).expect("migrated");
        let store = Store::open(options).expect("opened");
        let world = World { store, people: Vec::new(), _database: database };
        world.open_year(2023);
        let roles = [
            Role::Editor,
            Role::Editor,
            Role::Reviewer,
            Role::Reviewer,
            Role::Reviewer,
            Role::Reviewer,
            Role::Publisher,
            Role::Supervisor,
            Role::Admin,
        ];
        let people = roles.into_iter().enumerate().map(|(number, role)| {
            let order = TokenOrder {
                token_id: TokenId::from_uuid(uuid::Uuid::now_v7()),
                name: format!("{role:?} {number}"),
                person: None,
                new_person_id: PersonId::from_uuid(uuid::Uuid::now_v7()),
                machine: false,
                grants: vec![GrantOrder::whole(role, None)],
                expires_at: None,
                addresses: Vec::new(),
                drawn: Drawn { secret_hash: format!("{number}"), code_hash: String::new() },
            };
            let token = world
                .write(asking(Role::Admin, None), move |desk| people::issue_token(desk, &order))
                .expect("a token");
            (token.person, role)
        });
        let people = people.collect();
        World { people, ..world }
    }

    fn open_year(&self, year: i32) {
        let plan = YearPlan::default_for(year);
        self.write(asking(Role::Admin, None), move |desk| years::create(desk, &plan)).expect("a year");
        let open = YearPlan { state: YearState::Open, ..YearPlan::default_for(year) };
        self.write(asking(Role::Admin, None), move |desk| years::update(desk, 1, &open)).expect("open");
    }

    fn write<T: Send + 'static>(
        &self,
        asking: Asking,
        operation: impl FnMut(&mut Desk<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, WriteError<Refusal>> {
        self.store.write_blocking(act(), at_desk(asking, operation))
    }

    fn read<T>(&self, query: impl FnMut(&mut AnyConnection) -> Result<T, Refusal>) -> Result<T, Refusal> {
        self.store.read_blocking(query)
    }

    /// A report of a new agency, full and right.
    fn file(&self) -> ReportId {
        let id = AgencyId::from_uuid(uuid::Uuid::now_v7());
        let draft = AgencyDraft {
            name: "某局".to_owned(),
            short_name: None,
            uscc: None,
            level: "county".parse().expect("a level"),
            kind: "department".parse().expect("a kind"),
            division_code: None,
            parent: None,
            valid_from: None,
            valid_to: None,
            contact: Contact::default(),
        };
        let named = id.clone();
        self.write(asking(Role::Admin, None), move |desk| agencies::create(desk, &named, &draft))
            .expect("an agency");
        let document: serde_json::Value =
            serde_json::from_str(include_str!("../fixtures/suqian-2023.json")).expect("a document");
        let sections = document["sections"].as_object().expect("sections");
        let (content, _) = read_sections(&Content::empty(form::for_year(2023)), sections);
        let new = NewReport {
            prefill: None,
            source: None,
            id: ReportId::from_uuid(uuid::Uuid::now_v7()),
            agency: AgencyRef::Id(id),
            year: 2023,
            scope: Scope::Own,
            heading: nianbao::inside::domain::report::Heading::default(),
            source_url: None,
            content: Some(content),
            origin: nianbao::inside::operations::reports::Origin::Created,
        };
        let report = new.id.clone();
        let editor = self.people[0].0.clone();
        self.write(asking(Role::Editor, Some(&editor)), move |desk| reports::create(desk, &new))
            .expect("a report");
        report
    }

    /// Whether anything was done.
    fn attempt(&self, report: &ReportId, who: usize, attempt: Attempt, number: usize) -> bool {
        let (person, role) = self.people[who % self.people.len()].clone();
        let asking = asking(role, Some(&person));
        let Ok(view) = self.read(|c| reports::find(c, &asking, report, false)) else { return false };
        let (id, version) = (report.clone(), view.report.version);
        let done = match attempt {
            Attempt::Act(action) => {
                let order = TransitionOrder {
                    id: uuid::Uuid::now_v7().to_string(),
                    report_id: id,
                    action,
                    comment: Some("因故".to_owned()),
                    published_on: (action == Action::Archive).then(|| "2024-01-15".parse().expect("a day")),
                    version,
                };
                self.write(asking, move |desk| reports::transition(desk, &order).map(drop))
            }
            Attempt::Edit => {
                let mut content = view.revision.content.clone();
                if let Some(section) = content.section_mut("other_matters") {
                    section.text = Some(format!("无。第 {number} 次修改。信息处理费未收取。"));
                }
                let edit = Edit::Whole {
                    version,
                    heading: view.revision.heading.clone(),
                    source_url: view.report.source_url.clone(),
                    source_published_on: view.report.source_published_on,
                    content: Box::new(content),
                };
                self.write(asking, move |desk| reports::save(desk, &id, &edit).map(drop))
            }
            Attempt::Discard => self.write(asking, move |desk| reports::discard(desk, &id, version)),
        };
        done.is_ok()
    }

    /// Checks what must hold at any moment; `published` remembers every revision readers could read.
    fn check(&self, report: &ReportId, published: &mut BTreeMap<i32, String>) {
        let admin = asking(Role::Admin, None);
        for year in [2022, 2023, 2024] {
            let wrong = self.read(|c| statistics::verify_year(c, year, false)).unwrap_or_default();
            assert_eq!(wrong, Vec::new(), "the sums are those of what is published");
        }
        let Ok(view) = self.read(|c| reports::find(c, &admin, report, false)) else {
            assert!(published.is_empty(), "a report that was published is never gone");
            return;
        };
        let public = asking_nobody();
        let seen = self.read(|c| reports::find(c, &public, report, false));
        match &seen {
            Ok(seen) => {
                let digest = seen.revision.compute_digest();
                let number = seen.revision.number;
                let known = published.entry(number).or_insert_with(|| digest.clone());
                assert_eq!(*known, digest, "a published revision never changes");
                let made =
                    self.read(|c| reports::list_transitions(c, &admin, report)).expect("the transitions");
                let made: Vec<_> = made.into_iter().map(|(transition, _)| transition).collect();
                let shown = made.iter().rev().find(|one| {
                    one.revision == number && matches!(one.action, Action::Publish | Action::Archive)
                });
                let shown = shown.expect("somebody published it");
                assert_eq!(shown.digest, digest, "what is read is what was published");
                if shown.action == Action::Publish {
                    let approvals: Vec<_> = made
                        .iter()
                        .filter(|one| {
                            one.revision == number
                                && one.round == shown.round
                                && one.action == Action::Approve
                        })
                        .collect();
                    assert_eq!(approvals.len(), 3);
                    assert!(
                        approvals.iter().all(|one| one.digest == digest),
                        "what is published is what was approved"
                    );
                    let mut people: Vec<&str> = approvals.iter().map(|one| one.person_id.as_str()).collect();
                    people.sort_unstable();
                    people.dedup();
                    assert_eq!(people.len(), 3, "by three people");
                    let authors = &seen.revision.authors;
                    assert!(authors.iter().all(|author| !people.contains(&author.person.as_str())));
                }
            }
            Err(Refusal::Withdrawn { .. }) => assert!(view.report.withdrawn_at.is_some()),
            Err(Refusal::NotFound) => {
                assert!(published.is_empty(), "it was readable and is neither there nor withdrawn")
            }
            Err(other) => panic!("{other:?}"),
        }
        for (number, digest) in published.iter() {
            let old =
                self.read(|c| reports::find_revision(c, &admin, report, *number, false)).expect("it is kept");
            assert_eq!(old.revision.digest, *digest);
            assert!(matches!(old.revision.state, State::Published | State::Withdrawn));
        }
    }
}

fn asking_nobody() -> Asking {
    Asking::public("2024-02-01".parse().expect("a day"))
}

fn attempts() -> impl Strategy<Value = Vec<(usize, Attempt)>> {
    let action = prop_oneof![
        4 => Just(Attempt::Act(Action::Submit)),
        12 => Just(Attempt::Act(Action::Approve)),
        1 => Just(Attempt::Act(Action::Return)),
        1 => Just(Attempt::Act(Action::Recall)),
        5 => Just(Attempt::Act(Action::Publish)),
        3 => Just(Attempt::Act(Action::Correct)),
        1 => Just(Attempt::Act(Action::Withdraw)),
        1 => Just(Attempt::Act(Action::Archive)),
        4 => Just(Attempt::Edit),
        1 => Just(Attempt::Discard),
    ];
    prop::collection::vec((0usize..9, action), 30..120)
}

#[test]
fn any_sequence_of_acts_keeps_what_was_approved_and_what_was_read_on_sqlite() {
    any_sequence_of_acts_keeps_what_was_approved(Database::sqlite(), 48);
}

#[test]
fn any_sequence_of_acts_keeps_what_was_approved_and_what_was_read_on_postgresql() {
    match Database::postgres() {
        Some(database) => any_sequence_of_acts_keeps_what_was_approved(database, 8),
        None => say_skipped("NIANBAO_TEST_POSTGRES_URL is not set, sequences were not run on PostgreSQL"),
    }
}

fn any_sequence_of_acts_keeps_what_was_approved(database: Database, cases: u32) {
    let world = World::on(database);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    // The same sequences each time: whether they lead somewhere must not be left to chance.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let reached = std::cell::Cell::new((0, 0));
    runner
        .run(&attempts(), |attempts| {
            let report = world.file();
            let mut published = BTreeMap::new();
            let last = attempts.len() - 1;
            for (number, (who, attempt)) in attempts.into_iter().enumerate() {
                // Most are refused: that these leave no trace is looked at now and then, and at the end.
                if world.attempt(&report, who, attempt, number) || number % 8 == 7 || number == last {
                    world.check(&report, &mut published);
                }
            }
            let (any, several) = reached.get();
            reached
                .set((any + usize::from(!published.is_empty()), several + usize::from(published.len() > 1)));
            Ok(())
        })
        .expect("it holds");
    let (any, several) = reached.get();
    let least = usize::try_from(cases / 8).expect("a count");
    assert!(
        any >= least && (several > 0 || cases < 48),
        "the sequences lead somewhere: {any} published, {several} corrected"
    );
    world.store.close();
}
