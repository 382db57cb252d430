//! What stands ready in the database for everybody: given before a route is looked for, as what is kept in memory is.

use super::accept::accepts;
use super::caller::language_of;
use super::cost::Cost;
use super::kept::{Asked, Kept};
use super::limit::Standing;
use super::reply::{JSON, Reply};
use super::service::Service;
use crate::domain::language::Language;
use crate::operations::store::{AnyConnection, StorageError};
use actix_web::dev::ServiceRequest;
use actix_web::{HttpMessage, HttpResponse};
use std::net::IpAddr;
use std::sync::Arc;

/// Something of which each answer is rendered once, for all who have not signed in.
pub trait Shelf: 'static {
    /// One of the things on it.
    type Wanted: Send + 'static;

    /// What an address asks for, and the pattern of its route; `None`: nothing that stands here.
    fn wanted(path: &str, query: &str) -> Option<(Self::Wanted, &'static str)>;

    /// The answer, if it is there and still right, and up to which entry of the audit it shows everything.
    fn find(
        connection: &mut AnyConnection,
        wanted: &Self::Wanted,
        language: Language,
    ) -> Result<Option<(i64, Reply)>, StorageError>;
}

/// What was looked for on a shelf, and is not there: it is counted already, and need not be looked for again.
#[derive(Clone, Copy)]
pub struct Missed {
    pub standing: Option<Result<Standing, Standing>>,
}

/// An answer that stands ready: a point read, counted as one before the database is asked.
pub(super) async fn find<S: Shelf>(
    service: &Service,
    request: &ServiceRequest,
    asked: &Asked<'_>,
    address: Option<IpAddr>,
) -> Option<(HttpResponse, Arc<Kept>)> {
    if !asked.is_everybodys() || !accepts(request.request(), JSON) {
        return None;
    }
    let (wanted, route) = S::wanted(request.path(), request.query_string())?;
    let limit = service.limit.as_ref();
    let standing = limit.and_then(|limit| limit.count(&limit.client(None, address)?, Cost::Point));
    let missed = || request.request().extensions_mut().insert(Missed { standing });
    if let Some(Err(_)) = standing {
        missed();
        return None;
    }
    let (language, reign) = (language_of(asked.headers), service.store.watch().reign());
    let find = move |connection: &mut AnyConnection| S::find(connection, &wanted, language);
    // Whatever goes wrong is told where it is asked for by its route.
    let found = service.store.peek(find).await.ok().flatten();
    let kept = found.and_then(|(seq, reply)| reply.for_all(route, language, (seq, reign)));
    let Some(kept) = kept else {
        missed();
        return None;
    };
    let (mut answer, kept) = service.kept.keep(asked, kept).await;
    if let Some(Ok(standing)) = standing {
        standing.write(answer.headers_mut());
    }
    Some((answer, kept))
}
