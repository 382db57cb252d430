//! Opening a report.

use super::body::{ReportBody, Shown};
use super::read_body::read_new;
use super::tagged;
use crate::domain::form;
use crate::domain::id::ReportId;
use crate::domain::report::Scope;
use crate::domain::rights::Role;
use crate::http::kernel::BASE;
use crate::http::kernel::body::JSON;
use crate::http::kernel::call::Call;
use crate::http::kernel::fields::{Fields, named_agency};
use crate::http::kernel::problem::{Code, Problem};
use crate::http::kernel::query::NoParameters;
use crate::http::kernel::reply::Reply;
use crate::operations::InputFault;
use crate::operations::reports::{self, NewReport};
use crate::operations::years;
use actix_web::post;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// 建立报告
///
/// 每个机关每年每种范围一份。建立时六个部分齐备，内容为空；也可以随 `sections` 一并填写。
#[utoipa::path(
    tag = "reports",
    request_body(content = ref("#/components/schemas/ReportCreate"), content_type = "application/json"),
    responses((status = 201, description = "已建立", body = ReportBody)),
    extensions(
        ("x-problems" = json!(["forbidden", "invalid_input", "scope_not_for_kind", "year_not_open",
            "report_exists", "invalid_query"])),
        ("x-tagged" = json!(true)),
    ),
)]
#[post("/reports")]
pub async fn create_report(mut call: Call) -> Result<Reply, Problem> {
    if let Some(reply) = call.replayed(None).await? {
        return Ok(reply);
    }
    require_editor(&call)?;
    let body = call.json(JSON).await?;
    let named = named_agency(&body.object, "agency_id");
    let scope = body.object.get("scope").map_or(Some(Scope::Own), |scope| scope.as_str()?.parse().ok());
    let (years, there) = call
        .look(move |connection, asking| {
            let there = match &named {
                Some(agency) => reports::require_filing_right(connection, asking, agency, scope)?,
                None => true,
            };
            Ok((years::list(connection, 0, 200, false)?.0, there))
        })
        .await?;
    let _: NoParameters = call.query()?;
    let formats: HashMap<i32, String> =
        years.into_iter().map(|year| (year.plan.year, year.plan.format)).collect();
    let form_of =
        |year: i32| formats.get(&year).and_then(|id| form::by_id(id)).unwrap_or_else(|| form::for_year(year));
    let id = ReportId::from_uuid(uuid::Uuid::now_v7());
    let new = read_new(&body.object, id, form_of).map_err(|mut faults| {
        faults.extend(missing(&body.object, there, &formats));
        Problem::of_body(faults)
    })?;
    store(&call, new).await
}

/// What is named and not there, told together with what is wrong otherwise.
fn missing(object: &Map<String, Value>, there: bool, formats: &HashMap<i32, String>) -> Vec<InputFault> {
    let year = Fields::new(object, None).year("year");
    let unknown = year.is_some_and(|year| !formats.contains_key(&year));
    let missing = [("/agency_id", !there), ("/year", unknown)].into_iter().filter(|(_, missing)| *missing);
    missing.map(|(pointer, _)| InputFault::new(pointer, "not_found")).collect()
}

/// Refuses whoever edits nowhere; where exactly is asked in the lane.
pub fn require_editor(call: &Call) -> Result<(), Problem> {
    call.require_token()?;
    let edits = |role: Role| matches!(role, Role::Editor | Role::Supervisor | Role::Admin);
    if call.asking().rights.grants.iter().any(|grant| edits(grant.role)) {
        Ok(())
    } else {
        Err(Problem::new(Code::Forbidden))
    }
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
