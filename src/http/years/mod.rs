//! `/years`: reporting years and their rosters.

mod body;
mod read;
mod roster;
mod write;

use crate::domain::language::Language;
use crate::domain::year::ReportingYear;
use crate::http::kernel::Reply;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config
        .service(read::list_years)
        .service(write::create_year)
        .service(read::read_year)
        .service(write::replace_year)
        .service(write::change_year)
        .service(write::delete_year)
        .service(read::list_roster)
        .service(roster::read_roster_line)
        .service(roster::change_roster_line);
}

fn shown(year: &ReportingYear, language: Language) -> Reply {
    tagged(Reply::ok(&body::YearBody::of(year)), year, language)
}

fn tagged(reply: Reply, year: &ReportingYear, language: Language) -> Reply {
    reply.tag(year.version, language.short()).modified(year.updated_at).patchable()
}
