//! What may be done to the tables.

use super::{Label, Sheet, Shift, Value, Which};
use fastrand::Rng;

/// What is done to a table; the numbers choose where.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    PermuteColumns { sheet: usize, seed: u64 },
    PermuteRows { sheet: usize, seed: u64 },
    RenameColumn { sheet: usize, at: usize, as_another: bool, word: usize },
    RenameRow { sheet: usize, at: usize, as_another: bool },
    DropColumn { sheet: usize, at: usize },
    DropRow { sheet: usize, at: usize },
    DoubleColumn { sheet: usize, at: usize, to: usize },
    DoubleRow { sheet: usize, at: usize, to: usize },
    StrangeColumn { sheet: usize, to: usize, word: usize },
    Merge { sheet: usize, line: usize, at: usize, down: bool },
    LoseValue { sheet: usize, line: usize, at: usize },
    GainValue { sheet: usize, line: usize, at: usize },
    Blank { sheet: usize, seed: u64, mark: usize },
    NoHeads { sheet: usize },
}

/// Heads that are none of the form's.
const STRANGE: [&str; 6] = ["同比", "上年数", "备注", "占比", "甲类", "乙类"];
const MARKS: [&str; 4] = ["", "/", "—", "无"];

impl Change {
    pub fn random(random: &mut Rng) -> Change {
        let sheet = random.usize(..3);
        let (at, to, line, word) =
            (random.usize(..64), random.usize(..64), random.usize(..64), random.usize(..STRANGE.len()));
        let (seed, as_another, down) = (random.u64(..), random.bool(), random.bool());
        match random.usize(..14) {
            0 => Change::PermuteColumns { sheet, seed },
            1 => Change::PermuteRows { sheet, seed },
            2 => Change::RenameColumn { sheet, at, as_another, word },
            3 => Change::RenameRow { sheet, at, as_another },
            4 => Change::DropColumn { sheet, at },
            5 => Change::DropRow { sheet, at },
            6 => Change::DoubleColumn { sheet, at, to },
            7 => Change::DoubleRow { sheet, at, to },
            8 => Change::StrangeColumn { sheet, to, word },
            9 => Change::Merge { sheet, line, at, down },
            10 => Change::LoseValue { sheet, line, at },
            11 => Change::GainValue { sheet, line, at },
            12 => Change::Blank { sheet, seed, mark: random.usize(..MARKS.len()) },
            _ => Change::NoHeads { sheet },
        }
    }

    pub fn apply(self, sheets: &mut [Sheet], fresh: &mut impl Iterator<Item = String>) {
        let which = match self {
            Change::PermuteColumns { sheet, .. }
            | Change::PermuteRows { sheet, .. }
            | Change::RenameColumn { sheet, .. }
            | Change::RenameRow { sheet, .. }
            | Change::DropColumn { sheet, .. }
            | Change::DropRow { sheet, .. }
            | Change::DoubleColumn { sheet, .. }
            | Change::DoubleRow { sheet, .. }
            | Change::StrangeColumn { sheet, .. }
            | Change::Merge { sheet, .. }
            | Change::LoseValue { sheet, .. }
            | Change::GainValue { sheet, .. }
            | Change::Blank { sheet, .. }
            | Change::NoHeads { sheet } => sheet,
        };
        let sheet = &mut sheets[which];
        // Merged and shifted values are put where they stay: what moves or doubles columns comes before them.
        let settled = sheet
            .parts
            .iter()
            .any(|part| !part.joins.is_empty() || part.lines.iter().any(|line| line.shifted.is_some()));
        let moves = !matches!(
            self,
            Change::Merge { .. }
                | Change::LoseValue { .. }
                | Change::GainValue { .. }
                | Change::NoHeads { .. }
                | Change::RenameColumn { .. }
                | Change::RenameRow { .. }
        );
        if settled
            && (moves
                || matches!(self, Change::Merge { .. } | Change::LoseValue { .. } | Change::GainValue { .. }))
        {
            return;
        }
        let four = sheet.which == Which::Four;
        let count = sheet.parts.len();
        match self {
            Change::PermuteColumns { seed, .. } => {
                for part in &mut sheet.parts {
                    // The same order in all parts of Table IV, or another in each.
                    let mut random =
                        Rng::with_seed(if seed % 2 == 0 { seed } else { seed ^ part.cells[0][0] as u64 });
                    let mut order: Vec<usize> = (0..part.heads.len()).collect();
                    random.shuffle(&mut order);
                    part.heads = order.iter().map(|at| part.heads[*at].clone()).collect();
                    for line in &mut part.lines {
                        line.values = order.iter().map(|at| line.values[*at].clone()).collect();
                    }
                }
            }
            Change::PermuteRows { seed, .. } => {
                let mut random = Rng::with_seed(seed);
                if four {
                    random.shuffle(&mut sheet.parts);
                } else {
                    random.shuffle(&mut sheet.parts);
                    sheet.parts.iter_mut().for_each(|part| random.shuffle(&mut part.lines));
                }
            }
            Change::RenameColumn { at, as_another, word, .. } => {
                let part = &mut sheet.parts[at % count];
                let (at, other) = (at % part.heads.len(), (at + 1 + word) % part.heads.len());
                let other = part.heads[other].clone();
                let head = &mut part.heads[at];
                (head.text, head.means) =
                    if as_another { (other.text, other.means) } else { (STRANGE[word].to_owned(), None) };
            }
            Change::RenameRow { at, as_another, .. } if four => {
                let other = sheet.parts[(at + 1) % count].lines[0].label.clone();
                let label = &mut sheet.parts[at % count].lines[0].label;
                if as_another {
                    (label.text, label.means) = (other.text, Some(9));
                } else {
                    (label.text, label.means) = ("行政裁决".to_owned(), Some(9));
                }
            }
            Change::RenameRow { at, as_another, .. } => {
                let part = &mut sheet.parts[at % count];
                let lines = part.lines.len();
                let other = part.lines[(at + 1) % lines].label.clone();
                let label = &mut part.lines[at % lines].label;
                (label.text, label.means) =
                    if as_another { (other.text, other.means) } else { ("其中：甲类".to_owned(), None) };
            }
            Change::DropColumn { at, .. } => {
                let part = &mut sheet.parts[at % count];
                if part.heads.len() > 1 {
                    let at = at % part.heads.len();
                    part.heads.remove(at);
                    part.lines.iter_mut().for_each(|line| drop(line.values.remove(at)));
                }
            }
            Change::DropRow { at, .. } => {
                if four && count > 1 {
                    sheet.parts.remove(at % count);
                } else {
                    let part = &mut sheet.parts[at % count];
                    if part.lines.len() > 1 {
                        let at = at % part.lines.len();
                        part.lines.remove(at);
                    }
                }
            }
            Change::DoubleColumn { at, to, .. } => {
                let part = &mut sheet.parts[at % count];
                let head = part.heads[at % part.heads.len()].clone();
                let to = to % (part.heads.len() + 1);
                part.heads.insert(to, head);
                part.lines
                    .iter_mut()
                    .for_each(|line| line.values.insert(to, Value::Stands(fresh.next().unwrap_or_default())));
            }
            Change::DoubleRow { at, to, .. } => {
                if four {
                    let mut part = sheet.parts[at % count].clone();
                    for value in &mut part.lines[0].values {
                        *value = Value::Stands(fresh.next().unwrap_or_default());
                    }
                    sheet.parts.insert(to % (count + 1), part);
                } else {
                    let part = &mut sheet.parts[at % count];
                    let mut line = part.lines[at % part.lines.len()].clone();
                    for value in &mut line.values {
                        *value = Value::Stands(fresh.next().unwrap_or_default());
                    }
                    part.lines.insert(to % (part.lines.len() + 1), line);
                }
            }
            Change::StrangeColumn { to, word, .. } => {
                let part = &mut sheet.parts[to % count];
                let to = to % (part.heads.len() + 1);
                let before =
                    to.checked_sub(1).and_then(|at| part.heads.get(at)).and_then(|head| head.group.clone());
                let group =
                    part.heads.get(to).and_then(|head| head.group.clone()).filter(|_| before.is_some());
                part.heads.insert(to, Label { text: STRANGE[word].to_owned(), means: None, is: None, group });
                part.lines
                    .iter_mut()
                    .for_each(|line| line.values.insert(to, Value::Stands(fresh.next().unwrap_or_default())));
            }
            Change::Merge { line, at, down, .. } => {
                let part = &mut sheet.parts[line % count];
                let (line, at) = (line % part.lines.len(), at % part.heads.len());
                let (to_line, to_at) = if down { (line + 1, at) } else { (line, at + 1) };
                if to_line < part.lines.len() && to_at < part.heads.len() {
                    part.joins.push((line, at, down));
                    part.lines[to_line].values[to_at] = Value::Joined;
                    if !matches!(part.lines[line].values[at], Value::Stands(_)) {
                        part.lines[line].values[at] = Value::Stands(fresh.next().unwrap_or_default());
                    }
                }
            }
            Change::LoseValue { line, at, .. } => {
                let part = &mut sheet.parts[line % count];
                let (line, at) = (line % part.lines.len(), at % part.heads.len());
                part.lines[line].values.remove(at);
                part.lines[line].shifted = Some(Shift { from: at, lost: true });
            }
            Change::GainValue { line, at, .. } => {
                let part = &mut sheet.parts[line % count];
                let (line, at) = (line % part.lines.len(), at % part.heads.len());
                part.lines[line].values.insert(at, Value::Stands(fresh.next().unwrap_or_default()));
                part.lines[line].shifted = Some(Shift { from: at, lost: false });
            }
            Change::Blank { seed, mark, .. } => {
                let mut random = Rng::with_seed(seed);
                for value in
                    sheet.parts.iter_mut().flat_map(|part| &mut part.lines).flat_map(|line| &mut line.values)
                {
                    if random.usize(..5) == 0 {
                        *value = Value::Blank(MARKS[mark]);
                    }
                }
            }
            Change::NoHeads { .. } => sheet.parts.iter_mut().for_each(|part| part.has_heads = false),
        }
    }
}
