//! `/problems`: the closed list of what can go wrong, for programs and for people, offline.

use super::kernel::accept::PageQuery;
use super::kernel::names::{ProblemCode, ProblemSchema};
use super::kernel::{Call, Code, Problem, Reply};
use crate::domain::language::{Language, say};
use actix_web::get;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(list_problems).service(read_problem);
}

/// 一种错误。
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemKind {
    #[schema(value_type = ProblemCode)]
    code: &'static str,
    /// 说明页的地址，就是错误答复中的 `type`。
    #[serde(rename = "type")]
    address: String,
    /// HTTP 状态码。
    status: u16,
    title: String,
    /// 为什么会这样。
    cause: String,
    /// 怎么办。
    remedy: String,
    /// 错误答复的样子。
    #[schema(value_type = Vec<ProblemSchema>)]
    examples: Vec<Value>,
}

/// 全部错误。
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemKindList {
    items: Vec<ProblemKind>,
    next_cursor: Option<String>,
}

fn kind_of(code: Code, language: Language) -> ProblemKind {
    ProblemKind {
        code: code.as_str(),
        address: format!("/problems/{}", code.as_str()),
        status: code.status().as_u16(),
        title: say("problem", code.as_str(), language, &[]),
        cause: say("cause", code.as_str(), language, &[]),
        remedy: say("remedy", code.as_str(), language, &[]),
        examples: vec![Problem::new(code).body(language, EXAMPLE_ID)],
    }
}

/// The request id of the examples.
const EXAMPLE_ID: &str = "01a20d2d-7b01-7e52-8f0a-0d4a7c1f3b22";

/// Text inside of a page; what stands between backticks is code.
fn marked(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let parts = escaped.split('`').enumerate();
    parts
        .map(|(at, part)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() })
        .collect()
}

/// One problem: what it means, why it happens, what to do.
fn page_of_one(kind: &ProblemKind, language: Language) -> String {
    let (why, what, how) = match language {
        Language::Chinese => ("原因", "怎么办", "例子"),
        Language::English => ("Why", "What to do", "Example"),
    };
    let example = kind.examples.first().and_then(|example| serde_json::to_string_pretty(example).ok());
    let body = format!(
        "<p><code>{}</code> · HTTP {}</p><h2>{why}</h2><p>{}</p><h2>{what}</h2><p>{}</p><h2>{how}</h2><pre>{}</pre>\
         <p><a href=\"/problems\">/problems</a></p>",
        kind.code,
        kind.status,
        marked(&kind.cause),
        marked(&kind.remedy),
        marked(&example.unwrap_or_default()),
    );
    framed(&kind.title, &body, language)
}

fn page(title: &str, rows: &[ProblemKind], language: Language) -> String {
    let cells: String = rows
        .iter()
        .map(|row| {
            format!(
                "<tr><td><a href=\"{0}\"><code>{1}</code></a></td><td>{2}</td><td>{3}</td></tr>",
                row.address, row.code, row.status, row.title
            )
        })
        .collect();
    framed(title, &format!("<table>{cells}</table>"), language)
}

/// A page of this service; it loads nothing.
pub fn framed(title: &str, body: &str, language: Language) -> String {
    format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><title>{title}</title>\
         <style>body{{font:16px/1.6 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}}\
         td{{padding:.2em 1em .2em 0;vertical-align:top}}pre{{overflow:auto}}</style><h1>{title}</h1>{body}</html>",
        language.tag()
    )
}

/// 错误清单
///
/// 所有错误代码、状态码和含义。浏览器打开得到网页。
#[utoipa::path(
    tag = "service",
    params(PageQuery),
    responses((status = 200, description = "全部错误", content(
        (ProblemKindList = "application/json"), (String = "text/html; charset=utf-8"),
    ))),
)]
#[get("/problems")]
pub async fn list_problems(call: Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let language = call.language();
    let items: Vec<ProblemKind> = Code::ALL.iter().map(|code| kind_of(*code, language)).collect();
    let list = ProblemKindList { items, next_cursor: None };
    Ok(query.reply(&call, || page("nianbao · problems", &list.items, language), || Reply::ok(&list)))
}

/// 一种错误
///
/// 错误答复中 `type` 所指的地址。
#[utoipa::path(
    tag = "service",
    params(PageQuery),
    responses((status = 200, description = "错误的含义", content(
        (ProblemKind = "application/json"), (String = "text/html; charset=utf-8"),
    ))),
)]
#[get("/problems/{code}")]
pub async fn read_problem(call: Call) -> Result<Reply, Problem> {
    let code: Code = call.part("code")?;
    let query: PageQuery = call.query()?;
    let kind = kind_of(code, call.language());
    Ok(query.reply(&call, || page_of_one(&kind, call.language()), || Reply::ok(&kind)))
}
