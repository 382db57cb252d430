//! Bodies: type, size and syntax, in this order; what is refused is drained so that the answer arrives.

use super::budget::{Booked, Budget};
use super::problem::{Code, Problem};
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::web::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde_json::{Map, Value};
use std::time::Duration;
use tokio::time::Instant;

/// Media types of a JSON body.
pub const JSON: &[&str] = &["application/json"];
/// Media types of a JSON Merge Patch.
pub const MERGE_PATCH: &[&str] = &["application/merge-patch+json", "application/json"];

/// How much a body may hold and how long a refused one is drained.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub bytes: usize,
    /// What of memory a byte of it takes once it is read: JSON grows as it is taken apart.
    pub weight: usize,
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

/// Refuses a body that is coded: what is small enough to be read has no need of it (RFC 9110 §15.5.16).
fn require_plain(request: &HttpRequest) -> Result<(), Problem> {
    let mut codings = request.headers().get_all(header::CONTENT_ENCODING);
    if codings.all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Ok(());
    }
    let problem = Problem::new(Code::UnsupportedMediaType).detail("coded", Vec::new());
    Err(problem.header(header::ACCEPT_ENCODING, "identity"))
}

/// Reads all of a body of one of the types.
pub async fn typed(
    request: &HttpRequest,
    payload: &mut Payload,
    accepted: &[&str],
    bounds: Bounds,
    budget: (&Budget, &mut Booked),
) -> Result<Bytes, Problem> {
    if let Err(problem) = require_type(request, accepted) {
        drain(payload, bounds).await;
        return Err(problem);
    }
    bytes(request, payload, bounds, budget).await
}

/// Reads a JSON object from its bytes.
pub fn parse(bytes: &[u8]) -> Result<JsonBody, Problem> {
    match super::json::parse(bytes)? {
        Value::Object(object) => Ok(JsonBody { object }),
        _ => Err(Problem::new(Code::InvalidInput).detail("not_an_object", Vec::new())),
    }
}

/// How much is read at once before more is booked, where nobody said how much there is.
const STEP: usize = 64 << 10;
/// A body that brings less than this in this time is not waited for.
const LEAST: usize = 1 << 10;
const WINDOW: Duration = Duration::from_secs(15);

/// Reads all of a body that may hold no more than the bound; what is read is booked before.
pub async fn bytes(
    request: &HttpRequest,
    payload: &mut Payload,
    bounds: Bounds,
    (budget, booked): (&Budget, &mut Booked),
) -> Result<Bytes, Problem> {
    let too_large =
        || Problem::new(Code::PayloadTooLarge).detail("too_large", vec![("limit", bounds.bytes.to_string())]);
    if let Err(problem) = require_plain(request) {
        drain(payload, bounds).await;
        return Err(problem);
    }
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let declared = declared.and_then(|text| text.parse::<usize>().ok());
    if declared.is_some_and(|length| length > bounds.bytes) {
        drain(payload, bounds).await;
        return Err(too_large());
    }
    let weight = bounds.weight;
    if let Some(length) = declared {
        budget.book(booked, length.saturating_mul(weight)).await?;
    }
    let mut room = declared.unwrap_or(0);
    let mut read = BytesMut::with_capacity(room);
    let mut pace = Pace::new();
    while let Some(chunk) = pace.next(payload).await? {
        let chunk = chunk.map_err(|_| Problem::new(Code::InvalidJson).detail("broken_body", Vec::new()))?;
        if read.len() + chunk.len() > bounds.bytes {
            drain(payload, bounds).await;
            return Err(too_large());
        }
        if read.len() + chunk.len() > room {
            // As much again as there is already, so that it is not asked for at every chunk.
            let more = chunk.len().max(read.len()).max(STEP);
            budget.book(booked, more.saturating_mul(weight)).await?;
            room += more;
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read.freeze())
}

/// Looks whether a body comes at all: a trickle holds a connection and what is booked for it.
struct Pace {
    until: Instant,
    brought: usize,
}

type Chunk = Result<Bytes, actix_web::error::PayloadError>;

impl Pace {
    fn new() -> Pace {
        Pace { until: Instant::now() + WINDOW, brought: 0 }
    }

    async fn next(&mut self, payload: &mut Payload) -> Result<Option<Chunk>, Problem> {
        loop {
            match tokio::time::timeout_at(self.until, payload.next()).await {
                Ok(chunk) => {
                    self.brought +=
                        chunk.as_ref().and_then(|chunk| chunk.as_ref().ok()).map_or(0, Bytes::len);
                    return Ok(chunk);
                }
                Err(_) if self.brought >= LEAST => *self = Pace::new(),
                Err(_) => return Err(Problem::new(Code::RequestTimeout).header(header::CONNECTION, "close")),
            }
        }
    }
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
