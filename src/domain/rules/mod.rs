//! The rules: one rule, one file, one constant; [`RULES`] is the only list.

mod balance;
mod cell_missing;
mod disputes_row_total;
mod extra;
mod fee_not_mentioned;
mod finding;
mod head_missing;
mod identities;
mod judge;
mod not_a_count;
mod published_before_end;
mod regulations_without_power;
mod results_total;
mod row_total;
mod section_missing;
mod superseded_tables;
mod title_variant;
mod too_long;
mod year_late;

pub use finding::{Counts, Fact, Finding, Severity};
pub use judge::{AgencyFacts, Judged, Moment, judge};

/// Who can take a finding's force by explaining it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explainable {
    No,
    ByEditor,
    BySupervisor,
}

/// One rule of the statute or of practice.
pub struct Rule {
    /// Stable name, `requests.balance`.
    pub id: &'static str,
    pub severity: Severity,
    pub explainable: Explainable,
    /// Article, document or practice the rule rests on.
    pub basis: &'static str,
    /// Ids of the forms it applies to; empty means all.
    pub forms: &'static [&'static str],
    pub check: fn(&Judged<'_>, &mut Vec<Finding>),
}

macro_rules! rules {
    ($($module:ident),+ $(,)?) => {
        /// All rules, in the order in which their findings are listed.
        pub static RULES: &[&Rule] = &[$(&$module::RULE),+];
    };
}

rules!(
    section_missing,
    extra,
    superseded_tables,
    title_variant,
    not_a_count,
    cell_missing,
    balance,
    results_total,
    row_total,
    disputes_row_total,
    regulations_without_power,
    head_missing,
    too_long,
    fee_not_mentioned,
    published_before_end,
    year_late,
);

pub fn by_id(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

const FORMAT_2021: &str = "国办公开办函〔2021〕30号";
const REGULATION_50: &str = "《中华人民共和国政府信息公开条例》第五十条";
