//! `/problems`: the closed list of what can go wrong, for programs and for people, offline.

use super::kernel::call::Call;
use super::kernel::names::ProblemCode;
use super::kernel::problem::{Code, Problem};
use super::kernel::query::NoParameters;
use super::kernel::reply::{JSON, Reply, preferred};
use crate::domain::language::{Language, say};
use actix_web::get;
use serde::Serialize;
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
    }
}

const HTML: &str = "text/html; charset=utf-8";

/// Browsers like HTML better; everything else is answered in JSON.
fn wants_page(call: &Call) -> bool {
    preferred(&call.request, &[JSON, HTML]) == Some(1)
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
    format!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><title>{title}</title>\
         <style>body{{font:16px/1.6 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}}\
         td{{padding:.2em 1em .2em 0;vertical-align:top}}</style><h1>{title}</h1><table>{cells}</table></html>",
        language.tag()
    )
}

/// 错误清单
///
/// 所有错误代码、状态码和含义。浏览器打开得到网页。
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "全部错误", content(
        (ProblemKindList = "application/json"), (String = "text/html; charset=utf-8"),
    ))),
    extensions(("x-problems" = json!(["invalid_query"]))),
)]
#[get("/problems")]
pub async fn list_problems(call: Call) -> Result<Reply, Problem> {
    let _: NoParameters = call.query()?;
    let language = call.language();
    let items: Vec<ProblemKind> = Code::ALL.iter().map(|code| kind_of(*code, language)).collect();
    if wants_page(&call) {
        return Ok(Reply::bytes(HTML, page("nianbao · problems", &items, language)));
    }
    Ok(Reply::ok(&ProblemKindList { items, next_cursor: None }))
}

/// 一种错误
///
/// 错误答复中 `type` 所指的地址。
#[utoipa::path(
    tag = "service",
    params(("code" = ProblemCode, Path, description = "错误代码")),
    responses((status = 200, description = "错误的含义", content(
        (ProblemKind = "application/json"), (String = "text/html; charset=utf-8"),
    ))),
    extensions(("x-problems" = json!(["not_found", "invalid_query"]))),
)]
#[get("/problems/{code}")]
pub async fn read_problem(call: Call) -> Result<Reply, Problem> {
    let code: Code = call.part("code")?;
    let _: NoParameters = call.query()?;
    let kind = kind_of(code, call.language());
    if wants_page(&call) {
        return Ok(Reply::bytes(HTML, page(&kind.title.clone(), &[kind], call.language())));
    }
    Ok(Reply::ok(&kind))
}
