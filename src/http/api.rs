//! The list of all operations: one registration makes route and entry in the OpenAPI document.

use super::kernel::BASE;
use super::{
    agencies, audit, bundle, catalogue, changes, imports, jobs, me, metrics, openapi, pending, person_grants,
    persons, problem_pages, program, reads, reports, search, settings, statistics, subjects, tasks, tokens,
    webhooks, welcome, years,
};
use utoipa::OpenApi;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

/// Registers everything.
pub fn register(config: &mut ServiceConfig<'_>) {
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
    super::kernel::names::DocumentFormat,
    super::kernel::names::ProblemCode,
    super::pending::EarlierDecisionBody,
    super::refused::ConnectedBody
)))]
pub struct Outline;
