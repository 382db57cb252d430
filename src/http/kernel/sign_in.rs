//! Who sends a request: by a token of ours, or by the word of an identity provider.

use super::caller::Caller;
use super::oidc::{Reader, Refused, is_jwt};
use super::problem::{Code, Problem};
use super::service::Service;
use crate::domain::access::Access;
use crate::domain::people::SignedIn;
use crate::operations::people::{self, Presented, SubjectOrder, authenticate};
use actix_web::dev::ServiceRequest;
use actix_web::http::header;
use actix_web::web;
use std::sync::Arc;

/// Who signs in, and by whose hand they act, if anybody does; what is sent and bad is refused whatever was asked for.
pub async fn sign_in(
    request: &ServiceRequest,
    caller: &Caller,
) -> Result<Option<(SignedIn, Access)>, Problem> {
    let Some(header) = request.headers().get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let bad = || Problem::new(Code::Unauthorized);
    // One of two would be passed over: a bad one must not be.
    if request.headers().get_all(header::AUTHORIZATION).nth(1).is_some() {
        return Err(bad());
    }
    let secret = header
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, secret)| secret.trim().to_owned())
        .ok_or_else(bad)?;
    let service =
        request.app_data::<web::Data<Service>>().cloned().ok_or_else(|| Problem::new(Code::Internal))?;
    let presented = Presented { secret, at: caller.at, from: caller.address };
    if let Some(reader) = service.oidc.as_ref().filter(|_| is_jwt(&presented.secret)) {
        return by_provider(&service, Arc::clone(reader), presented).await.map(Some);
    }
    let (entry, digests) = (service.options.entry.clone(), service.options.digests);
    let found = service
        .store
        .look_up(move |connection| authenticate(connection, &presented, &entry, digests))
        .await?;
    found.map(|(token, access)| Some((SignedIn::Token(Box::new(token)), access))).ok_or_else(bad)
}

/// Whom an identity provider speaks of. Why somebody is not believed is counted, and told to nobody.
async fn by_provider(
    service: &Service,
    reader: Arc<Reader>,
    presented: Presented,
) -> Result<(SignedIn, Access), Problem> {
    let refuse = |why: &'static str, code: Code| {
        service.metrics.not_believed(why);
        Problem::new(code)
    };
    // Now and then the provider is asked for its keys.
    let jwt = presented.secret.clone();
    let read = web::block(move || reader.read(&jwt)).await.map_err(|_| Problem::new(Code::Internal))?;
    let subject = read.map_err(|why| {
        let code = if why == Refused::NoKeys { Code::Unavailable } else { Code::Unauthorized };
        refuse(why.as_str(), code)
    })?;
    let order = SubjectOrder { issuer: subject.issuer, subject: subject.id };
    let (named, entry) = (order.clone(), service.options.entry.clone());
    let found = service
        .store
        .glance(move |connection| people::sign_in(connection, &order, &presented, &entry))
        .await?;
    let Some((person, grants)) = found else {
        // Whoever keeps the persons binds it, if it is somebody's.
        tracing::info!(
            issuer = named.issuer,
            subject = named.subject,
            "somebody signed in who may not come in"
        );
        return Err(refuse("unknown_subject", Code::Unauthorized));
    };
    let access = Access::own(&person);
    Ok((SignedIn::Oidc(person, grants), access))
}
