//! What operations say no with, as problems: the one place that knows both.

use super::agencies::refused_rows;
use super::kernel::format::time;
use super::kernel::problem::{Code, Problem};
use super::reports::finding_bodies;
use crate::domain::workflow::Action;
use crate::operations::{Conflict, Refusal};
use serde_json::json;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        match refusal {
            Refusal::NotFound => Problem::new(Code::NotFound),
            Refusal::Forbidden => Problem::new(Code::Forbidden),
            Refusal::SeparationOfDuties => Problem::new(Code::SeparationOfDuties),
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
            Refusal::FindingsBlock(findings) => Problem::new(Code::FindingsBlockSubmit)
                .detail("findings", vec![("count", findings.len().to_string())])
                .spoken("findings", move |language, _| json!(finding_bodies(&findings, language))),
            Refusal::NotAllowed(allowed) => {
                let allowed: Vec<&str> = allowed.into_iter().map(Action::as_str).collect();
                Problem::new(Code::TransitionNotAllowed).member("allowed", json!(allowed))
            }
            Refusal::NotEditable(allowed) => {
                let allowed: Vec<&str> = allowed.into_iter().map(Action::as_str).collect();
                Problem::new(Code::ReportNotEditable)
                    .detail("report_not_editable", Vec::new())
                    .member("allowed", json!(allowed))
            }
            Refusal::Conflict(conflict) => Problem::new(of_conflict(conflict)),
            Refusal::Rows(rows) => {
                let rows: Vec<(usize, Problem)> =
                    rows.into_iter().map(|(line, refusal)| (line, refusal.into())).collect();
                batch_refused(rows)
            }
            Refusal::Storage(error) => error.into(),
        }
    }
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
        Conflict::ReportExists => Code::ReportExists,
        Conflict::LastAdmin => Code::LastAdmin,
        Conflict::SectionExists => Code::SectionExists,
        Conflict::FindingNotExplainable => Code::FindingNotExplainable,
        Conflict::TooManyComments => Code::TooManyComments,
        Conflict::RevisionShown => Code::RevisionShown,
    }
}

/// Of many that were to happen together, what kept each of these from it, by line.
pub fn batch_refused(rows: Vec<(usize, Problem)>) -> Problem {
    Problem::new(Code::BatchRefused)
        .detail("batch_refused", vec![("count", rows.len().to_string())])
        .spoken("rows", move |language, request_id| json!(refused_rows(&rows, language, request_id)))
}
