//! The results of handling add up to their printed total, in each column.

use super::{FORMAT_2021, Needs, Rule, identities};

pub static RULE: Rule = Rule::error("requests.results_total", FORMAT_2021, |judged, findings| {
    identities::check(&RULE, judged, findings)
})
.needing(Needs::Identity);
