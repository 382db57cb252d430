//! `/metrics`: what the service does, counted, in the text format of OpenMetrics.

use super::kernel::accept::preferred;
use super::kernel::service::Service;
use super::kernel::{Call, Code, Problem, Reply};
use crate::operations::Refusal;
use crate::operations::following::lag;
use crate::operations::reports::{count_by_state, renditions};
use crate::operations::search;
use crate::operations::service::standing;
use crate::operations::webhooks::outstanding;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(read_metrics);
}

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Counts anew what is counted in the database, and writes everything out.
async fn written_out(service: &Service) -> Result<String, Refusal> {
    let metrics = &service.metrics;
    if metrics.is_due() {
        metrics.count_reports(service.store.scan(count_by_state).await?);
    }
    for consumer in [search::FOLLOWING.consumer, renditions::FOLLOWING.consumer] {
        let found: Result<(i64, i64), Refusal> =
            service.store.read(move |connection| lag(connection, consumer)).await;
        let (behind, aside) = found?;
        metrics.consumer(consumer, behind, aside);
    }
    metrics.vitals.owe(&service.store.read(outstanding).await?);
    let instance = service.instance();
    let now = chrono::Utc::now().naive_utc();
    let standing = service.store.read(move |connection| standing(connection, &instance, now)).await?;
    metrics.vitals.stand(&standing, service.options.review);
    Ok(metrics.write(service))
}

/// The media type that a scraper likes best.
fn media(request: &HttpRequest) -> Option<&'static str> {
    let offered = [OPEN_METRICS, PLAIN];
    offered.get(preferred(request, &offered)?).copied()
}

/// For the listener of its own, where whoever reaches it may read.
pub async fn read_bare(request: HttpRequest, service: Data<Service>) -> HttpResponse {
    match written_out(&service).await {
        Ok(text) => HttpResponse::Ok().content_type(media(&request).unwrap_or(OPEN_METRICS)).body(text),
        Err(refusal) => {
            tracing::warn!(?refusal, "the figures could not be written out");
            HttpResponse::ServiceUnavailable().finish()
        }
    }
}

/// 运行指标
///
/// OpenMetrics（Prometheus 可直接抓取）：请求数（按路径、状态）、耗时、写入队列、每批写入数和提交耗时、读连接、在内存里的请求内容、
/// 各规则的问题数、各状态的报告数、落在变更后面的条数和没有能处理的报告数。凭任何令牌可读；`metrics.listen` 上不要令牌。
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "运行指标",
        content((String = "application/openmetrics-text"), (String = "text/plain")))),
    extensions(("x-token" = json!(true))),
)]
#[get("/metrics")]
pub async fn read_metrics(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let media = media(&call.request).ok_or_else(|| Problem::new(Code::NotAcceptable))?;
    Ok(Reply::bytes(media, written_out(&call.service).await?).named().never_kept())
}
