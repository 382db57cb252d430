//! `/persons/{person}/grants`: what a person holds themselves, however they come in by an identity provider.

use super::grants::{TokenGrantBody, TokenGrantInput};
use super::kernel::{Call, Code, NoParameters, Problem, Reply};
use super::pending::PendingBody;
use crate::domain::id::PersonId;
use crate::domain::language::Language;
use crate::domain::people::TokenGrant;
use crate::operations::pending::HeldOrder;
use crate::operations::people::{self, GrantOrder, GrantsOrder, Holder};
use actix_web::{get, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(read_person_grants).service(replace_person_grants);
}

/// 一个人自己的授权。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonGrants)]
pub struct PersonGrantsBody {
    grants: Vec<TokenGrantBody>,
}

impl From<&[TokenGrant]> for PersonGrantsBody {
    fn from(grants: &[TokenGrant]) -> PersonGrantsBody {
        PersonGrantsBody { grants: grants.iter().map(TokenGrantBody::of).collect() }
    }
}

/// 此人自己应有的全部授权。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonGrantsCreate {
    #[schema(max_items = 20)]
    grants: Vec<TokenGrantInput>,
}

fn shown((person, grants): &Holder, language: Language) -> Reply {
    Reply::ok(&PersonGrantsBody::from(grants.as_slice())).tag(person.version, language.short())
}

/// 读取人员的授权
///
/// 此人自己的授权，用身份提供方登录时有效；令牌的授权在各令牌里（`GET /persons/{person}`）。
#[utoipa::path(
    tag = "administration",
    responses((status = 200, description = "此人自己的授权", body = PersonGrantsBody)),
    extensions(("x-problems" = json!([Code::Forbidden])), ("x-token" = json!(true))),
)]
#[get("/persons/{person}/grants")]
pub async fn read_person_grants(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id: PersonId = call.part("person")?;
    let found = call.look(move |connection, asking| people::find_grants(connection, asking, &id)).await?;
    let _: NoParameters = call.query()?;
    Ok(shown(&found, call.language()))
}

/// 授权给人员
///
/// 写明此人自己应有的全部授权，空的列表 = 全部收回；从下一个请求起生效。规则与发给令牌的相同：现有的和要给的都须是自己能授予的，
/// 安全管理员不能授予自己，三员分立按一个人的全部令牌和授权算。有主管部门以上角色的须由另一个人确认的（设置 `second_pair.grants`），答 202。
#[utoipa::path(
    tag = "administration",
    request_body = PersonGrantsCreate,
    responses(
        (status = 200, description = "此人自己的授权", body = PersonGrantsBody),
        (status = 202, description = "已提请，待另一个人确认", body = PendingBody),
    ),
    extensions(("x-problems" = json!([Code::LastAdmin]))),
)]
#[put("/persons/{person}/grants")]
pub async fn replace_person_grants(mut call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id: PersonId = call.part("person")?;
    let named = id.clone();
    let (person, _) = call
        .look(move |connection, asking| people::find_changeable_grants(connection, asking, &named))
        .await?;
    let body = call.body::<PersonGrantsCreate>().await?;
    let version = call.if_match(person.version)?;
    let grants = body.read()?.grants.into_iter().map(GrantOrder::from).collect();
    let order = GrantsOrder { person: id, version, grants };
    let held = HeldOrder::PersonGrants(order.clone());
    let language = call.language();
    call.do_or_ask(held, move |desk| people::set_grants(desk, &order), move |held| shown(held, language))
        .await
}
