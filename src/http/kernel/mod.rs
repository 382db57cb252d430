//! What every endpoint is made of, whatever it is about: the call on the way in, the reply and the problem on the way
//! out, bodies, queries, pages, preconditions, and the answers that are kept. The kernel knows no noun.

pub mod accept;
pub mod access;
pub mod answer;
pub mod body;
pub mod budget;
pub mod call;
pub mod caller;
pub mod cost;
pub mod cursor;
pub mod document;
mod enter;
pub mod flow;
pub mod format;
pub mod held;
pub mod json;
pub mod kept;
pub mod last_use;
pub mod limit;
pub mod line;
mod look;
pub mod metrics;
pub mod names;
pub mod number;
pub mod oidc;
pub mod paging;
pub mod parameter;
pub mod precondition;
pub mod problem;
pub mod query;
pub mod reads;
pub mod refusals;
mod repeated;
pub mod reply;
pub mod schema;
pub mod sent;
pub mod service;
pub mod shares;
pub mod shelf;
pub mod shield;
mod sign_in;
pub mod sort;
pub mod table;
mod verdict;

// What nearly every endpoint is made of has one place to be imported from.
pub(in crate::http) use answer::answer;
pub use call::Call;
pub use look::Snapshot;
pub use paging::{ListQuery, Page, PageOrder, Paging, bad_cursor, list_reply, list_reply_with};
pub(in crate::http) use parameter::parameter;
pub use parameter::*;
pub use problem::{Code, Fault, PROBLEM_JSON, Problem, Right};
pub(in crate::http) use query::query;
pub use query::{NoParameters, ViewQuery};
pub use reply::{HTML, JSON, Reply};
pub use sort::{Sort, SortField, Sortable, listed};

/// Where all resources stand.
pub const BASE: &str = "/api/v1";
mod trace;
mod vitals;
