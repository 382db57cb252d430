//! What every answer tells a browser not to do with it.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Nothing but our own pages is a page: no script, no frame, nothing loaded.
const DATA: &str = "default-src 'none'; frame-ancestors 'none'";
/// Reports and problems as pages: their own styles, nothing that runs.
const PAGE: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";
/// The documentation runs scripts, of its own and from here alone; it says so itself, and where else it may ask.
pub fn docs_policy(connect: &[String]) -> String {
    let connect: String = connect.iter().map(|origin| format!(" {origin}")).collect();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         connect-src 'self'{connect}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// A year.
const TRANSPORT: &str = "max-age=31536000";

/// What every answer tells unless it says otherwise itself.
pub const POLICIES: [(HeaderName, HeaderValue); 3] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DATA)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// What a page tells, whole or unchanged: a browser lays the headers of a 304 over those that it keeps.
pub fn of_page(media: &str) -> Option<(HeaderName, String)> {
    media.starts_with("text/html").then(|| (header::CONTENT_SECURITY_POLICY, PAGE.to_owned()))
}

/// Lays the headers on an answer; `secure`: it goes out over TLS.
pub fn shield(headers: &mut HeaderMap, secure: bool) {
    for (name, value) in POLICIES {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
    demand_tls(headers, secure);
}

/// Whoever came over TLS is to come so for a year.
pub fn demand_tls(headers: &mut HeaderMap, secure: bool) {
    if secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(TRANSPORT));
    }
}
