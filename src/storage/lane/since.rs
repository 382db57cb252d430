//! What has been written since a command was made ready, looked at once for all commands of a group.

use super::Basis;
use crate::domain::audit::{AuditAction, Touch};
use crate::storage::AnyConnection;
use crate::storage::prepared::Prepare;
use crate::storage::schema::audit;
use diesel::prelude::*;

/// Entries that are looked at before a command is entered; after more it is not looked any closer.
const MOST: i64 = 2_000;

/// The entries of the audit behind one of them, as far as the group that holds the ledger.
pub(super) struct Since {
    seq: i64,
    entries: Vec<(i64, Touch, Option<String>)>,
    is_cut: bool,
}

impl Since {
    fn read(connection: &mut AnyConnection, seq: i64) -> QueryResult<Since> {
        let entries: Vec<(i64, String, Option<String>)> = on_each!(connection, |c| audit::table
            .filter(audit::seq.gt(seq))
            .order(audit::seq)
            .limit(MOST + 1)
            .select((audit::seq, audit::action, audit::agency_id))
            .prepared()
            .load(c))?;
        let is_cut = i64::try_from(entries.len()).map_or(true, |count| count > MOST);
        // What another program wrote and is not known here moves everything.
        let touch = |action: &str| action.parse().map_or(Touch::Everything, AuditAction::unsettles);
        let entries =
            entries.into_iter().map(|(seq, action, agency)| (seq, touch(&action), agency)).collect();
        Ok(Since { seq, entries, is_cut })
    }

    /// Whether anything of it moves what a command rests on; it is read anew only for one that was made ready earlier
    /// than those before.
    pub fn moves(
        since: &mut Option<Since>,
        connection: &mut AnyConnection,
        basis: &Basis,
    ) -> QueryResult<bool> {
        let known = since.take_if(|known| known.seq <= basis.seq && !known.is_cut);
        let read = match known {
            Some(known) => known,
            None => Since::read(connection, basis.seq)?,
        };
        let behind = read.entries.iter().filter(|(seq, ..)| *seq > basis.seq);
        let moved = read.is_cut
            || behind.into_iter().any(|(_, touch, agency)| basis.is_moved_by(*touch, agency.as_deref()));
        *since = Some(read);
        Ok(moved)
    }
}
