//! Grave slips: the state's, the party's and the leaders' names one character off, territories beside countries.
//! One of them fails a whole site's inspection.

use super::finding::telling;
use super::judging::Told;
use super::{Explainable, Findings, Judging, Rule, words};
use crate::domain::wording::{Pattern, Words, pattern};

pub static RULE: Rule = Rule::error(
    "wording.grave",
    "国办秘函〔2019〕19号《政府网站与政务新媒体检查指标》：严重表述错误单项否决（词表 data/lexicon/grave.toml）",
    check,
)
.explainable(Explainable::BySupervisor);

/// A territory among those that 等国 or 其他国家 sums up: 香港、新加坡等国, 香港、澳门及其他国家.
static BESIDE: Pattern = Pattern::new(|| {
    pattern(
        "(?:港澳台|港、澳、台|港澳|香港|澳门|台湾)(?:、[^，。；、等\n]{1,8}){0,8}等(?:[0-9两三四五六七八九十多]{1,3}个?)?(?P<countries>国)\
         |(?:港澳台|港澳|香港|澳门|台湾)(?:、(?:香港|澳门|台湾))*(?:以及|及其|和|及|与|、)?(?:其他|其它|别的)国(?P<others>家)",
    )
});
/// Most of them told of one text.
const MOST: usize = 200;
/// What 国 begins that is no country: 等国际组织.
const OTHER_WORDS: &str = "际内有务产画民语企防道税庆立资";
/// What 国家 begins that is no country: 等国家级, 等国家公园.
const OF_STATE: &str = "级公标机部重自有法";

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for said in judged.everything() {
        let mut told = words::told(Words::Grave, judged, said);
        let apart = |one: &Told| !told.iter().any(|(from, to, _)| one.0 < *to && *from < one.1);
        let beside: Vec<Told> = beside(said.text()).into_iter().filter(apart).take(MOST).collect();
        told.extend(beside);
        told.sort_by_key(|(start, end, _)| (*start, *end));
        said.tell(&RULE, told, findings);
    }
}

/// Where a territory is counted among countries.
fn beside(text: &str) -> Vec<Told> {
    if !["港", "澳", "台湾"].iter().any(|word| text.contains(word)) {
        return Vec::new();
    }
    let found = BESIDE.captures_iter(text).filter_map(|captures| {
        let (all, listed) = (captures.get(0)?, captures.name("countries"));
        let behind = text.get(all.end()..)?;
        let rest = if listed.is_some() { behind.strip_prefix('家').unwrap_or(behind) } else { behind };
        let state = rest.len() < behind.len() || listed.is_none();
        // 国家和地区, 国家（地区）: rightly put.
        let regions =
            rest.trim_start_matches(['和', '或', '及', '与', '、', '（', '(', '以']).starts_with("地区");
        let word = rest.starts_with(|c| if state { OF_STATE.contains(c) } else { OTHER_WORDS.contains(c) });
        let advice = "港澳台不与国家并列，可写“国家和地区”".to_owned();
        (!regions && !word).then(|| (all.start(), all.end(), telling("advice", advice)))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn territories_are_not_counted_among_countries() {
        for text in [
            "香港、新加坡、马来西亚等国投资者",
            "向香港、澳门及其他国家投资者公开",
            "台湾、日本等3个国家的客商",
            "澳门、泰国和越南等国家。",
        ] {
            assert_eq!(beside(text).len(), 1, "{text}");
        }
        for text in [
            "服务日本、韩国等国家和香港、澳门、台湾等地区客商",
            "服务香港、澳门、台湾等地区和日本、韩国等国家。",
            "来自港澳台地区及其他国家和地区的投资者",
            "香港、日本等国家和地区，澳门、泰国等国家（地区），香港等国际都市",
        ] {
            assert!(beside(text).is_empty(), "{text}");
        }
    }
}
