//! An agency under the name it had before this year.

use super::finding::telling;
use super::judging::Told;
use super::{Explainable, Findings, FormerName, Judging, Rule};
use crate::domain::wording::is_han;
use chrono::Datelike;

pub static RULE: Rule =
    Rule::warning("wording.former_name", "机构改革后使用现行名称", check).explainable(Explainable::ByEditor);

/// What tells that a former name is meant.
const MEANT: [&str; 12] =
    ["原", "前身", "更名", "改名", "撤销", "合并", "并入", "划转", "组建", "改组", "整合", "划入"];
/// What a place's name ends with.
const PLACES: [char; 6] = ['省', '市', '县', '区', '州', '旗'];
/// Shorter names stand in too many others.
const SHORTEST: usize = 4;

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    let begins = judged.period_end.with_ordinal(1).unwrap_or(judged.period_end);
    let named = judged.former_names.iter().filter(|former| former.until <= begins);
    let named: Vec<&FormerName> =
        named.filter(|former| former.name.chars().count() >= SHORTEST && former.name != former.now).collect();
    if named.is_empty() {
        return;
    }
    for said in judged.everything().filter(|said| said.place != "agency_name" && said.place != "source_url") {
        said.tell(&RULE, used(said.text(), &named), findings);
    }
}

/// Where a former name stands that is no part of the present one and not spoken of as former.
fn used(text: &str, named: &[&FormerName]) -> Vec<Told> {
    let mut found: Vec<Told> = Vec::new();
    for former in named {
        let core = without_place(&former.name);
        let present = if core == former.name { former.now.as_str() } else { without_place(&former.now) };
        for (start, name) in text.match_indices(core) {
            let end = start + name.len();
            let in_present = present.match_indices(name).any(|(offset, _)| {
                let from = start.checked_sub(offset);
                from.and_then(|from| text.get(from..)).is_some_and(|there| there.starts_with(present))
            });
            // Another place's is another agency.
            let before = text.get(..start).unwrap_or_default();
            let place = former.name.get(..former.name.len() - core.len()).unwrap_or_default();
            let short = place.chars().next_back().is_none_or(|last| before.ends_with(last));
            let others = before.ends_with(PLACES) && !before.ends_with(place) && !is_bare(before);
            if !short || others {
                continue;
            }
            let sentence = around(text, start, end);
            let meant = MEANT.iter().any(|word| sentence.contains(word));
            if !in_present && !meant {
                found.push((start, end, telling("now", &former.now)));
            }
        }
    }
    found.sort_by_key(|(start, end, _)| (*start, *end));
    found.dedup_by(|later, first| later.0 < first.1);
    found
}

/// 临溪区工商行政管理局 without 临溪区; a name without a place is itself.
fn without_place(name: &str) -> &str {
    let near = name.char_indices().skip(1).take(7).filter(|(_, c)| PLACES.contains(c)).last();
    let core = near.and_then(|(at, c)| name.get(at + c.len_utf8()..)).unwrap_or(name);
    if core.chars().count() > SHORTEST { core } else { name }
}

/// Whether a text ends with the bare word for a place: 区, 我县.
fn is_bare(before: &str) -> bool {
    let mut letters = before.chars().rev().skip(1);
    letters.next().is_none_or(|c| !is_han(c) || "我本原由和与及、".contains(c))
}

/// The sentence around a range.
fn around(text: &str, start: usize, end: usize) -> &str {
    const ENDS: [char; 3] = ['。', '\n', '；'];
    let from = text.get(..start).and_then(|before| before.rfind(ENDS)).unwrap_or(0);
    let behind = text.get(end..).unwrap_or_default();
    text.get(from..end + behind.find(ENDS).unwrap_or(behind.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn former_names_are_told_where_they_are_not_meant() {
        let former = FormerName {
            name: "沁源县卫生和计划生育局".to_owned(),
            until: "2019-03-01".parse().unwrap(),
            now: "沁源县卫生健康和体育局".to_owned(),
        };
        let longer = FormerName {
            name: "沁源县教育局".to_owned(),
            until: "2019-03-01".parse().unwrap(),
            now: "沁源县教育局（体育局）".to_owned(),
        };
        let found = |text: &str| used(text, &[&former, &longer]).len();
        assert_eq!(found("沁源县卫生和计划生育局全年公开信息12条。"), 1);
        assert_eq!(found("原沁源县卫生和计划生育局更名。沁源县教育局（体育局）公开12条。"), 0);
        assert_eq!(found("沁源县教育局公开12条。"), 1);
        assert_eq!(found("县卫生和计划生育局公开12条。"), 1);
        assert_eq!(found("平遥县卫生和计划生育局公开12条。"), 0);
    }
}
