//! Keeping the sums: whatever changes what counts where, changes them in the same place in the lane.

use crate::domain::agency::{Agency, AgencyPath, Kind, Level, MAX_DEPTH};
use crate::domain::figures::Figures;
use crate::domain::report::{Report, Revision, Scope};
use crate::operations::{Conflict, Refusal};
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
    contribution(connection, report, agency, revision.content.figures, place).map(Some)
}

fn contribution(
    connection: &mut AnyConnection,
    report: &Report,
    agency: &Agency,
    figures: Figures,
    place: Option<(AgencyPath, Level, Kind)>,
) -> Result<Contribution, Refusal> {
    let (path, level, kind) = match place {
        Some(place) => place,
        None => (roster::place_of(connection, report.year, &agency.path)?.path, agency.level, agency.kind),
    };
    Ok(Contribution { report_id: report.id.to_string(), year: report.year, path, level, kind, figures })
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
    let next = contribution(connection, report, agency, revision.content.figures.clone(), place)?;
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

/// A move may make no circle and no endless chain; `deepest` is how deep what moves reaches now.
pub fn require_place(from: &AgencyPath, to: &AgencyPath, deepest: usize) -> Result<(), Refusal> {
    let itself = from.ids().next_back();
    if to.ids().rev().skip(1).any(|above| Some(above) == itself) {
        return Err(Refusal::conflict(Conflict::AgencyCycle));
    }
    if deepest.saturating_sub(from.depth()) + to.depth() > MAX_DEPTH {
        return Err(Refusal::invalid("/parent_id", "too_deep"));
    }
    Ok(())
}

/// An agency goes below another (`None`: a root) in the registry, with all below it: so it does in the years whose
/// roster follows, but for a line that somebody has put elsewhere by hand.
///
/// To be called while the registry still has it where it was.
pub fn move_in_years(
    connection: &mut AnyConnection,
    years: &[i32],
    agency: &Agency,
    parent: Option<&AgencyPath>,
) -> Result<(), Refusal> {
    for year in years {
        let from = roster::place_of(connection, *year, &agency.path)?;
        if from.moved {
            continue;
        }
        let above = match parent {
            Some(parent) => Some(roster::place_of(connection, *year, parent)?.path),
            None => None,
        };
        let to = AgencyPath::below(above.as_ref(), agency.id.as_str());
        if from.path == to {
            continue;
        }
        let deepest = roster::deepest(connection, *year, &from.path)?;
        require_place(&from.path, &to, deepest)?;
        move_lines(connection, *year, (&from.path, &to), false)?;
    }
    Ok(())
}

/// The lines at and below a place go to another that was found fit, with their sums and what their reports add to them;
/// by hand: in this year alone, and the registry moves them no more.
pub fn move_lines(
    connection: &mut AnyConnection,
    year: i32,
    (from, to): (&AgencyPath, &AgencyPath),
    by_hand: bool,
) -> Result<(), Refusal> {
    sums::move_subtree(connection, year, from, to)?;
    roster::move_subtree(connection, year, (from, to), by_hand)?;
    Ok(())
}
