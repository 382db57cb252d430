//! `/webhooks`: being told of public changes, and what became of the telling.

use crate::domain::id::WebhookId;
use crate::domain::language::Language;
use crate::domain::onward::Webhook;
use crate::domain::sealed::NONCE;
use crate::http::kernel::BASE;
use crate::http::kernel::call::Call;
use crate::http::kernel::paging::{PageOrder, SortField, list_reply};
use crate::http::kernel::problem::{Code, Problem};
use crate::http::kernel::query::{CursorText, Limit, NoParameters, query};
use crate::http::kernel::reply::Reply;
use crate::operations::InputFault;
use crate::operations::webhooks::{self, WebhookEdit, require_webhook_right};
use crate::work::check_address;
use actix_web::{delete, get, patch, post, put};
use serde_json::json;
use utoipa_actix_web::service_config::ServiceConfig;

mod body;
mod deliveries;

use body::{WebhookBody, WebhookInput, WebhookPatch};

pub fn register(config: &mut ServiceConfig<'_>) {
    config
        .service(list_webhooks)
        .service(create_webhook)
        .service(read_webhook)
        .service(replace_webhook)
        .service(change_webhook)
        .service(delete_webhook)
        .service(deliveries::test_webhook)
        .service(deliveries::list_deliveries)
        .service(deliveries::redeliver);
}

query!(PageQuery {
    /// 每页条数，1–200，默认 50。
    limit: Option<Limit>,
    /// 上一页给出的游标。
    cursor: Option<CursorText>,
    /// 是否给出总数；超过一千只说至少有多少。
    count: Option<bool>,
});

static NO_SORTS: &[SortField<Webhook>] = &[];

fn shown(webhook: &Webhook, language: Language) -> Reply {
    let reply = Reply::ok(&WebhookBody::of(webhook));
    reply.tag(webhook.version, language.short()).modified(webhook.updated_at).patchable()
}

fn require_right(call: &Call) -> Result<(), Problem> {
    call.require_token()?;
    Ok(require_webhook_right(&call.asking())?)
}

/// Webhook 列表
///
/// 各人看到自己的，系统管理员看到全部。
#[utoipa::path(
    tag = "changes",
    params(PageQuery),
    responses((status = 200, description = "一页 webhook", body = body::WebhookList)),
    extensions(
        ("x-problems" = json!([Code::Unauthorized, Code::Forbidden, Code::InvalidQuery, Code::InvalidCursor])),
        ("x-list" = json!(true)),
        ("x-token" = json!(true)),
    ),
)]
#[get("/webhooks")]
pub async fn list_webhooks(call: Call) -> Result<Reply, Problem> {
    require_right(&call)?;
    let query: PageQuery = call.query()?;
    let order = PageOrder::read(&call, "webhooks", NO_SORTS, None, query.limit, query.cursor.as_ref())?;
    let (page, count) = (order.page.clone(), query.count == Some(true));
    let (rows, total) =
        call.look(move |connection, asking| webhooks::list(connection, asking, &page, count)).await?;
    let (rows, next) = order.cut(rows, |webhook| webhook.id.clone());
    let items: Vec<WebhookBody> = rows.iter().map(WebhookBody::of).collect();
    Ok(list_reply(&call, json!(items), next, total))
}

/// Only where the operator allows it; looked up now, and once more at each sending.
async fn require_allowed(call: &Call, url: &str) -> Result<(), Problem> {
    let (options, url) = (call.service.options.webhooks.clone(), url.to_owned());
    let checked = actix_web::web::block(move || check_address(&options, &url)).await;
    match checked {
        Ok(Ok(())) => Ok(()),
        Ok(Err(code)) => Err(Problem::of_body(vec![InputFault::new("/url", code)])),
        Err(_) => Err(Problem::new(Code::Unavailable)),
    }
}

/// 建立 webhook
///
/// 公开变更送到 `url`，照 Standard Webhooks 签名（`webhook-id`、`webhook-timestamp`、`webhook-signature`），至少一次，凭 `webhook-id` 去重；
/// 答 2xx 为收到，否则按间隔重送。`url` 须是 http 或 https，主机在运维允许的名单上。密钥只在本次答复中。
#[utoipa::path(
    tag = "changes",
    request_body(content = WebhookInput, content_type = "application/json"),
    responses((status = 201, description = "已建立", body = WebhookBody)),
    extensions(
        ("x-problems" = json!([Code::Forbidden, Code::InvalidInput, Code::ReadOnly, Code::AlreadyIssued, Code::InvalidQuery])),
        ("x-tagged" = json!(true)),
    ),
)]
#[post("/webhooks")]
pub async fn create_webhook(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    call.require_token()?;
    webhooks::require_keeping_right(&call.asking())?;
    let body = call.body::<WebhookInput>().await?;
    let _: NoParameters = call.query()?;
    let edit = WebhookEdit::from(body.read()?);
    require_allowed(&call, &edit.url).await?;
    let (mut random, mut nonce) = ([0u8; 32], [0u8; NONCE]);
    getrandom::fill(&mut random).map_err(|_| Problem::new(Code::Unavailable))?;
    getrandom::fill(&mut nonce).map_err(|_| Problem::new(Code::Unavailable))?;
    let told = webhooks::new_webhook_secret(random);
    let id = uuid::Uuid::now_v7().to_string();
    let secret = call.service.options.webhooks.seal.seal(&id, nonce, told.clone());
    let language = call.language();
    call.write(
        move |desk| webhooks::create(desk, (&id, &secret), &edit),
        move |webhook| {
            let body = WebhookBody { secret: Some(told.clone()), ..WebhookBody::of(webhook) };
            Reply::created(format!("{BASE}/webhooks/{}", webhook.id), &body)
                .tag(webhook.version, language.short())
                .once()
        },
    )
    .await
}

/// The webhook for whoever may change it.
async fn kept(call: &Call) -> Result<Webhook, Problem> {
    require_right(call)?;
    let id: WebhookId = call.part("id")?;
    call.look(move |connection, asking| webhooks::find_kept(connection, asking, id.as_str())).await
}

async fn present(call: &Call) -> Result<Webhook, Problem> {
    require_right(call)?;
    let id: WebhookId = call.part("id")?;
    call.look(move |connection, asking| webhooks::find(connection, asking, id.as_str())).await
}

/// 读取 webhook
///
/// 不含密钥。
#[utoipa::path(
    tag = "changes",
    params(crate::http::paths::Webhook),
    responses((status = 200, description = "webhook", body = WebhookBody)),
    extensions(
        ("x-problems" = json!([Code::Unauthorized, Code::Forbidden, Code::NotFound, Code::InvalidQuery])),
        ("x-tagged" = json!(true)),
        ("x-token" = json!(true)),
    ),
)]
#[get("/webhooks/{id}")]
pub async fn read_webhook(call: Call) -> Result<Reply, Problem> {
    let webhook = present(&call).await?;
    let _: NoParameters = call.query()?;
    Ok(shown(&webhook, call.language()))
}

async fn edit(mut call: Call) -> Result<Reply, Problem> {
    let present = kept(&call).await?;
    let body = call.body::<WebhookInput>().await?;
    let _: NoParameters = call.query()?;
    let version = call.if_match(present.version)?;
    let edit = WebhookEdit::from(body.over(&json!(WebhookBody::of(&present)))?);
    require_allowed(&call, &edit.url).await?;
    let language = call.language();
    call.write(
        move |desk| webhooks::change(desk, (&present.id, version), &edit),
        move |webhook| shown(webhook, language),
    )
    .await
}

/// 替换 webhook
///
/// 密钥不变；`state` 不给则为 `active`。
#[utoipa::path(
    tag = "changes",
    params(crate::http::paths::Webhook),
    request_body(content = WebhookInput, content_type = "application/json"),
    responses((status = 200, description = "替换后的 webhook", body = WebhookBody)),
    extensions(
        ("x-problems" = json!([Code::Forbidden, Code::NotFound, Code::InvalidInput, Code::ReadOnly, Code::InvalidQuery])),
        ("x-tagged" = json!(true)),
    ),
)]
#[put("/webhooks/{id}")]
pub async fn replace_webhook(call: Call) -> Result<Reply, Problem> {
    edit(call).await
}

/// 修改 webhook
///
/// `{"state": "disabled"}` 停用，`{"state": "active"}` 启用。
#[utoipa::path(
    tag = "changes",
    params(crate::http::paths::Webhook),
    request_body(content = WebhookPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "修改后的 webhook", body = WebhookBody)),
    extensions(
        ("x-problems" = json!([Code::Forbidden, Code::NotFound, Code::InvalidInput, Code::ReadOnly, Code::InvalidQuery])),
        ("x-tagged" = json!(true)),
    ),
)]
#[patch("/webhooks/{id}")]
pub async fn change_webhook(call: Call) -> Result<Reply, Problem> {
    edit(call).await
}

/// 删除 webhook
///
/// 连同其送达记录。
#[utoipa::path(
    tag = "changes",
    params(crate::http::paths::Webhook),
    responses((status = 204, description = "已删除")),
    extensions(("x-problems" = json!([Code::Forbidden, Code::NotFound, Code::InvalidQuery]))),
)]
#[delete("/webhooks/{id}")]
pub async fn delete_webhook(call: Call) -> Result<Reply, Problem> {
    let present = kept(&call).await?;
    let _: NoParameters = call.query()?;
    let version = call.if_match(present.version)?;
    call.write(move |desk| webhooks::delete(desk, (&present.id, version)), |()| Reply::no_content()).await
}
