//! Around every request: id, language, token, problems written out, one line in the log.

use super::caller::{Caller, REQUEST_ID, client_address, request_id_of};
use super::kept::{Asked, Kept};
use super::last_use;
use super::limit::Standing;
use super::line::Line;
use super::look::{POSITION, position_of};
use super::problem::{Code, PROBLEM_JSON, Problem};
use super::reads;
use super::refusals;
use super::service::Service;
use super::shelf::{self, Missed, Shelf};
use super::shield::{demand_tls, shield};
use super::sign_in::sign_in;
use super::trace::{named, traceparent};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError, web};
use ipnet::IpNet;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Instant;
use tracing::Instrument;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The middleware; what stands ready on a shelf is given at once.
pub async fn access<S: Shelf>(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let line = request.conn_data::<Line>().cloned().unwrap_or_default();
    line.is_asked();
    let begun = Instant::now();
    let service = request.app_data::<web::Data<Service>>().cloned();
    let peer = request.peer_addr().map(|address| address.ip());
    let trusted =
        service.as_ref().map(|service| service.options.trusted_proxies.as_slice()).unwrap_or_default();
    let secure = is_secure(&request, peer, trusted);
    let address = client_address(peer, request.headers(), trusted);
    if let Some(service) = &service
        && let Some(mut answer) = at_hand::<S>(service, &request, address, begun).await
    {
        demand_tls(answer.headers_mut(), secure);
        bid_farewell(service, &mut answer);
        line.is_answered(answer.body());
        return Ok(request.into_response(answer));
    }
    let mut caller = Caller { address, ..Caller::unknown(request.headers()) };
    let method = request.method().clone();
    caller.head_only = method == Method::HEAD;
    if method == Method::HEAD {
        // Answered as GET; the connection leaves the body out.
        request.head_mut().method = Method::GET;
    }
    let route = request.match_pattern();
    let (agency, report) = named(route.as_deref(), request.path());
    // Whatever line is written meanwhile tells whose request it belongs to, and what it is about.
    let span = tracing::error_span!(
        "request",
        id = %caller.request_id,
        path = request.path(),
        traceparent = traceparent(request.headers()),
        agency,
        report,
    );
    let answer = async {
        let (found, bad) = match sign_in(&request, &caller).await {
            Ok(found) => (found, None),
            Err(problem) => (None, Some(problem)),
        };
        (caller.who, caller.access) = found.unzip();
        if let (Some(service), Some(token)) = (&service, caller.token()) {
            last_use::note(service, token, caller.at);
        }
        let missed = request.extensions().get::<Missed>().copied();
        let standing =
            service.as_ref().and_then(|service| count(service, &mut caller, (&method, &route), missed));
        let shared = Rc::new(caller);
        request.extensions_mut().insert(Rc::clone(&shared));
        if let Some(problem) = bad {
            request.extensions_mut().insert(BadToken(problem));
        }
        if let Some(Err(standing)) = standing {
            let refused = standing.refusal().error_response();
            return Ok::<_, Error>((request.into_response(refused), shared, Err(standing)));
        }
        let response = next.call(request).await?.map_into_boxed_body();
        Ok((response, shared, Ok(standing.and_then(Result::ok))))
    };
    let (response, caller, standing) = answer.instrument(span.clone()).await?;
    if let Some(service) = &service {
        refusals::record(service, &response, &caller).instrument(span.clone()).await;
        reads::note(service, &response, &caller, route.as_deref());
    }
    let mut response = as_problem(response, &caller);
    let keepable = response.response_mut().extensions_mut().remove::<Kept>();
    if let (Some(service), Some(kept)) = (&service, keepable) {
        response = keep(service, response, &method, kept).await;
    }
    vary_once(response.headers_mut());
    if let Ok(Some(standing)) | Err(standing) = standing {
        standing.write(response.headers_mut());
    }
    if let Ok(id) = HeaderValue::from_str(&caller.request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    shield(response.headers_mut(), secure);
    if let Some(service) = &service {
        let route = route.as_deref().unwrap_or("-");
        service.metrics.request(&method, route, response.status().as_u16(), begun.elapsed());
        bid_farewell(service, response.response_mut());
        tell_position(service, &method, &mut response);
    }
    span.in_scope(|| log(&response, (&method, route.as_deref()), &caller, begun));
    line.is_answered(response.response().body());
    Ok(response)
}

/// Whoever has written is told how far the log goes now: sent back, they see it wherever they read.
fn tell_position(service: &Service, method: &Method, response: &mut ServiceResponse<BoxBody>) {
    let writes = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(method);
    if writes && response.status().is_success() {
        let seq = service.store.watch().audit_seq();
        response.headers_mut().insert(POSITION, HeaderValue::from(seq));
    }
}

/// A service that is to end ends each connection with its answer, so that nobody asks on one that is about to go.
fn bid_farewell(service: &Service, answer: &mut HttpResponse) {
    if service.ending.has_begun() {
        answer.head_mut().set_connection_type(ConnectionType::Close);
    }
}

/// Whether the client came over TLS, as a proxy that is trusted tells.
fn is_secure(request: &ServiceRequest, peer: Option<IpAddr>, trusted: &[IpNet]) -> bool {
    let told = request.headers().get(FORWARDED_PROTO).is_some_and(|proto| proto == "https");
    told && peer.is_some_and(|peer| trusted.iter().any(|range| range.contains(&peer.to_canonical())))
}

/// Counts a request to whoever makes it: what it costs, to a person or else to an address.
fn count(
    service: &Service,
    caller: &mut Caller,
    (method, route): (&Method, &Option<String>),
    missed: Option<Missed>,
) -> Option<Result<Standing, Standing>> {
    let method = if caller.head_only { Method::GET.as_str() } else { method.as_str() };
    caller.cost = service.document.cost(method, route.as_deref().unwrap_or_default());
    let limit = service.limit.as_ref()?;
    let person = caller.who.as_ref().map(|who| who.person().id.as_str());
    caller.client = limit.client(person, caller.address);
    // What was looked for on a shelf was counted there.
    match missed {
        Some(missed) => missed.standing,
        None => limit.count(caller.client.as_ref()?, caller.cost),
    }
}

/// An answer that is kept and still right, or stands ready: no token, no route. What is kept needs no database either,
/// costs nothing and is counted to nobody.
///
/// It is among the figures like every other, but makes no line in the log.
async fn at_hand<S: Shelf>(
    service: &Service,
    request: &ServiceRequest,
    address: Option<IpAddr>,
    begun: Instant,
) -> Option<HttpResponse> {
    // Whoever has come further than is known here wants to see that.
    if position_of(request.headers())
        .is_some_and(|at| at.is_none_or(|at| at > service.store.watch().audit_seq()))
    {
        return None;
    }
    let target = request.uri().path_and_query()?.as_str();
    let asked = Asked { method: request.method(), target, headers: request.headers() };
    let found = match service.kept.find(service, &asked).await {
        None => shelf::find::<S>(service, request, &asked, address).await,
        found => found,
    };
    let (mut answer, kept) = found?;
    let id = request_id_of(request.headers());
    answer.headers_mut().insert(REQUEST_ID, HeaderValue::try_from(id).ok()?);
    // To whom of another origin it is open, CORS says: it would be another answer.
    if !service.options.cors_origins.is_empty() {
        answer.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
        vary_once(answer.headers_mut());
    }
    kept.served(&service.metrics, answer.status()).inc();
    kept.took(&service.metrics, begun.elapsed());
    Some(answer)
}

/// Keeps what may be kept, and gives it coded as the client likes.
async fn keep(
    service: &Service,
    response: ServiceResponse<BoxBody>,
    method: &Method,
    kept: Kept,
) -> ServiceResponse<BoxBody> {
    let (request, made) = response.into_parts();
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    let asked = Asked { method, target, headers: request.headers() };
    let (mut answer, _) = service.kept.keep(&asked, kept).await;
    let is_coded = answer.headers().contains_key(header::CONTENT_ENCODING);
    // What was laid around the answer on its way (CORS) stays.
    for (name, value) in made.headers() {
        let of_the_answer =
            [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_LANGUAGE].contains(name);
        // Parts are given of the file as it is.
        let there = answer.headers().contains_key(name) || (is_coded && name == header::ACCEPT_RANGES);
        let varies = name == header::VARY && answer.headers().get_all(name).all(|present| present != value);
        if !of_the_answer && (!there || varies) {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, answer)
}

/// One `Vary` that names everything the answer depends on: CORS adds its own.
fn vary_once(headers: &mut HeaderMap) {
    if headers.get_all(header::VARY).nth(1).is_none() {
        return;
    }
    let mut names: Vec<String> = Vec::new();
    for value in headers.get_all(header::VARY).filter_map(|value| value.to_str().ok()) {
        for name in value.split(',').map(str::trim) {
            if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name.to_owned());
            }
        }
    }
    if let Ok(value) = HeaderValue::from_str(&names.join(", ")) {
        headers.insert(header::VARY, value);
    }
}

/// What is wrong with the token that was sent.
struct BadToken(Problem);

/// Refuses bad tokens; inside of CORS, so that a browser may read the refusal.
pub async fn refuse_bad_token(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let bad = request.extensions_mut().remove::<BadToken>();
    match bad {
        Some(BadToken(problem)) => Ok(request.into_response(problem.error_response())),
        None => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

/// Every answer of 400 and above is a problem in the caller's language, whoever made it.
fn as_problem(response: ServiceResponse<BoxBody>, caller: &Caller) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let media = response.headers().get(header::CONTENT_TYPE);
    if status.as_u16() < 400 || media.is_some_and(|media| media == PROBLEM_JSON) {
        return response;
    }
    let stashed = response.response().extensions().get::<Problem>().cloned();
    let mut problem = stashed.unwrap_or_else(|| Problem::new(Code::of_status(status)));
    // It may not be for want of a grant: whoever stands behind them takes no part in reporting.
    if let (Code::Forbidden, Some(access)) = (problem.code, caller.access.as_ref().filter(|one| one.sets_up))
    {
        problem = problem.or_detail("hand_office", vec![("hand", access.hand.name.clone())]);
    }
    let mut rendered = problem.render(caller.language, &caller.request_id);
    for (name, value) in response.headers() {
        let of_the_body = [header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name);
        if !of_the_body && !rendered.headers().contains_key(name) {
            rendered.headers_mut().append(name.clone(), value.clone());
        }
    }
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, rendered)
}

fn log(
    response: &ServiceResponse<BoxBody>,
    (method, route): (&Method, Option<&str>),
    caller: &Caller,
    begun: Instant,
) {
    tracing::info!(
        target: "access",
        id = %caller.request_id,
        method = %method,
        route = route.unwrap_or("-"),
        status = response.status().as_u16(),
        client = caller.address.map(tracing::field::display),
        us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
        person = caller.who.as_ref().map(|who| who.person().id.as_str()),
    );
}
