//! Whose credit code may be claimed: one of the divisions that one supervises. Any other is an administrator's to
//! register; so nobody shuts the rightful agency out.

use crate::domain::agency::{AgencyPath, DivisionCode, Uscc};
use crate::domain::rights::Right;
use crate::operations::{Answer, Asking, Refusal};
use crate::storage::{AnyConnection, agencies};

/// The right to give an agency that stands at or below a place a new code. What counts is the nearest place that says
/// which division it is and that one does not settle oneself: what a supervisor says of those below proves nothing.
/// Where none does, there is nothing to compare.
pub(super) fn require_code_right(
    connection: &mut AnyConnection,
    asking: &Asking,
    place: Option<&AgencyPath>,
    code: Option<&Uscc>,
) -> Answer<()> {
    let (Some(code), Some(place)) = (code, place) else { return Ok(()) };
    if asking.rights.may_below(Right::KeepRegistry, None, None) {
        return Ok(());
    }
    let ids: Vec<String> = place.ids().map(str::to_owned).collect();
    let mut above = agencies::find_many(connection, &ids)?;
    above.retain(|agency| !asking.rights.may_settle(&agency.path, None));
    above.sort_by_key(|agency| std::cmp::Reverse(agency.path.depth()));
    let region = above.iter().find_map(|agency| {
        let division = agency.division_code.as_ref().map(DivisionCode::region);
        division.or_else(|| agency.uscc.as_ref().map(Uscc::region))
    });
    match region {
        Some(region) if !code.division().starts_with(region) => {
            Err(Refusal::ForeignCode { division: code.division().to_owned() })
        }
        _ => Ok(()),
    }
}
