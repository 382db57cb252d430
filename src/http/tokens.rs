//! `/tokens`: people's tokens, issued, changed, renewed and revoked by those above them.

use super::kernel::BASE;
use super::kernel::body::{JSON, MERGE_PATCH};
use super::kernel::call::Call;
use super::kernel::fields::{Fields, merge};
use super::kernel::format::{parse_time, time};
use super::kernel::names::{RoleName, StageName};
use super::kernel::paging::{Page, PageOrder, SortField, list_reply};
use super::kernel::problem::{Code, Problem};
use super::kernel::query::{CursorText, Limit, NoParameters, query};
use super::kernel::reply::Reply;
use super::me::PersonBody;
use crate::domain::id::{PersonId, TokenId};
use crate::domain::language::Language;
use crate::domain::people::{Token, TokenGrant};
use crate::operations::InputFault;
use crate::operations::people::{self, GrantOrder, TokenEdit, TokenOrder};
use actix_web::{delete, get, patch, post};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config
        .service(list_tokens)
        .service(create_token)
        .service(read_token)
        .service(change_token)
        .service(delete_token)
        .service(rotate_token);
}

/// Most grants of one token.
const GRANTS: usize = 20;

/// 令牌的一项授权。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TokenGrant)]
pub struct TokenGrantBody {
    #[schema(value_type = RoleName)]
    role: &'static str,
    /// 空 = 处处有效。
    #[schema(format = "uuid")]
    agency_id: Option<String>,
    #[schema(value_type = Option<StageName>)]
    stage: Option<&'static str>,
}

impl From<&TokenGrant> for TokenGrantBody {
    fn from(grant: &TokenGrant) -> TokenGrantBody {
        TokenGrantBody {
            role: grant.role.as_str(),
            agency_id: grant.agency.as_ref().map(|(id, _, _)| id.to_string()),
            stage: grant.stage.map(|stage| stage.as_str()),
        }
    }
}

/// 令牌；密文只在发给时显示一次。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenBody {
    #[schema(format = "uuid", read_only)]
    id: String,
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// 令牌属于哪个人。
    #[schema(read_only)]
    person: PersonBody,
    #[schema(read_only)]
    grants: Vec<TokenGrantBody>,
    /// 失效时间；空 = 长期有效。
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    #[schema(format = DateTime, read_only)]
    created_at: String,
    #[schema(format = DateTime, read_only)]
    updated_at: String,
    /// 密文，只在发给时有。
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl TokenBody {
    pub fn of(token: &Token, secret: Option<&str>) -> TokenBody {
        TokenBody {
            id: token.id.to_string(),
            name: token.name.clone(),
            person: PersonBody::from(&token.person),
            grants: token.grants.iter().map(TokenGrantBody::from).collect(),
            expires_at: token.expires_at.map(time),
            created_at: time(token.created_at),
            updated_at: time(token.updated_at),
            secret: secret.map(str::to_owned),
        }
    }
}

pub type TokenList = Page<TokenBody>;

fn shown(token: &Token, language: Language) -> Reply {
    let reply = Reply::ok(&TokenBody::of(token, None));
    reply.tag(token.version, language.short()).modified(token.updated_at).patchable()
}

/// The answer that shows the secret, once.
fn issued(token: &Token, secret: &str, language: Language) -> Reply {
    let location = format!("{BASE}/tokens/{}", token.id);
    Reply::created(location, &TokenBody::of(token, Some(secret))).tag(token.version, language.short()).once()
}

static NO_SORTS: &[SortField<Token>] = &[];

query!(TokenListQuery {
    /// 只要某个人的：人员编号。
    person_id: Option<PersonId>,
    /// 每页条数，1–200，默认 50。
    limit: Option<Limit>,
    /// 上一页给出的游标。
    cursor: Option<CursorText>,
    /// 是否给出总数；超过一千只说至少有多少。
    count: Option<bool>,
});

/// 令牌列表
///
/// 系统管理员看到全部，主管部门看到授权都在本机关及以下的；已吊销的不列出。
#[utoipa::path(
    tag = "administration",
    params(TokenListQuery),
    responses((status = 200, description = "一页令牌", body = TokenList)),
    extensions(
        ("x-problems" = json!(["unauthorized", "forbidden", "invalid_query", "invalid_cursor"])),
        ("x-list" = json!(true)),
        ("x-token" = json!(true)),
    ),
)]
#[get("/tokens")]
pub async fn list_tokens(call: Call) -> Result<Reply, Problem> {
    require_right(&call)?;
    let query: TokenListQuery = call.query()?;
    let order = PageOrder::read("tokens", NO_SORTS, None, query.limit, query.cursor.as_ref())?;
    let (page, person, count) = (order.page.clone(), query.person_id, query.count == Some(true));
    let (rows, total) = call
        .look(move |connection, asking| {
            people::list_managed(connection, asking, person.as_ref(), &page, count)
        })
        .await?;
    let (rows, next) = order.cut(rows, |token| token.id.to_string());
    let items: Vec<TokenBody> = rows.iter().map(|token| TokenBody::of(token, None)).collect();
    Ok(list_reply(&call, json!(items), next, total))
}

fn require_right(call: &Call) -> Result<(), Problem> {
    call.require_token()?;
    Ok(people::require_token_right(&call.asking())?)
}

fn new_secret() -> Result<String, Problem> {
    let mut random = [0u8; 32];
    getrandom::fill(&mut random).map_err(|error| {
        tracing::error!(%error, "the system gave no random bytes");
        Problem::new(Code::Unavailable)
    })?;
    Ok(people::new_secret(random))
}

fn read_expiry(fields: &mut Fields<'_>) -> Option<chrono::NaiveDateTime> {
    fields.read("expires_at", |text| parse_time(text).ok_or("invalid_time"))
}

fn read_order(object: &Map<String, Value>, secret: &str) -> Result<TokenOrder, Vec<InputFault>> {
    let mut fields = Fields::new(object, None);
    let name = fields.text("name", 100);
    let name = fields.require("name", name);
    let person = fields.read("person_id", |text| text.parse().map_err(|()| "invalid_id"));
    let expires_at = read_expiry(&mut fields);
    let grants = fields.each("grants", GRANTS, |grant| {
        let role = grant.read("role", |text| text.parse().map_err(|()| "invalid_value"));
        let role = grant.require("role", role);
        let agency = grant.read("agency_id", |text| text.parse().map_err(|()| "invalid_id"));
        let stage = grant.read("stage", |text| text.parse().map_err(|()| "invalid_value"));
        role.map(|role| GrantOrder { role, agency, stage })
    });
    let grants = fields.require("grants", grants);
    match (name, grants, fields.finish()) {
        (Some(name), Some(grants), faults) if faults.is_empty() => Ok(TokenOrder {
            token_id: TokenId::from_uuid(uuid::Uuid::now_v7()),
            name,
            person,
            new_person_id: PersonId::from_uuid(uuid::Uuid::now_v7()),
            grants,
            expires_at,
            secret_hash: people::digest_of_secret(secret),
        }),
        (_, _, faults) => Err(faults),
    }
}

/// 发给令牌
///
/// 每项授权都须在自己的授权之内、低于自己的角色：主管部门可发填报员、审核员、发布员；系统管理员不限。
/// 不给 `person_id` 则新建一个人。密文只在本次答复中；重复的请求（`Idempotency-Key`）得到 409 `already_issued`。
#[utoipa::path(
    tag = "administration",
    request_body(content = ref("#/components/schemas/TokenInput"), content_type = "application/json"),
    responses((status = 201, description = "已发给", body = TokenBody)),
    extensions(
        ("x-problems" = json!(["forbidden", "invalid_input", "already_issued", "invalid_query"])),
        ("x-tagged" = json!(true)),
    ),
)]
#[post("/tokens")]
pub async fn create_token(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    // Whoever issues none at all is told so before the body is read; which ones, only the body says.
    require_right(&call)?;
    let body = call.json(JSON).await?;
    let _: NoParameters = call.query()?;
    let secret = new_secret()?;
    let order = read_order(&body.object, &secret).map_err(Problem::of_body)?;
    let language = call.language();
    call.write(
        move |desk| people::issue_token_as(desk, &order),
        move |token| issued(token, &secret, language),
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
/// 不含密文。
#[utoipa::path(
    tag = "administration",
    params(("id" = String, Path, description = "令牌编号")),
    responses((status = 200, description = "令牌", body = TokenBody)),
    extensions(
        ("x-problems" = json!(["unauthorized", "forbidden", "not_found", "invalid_query"])),
        ("x-tagged" = json!(true)),
        ("x-token" = json!(true)),
    ),
)]
#[get("/tokens/{id}")]
pub async fn read_token(call: Call) -> Result<Reply, Problem> {
    let token = present(&call).await?;
    let _: NoParameters = call.query()?;
    Ok(shown(&token, call.language()))
}

/// 修改令牌
///
/// 可改名称和失效时间；授权不能改，另发一个即可。
#[utoipa::path(
    tag = "administration",
    params(("id" = String, Path, description = "令牌编号")),
    request_body(content = ref("#/components/schemas/TokenPatch"), content_type = "application/merge-patch+json"),
    responses((status = 200, description = "修改后的令牌", body = TokenBody)),
    extensions(
        ("x-problems" = json!(["forbidden", "not_found", "invalid_input", "read_only", "last_admin", "invalid_query"])),
        ("x-tagged" = json!(true)),
    ),
)]
#[patch("/tokens/{id}")]
pub async fn change_token(mut call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let body = call.json(MERGE_PATCH).await?;
    let _: NoParameters = call.query()?;
    let version = call.if_match(present.version)?;
    let now = json!(TokenBody::of(&present, None));
    let wanted = merge(&now, &body.object);
    let mut fields = Fields::new(&wanted, Some(&now));
    fields.read_only(&["id", "person", "grants", "created_at", "updated_at"]);
    let name = fields.text("name", 100);
    let name = fields.require("name", name);
    let expires_at = read_expiry(&mut fields);
    let edit = match (name, fields.finish()) {
        (Some(name), faults) if faults.is_empty() => TokenEdit { name, expires_at },
        (_, faults) => return Err(Problem::of_body(faults)),
    };
    let language = call.language();
    call.write(
        move |desk| people::update_token(desk, &present.id, version, &edit),
        move |token| shown(token, language),
    )
    .await
}

/// 吊销令牌
///
/// 立即失效，对所有实例。
#[utoipa::path(
    tag = "administration",
    params(("id" = String, Path, description = "令牌编号")),
    responses((status = 204, description = "已吊销")),
    extensions(("x-problems" = json!(["forbidden", "not_found", "last_admin", "invalid_query"]))),
)]
#[delete("/tokens/{id}")]
pub async fn delete_token(call: Call) -> Result<Reply, Problem> {
    let present = present(&call).await?;
    let _: NoParameters = call.query()?;
    let version = call.if_match(present.version)?;
    call.write(move |desk| people::revoke_token(desk, &present.id, version), |()| Reply::no_content()).await
}

/// 换发令牌
///
/// 吊销原令牌，给同一个人发一个授权相同的新令牌；人和留下的记录不变。
#[utoipa::path(
    tag = "administration",
    params(("id" = String, Path, description = "令牌编号")),
    responses((status = 201, description = "已换发", body = TokenBody)),
    extensions(
        ("x-problems" = json!(["forbidden", "not_found", "already_issued", "invalid_query"])),
        ("x-tagged" = json!(true)),
    ),
)]
#[post("/tokens/{id}/rotation")]
pub async fn rotate_token(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    let present = present(&call).await?;
    let _: NoParameters = call.query()?;
    let secret = new_secret()?;
    let hash = people::digest_of_secret(&secret);
    let id = TokenId::from_uuid(uuid::Uuid::now_v7());
    let language = call.language();
    call.write(
        move |desk| people::rotate_token(desk, &present.id, &id, &hash),
        move |token| issued(token, &secret, language),
    )
    .await
}
