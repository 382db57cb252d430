//! A place over the years.

use super::body::{AsOfBody, Indicators};
use crate::domain::figures::exact_number;
use crate::domain::number::Precision;
use crate::domain::statistics::Sum;
use crate::http::kernel::names::{IndicatorChanges, IndicatorValues};
use crate::http::kernel::table::{self, TableFormat};
use crate::http::kernel::{Call, Code, Problem, Reply, YearNumber, query};
use crate::operations::AgencyRef;
use crate::operations::statistics::{as_of, place, trend};
use actix_web::get;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

query!(TrendsQuery {
    /// 某机关及其以下：编号或统一社会信用代码；不给则为全部。
    within: Option<AgencyRef>,
    /// 从哪一年起，默认 2019。
    from: Option<YearNumber>,
    /// 到哪一年止，默认 2099。
    to: Option<YearNumber>,
    /// 指标，逗号分隔，见 `GET /indicators`；不给则为常用的几个。
    indicators: Option<Indicators>,
    /// `json`（默认）或 `csv`；不给则按 `Accept`。
    format: Option<TableFormat>,
});

/// 一个年度。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrendItem)]
pub struct ItemBody {
    year: i32,
    reports: i64,
    /// 指标到数值。
    #[schema(value_type = IndicatorValues)]
    values: Map<String, Value>,
    /// 与上一个年度相比：`previous`、`difference`、`percent`（百分数，三位小数；上年为零则空）。
    #[schema(value_type = IndicatorChanges)]
    change: Map<String, Value>,
}

/// 逐年合计。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Trends)]
pub struct TrendsBody {
    /// 机关编号；空 = 全部。
    #[schema(format = "uuid")]
    within: Option<String>,
    indicators: Vec<String>,
    items: Vec<ItemBody>,
    as_of: AsOfBody,
}

/// Difference to the year before, and in percent to three places, half away from zero to even.
fn change(sum: &Sum, before: Option<&Sum>, indicators: &Indicators) -> Map<String, Value> {
    let each = indicators.0.iter().map(|name| {
        let (now, then) =
            (Indicators::number(sum, name), before.and_then(|before| Indicators::number(before, name)));
        let cell = sum.form().by_indicator(name).and_then(|cell| sum.form().cells.get(cell));
        let precision = cell.map_or(Precision::Count, |cell| cell.precision);
        let exact = |value: Option<i64>| value.map_or(Value::Null, |value| precision.json(value));
        let difference = now.zip(then).map(|(now, then)| now - then);
        let percent = difference.zip(then).and_then(|(difference, then)| thousandths(difference, then));
        let change = json!({
            "previous": exact(then),
            "difference": exact(difference),
            "percent": percent.map_or(Value::Null, |percent| exact_number(&decimal(percent))),
        });
        (name.clone(), change)
    });
    each.collect()
}

/// `difference / base` in thousandths of a percent, half to even.
fn thousandths(difference: i64, base: i64) -> Option<i64> {
    if base <= 0 {
        return None;
    }
    let (above, below) = (i128::from(difference).abs() * 100_000, i128::from(base));
    let (whole, rest) = (above / below, above % below);
    let up = rest * 2 > below || (rest * 2 == below && whole % 2 == 1);
    let rounded = i64::try_from(if up { whole + 1 } else { whole }).ok()?;
    Some(if difference < 0 { -rounded } else { rounded })
}

/// Thousandths as a decimal numeral.
fn decimal(thousandths: i64) -> String {
    let sign = if thousandths < 0 { "-" } else { "" };
    let (whole, part) = (thousandths.abs() / 1000, thousandths.abs() % 1000);
    let text = format!("{sign}{whole}.{part:03}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// 逐年合计
///
/// 一个机关及其以下逐年的合计和同比。不同格式之间只有含义相同的指标可比，其余为空。
#[utoipa::path(
    tag = "statistics",
    params(TrendsQuery),
    responses((status = 200, description = "逐年合计", content((TrendsBody = "application/json"), (String = "text/csv")))),
    extensions(("x-problems" = json!([Code::NotFound]))),
)]
#[get("/stats/trends")]
pub async fn read_trends(call: Call) -> Result<Reply, Problem> {
    let query: TrendsQuery = call.query()?;
    let (from, to) = (query.from.map_or(2019, |year| year.0), query.to.map_or(2099, |year| year.0));
    if from > to {
        return Err(Problem::of_query(vec![("to".to_owned(), "range_order")]));
    }
    let indicators = query.indicators.unwrap_or_else(Indicators::usual);
    let (at, years, as_of) = call
        .look(move |connection, _| {
            let at = place(connection, to, query.within.as_ref())?;
            let years = trend(connection, &at, from, to)?;
            Ok((at, years, as_of(connection)?))
        })
        .await?;
    let before = std::iter::once(None).chain(years.iter().map(|(year, sum)| Some((*year, sum))));
    let items = years.iter().zip(before).map(|((year, sum), before)| ItemBody {
        year: *year,
        reports: sum.reports,
        values: indicators.of(sum),
        change: change(sum, before.filter(|(last, _)| last + 1 == *year).map(|(_, sum)| sum), &indicators),
    });
    let body = TrendsBody {
        within: at.agency.as_ref().map(|(id, _)| id.to_string()),
        items: items.collect(),
        indicators: indicators.0.clone(),
        as_of: AsOfBody::of(as_of),
    };
    let nothing = || {
        let of = |value: &Value| -> Map<String, Value> {
            indicators.0.iter().map(|name| (name.clone(), value.clone())).collect()
        };
        let change = json!({"previous": null, "difference": null, "percent": null});
        json!(ItemBody { year: 0, reports: 0, values: of(&Value::Null), change: of(&change) })
    };
    table::reply(
        (&call, query.format),
        &body,
        || body.items.iter().map(|item| json!(item)).collect(),
        nothing,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_have_three_places_and_none_where_there_was_nothing() {
        assert_eq!(thousandths(22, 390).map(decimal).as_deref(), Some("5.641"));
        assert_eq!(thousandths(-1, 3).map(decimal).as_deref(), Some("-33.333"));
        assert_eq!(thousandths(5, 5).map(decimal).as_deref(), Some("100"));
        assert_eq!(thousandths(5, 0), None);
    }
}
