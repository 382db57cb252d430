//! Who asks, in which language, under which request id: known before any handler runs.

use super::cost::Cost;
use super::shares::Client;
use crate::domain::access::Access;
use crate::domain::audit::{Session, Way};
use crate::domain::language::Language;
use crate::domain::people::{SignedIn, Token};
use crate::operations::store::{Act, Actor};
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{HttpMessage, HttpRequest};
use chrono::{NaiveDateTime, SubsecRound, Utc};
use ipnet::IpNet;
use std::net::IpAddr;
use std::rc::Rc;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A request's caller; the access middleware lays one into every request.
#[derive(Debug, Clone)]
pub struct Caller {
    pub language: Language,
    pub request_id: String,
    /// UTC, whole microseconds.
    pub at: NaiveDateTime,
    /// Where the request came from, as far as trusted proxies tell.
    pub address: Option<IpAddr>,
    /// `None`: the public.
    pub who: Option<SignedIn>,
    /// Whose hand it is.
    pub access: Option<Access>,
    /// Whom the request is counted to; `None` to nobody.
    pub client: Option<Client>,
    pub cost: Cost,
    /// Asks for the head of the answer alone.
    pub head_only: bool,
}

impl Caller {
    /// The caller of a request, before it is known who they are.
    pub fn unknown(headers: &HeaderMap) -> Caller {
        Caller {
            language: language_of(headers),
            request_id: request_id_of(headers),
            at: Utc::now().naive_utc().trunc_subsecs(6),
            address: None,
            who: None,
            access: None,
            client: None,
            cost: Cost::Point,
            head_only: false,
        }
    }

    /// The caller of a request that passed the middleware.
    pub fn of(request: &HttpRequest) -> Rc<Caller> {
        let known = request.extensions().get::<Rc<Caller>>().cloned();
        known.unwrap_or_else(|| Rc::new(Caller::unknown(request.headers())))
    }

    /// The token they came with, if it was one.
    pub fn token(&self) -> Option<&Token> {
        self.who.as_ref().and_then(SignedIn::token)
    }

    /// From where and by which way the request comes in.
    pub fn session(&self) -> Session {
        Session {
            way: match &self.who {
                None => Way::Anonymous,
                Some(SignedIn::Token(_)) => Way::Token,
                Some(SignedIn::Oidc(..)) => Way::Oidc,
            },
            token: self.token().map(|token| token.id.clone()),
            client: self.address,
            operator: None,
        }
    }

    /// What the request does, in the name of whoever sent it.
    pub fn act(&self) -> Act {
        Act {
            at: self.at,
            actor: self.who.as_ref().map(|who| Actor {
                person_id: who.person().id.to_string(),
                person_name: who.person().name.clone(),
            }),
            session: self.session(),
            request_id: self.request_id.clone(),
            key: None,
        }
    }
}

/// The client's address: the peer's own, or, from right to left through proxies that are trusted, the
/// first one in `X-Forwarded-For` that is none of them.
pub fn client_address(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|range| range.contains(address));
    // A socket of both families gives IPv4 in the clothes of IPv6, which no range of IPv4 would fit.
    let mut address = peer?.to_canonical();
    let forwarded: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    for named in forwarded.into_iter().rev() {
        if !is_trusted(&address) {
            break;
        }
        let Ok(before) = named.parse::<IpAddr>() else { break };
        address = before.to_canonical();
    }
    Some(address)
}

/// The request id that was sent, if it is a decent one, else a new one.
pub fn request_id_of(headers: &HeaderMap) -> String {
    let sent = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let decent = |id: &&str| {
        (1..=128).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte))
    };
    sent.filter(decent).map_or_else(new_request_id, str::to_owned)
}

/// A UUID of version 7; it only tells requests apart, so that the system is not asked for its random bytes.
fn new_request_id() -> String {
    let millis = u64::try_from(Utc::now().timestamp_millis()).unwrap_or(0);
    let mut random = [0; 10];
    fastrand::fill(&mut random);
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()).to_owned()
}

/// The weight of a language or media range: `;q=`, 1 where nothing is said.
pub fn quality(parameters: &str) -> f32 {
    let weight = parameters.split(';').find_map(|part| part.trim().strip_prefix("q="));
    weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0))
}

/// The better liked of the two languages; Chinese when in doubt.
pub fn language_of(headers: &HeaderMap) -> Language {
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let mut best = (Language::Chinese, 0.0);
    for range in header.unwrap_or_default().split(',') {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let language = match primary.as_str() {
            "zh" | "*" => Language::Chinese,
            "en" => Language::English,
            _ => continue,
        };
        let weight = quality(parameters);
        if weight > best.1 {
            best = (language, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn asked(header: &'static str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(header));
        language_of(&headers)
    }

    #[test]
    fn only_trusted_proxies_are_believed_about_the_clients_address() {
        let address = |text: &str| text.parse::<IpAddr>().ok();
        let mut headers = HeaderMap::new();
        headers.insert(
            header::HeaderName::from_static("x-forwarded-for"),
            HeaderValue::from_static("6.6.6.6, 203.0.113.9, 10.0.0.2"),
        );
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let seen = |peer: &str, trusted: &[IpNet]| client_address(address(peer), &headers, trusted);
        assert_eq!(
            seen("10.0.0.1", &trusted),
            address("203.0.113.9"),
            "what the client wrote itself is not believed"
        );
        assert_eq!(seen("198.51.100.7", &trusted), address("198.51.100.7"));
        assert_eq!(seen("10.0.0.1", &[]), address("10.0.0.1"));
        assert_eq!(seen("::ffff:10.0.0.1", &trusted), address("203.0.113.9"), "one socket for both families");
    }

    #[test]
    fn the_language_liked_best_is_spoken_and_chinese_when_in_doubt() {
        assert_eq!(language_of(&HeaderMap::new()), Language::Chinese);
        assert_eq!(asked("en"), Language::English);
        assert_eq!(asked("fr, en;q=0.5"), Language::English);
        assert_eq!(asked("en;q=0.5, zh-CN"), Language::Chinese);
        assert_eq!(asked("zh;q=0.3, en-GB;q=0.9"), Language::English);
        assert_eq!(asked("fr"), Language::Chinese);
        assert_eq!(asked("en;q=0"), Language::Chinese);
    }
}
