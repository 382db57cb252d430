//! What operations and the store say no with, as problems. Causes go to the log, never to the caller.

use super::{Code, Problem};
use crate::domain::workflow::Action;
use crate::operations::{Conflict, Refusal};
use crate::storage::{StorageError, WriteError};
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
                .member("withdrawn_at", json!(at.map(crate::http::kernel::format::time))),
            Refusal::ChangeLogReset => Problem::new(Code::ChangeLogReset),
            Refusal::Invalid(faults) => Problem::of_body(faults),
            Refusal::ScopeNotForKind => Problem::new(Code::ScopeNotForKind),
            Refusal::FindingsBlock(findings) => Problem::new(Code::FindingsBlockSubmit)
                .detail("findings", vec![("count", findings.len().to_string())])
                .findings(findings),
            Refusal::NotAllowed(allowed) => {
                let allowed: Vec<&str> = allowed.into_iter().map(Action::as_str).collect();
                Problem::new(Code::TransitionNotAllowed).member("allowed", json!(allowed))
            }
            Refusal::Conflict(conflict) => Problem::new(of_conflict(conflict)),
            Refusal::Rows(rows) => {
                let rows: Vec<(usize, Problem)> =
                    rows.into_iter().map(|(line, refusal)| (line, refusal.into())).collect();
                Problem::new(Code::BatchRefused)
                    .detail("batch_refused", vec![("count", rows.len().to_string())])
                    .rows(rows)
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
        Conflict::ReportNotEditable => Code::ReportNotEditable,
        Conflict::SectionExists => Code::SectionExists,
        Conflict::FindingNotExplainable => Code::FindingNotExplainable,
        Conflict::TooManyComments => Code::TooManyComments,
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Problem {
        match error {
            StorageError::Busy => Problem::new(Code::Overloaded),
            passing if passing.is_passing() => {
                tracing::error!(error = %passing, "the database is away, or has cut a query short");
                Problem::new(Code::Unavailable)
            }
            StorageError::Connect(_)
            | StorageError::Database(_)
            | StorageError::Malformed { .. }
            | StorageError::Ended => {
                tracing::error!(%error, "a query failed");
                Problem::new(Code::Internal)
            }
        }
    }
}

impl From<WriteError<Refusal>> for Problem {
    fn from(error: WriteError<Refusal>) -> Problem {
        match error {
            WriteError::Refused(refusal) => refusal.into(),
            WriteError::KeyReused => Problem::new(Code::IdempotencyKeyReused),
            WriteError::KeyInProgress => Problem::new(Code::IdempotencyInProgress),
            WriteError::Overloaded => Problem::new(Code::Overloaded),
            WriteError::Unavailable => Problem::new(Code::Unavailable),
            WriteError::OutcomeUnknown => Problem::new(Code::OutcomeUnknown),
            WriteError::Broken(error) => error.into(),
        }
    }
}
