//! Kept bodies: an answer for the public is rendered and compressed once and given again as long as
//! nothing it rests on has moved. What a token was needed for is never kept.

use super::caller::{language_of, quality};
use super::metrics::Metrics;
use super::precondition;
use super::service::Service;
use super::shield::POLICIES;
use crate::domain::language::Language;
use crate::operations::store::RestsOn;
use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use moka::sync::Cache;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::Histogram;
use std::io::Write;
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;
use tokio::sync::oneshot;

/// Bodies below this are not worth compressing.
const SMALLEST: usize = 256;
/// Larger answers are not kept.
const LARGEST: usize = 4 << 20;
/// Longest question whose answer is kept.
const LONGEST_QUESTION: usize = 2_048;

/// Bodies that wait to be coded; beyond that they go out as they are.
const MOST_ORDERS: usize = 64;

/// The one thread that codes bodies: an encoder takes memory, and the thread it ran on keeps it.
static ENCODER: LazyLock<SyncSender<Order>> = LazyLock::new(|| {
    let (orders, taken) = mpsc::sync_channel::<Order>(MOST_ORDERS);
    let work = move || {
        for order in taken {
            order.kept.coded(order.coding);
            let _gone = order.done.send(());
        }
    };
    let _unless_refused = std::thread::Builder::new().name("encoder".to_owned()).spawn(work);
    orders
});

/// A body to be coded, and whom to tell.
struct Order {
    kept: Arc<Kept>,
    coding: Coding,
    done: oneshot::Sender<()>,
}

/// How a body is coded on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Identity,
    Gzip,
    Brotli,
}

impl Coding {
    /// The coding a client likes best; brotli before gzip where both are liked alike.
    pub fn of(headers: &HeaderMap) -> Coding {
        let weight = |names| liking(headers, names);
        // Unsaid, the body as it is does as well, but is not liked.
        let (brotli, gzip, plain) = (weight(&["br"]), weight(&["gzip", "x-gzip"]), weight(&["identity"]));
        match brotli.max(gzip) {
            most if most <= 0.0 || most < plain => Coding::Identity,
            most if brotli >= most => Coding::Brotli,
            _ => Coding::Gzip,
        }
    }

    fn name(self) -> Option<&'static str> {
        match self {
            Coding::Identity => None,
            Coding::Gzip => Some("gzip"),
            Coding::Brotli => Some("br"),
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Coding::Identity => "",
            Coding::Gzip => ".gz",
            Coding::Brotli => ".br",
        }
    }

    /// `None`: coded, the body would be no smaller.
    fn encode(self, body: &[u8]) -> Option<Bytes> {
        let coded = match self {
            Coding::Identity => return None,
            Coding::Gzip => {
                let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
                writer.write_all(body).ok()?;
                writer.finish().ok()?
            }
            Coding::Brotli => {
                let mut coded = Vec::new();
                // A window no larger than the body: the encoder takes many times its size.
                let window = if body.len() <= 1 << 16 { 16 } else { 20 };
                let parameters =
                    brotli::enc::BrotliEncoderParams { quality: 5, lgwin: window, ..Default::default() };
                brotli::BrotliCompress(&mut &body[..], &mut coded, &parameters).ok()?;
                coded
            }
        };
        (coded.len() < body.len()).then(|| Bytes::from(coded))
    }
}

/// How well a client likes a coding by one of its names, 0 to 1.
fn liking(headers: &HeaderMap, names: &[&str]) -> f32 {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(header_text).unwrap_or_default();
    let mut ranges = accepted.split(',').map(|range| range.split_once(';').unwrap_or((range, "")));
    let named = ranges.find(|(name, _)| names.iter().any(|one| name.trim().eq_ignore_ascii_case(one)));
    named.map_or(0.0, |(_, parameters)| quality(parameters))
}

/// Whether a client takes a body through gzip.
pub fn takes_gzip(headers: &HeaderMap) -> bool {
    liking(headers, &["gzip"]) > 0.0
}

/// Whether a body is asked for coded, is words, not coded yet, and long enough.
pub fn is_to_be_coded(asked: &HeaderMap, media: &str, said: &[(HeaderName, String)], length: usize) -> bool {
    let words = ["text/", "json", "javascript", "+xml"].iter().any(|kind| media.contains(kind));
    words
        && length >= SMALLEST
        && Coding::of(asked) != Coding::Identity
        && !said.iter().any(|(name, _)| name == header::CONTENT_ENCODING)
}

/// An answer that may be given again.
#[derive(Debug)]
pub struct Kept {
    /// Up to which entry of the audit it shows everything, and of which log; `None`: it is not kept, only coded.
    pub rests_on: Option<(RestsOn, i64, u64)>,
    pub route: String,
    /// Without tag and coding; with what every answer tells a browser.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The tag without its quotes.
    pub tag: String,
    pub body: Bytes,
    gzip: OnceLock<Option<Coded>>,
    brotli: OnceLock<Option<Coded>>,
    plain_tag: OnceLock<HeaderValue>,
    /// How often it was given whole, and how often nothing had changed.
    whole: OnceLock<Counter>,
    unchanged: OnceLock<Counter>,
    took: OnceLock<Histogram>,
}

#[derive(Debug)]
struct Coded {
    body: Bytes,
    tag: HeaderValue,
}

impl Kept {
    pub fn new(
        rests_on: Option<(RestsOn, i64, u64)>,
        route: String,
        mut headers: Vec<(HeaderName, HeaderValue)>,
        tag: String,
        body: Bytes,
    ) -> Kept {
        let said: Vec<HeaderName> = headers.iter().map(|(name, _)| name.clone()).collect();
        headers.extend(POLICIES.into_iter().filter(|(name, _)| !said.contains(name)));
        Kept {
            rests_on,
            route,
            headers,
            tag,
            body,
            gzip: OnceLock::new(),
            brotli: OnceLock::new(),
            plain_tag: OnceLock::new(),
            whole: OnceLock::new(),
            unchanged: OnceLock::new(),
            took: OnceLock::new(),
        }
    }

    /// The counter of answers of a status.
    pub fn served(&self, metrics: &Metrics, status: StatusCode) -> &Counter {
        let cell = if status == StatusCode::NOT_MODIFIED { &self.unchanged } else { &self.whole };
        cell.get_or_init(|| metrics.reads(&self.route, status.as_u16()))
    }

    /// How long it took to give it again.
    pub fn took(&self, metrics: &Metrics, took: Duration) {
        self.took.get_or_init(|| metrics.reads_took(&self.route)).observe(took.as_secs_f64());
    }

    fn coded(&self, coding: Coding) -> Option<&Coded> {
        let cell = match coding {
            Coding::Identity => return None,
            Coding::Gzip => &self.gzip,
            Coding::Brotli => &self.brotli,
        };
        cell.get_or_init(|| {
            let body = if self.body.len() < SMALLEST { None } else { coding.encode(&self.body) };
            let tag = format!("\"{}{}\"", self.tag, coding.suffix());
            body.zip(HeaderValue::from_str(&tag).ok()).map(|(body, tag)| Coded { body, tag })
        })
        .as_ref()
    }

    /// Whether the coding was made already; making it is no work for a worker's thread.
    fn is_ready(&self, coding: Coding) -> bool {
        match coding {
            Coding::Identity => true,
            Coding::Gzip => self.gzip.get().is_some(),
            Coding::Brotli => self.brotli.get().is_some(),
        }
    }

    /// The answer, or that nothing has changed.
    fn answer(&self, asked: &HeaderMap, coding: Coding) -> HttpResponse {
        let coded = self.coded(coding);
        let plain = || {
            HeaderValue::from_str(&format!("\"{}\"", self.tag)).unwrap_or(HeaderValue::from_static("\"\""))
        };
        let tag = coded.map_or_else(|| self.plain_tag.get_or_init(plain), |coded| &coded.tag);
        let unchanged = header_text(tag).is_some_and(|tag| precondition::none_match(asked, tag));
        let status = if unchanged { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
        let mut answer = HttpResponse::build(status);
        for (name, value) in &self.headers {
            let of_the_body = *name == header::CONTENT_TYPE || *name == header::CONTENT_LANGUAGE;
            if !(unchanged && of_the_body) {
                answer.insert_header((name.clone(), value.clone()));
            }
        }
        answer.insert_header((header::ETAG, tag.clone()));
        if unchanged {
            return answer.finish();
        }
        match (coded, coding.name()) {
            (Some(coded), Some(name)) => {
                answer.insert_header((header::CONTENT_ENCODING, HeaderValue::from_static(name)));
                answer.body(coded.body.clone())
            }
            _ => answer.body(self.body.clone()),
        }
    }

    fn bytes(&self) -> usize {
        // Both codings of a JSON body together stay below half of it.
        self.body.len() + self.body.len() / 2 + 512
    }
}

/// What makes two questions the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Question {
    target: String,
    accept: String,
    language: Language,
}

/// The kept answers of an instance, bounded in bytes; the least useful go first.
pub struct KeptBodies {
    /// `None`: nothing is kept.
    cache: Option<Cache<Question, Arc<Kept>>>,
}

impl KeptBodies {
    pub fn new(bytes: u64) -> KeptBodies {
        let weigh = |question: &Question, kept: &Arc<Kept>| {
            u32::try_from(kept.bytes() + question.target.len() + question.accept.len()).unwrap_or(u32::MAX)
        };
        KeptBodies { cache: (bytes > 0).then(|| Cache::builder().max_capacity(bytes).weigher(weigh).build()) }
    }

    /// Where nothing is kept nothing is coded either: it would be coded for each request anew.
    pub fn keeps(&self) -> bool {
        self.cache.is_some()
    }

    /// Everything is to be made anew.
    pub fn forget(&self) {
        self.cache.iter().for_each(Cache::invalidate_all);
    }

    /// How many answers are kept, and their bytes.
    pub fn size(&self) -> (u64, u64) {
        self.cache.as_ref().map_or((0, 0), |cache| (cache.entry_count(), cache.weighted_size()))
    }

    /// A kept answer that is still right, in the coding asked for.
    pub async fn find(&self, service: &Service, asked: &Asked<'_>) -> Option<(HttpResponse, Arc<Kept>)> {
        let kept = self.cache.as_ref()?.get(&asked.question()?)?;
        let (rests_on, seq, reign) = kept.rests_on.as_ref()?;
        if !service.store.watch().is_good(rests_on, *seq, *reign) {
            return None;
        }
        Some((give(&kept, asked.headers, Coding::of(asked.headers)).await, kept))
    }

    /// Keeps an answer and gives it in the coding asked for.
    pub async fn keep(&self, asked: &Asked<'_>, kept: Kept) -> (HttpResponse, Arc<Kept>) {
        let kept = Arc::new(kept);
        let Some(cache) = &self.cache else {
            return (kept.answer(asked.headers, Coding::Identity), kept);
        };
        let may_stay = kept.rests_on.is_some() && kept.body.len() <= LARGEST;
        if let Some(question) = asked.question().filter(|_| may_stay) {
            cache.insert(question, Arc::clone(&kept));
        }
        (give(&kept, asked.headers, Coding::of(asked.headers)).await, kept)
    }
}

fn header_text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

async fn give(kept: &Arc<Kept>, headers: &HeaderMap, coding: Coding) -> HttpResponse {
    if !kept.is_ready(coding) {
        let (done, made) = oneshot::channel();
        match ENCODER.try_send(Order { kept: Arc::clone(kept), coding, done }) {
            Ok(()) => {
                let _made = made.await;
            }
            Err(TrySendError::Full(_)) => return kept.answer(headers, Coding::Identity),
            // Without its thread it is coded here, when it is asked for.
            Err(TrySendError::Disconnected(_)) => {}
        }
    }
    kept.answer(headers, coding)
}

/// A request as far as it decides which answer it gets.
pub struct Asked<'a> {
    pub method: &'a Method,
    pub target: &'a str,
    pub headers: &'a HeaderMap,
}

impl Asked<'_> {
    /// Whether everybody who asks so is answered alike.
    pub fn is_everybodys(&self) -> bool {
        let reads = matches!(*self.method, Method::GET | Method::HEAD);
        let alone =
            self.headers.contains_key(header::AUTHORIZATION) || self.headers.contains_key(header::ORIGIN);
        reads && !alone && self.target.len() <= LONGEST_QUESTION
    }

    /// `None`: what is asked is answered to this caller alone.
    fn question(&self) -> Option<Question> {
        if !self.is_everybodys() {
            return None;
        }
        let mut accept = self.headers.get_all(header::ACCEPT);
        let first = accept.next().map_or(Some(""), header_text)?;
        if accept.next().is_some() || first.len() > 256 {
            return None;
        }
        let accept = if first == "*/*" { "" } else { first };
        Some(Question {
            target: self.target.to_owned(),
            accept: accept.to_owned(),
            language: language_of(self.headers),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(accepted: &'static str) -> Coding {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
        Coding::of(&headers)
    }

    #[test]
    fn the_coding_liked_best_is_taken() {
        assert_eq!(Coding::of(&HeaderMap::new()), Coding::Identity);
        assert_eq!(asked("gzip, deflate, br"), Coding::Brotli);
        assert_eq!(asked("gzip"), Coding::Gzip);
        assert_eq!(asked("br;q=0.1, gzip;q=0.8"), Coding::Gzip);
        assert_eq!(asked("br;q=0, identity"), Coding::Identity);
        assert_eq!(asked("zstd"), Coding::Identity);
        assert_eq!(asked("GZIP"), Coding::Gzip);
        assert_eq!(asked("identity;q=1, gzip;q=0.1"), Coding::Identity);
        assert_eq!(asked("identity;q=0.5, gzip"), Coding::Gzip);
    }
}
