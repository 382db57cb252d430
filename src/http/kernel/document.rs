//! The published document as the service holds it: rendered once, and the schemas that bodies are judged by.

use super::schema::Schemas;
use actix_web::web::Bytes;

#[derive(Debug)]
pub struct Document {
    pub json: Bytes,
    pub yaml: Bytes,
    pub digest: String,
    /// Path templates with their methods, for `405` and `Allow`.
    pub routes: Vec<(String, Vec<String>)>,
    pub schemas: Schemas,
}
