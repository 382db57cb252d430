//! A place broken down by its children, by level, by kind.

use super::body::{AgencyBody, AsOfBody, INDICATOR, Indicators, within, wrong};
use crate::domain::agency::{Kind, Level};
use crate::domain::language::{Language, say};
use crate::http::kernel::names::{BreakdownKind, IndicatorValues};
use crate::http::kernel::table::{self, TableFormat};
use crate::http::kernel::{Call, Code, Problem, Reply, YearNumber, listed, one_of, parameter, query};
use crate::operations::AgencyRef;
use crate::operations::statistics::{BreakdownBy, BreakdownItem, BreakdownKey, as_of, breakdown, place};
use actix_web::get;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::cmp::Ordering;
use utoipa::ToSchema;

parameter!(BreakdownBy, one_of(&["child", "level", "kind"]), |text| match text {
    "child" => Ok(BreakdownBy::Child),
    "level" => Ok(BreakdownBy::Level),
    "kind" => Ok(BreakdownBy::Kind),
    _ => Err("invalid_value"),
});

/// A field of the parts: what it is called, what was counted, or an indicator.
#[derive(Debug)]
pub struct BreakdownSort {
    descending: bool,
    field: String,
}

parameter!(BreakdownSort, listed(&format!("-?(name|reports|{INDICATOR})"), 1, &[]), |text| {
    let (descending, field) = text.strip_prefix('-').map_or((false, text), |field| (true, field));
    let known =
        matches!(field, "name" | "reports") || Indicators::read(field).is_ok_and(|read| read.0.len() == 1);
    if known { Ok(BreakdownSort { descending, field: field.to_owned() }) } else { Err("invalid_value") }
});

query!(BreakdownQuery {
    /// 报告年度。
    year: YearNumber,
    /// 某机关及其以下：编号或统一社会信用代码；不给则为全部。
    within: Option<AgencyRef>,
    /// `child`（默认，按直接下级，各含其以下全部）、`level`、`kind`。
    by: Option<BreakdownBy>,
    /// 指标，逗号分隔，见 `GET /indicators`；不给则为常用的几个。
    indicators: Option<Indicators>,
    /// 排序：`name`、`reports` 或所选的一个指标，前加 `-` 为降序；不给则按编号。
    sort: Option<BreakdownSort>,
    /// `json`（默认）或 `csv`；不给则按 `Accept`。
    format: Option<TableFormat>,
});

/// 一组。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BreakdownItem)]
pub struct ItemBody {
    /// 按下级时：哪个机关。
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<AgencyBody>,
    /// 按层级、类别时：哪一种。
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'static str>,
    /// 它的名称。
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// 份数。
    reports: i64,
    /// 指标到数值。
    #[schema(value_type = IndicatorValues)]
    values: Map<String, Value>,
}

/// 分组合计。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Breakdown)]
pub struct BreakdownBody {
    year: i32,
    /// 机关编号；空 = 全部。
    #[schema(format = "uuid")]
    within: Option<String>,
    #[schema(value_type = BreakdownKind)]
    by: &'static str,
    indicators: Vec<String>,
    items: Vec<ItemBody>,
    /// 按下级时：该机关自己的报告。
    #[serde(rename = "self")]
    own: Option<ItemBody>,
    as_of: AsOfBody,
}

fn label_of_level(level: Level, language: Language) -> String {
    say("level", level.as_str(), language, &[])
}

fn label_of_kind(kind: Kind, language: Language) -> String {
    say("kind", kind.as_str(), language, &[])
}

fn item(item: &BreakdownItem, indicators: &Indicators, language: Language) -> ItemBody {
    let (agency, key, label) = match &item.key {
        BreakdownKey::Child(line) => {
            (Some(AgencyBody { id: line.agency_id.to_string(), name: line.name.clone() }), None, None)
        }
        BreakdownKey::Level(level) => (None, Some(level.as_str()), Some(label_of_level(*level, language))),
        BreakdownKey::Kind(kind) => (None, Some(kind.as_str()), Some(label_of_kind(*kind, language))),
    };
    ItemBody { agency, key, label, reports: item.sum.reports, values: indicators.of(&item.sum) }
}

fn name(item: &BreakdownItem) -> String {
    match &item.key {
        BreakdownKey::Child(line) => line.name.clone(),
        BreakdownKey::Level(level) => level.as_str().to_owned(),
        BreakdownKey::Kind(kind) => kind.as_str().to_owned(),
    }
}

/// How two parts stand to each other.
type Compare = dyn Fn(&BreakdownItem, &BreakdownItem) -> Ordering;

fn sort(
    items: &mut [BreakdownItem],
    BreakdownSort { descending, field }: &BreakdownSort,
    indicators: &Indicators,
) -> Result<(), Problem> {
    let compare: Box<Compare> = match field.as_str() {
        "name" => Box::new(|left, right| name(left).cmp(&name(right))),
        "reports" => Box::new(|left, right| left.sum.reports.cmp(&right.sum.reports)),
        known if indicators.0.iter().any(|indicator| indicator == known) => {
            let known = known.to_owned();
            Box::new(move |left, right| {
                Indicators::number(&left.sum, &known).cmp(&Indicators::number(&right.sum, &known))
            })
        }
        _ => return Err(wrong("sort")),
    };
    items.sort_by(|left, right| if *descending { compare(right, left) } else { compare(left, right) });
    Ok(())
}

/// 分组合计
///
/// 按直接下级（各含其以下全部，没有报告的也列出）、按层级或按类别。`Accept: text/csv` 得到每组一行的表，
/// 不含 `self`。
#[utoipa::path(
    tag = "statistics",
    params(BreakdownQuery),
    responses((status = 200, description = "分组合计",
        content((BreakdownBody = "application/json"), (String = "text/csv")))),
    extensions(("x-problems" = json!([Code::NotFound]))),
)]
#[get("/stats/breakdown")]
pub async fn read_breakdown(call: Call) -> Result<Reply, Problem> {
    let query: BreakdownQuery = call.query()?;
    let year = query.year.0;
    let by = query.by.unwrap_or(BreakdownBy::Child);
    let indicators = query.indicators.unwrap_or_else(Indicators::usual);
    let (at, mut items, own, as_of) = call
        .look(move |connection, _| {
            let at = place(connection, year, query.within.as_ref())?;
            let (items, own) = breakdown(connection, year, &at, by)?;
            Ok((at, items, own, as_of(connection)?))
        })
        .await?;
    if let Some(order) = &query.sort {
        sort(&mut items, order, &indicators)?;
    }
    let own = own.map(|sum| ItemBody {
        agency: at.agency.as_ref().map(|(id, name)| AgencyBody { id: id.to_string(), name: name.clone() }),
        key: None,
        label: None,
        reports: sum.reports,
        values: indicators.of(&sum),
    });
    let body = BreakdownBody {
        year,
        within: within(&at),
        by: match by {
            BreakdownBy::Child => "child",
            BreakdownBy::Level => "level",
            BreakdownBy::Kind => "kind",
        },
        indicators: indicators.0.clone(),
        items: items.iter().map(|one| item(one, &indicators, call.language())).collect(),
        own,
        as_of: AsOfBody::of(as_of),
    };
    let nothing = || {
        let by_child = by == BreakdownBy::Child;
        json!(ItemBody {
            agency: by_child.then(AgencyBody::default),
            key: (!by_child).then_some(""),
            label: (!by_child).then(String::new),
            reports: 0,
            values: indicators.0.iter().map(|name| (name.clone(), Value::Null)).collect(),
        })
    };
    table::reply(
        (&call, query.format),
        &body,
        || body.items.iter().map(|item| json!(item)).collect(),
        nothing,
    )
}
