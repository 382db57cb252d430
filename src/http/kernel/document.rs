//! The published document as the service holds it: rendered once, and the schemas that bodies are judged by.

use super::cost::Cost;
use super::schema::Schemas;
use crate::domain::language::Language;
use actix_web::web::Bytes;
use std::collections::HashMap;
use std::sync::OnceLock;

/// It in one language.
#[derive(Debug)]
pub struct Rendered {
    pub json: Bytes,
    pub yaml: Bytes,
    pub digest: String,
}

#[derive(Debug)]
pub struct Document {
    /// Made when it is first asked for.
    pub chinese: OnceLock<Rendered>,
    /// Made when it is first asked for.
    pub english: OnceLock<Rendered>,
    /// Path templates with their methods, for `405` and `Allow`.
    pub routes: Vec<(String, Vec<String>)>,
    pub schemas: Schemas,
    /// By method and path template.
    pub costs: HashMap<(String, String), Cost>,
}

impl Document {
    /// It in one language, if it was asked for before.
    pub fn rendered(&self, language: Language) -> &OnceLock<Rendered> {
        match language {
            Language::Chinese => &self.chinese,
            Language::English => &self.english,
        }
    }

    /// What an operation costs; what is no operation costs a look at the routes.
    pub fn cost(&self, method: &str, route: &str) -> Cost {
        let key = (method.to_owned(), route.to_owned());
        self.costs.get(&key).copied().unwrap_or(Cost::Point)
    }
}

impl Document {
    /// The methods that a path without parameters takes, as `Allow` tells them; `None`: there is no such path.
    pub fn allowed_at(&self, path: &str) -> Option<String> {
        let (_, methods) = self.routes.iter().find(|(known, _)| known == path)?;
        Some(allowed(methods))
    }
}

/// Methods as `Allow` tells them.
pub fn allowed(methods: &[String]) -> String {
    let reads = methods.iter().any(|method| method == "GET").then_some("HEAD");
    methods.iter().map(String::as_str).chain(reads).chain(["OPTIONS"]).collect::<Vec<&str>>().join(", ")
}
