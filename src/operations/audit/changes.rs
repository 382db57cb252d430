//! What the public is told happened, gap-free and in commit order.

use crate::domain::onward::PublicChange;
use crate::operations::{Answer, Refusal};
use crate::storage::AnyConnection;
use crate::storage::audit::{self, LedgerState};

/// Public events after a number.
#[derive(Debug, Clone)]
pub struct ChangePage {
    pub items: Vec<PublicChange>,
    /// The last number looked at: where the next call goes on.
    pub next: i64,
    pub ledger: LedgerState,
}

/// `since` is exclusive; a number that was never given out here belongs to a log that is gone.
pub fn changes_since(connection: &mut AnyConnection, since: i64, limit: i64) -> Answer<ChangePage> {
    let ledger = audit::ledger(connection)?;
    let known = since == 0 || since == ledger.change_seq || audit::is_change(connection, since)?;
    if !known {
        return Err(Refusal::ChangeLogReset);
    }
    let items = audit::changes_after(connection, since, limit)?;
    let next = items.last().map_or(since, |last| last.seq);
    Ok(ChangePage { items, next, ledger })
}

/// Up to which entry this snapshot has the audit, and, where it is asked for, when that one was written.
pub fn last_entry(connection: &mut AnyConnection, timed: bool) -> Answer<(i64, Option<String>)> {
    let seq = audit::audit_seq(connection)?;
    let at = if timed { audit::audit_time(connection, seq)? } else { None };
    Ok((seq, at))
}
