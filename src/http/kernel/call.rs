//! One call: everything a handler takes from outside, in the order in which it is checked.

use super::accept::accepts;
use super::body::{self, Bounds, JsonBody};
use super::caller::Caller;
use super::format::parse_time;
use super::json;
use super::limit::own_share_full;
use super::precondition;
use super::problem::{Code, Problem};
use super::query::Query;
use super::reply::{JSON, Reply, Snapshot};
use super::sent::{Body, Extent, Sent};
use super::service::Service;
use super::shares::Place;
use crate::domain::digest::sha256_hex;
use crate::domain::language::Language;
use crate::domain::people::TokenGrant;
use crate::domain::rights::Rights;
use crate::operations::audit::last_entry;
use crate::operations::store::{
    Act, Actor, AnyConnection, IdempotencyKey, KeyHeld, Queue, StorageError, Written,
};
use crate::operations::{Asking, Desk, Refusal, at_desk};
use crate::work::Errand;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::future;
use std::rc::Rc;
use std::str::FromStr;
use std::sync::Arc;

/// Header that makes a repeated `POST` safe.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

pub struct Call {
    pub request: HttpRequest,
    pub service: Data<Service>,
    pub caller: Rc<Caller>,
    payload: Payload,
    /// The body, once it has been read whole.
    read: Option<Bytes>,
    key: Option<IdempotencyKey>,
    /// Over all the writes of a long request.
    held: Option<KeyHeld>,
}

impl FromRequest for Call {
    type Error = Problem;
    type Future = future::Ready<Result<Call, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let service = request.app_data::<Data<Service>>().cloned();
        future::ready(service.ok_or_else(|| Problem::new(Code::Internal)).map(|service| Call {
            request: request.clone(),
            service,
            caller: Caller::of(request),
            payload: payload.take(),
            read: None,
            key: None,
            held: None,
        }))
    }
}

impl Call {
    pub fn language(&self) -> Language {
        self.caller.language
    }

    /// A part of the path, read by its type; what cannot be one names nothing.
    pub fn part<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        let part = self.request.match_info().get(name).and_then(|text| text.parse().ok());
        part.ok_or_else(|| self.nothing_there())
    }

    /// A fixed path beside a pattern is nobody's name: it is there, and does not take the method.
    fn nothing_there(&self) -> Problem {
        match self.service.document.allowed_at(self.request.path()) {
            Some(allowed) => Problem::new(Code::MethodNotAllowed).header(header::ALLOW, &allowed),
            None => Problem::new(Code::NotFound),
        }
    }

    /// The day it is, in UTC+8.
    fn today(&self) -> chrono::NaiveDate {
        (self.caller.at + chrono::Duration::hours(8)).date()
    }

    pub fn asking(&self) -> Asking {
        let review = self.service.options.review;
        let Some(token) = &self.caller.token else {
            return Asking { rules: self.service.rules(), ..Asking::public(self.today(), review) };
        };
        Asking {
            rights: Rights { grants: token.grants.iter().map(TokenGrant::right).collect() },
            person: Some(token.person.clone()),
            today: self.today(),
            review,
            rules: self.service.rules(),
        }
    }

    /// Refuses whoever sent no token.
    pub fn require_token(&self) -> Result<(), Problem> {
        if self.caller.token.is_some() { Ok(()) } else { Err(Problem::new(Code::Unauthorized)) }
    }

    /// Refuses, before anything is done, whoever takes no JSON.
    pub fn require_acceptable(&self) -> Result<(), Problem> {
        if accepts(&self.request, JSON) { Ok(()) } else { Err(Problem::new(Code::NotAcceptable)) }
    }

    pub fn query<Q: Query>(&self) -> Result<Q, Problem> {
        Q::read(self.request.query_string())
    }

    /// The query; where it is wrong, what is not there is told first.
    pub async fn query_after<Q, T, F>(&self, exists: F) -> Result<Q, Problem>
    where
        Q: Query,
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection, &Asking) -> Result<T, Refusal> + Send + 'static,
    {
        match self.query::<Q>() {
            Ok(query) => Ok(query),
            Err(problem) => {
                self.look(exists).await?;
                Err(problem)
            }
        }
    }

    /// Reads on a snapshot, on the readers that the operation's cost calls for.
    pub async fn look<T, F>(&self, query: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection, &Asking) -> Result<T, Refusal> + Send + 'static,
    {
        self.look_with(query, false).await
    }

    /// A place among the scans of this client: one client never holds all the readers for scans.
    pub async fn scan_place(&self) -> Result<Place, Problem> {
        let patience = self.service.options.scan_patience;
        let place = self.service.scan_shares.wait(self.caller.client.as_ref(), patience).await;
        place.ok_or_else(own_share_full)
    }

    /// The same for a few point reads, which need no other thread.
    pub async fn glance<T, F>(&self, query: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection, &Asking) -> Result<T, Refusal> + Send + 'static,
    {
        self.look_with(query, true).await
    }

    async fn look_with<T, F>(&self, query: F, short: bool) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection, &Asking) -> Result<T, Refusal> + Send + 'static,
    {
        let (asking, store) = (self.asking(), &self.service.store);
        let public = asking.person.is_none();
        let reign = store.watch().reign();
        let read = move |connection: &mut AnyConnection| {
            let seen = if public { Some(snapshot(connection, reign, short)?) } else { None };
            query(connection, &asking).map(|found| (found, seen))
        };
        // Under a grant a report is judged as well: that is more than a few reads.
        let (found, seen) = match (short, public) {
            (true, true) => store.glance(read).await?,
            (false, _) if self.caller.cost.is_heavy() => {
                // The place goes with the query, which may outlive whoever waits for it.
                let place = self.scan_place().await?;
                let held = move |connection: &mut AnyConnection| {
                    let _place = place;
                    read(connection)
                };
                store.scan(held).await?
            }
            _ => store.read(read).await?,
        };
        if let Some(seen) = seen {
            self.note(seen);
        }
        Ok(found)
    }

    /// The public's shortest read: one statement, which itself tells up to which entry of the audit it sees.
    pub async fn peek<T, F>(&self, query: F) -> Result<Option<T>, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<Option<(i64, T)>, StorageError> + Send + 'static,
    {
        let reign = self.service.store.watch().reign();
        let Some((seq, found)) = self.service.store.peek(query).await? else { return Ok(None) };
        self.note(Snapshot { reign, seq, at: None });
        Ok(Some(found))
    }

    /// What was read may be kept as far as every read of this request goes.
    fn note(&self, seen: Snapshot) {
        let mut extensions = self.request.extensions_mut();
        let whole = extensions.get::<Snapshot>().map_or(seen, |earlier| earlier.and(seen));
        extensions.insert(whole);
    }

    pub fn json_bounds(&self) -> Bounds {
        Bounds { bytes: self.service.options.json_bytes, drain: self.service.options.body_drain }
    }

    pub fn import_bounds(&self) -> Bounds {
        Bounds { bytes: self.service.options.import_bytes, drain: self.service.options.body_drain }
    }

    pub fn batch_bounds(&self) -> Bounds {
        Bounds { bytes: self.service.options.batch_bytes, drain: self.service.options.body_drain }
    }

    /// The body as a JSON object of one of the media types.
    pub async fn json(&mut self, accepted: &[&str]) -> Result<JsonBody, Problem> {
        body::parse(&self.typed(accepted).await?)
    }

    /// The body as JSON, to be judged by the schema of its type: what changes where it is a `PATCH`.
    pub async fn body<T: Body>(&mut self) -> Result<Sent<T>, Problem> {
        let (accepted, extent) = match *self.request.method() {
            Method::PATCH => (body::MERGE_PATCH, Extent::Change),
            _ => (body::JSON, Extent::Whole),
        };
        let value = json::parse(&self.typed(accepted).await?)?;
        Ok(Sent::new(value, extent, self.service.clone()))
    }

    async fn typed(&mut self, accepted: &[&str]) -> Result<Bytes, Problem> {
        let bounds = self.json_bounds();
        if let Some(bytes) = &self.read {
            body::require_type(&self.request, accepted)?;
            return Ok(bytes.clone());
        }
        body::typed(&self.request, &mut self.payload, accepted, bounds).await
    }

    /// The body as it is.
    pub async fn bytes(&mut self, bounds: Bounds) -> Result<Bytes, Problem> {
        match &self.read {
            Some(bytes) => Ok(bytes.clone()),
            None => body::bytes(&self.request, &mut self.payload, bounds).await,
        }
    }

    /// Reads a refused body on, so that the client reads the answer.
    pub async fn drain(&mut self, bounds: Bounds) {
        body::drain(&mut self.payload, bounds).await;
    }

    /// The first answer, if this very request was answered before under its `Idempotency-Key`.
    ///
    /// It is asked before everything that the first request may have changed since, `If-Match` included.
    pub async fn replayed(&mut self, bounds: Option<Bounds>) -> Result<Option<Reply>, Problem> {
        self.require_token()?;
        let Some(header) = self.request.headers().get(IDEMPOTENCY_KEY).cloned() else {
            return Ok(None);
        };
        let bounds = bounds.unwrap_or_else(|| self.json_bounds());
        let bytes = self.bytes(bounds).await?;
        let bad = || Problem::new(Code::InvalidHeader).detail("idempotency_key", Vec::new());
        let key = header
            .to_str()
            .ok()
            .filter(|key| (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()));
        let token = self.caller.token.as_ref().map(|token| token.id.as_str()).unwrap_or_default();
        let scope = [token, self.request.method().as_str(), self.request.path(), key.ok_or_else(bad)?];
        let body = [self.request.query_string().as_bytes(), &bytes].join(&b'\n');
        self.key = Some(IdempotencyKey {
            scope: sha256_hex(scope.join("\n").as_bytes()),
            body_digest: sha256_hex(&body),
            held: false,
        });
        self.read = Some(bytes);
        match self.service.store.find_answer(self.act()).await? {
            None => Ok(None),
            Some(None) => Err(Problem::new(Code::IdempotencyKeyReused)),
            Some(Some(answer)) => Reply::replayed(answer).map(Some),
        }
    }

    /// Holds the key while one request makes many writes: a repetition meanwhile is told to wait.
    pub fn hold_key(&mut self) -> Result<(), Problem> {
        if let Some(key) = &mut self.key {
            let held = self.service.store.hold_key(&key.scope);
            self.held = Some(held.ok_or_else(|| Problem::new(Code::IdempotencyInProgress))?);
            key.held = true;
        }
        Ok(())
    }

    /// `If-Match` must name the present version.
    pub fn if_match(&self, present: i64) -> Result<i64, Problem> {
        precondition::require_match(&self.request, present)
    }

    pub(super) fn act(&self) -> Act {
        Act {
            at: self.caller.at,
            actor: self.caller.token.as_ref().map(|token| Actor {
                person_id: token.person.id.to_string(),
                person_name: token.person.name.clone(),
                token_id: token.id.to_string(),
            }),
            request_id: self.caller.request_id.clone(),
            key: self.key.clone(),
        }
    }

    /// What goes on after the answer, in this caller's name.
    pub fn errand(&self) -> Errand {
        Errand {
            store: self.service.store.clone(),
            asking: self.asking(),
            act: Act { key: None, ..self.act() },
        }
    }

    /// Puts an operation into the lane and answers once it is committed.
    pub async fn write<T, Op, Render>(&self, operation: Op, render: Render) -> Result<Reply, Problem>
    where
        T: Send + 'static,
        Op: FnMut(&mut Desk<'_>) -> Result<T, Refusal> + Send + 'static,
        Render: Fn(&T) -> Reply + Send + Sync + 'static,
    {
        self.write_told(operation, render).await.map(|(reply, _)| reply)
    }

    /// The same, telling whether it happened just now: a repetition that met its first request in the lane is
    /// answered like that one, and must not set going again what that one has set going.
    pub async fn write_told<T, Op, Render>(
        &self,
        operation: Op,
        render: Render,
    ) -> Result<(Reply, bool), Problem>
    where
        T: Send + 'static,
        Op: FnMut(&mut Desk<'_>) -> Result<T, Refusal> + Send + 'static,
        Render: Fn(&T) -> Reply + Send + Sync + 'static,
    {
        let render = Arc::new(render);
        let stored = Arc::clone(&render);
        let written = self
            .service
            .store
            .write(Queue::Interactive, self.act(), at_desk(self.asking(), operation), move |outcome| {
                stored(outcome).stored()
            })
            .await?;
        match written {
            Written::Fresh(outcome) => Ok((render(&outcome), true)),
            Written::Replayed(answer) => Ok((Reply::replayed(answer)?, false)),
        }
    }

    /// The same behind those who wait, without an answer to keep: one of many.
    pub async fn write_bulk<T, Op>(&self, operation: Op) -> Result<T, Problem>
    where
        T: Send + 'static,
        Op: FnMut(&mut Desk<'_>) -> Result<T, Refusal> + Send + 'static,
    {
        Ok(self.errand().write(operation).await?)
    }
}

/// What a read sees: the last entry of the audit, and, where the answer has no time of its own, when that was
/// written.
fn snapshot(connection: &mut AnyConnection, reign: u64, short: bool) -> Result<Snapshot, Refusal> {
    let (seq, at) = last_entry(connection, !short)?;
    Ok(Snapshot { reign, seq, at: at.as_deref().and_then(parse_time) })
}
