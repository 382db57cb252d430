//! Reads of a call: on which readers they run, what they see, and what of it may be kept.

use super::call::Call;
use super::format::parse_time;
use super::limit::own_share_full;
use super::problem::Problem;
use super::shares::Place;
use crate::operations::audit::last_entry;
use crate::operations::store::{AnyConnection, StorageError};
use crate::operations::{Asking, Refusal};
use actix_web::HttpMessage;
use actix_web::http::header::{HeaderMap, HeaderName};
use chrono::NaiveDateTime;

/// The last entry of the audit that an answer shows, and up to which whoever asks wants to see.
pub const POSITION: HeaderName = HeaderName::from_static("nianbao-seq");

/// What was sent back of an earlier answer; `Some(None)`: it cannot be read, and nothing but the primary will do.
pub fn position_of(headers: &HeaderMap) -> Option<Option<i64>> {
    let sent = headers.get(POSITION)?;
    Some(sent.to_str().ok().and_then(|sent| sent.trim().parse().ok()).filter(|seq| *seq >= 0))
}

impl Call {
    /// Reads on a snapshot, on the readers that the operation's cost calls for.
    pub async fn look<T, F>(&self, query: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnMut(&mut AnyConnection, &Asking) -> Result<T, Refusal> + Send + 'static,
    {
        self.look_with(query, false).await
    }

    /// A place among the scans of this client: one client never holds all the readers for scans.
    pub async fn scan_place(&self) -> Result<Place, Problem> {
        let patience = self.service.options.scan_patience;
        let place = self.service.scan_shares.wait(self.caller.client.as_ref(), patience).await;
        place.ok_or_else(own_share_full)
    }

    /// The same for a few point reads, which need no other thread.
    pub async fn glance<T, F>(&self, query: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnMut(&mut AnyConnection, &Asking) -> Result<T, Refusal> + Send + 'static,
    {
        self.look_with(query, true).await
    }

    /// Up to which entry of the audit a scan must see, if it may be of a standby: the public sees what is public, and
    /// whoever says how far they have come sees that.
    fn position(&self) -> Option<i64> {
        if !self.request.method().is_safe() {
            return None;
        }
        match position_of(self.request.headers()) {
            Some(sent) => sent,
            None => self.asking().person.is_none().then_some(0),
        }
    }

    async fn look_with<T, F>(&self, mut query: F, short: bool) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnMut(&mut AnyConnection, &Asking) -> Result<T, Refusal> + Send + 'static,
    {
        let (asking, store) = (self.asking(), &self.service.store);
        let public = asking.person.is_none();
        let reign = store.watch().reign();
        let mut read = move |connection: &mut AnyConnection| {
            let seen = if public { Some(snapshot(connection, reign, short)?) } else { None };
            query(connection, &asking).map(|found| (found, seen))
        };
        // Under a grant a report is judged as well: that is more than a few reads.
        let (found, seen) = match (short, public) {
            (true, true) => store.glance(read).await?,
            (false, _) if self.caller.cost.is_heavy() => {
                // The place goes with the query, which may outlive whoever waits for it.
                let place = self.scan_place().await?;
                let held = move |connection: &mut AnyConnection| {
                    let _place = &place;
                    read(connection)
                };
                match self.position() {
                    Some(at_least) => store.scan_from(at_least, held).await?,
                    None => store.scan(held).await?,
                }
            }
            _ => store.read(read).await?,
        };
        if let Some(seen) = seen {
            self.note(seen);
        }
        Ok(found)
    }

    /// The public's shortest read: one statement, which itself tells up to which entry of the audit it sees.
    pub async fn peek<T, F>(&self, query: F) -> Result<Option<T>, Problem>
    where
        T: Send + 'static,
        F: FnMut(&mut AnyConnection) -> Result<Option<(i64, T)>, StorageError> + Send + 'static,
    {
        let reign = self.service.store.watch().reign();
        let Some((seq, found)) = self.service.store.peek(query).await? else { return Ok(None) };
        self.note(Snapshot { reign, seq, at: None });
        Ok(Some(found))
    }

    /// What was read may be kept as far as every read of this request goes.
    fn note(&self, seen: Snapshot) {
        let mut extensions = self.request.extensions_mut();
        let whole = extensions.get::<Snapshot>().map_or(seen, |earlier| earlier.and(seen));
        extensions.insert(whole);
    }
}

/// What a read sees: the last entry of the audit, and, where the answer has no time of its own, when that was
/// written.
fn snapshot(connection: &mut AnyConnection, reign: u64, short: bool) -> Result<Snapshot, Refusal> {
    let (seq, at) = last_entry(connection, !short)?;
    Ok(Snapshot { reign, seq, at: at.as_deref().and_then(parse_time) })
}

/// Up to which entry of the audit the answer's data show everything; laid into the request by who read them.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot {
    /// Of which log (see the watch), known before it was read.
    pub reign: u64,
    pub seq: i64,
    /// When that entry was written.
    pub at: Option<NaiveDateTime>,
}

impl Snapshot {
    /// Of two reads: everything up to the older, nothing after the newer.
    pub fn and(self, other: Snapshot) -> Snapshot {
        Snapshot {
            reign: self.reign.min(other.reign),
            seq: self.seq.min(other.seq),
            at: self.at.max(other.at),
        }
    }
}
