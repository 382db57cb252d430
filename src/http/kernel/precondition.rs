//! `ETag`, `If-Match` and `If-None-Match`: a tag is `"<version>-<variant>"`.

use super::problem::{Code, Problem};
use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap, HeaderName};

/// Tells which patches a resource takes (RFC 5789).
pub const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// The tag of a version of a resource in one of its variants (language, view).
pub fn tag(version: impl std::fmt::Display, variant: &str) -> String {
    format!("\"{version}-{variant}\"")
}

/// What a header lists, on however many lines.
fn listed(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|item| !item.is_empty())
}

/// Demands that `If-Match` names the present version; the variant does not matter.
pub fn require_match(request: &HttpRequest, present: i64) -> Result<i64, Problem> {
    let missing = || Problem::new(Code::PreconditionRequired).detail("if_match", Vec::new());
    let tags: Vec<&str> = listed(request.headers(), header::IF_MATCH).collect();
    if tags.is_empty() || tags.contains(&"*") {
        return Err(missing());
    }
    let strong = tags.iter().filter_map(|tag| tag.strip_prefix('"')?.strip_suffix('"'));
    let matches = strong
        .into_iter()
        .any(|tag| tag.split_once('-').map_or(tag, |(version, _)| version).parse::<i64>() == Ok(present));
    if matches { Ok(present) } else { Err(Problem::new(Code::PreconditionFailed)) }
}

/// Whether `If-None-Match` names the tag, compared weakly (RFC 9110 §13.1.2). `If-Modified-Since` is not heeded (§13.1.3
/// leaves that open): within a second more than one thing may change, and whoever asked between would never be told.
pub fn none_match(headers: &HeaderMap, tag: &str) -> bool {
    let mut given = listed(headers, header::IF_NONE_MATCH);
    given.any(|given| given == "*" || given.trim_start_matches("W/") == tag)
}
