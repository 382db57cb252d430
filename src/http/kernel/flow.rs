//! Answers that flow: written as they are read, in constant memory.

use actix_web::web::Bytes;
use actix_web::{Error, HttpResponse, HttpResponseBuilder};
use futures_util::stream::empty;

/// One JSON object to a line.
pub const LINES: &str = "application/x-ndjson; charset=utf-8";

/// The head alone: how long the answer would be nobody knows.
pub fn unsent(mut head: HttpResponseBuilder) -> HttpResponse {
    head.streaming(empty::<Result<Bytes, Error>>())
}
