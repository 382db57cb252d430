//! Labels: what a form calls its rows and columns, found again in whatever spelling they stand.

mod known;
mod note;

use crate::domain::form::{Form, Section, all};
use crate::domain::simplified::simplified;
use crate::domain::text::compatible;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, OnceLock};

pub(super) use known::{begins_label, is_column_label, is_label, is_row_label};

/// Longest text that can be a label, in bytes; the longest one of the forms has some 120.
const LONGEST: usize = 400;

/// Most pieces a label is broken into; stacked letters are as many.
const MOST_BROKEN: usize = 8;

/// Captions the printed form carries which name neither row nor column.
const CAPTIONS: [&str; 23] = [
    "项目",
    "类别",
    "类型",
    "分类",
    "情况",
    "指标",
    "指标名称",
    "统计指标",
    "名称",
    "内容",
    "事项",
    "序号",
    "信息内容",
    "申请人情况",
    "单位件",
    "单位万元",
    "单位件万元",
    "单位项",
    "单位",
    "计量单位",
    "件",
    "件数",
    "数量",
];

/// Other words for a heading over columns.
const GROUP_ALIASES: [(&str, &str); 4] = [
    ("法人和其他组织", "法人或其他组织"),
    ("法人及其他组织", "法人或其他组织"),
    ("法人其他组织", "法人或其他组织"),
    ("法人或者其他组织", "法人或其他组织"),
];

/// How the caption above Table III begins; what follows is worded in several ways.
const BALANCE_CAPTION: &str = "本列数据的勾稽关系";
/// The same, whole, as line ends may break it anywhere.
const WHOLE_BALANCE_CAPTION: &str = "本列数据的勾稽关系为第一项加第二项之和等于第三项加第四项之和";
/// Shortest piece of it that is one, in bytes.
const SHORTEST_OF_BALANCE: usize = 12;

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
        let folded: String = compatible(note::without_note(&text)).chars().map(simplified).collect();
        Keys { full: letters(&folded), bare: letters(strip_ordinal(&folded)) }
    }

    /// Whether the text is an ordinal with nothing behind it.
    pub(super) fn is_ordinal_alone(&self) -> bool {
        self.bare.is_empty() && !self.full.is_empty()
    }
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
    /// Words of the printed form that name neither row nor column.
    pub caption: bool,
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
    column_groups: HashMap<String, String>,
    row_groups: HashMap<String, String>,
    captions: HashSet<String>,
    foreign_columns: HashSet<String>,
    /// Every key, in order.
    starts: Vec<String>,
}

/// The labels of each form's sections, collected when they are first looked for.
static OF_SECTIONS: LazyLock<HashMap<(&str, &str), OnceLock<Labels>>> = LazyLock::new(|| {
    let sections =
        |form: &'static Form| form.sections.iter().map(|section| (form.id.as_str(), section.key.as_str()));
    all().iter().flat_map(sections).map(|place| (place, OnceLock::new())).collect()
});

impl Labels {
    /// Looks at the labels of a section.
    pub(super) fn with<T>(form: &Form, section: &Section, look: impl FnOnce(&Labels) -> T) -> T {
        match OF_SECTIONS.get(&(form.id.as_str(), section.key.as_str())) {
            Some(kept) => look(kept.get_or_init(|| Labels::of(form, section))),
            None => look(&Labels::of(form, section)),
        }
    }

    /// Collects labels and aliases of a section; a key that two rows share names neither.
    pub(super) fn of(form: &Form, section: &Section) -> Labels {
        let mut labels = Labels {
            rows: HashMap::new(),
            bare_rows: HashMap::new(),
            columns: HashMap::new(),
            column_groups: HashMap::new(),
            row_groups: HashMap::new(),
            captions: CAPTIONS.iter().map(|caption| (*caption).to_owned()).collect(),
            foreign_columns: HashSet::new(),
            starts: Vec::new(),
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
        labels.starts = labels.keys();
        labels
    }

    fn keys(&self) -> Vec<String> {
        let rows = self.rows.keys().chain(self.bare_rows.keys()).chain(self.row_groups.keys());
        let columns = self.columns.keys().chain(self.column_groups.keys()).chain(&self.foreign_columns);
        let mut keys: Vec<String> = rows.chain(columns).chain(&self.captions).cloned().collect();
        keys.sort_unstable();
        keys
    }

    fn add_columns(&mut self, columns: &[crate::domain::form::Column]) {
        for column in columns {
            for label in std::iter::once(&column.label).chain(&column.aliases) {
                self.columns.insert(Keys::of(label).full, column.key.clone());
            }
            if let Some(group) = &column.group {
                let key = group_key(group);
                let aliases = GROUP_ALIASES.iter().filter(|(_, group)| *group == key);
                self.column_groups.extend(aliases.map(|(alias, _)| ((*alias).to_owned(), key.clone())));
                self.column_groups.insert(key.clone(), key);
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
            let keys = Keys::of(&whole);
            if number > 0
                && let Some(naming) = self.name_by(&keys)
            {
                return Some((number + 1, naming));
            }
            // Where no label begins so, none will be found by going on.
            if !self.begins(&keys.full) && !self.begins(&keys.bare) {
                return None;
            }
        }
        None
    }

    /// Whether a label of the section begins with a key.
    fn begins(&self, key: &str) -> bool {
        let at = self.starts.partition_point(|known| known.as_str() < key);
        key.is_empty() || self.starts.get(at).is_some_and(|known| known.starts_with(key))
    }

    /// What a text names in this section, `None` if nothing.
    pub(super) fn name(&self, text: &str) -> Option<Naming> {
        self.name_by(&Keys::of(text))
    }

    fn name_by(&self, keys: &Keys) -> Option<Naming> {
        if keys.full.is_empty() {
            return None;
        }
        let column = self.columns.get(&keys.full).cloned();
        let naming = Naming {
            row: self.row(keys),
            foreign: column.is_none()
                && (self.foreign_columns.contains(&keys.full) || is_other_unit(&keys.full)),
            column,
            column_group: self.column_groups.get(&keys.bare).cloned(),
            row_group: self.row_groups.get(&keys.full).or_else(|| self.row_groups.get(&keys.bare)).cloned(),
            caption: self.captions.contains(&keys.full) || is_of_balance(&keys.full),
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

fn is_of_balance(key: &str) -> bool {
    let is_piece = key.len() >= SHORTEST_OF_BALANCE && WHOLE_BALANCE_CAPTION.contains(key);
    key.starts_with(BALANCE_CAPTION) || is_piece
}

/// A heading that states an amount in 元, 百元, 亿元: its numbers are not the form's 万元.
fn is_other_unit(key: &str) -> bool {
    key.contains('元')
        && !key.contains("万元")
        && ["金额", "单位", "收费", "费用", "数额", "第二十条"].iter().any(|word| key.contains(word))
        && key.chars().count() <= 24
}

#[cfg(test)]
mod tests;
