//! `/openapi.json`, `/openapi.yaml` and `/docs`, from what is in the program.

use super::english::{ENGLISH, English};
use crate::domain::language::Language;
use crate::http::kernel::call::Call;
use crate::http::kernel::document::Document;
use crate::http::kernel::names::AnyJson;
use crate::http::kernel::problem::{Code, Problem};
use crate::http::kernel::query::{Parameter, one_of, query};
use crate::http::kernel::reply::{HTML, JSON, Reply};
use actix_web::get;
use actix_web::web::{self, Bytes};
use std::sync::{Arc, LazyLock};
use utoipa::openapi::{RefOr, Schema};
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::Config;

pub fn register(config: &mut ServiceConfig<'_>) {
    config
        .service(read_openapi_json)
        .service(read_openapi_yaml)
        .map(|plain| plain.service(read_docs).service(read_docs_page));
}

const YAML: &str = "application/yaml";

impl Parameter for Language {
    fn read(text: &str) -> Result<Language, &'static str> {
        match text {
            "zh" => Ok(Language::Chinese),
            "en" => Ok(Language::English),
            _ => Err("invalid_value"),
        }
    }

    fn schema() -> RefOr<Schema> {
        one_of(&["zh", "en"])
    }
}

query!(DocumentQuery {
    /// 文档的语言：`zh` 或 `en`；不给则按 `Accept-Language`。
    lang: Option<Language>,
});

/// The document in one of its forms and in the language asked for; in English it is made when it is first asked for.
async fn in_language(
    call: &Call,
    media: &'static str,
    chinese: fn(&Document) -> &Bytes,
    english: fn(&English) -> &Bytes,
) -> Result<Reply, Problem> {
    let query: DocumentQuery = call.query()?;
    let language = query.lang.unwrap_or(call.language());
    if language == Language::Chinese {
        let document = &call.service.document;
        return Ok(Reply::bytes(media, chinese(document).clone())
            .constant(&document.digest)
            .in_language(language));
    }
    let made = web::block(|| LazyLock::force(&ENGLISH)).await.map_err(|_| Problem::new(Code::Internal))?;
    Ok(Reply::bytes(media, english(made).clone()).constant(&made.digest).in_language(language))
}

/// 接口文档（JSON）
///
/// OpenAPI 3.1，就是本文档。`lang` 或 `Accept-Language` 选择语言。
#[utoipa::path(
    tag = "service",
    params(DocumentQuery),
    responses((status = 200, description = "接口文档", body = AnyJson, content_type = "application/json")),
    extensions(("x-problems" = json!(["invalid_query"])), ("x-tagged" = json!(true))),
)]
#[get("/openapi.json")]
pub async fn read_openapi_json(call: Call) -> Result<Reply, Problem> {
    in_language(&call, JSON, |document| &document.json, |english| &english.json).await
}

/// 接口文档（YAML）
///
/// 内容与 JSON 相同。`lang` 或 `Accept-Language` 选择语言。
#[utoipa::path(
    tag = "service",
    params(DocumentQuery),
    responses((status = 200, description = "接口文档", body = AnyJson, content_type = "application/yaml")),
    extensions(("x-problems" = json!(["invalid_query"])), ("x-tagged" = json!(true))),
)]
#[get("/openapi.yaml")]
pub async fn read_openapi_yaml(call: Call) -> Result<Reply, Problem> {
    in_language(&call, YAML, |document| &document.yaml, |english| &english.yaml).await
}

static DOCS: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    // Without a validator: it is a service on another host.
    Arc::new(Config::from("/openapi.json").validator_url("none").try_it_out_enabled(true))
});

/// Our own first page: the one that comes with the assets works only below a slash.
const PAGE: &str = include_str!("docs.html");

fn page(language: Language) -> Reply {
    let title = match language {
        Language::Chinese => "年报 nianbao 接口文档",
        Language::English => "nianbao API documentation",
    };
    let page = PAGE.replace("{lang}", language.tag()).replace("{title}", title);
    let digest = crate::domain::digest::sha256_hex(page.as_bytes());
    Reply::bytes(HTML, page).constant(digest.get(..16).unwrap_or_default())
}

#[get("/docs")]
async fn read_docs(call: Call) -> Result<Reply, Problem> {
    Ok(page(call.language()))
}

#[get("/docs/{file:.*}")]
async fn read_docs_page(call: Call) -> Result<Reply, Problem> {
    let name: String = call.part("file")?;
    if matches!(name.as_str(), "" | "index.html") {
        return Ok(page(call.language()));
    }
    let served = utoipa_swagger_ui::serve(&name, Arc::clone(&DOCS));
    let file = served.ok().flatten().ok_or_else(|| Problem::new(Code::NotFound))?;
    let digest = crate::domain::digest::sha256_hex(&file.bytes);
    let reply = Reply::bytes(file.content_type, file.bytes.into_owned());
    let reply = if file.gzpipped { reply.coded("gzip") } else { reply };
    Ok(reply.constant(digest.get(..16).unwrap_or_default()))
}
