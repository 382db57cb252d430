//! A consolidated report that says of how many agencies it speaks, against the roster.

use super::finding::telling;
use super::judging::Told;
use super::{Explainable, Findings, Judging, Rule};
use crate::domain::report::Scope;
use crate::domain::wording::{Pattern, pattern};

pub static RULE: Rule =
    Rule::warning("consolidated.agencies_counted", "汇总报告所称单位数与应报名单一致", check)
        .explainable(Explainable::ByEditor);

static COUNTED: Pattern = Pattern::new(|| {
    pattern(
        "(?:汇总|涵盖|包含|包括|含)(?:了)?[^。；0-9]{0,30}?(?P<count>[0-9]{1,5})(?:个|家)[^，。；0-9]{0,10}?(?:单位|部门|行政机关|机关)",
    )
});

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let (Some(Scope::Consolidated), Some(below)) = (judged.scope, judged.subordinates) else { return };
    for said in &judged.texts {
        said.tell(&RULE, wrong(said.text(), below.agencies), findings);
    }
}

/// Counts that are neither all agencies nor all but the government itself.
fn wrong(text: &str, agencies: usize) -> Vec<Told> {
    let counts = COUNTED.captures_iter(text).filter_map(|captures| captures.name("count"));
    let wrong = counts.filter(|count| {
        count.as_str().parse::<usize>().is_ok_and(|told| told != agencies && told + 1 != agencies)
    });
    let arguments = || telling("agencies", agencies);
    wrong.map(|count| (count.start(), count.end(), arguments())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_number_of_agencies_than_the_rosters_is_told() {
        assert_eq!(wrong("本报告汇总了全市53个单位的数据。", 51).len(), 1);
        for text in ["本报告汇总了全市53个单位的数据。", "抽查53家企业", "全市53个部门开展培训"]
        {
            assert!(wrong(text, 53).is_empty() && wrong(text, 54).is_empty(), "{text}");
        }
    }
}
