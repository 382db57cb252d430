//! Judging every report of a year, behind the requests.

use super::{Ending, Errand};
use crate::domain::agency::AgencyPath;
use crate::domain::job::JobState;
use crate::operations::Refusal;
use crate::operations::jobs::{self, Tally, page_of_reports, report_progress};
use crate::storage::WriteError;

/// Does the whole job; what becomes of it is written at the job.
pub async fn validate_all(errand: Errand, ending: Ending, id: String, year: i32, within: Option<AgencyPath>) {
    if let Err(error) = judge(&errand, &ending, &id, year, within).await {
        tracing::error!(job = id, ?error, "a job failed");
        let _unwritten = finish(&errand, &id, JobState::Failed, None).await;
    }
}

/// Judges page by page, noting how far it is and looking whether it is to go on.
async fn judge(
    errand: &Errand,
    ending: &Ending,
    id: &str,
    year: i32,
    within: Option<AgencyPath>,
) -> Result<(), WriteError<Refusal>> {
    let mut tally = Tally::default();
    loop {
        let path = within.clone();
        let (next, more) = errand
            .look(move |connection, asking| {
                page_of_reports(connection, asking, year, path.as_ref(), tally.clone())
            })
            .await
            .map_err(WriteError::Refused)?;
        tally = next;
        let (named, done) = (id.to_owned(), i64::try_from(tally.reports()).unwrap_or(i64::MAX));
        let goes_on = errand.write(move |desk| report_progress(desk, &named, done)).await?;
        if !goes_on || ending.has_begun() {
            return finish(errand, id, JobState::Cancelled, None).await;
        }
        if !more {
            return finish(errand, id, JobState::Done, Some(tally.result().to_string())).await;
        }
    }
}

async fn finish(
    errand: &Errand,
    id: &str,
    state: JobState,
    result: Option<String>,
) -> Result<(), WriteError<Refusal>> {
    let id = id.to_owned();
    errand.write(move |desk| jobs::finish(desk.connection, &id, state, result.clone(), desk.act.at)).await
}
