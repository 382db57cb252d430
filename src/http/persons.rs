//! `/persons`: who holds tokens, and what happens when they leave.

use super::kernel::body::MERGE_PATCH;
use super::kernel::call::Call;
use super::kernel::fields::{Fields, merge};
use super::kernel::format::day;
use super::kernel::paging::{Page, PageOrder, SortField, list_reply};
use super::kernel::problem::Problem;
use super::kernel::query::{CursorText, Limit, NoParameters, query};
use super::kernel::reply::Reply;
use super::tokens::TokenBody;
use crate::domain::id::PersonId;
use crate::domain::language::Language;
use crate::domain::people::{Person, Token};
use crate::operations::people::{self, PersonEdit};
use actix_web::{get, patch};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(list_persons).service(read_person).service(change_person);
}

/// 人员。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonEntry)]
pub struct EntryBody {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    #[schema(format = "uuid")]
    agency_id: Option<String>,
    /// 离任日期；空 = 在任。
    #[schema(format = Date)]
    left_on: Option<String>,
}

impl From<&Person> for EntryBody {
    fn from(person: &Person) -> EntryBody {
        EntryBody {
            id: person.id.to_string(),
            name: person.name.clone(),
            agency_id: person.agency_id.as_ref().map(ToString::to_string),
            left_on: person.left_on.map(day),
        }
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

fn shown((person, tokens): &(Person, Vec<Token>), language: Language) -> Reply {
    let tokens = tokens.iter().map(|token| TokenBody::of(token, None)).collect();
    Reply::ok(&DetailBody { person: EntryBody::from(person), tokens })
        .tag(person.version, language.short())
        .patchable()
}

pub type PersonList = Page<EntryBody>;

static NO_SORTS: &[SortField<Person>] = &[];

query!(PersonListQuery {
    /// 每页条数，1–200，默认 50。
    limit: Option<Limit>,
    /// 上一页给出的游标。
    cursor: Option<CursorText>,
    /// 是否给出总数；超过一千只说至少有多少。
    count: Option<bool>,
});

/// 人员列表
///
/// 主管部门看自己范围内的人：隶属于这里的机关，或持有在这里有效的令牌；系统管理员看全部。
#[utoipa::path(
    tag = "administration",
    params(PersonListQuery),
    responses((status = 200, description = "一页人员", body = PersonList)),
    extensions(
        ("x-problems" = json!(["unauthorized", "forbidden", "invalid_query", "invalid_cursor"])),
        ("x-list" = json!(true)),
        ("x-token" = json!(true)),
    ),
)]
#[get("/persons")]
pub async fn list_persons(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let query: PersonListQuery = call.query_after(|_, asking| people::require_token_right(asking)).await?;
    let order = PageOrder::read("persons", NO_SORTS, None, query.limit, query.cursor.as_ref())?;
    let (page, count) = (order.page.clone(), query.count == Some(true));
    let (rows, total) =
        call.look(move |connection, asking| people::list_persons(connection, asking, &page, count)).await?;
    let (rows, next) = order.cut(rows, |person| person.id.to_string());
    let items: Vec<EntryBody> = rows.iter().map(EntryBody::from).collect();
    Ok(list_reply(&call, json!(items), next, total))
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
    params(("person" = String, Path, description = "人员编号")),
    responses((status = 200, description = "人员", body = DetailBody)),
    extensions(
        ("x-problems" = json!(["unauthorized", "forbidden", "not_found", "invalid_query"])),
        ("x-token" = json!(true)),
        ("x-tagged" = json!(true)),
    ),
)]
#[get("/persons/{person}")]
pub async fn read_person(call: Call) -> Result<Reply, Problem> {
    let found = present(&call).await?;
    let _: NoParameters = call.query()?;
    Ok(shown(&found, call.language()))
}

/// 修改人员
///
/// 改姓名；写明离任日期（`left_on`）即吊销其全部令牌，以后也不再发给。留下的记录不变。
/// 令牌丢失而人未离任的，用 `POST /tokens/{id}/rotation` 换发。
#[utoipa::path(
    tag = "administration",
    params(("person" = String, Path, description = "人员编号")),
    request_body(content = ref("#/components/schemas/PersonPatch"), content_type = "application/merge-patch+json"),
    responses((status = 200, description = "修改后的人员", body = DetailBody)),
    extensions(
        ("x-problems" = json!(["not_found", "forbidden", "invalid_input", "read_only", "last_admin", "invalid_query"])),
        ("x-tagged" = json!(true)),
    ),
)]
#[patch("/persons/{person}")]
pub async fn change_person(mut call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id: PersonId = call.part("person")?;
    let (person, _) =
        call.look(move |connection, asking| people::find_changeable(connection, asking, &id)).await?;
    let body = call.json(MERGE_PATCH).await?;
    let _: NoParameters = call.query()?;
    let version = call.if_match(person.version)?;
    let now = json!(EntryBody::from(&person));
    let wanted = merge(&now, &body.object);
    let mut fields = Fields::new(&wanted, Some(&now));
    fields.read_only(&["id", "agency_id"]);
    let name = fields.text("name", 100);
    let name = fields.require("name", name);
    let left_on = fields.day("left_on");
    let edit = match (name, fields.finish()) {
        (Some(name), faults) if faults.is_empty() => PersonEdit { name, left_on },
        (_, faults) => return Err(Problem::of_body(faults)),
    };
    let language = call.language();
    call.write(
        move |desk| people::update_person(desk, &person.id, version, &edit),
        move |found| shown(found, language),
    )
    .await
}
