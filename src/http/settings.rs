//! `/settings`: what the database itself holds about how the service is run.

use super::kernel::format::time;
use super::kernel::{Call, Code, NoParameters, Problem, Reply, answer};
use super::pending::PendingBody;
use crate::domain::language::Language;
use crate::domain::workflow::{Review, ReviewSettings};
use crate::operations::pending::HeldOrder;
use crate::operations::settings::{change_review, find_review, require_settings_right};
use actix_web::{get, put};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(read_review_settings).service(replace_review_settings);
}

answer! {
    /// 审核的设置，存在数据库里，对所有实例同时生效。
    #[schema(as = ReviewSettings)]
    pub struct ReviewSettingsBody of(settings: &ReviewSettings) {
        /// 审核几次：三审三校为 3。
        #[schema(minimum = 1, maximum = 3)]
        stages: u8 = settings.review.stages,
        /// 审核人不能是作者，每次审核由不同的人完成。
        separation_of_duties: bool = settings.review.separation_of_duties,
        #[schema(format = DateTime)]
        updated_at: String = time(settings.updated_at),
    }
}

/// 要改成的设置。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewSettingsInput {
    /// 审核几次：三审三校为 3。
    #[schema(minimum = 1, maximum = 3)]
    stages: u8,
    /// 审核人不能是作者，每次审核由不同的人完成。
    separation_of_duties: bool,
}

impl From<ReviewSettingsInput> for Review {
    fn from(sent: ReviewSettingsInput) -> Review {
        Review { stages: sent.stages, separation_of_duties: sent.separation_of_duties }
    }
}

fn shown(settings: &ReviewSettings, language: Language) -> Reply {
    let reply = Reply::ok(&ReviewSettingsBody::of(settings));
    reply.tag(settings.version, language.short()).modified(settings.updated_at)
}

/// 读取审核的设置
///
/// 凭任何令牌可读：参与审核的人都应知道审核几次、是否分人。
#[utoipa::path(
    tag = "administration",
    responses((status = 200, description = "审核的设置", body = ReviewSettingsBody)),
    extensions(("x-token" = json!(true))),
)]
#[get("/settings/review")]
pub async fn read_review_settings(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let _: NoParameters = call.query()?;
    let settings = call.look(|connection, _| find_review(connection)).await?;
    Ok(shown(&settings, call.language()))
}

/// 改变审核的设置
///
/// 系统管理员用；记入审计，在所有实例上立即生效，对在审的报告也是：审核次数不足现在所要求的，不能再审定、发布，须退回重审。
/// 配置里的 `review.*` 只是空数据库的初始值。
#[utoipa::path(
    tag = "administration",
    request_body = ReviewSettingsInput,
    responses(
        (status = 200, description = "改后的设置", body = ReviewSettingsBody),
        (status = 202, description = "已提请，待另一个人确认", body = PendingBody),
    ),
    extensions(("x-problems" = json!([Code::ReadOnly, Code::AlreadyPending]))),
)]
#[put("/settings/review")]
pub async fn replace_review_settings(mut call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    require_settings_right(&call.asking())?;
    let present = call.look(|connection, _| find_review(connection)).await?;
    let body = call.body::<ReviewSettingsInput>().await?;
    let version = call.if_match(present.version)?;
    let wanted = Review::from(body.over(&json!(ReviewSettingsBody::of(&present)))?);
    let language = call.language();
    call.do_or_ask(
        HeldOrder::Review { version, review: wanted },
        move |desk| change_review(desk, version, wanted),
        move |settings| shown(settings, language),
    )
    .await
}
