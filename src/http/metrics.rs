//! `/metrics`: what the service does, counted, in the text format of OpenMetrics.

use super::kernel::call::Call;
use super::kernel::problem::Problem;
use super::kernel::reply::Reply;
use crate::operations::following::lag;
use crate::operations::reports::{count_by_state, renditions};
use crate::operations::search;
use actix_web::get;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(read_metrics);
}

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// 运行指标
///
/// OpenMetrics（Prometheus 可直接抓取）：请求数（按路径、状态）、耗时、写入队列、每批写入数和提交耗时、读连接、各规则的问题数、各状态的报告数。
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "运行指标", body = String, content_type = "application/openmetrics-text")),
)]
#[get("/metrics")]
pub async fn read_metrics(call: Call) -> Result<Reply, Problem> {
    let metrics = &call.service.metrics;
    if metrics.is_due() {
        metrics.count_reports(call.look(|connection, _| count_by_state(connection)).await?);
    }
    for consumer in [search::FOLLOWING.consumer, renditions::FOLLOWING.consumer] {
        let (behind, aside) = call.look(move |connection, _| lag(connection, consumer)).await?;
        metrics.consumer(consumer, behind, aside);
    }
    Ok(Reply::bytes(OPEN_METRICS, metrics.write(&call.service)).never_kept())
}
