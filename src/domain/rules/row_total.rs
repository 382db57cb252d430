//! Natural persons and the five kinds of organisations add up to the total, in each row.

use super::{FORMAT_2021, Needs, Rule, identities};

pub static RULE: Rule = Rule::error("requests.row_total", FORMAT_2021, |judged, findings| {
    identities::check(&RULE, judged, findings)
})
.needing(Needs::Identity);
