//! What operations say no with, as problems: the one place that knows both.

use super::agencies::{MOST_TOLD, refused_rows};
use super::kernel::format::time;
use super::kernel::limit::own_share_full;
use super::kernel::names::WhyName;
use super::kernel::{Code, Problem};
use super::pending::EarlierDecisionBody;
use super::reports::{PersonReference, finding_bodies};
use crate::domain::rules::Finding;
use crate::domain::workflow::{Action, Why};
use crate::operations::{Conflict, Connected, Refusal};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        match refusal {
            Refusal::NotFound => Problem::new(Code::NotFound),
            Refusal::Forbidden => Problem::new(Code::Forbidden),
            Refusal::ForeignCode { division } => {
                Problem::new(Code::Forbidden).detail("foreign_code", vec![("division", division)])
            }
            Refusal::SeparationOfDuties(connected) => not_apart(&connected),
            Refusal::CodeRefused => Problem::new(Code::EnrolmentRefused),
            Refusal::PreconditionFailed => Problem::new(Code::PreconditionFailed),
            Refusal::Withdrawn { reason, at } => Problem::new(Code::ReportWithdrawn)
                .member("reason", json!(reason))
                .member("withdrawn_at", json!(at.map(time))),
            Refusal::Suppressed { reason, at } => Problem::new(Code::RevisionSuppressed)
                .member("reason", json!(reason))
                .member("suppressed_at", json!(time(at))),
            Refusal::ChangeLogReset => Problem::new(Code::ChangeLogReset),
            Refusal::Invalid(faults) => Problem::of_body(faults),
            Refusal::ScopeNotForKind => Problem::new(Code::ScopeNotForKind),
            Refusal::FindingsBlock(findings) => blocked("findings", findings),
            Refusal::Unpublishable(findings) => blocked("unpublishable", findings),
            Refusal::NotAllowed(allowed) => {
                let allowed: Vec<&str> = allowed.into_iter().map(Action::as_str).collect();
                Problem::new(Code::TransitionNotAllowed).member("allowed", json!(allowed))
            }
            Refusal::TooRecent { from, allowed } => {
                let allowed: Vec<&str> = allowed.into_iter().map(Action::as_str).collect();
                Problem::new(Code::TransitionNotAllowed)
                    .detail("archive_too_recent", vec![("from", from.to_string())])
                    .member("allowed", json!(allowed))
            }
            Refusal::NotEditable(allowed) => {
                let allowed: Vec<&str> = allowed.into_iter().map(Action::as_str).collect();
                Problem::new(Code::ReportNotEditable)
                    .detail("report_not_editable", Vec::new())
                    .member("allowed", json!(allowed))
            }
            Refusal::Conflict(conflict) => Problem::new(of_conflict(conflict)),
            Refusal::Decided(decided) => {
                Problem::new(Code::AlreadyDecided).member("decided", json!(EarlierDecisionBody::of(&decided)))
            }
            Refusal::TooMany => own_share_full(),
            Refusal::Rows(rows) => {
                let count = rows.len();
                let told = rows.into_iter().take(MOST_TOLD);
                batch_refused(told.map(|(line, refusal)| (line, refusal.into())).collect(), count)
            }
            Refusal::Storage(error) => error.into(),
        }
    }
}

/// 为什么不能由此人来做：谁在本轮已有一份，谁站在两份的背后。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Connected)]
pub struct ConnectedBody {
    /// 两份有什么关系。
    #[schema(value_type = WhyName)]
    why: &'static str,
    /// 谁有另一份。
    person: PersonReference,
    /// 谁站在两份的背后。
    hand: PersonReference,
}

/// Who has the other part, who stands behind both, and what that has to do with this act.
fn not_apart(connected: &Connected) -> Problem {
    let Connected { why, person, hand } = connected;
    let detail = match why {
        Why::Author => "hand_author",
        Why::ApprovedBefore => "hand_approved_before",
        Why::SameHand => "hand_same",
        Why::Approvals => "hand_approvals",
        Why::Issuer => "hand_issuer",
        Why::Asker => "hand_asker",
        Why::Receiver => "hand_receiver",
    };
    let because = ConnectedBody {
        why: why.as_str(),
        person: PersonReference::from(person),
        hand: PersonReference::from(hand),
    };
    Problem::new(Code::SeparationOfDuties)
        .detail(detail, vec![("person", person.name.clone()), ("hand", hand.name.clone())])
        .member("because", json!(because))
}

fn of_conflict(conflict: Conflict) -> Code {
    match conflict {
        Conflict::UsccTaken => Code::UsccTaken,
        Conflict::AgencyCycle => Code::AgencyCycle,
        Conflict::AgencyInUse => Code::AgencyInUse,
        Conflict::AgencyEnded => Code::AgencyEnded,
        Conflict::YearExists => Code::YearExists,
        Conflict::YearState => Code::YearState,
        Conflict::YearInUse => Code::YearInUse,
        Conflict::YearNotOpen => Code::YearNotOpen,
        Conflict::DueDayPassed => Code::DueDayPassed,
        Conflict::ReportExists => Code::ReportExists,
        Conflict::LastAdmin => Code::LastAdmin,
        Conflict::SubjectBound => Code::SubjectBound,
        Conflict::SubjectTaken => Code::SubjectTaken,
        Conflict::SectionExists => Code::SectionExists,
        Conflict::FindingNotExplainable => Code::FindingNotExplainable,
        Conflict::TooManyComments => Code::TooManyComments,
        Conflict::RevisionShown => Code::RevisionShown,
        Conflict::TokenEnded => Code::TokenEnded,
        Conflict::NothingToConfirm => Code::NothingToConfirm,
        Conflict::AlreadyPending => Code::AlreadyPending,
        Conflict::AskerWithoutRight => Code::AskerWithoutRight,
    }
}

/// What findings keep from being done, each at its place.
fn blocked(detail: &'static str, findings: Vec<Finding>) -> Problem {
    Problem::new(Code::FindingsBlockSubmit)
        .detail(detail, vec![("count", findings.len().to_string())])
        .spoken("findings", move |language, _| json!(finding_bodies(&findings, language)))
}

/// Of many that were to happen together, what kept each of these from it, by line; so many there are in all.
pub fn batch_refused(rows: Vec<(usize, Problem)>, count: usize) -> Problem {
    let problem =
        Problem::new(Code::BatchRefused).detail("batch_refused", vec![("count", count.to_string())]);
    let problem = if count > rows.len() { problem.member("truncated", json!(true)) } else { problem };
    problem.spoken("rows", move |language, request_id| json!(refused_rows(&rows, language, request_id)))
}
