//! The statutory tables as heads, lines and values, what may be done to them, and what may be read of them then.

mod change;

pub use change::Change;

use super::Allowed;
use nianbao::inside::domain::form::Form;

/// A cell as it is written.
#[derive(Clone)]
pub struct Laid {
    pub text: String,
    pub rows: usize,
    pub cols: usize,
}

fn laid(text: &str, rows: usize, cols: usize) -> Laid {
    Laid { text: text.to_owned(), rows, cols }
}

/// How much of a table a format carries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// Which cells are merged.
    Spans,
    /// Where each cell stands; merged ones are empty behind the first.
    Places,
    /// Where each cell stands; merged ones say the same again.
    Repeated,
    /// What follows what.
    Sequence,
}

/// A head or a row's label: what it says, which of the form's columns or rows that is, whose figures stand there.
#[derive(Clone)]
struct Label {
    text: String,
    means: Option<usize>,
    is: Option<usize>,
    group: Option<String>,
}

#[derive(Clone)]
enum Value {
    Stands(String),
    Blank(&'static str),
    /// Goes on from the cell before it or above it.
    Joined,
}

#[derive(Clone)]
struct Line {
    label: Label,
    values: Vec<Value>,
    /// From here on the values stand one place off: too far left where one was lost, else too far right.
    shifted: Option<Shift>,
}

#[derive(Clone, Copy)]
struct Shift {
    from: usize,
    lost: bool,
}

/// Cells merged over two lines or two columns: line, column, whether downwards.
type Join = (usize, usize, bool);

/// A piece of a table: heads over lines.
#[derive(Clone)]
struct Part {
    heads: Vec<Label>,
    lines: Vec<Line>,
    joins: Vec<Join>,
    has_heads: bool,
    /// The form's cells, by row and column.
    cells: Vec<Vec<usize>>,
    block: String,
}

/// One of the three tables.
#[derive(Clone)]
pub struct Sheet {
    which: Which,
    parts: Vec<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Two,
    Three,
    /// Its rows stand side by side: each part is one of them, with one line.
    Four,
}

impl Sheet {
    pub fn all(form: &Form, figures: &[String]) -> Vec<Sheet> {
        form.sections
            .iter()
            .filter_map(|section| {
                let table = section.table.as_ref()?;
                let which = match section.key.as_str() {
                    "proactive_disclosure" => Which::Two,
                    "requests" => Which::Three,
                    _ => Which::Four,
                };
                let mut parts: Vec<Part> = Vec::new();
                for row in &table.rows {
                    let joins_last = parts.last().is_some_and(|part| match which {
                        Which::Two => part.block == row.block,
                        Which::Three => true,
                        Which::Four => false,
                    });
                    if !joins_last {
                        let heads = row.columns.iter().enumerate().map(|(at, column)| Label {
                            text: column.label.clone(),
                            means: Some(at),
                            is: Some(at),
                            group: column.group.clone(),
                        });
                        let block = if which == Which::Four { row.label.clone() } else { row.block.clone() };
                        parts.push(Part {
                            heads: heads.collect(),
                            lines: Vec::new(),
                            joins: Vec::new(),
                            has_heads: true,
                            cells: Vec::new(),
                            block,
                        });
                    }
                    let Some(part) = parts.last_mut() else { continue };
                    let at = part.lines.len();
                    part.cells.push(row.columns.iter().map(|column| column.cell).collect());
                    part.lines.push(Line {
                        label: Label {
                            text: row.label.clone(),
                            means: Some(at),
                            is: Some(at),
                            group: row.group.clone(),
                        },
                        values: row
                            .columns
                            .iter()
                            .map(|column| Value::Stands(figures[column.cell].clone()))
                            .collect(),
                        shifted: None,
                    });
                }
                Some(Sheet { which, parts })
            })
            .collect()
    }

    /// Adds what may be read of each cell.
    pub fn allow(&self, keeps: Keeps, allowed: &mut Allowed) {
        if self.which != Which::Four {
            self.parts.iter().for_each(|part| part.allow(keeps, allowed, &|_| None));
            return;
        }
        // Its rows are one line: a value that is lost or gained moves all behind it.
        let line: Vec<Option<String>> = self.parts.iter().flat_map(|part| part.stands(0)).collect();
        let (mut before, mut shift) = (0, None);
        for (at, part) in self.parts.iter().enumerate() {
            let label = &part.lines[0].label;
            let same = |other: &Part| {
                other.cells == part.cells && other.lines[0].label.means == other.lines[0].label.is
            };
            let is_double = self.parts.iter().enumerate().any(|(other, one)| other != at && same(one));
            let shifted = part.lines[0].shifted.map(|shift| Shift { from: before + shift.from, ..shift });
            shift = shift.or(shifted);
            if label.means == label.is && !is_double {
                let stands = |head: usize| {
                    let moved = shift.filter(|shift| before + head >= shift.from)?;
                    let seen = moved.lost && keeps != Keeps::Sequence;
                    Some(if seen { line.get(before + head).cloned().flatten() } else { None })
                };
                part.allow(keeps, allowed, &stands);
            }
            before += part.heads.len();
        }
    }

    pub fn rows(&self) -> Vec<Vec<Laid>> {
        match self.which {
            Which::Two => self.parts.iter().flat_map(Part::rows_of_two).collect(),
            Which::Three => self.parts[0].rows_of_three(),
            Which::Four => self.rows_of_four(),
        }
    }

    fn rows_of_four(&self) -> Vec<Vec<Laid>> {
        let (mut first, mut second, mut third, mut values) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut in_suit = 0;
        for part in &self.parts {
            let (label, width) = (&part.lines[0].label, part.heads.len());
            let heads = if part.has_heads {
                part.heads.iter().map(|head| head.text.as_str()).collect()
            } else {
                vec![""; width]
            };
            match &label.group {
                None => {
                    first.push(laid(&label.text, 1, width));
                    second.extend(heads.iter().map(|head| laid(head, 2, 1)));
                    in_suit = 0;
                }
                Some(group) => {
                    if in_suit > 0
                        && let Some(open) = first.last_mut()
                    {
                        let open: &mut Laid = open;
                        open.cols += width;
                    } else {
                        first.push(laid(group, 1, width));
                    }
                    in_suit += width;
                    second.push(laid(&label.text, 1, width));
                    third.extend(heads.iter().map(|head| laid(head, 1, 1)));
                }
            }
            values.extend(part.values_of(0));
        }
        vec![first, second, third, values]
    }
}

impl Part {
    /// The label that speaks of a column or row of the form: the one that means it, else the nameless one whose it is.
    fn place(labels: &[&Label], wanted: usize) -> Option<usize> {
        let meaning: Vec<usize> = (0..labels.len()).filter(|at| labels[*at].means == Some(wanted)).collect();
        match meaning.as_slice() {
            [one] => Some(*one),
            [] => (0..labels.len()).find(|at| labels[*at].means.is_none() && labels[*at].is == Some(wanted)),
            _ => None,
        }
    }

    /// `moved` tells of the heads whose values stand elsewhere what is seen under them.
    fn allow(&self, keeps: Keeps, allowed: &mut Allowed, moved: &dyn Fn(usize) -> Option<Option<String>>) {
        let heads: Vec<&Label> = self.heads.iter().collect();
        let lines: Vec<&Label> = self.lines.iter().map(|line| &line.label).collect();
        for (row, cells) in self.cells.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let (Some(line), Some(head)) = (Part::place(&lines, row), Part::place(&heads, column)) else {
                    continue;
                };
                allowed[*cell].extend(moved(head).unwrap_or_else(|| self.value_at(keeps, line, head)));
            }
        }
    }

    fn value_at(&self, keeps: Keeps, line: usize, head: usize) -> Option<String> {
        let covered = |from: &Join| match from.2 {
            true => (from.0 + 1, from.1) == (line, head),
            false => (from.0, from.1 + 1) == (line, head),
        };
        let join = self.joins.iter().find(|join| (join.0, join.1) == (line, head) || covered(join));
        if let Some(join) = join {
            let Value::Stands(text) = &self.lines[join.0].values[join.1] else { return None };
            return match keeps {
                Keeps::Spans => None,
                Keeps::Repeated => Some(text.clone()),
                // The number is taken for the first one's: that it is two's is lost.
                Keeps::Places | Keeps::Sequence => (!covered(join)).then(|| text.clone()),
            };
        }
        match self.lines[line].shifted.filter(|shift| head >= shift.from) {
            // Where places are kept, a lost value cannot be told from an empty last one: what stands there is read.
            Some(shift) if !shift.lost || keeps == Keeps::Sequence => None,
            _ => self.stands(line).get(head).cloned().flatten(),
        }
    }

    /// What stands at each place of a line.
    fn stands(&self, line: usize) -> Vec<Option<String>> {
        let stands = |value: &Value| match value {
            Value::Stands(text) => Some(text.clone()),
            Value::Blank(_) | Value::Joined => None,
        };
        self.lines[line].values.iter().map(stands).collect()
    }

    fn values_of(&self, line: usize) -> Vec<Laid> {
        let values = self.lines[line].values.iter().enumerate();
        values
            .filter_map(|(at, value)| {
                let join = self.joins.iter().find(|join| (join.0, join.1) == (line, at));
                let (rows, cols) = join.map_or((1, 1), |join| if join.2 { (2, 1) } else { (1, 2) });
                match value {
                    Value::Stands(text) => Some(laid(text, rows, cols)),
                    Value::Blank(mark) => Some(laid(mark, 1, 1)),
                    Value::Joined => None,
                }
            })
            .collect()
    }

    fn rows_of_two(&self) -> Vec<Vec<Laid>> {
        let width = self.heads.len().max(3);
        let spread = |at: usize| if at + 1 == self.heads.len() { width - at } else { 1 };
        let mut rows = vec![vec![laid(&self.block, 1, width + 1)]];
        if self.has_heads {
            let heads = self.heads.iter().enumerate().map(|(at, head)| laid(&head.text, 1, spread(at)));
            rows.push(std::iter::once(laid("信息内容", 1, 1)).chain(heads).collect());
        }
        for (at, line) in self.lines.iter().enumerate() {
            let mut row = vec![laid(&line.label.text, 1, 1)];
            let values = self.values_of(at);
            let count = values.len();
            row.extend(values.into_iter().enumerate().map(|(at, mut value)| {
                if at + 1 == count && self.joins.is_empty() && line.shifted.is_none() {
                    value.cols = spread(at);
                }
                value
            }));
            rows.push(row);
        }
        rows
    }

    fn rows_of_three(&self) -> Vec<Vec<Laid>> {
        let mut rows = Vec::new();
        if self.has_heads {
            let note = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）";
            rows.push(vec![laid(note, 3, 3), laid("申请人情况", 1, self.heads.len())]);
            let (mut second, mut third): (Vec<Laid>, Vec<Laid>) = (Vec::new(), Vec::new());
            let mut open = false;
            for head in &self.heads {
                match &head.group {
                    None => second.push(laid(&head.text, 2, 1)),
                    Some(_) => {
                        match second.last_mut() {
                            Some(group) if open => group.cols += 1,
                            _ => second.push(laid(head.group.as_deref().unwrap_or_default(), 1, 1)),
                        }
                        third.push(laid(&head.text, 1, 1));
                    }
                }
                open = head.group.is_some();
            }
            rows.push(second);
            rows.push(third);
        }
        let path = |line: &Line| {
            line.label
                .group
                .clone()
                .map(|group| group.split('/').map(str::to_owned).collect::<Vec<_>>())
                .unwrap_or_default()
        };
        for (at, line) in self.lines.iter().enumerate() {
            let (mut row, own) = (Vec::new(), path(line));
            for depth in 0..own.len() {
                let same = |other: &Line| path(other).get(..=depth) == own.get(..=depth);
                if at == 0 || !same(&self.lines[at - 1]) {
                    let span = self.lines[at..].iter().take_while(|line| same(line)).count();
                    row.push(laid(&own[depth], span, 1));
                }
            }
            row.push(laid(&line.label.text, 1, 3 - own.len().min(2)));
            row.extend(self.values_of(at));
            rows.push(row);
        }
        rows
    }
}
