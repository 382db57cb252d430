//! `ETag`, `If-Match` and `If-None-Match`: a tag is `"<version>-<variant>"`.

use super::problem::{Code, Problem};
use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap, HeaderName, HttpDate};

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

/// Whether whoever asks has what there is: `If-None-Match` names its tag, compared weakly (RFC 9110 §13.1.2), or without
/// that header nothing changed after `If-Modified-Since` (§13.1.3).
pub fn is_unchanged(headers: &HeaderMap, tag: &str, modified: Option<&str>) -> bool {
    if let Some(given) = listed(headers, header::IF_NONE_MATCH) {
        let mut tags = given.split(',').map(str::trim);
        return tags.any(|given| given == "*" || given.trim_start_matches("W/") == tag);
    }
    let since = headers.get(header::IF_MODIFIED_SINCE).and_then(|since| since.to_str().ok());
    let read = |text: &str| text.parse::<HttpDate>().ok();
    since.zip(modified).and_then(|(since, at)| Some(read(at)? <= read(since)?)).unwrap_or(false)
}
