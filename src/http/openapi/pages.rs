//! `/openapi.json`, `/openapi.yaml` and `/docs`, from what is in the program.

use crate::http::kernel::call::Call;
use crate::http::kernel::names::AnyJson;
use crate::http::kernel::problem::{Code, Problem};
use crate::http::kernel::query::NoParameters;
use crate::http::kernel::reply::{JSON, Reply};
use actix_web::get;
use std::sync::{Arc, LazyLock};
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::Config;

pub fn register(config: &mut ServiceConfig<'_>) {
    config
        .service(read_openapi_json)
        .service(read_openapi_yaml)
        .map(|plain| plain.service(read_docs).service(read_docs_page));
}

const YAML: &str = "application/yaml";

/// 接口文档（JSON）
///
/// OpenAPI 3.1，就是本文档。
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "接口文档", body = AnyJson, content_type = "application/json")),
    extensions(("x-problems" = json!(["invalid_query"])), ("x-tagged" = json!(true))),
)]
#[get("/openapi.json")]
pub async fn read_openapi_json(call: Call) -> Result<Reply, Problem> {
    let _: NoParameters = call.query()?;
    let document = &call.service.document;
    Ok(Reply::bytes(JSON, document.json.clone()).constant(&document.digest))
}

/// 接口文档（YAML）
///
/// 内容与 JSON 相同。
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "接口文档", body = AnyJson, content_type = "application/yaml")),
    extensions(("x-problems" = json!(["invalid_query"])), ("x-tagged" = json!(true))),
)]
#[get("/openapi.yaml")]
pub async fn read_openapi_yaml(call: Call) -> Result<Reply, Problem> {
    let _: NoParameters = call.query()?;
    let document = &call.service.document;
    Ok(Reply::bytes(YAML, document.yaml.clone()).constant(&document.digest))
}

static DOCS: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    // Without a validator: it is a service on another host.
    Arc::new(Config::from("/openapi.json").validator_url("none").try_it_out_enabled(true))
});

/// Our own first page: the one that comes with the assets works only below a slash.
const PAGE: &str = include_str!("docs.html");

fn page() -> Reply {
    let digest = crate::domain::digest::sha256_hex(PAGE.as_bytes());
    Reply::bytes("text/html; charset=utf-8", PAGE).constant(digest.get(..16).unwrap_or_default())
}

#[get("/docs")]
async fn read_docs(_call: Call) -> Result<Reply, Problem> {
    Ok(page())
}

#[get("/docs/{file:.*}")]
async fn read_docs_page(call: Call) -> Result<Reply, Problem> {
    let name: String = call.part("file")?;
    if matches!(name.as_str(), "" | "index.html") {
        return Ok(page());
    }
    let served = utoipa_swagger_ui::serve(&name, Arc::clone(&DOCS));
    let file = served.ok().flatten().ok_or_else(|| Problem::new(Code::NotFound))?;
    let digest = crate::domain::digest::sha256_hex(&file.bytes);
    let reply = Reply::bytes(file.content_type, file.bytes.into_owned());
    let reply = if file.gzpipped { reply.coded("gzip") } else { reply };
    Ok(reply.constant(digest.get(..16).unwrap_or_default()))
}
