//! How long a scan may go on, looked at between its steps.
//!
//! SQLite has no time-out for statements, and PostgreSQL's holds for one of them: what is made of many steps asks
//! here before each. The bound belongs to the thread for as long as one read runs on it, so that no query has to
//! carry it; a read whose caller has gone is over at once.

use diesel::QueryResult;
use diesel::result::Error;
use std::cell::RefCell;
use std::sync::Weak;
use std::time::Instant;

thread_local! {
    static BOUND: RefCell<Option<Bound>> = const { RefCell::new(None) };
}

/// Until when a read may go on, and whether anybody still waits for it.
pub(super) struct Bound {
    pub until: Instant,
    pub awaited: Weak<()>,
}

/// A read that was ended.
#[derive(Debug, thiserror::Error)]
#[error("the read took longer than a read may, or nobody waits for it any more")]
pub(super) struct Overdue;

/// Runs a read within its bound.
pub(super) fn within<T>(bound: Bound, work: impl FnOnce() -> T) -> T {
    /// Takes the bound off the thread however the work ends.
    struct Lifted;
    impl Drop for Lifted {
        fn drop(&mut self) {
            BOUND.with_borrow_mut(|bound| *bound = None);
        }
    }
    BOUND.with_borrow_mut(|present| *present = Some(bound));
    let _lifted = Lifted;
    work()
}

/// Fails once the read that runs on this thread is to end; to be asked before each step of long work.
pub fn still_wanted() -> QueryResult<()> {
    let over = BOUND.with_borrow(|bound| {
        bound.as_ref().is_some_and(|bound| bound.awaited.strong_count() == 0 || Instant::now() >= bound.until)
    });
    if over { Err(Error::QueryBuilderError(Box::new(Overdue))) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn a_read_ends_with_its_time_and_with_its_caller() {
        let awaited = Arc::new(());
        let later = Instant::now() + Duration::from_secs(60);
        let bound = |until, awaited: &Arc<()>| Bound { until, awaited: Arc::downgrade(awaited) };
        assert!(within(bound(later, &awaited), still_wanted).is_ok());
        assert!(within(bound(Instant::now(), &awaited), still_wanted).is_err());
        let left = bound(later, &awaited);
        drop(awaited);
        assert!(within(left, still_wanted).is_err());
        assert!(still_wanted().is_ok(), "what comes after it on this thread is not bound");
    }
}
