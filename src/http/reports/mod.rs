//! `/reports`: filing, reading, judging, reviewing, publishing.

mod body;
mod comments;
mod create;
mod document;
mod edit;
mod explanations;
mod findings;
mod list;
mod many;
mod read;
mod read_body;
mod revisions;
mod sections;
mod similarity;
mod suppression;
mod transitions;
mod validation;

pub use body::{ReportBody, SectionBody, Shown};
pub use create::require_editor;
pub use findings::{FindingBody, finding_bodies};
pub use read::Published;
pub use read_body::document_body;
pub use suppression::SuppressionBody;
pub use transitions::{PersonReference, TransitionBody};

use crate::domain::language::Language;
use crate::http::kernel::{JSON, Reply};
use crate::operations::reports::ReportView;
use crate::operations::reports::renditions::{Rendered, Renderer, Rendering};
use crate::operations::store::RestsOn;
use chrono::NaiveDateTime;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config
        .service(read::read_report)
        .service(list::list_reports)
        .service(create::create_report)
        .service(many::create_transitions)
        .service(edit::replace_report)
        .service(edit::change_report)
        .service(edit::delete_report)
        .service(read::read_report_by_key)
        .service(sections::list_sections)
        .service(sections::create_section)
        .service(sections::read_section)
        .service(sections::replace_section)
        .service(sections::change_section)
        .service(sections::delete_section)
        .service(findings::list_findings)
        .service(document::read_report_document)
        .service(document::read_report_file)
        .service(document::read_source)
        .service(document::read_workbook)
        .service(explanations::explain_finding)
        .service(explanations::withdraw_explanation)
        .service(comments::list_comments)
        .service(comments::create_comment)
        .service(comments::read_comment)
        .service(comments::change_comment)
        .service(comments::answer_comment)
        .service(revisions::list_revisions)
        .service(revisions::read_revision)
        .service(revisions::read_diff)
        .service(suppression::suppress_revision)
        .service(similarity::read_similarity)
        .service(transitions::list_transitions)
        .service(transitions::create_transition)
        .service(validation::validate);
}

/// One report as an answer.
fn shown(shown: &Shown, language: Language) -> Reply {
    tagged(Reply::ok(&body::ReportBody::of(shown)), shown, language).keep(rests_on(shown))
}

/// What an answer about one report rests on.
fn rests_on(shown: &Shown) -> RestsOn {
    RestsOn::Report(shown.view.report.id.to_string())
}

/// The published view has a tag of its own: an editor's tag is never mistaken for a reader's.
fn tagged(reply: Reply, shown: &Shown, language: Language) -> Reply {
    let view = &shown.view;
    let variant =
        if view.working { language.short().to_owned() } else { readers_variant(&around(view), language) };
    dated(reply.tag(view.version(), &variant), view.revision.updated_at)
}

fn readers_variant(around: &str, language: Language) -> String {
    format!("{}.p.{around}", language.short())
}

/// What stands in a report but is the registry's or the roster's makes a variant, no version: it is no edit of
/// the report.
fn around(view: &ReportView) -> String {
    let around = format!("{:?} {:?}", view.due_on, view.agency.uscc);
    let around = crate::domain::digest::sha256_hex(around.as_bytes());
    around.get(..6).unwrap_or_default().to_owned()
}

fn dated(reply: Reply, at: NaiveDateTime) -> Reply {
    reply.modified(at).patchable()
}

/// How this program renders what everybody reads of a report; what it renders is kept in the database. Those before the
/// second left standing what had become stale.
pub const RENDERER: Renderer =
    Renderer { program: concat!(env!("CARGO_PKG_VERSION"), "/2"), render: rendering };

fn rendering(view: &ReportView) -> Rendering {
    let shown = Shown::published(view.clone());
    let body = serde_json::to_string(&body::ReportBody::of(&shown)).unwrap_or_default();
    Rendering { around: around(view), body }
}

/// One report as an answer for everybody, as it was rendered before.
fn rendered(found: Rendered, language: Language) -> Reply {
    let variant = readers_variant(&found.around, language);
    let reply = Reply::bytes(JSON, found.body).tag(found.version, &variant);
    dated(reply, found.modified).keep(RestsOn::Report(found.report.to_string()))
}

/// The tag of the working revision on an answer that is not the report itself.
fn tagged_version(reply: Reply, version: i64, language: Language) -> Reply {
    reply.tag(version, language.short())
}
