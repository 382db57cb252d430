//! What the answers share: the state they show, agencies, chosen indicators.

use crate::domain::form::{Form, all};
use crate::domain::statistics::Sum;
use crate::http::kernel::format::time;
use crate::http::kernel::{Problem, answer, listed, parameter};
use crate::operations::statistics::{AsOf, Place};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

answer! {
    /// 数字截至哪一条公开变更。
    #[schema(as = AsOf)]
    pub struct AsOfBody of(as_of: AsOf) {
        /// 变更记录的序号，见 `GET /changes`。
        pub seq: i64 = as_of.seq,
        pub epoch: String = as_of.epoch,
        /// 那条变更的时间；还没有变更则为空。
        #[schema(format = DateTime)]
        pub at: Option<String> = as_of.at.map(time),
    }
}

/// 机关的编号和名称。
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = StatisticsAgency)]
pub struct AgencyBody {
    #[schema(format = "uuid")]
    pub id: String,
    pub name: String,
}

/// The id of a place, as it is named everywhere.
pub fn within(place: &Place) -> Option<String> {
    place.agency.as_ref().map(|(id, _)| id.to_string())
}

/// `requests.new_requests.total`, as a pattern.
pub const INDICATOR: &str = "[a-z0-9_]+([.][a-z0-9_]+){2}";
/// Most indicators of one question.
const MOST: usize = 50;

/// Names of cells, `requests.new_requests.total`, parted by commas.
#[derive(Debug, Clone)]
pub struct Indicators(pub Vec<String>);

parameter!(Indicators, listed(INDICATOR, MOST, &[]), |text| {
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    let known = |name: &String| all().iter().any(|form| form.by_indicator(name).is_some());
    match names.iter().all(known) && names.len() <= MOST {
        true => Ok(Indicators(names)),
        false => Err("unknown_indicator"),
    }
});

impl Indicators {
    /// What is answered where nothing was asked for: what everybody looks at first.
    pub fn usual() -> Indicators {
        let usual = [
            "requests.new_requests.total",
            "requests.results_total.total",
            "requests.carried_forward.total",
            "disputes.reconsideration.total",
        ];
        Indicators(usual.map(str::to_owned).to_vec())
    }

    pub fn of(&self, sum: &Sum) -> Map<String, Value> {
        let value = |name: &String| sum.form().by_indicator(name).map_or(Value::Null, |cell| sum.json(cell));
        self.0.iter().map(|name| (name.clone(), value(name))).collect()
    }

    /// An indicator's number for sorting; null stands below everything.
    pub fn number(sum: &Sum, name: &str) -> Option<i64> {
        sum.form().by_indicator(name).and_then(|cell| sum.get(cell))
    }
}

/// The tables of a form filled from a sum, complete.
pub fn tables(sum: &Sum) -> Map<String, Value> {
    let form: &Form = sum.form();
    let tables = form.sections.iter().filter_map(|section| {
        let rows = section.table.as_ref()?.rows.iter().map(|row| {
            let columns: Map<String, Value> =
                row.columns.iter().map(|column| (column.key.clone(), sum.json(column.cell))).collect();
            (row.key.clone(), Value::Object(columns))
        });
        Some((section.key.clone(), Value::Object(rows.collect())))
    });
    tables.collect()
}

/// One fault of a query, at its parameter.
pub fn wrong(parameter: &str) -> Problem {
    Problem::of_query(vec![(parameter.to_owned(), "invalid_value")])
}
