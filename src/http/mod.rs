//! The HTTP layer: translate in, call one operation, translate out.
//!
//! A handler stands beside its documentation and its bodies; `api` is the only list of operations.
//! What holds for every request is done once: `access` around it, `call` on the way in, `reply` and
//! `problem` on the way out, `openapi` for the document.

mod access;
mod agencies;
mod api;
mod audit;
mod body;
mod call;
mod caller;
mod catalogue;
mod fields;
mod format;
mod imports;
mod me;
mod names;
mod openapi;
mod paging;
mod precondition;
mod problem;
mod problem_pages;
mod program;
mod query;
mod reply;
mod reports;
mod server;
mod service;
mod tokens;
mod years;

pub use openapi::{json as openapi_json, yaml as openapi_yaml};
pub use server::serve;
pub use service::ServiceOptions;
