//! Whether the service lives, is ready, and which version it is.

use super::kernel::names::DatabaseName;
use super::kernel::{Call, Code, NoParameters, Problem, Reply};
use actix_web::get;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(read_health).service(read_readiness).service(read_version);
}

/// 状态。
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`。
    status: &'static str,
}

/// 是否存活
///
/// 进程能够应答即为存活，不查数据库。
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "存活", body = Health)),
    extensions(("x-cost" = json!("free"))),
)]
#[get("/healthz")]
pub async fn read_health(_call: Call) -> Result<Reply, Problem> {
    Ok(Reply::ok(&Health { status: "ok" }).never_kept())
}

/// 是否就绪
///
/// 数据库应答（每四分之一秒用单独的连接问一次）、写入没有卡住、要求的同步备机在、没有在退出，即为就绪；否则 503。
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "就绪", body = Health)),
    extensions(("x-problems" = json!([Code::Unavailable])), ("x-cost" = json!("free"))),
)]
#[get("/readyz")]
pub async fn read_readiness(call: Call) -> Result<Reply, Problem> {
    if call.service.ending.has_begun() {
        return Err(Problem::new(Code::Unavailable));
    }
    if let Err(cause) = call.service.store.watch().pulse().readiness() {
        tracing::warn!(%cause, "not ready");
        return Err(Problem::new(Code::Unavailable));
    }
    Ok(Reply::ok(&Health { status: "ok" }).never_kept())
}

/// 版本。
#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    name: &'static str,
    /// 程序版本（语义化版本），与接口文档的 `info.version` 相同。
    version: &'static str,
    #[schema(value_type = DatabaseName)]
    database: &'static str,
}

/// 版本
///
/// 正在运行的程序的版本和所用的数据库。
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "版本", body = Version)),
)]
#[get("/version")]
pub async fn read_version(call: Call) -> Result<Reply, Problem> {
    let _: NoParameters = call.query()?;
    let version = Version {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        database: call.service.store.engine(),
    };
    Ok(Reply::ok(&version))
}
