//! `/me`: who has signed in and what they may do.

use super::grants::GrantYears;
use super::kernel::format::time;
use super::kernel::names::{ReachName, RoleName, StageName};
use super::kernel::{Call, Code, NoParameters, Problem, Reply, answer};
use crate::domain::people::Person;
use actix_web::get;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(read_me);
}

/// 令牌。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TokenReference)]
pub struct TokenReference {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    /// 失效时间；空 = 长期有效。
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

answer! {
    /// 人员。
    #[schema(as = Person)]
    pub struct PersonBody of(person: &Person) {
        #[schema(format = "uuid")]
        id: String = person.id.to_string(),
        name: String = person.name.clone(),
        #[schema(format = "uuid")]
        agency_id: Option<String> = person.agency_id.as_ref().map(ToString::to_string),
    }
}

/// 授权所在的机关。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GrantAgency)]
pub struct GrantAgency {
    #[schema(format = "uuid")]
    id: String,
    name: String,
}

/// 一项授权：在该机关及其以下（`reach` 为 `agency` 则只在该机关）有效。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Grant)]
pub struct GrantBody {
    #[schema(value_type = RoleName)]
    role: &'static str,
    /// 空 = 处处有效。
    agency: Option<GrantAgency>,
    /// 审核员的环节；空 = 不限。
    #[schema(value_type = Option<StageName>)]
    stage: Option<&'static str>,
    #[schema(value_type = ReachName)]
    reach: &'static str,
    /// 只读。
    read_only: bool,
    /// 只在这些年度有效；空 = 不限。
    years: Option<GrantYears>,
}

/// 令牌、人员和授权。
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// 空 = 不是用令牌，而是用身份提供方登录的。
    token: Option<TokenReference>,
    person: PersonBody,
    grants: Vec<GrantBody>,
}

/// 我是谁
///
/// 令牌属于哪个人，有哪些授权。
#[utoipa::path(
    tag = "administration",
    responses((status = 200, description = "令牌、人员和授权", body = Me)),
    extensions(("x-token" = json!(true))),
)]
#[get("/me")]
pub async fn read_me(call: Call) -> Result<Reply, Problem> {
    let who = call.caller.who.as_ref().ok_or_else(|| Problem::new(Code::Unauthorized))?;
    let _: NoParameters = call.query()?;
    let grants = who.grants().iter().map(|grant| GrantBody {
        role: grant.role.as_str(),
        agency: grant
            .agency
            .as_ref()
            .map(|(id, name, _)| GrantAgency { id: id.to_string(), name: name.clone() }),
        stage: grant.stage.map(|stage| stage.as_str()),
        reach: grant.reach.as_str(),
        read_only: grant.read_only,
        years: grant.years.map(GrantYears::from),
    });
    Ok(Reply::ok(&Me {
        token: who.token().map(|token| TokenReference {
            id: token.id.to_string(),
            name: token.name.clone(),
            expires_at: token.expires_at.map(time),
        }),
        person: PersonBody::of(who.person()),
        grants: grants.collect(),
    }))
}
