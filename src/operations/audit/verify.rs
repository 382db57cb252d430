//! Walking the chain from its beginning and comparing its end with the ledger.

use crate::domain::audit::{AuditLine, Break, Chain};
use crate::operations::Answer;
use crate::storage::audit::{self, LedgerState};
use crate::storage::{AnyConnection, take_time};

/// Entries read at once.
const PAGE: i64 = 1_000;

/// What a walk over the whole chain found.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// As far as everything fits.
    pub chain: Chain,
    /// The first entry that does not fit, and what is wrong with it.
    pub broken: Option<(i64, Break)>,
    pub ledger: LedgerState,
    /// Whether the entry that was expected stands there with its hash; `None`: none was.
    pub expected: Option<bool>,
}

impl Verdict {
    pub fn is_whole(&self) -> bool {
        self.broken.is_none()
            && self.expected != Some(false)
            && (self.chain.seq, &self.chain.head) == (self.ledger.audit_seq, &self.ledger.audit_head)
    }
}

/// Hands every line of one snapshot over, in order, until one is refused; whoever takes them may take their time.
fn for_each_line(connection: &mut AnyConnection, mut take: impl FnMut(&AuditLine) -> bool) -> Answer<()> {
    take_time(connection)?;
    let mut after = 0;
    loop {
        let page = audit::walk(connection, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.entry.seq;
        if !page.iter().all(&mut take) {
            return Ok(());
        }
    }
}

/// Hands every line over, in order, until one is refused, and gives the end of the chain as the ledger of the
/// same snapshot has it: whatever is written meanwhile is in neither.
pub fn export(connection: &mut AnyConnection, take: impl FnMut(&AuditLine) -> bool) -> Answer<LedgerState> {
    let ledger = audit::ledger(connection)?;
    for_each_line(connection, take)?;
    Ok(ledger)
}

/// Walks the chain as one snapshot has it; `expected` is a number and the hash that somebody saw there.
pub fn verify(connection: &mut AnyConnection, expected: Option<(i64, &str)>) -> Answer<Verdict> {
    walk(connection, expected, |_| {})
}

/// The same, handing over every line that fits.
pub(super) fn walk(
    connection: &mut AnyConnection,
    expected: Option<(i64, &str)>,
    mut take: impl FnMut(&AuditLine),
) -> Answer<Verdict> {
    let ledger = audit::ledger(connection)?;
    let mut chain = Chain::default();
    let mut broken = None;
    let mut seen = expected.map(|_| false);
    for_each_line(connection, |line| {
        if let Some((seq, hash)) = expected
            && line.entry.seq == seq
        {
            seen = Some(line.hash == hash);
        }
        if let Err(fault) = chain.take(&line.entry, &line.previous, &line.hash) {
            broken = Some((line.entry.seq, fault));
        } else {
            take(line);
        }
        broken.is_none()
    })?;
    Ok(Verdict { chain, broken, ledger, expected: seen })
}
