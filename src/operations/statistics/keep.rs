//! Keeping the sums: whatever changes what counts where, changes them in the same place in the lane.

use crate::domain::agency::{Agency, AgencyPath, MAX_DEPTH};
use crate::domain::report::{Report, Revision, Scope};
use crate::operations::{Answer, Conflict, Refusal};
use crate::storage::recounts::Recount;
use crate::storage::sums::{self, Contribution};
use crate::storage::{AnyConnection, revisions, roster, together};

/// A report that is to be counted, with its published vector.
fn recount_of(connection: &mut AnyConnection, report: &Report, agency: &Agency) -> Answer<Recount> {
    let shown = report.shown_revision().filter(|_| report.scope == Scope::Own);
    let revision = shown.map(|number| revisions::find(connection, &report.id, number)).transpose()?.flatten();
    Ok(Recount::of(report, agency, revision.map(|revision| revision.content.figures)))
}

/// What a report contributes as things stand: its published vector, where the year's roster has it.
pub(super) fn contribution_of(
    connection: &mut AnyConnection,
    report: &Report,
    agency: &Agency,
) -> Answer<Option<Contribution>> {
    let recount = recount_of(connection, report, agency)?;
    let line = roster::find(connection, report.year, &agency.id, report.scope)?;
    let place = line.map(|line| (line.path, line.level, line.kind));
    Ok(recount.contribution(connection, place)?)
}

/// [`settle_report`] where the revision that was acted on is at hand: one is read anew only where readers see
/// another.
pub fn settle_shown(
    connection: &mut AnyConnection,
    report: &Report,
    agency: &Agency,
    revision: &Revision,
) -> Answer<()> {
    if report.shown_revision() != Some(revision.number) || report.scope != Scope::Own {
        return settle_report(connection, report, agency);
    }
    let figures = revision.content.figures.clone();
    Ok(together::recount(connection, Recount::of(report, agency, Some(figures)))?)
}

/// Counts a report as it stands now, and no longer as it stood before: how far it is, and what it adds.
pub fn settle_report(connection: &mut AnyConnection, report: &Report, agency: &Agency) -> Answer<()> {
    let recount = recount_of(connection, report, agency)?;
    Ok(together::recount(connection, recount)?)
}

/// A move may make no circle and no endless chain; `deepest` is how deep what moves reaches now.
pub fn require_place(from: &AgencyPath, to: &AgencyPath, deepest: usize) -> Answer<()> {
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
) -> Answer<()> {
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
) -> Answer<()> {
    sums::move_subtree(connection, year, from, to)?;
    roster::move_subtree(connection, year, (from, to), by_hand)?;
    Ok(())
}
