//! The OpenAPI document: made from the handlers, finished by rules that hold for all of them.

mod finish;
mod inputs;
mod pages;
mod statute;
mod yaml;

pub use pages::register;

use super::api;
use actix_web::App;
use actix_web::web::Bytes;
use serde_json::Value;
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;

/// The document, rendered once.
#[derive(Debug, Clone)]
pub struct Document {
    pub json: Bytes,
    pub yaml: Bytes,
    pub digest: String,
    /// Path templates with their methods, for `405` and `Allow`.
    pub routes: Vec<(String, Vec<String>)>,
}

impl Document {
    pub fn build() -> Document {
        let value = document();
        let json = text_of(&value);
        let paths = value.get("paths").and_then(Value::as_object);
        let routes = paths.into_iter().flatten().map(|(path, item)| {
            let methods = item.as_object().into_iter().flat_map(serde_json::Map::keys);
            (path.clone(), methods.map(|method| method.to_ascii_uppercase()).collect())
        });
        Document {
            digest: crate::domain::digest::sha256_hex(json.as_bytes()).chars().take(16).collect(),
            routes: routes.collect(),
            yaml: Bytes::from(yaml::write(&value)),
            json: Bytes::from(json),
        }
    }
}

/// The document itself; it needs no state and no settings.
fn document() -> Value {
    let (_, drafted) = App::new()
        .into_utoipa_app()
        .openapi(api::Outline::openapi())
        .configure(api::register)
        .split_for_parts();
    finish::finish(serde_json::to_value(drafted).unwrap_or_default())
}

fn text_of(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// The document as JSON, as it is committed.
pub fn json() -> String {
    text_of(&document())
}

/// The document as YAML, as it is committed.
pub fn yaml() -> String {
    yaml::write(&document())
}
