//! The shape of a form's data file; it is also what `GET /formats/{id}` answers.

use super::guide::GuideEntry;
use serde::{Deserialize, Serialize};

/// One statutory form as its data file states it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormSource {
    pub id: String,
    pub title: String,
    /// The official document that prescribes the form (文号).
    pub document: String,
    /// What findings about the form rest on.
    pub basis: String,
    pub applies_to_years: YearsSource,
    pub sections: Vec<SectionSource>,
    /// What follows from the year before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub continues: Vec<ContinuationSource>,
    pub identities: Vec<IdentitySource>,
    /// What belongs in each place, laid beside the file's own data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guide: Vec<GuideEntry>,
}

/// The report years a form is prescribed for; an open end means "until replaced".
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearsSource {
    pub from: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<i32>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionSource {
    pub key: String,
    pub ordinal: u8,
    pub title: String,
    /// `narrative` or `table`.
    pub body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<TableSource>,
    /// Titles of older wording, accepted on import and never generated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

/// A table is either one grid or several blocks, each with columns of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSource {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<BlockSource>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<LineSource>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<LineSource>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockSource {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    pub columns: Vec<LineSource>,
    pub rows: Vec<LineSource>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// A row or a column.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineSource {
    pub key: String,
    pub label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Decimal places kept exactly; absent means a whole number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// Of a row: the row of the form before under which it was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signed: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

/// This year's figure is last year's, plus and minus others of this year.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContinuationSource {
    /// The rule that tells where it does not.
    pub rule: String,
    pub section: String,
    /// `column`: the keys are rows, stated for each column. `row`: the reverse.
    pub for_each: String,
    pub this: String,
    pub last: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plus: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub minus: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitySource {
    /// The rule this identity belongs to; the part before the dot names its section.
    pub rule: String,
    /// `column`: the keys are rows, stated for each column. `row`: the reverse.
    pub for_each: String,
    pub sum: Vec<String>,
    pub equals: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl TableSource {
    /// The table as blocks, whichever way the file wrote it.
    pub fn as_blocks(&self) -> Vec<BlockSource> {
        if self.blocks.is_empty() {
            vec![BlockSource {
                label: String::new(),
                columns: self.columns.clone(),
                rows: self.rows.clone(),
                unit: self.unit.clone(),
            }]
        } else {
            self.blocks.clone()
        }
    }
}
