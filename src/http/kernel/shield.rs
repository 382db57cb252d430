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

/// Lays the headers on an answer; `secure`: it goes out over TLS.
pub fn shield(headers: &mut HeaderMap, secure: bool) {
    let is_page =
        headers.get(header::CONTENT_TYPE).is_some_and(|media| media.as_bytes().starts_with(b"text/html"));
    let policy = if is_page { PAGE } else { DATA };
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    let mut say = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    say(header::REFERRER_POLICY, "no-referrer");
    if secure {
        say(header::STRICT_TRANSPORT_SECURITY, TRANSPORT);
    }
}
