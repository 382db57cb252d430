//! The HTTP layer: translate in, call one operation, translate out.
//!
//! A handler stands beside its documentation and its bodies; `register` is the only list of operations.
//! What holds for every request is done once: `access` around it, `call` on the way in, `reply` and
//! `problem` on the way out, `openapi` for the document.

mod agencies;
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
use kernel::BASE;
use utoipa::OpenApi;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

/// Registers everything: one registration makes route and entry in the OpenAPI document.
fn register(config: &mut ServiceConfig<'_>) {
    config.service(
        scope(BASE)
            // Routes are tried in this order: what is read most comes first.
            .configure(reports::register)
            .configure(agencies::register)
            .configure(years::register)
            .configure(statistics::register)
            .configure(search::register)
            .configure(imports::register)
            .configure(jobs::register)
            .configure(catalogue::register)
            .configure(me::register)
            .configure(tasks::register)
            .configure(tokens::register)
            .configure(persons::register)
            .configure(subjects::register)
            .configure(person_grants::register)
            .configure(settings::register)
            .configure(pending::register)
            .configure(audit::register)
            .configure(reads::register)
            .configure(changes::register)
            .configure(webhooks::register)
            .configure(bundle::register),
    );
    welcome::register(config);
    problem_pages::register(config);
    openapi::register(config);
    program::register(config);
    metrics::register(config);
}

/// The part of the document that stands in no handler.
#[derive(OpenApi)]
#[openapi(components(schemas(
    kernel::names::DocumentFormat,
    kernel::names::ProblemCode,
    pending::EarlierDecisionBody,
    refused::ConnectedBody
)))]
struct Outline;

/// A report document in JSON.
pub fn document_json(document: &ReportDocument) -> Vec<u8> {
    serde_json::to_vec_pretty(&reports::document_body(document)).unwrap_or_default()
}
