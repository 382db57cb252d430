//! `/stats`: totals, breakdowns, trends, ratios, completeness; and reconciliation of consolidated reports.

mod body;
mod breakdown;
mod completeness;
mod ratios;
mod reconciliation;
mod totals;
mod trends;

pub use body::AsOfBody;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config
        .service(totals::read_totals)
        .service(breakdown::read_breakdown)
        .service(trends::read_trends)
        .service(ratios::read_ratios)
        .service(completeness::read_completeness)
        .service(completeness::list_missing)
        .service(reconciliation::read_reconciliation);
}
