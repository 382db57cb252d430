//! The four outcomes of 复议 and 诉讼 add up to their total.

use super::{FORMAT_2021, Needs, Rule, identities};

pub static RULE: Rule = Rule::error("disputes.row_total", FORMAT_2021, |judged, findings| {
    identities::check(&RULE, judged, findings)
})
.needing(Needs::Identity);
