//! The four outcomes of 复议 and 诉讼 add up to their total.

use super::{Explainable, FORMAT_2021, Needs, Rule, Severity, identities};

pub static RULE: Rule = Rule {
    id: "disputes.row_total",
    severity: Severity::Error,
    explainable: Explainable::No,
    basis: FORMAT_2021,
    needs: Needs::Identity,
    check: |judged, findings| identities::check(&RULE, judged, findings),
};
