//! Whatever is issued, fetched, confirmed, rotated and done in whatever order: nothing is published that three hands
//! unconnected in that round did not approve.

mod events;

use super::{World, act, asking};
use crate::api::harness::database::{Database, say_skipped};
use events::{Event, events};
use nianbao::inside::domain::access::{Doer, Lifetimes};
use nianbao::inside::domain::algorithm::Algorithm;
use nianbao::inside::domain::id::{PersonId, ReportId, TokenId};
use nianbao::inside::domain::people::TokenGrant;
use nianbao::inside::domain::rights::{Rights, Role};
use nianbao::inside::domain::workflow::{Action, Transition};
use nianbao::inside::operations::people::{self, Drawn, EntryRules, GrantOrder, Presented, TokenOrder};
use nianbao::inside::operations::reports::{self, Edit, TransitionOrder};
use nianbao::inside::operations::{Asking, Refusal};
use nianbao::inside::storage::WriteError;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use std::cell::Cell;
use std::collections::HashMap;

/// An access as this test knows it, from what it has seen happen.
struct Held {
    token: TokenId,
    person: PersonId,
    secret: String,
    /// Where it is still to be fetched.
    code: Option<String>,
    /// By which access it was issued; none: by the command line.
    issuer: Option<usize>,
    confirmed: bool,
}

struct Telling<'w> {
    world: &'w World,
    report: ReportId,
    held: Vec<Held>,
    /// By transition, by which hand it was made.
    made: HashMap<String, Doer>,
    /// By revision.
    authors: HashMap<i32, Vec<Doer>>,
    published: usize,
    refused: usize,
}

fn drawn(name: &str) -> (String, String, Drawn) {
    let (secret, code) = (format!("secret of {name}"), format!("code of {name}"));
    let digest = |text: &str| people::digest_of_secret(Algorithm::Sha256, text);
    let digests = Drawn { secret_hash: digest(&secret), code_hash: digest(&code) };
    (secret, code, digests)
}

fn order(role: Role, person: Option<PersonId>) -> (String, String, TokenOrder) {
    let token_id = TokenId::from_uuid(uuid::Uuid::now_v7());
    let (secret, code, drawn) = drawn(token_id.as_str());
    let order = TokenOrder {
        token_id,
        name: format!("{role:?}"),
        person,
        new_person_id: PersonId::from_uuid(uuid::Uuid::now_v7()),
        machine: false,
        grants: vec![GrantOrder::whole(role, None)],
        expires_at: None,
        addresses: Vec::new(),
        drawn,
    };
    (secret, code, order)
}

impl Telling<'_> {
    fn begin(world: &World) -> Telling<'_> {
        let report = world.file();
        let author = world.people[0].0.id.clone();
        let mut telling = Telling {
            world,
            report,
            held: Vec::new(),
            made: HashMap::new(),
            authors: HashMap::from([(1, vec![Doer { person: author.clone(), hand: author }])]),
            published: 0,
            refused: 0,
        };
        let roles = [
            Role::Editor,
            Role::Editor,
            Role::Reviewer,
            Role::Reviewer,
            Role::Publisher,
            Role::Supervisor,
            Role::Supervisor,
            Role::Admin,
        ];
        for role in roles {
            let (secret, _, order) = order(role, None);
            let token = world
                .write(asking(Role::Admin, None), move |desk| people::issue_token(desk, &order))
                .expect("a token of the command line");
            let held = Held {
                token: token.id,
                person: token.person.id,
                secret,
                code: None,
                issuer: None,
                confirmed: false,
            };
            telling.held.push(held);
        }
        telling
    }

    fn at(&self, number: usize) -> usize {
        number % self.held.len()
    }

    /// One of those that are so, if there are any.
    fn among(&self, number: usize, is_so: impl Fn(&Held) -> bool) -> usize {
        let fitting: Vec<usize> = (0..self.held.len()).filter(|at| is_so(&self.held[*at])).collect();
        if fitting.is_empty() { self.at(number) } else { fitting[number % fitting.len()] }
    }

    /// Whose hand an access is, by what was seen: its issuer's, until it was confirmed.
    fn hand(&self, at: usize) -> PersonId {
        let held = &self.held[at];
        match held.issuer {
            Some(issuer) if !held.confirmed => self.hand(issuer),
            _ => held.person.clone(),
        }
    }

    fn doer(&self, at: usize) -> Doer {
        Doer { person: self.held[at].person.clone(), hand: self.hand(at) }
    }

    /// Comes in by an access, as the service lets one in.
    fn sign_in(&self, at: usize) -> Option<Asking> {
        let held = &self.held[at];
        let presented = Presented { secret: held.secret.clone(), at: act().at, from: None };
        let found = self
            .world
            .read(|c| people::authenticate(c, &presented, &EntryRules::default(), Algorithm::Sha256));
        let found = found.expect("it can be asked");
        assert!(held.code.is_none() || found.is_none(), "what is not fetched yet is no way in");
        let (token, access) = found?;
        assert_eq!(access.hand.id, self.hand(at), "the hand is that of whoever stands behind it");
        let rights = Rights::of(token.grants.iter().map(TokenGrant::right).collect());
        Some(Asking {
            rights,
            person: Some(token.person),
            access: Some(access),
            ..asking(Role::Editor, None)
        })
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Issue { by, to, role } => {
                let by = self.at(*by);
                let Some(asking) = self.sign_in(by) else { return };
                let person = to.map(|to| self.held[self.at(to)].person.clone());
                let (secret, code, order) = order(*role, person.clone());
                let own = person.as_ref() == Some(&self.held[by].person);
                let issued = self.world.write(asking, move |desk| people::issue_token_as(desk, &order));
                if let Ok(token) = issued {
                    assert_eq!(token.is_pending(), !own, "a secret is its person's alone");
                    self.take(by, (token.id, token.person.id), secret, (!own).then_some(code));
                }
            }
            Event::Rotate { by, token } => {
                let (by, old) = (self.at(*by), self.at(*token));
                let Some(asking) = self.sign_in(by) else { return };
                let (id, new_id) = (self.held[old].token.clone(), TokenId::from_uuid(uuid::Uuid::now_v7()));
                let (secret, code, drawn) = drawn(new_id.as_str());
                let own = self.held[old].person == self.held[by].person;
                let rotated =
                    self.world.write(asking, move |desk| people::rotate_token(desk, &id, &new_id, &drawn));
                if let Ok(token) = rotated {
                    assert_eq!(token.is_pending(), !own, "a secret is its person's alone");
                    self.take(by, (token.id, token.person.id), secret, (!own).then_some(code));
                }
            }
            Event::Fetch { token } => {
                let at = self.among(*token, |held| held.code.is_some());
                let Some(code) = self.held[at].code.clone() else { return };
                let secret = people::digest_of_secret(Algorithm::Sha256, &self.held[at].secret);
                let public = super::asking_nobody();
                let fetched = self.world.write(public, move |desk| people::enrol(desk, &code, &secret));
                if fetched.is_ok() {
                    self.held[at].code = None;
                }
            }
            Event::Confirm { by, person } => {
                let by = self.at(*by);
                let Some(asking) = self.sign_in(by) else { return };
                let waits = |held: &Held| held.issuer.is_some() && held.code.is_none() && !held.confirmed;
                let person = self.held[self.among(*person, waits)].person.clone();
                let named = person.clone();
                if let Ok(done) = self.world.write(asking, move |desk| people::confirm_person(desk, &named)) {
                    self.believe(by, &done.tokens);
                }
            }
            Event::Edit { by } => self.edit(self.at(*by)),
            Event::Explain { by } => self.explain(self.at(*by)),
            Event::Do { by, action } => self.act(self.at(*by), *action),
        }
    }

    fn take(
        &mut self,
        by: usize,
        (token, person): (TokenId, PersonId),
        secret: String,
        code: Option<String>,
    ) {
        self.held.push(Held { token, person, secret, code, issuer: Some(by), confirmed: false });
    }

    /// What is confirmed now and was not before, was so by somebody of another hand.
    fn believe(&mut self, by: usize, tokens: &[nianbao::inside::domain::people::Token]) {
        let confirmer = self.doer(by);
        let fresh: Vec<usize> = (0..self.held.len())
            .filter(|at| {
                let held = &self.held[*at];
                let told = tokens.iter().find(|token| token.id == held.token);
                !held.confirmed && told.is_some_and(|token| token.confirmed_at.is_some())
            })
            .collect();
        for at in &fresh {
            let issuer = self.held[*at].issuer.expect("nobody confirms what the command line made");
            let behind = Doer { person: self.held[issuer].person.clone(), hand: self.hand(*at) };
            assert!(!confirmer.is_connected_with(&behind), "an issuer confirms nobody, by whatever name");
            assert!(
                !confirmer.is_connected_with(&Doer { hand: self.held[*at].person.clone(), ..self.doer(*at) })
            );
            assert!(self.held[*at].code.is_none(), "nobody holds it yet");
        }
        for at in fresh {
            self.held[at].confirmed = true;
        }
    }

    fn view(&self, asking: &Asking) -> Option<reports::ReportView> {
        self.world.read(|c| reports::find(c, asking, &self.report, false)).ok()
    }

    fn wrote(&mut self, revision: i32, at: usize) {
        let doer = self.doer(at);
        self.authors.entry(revision).or_default().push(doer);
    }

    fn edit(&mut self, at: usize) {
        let Some(asking) = self.sign_in(at) else { return };
        let Some(view) = self.view(&asking) else { return };
        let mut content = view.revision.content.clone();
        if let Some(section) = content.section_mut("other_matters") {
            section.text = Some(format!("无。第 {} 次修改。信息处理费未收取。", view.report.version));
        }
        let edit = Edit::Whole {
            version: view.report.version,
            heading: view.revision.heading.clone(),
            source_url: view.report.source_url.clone(),
            source_published_on: view.report.source_published_on,
            content: Box::new(content),
        };
        let id = self.report.clone();
        if self.world.write(asking, move |desk| reports::save(desk, &id, &edit).map(drop)).is_ok() {
            self.wrote(view.revision.number, at);
        }
    }

    fn explain(&mut self, at: usize) {
        let Some(asking) = self.sign_in(at) else { return };
        let judged = self.world.read(|c| reports::find_judgement(c, &asking, &self.report, false));
        let Ok((view, judgement)) = judged else { return };
        let published = view.report.published_revision == Some(view.revision.number);
        for finding in judgement.findings {
            let (id, asking, text) =
                (self.report.clone(), asking.clone(), format!("因故 {}", view.report.version));
            let explained = self
                .world
                .write(asking, move |desk| reports::explain(desk, &id, &finding.key, &text).map(drop));
            if explained.is_ok() && !published {
                self.wrote(view.revision.number, at);
            }
        }
    }

    fn act(&mut self, at: usize, action: Action) {
        let Some(asking) = self.sign_in(at) else { return };
        let Some(view) = self.view(&asking) else { return };
        let order = TransitionOrder {
            id: uuid::Uuid::now_v7().to_string(),
            report_id: self.report.clone(),
            action,
            comment: Some("因故".to_owned()),
            published_on: None,
            version: view.report.version,
        };
        let id = order.id.clone();
        let doer = self.doer(at);
        match self
            .world
            .write(asking, move |desk| reports::transition(desk, &order).map(|made| made.transition))
        {
            Ok(made) => {
                assert_eq!(made.hand.id, doer.hand, "it says by whose hand");
                self.made.insert(id, doer);
                if action == Action::Submit {
                    self.wrote(made.revision, at);
                }
                if action == Action::Publish {
                    self.published += 1;
                    self.check(&made);
                }
            }
            Err(WriteError::Refused(Refusal::SeparationOfDuties(_))) => self.refused += 1,
            Err(_) => {}
        }
    }

    /// Three unconnected hands have approved what is published here, and none of them is an author's.
    fn check(&self, published: &Transition) {
        let admin = asking(Role::Admin, None);
        let all =
            self.world.read(|c| reports::list_transitions(c, &admin, &self.report)).expect("transitions");
        let here: Vec<(&Transition, &Doer)> = all
            .iter()
            .map(|(made, _)| made)
            .filter(|made| (made.revision, made.round) == (published.revision, published.round))
            .map(|made| (made, &self.made[&made.id]))
            .collect();
        let approvals: Vec<&(&Transition, &Doer)> =
            here.iter().filter(|(made, _)| made.action == Action::Approve).collect();
        assert_eq!(approvals.len(), 3);
        let authors = &self.authors[&published.revision];
        for (at, (made, doer)) in approvals.iter().enumerate() {
            for (_, other) in &approvals[..at] {
                assert!(!doer.is_connected_with(other), "two approvals of one hand");
            }
            assert!(!authors.iter().any(|author| author.is_connected_with(doer)), "an author has approved");
            // Somebody may have answered for a mark of secrecy meanwhile; the last one has seen it all.
            assert!(at < 2 || made.digest == published.digest, "what is published is what was approved");
        }
        let publisher = &self.made[&published.id];
        assert!(!authors.iter().any(|author| author.is_connected_with(publisher)), "an author has published");
        for (_, other) in here.iter().filter(|(_, other)| other.person != publisher.person) {
            assert!(!publisher.is_connected_with(other), "whoever publishes stands behind another");
        }
    }
}

fn any_history_is_approved_by_three_hands(database: Database, cases: u32) {
    assert_eq!(Lifetimes::default(), Lifetimes { greatest: None, idle: None });
    let world = World::on(database);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let (published, refused, confirmed) = (Cell::new(0), Cell::new(0), Cell::new(0));
    runner
        .run(&events(), |events| {
            let mut telling = Telling::begin(&world);
            for event in &events {
                telling.happen(event);
            }
            published.set(published.get() + telling.published);
            refused.set(refused.get() + telling.refused);
            confirmed.set(confirmed.get() + telling.held.iter().filter(|held| held.confirmed).count());
            Ok(())
        })
        .expect("it holds");
    let least = usize::try_from(cases / 4).expect("a count");
    assert!(
        published.get() >= least && refused.get() >= least && confirmed.get() >= least,
        "the histories lead somewhere: {published:?} published, {refused:?} refused, {confirmed:?} confirmed"
    );
    world.store.close();
}

#[test]
fn nothing_is_published_without_three_unconnected_hands_on_sqlite() {
    any_history_is_approved_by_three_hands(Database::sqlite(), 24);
}

#[test]
fn nothing_is_published_without_three_unconnected_hands_on_postgresql() {
    match Database::postgres() {
        Some(database) => any_history_is_approved_by_three_hands(database, 6),
        None => say_skipped("NIANBAO_TEST_POSTGRES_URL is not set, hands were not tried on PostgreSQL"),
    }
}
