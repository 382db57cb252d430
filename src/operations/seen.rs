//! What of what is not public somebody was shown while one request was answered.

use std::sync::{Arc, Mutex, PoisonError};

/// Gathers it, where anybody asks for it.
#[derive(Debug, Clone, Default)]
pub struct Seen(Option<Arc<Mutex<Option<Sight>>>>);

/// Whose it was, as far as it was of one agency or report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    pub agency_id: Option<String>,
    pub report_id: Option<String>,
}

impl Seen {
    /// One that remembers.
    pub fn remembering() -> Seen {
        Seen(Some(Arc::default()))
    }

    /// Of several sights the first that names a report stays.
    pub(super) fn note(&self, sight: Sight) {
        if let Some(known) = &self.0 {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.as_ref().is_none_or(|known| known.report_id.is_none()) {
                *known = Some(sight);
            }
        }
    }

    /// What was seen; `None`: nothing that is not public.
    pub fn take(&self) -> Option<Sight> {
        self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
