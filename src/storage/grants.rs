//! Rows of grants, whether a token carries them or a person holds them.

use super::types::read;
use crate::domain::agency::AgencyPath;
use crate::domain::id::AgencyId;
use crate::domain::people::TokenGrant;
use crate::domain::rights::{Reach, Role, Stage, Years};
use diesel::prelude::*;

/// A grant with the agency that it stands at.
#[derive(Queryable)]
pub struct GrantRow {
    role: Role,
    stage: Option<Stage>,
    reach: Reach,
    read_only: bool,
    years_from: Option<i32>,
    years_to: Option<i32>,
    agency: Option<(AgencyId, String, AgencyPath)>,
}

read!(TokenGrant as GrantRow);

/// The columns of a grant in one of the tables that hold some.
macro_rules! grant_of {
    ($table:ident) => {
        (
            $table::role,
            $table::stage,
            $table::reach,
            $table::read_only,
            $table::years_from,
            $table::years_to,
            (agencies::id, agencies::name, agencies::path).nullable(),
        )
    };
}

/// What is written of a grant at a place in the row of its holder.
macro_rules! grant_row {
    ($table:ident, $position:expr, $grant:expr) => {{
        let grant: &TokenGrant = $grant;
        (
            $table::position.eq($position),
            $table::role.eq(grant.role),
            $table::agency_id.eq(grant.agency.as_ref().map(|(id, _, _)| id)),
            $table::stage.eq(grant.stage),
            $table::reach.eq(grant.reach),
            $table::read_only.eq(grant.read_only),
            $table::years_from.eq(grant.years.map(|years| years.from)),
            $table::years_to.eq(grant.years.map(|years| years.to)),
        )
    }};
}
pub(super) use {grant_of, grant_row};

impl From<GrantRow> for TokenGrant {
    fn from(row: GrantRow) -> TokenGrant {
        TokenGrant {
            role: row.role,
            stage: row.stage,
            agency: row.agency,
            reach: row.reach,
            read_only: row.read_only,
            years: row.years_from.zip(row.years_to).map(|(from, to)| Years { from, to }),
        }
    }
}
