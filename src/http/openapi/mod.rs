//! The OpenAPI document: made from the handlers, finished by rules that hold for all of them.

mod bodies;
mod bounds;
mod english;
mod examples;
mod finish;
mod formats;
mod hooks;
mod inputs;
mod operation;
mod pages;
mod parts;
mod share;
mod sign_in;
mod statute;
mod typed;
mod yaml;

pub use pages::register;

use super::kernel::document::{Document, Rendered};
use super::kernel::oidc::OidcOptions;
use super::kernel::schema::{Schema, Schemas};
use crate::domain::language::Language;
use actix_web::App;
use actix_web::web::Bytes;
use serde_json::Value;
use std::sync::{Arc, OnceLock};
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;

/// The document as the service holds it: as it is committed, and with the identity provider where there is one.
pub fn build(oidc: Option<&OidcOptions>) -> Document {
    let value = sign_in::named(document(), oidc);
    let paths = value.get("paths").and_then(Value::as_object);
    let routes = paths.into_iter().flatten().map(|(path, item)| {
        let methods = item.as_object().into_iter().flat_map(serde_json::Map::keys);
        (path.clone(), methods.map(|method| method.to_ascii_uppercase()).collect())
    });
    Document {
        routes: routes.collect(),
        costs: bounds::costs(&value).collect(),
        schemas: Schemas::of(&value, formats::FORMATS),
        chinese: OnceLock::new(),
        english: OnceLock::new(),
    }
}

/// It in one language, for whoever reads it.
fn rendered(language: Language, oidc: Option<&OidcOptions>) -> Rendered {
    let value = sign_in::named(document(), oidc);
    let value = if language == Language::English { english::translated(value) } else { value };
    let json = text_of(&value);
    Rendered {
        digest: crate::domain::digest::sha256_hex(json.as_bytes()).chars().take(16).collect(),
        yaml: Bytes::from(yaml::write(&value)),
        json: Bytes::from(json),
    }
}

/// The document itself; it needs no state and no settings.
fn document() -> Value {
    let (_, drafted) = App::new()
        .into_utoipa_app()
        .openapi(super::Outline::openapi())
        .configure(super::register)
        .split_for_parts();
    share(finish::finish(serde_json::to_value(drafted).unwrap_or_default()))
}

/// Lays what stands in no handler around what does: typed answers, shared refusals, headers, webhooks.
fn share(mut document: Value) -> Value {
    let Value::Object(whole) = &mut document else { return document };
    let mut refusals = serde_json::Map::new();
    let paths = whole.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    for (_, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let Value::Object(operation) = operation else { continue };
            share::mark_bytes(operation);
            share::take_merge_patches(operation, method);
            share::name_headers(operation, method);
            share::answer_parts(operation);
            share::share_refusals(operation, &mut refusals);
        }
    }
    whole.insert("webhooks".to_owned(), hooks::all());
    if let Some(Value::Object(components)) = whole.get_mut("components") {
        refusals.sort_keys();
        components.insert("responses".to_owned(), Value::Object(refusals));
        share::add_headers(components);
        if let Some(Value::Object(schemas)) = components.get_mut("schemas") {
            typed::add(schemas);
            schemas.sort_keys();
        }
    }
    document
}

fn text_of(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// The document as JSON, as it is committed.
pub fn json(language: Language) -> String {
    text_of(&document_in(language))
}

/// The document as YAML, as it is committed.
pub fn yaml(language: Language) -> String {
    yaml::write(&document_in(language))
}

fn document_in(language: Language) -> Value {
    match language {
        Language::Chinese => document(),
        Language::English => english::translated(document()),
    }
}

/// The published schema of a body, for whoever measures what judging costs.
pub struct BodyJudge(Arc<Schema>);

impl BodyJudge {
    /// Of a whole report in one form.
    pub fn of_report(form: &str) -> Option<BodyJudge> {
        let schemas = Schemas::of(&document(), formats::FORMATS);
        let sections = format!("Sections{form}Input");
        schemas.get("ReportInput", Some(("SectionsInput", &sections))).ok().map(BodyJudge)
    }

    /// Whether a body is right; what is wrong is told as it is to a caller.
    pub fn takes(&self, body: &Value) -> bool {
        self.0.judge(body).faults.is_empty()
    }
}

/// Parses a body as requests are parsed.
pub fn parse_body(bytes: &[u8]) -> Option<Value> {
    super::kernel::json::parse(bytes).ok()
}
