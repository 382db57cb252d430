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
    /// The methods that a path takes, in the words of its template rather than by a parameter; `None`: there is no such
    /// path. Whoever asks for what is not there is answered by a comparison of texts.
    pub fn methods_at(&self, path: &str) -> Option<&[String]> {
        let fitting = self.routes.iter().filter(|(template, _)| fits(template, path));
        let (_, methods) = fitting.min_by_key(|(template, _)| template.matches('{').count())?;
        Some(methods)
    }

    /// The methods that a path without parameters takes, as `Allow` tells them; `None`: there is no such path.
    pub fn allowed_at(&self, path: &str) -> Option<String> {
        let (_, methods) = self.routes.iter().find(|(known, _)| known == path)?;
        Some(allowed(methods))
    }
}

/// Whether a path is one of a template, whose parameters are whole segments.
fn fits(template: &str, path: &str) -> bool {
    let (mut known, mut asked) = (template.split('/'), path.split('/'));
    loop {
        match (known.next(), asked.next()) {
            (None, None) => return true,
            (Some(known), Some(asked)) if known == asked => {}
            (Some(known), Some(asked)) if known.starts_with('{') && !asked.is_empty() => {}
            _ => return false,
        }
    }
}

/// Methods as `Allow` tells them.
pub fn allowed(methods: &[String]) -> String {
    let reads = methods.iter().any(|method| method == "GET").then_some("HEAD");
    methods.iter().map(String::as_str).chain(reads).chain(["OPTIONS"]).collect::<Vec<&str>>().join(", ")
}
