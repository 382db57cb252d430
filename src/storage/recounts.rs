//! Reports that are to be counted as they stand now, and no longer as they stood before: how far they are, and what
//! they add to the sums. Those of a group are counted together.

use super::progress;
use super::roster;
use super::sums::{self, Contribution};
use super::{AnyConnection, Stored};
use crate::domain::agency::{Agency, AgencyPath, Kind, Level};
use crate::domain::figures::Figures;
use crate::domain::id::ReportId;
use crate::domain::report::{Report, Scope};
use std::collections::BTreeMap;

/// Where a report counts in a year, and as whose.
pub type Place = (AgencyPath, Level, Kind);

/// A report that is to be counted anew.
#[derive(Debug, Clone)]
pub struct Recount {
    report: ReportId,
    line: progress::LineKey,
    /// Where it counts if the year's roster has no line of it: where the registry has its agency.
    registry: Place,
    /// What it adds; `None`: nothing, or nothing any more.
    figures: Option<Figures>,
}

impl Recount {
    /// Of a report that shows these figures to everybody.
    pub fn of(report: &Report, agency: &Agency, figures: Option<Figures>) -> Recount {
        Recount {
            report: report.id.clone(),
            line: (report.year, report.scope, report.agency_id.clone()),
            registry: (agency.path.clone(), agency.level, agency.kind),
            figures,
        }
    }

    /// What it adds, and where; `place` is that of its line.
    pub fn contribution(
        self,
        connection: &mut AnyConnection,
        place: Option<Place>,
    ) -> Stored<Option<Contribution>> {
        let Some(figures) = self.figures else { return Ok(None) };
        let year = self.line.0;
        let (path, level, kind) = match (place, self.registry) {
            (Some(place), _) => place,
            (None, (path, level, kind)) => (roster::place_of(connection, year, &path)?.path, level, kind),
        };
        Ok(Some(Contribution { report_id: self.report.to_string(), year, path, level, kind, figures }))
    }
}

/// Counts reports; of one that is named twice the last is what holds.
pub(super) fn settle(connection: &mut AnyConnection, recounts: Vec<Recount>) -> Stored<()> {
    let lines: Vec<progress::LineKey> = recounts.iter().map(|recount| recount.line.clone()).collect();
    let places = progress::settle(connection, &lines)?;
    let mut next = BTreeMap::new();
    for recount in recounts.into_iter().filter(|recount| recount.line.1 == Scope::Own) {
        let (report, place) = (recount.report.to_string(), places.get(&recount.line).cloned());
        next.insert(report, recount.contribution(connection, place)?);
    }
    sums::settle(connection, &next)
}
