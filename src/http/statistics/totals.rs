//! Totals of a place.

use super::body::{AgencyBody, AsOfBody, tables, within};
use crate::domain::report::Scope;
use crate::domain::statistics::Sum;
use crate::http::kernel::names::{FormatName, ReportScope, Tables};
use crate::http::kernel::table::{self, TableFormat};
use crate::http::kernel::{Call, Code, Problem, Reply, YearNumber, query};
use crate::operations::AgencyRef;
use crate::operations::statistics::{Consolidated, as_of, consolidated, place, totals};
use actix_web::get;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

query!(TotalsQuery {
    /// 报告年度。
    year: YearNumber,
    /// 某机关及其以下：编号或统一社会信用代码；不给则为全部。
    within: Option<AgencyRef>,
    /// `own`（默认）：全部本机关报告相加；`consolidated`：本级政府汇总报告，没有则为其下最上层各份之和。
    scope: Option<Scope>,
    /// `json`（默认）或 `csv`；不给则按 `Accept`。
    format: Option<TableFormat>,
});

/// 某种格式的份数。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FormCount)]
pub struct FormBody {
    #[schema(value_type = FormatName)]
    form: String,
    reports: i64,
}

/// 有的报告没有填写的单元格。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IncompleteCell)]
pub struct IncompleteBody {
    indicator: String,
    /// 填写了的份数。
    present: i64,
}

/// 汇总报告的一个来源。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MadeOf)]
pub struct MadeOfBody {
    agency: AgencyBody,
    #[schema(format = "uuid")]
    report_id: String,
    revision: i32,
}

/// 合计。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Totals)]
pub struct TotalsBody {
    year: i32,
    /// 机关编号；空 = 全部。
    #[schema(format = "uuid")]
    within: Option<String>,
    #[schema(value_type = ReportScope)]
    scope: &'static str,
    /// 相加的份数。
    reports: i64,
    forms: Vec<FormBody>,
    /// 该年度格式的各表，完整；没有一份报告填写的单元格为空。
    #[schema(value_type = Tables)]
    tables: Map<String, Value>,
    incomplete: Vec<IncompleteBody>,
    /// 由哪几份汇总报告相加；本机关报告相加时为空。
    made_of: Vec<MadeOfBody>,
    as_of: AsOfBody,
}

fn incomplete(sum: &Sum) -> Vec<IncompleteBody> {
    let cells = sum.form().cells.iter().map(|cell| (cell.indicator(), sum.present_at(cell.index)));
    let lacking = cells.filter(|(_, present)| *present < sum.reports);
    lacking.map(|(indicator, present)| IncompleteBody { indicator, present }).collect()
}

/// 合计
///
/// 已发布报告的逐格合计，按该年度的应报名单归入各级机关。不同格式的报告，只有含义相同的单元格相加。
/// `Accept: text/csv` 得到每格一行的表。
#[utoipa::path(
    tag = "statistics",
    params(TotalsQuery),
    responses((status = 200, description = "合计", content((TotalsBody = "application/json"), (String = "text/csv")))),
    extensions(("x-problems" = json!([Code::NotFound]))),
)]
#[get("/stats/totals")]
pub async fn read_totals(call: Call) -> Result<Reply, Problem> {
    let query: TotalsQuery = call.query()?;
    let year = query.year.0;
    let scope = query.scope.unwrap_or(Scope::Own);
    let (at, found, as_of) = call
        .look(move |connection, _| {
            let at = place(connection, year, query.within.as_ref())?;
            let found = match scope {
                Scope::Own => Consolidated { totals: totals(connection, year, &at)?, made_of: Vec::new() },
                Scope::Consolidated => consolidated(connection, year, &at)?,
            };
            Ok((at, found, as_of(connection)?))
        })
        .await?;
    let Consolidated { totals: found, made_of } = found;
    let made_of = made_of.into_iter().map(|(line, report_id, revision)| MadeOfBody {
        agency: AgencyBody { id: line.agency_id.to_string(), name: line.name },
        report_id,
        revision,
    });
    let body = TotalsBody {
        year,
        within: within(&at),
        scope: scope.as_str(),
        reports: found.sum.reports,
        forms: found
            .forms
            .iter()
            .map(|(form, reports)| FormBody { form: form.clone(), reports: *reports })
            .collect(),
        tables: tables(&found.sum),
        incomplete: incomplete(&found.sum),
        made_of: made_of.collect(),
        as_of: AsOfBody::of(as_of),
    };
    // Every form has cells.
    let reply = table::reply((&call, query.format), &body, || cells(&found.sum), Value::default)?;
    // The lines of the table name their cells in the words of the statute.
    Ok(if table::wanted(&call, query.format)? { reply.in_chinese() } else { reply })
}

/// Each cell of a sum as a line of a table.
fn cells(sum: &Sum) -> Vec<Value> {
    let cells = sum.form().cells.iter().map(|cell| {
        json!({
            "indicator": cell.indicator(),
            "row": cell.row_label,
            "column": cell.column_label,
            "unit": cell.unit,
            "value": sum.json(cell.index),
            "present": sum.present_at(cell.index),
        })
    });
    cells.collect()
}
