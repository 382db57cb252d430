//! A consolidated report beside the sum of what it should hold.

use super::body::AgencyBody;
use crate::domain::id::ReportId;
use crate::http::kernel::names::Figure;
use crate::http::kernel::{Call, Code, Problem, Reply, ViewQuery};
use crate::operations::statistics::reconcile;
use actix_web::get;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// 一格的差异。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReconciliationDifference)]
pub struct DifferenceBody {
    pointer: String,
    /// 汇总报告填的。
    #[schema(value_type = Figure)]
    reported: Value,
    /// 各份本机关报告之和。
    #[schema(value_type = Figure)]
    sum: Value,
    #[schema(value_type = Figure)]
    difference: Value,
}

/// 计入合计的一份报告。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContributingRevision)]
pub struct ContributingBody {
    #[schema(format = "uuid")]
    report_id: String,
    revision: i32,
}

/// 核对。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub struct ReconciliationBody {
    #[schema(format = "uuid")]
    report_id: String,
    /// 计入合计的份数。
    contributing: i64,
    /// 计入合计的各份，至多 5000 份。
    revisions: Vec<ContributingBody>,
    /// 应报而没有已发布报告的机关。
    missing: Vec<AgencyBody>,
    /// 逐格的差异；相同的不列。
    differences: Vec<DifferenceBody>,
}

/// 汇总核对
///
/// 政府汇总报告逐格与本级及以下各份已发布的本机关报告之和比较。授权覆盖该机关的可以读取。
#[utoipa::path(
    tag = "statistics",
    params(ViewQuery),
    responses((status = 200, description = "核对", body = ReconciliationBody)),
    extensions(("x-problems" = json!([Code::ReportWithdrawn, Code::Forbidden])), ("x-token" = json!(true))),
)]
#[get("/reports/{id}/reconciliation")]
pub async fn read_reconciliation(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id: ReportId = call.part("id")?;
    let named = id.clone();
    let query: ViewQuery =
        call.query_after(move |connection, asking| reconcile(connection, asking, &named, false)).await?;
    let published = query.view.is_some();
    let found = call.look(move |connection, asking| reconcile(connection, asking, &id, published)).await?;
    let figures = &found.view.revision.content.figures;
    let cells =
        figures.form().cells.iter().filter(|cell| figures.get(cell.index) != found.sum.get(cell.index));
    let differences = cells.map(|cell| {
        let exact = |value: Option<i64>| value.map_or(Value::Null, |value| cell.precision.json(value));
        let (reported, sum) = (figures.get(cell.index), found.sum.get(cell.index));
        DifferenceBody {
            pointer: cell.pointer(),
            reported: exact(reported),
            sum: exact(sum),
            difference: exact(reported.zip(sum).map(|(reported, sum)| reported - sum)),
        }
    });
    let revisions = found.contributing.iter();
    Ok(Reply::ok(&ReconciliationBody {
        report_id: found.view.report.id.to_string(),
        contributing: found.sum.reports,
        revisions: revisions
            .map(|(report_id, revision)| ContributingBody {
                report_id: report_id.clone(),
                revision: *revision,
            })
            .collect(),
        missing: found
            .missing
            .iter()
            .map(|line| AgencyBody { id: line.agency_id.to_string(), name: line.name.clone() })
            .collect(),
        differences: differences.collect(),
    }))
}
