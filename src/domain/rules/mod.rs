//! The rules: one rule, one file, one constant; [`RULES`] is the only list.

mod balance;
mod bank_card;
mod carried_over;
mod cell_missing;
mod consolidated_sums;
mod contradicts_table;
mod conversion_residue;
mod disputes_row_total;
mod elsewhere;
mod explanation;
mod extra;
mod fee_not_mentioned;
mod finding;
mod head_missing;
mod heading_unreadable;
mod id_number;
mod identities;
mod in_force_continues;
mod judge;
mod mobile;
mod not_a_count;
mod parts_do_not_add_up;
mod plate;
mod previous_unknown;
mod published_before_end;
mod raised;
mod regulations_without_power;
mod repeated;
mod results_total;
mod row_total;
mod secrecy_mark;
mod section_missing;
mod similar_to_other_agency;
mod similar_to_previous_year;
mod superseded_reference;
mod superseded_tables;
mod table_not_found;
mod template_left;
mod title_variant;
mod too_long;
mod typo;
mod unit_converted;
mod upstream_changed;
mod words;
mod wrong_year;
mod year_late;

pub use elsewhere::{Previous, PreviousYear, SourceReport, Subordinates, Twin};
pub use explanation::{Explanation, apply_explanations};
pub use finding::{Counts, Fact, Finding, Severity};
pub use judge::{AgencyFacts, Judged, Moment, judge, judge_for_supervisor};
pub use raised::{RaiseFault, put_in_force, read_raised};
pub use upstream_changed::{explained_sources, tells_upstream};

use crate::domain::digest::sha256_hex;
use crate::domain::wording::lexicons;
use std::sync::LazyLock;

/// Who can take a finding's force by explaining it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explainable {
    No,
    ByEditor,
    /// As `ByEditor`, and the report is not submitted before it has been explained.
    MustByEditor,
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
    heading_unreadable,
    superseded_tables,
    title_variant,
    not_a_count,
    table_not_found,
    unit_converted,
    cell_missing,
    balance,
    results_total,
    row_total,
    disputes_row_total,
    carried_over,
    in_force_continues,
    previous_unknown,
    consolidated_sums,
    regulations_without_power,
    head_missing,
    too_long,
    fee_not_mentioned,
    published_before_end,
    year_late,
    contradicts_table,
    wrong_year,
    template_left,
    parts_do_not_add_up,
    typo,
    superseded_reference,
    repeated,
    conversion_residue,
    secrecy_mark,
    id_number,
    mobile,
    bank_card,
    plate,
    similar_to_previous_year,
    similar_to_other_agency,
    upstream_changed,
);

pub fn by_id(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// Names the rules as they are: program version, and a digest over every rule, its weight and the words.
pub fn rule_set() -> String {
    static RULES_DIGEST: LazyLock<String> = LazyLock::new(|| {
        let rules: Vec<String> = RULES
            .iter()
            .map(|rule| format!("{} {} {:?}", rule.id, rule.severity_in_force().as_str(), rule.explainable))
            .collect();
        sha256_hex(rules.join("\n").as_bytes())
    });
    let digest = sha256_hex(format!("{}{}", *RULES_DIGEST, lexicons().digest()).as_bytes());
    format!("{}+{}", env!("CARGO_PKG_VERSION"), digest.get(..12).unwrap_or_default())
}

const FORMAT_2021: &str = "国办公开办函〔2021〕30号";
const REGULATION_50: &str = "《中华人民共和国政府信息公开条例》第五十条";
