//! What stands above the sections: the title, with agency and year.

use super::grid::Piece;
use super::label::Keys;
use crate::domain::report::Scope;

/// Longest line looked at, in bytes; titles and signatures are short.
const LONGEST: usize = 300;
/// Longest last words of a title on a line of their own, in characters.
const LONGEST_REST: usize = 16;

/// What the lines above the first heading say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub title: Option<String>,
    /// The agency as the title names it.
    pub agency: Option<String>,
    pub year: Option<i32>,
    /// Places of the pieces the title stood in.
    pub from: usize,
    pub to: usize,
}

/// Reads title, agency and year; a title broken over lines is put together.
///
/// A site's menu may list reports of other years: of the titles that tell most, the one nearest to the
/// report itself is its own.
pub(super) fn read_head(pieces: &[Piece<'_>]) -> Head {
    let heads = (0..pieces.len()).filter_map(|at| {
        let text = pieces.get(at)?.text;
        if ends_title(text) {
            return Some(joined(pieces, at, at, bare(text).to_owned()));
        }
        let next = pieces.get(at + 1).filter(|next| next.row.is_none() && !ends_title(next.text))?;
        // 年 | 度报告: the last words of a title on a line of their own.
        let whole = || format!("{}{}", bare(text), next.text);
        let fits = next.text.chars().count() <= LONGEST_REST && text.contains("公开");
        Some(joined(pieces, at, at + 1, Some(whole()).filter(|whole| fits && ends_title(whole))?))
    });
    heads.max_by_key(|head| (head.year.is_some(), head.agency.is_some())).unwrap_or_default()
}

/// A line without the marks of a heading, and without what only says that a title follows.
fn bare(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '*' | '>'));
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '*'));
    match text.split_once(['：', ':']) {
        Some((lead, title))
            if ["标题", "名称", "题目", "信息名称"].contains(&Keys::of(lead).full.as_str()) =>
        {
            title.trim()
        }
        _ => text,
    }
}

/// Whether a line says that something else follows: an attachment, the next page of a site.
fn leads_elsewhere(text: &str) -> bool {
    const LEADS: [&str; 8] = ["附件", "附:", "附：", "上一篇", "下一篇", "相关", "点击", "下载"];
    const ENDINGS: [&str; 10] =
        [".pdf", ".doc", ".docx", ".xls", ".xlsx", ".wps", ".ofd", ".zip", ".rar", ".txt"];
    let text = text.trim().to_ascii_lowercase();
    LEADS.iter().any(|lead| text.starts_with(lead)) || ENDINGS.iter().any(|end| text.ends_with(end))
}

fn ends_title(text: &str) -> bool {
    if text.len() > LONGEST || text.contains(['，', '。', '；']) || leads_elsewhere(text) {
        return false;
    }
    let key = Keys::of(text).full;
    let short = key.contains("公开") && key.ends_with("年报") && find_year(text).is_some();
    short || key.contains("年度报告") || (key.contains("公开") && key.contains("报告"))
}

/// A line that only says which year a title above it is of: （2024年度）.
fn is_year_alone(text: &str) -> bool {
    let inside = text.trim().trim_matches(['（', '）', '(', ')', '〔', '〕', '[', ']']);
    find_year(inside).is_some_and(|(_, from, to)| from == 0 && to == inside.len())
}

/// A title as it would be printed: without blanks between its words, and with figures in its year.
fn tidy(title: &str) -> String {
    let chars: Vec<char> = title.trim().chars().collect();
    let is_wide = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_none_or(|c| !c.is_ascii());
    let kept = chars.iter().enumerate().filter(|(at, c)| {
        let beside = |at: usize| is_wide(at.checked_sub(1)) || is_wide(Some(at + 1));
        !(c.is_whitespace() && (beside(*at) || chars.get(at + 1).is_some_and(|c| c.is_whitespace())))
    });
    let tidy: String = kept.map(|(_, c)| *c).collect();
    let Some((year, from, to)) = find_year(&tidy) else { return tidy };
    match tidy.get(from..to) {
        // A machine that reads pictures takes the figure for the letter.
        Some(written) if written.contains(['O', 'Ｏ', 'l', 'I']) => {
            let behind = tidy.get(to..).unwrap_or_default();
            let mark = if written.ends_with('度') { "年度" } else { "年" };
            format!("{}{year}{mark}{behind}", tidy.get(..from).unwrap_or_default())
        }
        _ => tidy,
    }
}

/// The title that ends in these pieces, with the lines above while year or agency are still wanting.
fn joined(pieces: &[Piece<'_>], start: usize, end: usize, title: String) -> Head {
    let text_at = |at: usize| pieces.get(at).map(|piece| bare(piece.text)).unwrap_or_default();
    let mut title = tidy(&title);
    let mut from = start;
    for _ in 0..2 {
        let above = from.checked_sub(1).map(text_at).unwrap_or_default();
        let wanting = agency_in(&title).is_none() || find_year(&title).is_none();
        let belongs = above.len() <= LONGEST
            && !above.contains(['，', '。', '；', '：', ':'])
            && !leads_elsewhere(above)
            && (is_agency(above) || is_region(above) || find_year(above).is_some());
        if !wanting || !belongs {
            break;
        }
        title = tidy(&format!("{above}{title}"));
        from -= 1;
    }
    let mut to = end + 1;
    if find_year(&title).is_none() && is_year_alone(text_at(to)) {
        title = tidy(&format!("{title}{}", text_at(to)));
        to += 1;
    }
    Head {
        agency: agency_in(&title),
        year: find_year(&title).map(|(year, _, _)| year),
        title: Some(title),
        from,
        to,
    }
}

/// The agency a title names, before the year or behind it.
fn agency_in(title: &str) -> Option<String> {
    let (before, behind) = match find_year(title) {
        Some((_, start, end)) => (title.get(..start)?, title.get(end..)?),
        None => (title, ""),
    };
    let before = name_alone(before);
    let part = if before.trim().is_empty() { behind } else { before };
    let cut = ["政府信息公开", "信息公开", "政务公开"].iter().filter_map(|mark| part.find(*mark)).min();
    let name = match cut {
        Some(at) => part.get(..at)?.trim(),
        None if before.trim().is_empty() => return None,
        None => part.trim(),
    };
    let name = name.trim_matches(['《', '》', '（', '(', '“', '”', '"']).trim_start_matches("关于");
    // 某局关于报送…的函.
    let name = name.split("关于").next().unwrap_or(name).trim();
    // 某县人民政府信息公开年度报告: the mark has swallowed the end of the name.
    let swallowed = cut.is_some() && name.ends_with("人民");
    let name = if swallowed { format!("{name}政府") } else { name.to_owned() };
    let fits = !name.is_empty() && name.chars().count() <= 60;
    fits.then_some(name)
}

/// Without what stands around a name: 【年报】某局, 关于报送《某局, 某教〔2025〕3号 某局, 某局2025年1月公布的.
fn name_alone(text: &str) -> &str {
    let text =
        text.rsplit(['【', '】', '《', '：', ':']).find(|part| !part.trim().is_empty()).unwrap_or(text);
    let numbered = text.find(['〔', '［', '[']).zip(text.rfind('号')).filter(|(opens, ends)| opens < ends);
    let text = numbered.and_then(|(_, ends)| text.get(ends + '号'.len_utf8()..)).unwrap_or(text);
    let dated =
        find_year(text).filter(|(_, start, _)| !text.get(..*start).unwrap_or_default().trim().is_empty());
    dated.and_then(|(_, start, _)| text.get(..start)).unwrap_or(text)
}

/// Whether a line is an agency's name and nothing else.
pub(super) fn is_agency(text: &str) -> bool {
    const ENDINGS: [&str; 20] = [
        "人民政府",
        "局",
        "厅",
        "办公室",
        "委员会",
        "委",
        "办事处",
        "管委会",
        "中心",
        "部",
        "署",
        "站",
        "所",
        "院",
        "馆",
        "处",
        "总队",
        "支队",
        "大队",
        "联合会",
    ];
    let short = (2..=40).contains(&text.chars().count());
    short
        && !text.contains(['，', '。', '；', '：', ',', ';', ':', '、'])
        && ENDINGS.iter().any(|end| text.ends_with(end))
}

/// Whether a name is that of a place and not of its government or an office.
fn is_region(name: &str) -> bool {
    let ends =
        name.ends_with(['省', '市', '县', '区', '州', '盟', '旗', '镇', '乡']) || name.ends_with("街道");
    ends && (2..=20).contains(&name.chars().count())
}

/// Whose report it is, as far as the agency's name makes sure.
pub(super) fn scope_of(agency: &str) -> Option<Scope> {
    if agency.ends_with("人民政府") {
        Some(Scope::Consolidated)
    } else if is_agency(agency) && !agency.ends_with("管委会") && !agency.ends_with("管理委员会") {
        Some(Scope::Own)
    } else {
        None
    }
}

/// One or two digits, or a Chinese number up to 九十九.
pub(super) fn small_number(text: &str) -> Option<u32> {
    let one = |text: &str| {
        let mut chars = text.chars();
        let digit = digit(chars.next()?)?;
        chars.next().is_none().then_some(digit)
    };
    if let Some((tens, ones)) = text.split_once('十') {
        let tens = if tens.is_empty() { 1 } else { one(tens)? };
        let ones = if ones.is_empty() { 0 } else { one(ones)? };
        return Some(tens * 10 + ones);
    }
    let digits: Vec<u32> = text.chars().map(digit).collect::<Option<_>>()?;
    match digits.as_slice() {
        [one] => Some(*one),
        [ten, one] => Some(ten * 10 + one),
        _ => None,
    }
}

/// The year a text is about, with the bytes it stands in (年 or 年度 included): the first that is called 年度, else the
/// first.
pub(super) fn find_year(text: &str) -> Option<(i32, usize, usize)> {
    if text.len() > LONGEST {
        return None;
    }
    let chars: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| !c.is_whitespace()).collect();
    let years = || years(text, &chars);
    let is_named = |(_, _, end): &(i32, usize, usize)| {
        let behind = text.get(*end..).unwrap_or_default().trim_start();
        let is_about = ["政府信息公开", "信息公开"].iter().any(|word| behind.starts_with(word));
        is_about || text.get(..*end).is_some_and(|named| named.ends_with('度'))
    };
    years().find(is_named).or_else(|| years().next())
}

fn years<'t>(text: &'t str, chars: &'t [(usize, char)]) -> impl Iterator<Item = (i32, usize, usize)> + 't {
    chars.windows(5).filter_map(|window| {
        let [(start, a), (_, b), (_, c), (_, d), (end, '年')] = window else { return None };
        let year = year_of(&[*a, *b, *c, *d])?;
        let end = end + '年'.len_utf8();
        let with_du = text.get(end..).is_some_and(|rest| rest.starts_with('度'));
        Some((year, *start, if with_du { end + '度'.len_utf8() } else { end }))
    })
}

pub(super) fn year_of(digits: &[char]) -> Option<i32> {
    let [a, b, c, d] = digits else { return None };
    let number = digit(*a)? * 1000 + digit(*b)? * 100 + digit(*c)? * 10 + digit(*d)?;
    i32::try_from(number).ok().filter(|year| (1990..=2100).contains(year))
}

fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => c.to_digit(10),
        '０'..='９' => u32::from(c).checked_sub(u32::from('０')),
        '〇' | '○' | '◯' | '零' | 'O' | 'Ｏ' => Some(0),
        // As machines misread it from a picture.
        'l' | 'I' => Some(1),
        _ => "一二三四五六七八九".chars().zip(1..).find_map(|(known, value)| (known == c).then_some(value)),
    }
}

/// Whose report it is, as title and signature tell: a place is no agency.
pub(super) fn agency_of(title: Option<String>, signed_by: Option<String>) -> Option<String> {
    match (title, signed_by) {
        (Some(title), Some(signed)) if is_region(&title) => Some(signed),
        (None, signed) => signed,
        (title, _) => title,
    }
}

#[cfg(test)]
mod tests;
