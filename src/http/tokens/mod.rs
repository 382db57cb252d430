//! `/tokens`: people's tokens, issued, changed, renewed and revoked by those above them.

use super::kernel::format::time;
use super::kernel::{BASE, Call, Code, NoParameters, Paging, Problem, Reply, query};
use super::pending::PendingBody;
use crate::domain::access::Lifetimes;
use crate::domain::algorithm::Algorithm;
use crate::domain::id::{PersonId, TokenId};
use crate::domain::language::Language;
use crate::domain::people::Token;
use crate::operations::pending::HeldOrder;
use crate::operations::people::{self, Drawn, Renewal, RenewalOrder, TokenEdit};
use actix_web::{delete, get, patch, post};
use serde_json::json;
use utoipa_actix_web::service_config::ServiceConfig;

mod body;

pub use body::TokenBody;
use body::{EnrolmentCode, EnrolmentCreate, TokenCreate, TokenList, TokenPatch};

pub fn register(config: &mut ServiceConfig<'_>) {
    config
        .service(list_tokens)
        .service(create_token)
        .service(read_token)
        .service(change_token)
        .service(delete_token)
        .service(rotate_token)
        .service(enrol);
}

fn shown(token: &Token, (lifetimes, language): Telling) -> Reply {
    let reply = Reply::ok(&TokenBody::of(token, &lifetimes));
    reply.tag(token.version, language.short()).modified(token.updated_at).patchable()
}

/// By what a token is told of.
pub type Telling = (Lifetimes, Language);

pub fn telling(call: &Call) -> Telling {
    (call.asking().lifetimes, call.language())
}

/// The answer that shows the secret, or to anybody else than its person the code, once.
fn issued(token: &Token, drawn: &Draw, (lifetimes, language): Telling) -> Reply {
    let location = format!("{BASE}/tokens/{}", token.id);
    let body = issued_body(token, drawn, &lifetimes);
    Reply::created(location, &body).tag(token.version, language.short()).once()
}

/// The token with what is shown of it once.
pub fn issued_body(token: &Token, drawn: &Draw, lifetimes: &Lifetimes) -> TokenBody {
    let mut body = TokenBody::of(token, lifetimes);
    match token.code_ends_at.filter(|_| token.is_pending()) {
        Some(ends) => {
            body.enrolment = Some(EnrolmentCode { code: drawn.code.clone(), expires_at: time(ends) })
        }
        None => body.secret = Some(drawn.secret.clone()),
    }
    body
}

/// What was drawn for a token.
pub struct Draw {
    secret: String,
    code: String,
    /// By which algorithm it is stored.
    digests: Algorithm,
}

impl Draw {
    pub fn new(call: &Call) -> Result<Draw, Problem> {
        let mut random = [0u8; 48];
        getrandom::fill(&mut random).map_err(|error| {
            tracing::error!(%error, "the system gave no random bytes");
            Problem::new(Code::Unavailable)
        })?;
        let mut parts = ([0u8; 32], [0u8; 16]);
        let (secret, code) = random.split_at(32);
        parts.0.copy_from_slice(secret);
        parts.1.copy_from_slice(code);
        let digests = call.service.options.digests;
        Ok(Draw { secret: people::new_secret(parts.0), code: people::new_code(parts.1), digests })
    }

    pub fn stored(&self) -> Drawn {
        Drawn {
            secret_hash: people::digest_of_secret(self.digests, &self.secret),
            code_hash: people::digest_of_secret(self.digests, &self.code),
        }
    }
}

query!(TokenListQuery {
    /// 只要某个人的：人员编号。
    person_id: Option<PersonId>,
    page: Paging,
});

/// 令牌列表
///
/// 安全管理员和审计员看到全部，主管部门看到授权都在自己的授权之内、角色低于自己的；已吊销的不列出。
#[utoipa::path(
    tag = "administration",
    params(TokenListQuery),
    responses((status = 200, description = "一页令牌", body = TokenList)),
    extensions(("x-problems" = json!([Code::Forbidden])), ("x-token" = json!(true))),
)]
#[get("/tokens")]
pub async fn list_tokens(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    people::require_people_right(&call.asking())?;
    let query: TokenListQuery = call.query()?;
    let (person, lifetimes) = (query.person_id, call.asking().lifetimes);
    let paging = query.page;
    paging
        .list(
            &call,
            "tokens",
            move |connection, asking, page, count| {
                people::list_seen(connection, asking, person.as_ref(), page, count)
            },
            |token| token.id.to_string(),
            |token| TokenBody::of(token, &lifetimes),
        )
        .await
}

fn require_right(call: &Call) -> Result<(), Problem> {
    call.require_token()?;
    Ok(people::require_token_right(&call.asking())?)
}

/// 发给令牌
///
/// 每项授权都须在自己的授权之内、低于自己的角色：主管部门可发填报员、审核员、发布员；安全管理员可发超级管理员以外的各种角色，
/// 但不能发给自己；超级管理员不限。三员分立（`roles.separation`）时，一人的全部令牌合起来也只能属于填报审核、系统、安全、审计中的一方，
/// 超级管理员只能用命令行发。
/// 授予主管部门以上的角色须由另一个人确认的（设置 `second_pair.grants`），答 202；领取码或密文在确认的答复中，由确认的人经手。
/// 不给 `person_id` 则新建一个人。发给别人的，答复里没有密文，只有领取码（`enrolment`）：七天之内由本人凭它领取一次
/// （`POST /enrolments`），领取之前令牌不能使用；此后此人的经手人是发给的人，直到另一人确认
/// （`POST /persons/{person}/confirmation`）。发给自己和机器（`machine`）的，密文在本次答复中。
/// 持有自己发不出的授权的人，不能再发给（403）。重复的请求（`Idempotency-Key`）得到 409 `already_issued`。
#[utoipa::path(
    tag = "administration",
    request_body = TokenCreate,
    responses(
        (status = 201, description = "已发给", body = TokenBody),
        (status = 202, description = "已提请，待另一个人确认", body = PendingBody),
    ),
    extensions(("x-problems" = json!([Code::AlreadyIssued]))),
)]
#[post("/tokens")]
pub async fn create_token(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    // Whoever issues none at all is told so before the body is read; which ones, only the body says.
    require_right(&call)?;
    let body = call.body::<TokenCreate>().await?;
    let drawn = Draw::new(&call)?;
    let order = body.read()?.order(drawn.stored());
    let held = HeldOrder::Grants(order.clone());
    let telling = telling(&call);
    call.do_or_ask(
        held,
        move |desk| people::issue_token_as(desk, &order),
        move |token| issued(token, &drawn, telling),
    )
    .await
}

async fn present(call: &Call) -> Result<Token, Problem> {
    require_right(call)?;
    let id: TokenId = call.part("id")?;
    call.look(move |connection, asking| people::find_managed(connection, asking, &id)).await
}

/// 读取令牌
///
/// 不含密文。自己的令牌自己总读得到。
#[utoipa::path(
    tag = "administration",
    responses((status = 200, description = "令牌", body = TokenBody)),
    extensions(("x-problems" = json!([Code::Forbidden])), ("x-token" = json!(true))),
)]
#[get("/tokens/{id}")]
pub async fn read_token(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id: TokenId = call.part("id")?;
    let token = call.look(move |connection, asking| people::find_seen(connection, asking, &id)).await?;
    let _: NoParameters = call.query()?;
    Ok(shown(&token, telling(&call)))
}

/// 修改令牌
///
/// 可改名称、失效时间和使用的地址；授权不能改，另发一个即可。已经失效的不能复活：409 `token_ended`，请另发一个。
/// 授予主管部门以上的角色须由另一个人确认的（设置 `second_pair.grants`），把别人的这种令牌改得更晚失效，或可以从更多的地址使用，答 202。
#[utoipa::path(
    tag = "administration",
    request_body = TokenPatch,
    responses(
        (status = 200, description = "修改后的令牌", body = TokenBody),
        (status = 202, description = "已提请，待另一个人确认", body = PendingBody),
    ),
    extensions(("x-problems" = json!([Code::ReadOnly, Code::LastAdmin, Code::TokenEnded]))),
)]
#[patch("/tokens/{id}")]
pub async fn change_token(mut call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let body = call.body::<TokenPatch>().await?;
    let version = call.if_match(present.version)?;
    let telling = telling(&call);
    let edit = TokenEdit::from(body.over(&json!(TokenBody::of(&present, &telling.0)))?);
    let renewal = Renewal::Change { version, edit: edit.clone() };
    let held = HeldOrder::Renewal(RenewalOrder::of(&present, renewal));
    call.do_or_ask(
        held,
        move |desk| people::update_token(desk, &present.id, version, &edit),
        move |token| shown(token, telling),
    )
    .await
}

/// 吊销令牌
///
/// 立即失效，对所有实例。
#[utoipa::path(
    tag = "administration",
    responses((status = 204, description = "已吊销")),
    extensions(("x-problems" = json!([Code::LastAdmin]))),
)]
#[delete("/tokens/{id}")]
pub async fn delete_token(call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let version = call.if_match(present.version)?;
    call.write(move |desk| people::revoke_token(desk, &present.id, version), |()| Reply::no_content()).await
}

/// 换发令牌
///
/// 吊销原令牌，给同一个人发一个授权相同的新令牌；人和留下的记录不变。别人的令牌换发后由本人凭领取码领取，同 `POST /tokens`；
/// 已经失效的不能换发，请另发一个。
/// 授予主管部门以上的角色须由另一个人确认的（设置 `second_pair.grants`），换发别人的这种令牌答 202；领取码或密文在确认的答复中，
/// 由确认的人经手。
#[utoipa::path(
    tag = "administration",
    responses(
        (status = 201, description = "已换发", body = TokenBody),
        (status = 202, description = "已提请，待另一个人确认", body = PendingBody),
    ),
    extensions(("x-problems" = json!([Code::AlreadyIssued, Code::TokenEnded]))),
)]
#[post("/tokens/{id}/rotation")]
pub async fn rotate_token(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    let present = present(&call).await?;
    let _: NoParameters = call.query()?;
    let drawn = Draw::new(&call)?;
    let stored = drawn.stored();
    let id = TokenId::from_uuid(uuid::Uuid::now_v7());
    let renewal = Renewal::Rotation { token: id.clone(), drawn: stored.clone() };
    let held = HeldOrder::Renewal(RenewalOrder::of(&present, renewal));
    let telling = telling(&call);
    call.do_or_ask(
        held,
        move |desk| people::rotate_token(desk, &present.id, &id, &stored),
        move |token| issued(token, &drawn, telling),
    )
    .await
}

/// 领取令牌
///
/// 令牌的本人凭领取码领取密文，不带令牌；码和密文都只有一次。码不认识、用过、过期，或令牌已吊销，一律 401 `enrolment_refused`；
/// 发给的人不再发得出此人持有的授权时 403。重复的请求（`Idempotency-Key`）得到 409 `already_issued`。
#[utoipa::path(
    tag = "administration",
    request_body = EnrolmentCreate,
    responses((status = 201, description = "已领取", body = TokenBody)),
    extensions(
        ("x-problems" = json!([Code::EnrolmentRefused, Code::AlreadyIssued])),
        ("x-anonymous" = json!(true)),
    ),
)]
#[post("/enrolments")]
pub async fn enrol(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed_to_anybody().await? {
        return Ok(reply);
    }
    let body = call.body::<EnrolmentCreate>().await?;
    let code = body.read()?.code.trim().to_owned();
    let drawn = Draw::new(&call)?;
    let secret = drawn.stored().secret_hash;
    let telling = telling(&call);
    call.write(move |desk| people::enrol(desk, &code, &secret), move |token| issued(token, &drawn, telling))
        .await
}
