//! `/webhooks`: being told of public changes, and what became of the telling.

use crate::domain::language::Language;
use crate::domain::onward::Webhook;
use crate::domain::sealed::NONCE;
use crate::http::kernel::{BASE, Call, Code, ListQuery, NoParameters, Problem, Reply};
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
    params(ListQuery),
    responses((status = 200, description = "一页 webhook", body = body::WebhookList)),
    extensions(("x-problems" = json!([Code::Forbidden])), ("x-token" = json!(true))),
)]
#[get("/webhooks")]
pub async fn list_webhooks(call: Call) -> Result<Reply, Problem> {
    require_right(&call)?;
    let query: ListQuery = call.query()?;
    query.page.list(&call, "webhooks", webhooks::list, |webhook| webhook.id.clone(), WebhookBody::of).await
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
    request_body = WebhookInput,
    responses((status = 201, description = "已建立", body = WebhookBody)),
    extensions(("x-problems" = json!([Code::ReadOnly, Code::AlreadyIssued]))),
)]
#[post("/webhooks")]
pub async fn create_webhook(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    call.require_token()?;
    webhooks::require_keeping_right(&call.asking())?;
    let body = call.body::<WebhookInput>().await?;
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
    let id = call.id("id")?;
    call.look(move |connection, asking| webhooks::find_kept(connection, asking, &id)).await
}

async fn present(call: &Call) -> Result<Webhook, Problem> {
    require_right(call)?;
    let id = call.id("id")?;
    call.look(move |connection, asking| webhooks::find(connection, asking, &id)).await
}

/// 读取 webhook
///
/// 不含密钥。
#[utoipa::path(
    tag = "changes",
    responses((status = 200, description = "webhook", body = WebhookBody)),
    extensions(("x-problems" = json!([Code::Forbidden])), ("x-token" = json!(true))),
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
    request_body = WebhookInput,
    responses((status = 200, description = "替换后的 webhook", body = WebhookBody)),
    extensions(("x-problems" = json!([Code::ReadOnly]))),
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
    request_body = WebhookPatch,
    responses((status = 200, description = "修改后的 webhook", body = WebhookBody)),
    extensions(("x-problems" = json!([Code::ReadOnly]))),
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
    responses((status = 204, description = "已删除")),
)]
#[delete("/webhooks/{id}")]
pub async fn delete_webhook(call: Call) -> Result<Reply, Problem> {
    let present = kept(&call).await?;
    let version = call.if_match(present.version)?;
    call.write(move |desk| webhooks::delete(desk, (&present.id, version)), |()| Reply::no_content()).await
}
