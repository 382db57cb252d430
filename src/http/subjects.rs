//! `/persons/{person}/subject`: as whom an identity provider knows a person.

use super::kernel::format::time;
use super::kernel::{Call, Code, Fault, NoParameters, Problem, Reply, answer};
use super::pending::PendingBody;
use crate::domain::id::PersonId;
use crate::domain::people::BoundSubject;
use crate::operations::pending::HeldOrder;
use crate::operations::people::{self, BindingOrder, SubjectOrder};
use actix_web::{get, put};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(read_subject).service(bind_subject);
}

answer! {
    /// 一个人在身份提供方的身份。
    #[schema(as = PersonSubject)]
    pub struct SubjectBody of(bound: &BoundSubject) {
        /// 身份提供方，如其 `iss` 所写。
        issuer: String = bound.issuer.clone(),
        /// 身份编号（`sub`）。
        subject: String = bound.subject.clone(),
        #[schema(format = DateTime)]
        bound_at: String = time(bound.at),
    }
}

/// 要绑定的身份。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonSubjectCreate {
    /// 身份编号（`sub`）。
    #[schema(min_length = 1, max_length = 255)]
    subject: String,
    /// 身份提供方；不给则为设置中的（`auth.oidc.issuer`）。
    #[schema(min_length = 1, max_length = 500)]
    issuer: Option<String>,
}

/// 读取身份
///
/// 此人用身份提供方的哪个身份登录；还没有绑定的答 404。
#[utoipa::path(
    tag = "administration",
    responses((status = 200, description = "绑定的身份", body = SubjectBody)),
    extensions(("x-problems" = json!([Code::Forbidden])), ("x-token" = json!(true))),
)]
#[get("/persons/{person}/subject")]
pub async fn read_subject(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id: PersonId = call.part("person")?;
    let bound = call.look(move |connection, asking| people::find_subject(connection, asking, &id)).await?;
    let _: NoParameters = call.query()?;
    Ok(Reply::ok(&SubjectBody::of(&bound)))
}

/// 绑定身份
///
/// 此人从此可以用身份提供方登录，授权是其自己的授权（`PUT /persons/{person}/grants`）和全部令牌的授权（不论是否已领取）。只绑定一次，此后不能改换；一个身份只属于一个人。
/// 由安全管理员或超级管理员绑定，须是能授予此人全部授权的；记入审计。不需要 `If-Match`。
/// 授予主管部门以上的角色须由另一个人确认的（设置 `second_pair.grants`），绑定持有这种授权的人的身份答 202。
#[utoipa::path(
    tag = "administration",
    request_body = PersonSubjectCreate,
    responses(
        (status = 200, description = "绑定的身份", body = SubjectBody),
        (status = 202, description = "已提请，待另一个人确认", body = PendingBody),
    ),
    extensions(
        ("x-problems" = json!([Code::SubjectBound, Code::SubjectTaken])),
        ("x-unmatched" = json!(true)),
        ("x-tagged" = json!(false)),
    ),
)]
#[put("/persons/{person}/subject")]
pub async fn bind_subject(mut call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id: PersonId = call.part("person")?;
    let named = id.clone();
    call.look(move |connection, asking| people::find_bindable(connection, asking, &named)).await?;
    let body = call.body::<PersonSubjectCreate>().await?;
    let usual = call.service.oidc.as_ref().map(|oidc| oidc.options().issuer.clone());
    let known = usual.is_some();
    let PersonSubjectCreate { subject, issuer } = body.read_with(|sent| {
        let said = sent.is_some_and(|sent| sent.issuer.is_some());
        (!said && !known).then(|| Fault::at("/issuer", "required")).into_iter().collect()
    })?;
    let order = SubjectOrder { issuer: issuer.or(usual).unwrap_or_default(), subject };
    let binding = BindingOrder { person: id.clone(), subject: order.clone(), grants: Vec::new() };
    let reply = call
        .do_or_ask(
            HeldOrder::Subject(binding),
            move |desk| people::bind_subject(desk, &id, &order),
            move |bound| Reply::ok(&SubjectBody::of(bound)),
        )
        .await?;
    Ok(reply.untagged())
}
