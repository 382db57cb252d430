//! Stretches of a text whose numbers are not this report's: of another body, of a wider area, or of several years.
//!
//! What a sentence is about is said once and holds for the clauses behind it, also behind a semicolon.

use super::judging::Judging;
use super::vocabulary::VOCABULARY;
use crate::domain::agency::Level;
use crate::domain::wording::{Pattern, pattern};
use std::ops::Range;

/// 2021—2025年, 近三年, 五年来, “十四五”时期.
static SEVERAL: Pattern = Pattern::new(|| {
    pattern(
        "20[0-9]{2}年?(?:[—–－\\x7e～-]|至|到){1,2}20[0-9]{2}年\
         |(?:近|过去|此前|连续|最近)[一二两三四五六七八九十几0-9]{1,3}年\
         |(?:^|[^0-9])[二两三四五六七八九十几多0-9]{1,2}年(?:来|间|以来|累计)\
         |“?十[一二三四五六七]?五”?(?:时期|期间|以来)|近年|近几年|历年|历次|本届",
    )
});
/// A body that does something, at the beginning of a clause: 县水务局全年未收到.
static ANOTHER: Pattern = Pattern::new(|| {
    pattern(
        "^(?:其中)?(?:[0-9]{4}年度?)?(?P<name>[\\p{Han}、]{1,24}?(?:局|厅|委|办|办公室|镇|乡|街道|街道办|街道办事处|管委会|中心|部门|单位|法院|检察院|公司|学校|医院))\
         (?:（[^）]{0,12}）)?(?:等[0-9]{1,3}[家个][^，,。；]{0,6}?)?\
         (?:全年|年内|本年|均|共|累计|未|没有|无|收到|新收|受理|办理|办结|答复|接到|接收|登记|发生|制发|制定|出台|印发|作出|做出|实施|收取|征收|被|承办|有|[0-9])",
    )
});
/// Who reports, in its own words.
const OWN: [&str; 6] = ["我", "本", "全", "各", "县政府及", "市政府及"];
/// What another body does with what this one counts.
const OTHERS: [&str; 2] = ["作为复议机关", "作为行政复议机关"];
const CLAUSES: [char; 8] = ['，', ',', '。', '；', ';', '！', '：', '\n'];
const FULL: [char; 3] = ['。', '！', '\n'];

/// Who reports, as far as that is known.
pub(super) struct Reporter<'a> {
    name: Option<&'a str>,
    level: Option<Level>,
}

impl<'a> Reporter<'a> {
    pub fn of(judged: &Judging<'a>) -> Reporter<'a> {
        let titled = judged.around.title.and_then(|title| title.split(|c: char| c.is_ascii_digit()).next());
        let name = judged.around.agency_name.or(titled).map(str::trim).filter(|name| !name.is_empty());
        Reporter { name, level: judged.agency.map(|agency| agency.level) }
    }

    /// The stretches of a text that speak of others or of several years.
    pub fn apart(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let (mut others, mut years): (Option<usize>, Option<usize>) = (None, None);
        let mut from = 0;
        for clause in text.split_inclusive(CLAUSES) {
            let end = from + clause.len();
            if let Some(several) = SEVERAL.find(clause) {
                years.get_or_insert(from + several.start());
            }
            if let Some(at) = self.of_others(clause) {
                others.get_or_insert(from + at);
            }
            if let Some(at) = VOCABULARY.ours.iter().filter_map(|word| clause.find(word)).min() {
                let at = from + at;
                found.extend(others.take().filter(|start| *start < at).map(|start| start..at));
            }
            if clause.ends_with(FULL) {
                found.extend([others.take(), years.take()].into_iter().flatten().map(|start| start..end));
            }
            from = end;
        }
        found.extend([others, years].into_iter().flatten().map(|start| start..text.len()));
        found
    }

    /// Where a clause begins to speak of another body, or of an area that is wider than the report's.
    fn of_others(&self, clause: &str) -> Option<usize> {
        let another = || {
            let name = ANOTHER.captures(clause)?.name("name")?;
            let own = OWN.iter().any(|word| name.as_str().starts_with(word)) || self.is_called(name.as_str());
            (!own).then_some(name.start())
        };
        let wider = self.wider().iter().filter_map(|word| clause.find(word)).min();
        let named = OTHERS.iter().filter_map(|word| clause.find(word)).min();
        wider.or(named).or_else(another)
    }

    /// Whether a name may be a shorter one of the body that reports: 市场监管局 of 市场监督管理局.
    fn is_called(&self, name: &str) -> bool {
        let mut own = self.name.unwrap_or_default().chars();
        name.chars().all(|c| own.any(|other| other == c))
    }

    /// The words for areas that hold others than this one.
    fn wider(&self) -> &'static [&'static str] {
        let county = self
            .name
            .is_some_and(|name| name.replace("自治区", "").replace("新区", "").contains(['县', '区', '旗']));
        match self.level {
            Some(Level::Township) => &["全县", "全市", "全区", "全省", "全国"],
            Some(Level::County) if county => &["全市", "全省", "全国"],
            Some(Level::County | Level::Municipal) => &["全省", "全国"],
            Some(Level::Provincial) => &["全国"],
            Some(Level::National) | None => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_others_and_of_several_years_is_apart() {
        let own = Reporter { name: Some("清河县人民政府"), level: Some(Level::County) };
        let apart = |text: &str| {
            let place = text.find('*').unwrap_or_default();
            own.apart(text).iter().any(|range| range.contains(&place))
        };
        for text in [
            "县水务局全年未收到申请；*未被申请行政复议。",
            "2025年县发展改革局未收到申请，*未发生行政复议。",
            "县供销社、县地震局等8家单位全年未收到申请，*未发生行政复议。",
            "（2021—2025年），全县累计受理申请*512件。",
            "近三年来，全县受理*512件。",
            "“十四五”时期，全县共收到*512件。",
            "在全市范围内，共收到申请*2860件。",
        ] {
            assert!(apart(text), "{text}");
        }
        for text in [
            "县水务局全年未收到申请。*未被申请行政复议。",
            "县水务局未收到申请，我县*收到12件。",
            "2025年来信*188件，全县收到12件。",
            "县政府全年收到申请*12件。",
            "全年依法办结*142件，为历年最高。",
            "在全市排名第三，我县收到申请*12件。",
        ] {
            assert!(!apart(text), "{text}");
        }
    }
}
