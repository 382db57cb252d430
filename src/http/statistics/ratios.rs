//! Ratios with stated denominators.

use super::body::{AsOfBody, within};
use crate::domain::figures::exact_number;
use crate::domain::language::{Language, say};
use crate::domain::number::Precision;
use crate::domain::statistics::{RATIOS, RatioValue};
use crate::http::kernel::names::Figure;
use crate::http::kernel::table::{self, TableFormat};
use crate::http::kernel::{Call, Code, Problem, Reply, YearNumber, query};
use crate::operations::AgencyRef;
use crate::operations::statistics::{as_of, completeness, place, totals};
use actix_web::get;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

query!(RatiosQuery {
    /// 报告年度。
    year: YearNumber,
    /// 某机关及其以下：编号或统一社会信用代码；不给则为全部。
    within: Option<AgencyRef>,
    /// `json`（默认）或 `csv`；不给则按 `Accept`。
    format: Option<TableFormat>,
});

/// 一个比率。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ratio)]
pub struct RatioBody {
    key: &'static str,
    label: String,
    numerator: Option<i64>,
    denominator: Option<i64>,
    /// 六位小数，四舍六入五成双；分母为零则空。
    #[schema(value_type = Figure)]
    value: Value,
    definition: String,
}

impl RatioBody {
    fn of(key: &'static str, value: RatioValue, language: Language) -> RatioBody {
        RatioBody {
            key,
            label: say("ratio", key, language, &[]),
            numerator: value.numerator,
            denominator: value.denominator,
            value: value
                .millionths
                .map_or(Value::Null, |millionths| exact_number(&Precision::Millionths.format(millionths))),
            definition: say("definition", key, language, &[]),
        }
    }
}

/// 比率。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ratios)]
pub struct RatiosBody {
    year: i32,
    /// 机关编号；空 = 全部。
    #[schema(format = "uuid")]
    within: Option<String>,
    items: Vec<RatioBody>,
    /// 总是空：一次给出。
    next_cursor: Option<String>,
    as_of: AsOfBody,
}

/// 比率
///
/// 办结率、予以公开率、不予公开率、无法提供占比、复议和诉讼纠错率、按期发布率，各写明分子分母。
#[utoipa::path(
    tag = "statistics",
    params(RatiosQuery),
    responses((status = 200, description = "比率", content((RatiosBody = "application/json"), (String = "text/csv")))),
    extensions(("x-problems" = json!([Code::NotFound]))),
)]
#[get("/stats/ratios")]
pub async fn read_ratios(call: Call) -> Result<Reply, Problem> {
    let query: RatiosQuery = call.query()?;
    let year = query.year.0;
    let (at, sum, whole, as_of) = call
        .look(move |connection, asking| {
            let at = place(connection, year, query.within.as_ref())?;
            let found = totals(connection, year, &at)?;
            let (whole, _) = completeness(connection, asking, year, &at, false)?;
            Ok((at, found.sum, whole.progress, as_of(connection)?))
        })
        .await?;
    let language = call.language();
    let mut items: Vec<RatioBody> =
        RATIOS.iter().map(|ratio| RatioBody::of(ratio.key, ratio.of(&sum), language)).collect();
    let on_time = RatioValue::new(Some(whole.on_time), Some(whole.expected));
    items.push(RatioBody::of("on_time_rate", on_time, language));
    let body = RatiosBody { year, within: within(&at), items, next_cursor: None, as_of: AsOfBody::of(as_of) };
    // There is always one.
    table::reply(
        (&call, query.format),
        &body,
        || body.items.iter().map(|item| json!(item)).collect(),
        Value::default,
    )
}
