//! `/agencies`: the registry.

mod batch;
mod body;
mod history;
mod read;
mod write;

pub use batch::{MOST_TOLD, refused_rows};

use crate::domain::agency::Agency;
use crate::domain::language::Language;
use crate::http::kernel::Reply;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config
        .service(read::list_agencies)
        .service(write::create_agency)
        .service(batch::create_agencies)
        .service(read::read_agency)
        .service(write::replace_agency)
        .service(write::change_agency)
        .service(write::delete_agency)
        .service(read::list_ancestors)
        .service(read::list_children)
        .service(read::read_tree)
        .service(history::read_history)
        .service(history::succeed_agency);
}

/// One agency as an answer.
fn shown(agency: &Agency, language: Language) -> Reply {
    tagged(Reply::ok(&body::AgencyBody::of(agency)), agency, language)
}

fn tagged(reply: Reply, agency: &Agency, language: Language) -> Reply {
    reply.tag(agency.version, language.short()).modified(agency.updated_at).patchable()
}
