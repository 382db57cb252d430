//! The published document as the service holds it: rendered once, and the schemas that bodies are judged by.

use super::cost::Cost;
use super::schema::Schemas;
use actix_web::web::Bytes;
use std::collections::HashMap;

#[derive(Debug)]
pub struct Document {
    pub json: Bytes,
    pub yaml: Bytes,
    pub digest: String,
    /// Path templates with their methods, for `405` and `Allow`.
    pub routes: Vec<(String, Vec<String>)>,
    pub schemas: Schemas,
    /// By method and path template.
    pub costs: HashMap<(String, String), Cost>,
}

impl Document {
    /// What an operation costs; what is no operation costs a look at the routes.
    pub fn cost(&self, method: &str, route: &str) -> Cost {
        let key = (method.to_owned(), route.to_owned());
        self.costs.get(&key).copied().unwrap_or(Cost::Point)
    }
}
