//! One grant: a role, and where and when it holds.

use super::Role;
use crate::domain::agency::{AgencyPath, wire_names};
use std::str::FromStr;

wire_names!(
    /// 初审, 复审, 终审.
    Stage {
        First = "first",
        Second = "second",
        Final = "final",
    }
);

wire_names!(
    /// How far below its agency a grant reaches.
    Reach {
        /// The agency and all below it.
        Subtree = "subtree",
        /// That agency alone.
        Agency = "agency",
    }
);

/// Reporting years, the first and the last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Years {
    pub from: i32,
    pub to: i32,
}

impl Years {
    fn contains(self, year: i32) -> bool {
        (self.from..=self.to).contains(&year)
    }
}

impl FromStr for Years {
    type Err = ();

    /// `2024` or `2023..2024`.
    fn from_str(text: &str) -> Result<Years, ()> {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let years = Years { from: from.parse().map_err(|_| ())?, to: to.parse().map_err(|_| ())? };
        if years.from <= years.to { Ok(years) } else { Err(()) }
    }
}

/// Over which agencies and of which years something holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// `None`: everywhere.
    pub at: Option<AgencyPath>,
    pub reach: Reach,
    /// `None`: of every year, and of what has none.
    pub years: Option<Years>,
}

impl Extent {
    pub const EVERYTHING: Extent = Extent { at: None, reach: Reach::Subtree, years: None };

    /// Whether it covers an agency.
    pub fn covers(&self, place: &AgencyPath) -> bool {
        match (&self.at, self.reach) {
            (None, _) => true,
            (Some(at), Reach::Subtree) => at.contains(place),
            (Some(at), Reach::Agency) => at == place,
        }
    }

    /// Whether it covers an agency with all that stands below it; `None`: everything.
    pub fn covers_below(&self, place: Option<&AgencyPath>) -> bool {
        match (&self.at, place) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(at), Some(place)) => self.reach == Reach::Subtree && at.contains(place),
        }
    }

    /// Whether it holds of a year; `None`: of what has none.
    pub fn holds_in(&self, year: Option<i32>) -> bool {
        match (self.years, year) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(years), Some(year)) => years.contains(year),
        }
    }

    /// Whether all that another covers is covered.
    pub fn encloses(&self, other: &Extent) -> bool {
        let place = match (&other.at, other.reach) {
            (Some(at), Reach::Agency) => self.covers(at),
            (at, _) => self.covers_below(at.as_ref()),
        };
        let years = match (self.years, other.years) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(other)) => own.contains(other.from) && own.contains(other.to),
        };
        place && years
    }
}

/// One grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// As what.
    pub role: Role,
    /// Limits a reviewer to one stage.
    pub stage: Option<Stage>,
    /// It lets one read, and nothing else.
    pub read_only: bool,
    /// Where, how far down, and for which years.
    pub extent: Extent,
}

impl Grant {
    /// A role without any limit.
    pub fn everywhere(role: Role) -> Grant {
        Grant { role, stage: None, read_only: false, extent: Extent::EVERYTHING }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(at: Option<&AgencyPath>, reach: Reach, years: Option<(i32, i32)>) -> Extent {
        Extent { at: at.cloned(), reach, years: years.map(|(from, to)| Years { from, to }) }
    }

    #[test]
    fn an_extent_encloses_exactly_what_lies_inside_it() {
        let county = AgencyPath::below(None, "county");
        let bureau = AgencyPath::below(Some(&county), "bureau");
        let places = [None, Some(&county), Some(&bureau)];
        let years = [None, Some((2023, 2024)), Some((2024, 2024))];
        let all: Vec<Extent> = places
            .into_iter()
            .flat_map(|place| [Reach::Subtree, Reach::Agency].map(|reach| (place, reach)))
            .filter(|(place, reach)| place.is_some() || *reach == Reach::Subtree)
            .flat_map(|(place, reach)| years.map(|years| extent(place, reach, years)))
            .collect();
        let elsewhere = AgencyPath::below(None, "elsewhere");
        let matters: Vec<(&AgencyPath, Option<i32>)> = [&county, &bureau, &elsewhere]
            .into_iter()
            .flat_map(|place| [None, Some(2022), Some(2023), Some(2024)].map(|year| (place, year)))
            .collect();
        for own in &all {
            for other in &all {
                let holds = |extent: &Extent, (place, year): &(&AgencyPath, Option<i32>)| {
                    extent.covers(place) && extent.holds_in(*year)
                };
                let inside = matters.iter().all(|matter| !holds(other, matter) || holds(own, matter));
                // A bureau has nothing below it here; an extent tells what may come to stand there.
                let grows = own.reach == Reach::Agency && other.reach == Reach::Subtree;
                assert_eq!(own.encloses(other), inside && !grows, "{own:?} {other:?}");
            }
        }
    }

    #[test]
    fn years_are_read_as_one_or_as_a_range_in_order() {
        assert_eq!("2024".parse(), Ok(Years { from: 2024, to: 2024 }));
        assert_eq!("2023..2024".parse(), Ok(Years { from: 2023, to: 2024 }));
        for wrong in ["2024..2023", "", "2023..", "all"] {
            assert_eq!(wrong.parse::<Years>(), Err(()), "{wrong}");
        }
    }
}
