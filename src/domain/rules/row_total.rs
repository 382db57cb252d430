//! Natural persons and the five kinds of organisations add up to the total, in each row.

use super::{Explainable, FORMAT_2021, Needs, Rule, Severity, identities};

pub static RULE: Rule = Rule {
    id: "requests.row_total",
    severity: Severity::Error,
    explainable: Explainable::No,
    basis: FORMAT_2021,
    needs: Needs::Identity,
    check: |judged, findings| identities::check(&RULE, judged, findings),
};
