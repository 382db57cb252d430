//! The results of handling add up to their printed total, in each column.

use super::{Explainable, FORMAT_2021, Needs, Rule, Severity, identities};

pub static RULE: Rule = Rule {
    id: "requests.results_total",
    severity: Severity::Error,
    explainable: Explainable::No,
    basis: FORMAT_2021,
    needs: Needs::Identity,
    check: |judged, findings| identities::check(&RULE, judged, findings),
};
