//! What somebody's grants let them do.

use super::{Extent, Grant, Kind, Right, Role, Stage};
use crate::domain::agency::AgencyPath;

/// The grants of whoever asks; empty for the public.
#[derive(Debug, Clone, Default)]
pub struct Rights {
    /// What they may do, each for itself.
    pub grants: Vec<Grant>,
    /// Roles are separated here: whoever sets the service up takes no part in reporting.
    pub separated: bool,
    /// Nor does whoever acts by the hand of such a one.
    pub hand_sets_up: bool,
}

impl Rights {
    /// What grants give where roles are not separated.
    pub fn of(grants: Vec<Grant>) -> Rights {
        Rights { grants, ..Rights::default() }
    }

    /// The grants that give a right somewhere.
    fn giving(&self, right: Right) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |grant| {
            let sets_up = grant.role == Role::Admin;
            right.roles().contains(&grant.role)
                && (right.kind() == Kind::Reading || !grant.read_only)
                // An administrator stands over the registry, the years and the rules: of one place there is none.
                && !(sets_up && grant.extent.at.is_some())
                && !((self.hand_sets_up || (sets_up && self.separated)) && right.kind() == Kind::Reporting)
        })
    }

    /// What belongs to no year is read under a grant of some years as well, but not changed.
    fn holds_in(right: Right, extent: &Extent, year: Option<i32>) -> bool {
        extent.holds_in(year) || (year.is_none() && right.kind() == Kind::Reading)
    }

    /// Whether there is a right over something of an agency and a year (`None`: of no year).
    pub fn may(&self, right: Right, place: &AgencyPath, year: impl Into<Option<i32>>) -> bool {
        let year = year.into();
        self.giving(right)
            .any(|grant| grant.extent.covers(place) && Rights::holds_in(right, &grant.extent, year))
    }

    /// The same over a place with all that stands, or is to stand, below it; `None`: over everything.
    pub fn may_below(&self, right: Right, place: Option<&AgencyPath>, year: impl Into<Option<i32>>) -> bool {
        let year = year.into();
        self.giving(right)
            .any(|grant| grant.extent.covers_below(place) && Rights::holds_in(right, &grant.extent, year))
    }

    /// Whether what a place is called, counts as and is due for may be settled: by whoever keeps the registry of the
    /// place above, for nobody settles that about themselves.
    pub fn may_settle(&self, place: &AgencyPath, year: impl Into<Option<i32>>) -> bool {
        self.may_below(Right::KeepRegistry, place.parent().as_ref(), year)
    }

    /// Whether there is a right over something of an agency in some year or other.
    pub fn may_ever(&self, right: Right, place: &AgencyPath) -> bool {
        self.giving(right).any(|grant| grant.extent.covers(place))
    }

    /// Whether there is a right over anything at all: what is asked before it is known over what.
    pub fn may_somewhere(&self, right: Right) -> bool {
        self.giving(right).next().is_some()
    }

    /// Over what a right holds.
    pub fn extents(&self, right: Right) -> Vec<Extent> {
        self.giving(right).map(|grant| grant.extent.clone()).collect()
    }

    /// Whether the drafts of an agency of a year may be seen.
    pub fn may_see(&self, place: &AgencyPath, year: i32) -> bool {
        self.may(Right::SeeDrafts, place, year)
    }

    /// In which role somebody uses a right over a report, at a review stage if that matters.
    pub fn acting_role(
        &self,
        right: Right,
        (place, year): (&AgencyPath, i32),
        stage: Option<Stage>,
    ) -> Option<Role> {
        let at_stage = |grant: &Grant| {
            grant.role != Role::Reviewer || stage.is_none() || grant.stage.is_none() || grant.stage == stage
        };
        let fits = |grant: &&Grant| {
            grant.extent.covers(place) && grant.extent.holds_in(Some(year)) && at_stage(grant)
        };
        let roles: Vec<Role> = self.giving(right).filter(fits).map(|grant| grant.role).collect();
        // Whoever may do everything acts in a role of their own where they hold one.
        roles.iter().find(|role| **role != Role::Admin).or(roles.first()).copied()
    }

    /// Only the grants that give a right.
    pub fn only(&self, right: Right) -> Rights {
        let grants = self.giving(right).cloned().collect();
        Rights { grants, separated: self.separated, hand_sets_up: self.hand_sets_up }
    }

    /// Whether a grant may be given to others, and taken: inside one's own, and of a role that one's own gives.
    pub fn may_give(&self, grant: &Grant) -> bool {
        self.giving(Right::Appoint).any(|own| gives(own, grant))
    }

    /// The same where it would be given to oneself: whoever keeps the persons gives themselves nothing.
    pub fn may_take(&self, grant: &Grant) -> bool {
        let mut giving = self.giving(Right::Appoint).filter(|own| own.role != Role::SecurityAdmin);
        giving.any(|own| gives(own, grant))
    }

    /// The tokens that may be seen: all whose every grant is of one of these roles and lies in the extent beside it;
    /// `None`: all.
    pub fn people_seen(&self) -> Option<Vec<(&'static [Role], Extent)>> {
        let seen: Vec<_> =
            self.giving(Right::SeePeople).map(|grant| (grant.role.sees(), grant.extent.clone())).collect();
        let all = |(roles, extent): &(&[Role], Extent)| {
            *extent == Extent::EVERYTHING && roles.len() == Role::ALL.len()
        };
        if seen.iter().any(all) { None } else { Some(seen) }
    }
}

fn gives(own: &Grant, grant: &Grant) -> bool {
    own.role.gives().contains(&grant.role) && own.extent.encloses(&grant.extent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rights::{Reach, Years};

    fn county() -> AgencyPath {
        AgencyPath::below(None, "county")
    }

    fn rights(grant: Grant) -> Rights {
        Rights::of(vec![grant])
    }

    fn at(role: Role, reach: Reach, years: Option<Years>) -> Grant {
        let extent = Extent { at: Some(county()), reach, years };
        Grant { extent, ..Grant::everywhere(role) }
    }

    #[test]
    fn a_grant_for_reading_changes_nothing() {
        for role in Role::ALL {
            let reading = rights(Grant { read_only: true, ..Grant::everywhere(*role) });
            for right in Right::ALL {
                let reads = right.kind() == Kind::Reading && right.roles().contains(role);
                assert_eq!(reading.may_somewhere(*right), reads, "{role:?} {right:?}");
            }
            assert!(!reading.may_give(&Grant::everywhere(Role::Editor)), "{role:?}");
        }
    }

    #[test]
    fn a_grant_of_one_agency_does_not_reach_below_it() {
        let bureau = AgencyPath::below(Some(&county()), "bureau");
        let alone = rights(at(Role::Supervisor, Reach::Agency, None));
        assert!(alone.may(Right::KeepRegistry, &county(), None));
        assert!(!alone.may(Right::KeepRegistry, &bureau, None));
        assert!(!alone.may_below(Right::KeepRegistry, Some(&county()), None), "what would stand below");
        assert!(!alone.may_give(&at(Role::Editor, Reach::Subtree, None)));
        assert!(alone.may_give(&at(Role::Editor, Reach::Agency, None)));
    }

    #[test]
    fn a_grant_of_some_years_changes_nothing_of_others_and_nothing_that_has_no_year() {
        let years = Years { from: 2023, to: 2024 };
        let some = rights(at(Role::Supervisor, Reach::Subtree, Some(years)));
        assert!(some.may(Right::KeepRegistry, &county(), 2023), "a line of the roster");
        assert!(!some.may(Right::KeepRegistry, &county(), 2022));
        assert!(!some.may(Right::KeepRegistry, &county(), None), "an agency");
        assert!(some.may(Right::SeePeople, &county(), None), "it is only read");
        assert!(!some.may_give(&at(Role::Editor, Reach::Subtree, None)));
        assert!(some.may_give(&at(Role::Editor, Reach::Subtree, Some(Years { from: 2024, to: 2024 }))));
    }

    #[test]
    fn whoever_sets_up_reports_nothing_where_roles_are_separated() {
        let alone = rights(Grant::everywhere(Role::Admin));
        let separated = Rights { separated: true, ..alone.clone() };
        for right in Right::ALL {
            assert!(alone.may_below(*right, None, None), "{right:?}");
            assert_eq!(separated.may_below(*right, None, None), right.kind() != Kind::Reporting, "{right:?}");
        }
    }

    #[test]
    fn nobody_reports_by_the_hand_of_whoever_sets_up() {
        for role in Role::ALL {
            let own = rights(Grant::everywhere(*role));
            let made = Rights { separated: true, hand_sets_up: true, ..own.clone() };
            for right in Right::ALL {
                let may = own.may_somewhere(*right) && right.kind() != Kind::Reporting;
                assert_eq!(made.may_somewhere(*right), may, "{role:?} {right:?}");
            }
        }
    }

    #[test]
    fn whoever_keeps_the_persons_gives_themselves_nothing() {
        let security = rights(Grant::everywhere(Role::SecurityAdmin));
        for role in Role::ALL {
            let grant = Grant::everywhere(*role);
            assert_eq!(security.may_give(&grant), *role != Role::Admin, "{role:?}");
            assert!(!security.may_take(&grant), "{role:?}");
        }
    }
}
