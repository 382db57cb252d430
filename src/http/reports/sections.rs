//! One section of a report, with a tag of its own.

use super::body::SectionBody;
use super::edit::present;
use super::read_body::section_content;
use crate::domain::id::ReportId;
use crate::domain::language::Language;
use crate::domain::report::Content;
use crate::http::kernel::names::pascal;
use crate::http::kernel::{BASE, Call, Code, Fault, Problem, Reply, Right, ViewQuery};
use crate::operations::reports::{self, Edit, ReportView};
use actix_web::{delete, get, patch, post, put};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// A section as it is sent. Its schema is walked from the forms; the one of its form and kind judges it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct SectionInput(Map<String, Value>);

/// A section that is put back, with its kind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct SectionCreate(Map<String, Value>);

/// Where the form has the section; what it does not have is not found.
fn place(view: &ReportView, kind: &str) -> Result<usize, Problem> {
    view.revision.content.form().section_index(kind).ok_or_else(|| Problem::new(Code::NotFound))
}

/// A section as an answer; the tag is its own.
fn shown(
    view: &ReportView,
    at: usize,
    language: Language,
    answer: fn(&SectionBody, String) -> Reply,
) -> Reply {
    let content = &view.revision.content;
    let mark = view.revision.marks.get(at);
    let body = content.form().sections.get(at).and_then(|section| SectionBody::of(content, section, mark));
    let (Some(body), Some(mark)) = (body, mark) else {
        return Reply::no_content();
    };
    let location = format!("{BASE}/reports/{}/sections/{}", view.report.id, body.kind());
    let part = if view.working { "" } else { ".p" };
    answer(&body, location)
        .tag(mark.version, &format!("{}{part}", language.short()))
        .modified(mark.updated_at)
        .patchable()
}

fn read_answer(body: &SectionBody, _location: String) -> Reply {
    Reply::ok(body)
}

fn created_answer(body: &SectionBody, location: String) -> Reply {
    Reply::created(location, body)
}

/// 读取一个部分
///
/// `{kind}` 是格式规定的键名。表格总是完整给出，未填的单元格为 `null`。
#[utoipa::path(
    tag = "sections",
    params(ViewQuery),
    responses((status = 200, description = "一个部分", body = ref("#/components/schemas/Section"))),
    extensions(("x-problems" = json!([Code::ReportWithdrawn]))),
)]
#[get("/reports/{id}/sections/{kind}")]
pub async fn read_section(call: Call) -> Result<Reply, Problem> {
    let id: ReportId = call.part("id")?;
    let kind: String = call.part("kind")?;
    let named = id.clone();
    let query: ViewQuery =
        call.query_after(move |connection, asking| reports::find(connection, asking, &named, false)).await?;
    let published = query.view.is_some();
    let view = call.look(move |connection, asking| reports::find(connection, asking, &id, published)).await?;
    let at = place(&view, &kind)?;
    if !view.revision.content.sections.get(at).is_some_and(|section| section.present) {
        return Err(Problem::new(Code::NotFound));
    }
    Ok(shown(&view, at, call.language(), read_answer))
}

/// 各部分
///
/// 报告现有的各部分，按格式的顺序。
#[utoipa::path(
    tag = "sections",
    params(ViewQuery),
    responses((status = 200, description = "各部分", body = ref("#/components/schemas/SectionList"))),
    extensions(("x-problems" = json!([Code::ReportWithdrawn]))),
)]
#[get("/reports/{id}/sections")]
pub async fn list_sections(call: Call) -> Result<Reply, Problem> {
    let id: ReportId = call.part("id")?;
    let named = id.clone();
    let query: ViewQuery =
        call.query_after(move |connection, asking| reports::find(connection, asking, &named, false)).await?;
    let published = query.view.is_some();
    let view = call.look(move |connection, asking| reports::find(connection, asking, &id, published)).await?;
    let (content, marks) = (&view.revision.content, &view.revision.marks);
    let sections = content.form().sections.iter().enumerate();
    let items: Vec<SectionBody> =
        sections.filter_map(|(at, section)| SectionBody::of(content, section, marks.get(at))).collect();
    Ok(Reply::ok(&json!({ "items": items, "next_cursor": null })))
}

/// A section that is there, its place, its version and its representation.
struct Present {
    report: ReportView,
    at: usize,
    version: i64,
    now: Value,
}

async fn present_section(call: &Call) -> Result<Present, Problem> {
    let kind: String = call.part("kind")?;
    let report = present(call).await?;
    let at = place(&report, &kind)?;
    let content = &report.revision.content;
    let mark = report.revision.marks.get(at);
    let body = content.form().sections.get(at).and_then(|section| SectionBody::of(content, section, mark));
    match (body, mark) {
        (Some(body), Some(mark)) => Ok(Present { at, version: mark.version, now: json!(body), report }),
        _ => Err(Problem::new(Code::NotFound)),
    }
}

/// Makes the change ready with its answer, and enters it.
async fn enter(
    call: &Call,
    id: ReportId,
    edit: Edit,
    answer: impl Fn(&ReportView) -> Reply + Send + Sync + 'static,
) -> Result<Reply, Problem> {
    call.enter(
        move |connection, act, asking| {
            let ready = reports::prepare_save(connection, act, asking, &id, &edit)?;
            let reply = answer(ready.command.view());
            Ok((ready, reply))
        },
        reports::enter_save,
    )
    .await
}

async fn save(mut call: Call) -> Result<Reply, Problem> {
    let present = present_section(&call).await?;
    let body = call.body::<SectionInput>().await?;
    let version = call.if_match(present.version)?;
    let (view, at) = (&present.report, present.at);
    let body = body.instead("SectionInput", section_schema(view, at, "Input"));
    let SectionInput(wanted) = body.over(&present.now)?;
    let content = Box::new(section_content(&view.revision.content, at, &wanted)?);
    let edit = Edit::Section { at, version: Some(version), content, adding: false };
    let id = view.report.id.clone();
    let language = call.language();
    enter(&call, id, edit, move |view| shown(view, at, language, read_answer)).await
}

/// The schema of one section of a report's form.
fn section_schema(view: &ReportView, at: usize, side: &str) -> String {
    let form = view.revision.content.form();
    let key = form.sections.get(at).map_or("", |section| section.key.as_str());
    format!("Section{}{}{side}", form.id, pascal(key))
}

/// 整体修改一个部分
///
/// 叙述部分写 `text`；表格部分写 `table`（可另加 `text` 作说明）。没有给出的单元格置空。
/// `declare_zero: true` 把空着的单元格填为 0，并记录为有意零报告。
#[utoipa::path(
    tag = "sections",
    request_body = SectionInput,
    responses((status = 200, description = "修改后的部分", body = ref("#/components/schemas/Section"))),
    extensions(
        ("x-problems" = json!([Code::ReportWithdrawn, Code::ReadOnly, Code::ReportNotEditable,
            Code::YearNotOpen])),
    ),
)]
#[put("/reports/{id}/sections/{kind}")]
pub async fn replace_section(call: Call) -> Result<Reply, Problem> {
    save(call).await
}

/// 修改一个部分的部分内容
///
/// JSON Merge Patch：只写要改的单元格，`null` 置空。
#[utoipa::path(
    tag = "sections",
    request_body = SectionInput,
    responses((status = 200, description = "修改后的部分", body = ref("#/components/schemas/Section"))),
    extensions(
        ("x-problems" = json!([Code::ReportWithdrawn, Code::ReadOnly, Code::ReportNotEditable,
            Code::YearNotOpen])),
    ),
)]
#[patch("/reports/{id}/sections/{kind}")]
pub async fn change_section(call: Call) -> Result<Reply, Problem> {
    save(call).await
}

/// 删去一个部分
///
/// 从草稿中删去；此后读取为 404，校验出现 `section.missing`。
#[utoipa::path(
    tag = "sections",
    responses((status = 204, description = "已删去")),
    extensions(("x-problems" = json!([Code::ReportWithdrawn, Code::ReportNotEditable, Code::YearNotOpen]))),
)]
#[delete("/reports/{id}/sections/{kind}")]
pub async fn delete_section(call: Call) -> Result<Reply, Problem> {
    let present = present_section(&call).await?;
    let version = call.if_match(present.version)?;
    let mut content = Content::empty(present.report.revision.content.form());
    content.sections.iter_mut().for_each(|section| section.present = false);
    let edit =
        Edit::Section { at: present.at, version: Some(version), content: Box::new(content), adding: false };
    let id = present.report.report.id.clone();
    enter(&call, id, edit, |_| Reply::no_content()).await
}

/// 补回一个部分
///
/// 把删去的部分补回草稿，`kind` 必填，内容可一并给出。
#[utoipa::path(
    tag = "sections",
    request_body = SectionCreate,
    responses((status = 201, description = "已补回", body = ref("#/components/schemas/Section"))),
    extensions(
        ("x-problems" = json!([Code::ReportWithdrawn, Code::SectionExists, Code::ReportNotEditable,
            Code::YearNotOpen])),
    ),
)]
#[post("/reports/{id}/sections")]
pub async fn create_section(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    let report = present(&call).await?;
    let body = call.body::<SectionCreate>().await?;
    let form = report.revision.content.form();
    // Which section it is decides by which schema it is judged.
    let fault = |code| {
        let keys = form.sections.iter().map(|section| section.key.as_str());
        Problem::of_body(vec![Fault::at("/kind", code).right(Right::one_of(keys))])
    };
    let at = match body.member("kind") {
        None | Some(Value::Null) => return Err(fault("required")),
        Some(Value::String(kind)) => place(&report, kind).map_err(|_| fault("invalid_value"))?,
        Some(_) => return Err(fault("wrong_type")),
    };
    let body = body.instead("SectionCreate", section_schema(&report, at, "Create"));
    let SectionCreate(wanted) = body.read()?;
    let content = Box::new(section_content(&report.revision.content, at, &wanted)?);
    let edit = Edit::Section { at, version: None, content, adding: true };
    let id = report.report.id.clone();
    let language = call.language();
    enter(&call, id, edit, move |view| shown(view, at, language, created_answer)).await
}
