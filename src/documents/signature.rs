//! Who signed a report, and when: the lines at its end.

use super::frame::{find_year, is_agency, small_number, year_of};
use super::grid::Piece;
use super::label::Keys;
use chrono::NaiveDate;
use std::collections::HashMap;

/// Longest line looked at, in bytes.
const LONGEST: usize = 300;
/// How many pieces from the end a signature is looked for.
const DEPTH: usize = 40;
/// Most filled cells of a table's row that may hold one.
const WIDEST: usize = 2;

/// What may stand before a name or a date.
const NAME_LEADS: [&str; 9] =
    ["单位", "填报单位", "报告单位", "编制单位", "发布单位", "报送单位", "报告机关", "署名", "落款"];
const DAY_LEADS: [&str; 6] = ["日期", "时间", "报告日期", "填报日期", "编制日期", "落款日期"];
const SEALS: [&str; 6] = ["盖章", "公章", "印章", "章", "签章", "加盖公章"];

/// What the lines at the end say, and which they are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signature {
    pub by: Option<String>,
    pub on: Option<NaiveDate>,
    /// Places of the pieces the signature stood in.
    pub from: usize,
    pub to: usize,
}

/// A line that ends with a date; of a month alone the day is not known.
struct Dated<'t> {
    before: &'t str,
    on: Option<NaiveDate>,
}

/// Finds name and date at the end; what stands behind them is no part of the report.
pub(super) fn read_signature(pieces: &[Piece<'_>], known: &[&str]) -> Option<Signature> {
    let mut filled_of: HashMap<usize, usize> = HashMap::new();
    for row in pieces.iter().filter(|piece| !piece.text.is_empty()).filter_map(|piece| piece.row) {
        *filled_of.entry(row).or_default() += 1;
    }
    let is_narrow = |row: usize| filled_of.get(&row).is_none_or(|filled| *filled <= WIDEST);
    let is_line =
        |piece: &Piece<'_>| !piece.text.is_empty() && piece.row.is_none_or(is_narrow) && !is_seal(piece.text);
    let filled: Vec<(usize, &str)> = pieces
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, piece)| is_line(piece))
        .map(|(at, piece)| (at, piece.text))
        .take(DEPTH)
        .collect();
    let named = |line: Option<&(usize, &str)>| {
        line.and_then(|(at, text)| Some((*at, name_in(text, known)?.to_owned())))
    };
    for (place, (at, text)) in filled.iter().enumerate() {
        let Some(Dated { before, on }) = dated(text) else { continue };
        let above = named(filled.get(place + 1));
        let below = || named(place.checked_sub(1).and_then(|below| filled.get(below)));
        let (by, from, to) = match above {
            _ if !before.is_empty() => match name_in(before, known) {
                Some(name) => (Some(name.to_owned()), *at, *at),
                None => continue,
            },
            Some((above, name)) => (Some(name), above, *at),
            None => match below() {
                Some((below, name)) => (Some(name), *at, below),
                None if place == 0 && on.is_some() => (None, *at, *at),
                None => continue,
            },
        };
        let (from, to) = with_seals(pieces, from, to + 1);
        return Some(Signature { by, on, from, to });
    }
    let (at, text) = filled.first()?;
    let name = name_in(text, known).filter(|name| known.contains(name) || *name != *text)?;
    let (from, to) = with_seals(pieces, *at, at + 1);
    Some(Signature { by: Some(name.to_owned()), on: None, from, to })
}

/// A day alone on a line below a title: （2025年1月16日）.
pub(super) fn day_below(text: &str) -> Option<NaiveDate> {
    let day = dated(text)?;
    day.on.filter(|_| day.before.is_empty() && text.contains('年'))
}

fn with_seals(pieces: &[Piece<'_>], mut from: usize, mut to: usize) -> (usize, usize) {
    let is_seal_at = |at: usize| pieces.get(at).is_some_and(|piece| is_seal(piece.text));
    while from.checked_sub(1).is_some_and(is_seal_at) {
        from -= 1;
    }
    while is_seal_at(to) {
        to += 1;
    }
    (from, to)
}

/// （盖章）.
fn is_seal(text: &str) -> bool {
    text.len() <= LONGEST && SEALS.contains(&Keys::of(text).full.as_str())
}

/// The name of an agency that a line holds and nothing else, without its lead and its seal.
fn name_in<'t>(text: &'t str, known: &[&str]) -> Option<&'t str> {
    if known.contains(&text) {
        return Some(text);
    }
    let text = behind(text, &NAME_LEADS);
    let inside = text.strip_suffix(['）', ')']).and_then(|text| text.rsplit_once(['（', '(']));
    let sealed = inside.filter(|(_, seal)| is_seal(seal)).map(|(name, _)| name.trim());
    let name = sealed.unwrap_or(text);
    (is_agency(name) || known.contains(&name)).then_some(name)
}

/// A text without a lead before its colon.
fn behind<'t>(text: &'t str, leads: &[&str]) -> &'t str {
    match text.split_once(['：', ':']) {
        Some((lead, rest)) if leads.contains(&Keys::of(lead).full.as_str()) => rest.trim(),
        _ => text,
    }
}

/// A line that ends with a date: what stands before it, and the date.
fn dated(text: &str) -> Option<Dated<'_>> {
    if text.len() > LONGEST {
        return None;
    }
    let text = behind(text.trim(), &DAY_LEADS);
    let text = text.strip_suffix("印发").unwrap_or(text);
    if let Some(date) = parse_date(text) {
        return Some(Dated { before: "", on: Some(date) });
    }
    if is_month(text) {
        return Some(Dated { before: "", on: None });
    }
    let (_, start, _) = find_year(text)?;
    let (before, day) = text.split_at_checked(start)?;
    Some(Dated { before: before.trim(), on: Some(parse_date(day)?) })
}

/// 2025年1月.
fn is_month(text: &str) -> bool {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let parts = text.strip_suffix('月').and_then(|text| text.split_once('年'));
    parts.is_some_and(|(year, month)| {
        let year: Vec<char> = year.chars().collect();
        year_of(&year).is_some() && month_of(month).is_some_and(|month| (1..=12).contains(&month))
    })
}

fn month_of(text: &str) -> Option<u32> {
    if text == "元" { Some(1) } else { small_number(text) }
}

/// Reads 2024年1月29日, 二〇二四年一月二十九日, 2024年元月29日, 2024-1-29 and nothing looser.
fn parse_date(text: &str) -> Option<NaiveDate> {
    if text.len() > LONGEST {
        return None;
    }
    let text: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '（' | '）' | '(' | ')')).collect();
    let (year, month, day) = match text.split_once('年') {
        Some((year, rest)) => {
            let (month, day) = rest.split_once('月')?;
            (year, month, day.strip_suffix(['日', '号'])?)
        }
        None => {
            let (year, rest) = text.split_once(['-', '.', '/', '－', '．'])?;
            let (month, day) = rest.split_once(['-', '.', '/', '－', '．'])?;
            (year, month, day)
        }
    };
    let year = year_of(&year.chars().collect::<Vec<char>>())?;
    NaiveDate::from_ymd_opt(year, month_of(month)?, small_number(day)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "柳河县水务局";

    fn signed(lines: &[&str]) -> Option<(Option<String>, Option<String>, usize, usize)> {
        let found = read_signature(&pieces(lines), &["柳河镇"])?;
        Some((found.by, found.on.map(|day| day.to_string()), found.from, found.to))
    }

    #[test]
    fn a_signature_is_known_in_every_usual_shape() {
        let whole = |from, to| Some((Some(NAME.to_owned()), Some("2025-01-16".to_owned()), from, to));
        for lines in [
            ["无。", NAME, "2025年1月16日"],
            ["无。", "2025年1月16日", NAME],
            ["无。", "单位：柳河县水务局", "日期：2025年1月16日"],
            ["无。", "填报单位：柳河县水务局（盖章）", "2025-01-16"],
            ["无。", "柳河县水务局（公章）", "2025年元月16日"],
            ["无。", NAME, "二〇二五年一月十六日"],
            ["无。", NAME, "2025年1月16日印发"],
        ] {
            assert_eq!(signed(&lines), whole(1, 3), "{lines:?}");
        }
        assert_eq!(signed(&["无。", "（盖章）", NAME, "2025年1月16日", "（公章）"]), whole(1, 5));
        assert_eq!(signed(&["无。", "柳河县水务局 2025年1月16日", "打印"]), whole(1, 2));
        assert_eq!(signed(&["无。", NAME, "2025年1月"]), Some((Some(NAME.to_owned()), None, 1, 3)));
        assert_eq!(signed(&["无。", "柳河镇"]), Some((Some("柳河镇".to_owned()), None, 1, 2)));
    }

    #[test]
    fn what_is_no_signature_stays_in_the_text() {
        for lines in [
            ["联系部门：办公室", "无其他事项。"],
            ["本局于2025年1月16日", "公布。"],
            ["无。", "2025年1月"],
            ["无。", "日期：待定"],
            ["公章由办公室保管", "无。"],
        ] {
            assert_eq!(signed(&lines), None, "{lines:?}");
        }
    }

    fn pieces<'a>(lines: &[&'a str]) -> Vec<Piece<'a>> {
        lines.iter().map(|&text| Piece::loose(text, 1)).collect()
    }

    #[test]
    fn dates_are_read_in_both_kinds_of_numerals() {
        let date = NaiveDate::from_ymd_opt(2024, 1, 29);
        for text in [
            "2024年1月29日",
            "２０２４年０１月２９日",
            "二〇二四年一月二十九日",
            "2024-01-29",
            "（2024 年 1 月 29 日）",
        ] {
            assert_eq!(parse_date(text), date, "{text}");
        }
        for text in ["2024年1月", "2024年13月1日", "1.2.3", "2024年1月29日印发"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn a_signature_is_found_alone_or_on_one_line_or_with_more_behind_it() {
        let on = NaiveDate::from_ymd_opt(2024, 1, 29);
        let by = Some("沁源县信访局".to_owned());
        for (lines, from, to) in [
            (vec!["无。", "沁源县信访局", "2024年1月29日"], 1, 3),
            (vec!["无。", "沁源县信访局 2024年1月29日"], 1, 2),
            (vec!["无。", "沁源县信访局", "2024年1月29日", "打印", "关闭"], 1, 3),
        ] {
            assert_eq!(
                read_signature(&pieces(&lines), &[]),
                Some(Signature { by: by.clone(), on, from, to })
            );
        }
        assert_eq!(read_signature(&pieces(&["无。", "报告完毕"]), &[]), None);
    }
}
