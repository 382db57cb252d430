//! `/openapi.json`, `/openapi.yaml` and `/docs`, from what is in the program.

use super::{rendered, sign_in};
use crate::domain::language::Language;
use crate::http::kernel::document::Rendered;
use crate::http::kernel::names::AnyJson;
use crate::http::kernel::{Call, Code, HTML, JSON, Problem, Reply, one_of, parameter, query};
use actix_web::get;
use actix_web::http::header;
use actix_web::web::{self, Bytes};
use std::sync::Arc;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config
        .service(read_openapi_json)
        .service(read_openapi_yaml)
        .map(|plain| plain.service(read_docs).service(read_docs_page));
}

const YAML: &str = "application/yaml";

parameter!(Language, one_of(&["zh", "en"]), |text| match text {
    "zh" => Ok(Language::Chinese),
    "en" => Ok(Language::English),
    _ => Err("invalid_value"),
});

query!(DocumentQuery {
    /// 文档的语言：`zh` 或 `en`；不给则按 `Accept-Language`。
    lang: Option<Language>,
});

/// The document in one of its forms and in the language asked for; it is made when it is first asked for.
async fn in_language(
    call: &Call,
    media: &'static str,
    form: fn(&Rendered) -> &Bytes,
) -> Result<Reply, Problem> {
    let query: DocumentQuery = call.query()?;
    let language = query.lang.unwrap_or(call.language());
    let service = call.service.clone();
    let reply = move || {
        let made = || rendered(language, service.options.oidc.as_ref());
        let rendered = service.document.rendered(language).get_or_init(made);
        Reply::bytes(media, form(rendered).clone()).constant_as(&rendered.digest).in_language(language)
    };
    match call.service.document.rendered(language).get() {
        Some(_) => Ok(reply()),
        None => web::block(reply).await.map_err(|_| Problem::new(Code::Internal)),
    }
}

/// 接口文档（JSON）
///
/// OpenAPI 3.1，就是本文档。`lang` 或 `Accept-Language` 选择语言。
#[utoipa::path(
    tag = "service",
    params(DocumentQuery),
    responses((status = 200, description = "接口文档", body = AnyJson, content_type = "application/json")),
)]
#[get("/openapi.json")]
pub async fn read_openapi_json(call: Call) -> Result<Reply, Problem> {
    in_language(&call, JSON, |rendered| &rendered.json).await
}

/// 接口文档（YAML）
///
/// 内容与 JSON 相同。`lang` 或 `Accept-Language` 选择语言。
#[utoipa::path(
    tag = "service",
    params(DocumentQuery),
    responses((status = 200, description = "接口文档", body = AnyJson, content_type = "application/yaml")),
)]
#[get("/openapi.yaml")]
pub async fn read_openapi_yaml(call: Call) -> Result<Reply, Problem> {
    in_language(&call, YAML, |rendered| &rendered.yaml).await
}

/// Our own first page: the one that comes with the assets works only below a slash.
const PAGE: &str = include_str!("docs.html");

fn page(call: &Call) -> Reply {
    let title = match call.language() {
        Language::Chinese => "年报 nianbao 接口文档",
        Language::English => "nianbao API documentation",
    };
    let page = PAGE.replace("{lang}", call.language().tag()).replace("{title}", title);
    let policy = sign_in::policy(call.service.options.oidc.as_ref());
    Reply::bytes(HTML, page).header(header::CONTENT_SECURITY_POLICY, policy).constant()
}

#[get("/docs")]
async fn read_docs(call: Call) -> Result<Reply, Problem> {
    Ok(page(&call))
}

#[get("/docs/{file:.*}")]
async fn read_docs_page(call: Call) -> Result<Reply, Problem> {
    let name: String = call.part("file")?;
    if matches!(name.as_str(), "" | "index.html") {
        return Ok(page(&call));
    }
    let oidc = call.service.options.oidc.as_ref();
    let served = utoipa_swagger_ui::serve(&name, Arc::new(sign_in::config(oidc)));
    let mut file = served.ok().flatten().ok_or_else(|| Problem::new(Code::NotFound))?;
    if name == "swagger-initializer.js" {
        file.bytes = sign_in::initializer(&String::from_utf8_lossy(&file.bytes)).into_bytes().into();
    }
    let reply = Reply::bytes(file.content_type, file.bytes.into_owned());
    let reply = if file.gzpipped { reply.coded("gzip") } else { reply };
    let is_page = name.ends_with(".html");
    let reply =
        if is_page { reply.header(header::CONTENT_SECURITY_POLICY, sign_in::policy(oidc)) } else { reply };
    Ok(reply.constant())
}
