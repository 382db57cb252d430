//! Answers that are no problems: tags, caching, conditional and negotiated replies in one place.

use super::accept::accepts;
use super::body;
use super::caller::Caller;
use super::format;
use super::kept::{Kept, is_to_be_coded};
use super::look::Snapshot;
use super::precondition;
use super::problem::{Code, Problem};
use super::service::Service;
use super::shield::of_page;
use crate::domain::digest::sha256_hex;
use crate::domain::language::Language;
use crate::operations::store::{RestsOn, StoredAnswer};
use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, Responder, ResponseError};
use chrono::NaiveDateTime;
use serde::Serialize;
use std::borrow::Cow;

pub const JSON: &str = "application/json";
pub const HTML: &str = "text/html; charset=utf-8";
/// What what is read depends on.
pub const VARY: &str = "Accept, Accept-Encoding, Accept-Language, Authorization";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// What of an answer is given again when it is replayed.
const KEPT: [HeaderName; 4] =
    [header::ETAG, header::LOCATION, header::LAST_MODIFIED, precondition::ACCEPT_PATCH];

/// What is the same for everybody is kept by whoever likes, and asked about each time.
const FOR_ALL: &str = "public, no-cache";

/// How long a reply may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeping {
    /// Revalidated each time; not shared where a token was sent.
    Revalidated,
    /// Forms, rules, the document: as good as constant.
    Constant,
    Never,
}

#[derive(Debug, Clone)]
pub struct Reply {
    status: StatusCode,
    media: Cow<'static, str>,
    body: Bytes,
    headers: Vec<(HeaderName, String)>,
    tag: Option<String>,
    keeping: Keeping,
    /// It holds a secret: it is never given again.
    once: bool,
    /// The format was asked for by name: `Accept` has no more to say.
    named: bool,
    /// May be given to others again as long as this has not moved.
    rests_on: Option<RestsOn>,
    /// What it is written in, whatever was asked for.
    language: Option<Language>,
    /// A part of it may be asked for.
    ranged: bool,
}

impl Reply {
    fn new(status: StatusCode, media: impl Into<Cow<'static, str>>, body: impl Into<Bytes>) -> Reply {
        Reply {
            status,
            media: media.into(),
            body: body.into(),
            headers: Vec::new(),
            tag: None,
            keeping: Keeping::Revalidated,
            once: false,
            named: false,
            rests_on: None,
            language: None,
            ranged: false,
        }
    }

    /// 200 with a JSON body.
    pub fn ok(body: &impl Serialize) -> Reply {
        Reply::new(StatusCode::OK, JSON, serde_json::to_vec(body).unwrap_or_default())
    }

    /// 201 with a JSON body and where it is from now on.
    pub fn created(location: String, body: &impl Serialize) -> Reply {
        let reply = Reply::new(StatusCode::CREATED, JSON, serde_json::to_vec(body).unwrap_or_default());
        reply.header(header::LOCATION, location)
    }

    /// 202 with a JSON body and where to look how far it is.
    pub fn accepted(location: String, body: &impl Serialize) -> Reply {
        let reply = Reply::new(StatusCode::ACCEPTED, JSON, serde_json::to_vec(body).unwrap_or_default());
        reply.header(header::LOCATION, location)
    }

    pub fn no_content() -> Reply {
        Reply::new(StatusCode::NO_CONTENT, "", Bytes::new())
    }

    /// 200 with bytes of another media type.
    pub fn bytes(media: impl Into<Cow<'static, str>>, body: impl Into<Bytes>) -> Reply {
        Reply::new(StatusCode::OK, media, body)
    }

    /// The same bytes under another media type.
    pub fn of_type(mut self, media: &'static str) -> Reply {
        self.media = Cow::Borrowed(media);
        self
    }

    /// The same said otherwise; `None` where that cannot be.
    pub fn rewritten(
        self,
        media: &'static str,
        write: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
    ) -> Option<Reply> {
        let body = Bytes::from(write(&self.body)?);
        let tag = self.tag.map(|tag| format!("\"{}.t\"", tag.trim_matches('"')));
        Some(Reply { media: Cow::Borrowed(media), body, tag, ..self })
    }

    /// Its format was asked for by name.
    pub fn named(mut self) -> Reply {
        self.named = true;
        self
    }

    /// The public is given the same answer again until what it rests on moves.
    pub fn keep(mut self, rests_on: RestsOn) -> Reply {
        self.rests_on = Some(rests_on);
        self
    }

    /// A file: a part of it may be asked for.
    pub fn ranged(mut self) -> Reply {
        self.ranged = true;
        self
    }

    /// It stands in the words of the statute or of an agency, which are Chinese whatever was asked for.
    pub fn in_chinese(self) -> Reply {
        self.in_language(Language::Chinese)
    }

    pub fn in_language(mut self, language: Language) -> Reply {
        self.language = Some(language);
        self
    }

    /// The body is already coded.
    pub fn coded(self, coding: &str) -> Reply {
        self.header(header::CONTENT_ENCODING, coding)
    }

    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Reply {
        self.headers.push((name, value.into()));
        self
    }

    pub fn tag(mut self, version: i64, variant: &str) -> Reply {
        self.tag = Some(precondition::tag(version, variant));
        self
    }

    /// Of what has no version that anybody could send back.
    pub fn untagged(self) -> Reply {
        Reply { tag: None, ..self }
    }

    pub fn modified(self, at: NaiveDateTime) -> Reply {
        self.header(header::LAST_MODIFIED, format::http_date(at))
    }

    /// Takes JSON Merge Patches.
    pub fn patchable(self) -> Reply {
        self.header(precondition::ACCEPT_PATCH, body::MERGE_PATCH.join(", "))
    }

    /// May be kept for an hour: it changes with the program alone.
    pub fn constant(self) -> Reply {
        let digest = sha256_hex(&self.body);
        self.constant_as(digest.get(..16).unwrap_or_default())
    }

    /// The same where the digest is known.
    pub fn constant_as(mut self, digest: &str) -> Reply {
        self.keeping = Keeping::Constant;
        self.rests_on = Some(RestsOn::Nothing);
        self.tag = Some(format!("\"{digest}\""));
        self
    }

    pub fn never_kept(mut self) -> Reply {
        self.keeping = Keeping::Never;
        self
    }

    /// Marks an answer that holds a secret.
    pub fn once(mut self) -> Reply {
        self.once = true;
        self
    }

    /// The part that is asked for: its first and its last byte, the first behind the last where it lies beyond the end.
    /// What cannot be understood is not heeded (RFC 9110 §14.2).
    fn part(&self, request: &HttpRequest) -> Option<(usize, usize)> {
        let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let wanted = text(header::RANGE).filter(|_| self.ranged && self.status == StatusCode::OK)?;
        if text(header::IF_RANGE).is_some_and(|tag| self.tag.as_deref() != Some(tag)) {
            return None;
        }
        let (from, to) = wanted.strip_prefix("bytes=")?.split_once('-')?;
        let last = self.body.len().checked_sub(1)?;
        let (from, to) = match (from.parse::<usize>().ok(), to.parse::<usize>().ok()) {
            // What ends before it begins is none.
            (Some(from), Some(to)) if to < from => return None,
            (Some(from), Some(to)) => (from, to.min(last)),
            (Some(from), None) if to.is_empty() => (from, last),
            (None, Some(of_the_end)) if from.is_empty() => (self.body.len().saturating_sub(of_the_end), last),
            _ => return None,
        };
        Some((from, to))
    }

    /// The same as everybody is given it, outside of any request; `None`: it rests on nothing, or has no tag.
    pub(super) fn for_all(self, route: &str, language: Language, (seq, reign): (i64, u64)) -> Option<Kept> {
        let (rests_on, tag) = self.rests_on.zip(self.tag)?;
        let media = (self.media.as_ref(), self.language.unwrap_or(language));
        let (mut headers, of_the_body) = laid_out(self.headers, media, FOR_ALL, true);
        headers.extend(of_the_body);
        let tag = tag.trim_matches('"').to_owned();
        Some(Kept::new(Some((rests_on, seq, reign)), route.to_owned(), headers, tag, self.body))
    }

    /// What is stored under an idempotency key.
    pub fn stored(&self) -> StoredAnswer {
        if self.once {
            return StoredAnswer { status: 409, headers: Vec::new(), body: String::new() };
        }
        let tag = self.tag.iter().map(|tag| (header::ETAG, tag));
        let headers = self.headers.iter().map(|(name, value)| (name.clone(), value)).chain(tag);
        StoredAnswer {
            status: self.status.as_u16(),
            headers: headers
                .filter(|(name, _)| KEPT.contains(name))
                .map(|(name, value)| (name.to_string(), value.clone()))
                .collect(),
            body: String::from_utf8_lossy(&self.body).into_owned(),
        }
    }

    /// The first answer again, unless it held a secret.
    pub fn replayed(answer: StoredAnswer) -> Result<Reply, Problem> {
        if answer.status == 409 {
            return Err(Problem::new(Code::AlreadyIssued));
        }
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
        let mut reply = Reply::new(status, JSON, answer.body).header(REPLAYED, "true");
        for (name, value) in answer.headers {
            if let Some(known) = KEPT.into_iter().find(|known| known.as_str() == name) {
                reply = reply.header(known, value);
            }
        }
        Ok(reply)
    }
}

type Headers = Vec<(HeaderName, HeaderValue)>;

/// The headers of an answer, and apart from them those that tell of its body.
fn laid_out(
    mut said: Vec<(HeaderName, String)>,
    (media, language): (&str, Language),
    keeping: &'static str,
    reads: bool,
) -> (Headers, Headers) {
    if !said.iter().any(|(name, _)| name == header::CONTENT_SECURITY_POLICY) {
        said.extend(of_page(media));
    }
    let mut headers: Headers = said
        .into_iter()
        .filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?)))
        .collect();
    headers.push((header::CACHE_CONTROL, HeaderValue::from_static(keeping)));
    if reads {
        headers.push((header::VARY, HeaderValue::from_static(VARY)));
    }
    let mut of_the_body = Vec::new();
    if !media.is_empty() {
        of_the_body.push((header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag())));
        of_the_body.extend(HeaderValue::from_str(media).ok().map(|media| (header::CONTENT_TYPE, media)));
    }
    (headers, of_the_body)
}

/// Whether the service keeps answers at all.
fn keeps(request: &HttpRequest) -> bool {
    request.app_data::<Data<Service>>().is_some_and(|service| service.kept.keeps())
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(mut self, request: &HttpRequest) -> HttpResponse {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        if reads && !self.named && !self.media.is_empty() && !accepts(request, &self.media) {
            return Problem::new(Code::NotAcceptable).error_response();
        }
        let caller = Caller::of(request);
        let kept = self.keeping != Keeping::Never;
        if reads && kept && self.status == StatusCode::OK && self.tag.is_none() && !self.body.is_empty() {
            // What has no version of its own is told apart by what it says.
            let digest = crate::domain::digest::sha256_hex(&self.body);
            self.tag =
                Some(format!("\"{}-{}\"", digest.get(..16).unwrap_or_default(), caller.language.short()));
        }
        let rests_on = self.rests_on.take().filter(|_| caller.who.is_none()).and_then(|rests_on| {
            let (seq, reign) = match rests_on {
                RestsOn::Nothing => (0, 0),
                _ => request.extensions().get::<Snapshot>().map(|seen| (seen.seq, seen.reign))?,
            };
            Some((rests_on, seq, reign))
        });
        let public = reads && kept && self.status == StatusCode::OK && caller.who.is_none();
        if public && !self.headers.iter().any(|(name, _)| name == header::LAST_MODIFIED) {
            // A list or a sum: nothing in it changed after the last act that it shows.
            let at = request.extensions().get::<Snapshot>().and_then(|seen| seen.at);
            self.headers.extend(at.map(|at| (header::LAST_MODIFIED, format::http_date(at))));
        }
        let has_it = |tag: &String| precondition::none_match(request.headers(), tag);
        let unchanged = reads && self.status == StatusCode::OK && self.tag.as_ref().is_some_and(has_it);
        // `Range` means nothing but for GET (RFC 9110 §14.2).
        let part = self.part(request).filter(|_| !unchanged && !caller.head_only);
        if part.is_some_and(|(from, to)| from > to) {
            let whole = format!("bytes */{}", self.body.len());
            return Problem::new(Code::RangeNotSatisfiable)
                .header(header::CONTENT_RANGE, &whole)
                .error_response();
        }
        let given = reads && self.status == StatusCode::OK && part.is_none() && keeps(request);
        let to_be_coded = || is_to_be_coded(request.headers(), &self.media, &self.headers, self.body.len());
        let given = given && (rests_on.is_some() || to_be_coded());
        let keeping = match self.keeping {
            Keeping::Constant if reads => "public, max-age=3600",
            _ if caller.who.is_some() => "private, no-store",
            Keeping::Never | Keeping::Constant => "no-store",
            Keeping::Revalidated if !reads => "no-store",
            Keeping::Revalidated => FOR_ALL,
        };
        let media = (self.media.as_ref(), self.language.unwrap_or(caller.language));
        let (mut headers, of_the_body) = laid_out(std::mem::take(&mut self.headers), media, keeping, reads);
        let mut response =
            HttpResponse::build(if unchanged { StatusCode::NOT_MODIFIED } else { self.status });
        for (name, value) in headers.iter().chain(of_the_body.iter().filter(|_| !unchanged)) {
            response.insert_header((name.clone(), value.clone()));
        }
        if let Some(tag) = &self.tag {
            response.insert_header((header::ETAG, tag.as_str()));
        }
        if let Some((from, to)) = part {
            let whole = self.body.len();
            response.status(StatusCode::PARTIAL_CONTENT);
            response.insert_header((header::CONTENT_RANGE, format!("bytes {from}-{to}/{whole}")));
            self.body = self.body.slice(from..=to);
        } else if self.ranged && !unchanged {
            response.insert_header((header::ACCEPT_RANGES, "bytes"));
        }
        let mut response = match unchanged || self.media.is_empty() {
            true => response.finish(),
            false => response.body(self.body.clone()),
        };
        if let Some(tag) = self.tag.filter(|_| given) {
            headers.extend(of_the_body);
            let route = request.match_pattern().unwrap_or_default();
            let tag = tag.trim_matches('"').to_owned();
            response.extensions_mut().insert(Kept::new(rests_on, route, headers, tag, self.body));
        }
        response
    }
}
