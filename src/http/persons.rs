//! `/persons`: who holds tokens, and what happens when they leave.

use super::kernel::format::day;
use super::kernel::names::AgencyIdOrCode;
use super::kernel::{BASE, Call, Code, ListQuery, NoParameters, Page, Problem, Reply, answer};
use super::tokens::{Telling, TokenBody, telling};
use crate::domain::access::Lifetimes;
use crate::domain::id::PersonId;
use crate::domain::people::{Person, Token};
use crate::operations::AgencyRef;
use crate::operations::people::{self, Confirmed, PersonEdit, PersonOrder};
use actix_web::{get, patch, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config
        .service(list_persons)
        .service(create_person)
        .service(read_person)
        .service(change_person)
        .service(confirm_person);
}

answer! {
    /// 人员。
    #[schema(as = PersonEntry)]
    pub struct EntryBody of(person: &Person) {
        #[schema(format = "uuid")]
        id: String = person.id.to_string(),
        name: String = person.name.clone(),
        #[schema(format = "uuid")]
        agency_id: Option<String> = person.agency_id.as_ref().map(ToString::to_string),
        /// 离任日期；空 = 在任。
        #[schema(format = Date)]
        left_on: Option<String> = person.left_on.map(day),
        /// 不是人而是机器（程序）。
        machine: bool = person.machine,
    }
}

/// 人员和有效的令牌（不含密文）。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonDetail)]
pub struct DetailBody {
    #[serde(flatten)]
    person: EntryBody,
    tokens: Vec<TokenBody>,
}

/// 要改的成员：姓名、离任日期。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonDetailPatch)]
pub struct PersonPatch {
    #[schema(format = "name", min_length = 1, max_length = 100)]
    name: String,
    /// 离任日期；写明即吊销全部令牌和授权。
    left_on: Option<NaiveDate>,
}

fn detail(person: &Person, tokens: &[Token], lifetimes: &Lifetimes) -> DetailBody {
    let tokens = tokens.iter().map(|token| TokenBody::of(token, lifetimes)).collect();
    DetailBody { person: EntryBody::of(person), tokens }
}

fn shown((person, tokens): &(Person, Vec<Token>), (lifetimes, language): Telling) -> Reply {
    Reply::ok(&detail(person, tokens, &lifetimes)).tag(person.version, language.short()).patchable()
}

pub type PersonList = Page<EntryBody>;

/// 人员列表
///
/// 主管部门看自己范围内的人：隶属于这里的机关，或持有在这里有效的令牌、授权；安全管理员和审计员看全部。
#[utoipa::path(
    tag = "administration",
    params(ListQuery),
    responses((status = 200, description = "一页人员", body = PersonList)),
    extensions(("x-problems" = json!([Code::Forbidden])), ("x-token" = json!(true))),
)]
#[get("/persons")]
pub async fn list_persons(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let query: ListQuery = call.query_after(|_, asking| people::require_people_right(asking)).await?;
    let find = people::list_persons;
    query.page.list(&call, "persons", find, |person| person.id.to_string(), EntryBody::of).await
}

/// 要建立的人员。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonCreate {
    #[schema(format = "name", min_length = 1, max_length = 100)]
    name: String,
    /// 隶属的机关；空 = 不隶属于哪个机关，须在处处有权授予。
    #[schema(value_type = Option<AgencyIdOrCode>)]
    agency_id: Option<AgencyRef>,
}

/// 建立人员
///
/// 建立一个既没有令牌也没有授权的人：此后授权给此人（`PUT /persons/{person}/grants`），由安全管理员绑定其身份
/// （`PUT /persons/{person}/subject`），即可用身份提供方登录。`POST /tokens` 也会建立人员。
#[utoipa::path(
    tag = "administration",
    request_body = PersonCreate,
    responses((status = 201, description = "已建立", body = DetailBody)),
)]
#[post("/persons")]
pub async fn create_person(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    call.require_token()?;
    people::require_token_right(&call.asking())?;
    let body = call.body::<PersonCreate>().await?;
    let PersonCreate { name, agency_id } = body.read()?;
    let order = PersonOrder { id: PersonId::from_uuid(uuid::Uuid::now_v7()), name, agency: agency_id };
    let (lifetimes, language) = telling(&call);
    call.write(
        move |desk| people::create_person(desk, &order),
        move |person| {
            let location = format!("{BASE}/persons/{}", person.id);
            Reply::created(location, &detail(person, &[], &lifetimes))
                .tag(person.version, language.short())
                .patchable()
        },
    )
    .await
}

async fn present(call: &Call) -> Result<(Person, Vec<Token>), Problem> {
    call.require_token()?;
    let id: PersonId = call.part("person")?;
    call.look(move |connection, asking| people::find_person(connection, asking, &id)).await
}

/// 读取人员
///
/// 连同有效的令牌；密文从不再现。
#[utoipa::path(
    tag = "administration",
    responses((status = 200, description = "人员", body = DetailBody)),
    extensions(("x-problems" = json!([Code::Forbidden])), ("x-token" = json!(true))),
)]
#[get("/persons/{person}")]
pub async fn read_person(call: Call) -> Result<Reply, Problem> {
    let found = present(&call).await?;
    let _: NoParameters = call.query()?;
    Ok(shown(&found, telling(&call)))
}

/// 修改人员
///
/// 改姓名；写明离任日期（`left_on`）即吊销其全部令牌和授权，以后也不再给。留下的记录不变。
/// 令牌丢失而人未离任的，用 `POST /tokens/{id}/rotation` 换发。
#[utoipa::path(
    tag = "administration",
    request_body = PersonPatch,
    responses((status = 200, description = "修改后的人员", body = DetailBody)),
    extensions(("x-problems" = json!([Code::ReadOnly, Code::LastAdmin]))),
)]
#[patch("/persons/{person}")]
pub async fn change_person(mut call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id: PersonId = call.part("person")?;
    let (person, _) =
        call.look(move |connection, asking| people::find_changeable(connection, asking, &id)).await?;
    let body = call.body::<PersonPatch>().await?;
    let version = call.if_match(person.version)?;
    let PersonPatch { name, left_on } = body.over(&json!(EntryBody::of(&person)))?;
    let edit = PersonEdit { name, left_on };
    let telling = telling(&call);
    call.write(
        move |desk| people::update_person(desk, &person.id, version, &edit),
        move |found| shown(found, telling),
    )
    .await
}

/// 确认人员
///
/// 发给令牌的人以外的另一人，确认凭码领取的确是本人；此后此人的经手人是本人。只确认已经领取的：以后再发给的须再确认。
/// 请先读取人员，看清要确认的令牌，再把得到的 `ETag` 放进 `If-Match`：发给、领取、换发都使它改变，看过之后又有变动的
/// 答 412，什么也不确认。此人凭码得到的令牌不止一个（已吊销的也算）时必须给出，否则 428；只有一个的可以不给。
/// 发给的人、与其同一经手人的和本人都不能确认（403 `separation_of_duties`）；没有什么要确认的答 200。
#[utoipa::path(
    tag = "administration",
    responses(
        (status = 201, description = "已确认", body = DetailBody),
        (status = 200, description = "没有等待确认的，什么也没有改变", body = DetailBody),
    ),
    extensions(
        ("x-problems" = json!([Code::SeparationOfDuties, Code::NothingToConfirm, Code::PreconditionRequired,
            Code::PreconditionFailed])),
        ("x-sometimes-matched" = json!(true)),
        ("x-same" = json!(true)),
    ),
)]
#[post("/persons/{person}/confirmation")]
pub async fn confirm_person(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    let id: PersonId = call.part("person")?;
    let (looked, now) = (id.clone(), call.caller.at);
    let waiting = call
        .look(move |connection, asking| people::find_confirmable(connection, asking, &looked, now))
        .await?;
    let present = waiting.person.version;
    // What is confirmed is what was seen; of a single access nobody can mean another.
    let must_tell = waiting.is_anything() && waiting.is_ambiguous;
    let seen = if must_tell || call.has_if_match() { call.if_match(present)? } else { present };
    let (lifetimes, language) = telling(&call);
    call.write(
        move |desk| {
            people::require_seen(desk, &id, seen)?;
            people::confirm_person(desk, &id)
        },
        move |confirmed: &Confirmed| {
            let Confirmed { person, tokens, changed } = confirmed;
            let body = detail(person, tokens, &lifetimes);
            let reply = match changed {
                true => Reply::created(format!("{BASE}/persons/{}", person.id), &body),
                false => Reply::ok(&body),
            };
            reply.tag(person.version, language.short()).patchable()
        },
    )
    .await
}
