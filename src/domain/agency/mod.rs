//! Agencies: what they are, the codes that name them, and where they stand.

mod division;
mod filter;
mod history;
mod kind;
mod path;
mod record;
mod uscc;

pub use division::DivisionCode;
pub use filter::{AgencyFilter, AgencyOrder};
pub use history::{AgencyChange, HistoryEntry};
pub(crate) use kind::wire_names;
pub use kind::{AgencyStatus, Kind, Level, SuccessionKind};
pub use path::{AgencyPath, MAX_DEPTH};
pub use record::{Agency, Contact};
pub use uscc::{Uscc, UsccFault};

super::read_from_text!(Uscc, DivisionCode);
