//! `/rules`, `/formats`, `/indicators`: the statute as data, for whoever builds on it.

use super::kernel::names::{FormatName, SectionKind, SeverityName};
use super::kernel::table::{self, TableFormat};
use super::kernel::{
    Call, Code, FormName, ListQuery, NoParameters, Page, Paging, Problem, Reply, one_of, parameter, query,
};
use crate::domain::form::{self, Form, GuideEntry};
use crate::domain::language::say;
use crate::domain::rules::{Explainable, RULES};
use actix_web::get;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub fn register(config: &mut ServiceConfig<'_>) {
    config.service(list_rules).service(list_formats).service(read_format).service(list_indicators);
}

/// 一条规则。
#[derive(Debug, Serialize, ToSchema)]
pub struct Rule {
    /// 规则的稳定名称。
    id: &'static str,
    #[schema(value_type = SeverityName)]
    severity: &'static str,
    /// 能否用说明解除。
    explainable: bool,
    /// 由谁说明：editor 或 supervisor。
    explained_by: Option<&'static str>,
    /// 不是错误，但提交之前必须说明。
    must_be_explained: bool,
    /// 要求。
    what: String,
    /// 依据。
    basis: &'static str,
    /// 适用的格式。
    #[schema(value_type = Vec<FormatName>)]
    form: Vec<&'static str>,
}

pub type RuleList = Page<Rule>;

/// 规则
///
/// 校验用的全部规则：编号、轻重、能否说明、要求、依据、适用格式。
#[utoipa::path(
    tag = "catalogue",
    params(ListQuery),
    responses((status = 200, description = "全部规则", body = RuleList)),
)]
#[get("/rules")]
pub async fn list_rules(call: Call) -> Result<Reply, Problem> {
    let query: ListQuery = call.query()?;
    let rules = call.service.rules();
    let items = RULES.iter().map(|rule| Rule {
        id: rule.id,
        severity: rules.severity_of(rule).as_str(),
        explainable: rule.is_explainable(),
        explained_by: match rule.explainable {
            Explainable::No => None,
            Explainable::ByEditor | Explainable::MustByEditor => Some("editor"),
            Explainable::BySupervisor => Some("supervisor"),
        },
        must_be_explained: rule.explainable == Explainable::MustByEditor,
        what: say("what", rule.id, call.language(), &[]),
        basis: rule.basis,
        form: form::all().iter().filter(|form| rule.applies_to(form)).map(|form| form.id.as_str()).collect(),
    });
    Ok(query.page.whole(&call, "rules", items.collect())?.constant())
}

/// 适用年度。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FormatYears)]
pub struct FormatYears {
    from: i32,
    /// 空 = 沿用至今。
    to: Option<i32>,
}

/// 格式的概要。
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FormatSummary)]
pub struct FormatSummary {
    #[schema(value_type = FormatName)]
    id: &'static str,
    title: &'static str,
    /// 文号。
    document: &'static str,
    applies_to_years: FormatYears,
    /// 单元格数。
    cells: usize,
}

pub type FormatList = Page<FormatSummary>;

/// 格式列表
///
/// 法定的报告格式：2019 年试行格式和 2021 年现行格式。用语是法定的中文，没有英文（`Content-Language: zh-CN`）。
#[utoipa::path(
    tag = "catalogue",
    params(ListQuery),
    responses((status = 200, description = "全部格式", body = FormatList)),
)]
#[get("/formats")]
pub async fn list_formats(call: Call) -> Result<Reply, Problem> {
    let query: ListQuery = call.query()?;
    let items = form::all().iter().map(|form| FormatSummary {
        id: &form.id,
        title: &form.title,
        document: &form.document,
        applies_to_years: FormatYears { from: form.from, to: form.to },
        cells: form.cells.len(),
    });
    Ok(query.page.whole(&call, "formats", items.collect())?.constant().in_chinese())
}

/// 读取格式
///
/// 各部分、表格、行、列的键名、标签、别名，以及表内的全部恒等式。标签是法定的中文，没有英文。
#[utoipa::path(
    tag = "catalogue",
    responses((status = 200, description = "格式", body = ref("#/components/schemas/Format"))),
)]
#[get("/formats/{id}")]
pub async fn read_format(call: Call) -> Result<Reply, Problem> {
    let id: String = call.part("id")?;
    let form = form::by_id(&id).ok_or_else(|| Problem::new(Code::NotFound))?;
    let _: NoParameters = call.query()?;
    Ok(Reply::ok(&form.source).constant().in_chinese())
}

/// 一个指标：表格中的一个单元格。
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Indicator {
    /// `部分.行.列`。
    id: String,
    #[schema(value_type = SectionKind)]
    section: String,
    row: String,
    column: String,
    /// 中文标签。
    label: String,
    /// 单位：件、项或万元。
    unit: String,
    /// 小数位数。
    decimals: u32,
    /// 在报告文档中的位置。
    pointer: String,
    /// 有这个单元格的格式。
    #[schema(value_type = Vec<FormatName>)]
    formats: Vec<&'static str>,
    /// 填报说明：先是所在的行，再是所在的列。
    guide: Vec<Guide>,
}

/// 填报说明：这里应当填什么，依据是什么，有什么限制。
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Guide {
    zh: &'static str,
    en: &'static str,
    /// 依据。
    source: &'static str,
    /// 限制。
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<GuideLimits>,
}

/// 可以填什么。
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GuideLimits {
    zh: &'static str,
    en: &'static str,
}

impl From<&'static GuideEntry> for Guide {
    fn from(entry: &'static GuideEntry) -> Guide {
        let limits = entry.limits.as_ref().map(|limits| GuideLimits { zh: &limits.zh, en: &limits.en });
        Guide { zh: &entry.zh, en: &entry.en, source: &entry.source, limits }
    }
}

pub type IndicatorList = Page<Indicator>;

/// `format` says which form's indicators are wanted, or, as of every table, how they are written.
#[derive(Debug, Clone)]
pub enum FormOrTable {
    Form(FormName),
    Table(TableFormat),
}

parameter!(
    FormOrTable,
    {
        let forms = form::all().iter().map(|form| form.id.as_str());
        one_of(&forms.chain(["json", "csv"]).collect::<Vec<_>>())
    },
    |text| {
        let table = TableFormat::read(text).map(FormOrTable::Table);
        table.or_else(|_| FormName::read(text).map(FormOrTable::Form))
    }
);

query!(IndicatorQuery {
    /// 只要某格式的指标，如 2021；或写成 `json`、`csv`。
    format: Option<FormOrTable>,
    page: Paging,
});

fn indicators_of(form: &'static Form) -> impl Iterator<Item = Indicator> {
    form.cells.iter().map(|cell| Indicator {
        id: cell.indicator(),
        section: cell.section_key.clone(),
        row: cell.row_key.clone(),
        column: cell.column_key.clone(),
        label: format!("{} · {}", cell.row_label, cell.column_label),
        unit: cell.unit.clone(),
        decimals: cell.precision.decimals(),
        pointer: cell.pointer(),
        formats: vec![&form.id],
        guide: form::guide::of_cell(&cell.section_key, &cell.row_key, &cell.column_key)
            .into_iter()
            .map(Guide::from)
            .collect(),
    })
}

/// 指标
///
/// 各格式的全部单元格，按现行格式的顺序；统计、比较都用这些编号。标签是法定的中文，没有英文。
#[utoipa::path(
    tag = "catalogue",
    params(IndicatorQuery),
    responses((status = 200, description = "全部指标",
        content((IndicatorList = "application/json"), (String = "text/csv")))),
)]
#[get("/indicators")]
pub async fn list_indicators(call: Call) -> Result<Reply, Problem> {
    let query: IndicatorQuery = call.query()?;
    let (wanted, written) = match query.format {
        Some(FormOrTable::Form(form)) => (Some(form.0), None),
        Some(FormOrTable::Table(written)) => (None, Some(written)),
        None => (None, None),
    };
    let mut items: Vec<Indicator> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let forms = form::all().iter().rev().filter(|form| wanted.is_none_or(|wanted| wanted.id == form.id));
    for indicator in forms.flat_map(indicators_of) {
        match places.get(&indicator.id).and_then(|at| items.get_mut(*at)) {
            Some(known) => known.formats.extend(indicator.formats),
            None => {
                places.insert(indicator.id.clone(), items.len());
                items.push(indicator);
            }
        }
    }
    let reply = query.page.whole(&call, "indicators", items)?.constant().in_chinese();
    let columns = ["id", "section", "row", "column", "label", "unit", "decimals", "pointer", "formats"];
    table::page((&call, written), reply, &columns)
}

/// A form's data file as a schema is too deep to be worth typing; it says what `GET /formats` is.
pub fn format_schema() -> Value {
    json!({
        "type": "object",
        "description": "一个法定格式：各部分、表格、行、列的键名、标签、别名和恒等式。",
        "required": ["id", "title", "document", "applies_to_years", "sections", "identities"],
        "properties": {
            "id": {"type": "string"},
            "title": {"type": "string"},
            "document": {"type": "string", "description": "文号。"},
            "basis": {"type": "string", "description": "校验结果所依据的文件。"},
            "continues": {
                "type": "array",
                "description": "承接上一年度的数字：本年的 `this` 等于上年的 `last`，加 `plus`，减 `minus`。",
                "items": {
                    "type": "object",
                    "required": ["rule", "section", "for_each", "this", "last"],
                    "properties": {
                        "rule": {"type": "string"},
                        "section": {"type": "string"},
                        "for_each": {"type": "string", "enum": ["row", "column"]},
                        "this": {"type": "string"},
                        "last": {"type": "string"},
                        "plus": {"type": "array", "items": {"type": "string"}},
                        "minus": {"type": "array", "items": {"type": "string"}}
                    }
                }
            },
            "guide": {
                "type": "array",
                "description": "填报说明：`of` 是部分、`部分.行`、`部分.*.列` 或 `部分.行.列`。",
                "items": {
                    "type": "object",
                    "required": ["of", "zh", "en", "source"],
                    "properties": {
                        "of": {"type": "string"},
                        "zh": {"type": "string"},
                        "en": {"type": "string"},
                        "source": {"type": "string"},
                        "limits": {
                            "type": "object",
                            "required": ["zh", "en"],
                            "properties": {"zh": {"type": "string"}, "en": {"type": "string"}}
                        }
                    }
                }
            },
            "applies_to_years": {
                "type": "object",
                "required": ["from"],
                "properties": {"from": {"type": "integer"}, "to": {"type": "integer"}}
            },
            "sections": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["key", "ordinal", "title", "body"],
                    "properties": {
                        "key": {"type": "string"},
                        "ordinal": {"type": "integer"},
                        "title": {"type": "string"},
                        "body": {"type": "string", "enum": ["narrative", "table"]},
                        "table": {"type": "object", "description": "`blocks`，或 `columns` 与 `rows`。"},
                        "aliases": {"type": "array", "items": {"type": "string"}}
                    }
                }
            },
            "identities": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["rule", "for_each", "sum", "equals"],
                    "properties": {
                        "rule": {"type": "string"},
                        "for_each": {"type": "string", "enum": ["row", "column"]},
                        "sum": {"type": "array", "items": {"type": "string"}},
                        "equals": {"type": "array", "items": {"type": "string"}},
                        "source": {"type": "string"}
                    }
                }
            }
        }
    })
}
