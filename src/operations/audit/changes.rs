//! What the public is told happened, gap-free and in commit order.

use crate::operations::Refusal;
use crate::storage::AnyConnection;
use crate::storage::audit::{self, ChangeLine, LedgerState};

/// Public events after a number.
#[derive(Debug, Clone)]
pub struct ChangePage {
    pub items: Vec<ChangeLine>,
    /// The last number looked at: where the next call goes on.
    pub next: i64,
    pub ledger: LedgerState,
}

/// `since` is exclusive; a number that was never given out here belongs to a log that is gone.
pub fn changes_since(connection: &mut AnyConnection, since: i64, limit: i64) -> Result<ChangePage, Refusal> {
    let ledger = audit::ledger(connection)?;
    let known = since == 0 || since == ledger.change_seq || audit::is_change(connection, since)?;
    if !known {
        return Err(Refusal::ChangeLogReset);
    }
    let items = audit::changes_after(connection, since, limit)?;
    let next = items.last().map_or(since, |last| last.seq);
    Ok(ChangePage { items, next, ledger })
}
