//! Reading one report, by id or by agency and year.

use super::body::{ReportBody, Shown};
use super::{RENDERER, rendered, shown};
use crate::domain::id::ReportId;
use crate::domain::report::Scope;
use crate::http::kernel::{Call, Code, Problem, Reply, View, ViewQuery, YearNumber, query};
use crate::operations::reports::renditions::{self, Wanted};
use crate::operations::{AgencyRef, reports};
use actix_web::get;

/// What everybody sees of a report, as it was rendered before; `None` where it must be made.
async fn peek(call: &Call, wanted: Wanted) -> Result<Option<Reply>, Problem> {
    if call.caller.who.is_some() {
        return Ok(None);
    }
    let found = call
        .peek(move |connection| {
            let found = renditions::find(connection, &wanted, RENDERER.program)?;
            Ok(found.map(|found| (found.seq, found)))
        })
        .await?;
    Ok(found.map(|found| rendered(found, call.language())))
}

/// 读取报告
///
/// 授权覆盖该机关的，看到正在办理的一版；其他人和 `view=published` 看到已发布的一版。
#[utoipa::path(
    tag = "reports",
    params(ViewQuery),
    responses((status = 200, description = "报告", body = ReportBody)),
    extensions(("x-problems" = json!([Code::ReportWithdrawn]))),
)]
#[get("/reports/{id}")]
pub async fn read_report(call: Call) -> Result<Reply, Problem> {
    let id: ReportId = call.part("id")?;
    let named = id.clone();
    let query: ViewQuery =
        call.query_after(move |connection, asking| reports::find(connection, asking, &named, false)).await?;
    // A draft that somebody may see is in no rendition; what everybody sees mostly is.
    if let Some(reply) = peek(&call, Wanted::Report(id.clone())).await? {
        return Ok(reply);
    }
    let published = query.view.is_some();
    let report = call
        .glance(move |connection, asking| {
            let view = reports::find(connection, asking, &id, published)?;
            Shown::of(connection, asking, view)
        })
        .await?;
    Ok(shown(&report, call.language()))
}

query!(KeyQuery {
    /// 范围，默认 own。
    scope: Option<Scope>,
    /// `published`：有授权时也只看已发布的一版。
    view: Option<View>,
});

/// 按机关和年度读取报告
///
/// 与按编号读取相同。
#[utoipa::path(
    tag = "reports",
    params(KeyQuery),
    responses((status = 200, description = "报告", body = ReportBody)),
    extensions(("x-problems" = json!([Code::ReportWithdrawn]))),
)]
#[get("/agencies/{agency}/reports/{year}")]
pub async fn read_report_by_key(call: Call) -> Result<Reply, Problem> {
    let agency: AgencyRef = call.part("agency")?;
    let year: YearNumber = call.part("year")?;
    let named = agency.clone();
    let query: KeyQuery =
        call.query_after(move |connection, _| crate::operations::agencies::find(connection, &named)).await?;
    let (scope, published) = (query.scope.unwrap_or(Scope::Own), query.view.is_some());
    let wanted = match &agency {
        AgencyRef::Id(id) => Some(Wanted::Agency(id.clone(), year.0, scope)),
        AgencyRef::Uscc(code) => Some(Wanted::Uscc(code.clone(), year.0, scope)),
        AgencyRef::Nowhere => None,
    };
    if let Some(wanted) = wanted
        && let Some(reply) = peek(&call, wanted).await?
    {
        return Ok(reply);
    }
    let report = call
        .glance(move |connection, asking| {
            let view = reports::find_by_key(connection, asking, &agency, year.0, scope, published)?;
            Shown::of(connection, asking, view)
        })
        .await?;
    Ok(shown(&report, call.language()))
}
