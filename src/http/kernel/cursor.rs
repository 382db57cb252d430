//! Cursors that only we can make: each is bound to its list, its filters and its order by a keyed hash.

use super::call::Call;
use super::paging::bad_cursor;
use super::problem::Problem;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Bytes of the hash that a cursor carries.
const TAG: usize = 16;
/// Parameters that say which page, not which list.
const OF_THE_PAGE: [&str; 4] = ["cursor", "limit", "count", "format"];

/// What a cursor belongs to: one list as one question asks for it.
pub struct Seal {
    mac: Hmac<Sha256>,
}

impl Seal {
    /// Of the list that a call asks for.
    pub fn of(call: &Call, listing: &str) -> Result<Seal, Problem> {
        let mut filters: Vec<(String, String)> =
            form_urlencoded::parse(call.request.query_string().as_bytes())
                .filter(|(name, _)| !OF_THE_PAGE.contains(&name.as_ref()))
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect();
        filters.sort();
        let bound = serde_json::json!([listing, call.request.path(), filters]).to_string();
        Seal::new(&call.service.cursor_key, &bound).ok_or_else(bad_cursor)
    }

    fn new(key: &[u8], bound: &str) -> Option<Seal> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(bound.as_bytes());
        mac.update(b"\n");
        Some(Seal { mac })
    }

    /// The cursor that says this.
    pub fn close(&self, said: &[u8]) -> String {
        let tag = self.mac.clone().chain_update(said).finalize().into_bytes();
        let tag = tag.iter().take(TAG).chain(said).copied();
        hex::encode(tag.collect::<Vec<u8>>())
    }

    /// What a cursor of this very list says.
    pub fn open(&self, cursor: &str) -> Result<Vec<u8>, Problem> {
        let bytes = hex::decode(cursor).map_err(|_| bad_cursor())?;
        let (tag, said) = bytes.split_at_checked(TAG).ok_or_else(bad_cursor)?;
        self.mac.clone().chain_update(said).verify_truncated_left(tag).map_err(|_| bad_cursor())?;
        Ok(said.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_for_its_own_list_alone() {
        let seal = |key: &[u8], bound: &str| Seal::new(key, bound).unwrap();
        let cursor = seal(b"key", "reports").close(b"where");
        assert_eq!(seal(b"key", "reports").open(&cursor).unwrap(), b"where");
        assert!(seal(b"key", "agencies").open(&cursor).is_err());
        assert!(seal(b"other", "reports").open(&cursor).is_err());
        let forged = cursor.replace(&hex::encode(b"where"), &hex::encode(b"there"));
        assert!(seal(b"key", "reports").open(&forged).is_err());
        for forged in ["", "00", "zz", &hex::encode([0; 40])] {
            assert!(seal(b"key", "reports").open(forged).is_err());
        }
    }
}
