//! Keeping the sums: whatever changes what counts where, changes them in the same place in the lane.

use crate::domain::agency::{Agency, AgencyPath, Kind, Level};
use crate::domain::figures::Figures;
use crate::domain::id::AgencyId;
use crate::domain::report::{Report, Revision, Scope};
use crate::operations::Refusal;
use crate::storage::sums::{self, Contribution};
use crate::storage::{AnyConnection, progress, revisions, roster};

/// What a report contributes as things stand: its published vector, where the year's roster has it.
pub(super) fn contribution_of(
    connection: &mut AnyConnection,
    report: &Report,
    agency: &Agency,
) -> Result<Option<Contribution>, Refusal> {
    let Some(number) = report.shown_revision().filter(|_| report.scope == Scope::Own) else {
        return Ok(None);
    };
    let Some(revision) = revisions::find(connection, &report.id, number)? else { return Ok(None) };
    let line = roster::find(connection, report.year, &agency.id, report.scope)?;
    let place = line.map(|line| (line.path, line.level, line.kind));
    Ok(Some(contribution(report, agency, revision.content.figures, place)))
}

fn contribution(
    report: &Report,
    agency: &Agency,
    figures: Figures,
    place: Option<(AgencyPath, Level, Kind)>,
) -> Contribution {
    let (path, level, kind) = place.unwrap_or_else(|| (agency.path.clone(), agency.level, agency.kind));
    Contribution { report_id: report.id.to_string(), year: report.year, path, level, kind, figures }
}

/// [`settle_report`] where the revision that was acted on is at hand: one is read anew only where readers see
/// another.
pub fn settle_shown(
    connection: &mut AnyConnection,
    report: &Report,
    agency: &Agency,
    revision: &Revision,
) -> Result<(), Refusal> {
    if report.shown_revision() != Some(revision.number) || report.scope != Scope::Own {
        return settle_report(connection, report, agency);
    }
    let place = progress::settle(connection, report.year, &report.agency_id, report.scope)?;
    let next = contribution(report, agency, revision.content.figures.clone(), place);
    Ok(sums::settle(connection, &report.id, Some(&next))?)
}

/// Counts a report as it stands now, and no longer as it stood before: how far it is, and what it adds.
pub fn settle_report(
    connection: &mut AnyConnection,
    report: &Report,
    agency: &Agency,
) -> Result<(), Refusal> {
    progress::settle(connection, report.year, &report.agency_id, report.scope)?;
    if report.scope != Scope::Own {
        return Ok(());
    }
    let next = contribution_of(connection, report, agency)?;
    Ok(sums::settle(connection, &report.id, next.as_ref())?)
}

/// An agency moved with all below it: its sums go along in the years whose roster follows.
///
/// To be called before the rosters move. A line that somebody has put elsewhere stays there.
pub fn move_in_years(
    connection: &mut AnyConnection,
    years: &[i32],
    agency: &AgencyId,
    from: &AgencyPath,
    to: &AgencyPath,
) -> Result<(), Refusal> {
    for year in years {
        let lines = roster::of_agency(connection, *year, agency)?;
        if lines.iter().all(|line| line.path == *from) {
            sums::move_subtree(connection, *year, from, to)?;
        }
    }
    Ok(())
}
