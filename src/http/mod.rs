//! The HTTP layer: translate in, call one operation, translate out.
//!
//! A handler stands beside its documentation and its bodies; `api` is the only list of operations.
//! What holds for every request is done once: `access` around it, `call` on the way in, `reply` and
//! `problem` on the way out, `openapi` for the document.

mod agencies;
mod api;
mod audit;
mod bundle;
mod catalogue;
mod changes;
mod grants;
mod imports;
mod instance;
mod jobs;
mod kernel;
mod me;
mod metrics;
mod openapi;
mod pending;
mod person_grants;
mod persons;
mod problem_pages;
mod program;
mod reads;
mod refused;
mod reports;
mod search;
mod server;
mod settings;
mod statistics;
mod subjects;
mod tasks;
mod tokens;
mod webhooks;
mod welcome;
mod wire;
mod years;

pub use kernel::oidc::{JwksSource, OidcOptions, PageClient};
pub use kernel::service::{LinesDropped, Reload, ServiceOptions};
pub use openapi::{BodyJudge, json as openapi_json, parse_body, yaml as openapi_yaml};
pub use reports::RENDERER;
pub use server::serve;

use crate::domain::report::ReportDocument;

/// A report document in JSON.
pub fn document_json(document: &ReportDocument) -> Vec<u8> {
    serde_json::to_vec_pretty(&reports::document_body(document)).unwrap_or_default()
}
