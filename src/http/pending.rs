//! `/pending`: acts that wait for a second pair of eyes.

use super::kernel::format::time;
use super::kernel::names::{AnyJson, HeldActName, PendingVerdict};
use super::kernel::{BASE, Call, Code, ListQuery, Page, Problem, Reply, answer};
use super::person_grants::PersonGrantsBody;
use super::reports::{PersonReference, SuppressionBody, TransitionBody};
use super::settings::ReviewSettingsBody;
use super::subjects::SubjectBody as BoundBody;
use super::tokens::{Draw, TokenBody, issued_body};
use crate::domain::access::Lifetimes;
use crate::domain::id::{PendingId, PersonId, TokenId};
use crate::domain::pending::{DecidedAct, PendingAct, Verdict};
use crate::operations::pending::{
    self, Decided, Decision, Fresh, HeldOrder, Outcome, do_or_ask, enter_ask, prepare_ask, require_decider,
};
use crate::operations::{Desk, Refusal};
use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(list_pending).service(decide_pending);
}

/// 操作是关于什么的。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PendingSubject)]
pub struct SubjectBody {
    #[schema(format = "uuid")]
    report_id: Option<String>,
    #[schema(format = "uuid")]
    agency_id: Option<String>,
    year: Option<i32>,
    /// 第几版；只有抹去时有。
    revision: Option<i32>,
}

answer! {
    /// 提请而待另一个人确认的操作。
    #[schema(as = PendingAct)]
    pub struct PendingBody of(pending: &PendingAct) {
        #[schema(format = "uuid")]
        id: String = pending.id.to_string(),
        #[schema(value_type = HeldActName)]
        act: &'static str = pending.act.as_str(),
        subject: SubjectBody = SubjectBody {
            report_id: pending.report_id.as_ref().map(ToString::to_string),
            agency_id: pending.agency_id.as_ref().map(ToString::to_string),
            year: pending.year,
            revision: pending.revision,
        },
        /// 提请的内容，与当时读到的相同。
        #[schema(value_type = AnyJson)]
        asked: Value = serde_json::from_str(&pending.body).unwrap_or_default(),
        asked_by: PersonReference = PersonReference::new(pending.person_id.as_str(), &pending.person_name),
        #[schema(format = DateTime)]
        asked_at: String = time(pending.asked_at),
        /// 到此时没有人决定即作罢。
        #[schema(format = DateTime)]
        ends_at: String = time(pending.ends_at),
    }
}

pub type PendingList = Page<PendingBody>;

/// 202 with what waits now.
fn accepted(asked: &PendingAct) -> Reply {
    let body = PendingBody::of(asked);
    Reply::accepted(format!("{BASE}/pending"), &body).tag(1, &body.id)
}

impl Call {
    /// Does an act and answers with it, or, where it takes another person, has it wait and answers 202.
    pub async fn do_or_ask<T, Op, Render>(
        &self,
        order: HeldOrder,
        mut operation: Op,
        render: Render,
    ) -> Result<Reply, Problem>
    where
        T: Send + 'static,
        Op: FnMut(&mut Desk<'_>) -> Result<T, Refusal> + Send + 'static,
        Render: Fn(&T) -> Reply + Send + Sync + 'static,
    {
        let id = PendingId::from_uuid(uuid::Uuid::now_v7());
        self.write(
            move |desk| do_or_ask(desk, &id, &order, &mut operation),
            move |outcome| match outcome {
                Outcome::Done(done) => render(done),
                Outcome::Asked(asked) => accepted(asked),
            },
        )
        .await
    }

    /// Whether acts of this kind wait for another person here.
    pub fn waits(&self, order: &HeldOrder) -> bool {
        order.waits(&self.service.options.policy)
    }

    /// Writes an act down for another person to confirm, and answers 202.
    pub async fn ask(&self, order: HeldOrder) -> Result<Reply, Problem> {
        let id = PendingId::from_uuid(uuid::Uuid::now_v7());
        self.enter(
            move |connection, act, asking| {
                let ready = prepare_ask(connection, act, asking, &id, &order)?;
                let reply = accepted(&ready.command);
                Ok((ready, reply))
            },
            enter_ask,
        )
        .await
    }

    /// The same as one of many, without an answer to keep; its id.
    pub async fn ask_bulk(&self, order: HeldOrder) -> Result<String, Problem> {
        let id = PendingId::from_uuid(uuid::Uuid::now_v7());
        self.enter_bulk(
            move |connection, act, asking| {
                Ok((prepare_ask(connection, act, asking, &id, &order)?, id.to_string()))
            },
            enter_ask,
        )
        .await
    }
}

/// 待确认的操作
///
/// 须由另一个人确认才生效的操作（设置 `second_pair`）：自己提请的，和自己有权决定的。过期、已决定的不在其中，见审计。
#[utoipa::path(
    tag = "administration",
    params(ListQuery),
    responses((status = 200, description = "一页待确认的操作，自早至晚", body = PendingList)),
    extensions(("x-cost" = json!("point")), ("x-token" = json!(true))),
)]
#[get("/pending")]
pub async fn list_pending(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let query: ListQuery = call.query()?;
    let now = call.caller.at;
    let paging = query.page;
    paging
        .list(
            &call,
            "pending",
            move |connection, asking, page, count| pending::list(connection, asking, now, page, count),
            |one| one.id.to_string(),
            PendingBody::of,
        )
        .await
}

/// 对提请的决定。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PendingDecisionCreate {
    #[schema(value_type = PendingVerdict)]
    decision: Verdict,
    #[schema(min_length = 1, max_length = 2000)]
    comment: Option<String>,
}

/// 已作的决定。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PendingDecision)]
pub struct DecisionBody {
    #[schema(format = "uuid")]
    id: String,
    #[schema(value_type = HeldActName)]
    act: &'static str,
    #[schema(value_type = PendingVerdict)]
    decision: &'static str,
    comment: Option<String>,
    decided_by: PersonReference,
    #[schema(format = DateTime)]
    decided_at: String,
    /// 确认的：操作本身的答复；授权的领取码或机器的密文只在本次答复中。
    #[schema(value_type = AnyJson)]
    result: Value,
}

answer! {
    /// 以前已作的决定。
    #[schema(as = EarlierDecision)]
    pub struct EarlierDecisionBody of(decided: &DecidedAct) {
        #[schema(value_type = PendingVerdict)]
        decision: &'static str = decided.decision.as_str(),
        comment: Option<String> = decided.comment.clone(),
        decided_by: PersonReference = PersonReference::from(&decided.by),
        #[schema(format = DateTime)]
        decided_at: String = time(decided.decided_at),
    }
}

fn result(decided: &Decided, drawn: &Draw, lifetimes: &Lifetimes) -> Value {
    match decided {
        Decided::Refused => Value::Null,
        Decided::Review(settings) => json!(ReviewSettingsBody::of(settings)),
        Decided::Transition(made) => {
            json!(TransitionBody::of(&made.transition, made.receipt.as_ref(), &made.open_comments))
        }
        Decided::Suppression(suppression) => json!(SuppressionBody::of(suppression)),
        Decided::Grants(grants) => json!(PersonGrantsBody::from(grants.as_slice())),
        Decided::Subject(bound) => json!(BoundBody::of(bound)),
        Decided::Token(token) => json!(issued_body(token, drawn, lifetimes)),
        Decided::Kept(token) => json!(TokenBody::of(token, lifetimes)),
    }
}

/// 决定待确认的操作
///
/// 由提请人以外、自己也有权进行这个操作的人确认或拒绝；与提请人、被授权的人同一经手人的不能决定，用哪个令牌都一样
/// （403 `separation_of_duties`，`because` 是与谁、为什么）。
/// 确认的随即以提请人的名义进行：提请人现在的授权、提请时的 ETag 和操作本身都重新判断，结果和拒绝与直接进行的相同；
/// 授权的令牌由确认的人发给：领取码在其答复中，经手人也是他。
/// 报告已经改变（412）或已不能进行（409 等）的，提请随之作罢。拒绝的作罢。
/// 已经有人决定的是 409 `already_decided`，`decided` 是谁、何时、怎样决定的（三十天之内；此后见审计）。
#[utoipa::path(
    tag = "administration",
    request_body = PendingDecisionCreate,
    responses((status = 200, description = "已决定", body = DecisionBody)),
    extensions(
        ("x-problems" = json!([Code::SeparationOfDuties, Code::PreconditionFailed,
            Code::FindingsBlockSubmit, Code::TransitionNotAllowed, Code::YearNotOpen, Code::ReportWithdrawn,
            Code::RevisionSuppressed, Code::RevisionShown, Code::AskerWithoutRight, Code::AlreadyDecided,
            Code::AlreadyIssued, Code::TokenEnded, Code::SubjectBound, Code::SubjectTaken])),
        ("x-same" = json!(true)),
    ),
)]
#[post("/pending/{id}/decision")]
pub async fn decide_pending(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    let id: PendingId = call.part("id")?;
    let (named, now) = (id.clone(), call.caller.at);
    call.look(move |connection, asking| require_decider(connection, asking, &named, now)).await?;
    let body = call.body::<PendingDecisionCreate>().await?;
    let PendingDecisionCreate { decision: verdict, comment } = body.read()?;
    let (drawn, lifetimes) = (Draw::new(&call)?, call.asking().lifetimes);
    let fresh = Fresh {
        transition: uuid::Uuid::now_v7().to_string(),
        token: TokenId::from_uuid(uuid::Uuid::now_v7()),
        person: PersonId::from_uuid(uuid::Uuid::now_v7()),
        drawn: drawn.stored(),
    };
    let decision = Decision { pending: id, verdict, comment, fresh };
    let by = call.asking().person.ok_or_else(|| Problem::new(Code::Unauthorized))?;
    let (taken, told) = (decision.clone(), decision.comment.clone());
    let written = call
        .write(
            move |desk| pending::decide(desk, &taken),
            move |(pending, decided)| {
                let reply = Reply::ok(&DecisionBody {
                    id: pending.id.to_string(),
                    act: pending.act.as_str(),
                    decision: verdict.as_str(),
                    comment: told.clone(),
                    decided_by: PersonReference::new(by.id.as_str(), &by.name),
                    decided_at: time(now),
                    result: result(decided, &drawn, &lifetimes),
                });
                if matches!(decided, Decided::Token(_)) { reply.once() } else { reply }
            },
        )
        .await;
    if let Err(problem) = &written
        && problem.code.status().is_client_error()
    {
        // Whoever asked is to ask anew where what was asked for cannot be done any more.
        call.write_bulk(move |desk| pending::end_impossible(desk, &decision)).await?;
    }
    written
}
