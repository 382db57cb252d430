//! Where a request stands in a trace: the caller's `traceparent` (W3C Trace Context) is gone on with, else one begins here.

use actix_web::http::header::HeaderMap;

/// The trace and our own span in it, as they are handed on and as every line of the log has them.
pub fn traceparent(headers: &HeaderMap) -> String {
    let mut sent = headers.get_all("traceparent").filter_map(|value| value.to_str().ok());
    // Two of them are none.
    let parent = sent.next().filter(|_| sent.next().is_none()).and_then(read);
    let (trace, flags) = parent
        .map_or_else(|| (random(16), "00".to_owned()), |(trace, flags)| (trace.to_owned(), flags.to_owned()));
    format!("00-{trace}-{}-{flags}", random(8))
}

/// The trace and its flags.
fn read(text: &str) -> Option<(&str, &str)> {
    let mut parts = text.split('-');
    let mut next = |length: usize| {
        let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        parts.next().filter(|part| part.len() == length && part.bytes().all(lower))
    };
    let (version, trace, parent, flags) = (next(2)?, next(32)?, next(16)?, next(2)?);
    let is_given = |id: &str| id.bytes().any(|byte| byte != b'0');
    // Later versions may say more; this one does not.
    let ends = version != "00" || parts.next().is_none();
    (version != "ff" && ends && is_given(trace) && is_given(parent)).then_some((trace, flags))
}

/// So many bytes, not all zero, in hexadecimal; they only tell traces apart.
fn random(count: usize) -> String {
    let mut bytes = vec![0; count];
    fastrand::fill(&mut bytes);
    if let Some(last) = bytes.last_mut() {
        *last |= 1;
    }
    hex::encode(bytes)
}

/// The agency and the report that a path names, by the pattern of its route.
pub fn named<'p>(route: Option<&str>, path: &'p str) -> (Option<&'p str>, Option<&'p str>) {
    let part = |name: &str| {
        let mut parts = route.unwrap_or_default().split('/').zip(path.split('/'));
        parts.by_ref().find(|(pattern, _)| *pattern == name)?;
        parts.next().filter(|(pattern, _)| pattern.starts_with('{')).map(|(_, part)| part)
    };
    let agency = part("agencies").or_else(|| part("roster"));
    (agency, part("reports").filter(|_| agency.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    const SENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn made(sent: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("traceparent"), HeaderValue::from_str(sent).unwrap());
        traceparent(&headers)
    }

    #[test]
    fn a_trace_is_gone_on_with_under_a_span_of_ones_own() {
        let made = made(SENT);
        assert!(made.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && made.ends_with("-01"), "{made}");
        assert!(read(&made).is_some() && !made.contains("00f067aa0ba902b7"), "{made}");
        assert_eq!(
            read(&format!("cc{}-more", SENT.trim_start_matches("00"))).map(|(_, flags)| flags),
            Some("01")
        );
    }

    #[test]
    fn what_is_no_trace_begins_one() {
        for sent in [
            "",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        ] {
            let made = made(sent);
            assert!(read(&made).is_some() && !made.contains("4bf92f35"), "{sent}: {made}");
        }
    }

    #[test]
    fn a_path_names_its_agency_or_its_report() {
        let of = |route, path| named(Some(route), path);
        assert_eq!(of("/api/v1/reports/{id}/diff", "/api/v1/reports/7/diff"), (None, Some("7")));
        assert_eq!(
            of("/api/v1/agencies/{agency}/reports/{year}", "/api/v1/agencies/a/reports/2023"),
            (Some("a"), None)
        );
        assert_eq!(
            of("/api/v1/years/{year}/roster/{agency}", "/api/v1/years/2023/roster/a"),
            (Some("a"), None)
        );
        assert_eq!(of("/api/v1/reports/transitions", "/api/v1/reports/transitions"), (None, None));
        assert_eq!(named(None, "/api/v1/reports/7"), (None, None));
    }
}
