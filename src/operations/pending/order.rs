//! What is asked for, between its body and its operation.

use super::decide::Fresh;
use super::grants;
use crate::domain::id::{AgencyId, PersonId, ReportId};
use crate::domain::pending::{HeldAct, PendingAct};
use crate::domain::people::TokenGrant;
use crate::domain::workflow::{Action, Review};
use crate::operations::people::{
    BindingOrder, GrantOrder, GrantsOrder, Renewal, RenewalOrder, TokenOrder, goes_further, require_bindable,
    require_bindable_as_asked, require_givable, require_issuable, require_renewable,
};
use crate::operations::reports::{
    SuppressionOrder, TransitionOrder, prepare_transition, require_suppressible,
};
use crate::operations::settings::{find_review, require_settings_right};
use crate::operations::{Answer, Asking, Policy, Ready, Refusal};
use crate::storage::{Act, AnyConnection, Basis, StorageError};
use chrono::{NaiveDate, NaiveDateTime};
use serde_json::{Value, json};

/// An act that can be asked to wait.
#[derive(Debug, Clone)]
pub enum HeldOrder {
    Review {
        version: i64,
        review: Review,
    },
    /// An archiving or a withdrawal.
    Transition(TransitionOrder),
    Suppression(SuppressionOrder),
    /// A token with grants of supervisors and above among its own.
    Grants(TokenOrder),
    /// The same that a person is to hold themselves.
    PersonGrants(GrantsOrder),
    /// A token with such grants that goes on for longer, or further, than it was given for.
    Renewal(RenewalOrder),
    /// The identity of somebody who holds such grants.
    Subject(BindingOrder),
}

/// Whether there are grants of supervisors and above among them.
fn is_high(grants: &[TokenGrant]) -> bool {
    grants.iter().any(|grant| grant.role.is_above())
}

impl HeldOrder {
    /// What kind of act it is; `None`: one that never waits.
    pub(super) fn act(&self) -> Option<HeldAct> {
        match self {
            HeldOrder::Review { .. } => Some(HeldAct::ReviewSettings),
            HeldOrder::Transition(order) => match order.action {
                Action::Archive => Some(HeldAct::Archive),
                Action::Withdraw => Some(HeldAct::Withdrawal),
                _ => None,
            },
            HeldOrder::Suppression(_) => Some(HeldAct::Suppression),
            HeldOrder::Grants(_)
            | HeldOrder::PersonGrants(_)
            | HeldOrder::Renewal(_)
            | HeldOrder::Subject(_) => Some(HeldAct::Grants),
        }
    }

    /// Whether acts of its kind wait for another person here, whatever else is so.
    pub fn waits(&self, policy: &Policy) -> bool {
        self.act().is_some_and(|act| policy.second_pair.holds(act))
    }

    /// Whether it waits for another person as things stand: what changes nothing, gives nothing high, or is one's own
    /// does not.
    pub(super) fn waits_now(
        &self,
        connection: &mut AnyConnection,
        asking: &Asking,
        now: NaiveDateTime,
    ) -> Answer<bool> {
        if !self.waits(&asking.policy) {
            return Ok(false);
        }
        Ok(match self {
            HeldOrder::Transition(_) | HeldOrder::Suppression(_) => true,
            HeldOrder::Review { review, .. } => find_review(connection)?.review != *review,
            HeldOrder::Grants(order) => is_high(&require_issuable(connection, asking, order, now)?),
            HeldOrder::PersonGrants(order) => {
                let giving = require_givable(connection, asking, order)?;
                is_high(&giving.after) && giving.before != giving.after
            }
            HeldOrder::Renewal(order) => {
                let token = require_renewable(connection, asking, order, now)?;
                let further = match &order.renewal {
                    Renewal::Rotation { .. } => true,
                    Renewal::Change { edit, .. } => goes_further(asking, &token, edit),
                };
                further && is_high(&token.grants) && !asking.is(&token.person.id)
            }
            HeldOrder::Subject(order) => {
                let binding = require_bindable(connection, asking, &order.person, &order.subject)?;
                is_high(&binding.grants) && binding.bound.is_none()
            }
        })
    }

    pub(super) fn version(&self) -> i64 {
        match self {
            HeldOrder::Review { version, .. } => *version,
            HeldOrder::Transition(order) => order.version,
            HeldOrder::Suppression(order) => order.version,
            HeldOrder::Grants(_) | HeldOrder::Subject(_) => 0,
            HeldOrder::PersonGrants(order) => order.version,
            HeldOrder::Renewal(order) => match order.renewal {
                Renewal::Rotation { .. } => 0,
                Renewal::Change { version, .. } => version,
            },
        }
    }

    pub(super) fn report(&self) -> Option<&ReportId> {
        match self {
            HeldOrder::Transition(order) => Some(&order.report_id),
            HeldOrder::Suppression(order) => Some(&order.report_id),
            _ => None,
        }
    }

    pub(super) fn revision(&self) -> Option<i32> {
        match self {
            HeldOrder::Suppression(order) => Some(order.revision),
            _ => None,
        }
    }

    /// To whom rights, or another way to them, would be given who is there already.
    pub(super) fn receiver(&self) -> Option<&PersonId> {
        match self {
            HeldOrder::Grants(order) => order.person.as_ref(),
            HeldOrder::PersonGrants(order) => Some(&order.person),
            HeldOrder::Renewal(order) => Some(&order.person),
            HeldOrder::Subject(order) => Some(&order.person),
            _ => None,
        }
    }

    /// The grants that it was asked for with.
    pub(super) fn grants(&self) -> &[GrantOrder] {
        match self {
            HeldOrder::Grants(TokenOrder { grants, .. })
            | HeldOrder::PersonGrants(GrantsOrder { grants, .. })
            | HeldOrder::Renewal(RenewalOrder { grants, .. })
            | HeldOrder::Subject(BindingOrder { grants, .. }) => grants,
            _ => &[],
        }
    }

    /// The grants that the caller could give so now; of what gives none there are none.
    pub(super) fn givable(
        &self,
        connection: &mut AnyConnection,
        asking: &Asking,
        now: NaiveDateTime,
    ) -> Answer<Vec<TokenGrant>> {
        match self {
            HeldOrder::Grants(order) => require_issuable(connection, asking, order, now),
            HeldOrder::PersonGrants(order) => Ok(require_givable(connection, asking, order)?.after),
            HeldOrder::Renewal(order) => Ok(require_renewable(connection, asking, order, now)?.grants),
            HeldOrder::Subject(order) => {
                Ok(require_bindable(connection, asking, &order.person, &order.subject)?.grants)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The same with every agency named by its id, and the one it is about first of all: a code may be another's by
    /// the time it is confirmed.
    pub(super) fn settled(
        self,
        connection: &mut AnyConnection,
        asking: &Asking,
        now: NaiveDateTime,
    ) -> Answer<(HeldOrder, Option<AgencyId>)> {
        let grants = self.givable(connection, asking, now)?;
        let place = grants.first().and_then(|grant| grant.agency.as_ref()).map(|(id, _, _)| id.clone());
        let grants = grants.iter().map(GrantOrder::from).collect();
        let settled = match self {
            HeldOrder::Grants(order) => HeldOrder::Grants(TokenOrder { grants, ..order }),
            HeldOrder::PersonGrants(order) => HeldOrder::PersonGrants(GrantsOrder { grants, ..order }),
            HeldOrder::Subject(order) => HeldOrder::Subject(BindingOrder { grants, ..order }),
            other => other,
        };
        Ok((settled, place))
    }

    /// The body that asked for it.
    pub(super) fn body(&self) -> Value {
        match self {
            HeldOrder::Review { review, .. } => crate::operations::settings::said(*review),
            HeldOrder::Transition(order) => json!({
                "action": order.action.as_str(),
                "comment": order.comment,
                "published_on": order.published_on.map(|day| day.to_string()),
            }),
            HeldOrder::Suppression(order) => json!({ "reason": order.reason }),
            HeldOrder::Grants(order) => grants::body(order),
            HeldOrder::PersonGrants(order) => grants::body_of_person(order),
            HeldOrder::Renewal(order) => grants::body_of_renewal(order),
            HeldOrder::Subject(order) => grants::body_of_binding(order),
        }
    }

    /// The order as it was asked for, with what is drawn for it now.
    pub(super) fn of(pending: &PendingAct, fresh: &Fresh) -> Answer<HeldOrder> {
        let malformed = || StorageError::Malformed { what: "pending act", value: pending.id.to_string() };
        let body: Value = serde_json::from_str(&pending.body).map_err(|_| malformed())?;
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let report = || pending.report_id.clone().ok_or_else(malformed);
        Ok(match pending.act {
            HeldAct::ReviewSettings => {
                let stages =
                    body.get("stages").and_then(Value::as_u64).and_then(|many| u8::try_from(many).ok());
                let apart = body.get("separation_of_duties").and_then(Value::as_bool);
                let review = Review {
                    stages: stages.ok_or_else(malformed)?,
                    separation_of_duties: apart.ok_or_else(malformed)?,
                };
                HeldOrder::Review { version: pending.version, review }
            }
            HeldAct::Archive | HeldAct::Withdrawal => HeldOrder::Transition(TransitionOrder {
                id: fresh.transition.clone(),
                report_id: report()?,
                action: if pending.act == HeldAct::Archive { Action::Archive } else { Action::Withdraw },
                comment: text("comment"),
                published_on: text("published_on").and_then(|day| day.parse::<NaiveDate>().ok()),
                version: pending.version,
            }),
            HeldAct::Suppression => HeldOrder::Suppression(SuppressionOrder {
                report_id: report()?,
                revision: pending.revision.ok_or_else(malformed)?,
                reason: text("reason").ok_or_else(malformed)?,
                version: pending.version,
            }),
            HeldAct::Grants if grants::is_of_person(&body) => HeldOrder::PersonGrants(
                grants::order_of_person(&body, pending.version).ok_or_else(malformed)?,
            ),
            HeldAct::Grants if grants::is_of_token(&body) => HeldOrder::Renewal(
                grants::order_of_renewal(&body, pending.version, fresh).ok_or_else(malformed)?,
            ),
            HeldAct::Grants if grants::is_of_subject(&body) => {
                HeldOrder::Subject(grants::order_of_binding(&body).ok_or_else(malformed)?)
            }
            HeldAct::Grants => HeldOrder::Grants(grants::order_of(&body, fresh).ok_or_else(malformed)?),
        })
    }

    /// Judges it as it would be judged if it were done now; what that rests on.
    pub(super) fn judge(&self, connection: &mut AnyConnection, act: &Act, asking: &Asking) -> Answer<Basis> {
        match self {
            HeldOrder::Review { version, .. } => {
                require_settings_right(asking)?;
                if find_review(connection)?.version != *version {
                    return Err(Refusal::PreconditionFailed);
                }
                Ok(Ready::on(connection, [], ())?.basis)
            }
            HeldOrder::Transition(order) => Ok(prepare_transition(connection, act, asking, order)?.basis),
            HeldOrder::Suppression(order) => {
                let (report, _) = require_suppressible(connection, asking, order)?;
                Ok(Ready::on(connection, [&report.agency_id], ())?.basis)
            }
            HeldOrder::Grants(_) | HeldOrder::Renewal(_) => {
                self.givable(connection, asking, act.at)?;
                Ok(Ready::on(connection, [], ())?.basis)
            }
            HeldOrder::Subject(order) => {
                require_bindable_as_asked(connection, asking, order)?;
                Ok(Ready::on(connection, [], ())?.basis)
            }
            HeldOrder::PersonGrants(order) => {
                if require_givable(connection, asking, order)?.person.version != order.version {
                    return Err(Refusal::PreconditionFailed);
                }
                Ok(Ready::on(connection, [], ())?.basis)
            }
        }
    }
}
