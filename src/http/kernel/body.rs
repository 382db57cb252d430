//! Bodies: type, size and syntax, in this order; what is refused is drained so that the answer arrives.

use super::problem::{Code, Problem};
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::web::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde_json::{Map, Value};
use std::time::Duration;

/// Media types of a JSON body.
pub const JSON: &[&str] = &["application/json"];
/// Media types of a JSON Merge Patch.
pub const MERGE_PATCH: &[&str] = &["application/merge-patch+json", "application/json"];

/// How much a body may hold and how long a refused one is drained.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub bytes: usize,
    pub drain: Duration,
}

/// A JSON object.
pub struct JsonBody {
    pub object: Map<String, Value>,
}

/// The media type of a request without its parameters, and its charset.
pub fn media_type(request: &HttpRequest) -> (String, Option<String>) {
    let header = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut parts = header.unwrap_or_default().split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let charset = parts.filter_map(|part| part.split_once('=')).find_map(|(name, value)| {
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
    });
    (essence, charset)
}

/// Refuses what is not of one of the types; JSON is UTF-8.
pub fn require_type(request: &HttpRequest, accepted: &[&str]) -> Result<(), Problem> {
    let (essence, charset) = media_type(request);
    let utf8 = charset.is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8"));
    if accepted.contains(&essence.as_str()) && utf8 {
        return Ok(());
    }
    let listed = accepted.join(", ");
    let problem =
        Problem::new(Code::UnsupportedMediaType).detail("media_type", vec![("accepted", listed.clone())]);
    Err(match *request.method() == Method::PATCH {
        true => problem.header(super::precondition::ACCEPT_PATCH, &listed),
        false => problem.header(header::ACCEPT, &listed),
    })
}

/// Reads all of a body of one of the types.
pub async fn typed(
    request: &HttpRequest,
    payload: &mut Payload,
    accepted: &[&str],
    bounds: Bounds,
) -> Result<Bytes, Problem> {
    if let Err(problem) = require_type(request, accepted) {
        drain(payload, bounds).await;
        return Err(problem);
    }
    bytes(request, payload, bounds).await
}

/// Reads a JSON object from its bytes.
pub fn parse(bytes: &[u8]) -> Result<JsonBody, Problem> {
    match super::json::parse(bytes)? {
        Value::Object(object) => Ok(JsonBody { object }),
        _ => Err(Problem::new(Code::InvalidInput).detail("not_an_object", Vec::new())),
    }
}

/// Reads all of a body that may hold no more than the bound.
pub async fn bytes(request: &HttpRequest, payload: &mut Payload, bounds: Bounds) -> Result<Bytes, Problem> {
    let too_large =
        || Problem::new(Code::PayloadTooLarge).detail("too_large", vec![("limit", bounds.bytes.to_string())]);
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if declared.and_then(|text| text.parse::<u64>().ok()).is_some_and(|length| length > bounds.bytes as u64) {
        drain(payload, bounds).await;
        return Err(too_large());
    }
    let mut read = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::new(Code::InvalidJson).detail("broken_body", Vec::new()))?;
        if read.len() + chunk.len() > bounds.bytes {
            drain(payload, bounds).await;
            return Err(too_large());
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read.freeze())
}

/// Reads on and throws away: at most twice the bound and for a bounded time.
pub async fn drain(payload: &mut Payload, bounds: Bounds) {
    let mut left = bounds.bytes.saturating_mul(2);
    let reading = async {
        while let Some(Ok(chunk)) = payload.next().await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                break;
            }
        }
    };
    let _whether_in_time = tokio::time::timeout(bounds.drain, reading).await;
}
