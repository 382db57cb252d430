//! The rules: one rule, one file, one constant; [`RULES`] is the only list.

mod agencies_counted;
mod apart;
mod balance;
mod bank_card;
mod carried_over;
mod cell_missing;
mod co_defendant;
mod consolidated_sums;
mod contact_incomplete;
mod contradicts_previous_year;
mod contradicts_table;
mod conversion_residue;
mod declared_count;
mod disputes_row_total;
mod elsewhere;
mod explanation;
mod extra;
mod fee_not_mentioned;
mod finding;
mod former_name;
mod grave;
mod head_missing;
mod heading_unreadable;
mod id_number;
mod identities;
mod in_force_continues;
mod index_number;
mod judge;
mod judging;
mod local;
mod mobile;
mod not_a_count;
mod outlier;
mod parts_do_not_add_up;
mod plate;
mod previous_unknown;
mod published_before_end;
mod raised;
mod regulations_without_power;
mod repeated;
mod required_count;
mod results_total;
mod row_total;
mod rule;
mod rule_set;
mod scope_not_said;
mod second_report;
mod secrecy_mark;
mod section_missing;
mod set_phrase;
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
mod vocabulary;
mod words;
mod wrong_change;
mod wrong_period;
mod wrong_share;
mod wrong_year;
mod year_late;

pub use elsewhere::{FormerName, Previous, PreviousYear, SourceReport, Subordinates, Twin};
pub use explanation::{Explanation, apply_explanations};
pub use finding::{Counts, Fact, Finding, Severity};
pub use judge::{
    AgencyFacts, Around, Judged, MOST_FINDINGS, Moment, Verdict, judge, judge_for_supervisor, judge_text,
};
pub use local::{Local, RequiredCount};
pub use raised::read_raised;
pub use rule::{Explainable, Rule};
pub use rule_set::{Added, RuleSet};
pub use upstream_changed::{explained_sources, tells_upstream};

use finding::Findings;
use judging::Judging;
use rule::Needs;

macro_rules! rules {
    ($($module:ident),+ $(,)?) => {
        /// All rules, in the order in which their findings are listed.
        pub static RULES: &[&Rule] = &[$(&$module::RULE),+];
    };
}

rules!(
    second_report,
    section_missing,
    extra,
    heading_unreadable,
    superseded_tables,
    title_variant,
    declared_count,
    index_number,
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
    co_defendant,
    agencies_counted,
    scope_not_said,
    outlier,
    regulations_without_power,
    head_missing,
    too_long,
    required_count,
    fee_not_mentioned,
    published_before_end,
    year_late,
    contradicts_table,
    contradicts_previous_year,
    wrong_year,
    wrong_period,
    template_left,
    parts_do_not_add_up,
    wrong_change,
    wrong_share,
    contact_incomplete,
    former_name,
    grave,
    typo,
    set_phrase,
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

const FORMAT_2021: &str = "国办公开办函〔2021〕30号";
const REGULATION_50: &str = "《中华人民共和国政府信息公开条例》第五十条";
