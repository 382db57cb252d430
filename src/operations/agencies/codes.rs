//! Whose credit code may be claimed: one of the divisions that one supervises. Any other is an administrator's to
//! register; so nobody shuts the rightful agency out.

use crate::domain::agency::{AgencyPath, DivisionCode, Uscc};
use crate::domain::rights::Right;
use crate::operations::{Asking, Refusal};
use crate::storage::{AnyConnection, agencies};

/// The right to give an agency that stands at or below a place a new code. Where no place that one supervises says
/// which division it is, there is nothing to compare.
pub(super) fn require_code_right(
    connection: &mut AnyConnection,
    asking: &Asking,
    place: Option<&AgencyPath>,
    code: Option<&Uscc>,
) -> Result<(), Refusal> {
    let (Some(code), Some(place)) = (code, place) else { return Ok(()) };
    if asking.rights.may_below(Right::KeepRegistry, None, None) {
        return Ok(());
    }
    let ids: Vec<String> = place.ids().map(str::to_owned).collect();
    let supervised = |path: &AgencyPath| asking.rights.may_below(Right::KeepRegistry, Some(path), None);
    let regions: Vec<String> = agencies::find_many(connection, &ids)?
        .iter()
        .filter(|agency| supervised(&agency.path))
        .filter_map(|agency| {
            let division = agency.division_code.as_ref().map(DivisionCode::region);
            division.or_else(|| agency.uscc.as_ref().map(Uscc::region)).map(str::to_owned)
        })
        .collect();
    let own = regions.is_empty() || regions.iter().any(|region| code.division().starts_with(region.as_str()));
    if own { Ok(()) } else { Err(Refusal::ForeignCode { division: code.division().to_owned() }) }
}
