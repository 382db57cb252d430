//! The real report of the demo: imported, submitted, approved by three people, published.

use super::Actor;
use crate::cli::failure::Failure;
use crate::cli::program::{asking_as_program, write_as};
use crate::cli::token::act_of_program;
use crate::documents;
use crate::domain::algorithm::Algorithm;
use crate::domain::id::{AgencyId, ReportId};
use crate::domain::people::TokenGrant;
use crate::domain::rights::{Rights, Role};
use crate::domain::workflow::Action;
use crate::operations::reports::{self, NewReport, TransitionOrder};
use crate::operations::{AgencyRef, Asking, Refusal};
use crate::storage::{Act, Actor as ActorOfAct, Store};

const DOCUMENT: &[u8] = include_bytes!("../../../tests/fixtures/000_21ff2a0d32bbf7b0.txt");

/// Its id is the one of the document's examples, at each start.
const REPORT: &str = "01a20d2d-6e75-74e6-a32e-7f2a8777014e";

impl Actor {
    fn asking(&self, digests: Algorithm) -> Asking {
        let grants = self.token.grants.iter().map(TokenGrant::right).collect();
        let person = Some(self.token.person.clone());
        Asking { rights: Rights::of(grants), person, digests, ..asking_as_program() }
    }

    fn act(&self) -> Act {
        let actor = ActorOfAct {
            person_id: self.token.person.id.to_string(),
            person_name: self.token.person.name.clone(),
        };
        Act { actor: Some(actor), ..act_of_program("demo") }
    }
}

/// Takes the report from the clerk's file to publication; gives its id.
pub fn file(store: &Store, agency: &AgencyId, people: &[Actor]) -> Result<ReportId, Failure> {
    let (text, _) = documents::decode(DOCUMENT, None).map_err(|fault| Failure::Usage(fault.to_string()))?;
    let document = documents::recognise(&documents::text::read(&text), None).document;
    let id: ReportId = REPORT.parse().map_err(|_| Failure::Usage("演示数据有误".to_owned()))?;
    let year = document.year.unwrap_or(2023);
    let new = NewReport::of_document(id, AgencyRef::Id(agency.clone()), year, document);
    let id = new.id.clone();
    let digests = store.algorithm().map_err(Refusal::from)?;
    let mut version = 1;
    for (at, actor) in people.iter().enumerate() {
        let action = match actor.role {
            Role::Editor => Action::Submit,
            Role::Reviewer => Action::Approve,
            Role::Publisher => Action::Publish,
            _ => continue,
        };
        if at == 0 {
            let new = new.clone();
            write_as(store, (actor.asking(digests), actor.act()), move |desk| reports::create(desk, &new))?;
        }
        let order = TransitionOrder {
            id: uuid::Uuid::now_v7().to_string(),
            report_id: id.clone(),
            action,
            comment: None,
            published_on: None,
            version,
        };
        let made = write_as(store, (actor.asking(digests), actor.act()), move |desk| {
            reports::transition(desk, &order)
        })?;
        version = made.view.report.version;
    }
    Ok(id)
}
