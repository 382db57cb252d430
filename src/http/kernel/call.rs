//! One call: everything a handler takes from outside, in the order in which it is checked.

use super::accept::accepts;
use super::body::{self, Bounds, JsonBody};
use super::budget::Booked;
use super::caller::Caller;
use super::held::HeldEverywhere;
use super::json;
use super::precondition;
use super::problem::{Code, Problem};
use super::query::{NoParameters, Query};
use super::reply::{JSON, Reply};
use super::sent::{Body, Extent, Sent};
use super::service::Service;
use crate::domain::calendar::day_of;
use crate::domain::language::Language;
use crate::domain::people::TokenGrant;
use crate::domain::rights::Rights;
use crate::operations::store::{Act, AnyConnection, IdempotencyKey, KeyHeld, Queue, Written};
use crate::operations::{Asking, Desk, Refusal, Seen, at_desk};
use crate::work::Errand;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::cell::Cell;
use std::future;
use std::rc::Rc;
use std::str::FromStr;
use std::sync::Arc;

pub struct Call {
    pub request: HttpRequest,
    pub service: Data<Service>,
    pub caller: Rc<Caller>,
    /// What of what is not public the answer shows.
    seen: Seen,
    payload: Payload,
    /// The body, once it has been read whole.
    pub(super) read: Option<Bytes>,
    pub(super) key: Option<IdempotencyKey>,
    /// Over all the writes of a long request.
    pub(super) held: Option<(KeyHeld, HeldEverywhere)>,
    /// What of the body is in memory, until the request is answered.
    booked: Option<Booked>,
    /// Whether its parameters were read.
    asked: Cell<bool>,
}

/// Longest JSON body of whoever has not signed in: the code of an enrolment is all that is taken of them.
const STRANGERS_BODY: usize = 4 << 10;
/// A JSON body becomes values of many times its size.
const JSON_WEIGHT: usize = 8;

impl FromRequest for Call {
    type Error = Problem;
    type Future = future::Ready<Result<Call, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let service = request.app_data::<Data<Service>>().cloned();
        let caller = Caller::of(request);
        let reads = *request.method() == Method::GET && caller.who.is_some();
        let seen = if reads { Seen::remembering() } else { Seen::default() };
        if reads {
            request.extensions_mut().insert(seen.clone());
        }
        future::ready(service.ok_or_else(|| Problem::new(Code::Internal)).map(|service| Call {
            request: request.clone(),
            service,
            caller,
            seen,
            payload: payload.take(),
            read: None,
            key: None,
            held: None,
            booked: None,
            asked: Cell::new(false),
        }))
    }
}

impl Call {
    pub fn language(&self) -> Language {
        self.caller.language
    }

    /// A part of the path, read by its type; what cannot be one names nothing.
    pub fn part<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        let part = self.request.match_info().get(name);
        // No database need hear of what no name holds.
        let part = part.filter(|text| !text.contains(char::is_control)).and_then(|text| text.parse().ok());
        part.ok_or_else(|| self.nothing_there())
    }

    /// A part of the path that is the id of a row, as it is stored.
    pub fn id(&self, name: &str) -> Result<String, Problem> {
        Ok(self.part::<uuid::Uuid>(name)?.to_string())
    }

    /// A fixed path beside a pattern is nobody's name: it is there, and does not take the method.
    fn nothing_there(&self) -> Problem {
        match self.service.document.allowed_at(self.request.path()) {
            Some(allowed) => Problem::new(Code::MethodNotAllowed).header(header::ALLOW, &allowed),
            None => Problem::new(Code::NotFound),
        }
    }

    fn today(&self) -> chrono::NaiveDate {
        day_of(self.caller.at)
    }

    pub fn asking(&self) -> Asking {
        let public = Asking {
            lifetimes: self.service.options.entry.lifetimes,
            ways: self.service.options.entry.ways.clone(),
            policy: self.service.options.policy,
            digests: self.service.options.digests,
            rules: self.service.rules(),
            ..Asking::public(self.today())
        };
        let Some(who) = &self.caller.who else { return public };
        Asking {
            rights: Rights {
                grants: who.grants().iter().map(TokenGrant::right).collect(),
                separated: self.service.options.roles_separated,
                hand_sets_up: self.caller.access.as_ref().is_some_and(|access| access.sets_up),
            },
            person: Some(who.person().clone()),
            access: self.caller.access.clone(),
            seen: self.seen.clone(),
            ..public
        }
    }

    /// Refuses whoever has not signed in.
    pub fn require_token(&self) -> Result<(), Problem> {
        if self.caller.who.is_some() { Ok(()) } else { Err(Problem::new(Code::Unauthorized)) }
    }

    /// Refuses, before anything is done, whoever takes no JSON.
    pub fn require_acceptable(&self) -> Result<(), Problem> {
        if accepts(&self.request, JSON) { Ok(()) } else { Err(Problem::new(Code::NotAcceptable)) }
    }

    pub fn query<Q: Query>(&self) -> Result<Q, Problem> {
        self.asked.set(true);
        Q::read(self.request.query_string())
    }

    /// Refuses parameters that nobody has read.
    fn refuse_unread(&self) -> Result<(), Problem> {
        if self.asked.get() { Ok(()) } else { NoParameters::read(self.request.query_string()).map(drop) }
    }

    /// The query; where it is wrong, what is not there is told first.
    pub async fn query_after<Q, T, F>(&self, exists: F) -> Result<Q, Problem>
    where
        Q: Query,
        T: Send + 'static,
        F: FnMut(&mut AnyConnection, &Asking) -> Result<T, Refusal> + Send + 'static,
    {
        match self.query::<Q>() {
            Ok(query) => Ok(query),
            Err(problem) => {
                self.look(exists).await?;
                Err(problem)
            }
        }
    }

    fn bounds(&self, bytes: usize, weight: usize) -> Bounds {
        Bounds { bytes, weight, drain: self.service.options.body_drain }
    }

    /// Whoever has not signed in has little to say.
    pub fn json_bounds(&self) -> Bounds {
        let most = if self.caller.who.is_some() { usize::MAX } else { STRANGERS_BODY };
        self.bounds(self.service.options.json_bytes.min(most), JSON_WEIGHT)
    }

    /// Of a file: its bytes here, and what its reader gives back.
    pub fn import_bounds(&self) -> Bounds {
        self.bounds(self.service.options.import_bytes, 2)
    }

    pub fn batch_bounds(&self) -> Bounds {
        self.bounds(self.service.options.batch_bytes, 1)
    }

    /// The body as a JSON object of one of the media types.
    pub async fn json(&mut self, accepted: &[&str]) -> Result<JsonBody, Problem> {
        body::parse(&self.typed(accepted).await?)
    }

    /// The body as JSON, to be judged by the schema of its type: what changes where it is a `PATCH`. With it go
    /// parameters that were not read before: they are refused before it is judged.
    pub async fn body<T: Body>(&mut self) -> Result<Sent<T>, Problem> {
        let (accepted, extent) = match *self.request.method() {
            Method::PATCH => (body::MERGE_PATCH, Extent::Change),
            _ => (body::JSON, Extent::Whole),
        };
        let value = json::parse(&self.typed(accepted).await?)?;
        Ok(Sent::new(value, extent, self.service.clone()).after(self.refuse_unread()))
    }

    async fn typed(&mut self, accepted: &[&str]) -> Result<Bytes, Problem> {
        let bounds = self.json_bounds();
        if let Some(bytes) = &self.read {
            body::require_type(&self.request, accepted)?;
            return Ok(bytes.clone());
        }
        let open = || self.service.budget.open(self.caller.client.as_ref(), self.caller.who.is_none());
        let budget = (&self.service.budget, self.booked.get_or_insert_with(open));
        body::typed(&self.request, &mut self.payload, accepted, bounds, budget).await
    }

    /// The body as it is.
    pub async fn bytes(&mut self, bounds: Bounds) -> Result<Bytes, Problem> {
        match &self.read {
            Some(bytes) => Ok(bytes.clone()),
            None => {
                let open =
                    || self.service.budget.open(self.caller.client.as_ref(), self.caller.who.is_none());
                let budget = (&self.service.budget, self.booked.get_or_insert_with(open));
                body::bytes(&self.request, &mut self.payload, bounds, budget).await
            }
        }
    }

    /// Reads a refused body on, so that the client reads the answer.
    pub async fn drain(&mut self, bounds: Bounds) {
        body::drain(&mut self.payload, bounds).await;
    }

    /// Whether `If-Match` was sent, where it need not be.
    pub fn has_if_match(&self) -> bool {
        self.request.headers().contains_key(header::IF_MATCH)
    }

    /// `If-Match` must name the present version; parameters that were not read are refused first.
    pub fn if_match(&self, present: i64) -> Result<i64, Problem> {
        self.refuse_unread()?;
        precondition::require_match(&self.request, present)
    }

    pub(super) fn act(&self) -> Act {
        Act { key: self.key.clone(), ..self.caller.act() }
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
