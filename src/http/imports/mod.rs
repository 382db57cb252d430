//! `/imports`: a clerk's file goes in as it is.

mod file;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(store::import_document);
}
