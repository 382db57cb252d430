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

fn listed(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let mut values = headers.get_all(name).filter_map(|value| value.to_str().ok()).peekable();
    values.peek()?;
    Some(values.collect::<Vec<_>>().join(","))
}

/// Demands that `If-Match` names the present version; the variant does not matter.
pub fn require_match(request: &HttpRequest, present: i64) -> Result<i64, Problem> {
    let missing = || Problem::new(Code::PreconditionRequired).detail("if_match", Vec::new());
    let header = listed(request.headers(), header::IF_MATCH).ok_or_else(missing)?;
    let tags: Vec<&str> = header.split(',').map(str::trim).filter(|tag| !tag.is_empty()).collect();
    if tags.is_empty() || tags.contains(&"*") {
        return Err(missing());
    }
    let strong = tags.iter().filter_map(|tag| tag.strip_prefix('"')?.strip_suffix('"'));
    let matches = strong
        .into_iter()
        .any(|tag| tag.split_once('-').map_or(tag, |(version, _)| version).parse::<i64>() == Ok(present));
    if matches { Ok(present) } else { Err(Problem::new(Code::PreconditionFailed)) }
}

/// Whether `If-None-Match` names the tag, compared weakly (RFC 9110 §13.1.2).
pub fn none_match(headers: &HeaderMap, tag: &str) -> bool {
    headers.contains_key(header::IF_NONE_MATCH)
        && listed(headers, header::IF_NONE_MATCH).is_some_and(|header| {
            header
                .split(',')
                .map(str::trim)
                .any(|given| given == "*" || given.trim_start_matches("W/") == tag)
        })
}
