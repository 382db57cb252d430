//! 第一项加第二项之和，等于第三项加第四项之和: new + carried over = results + carried forward.

use super::{Needs, Rule, identities};

pub static RULE: Rule = Rule::error(
    "requests.balance",
    "国办公开办函〔2021〕30号 附件表三注：第一项加第二项之和，等于第三项加第四项之和",
    |judged, findings| identities::check(&RULE, judged, findings),
)
.needing(Needs::Identity);
