//! Who stands behind an access, whoever it names.

use super::issue::roles_of;
use crate::domain::access::{Access, Link, Named};
use crate::domain::people::Token;
use crate::domain::rights::Office;
use crate::operations::Answer;
use crate::storage::AnyConnection;
use crate::storage::tokens;

/// By what somebody acts who holds a token: for one got by a code its issuer, and whoever stands behind that one, until
/// another has confirmed who holds it.
pub fn access_of(connection: &mut AnyConnection, token: &Token) -> Answer<Access> {
    let link = Link::from(token);
    let own = link.is_own();
    let (token, issuer) = (Some(token.id.clone()), link.issuer.clone());
    Ok(Access { token, issuer, hand: follow(connection, link)?, own, sets_up: false })
}

/// The same, and whether whoever stands behind somebody else holds an office beside reporting, where these are
/// separated: by no name that they give do they report.
pub fn entering_of(connection: &mut AnyConnection, token: &Token, separated: bool) -> Answer<Access> {
    let mut access = access_of(connection, token)?;
    if separated && access.hand.id != token.person.id {
        let held = roles_of(connection, &access.hand.id)?;
        access.sets_up = held.iter().any(|role| role.office() != Office::Reporting);
    }
    Ok(access)
}

/// Goes from issuer to issuer to the first whose access is their own.
fn follow(connection: &mut AnyConnection, first: Link) -> Answer<Named> {
    let mut link = first;
    let mut seen = Vec::new();
    loop {
        let issuer = match link.issuer {
            Some(issuer) if !link.confirmed => issuer,
            _ => return Ok(link.person),
        };
        // An issuer acts by a token that is older: what leads in a circle was not written here.
        let Some(with) = link.issued_with.filter(|with| !seen.contains(with)) else { return Ok(issuer) };
        match tokens::find_link(connection, &with)? {
            Some(before) => link = before,
            None => return Ok(issuer),
        }
        seen.push(with);
    }
}
