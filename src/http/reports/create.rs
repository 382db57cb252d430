//! Opening a report.

use super::body::{ReportBody, Shown};
use super::read_body::{ReportCreate, sections_schema};
use super::tagged;
use crate::domain::form;
use crate::domain::id::ReportId;
use crate::domain::report::Scope;
use crate::domain::year::{LAST_YEAR, parse_year};
use crate::http::kernel::number::Whole;
use crate::http::kernel::{BASE, Call, Code, Fault, Problem, Reply};
use crate::operations::reports::{self, NewReport};
use crate::operations::years;
use actix_web::post;

/// 建立报告
///
/// 每个机关每年每种范围一份。建立时六个部分齐备，内容为空；也可以随 `sections` 一并填写。
#[utoipa::path(
    tag = "reports",
    request_body = ReportCreate,
    responses((status = 201, description = "已建立", body = ReportBody)),
    extensions(("x-problems" = json!([Code::ScopeNotForKind, Code::YearNotOpen, Code::ReportExists]))),
)]
#[post("/reports")]
pub async fn create_report(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    require_editor(&call)?;
    let body = call.body::<ReportCreate>().await?;
    let named = body.agency("agency_id");
    let scope = body.member("scope").map_or(Some(Scope::Own), |scope| scope.as_str()?.parse().ok());
    let year = body.member("year").and_then(|year| serde_json::from_value::<Whole>(year.clone()).ok());
    let year = year.and_then(Whole::year).filter(|year| parse_year(&year.to_string()).is_some());
    let (years, there) = call
        .look(move |connection, asking| {
            let there = match &named {
                Some(agency) => reports::require_filing_right(connection, asking, agency, (scope, year))?,
                None => true,
            };
            Ok((years::list(connection, 0, 200, false)?.0, there))
        })
        .await?;
    // Told together with what is wrong otherwise.
    let mut missing: Vec<Fault> =
        (!there).then(|| Fault::at("/agency_id", "not_found")).into_iter().collect();
    let planned = year.and_then(|year| years.iter().find(|known| known.plan.year == year));
    if year.is_some() && planned.is_none() {
        missing.push(Fault::at("/year", "not_found"));
    }
    let form = planned.and_then(|year| form::by_id(&year.plan.format));
    let form = form.unwrap_or_else(|| form::for_year(year.unwrap_or(LAST_YEAR)));
    let body = body.instead("SectionsInput", sections_schema(form));
    let id = ReportId::from_uuid(uuid::Uuid::now_v7());
    store(&call, body.read_with(|_| missing)?.new_report(id, form)?).await
}

/// Refuses whoever edits nowhere; where exactly is asked in the lane.
pub fn require_editor(call: &Call) -> Result<(), Problem> {
    call.require_token()?;
    Ok(reports::require_some_filing_right(&call.asking())?)
}

async fn store(call: &Call, new: NewReport) -> Result<Reply, Problem> {
    let language = call.language();
    call.enter(
        move |connection, act, asking| {
            let ready = reports::prepare_create(connection, act, asking, &new)?;
            let shown = Shown::of(connection, asking, ready.command.view().clone())?;
            let location = format!("{BASE}/reports/{}", shown.view.report.id);
            let reply = tagged(Reply::created(location, &ReportBody::of(&shown)), &shown, language);
            Ok((ready, reply))
        },
        reports::enter_create,
    )
    .await
}
