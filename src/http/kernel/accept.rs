//! Which of the representations a client likes best, by its `Accept`.

use super::call::Call;
use super::caller::quality;
use super::parameter::{one_of, parameter};
use super::query::query;
use super::reply::{HTML, JSON, Reply};
use actix_web::HttpRequest;
use actix_web::http::header;

/// How what people read as well as programs is written, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageFormat {
    Json,
    Html,
}

parameter!(PageFormat, one_of(&["json", "html"]), |text| match text {
    "json" => Ok(PageFormat::Json),
    "html" => Ok(PageFormat::Html),
    _ => Err("invalid_value"),
});

query!(PageQuery {
    /// `json` 或 `html`；不给则按 `Accept`。
    format: Option<PageFormat>,
});

impl PageQuery {
    /// Answers with the page, or as JSON: by name, else by `Accept`.
    pub fn reply(self, call: &Call, page: impl FnOnce() -> String, json: impl FnOnce() -> Reply) -> Reply {
        let liked = || preferred(&call.request, &[JSON, HTML]) == Some(1);
        let reply = match self.format.map_or_else(liked, |format| format == PageFormat::Html) {
            true => Reply::bytes(HTML, page()),
            false => json(),
        };
        if self.format.is_some() { reply.named() } else { reply }
    }
}

/// Whether an `Accept` header leaves room for a media type.
pub fn accepts(request: &HttpRequest, media: &str) -> bool {
    liking(request, media) > 0.0
}

/// Which of some media types a client likes best; the first of those liked alike, `None` if it likes none.
pub fn preferred(request: &HttpRequest, offered: &[&str]) -> Option<usize> {
    let mut best: Option<(usize, f32)> = None;
    for (at, media) in offered.iter().enumerate() {
        let weight = liking(request, media);
        if weight > best.map_or(0.0, |(_, most)| most) {
            best = Some((at, weight));
        }
    }
    best.map(|(at, _)| at)
}

/// How well a client likes a media type, 0 to 1.
fn liking(request: &HttpRequest, media: &str) -> f32 {
    let mut ranges = request
        .headers()
        .get_all(header::ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|range| !range.is_empty())
        .peekable();
    if ranges.peek().is_none() {
        return 1.0;
    }
    let essence = media.split(';').next().unwrap_or(media);
    let (kind, _) = essence.split_once('/').unwrap_or((essence, ""));
    // The most specific range that matches decides (RFC 9110 §12.5.1).
    let mut decided = (0, 0.0);
    for range in ranges {
        let (name, parameters) = range.split_once(';').unwrap_or((range, ""));
        let name = name.trim().to_ascii_lowercase();
        let specific = match name.as_str() {
            "*/*" => 1,
            other if other.strip_suffix("/*") == Some(kind) => 2,
            other if other == essence => 3,
            _ => continue,
        };
        if specific >= decided.0 {
            decided = (specific, quality(parameters));
        }
    }
    decided.1
}
