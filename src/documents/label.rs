//! Labels: what a form calls its rows and columns, found again in whatever spelling they stand.

use crate::domain::form::{Form, Section, all};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Longest text that can be a label, in bytes; the longest one of the forms has some 120.
const LONGEST: usize = 400;

/// Most pieces a label is broken into; stacked letters are as many.
const MOST_BROKEN: usize = 8;

/// Captions the printed form carries which name neither row nor column.
const CAPTIONS: [&str; 8] =
    ["信息内容", "申请人情况", "单位件", "单位万元", "单位件万元", "单位项", "法人和其他组织", "数量"];

/// How the caption above Table III begins; what follows is worded in several ways.
const BALANCE_CAPTION: &str = "本列数据的勾稽关系";

/// The two spellings under which a label is looked up.
///
/// Both are needed: "（七）总计" is a row and "总计" a column, "3.其他" a row and "其他" a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keys {
    /// Letters and digits alone, in compatibility form.
    pub full: String,
    /// The same without a leading ordinal (一、 （一） 1.).
    pub bare: String,
}

impl Keys {
    /// Normalises a text; of a text too long for a label both keys are empty.
    pub(super) fn of(text: &str) -> Keys {
        if text.len() > LONGEST {
            return Keys { full: String::new(), bare: String::new() };
        }
        let (text, _) = strip_artefacts(text);
        let folded: String = text.nfkc().map(simplified).collect();
        Keys { full: letters(&folded), bare: letters(strip_ordinal(&folded)) }
    }

    /// Whether the text is an ordinal with nothing behind it.
    pub(super) fn is_ordinal_alone(&self) -> bool {
        self.bare.is_empty() && !self.full.is_empty()
    }
}

/// The simplified form of the traditional characters that stand in the forms' labels and titles.
pub(super) fn simplified(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    static PAIRS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
        let pairs = include_str!("../../data/traditional.txt").lines().filter(|line| !line.starts_with('#'));
        pairs.filter_map(|pair| pair.chars().next().zip(pair.chars().nth(1))).collect()
    });
    PAIRS.get(&c).copied().unwrap_or(c)
}

fn letters(folded: &str) -> String {
    folded.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Cuts out what a converter left behind (`[bookmark: _GoBack]`), and tells what was cut.
pub(super) fn strip_artefacts(text: &str) -> (Cow<'_, str>, Vec<String>) {
    const OPENING: &str = "[bookmark:";
    if !text.contains(OPENING) {
        return (Cow::Borrowed(text), Vec::new());
    }
    let (mut kept, mut cut) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some((before, from)) = rest.find(OPENING).and_then(|at| rest.split_at_checked(at)) {
        let Some((artefact, after)) = from.find(']').and_then(|at| from.split_at_checked(at + 1)) else {
            break;
        };
        kept.push_str(before);
        cut.push(artefact.to_owned());
        rest = after;
    }
    kept.push_str(rest);
    (Cow::Owned(kept.trim().to_owned()), cut)
}

fn is_numeral(c: char) -> bool {
    matches!(c, '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十')
}

/// The text behind a leading ordinal; all of it where none leads. Expects compatibility form.
fn strip_ordinal(folded: &str) -> &str {
    let text = folded.trim_start();
    in_brackets(text).or_else(|| with_mark(text)).unwrap_or(text)
}

/// `(一)…`, `(12)…`.
fn in_brackets(text: &str) -> Option<&str> {
    let (inner, rest) = text.strip_prefix('(')?.split_once(')')?;
    let inner = inner.trim();
    let few = (1..=3).contains(&inner.chars().count());
    (few && inner.chars().all(|c| is_numeral(c) || c.is_ascii_digit())).then_some(rest)
}

/// `一、…`, `1.…`, `一)…`, and `1…` where the mark was lost.
fn with_mark(text: &str) -> Option<&str> {
    let after = match text.trim_start_matches(is_numeral) {
        same if same.len() == text.len() => text.trim_start_matches(|c: char| c.is_ascii_digit()),
        after => after,
    };
    let taken = text.get(..text.len() - after.len())?;
    if !(1..=3).contains(&taken.chars().count()) {
        return None;
    }
    let marked = after.trim_start().strip_prefix(['、', '.', ',', ':', '。', ')', '·']);
    let digits = taken.starts_with(|c: char| c.is_ascii_digit());
    let lost = digits && taken.len() <= 2 && after.starts_with(|c: char| c.is_alphabetic() && !c.is_ascii());
    marked.or(lost.then_some(after))
}

/// What a text may name in one section. "总计" without an ordinal names a row and a column.
#[derive(Debug, Clone, Default)]
pub(super) struct Naming {
    /// Place of the row in the section's table.
    pub row: Option<usize>,
    /// Key of the column.
    pub column: Option<String>,
    /// The heading over several columns.
    pub column_group: Option<String>,
    /// The heading over several rows.
    pub row_group: Option<String>,
    /// A column that the form does not have: another form's, or an amount not in 万元.
    pub foreign: bool,
    caption: bool,
}

impl Naming {
    /// Whether the text names nothing the section knows.
    fn is_empty(&self) -> bool {
        self.row.is_none()
            && self.column.is_none()
            && self.column_group.is_none()
            && self.row_group.is_none()
            && !self.foreign
            && !self.caption
    }
}

/// The labels of one section of a form, by both keys.
pub(super) struct Labels {
    rows: HashMap<String, Option<usize>>,
    bare_rows: HashMap<String, Option<usize>>,
    columns: HashMap<String, String>,
    column_groups: HashSet<String>,
    row_groups: HashMap<String, String>,
    captions: HashSet<String>,
    foreign_columns: HashSet<String>,
}

impl Labels {
    /// Collects labels and aliases of a section; a key that two rows share names neither.
    pub(super) fn of(form: &Form, section: &Section) -> Labels {
        let mut labels = Labels {
            rows: HashMap::new(),
            bare_rows: HashMap::new(),
            columns: HashMap::new(),
            column_groups: HashSet::new(),
            row_groups: HashMap::new(),
            captions: CAPTIONS.iter().map(|caption| (*caption).to_owned()).collect(),
            foreign_columns: HashSet::new(),
        };
        for (at, row) in section.table.iter().flat_map(|table| &table.rows).enumerate() {
            let keys = Keys::of(&row.label);
            add(&mut labels.rows, keys.full, at);
            add(&mut labels.bare_rows, keys.bare, at);
            for alias in &row.aliases {
                let keys = Keys::of(alias);
                add(&mut labels.bare_rows, keys.full, at);
                add(&mut labels.bare_rows, keys.bare, at);
            }
            for part in row.group.iter().flat_map(|group| group.split('/')) {
                let keys = Keys::of(part);
                labels.row_groups.insert(keys.full, keys.bare.clone());
                labels.row_groups.insert(keys.bare.clone(), keys.bare);
            }
            labels.captions.insert(Keys::of(&row.block).full);
            labels.add_columns(&row.columns);
        }
        labels.captions.remove("");
        labels.foreign_columns = foreign_columns(form, section, &labels.columns);
        labels
    }

    fn add_columns(&mut self, columns: &[crate::domain::form::Column]) {
        for column in columns {
            for label in std::iter::once(&column.label).chain(&column.aliases) {
                self.columns.insert(Keys::of(label).full, column.key.clone());
            }
            if let Some(group) = &column.group {
                self.column_groups.insert(group_key(group));
            }
        }
    }

    /// What some pieces name together that name nothing each: a label broken by line ends.
    pub(super) fn name_broken<'p>(&self, pieces: impl Iterator<Item = &'p str>) -> Option<(usize, Naming)> {
        let mut whole = String::new();
        for (number, piece) in pieces.enumerate().take(MOST_BROKEN) {
            whole.push_str(piece);
            if whole.len() > LONGEST {
                return None;
            }
            if number > 0
                && let Some(naming) = self.name(&whole).filter(|naming| !naming.caption)
            {
                return Some((number + 1, naming));
            }
        }
        None
    }

    /// What a text names in this section, `None` if nothing.
    pub(super) fn name(&self, text: &str) -> Option<Naming> {
        let keys = Keys::of(text);
        if keys.full.is_empty() {
            return None;
        }
        let column = self.columns.get(&keys.full).cloned();
        let naming = Naming {
            row: self.row(&keys),
            foreign: column.is_none()
                && (self.foreign_columns.contains(&keys.full) || is_other_unit(&keys.full)),
            column,
            column_group: self.column_groups.get(&keys.bare).cloned(),
            row_group: self.row_groups.get(&keys.full).or_else(|| self.row_groups.get(&keys.bare)).cloned(),
            caption: self.captions.contains(&keys.full) || keys.full.starts_with(BALANCE_CAPTION),
        };
        (!naming.is_empty()).then_some(naming)
    }

    /// The row by its label with the ordinal, else by an alias or without it.
    fn row(&self, keys: &Keys) -> Option<usize> {
        let exact = self.rows.get(&keys.full);
        exact
            .or_else(|| self.bare_rows.get(&keys.full))
            .or_else(|| self.bare_rows.get(&keys.bare))
            .copied()
            .flatten()
    }
}

/// Everything a text may be in the tables of any form, by its keys.
struct Known {
    rows: HashSet<String>,
    columns: HashSet<String>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let mut known = Known { rows: HashSet::new(), columns: HashSet::new() };
    let enter = |set: &mut HashSet<String>, label: &str| {
        let keys = Keys::of(label);
        set.extend([keys.full, keys.bare].into_iter().filter(|key| !key.is_empty()));
    };
    let sections = all().iter().flat_map(|form| &form.sections);
    for row in sections.filter_map(|section| section.table.as_ref()).flat_map(|table| &table.rows) {
        std::iter::once(&row.label).chain(&row.aliases).for_each(|label| enter(&mut known.rows, label));
        row.group.iter().flat_map(|group| group.split('/')).for_each(|part| enter(&mut known.columns, part));
        for column in &row.columns {
            let labels = std::iter::once(&column.label).chain(&column.aliases);
            labels.for_each(|label| enter(&mut known.columns, label));
            let groups = column.group.iter().flat_map(|group| group.split('/'));
            groups.for_each(|part| enter(&mut known.columns, part));
        }
    }
    known.columns.extend(CAPTIONS.map(str::to_owned));
    known
});

/// Whether a text is the label of a row in any form, whatever section it stands in.
pub(super) fn is_row_label(text: &str) -> bool {
    let keys = Keys::of(text);
    KNOWN.rows.contains(&keys.full) || KNOWN.rows.contains(&keys.bare)
}

/// Whether a text is any label of a table in any form.
pub(super) fn is_label(text: &str) -> bool {
    is_row_label(text) || KNOWN.columns.contains(&Keys::of(text).full)
}

/// The key of the innermost heading of a group.
pub(super) fn group_key(group: &str) -> String {
    Keys::of(group.rsplit('/').next().unwrap_or(group)).bare
}

fn add(rows: &mut HashMap<String, Option<usize>>, key: String, at: usize) {
    if key.is_empty() {
        return;
    }
    rows.entry(key).and_modify(|known| *known = known.filter(|row| *row == at)).or_insert(Some(at));
}

/// Column labels of the other forms' same section which this one does not have.
fn foreign_columns(form: &Form, section: &Section, own: &HashMap<String, String>) -> HashSet<String> {
    all()
        .iter()
        .filter(|other| other.id != form.id)
        .filter_map(|other| other.section(&section.key)?.table.as_ref())
        .flat_map(|table| &table.rows)
        .flat_map(|row| &row.columns)
        .flat_map(|column| std::iter::once(&column.label).chain(&column.aliases))
        .map(|label| Keys::of(label).full)
        .filter(|key| !own.contains_key(key))
        .collect()
}

/// A heading that states an amount in 元, 百元, 亿元: its numbers are not the form's 万元.
fn is_other_unit(key: &str) -> bool {
    key.contains('元')
        && !key.contains("万元")
        && ["金额", "单位", "收费", "费用", "数额"].iter().any(|word| key.contains(word))
        && key.chars().count() <= 24
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::form::by_id;

    fn labels(section: &str) -> Option<Labels> {
        let form = by_id("2021")?;
        Some(Labels::of(form, form.section(section)?))
    }

    fn row_key(section: &str, text: &str) -> Option<String> {
        let at = labels(section)?.name(text)?.row?;
        let table = by_id("2021")?.section(section)?.table.as_ref()?;
        table.rows.get(at).map(|row| row.key.clone())
    }

    #[test]
    fn spelling_does_not_hide_a_label() {
        for text in ["规章", "规 章", " 规\n章 ", "\u{200b}规章：", "[bookmark: _GoBack]规章"] {
            assert_eq!(row_key("proactive_disclosure", text).as_deref(), Some("regulations"), "{text}");
        }
        for text in [
            "3.危及“三安全一稳定”",
            "3．危及\"三安全一稳定\"",
            "危及三安全一稳定",
            "3危及三安全一稳定",
            "（3）危及『三安全一稳定』",
        ] {
            assert_eq!(
                row_key("requests", text).as_deref(),
                Some("refused_security_and_stability"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_row_and_a_column_of_one_name_are_told_apart_by_the_ordinal() {
        let column = |text: &str| labels("requests").and_then(|labels| labels.name(text)?.column);
        assert_eq!(row_key("requests", "（七）总计").as_deref(), Some("results_total"));
        assert_eq!(column("（七）总计"), None);
        assert_eq!(column("总计").as_deref(), Some("total"));
        assert_eq!(row_key("requests", "3.其他").as_deref(), Some("other_other"));
        assert_eq!(column("3.其他"), None);
        assert_eq!(column("其他").as_deref(), Some("other_organization"));
    }

    #[test]
    fn ordinals_are_stripped_only_where_they_are_ordinals() {
        for (text, bare) in [
            ("一、总体情况", "总体情况"),
            ("一．总体情况", "总体情况"),
            ("（十二）总体", "总体"),
            ("①总体", "总体"),
            ("三安全", "三安全"),
            ("2023年", "2023年"),
            ("一、", ""),
        ] {
            assert_eq!(Keys::of(text).bare, bare, "{text}");
        }
    }

    #[test]
    fn what_another_form_or_unit_calls_a_column_is_foreign() {
        let foreign = |text: &str| {
            labels("proactive_disclosure")
                .and_then(|labels| labels.name(text))
                .is_some_and(|naming| naming.foreign)
        };
        assert!(foreign("本年新制作数量"));
        assert!(foreign("本年收费金额（单位：元）"));
        assert!(!foreign("本年收费金额（单位：万元）"));
        assert!(!foreign("处理决定数量"));
    }
}
