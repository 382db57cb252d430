//! `/agencies`: the registry.

mod body;
mod read;
mod write;

use crate::domain::agency::Agency;
use crate::domain::language::Language;
use crate::http::reply::Reply;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config
        .service(read::list_agencies)
        .service(write::create_agency)
        .service(read::read_agency)
        .service(write::replace_agency)
        .service(write::change_agency)
        .service(write::delete_agency)
        .service(read::list_ancestors)
        .service(read::list_children)
        .service(read::read_tree);
}

/// One agency as an answer.
fn shown(agency: &Agency, language: Language) -> Reply {
    tagged(Reply::ok(&body::AgencyBody::from(agency)), agency, language)
}

fn tagged(reply: Reply, agency: &Agency, language: Language) -> Reply {
    reply.tag(agency.version, language.short()).modified(agency.updated_at).patchable()
}
