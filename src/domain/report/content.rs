//! What a report says: its figures and its texts, section by section.

use crate::domain::figures::Figures;
use crate::domain::form::Form;
use serde::{Deserialize, Serialize};

/// The content of one revision. Sections stand in form order.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// The numbers of the three tables.
    pub figures: Figures,
    /// The sections in the order of the form.
    pub sections: Vec<SectionState>,
}

/// One section beside its figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SectionState {
    /// A section can be taken out of a draft; then `section.missing` speaks.
    pub present: bool,
    /// Narrative, or a remark under a table. Paragraphs parted by `\n`.
    pub text: Option<String>,
    /// The heading as it stood in an imported document; generated from the form otherwise.
    pub found_title: Option<String>,
    /// Zeros of this table were declared on purpose (`declare_zero`, `blank_as_zero`).
    pub declared_zero: bool,
}

impl Content {
    /// A report in which every section exists and nothing is filled in.
    pub fn empty(form: &'static Form) -> Content {
        let blank = SectionState { present: true, text: None, found_title: None, declared_zero: false };
        Content { figures: Figures::empty(form), sections: vec![blank; form.sections.len()] }
    }

    /// The form it is written on.
    pub fn form(&self) -> &'static Form {
        self.figures.form()
    }

    /// The section of this name.
    pub fn section(&self, key: &str) -> Option<&SectionState> {
        self.form().section_index(key).and_then(|at| self.sections.get(at))
    }

    /// The section of this name, to be written into.
    pub fn section_mut(&mut self, key: &str) -> Option<&mut SectionState> {
        self.form().section_index(key).and_then(|at| self.sections.get_mut(at))
    }

    /// Text of a section that is there.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.section(key).filter(|section| section.present).and_then(|section| section.text.as_deref())
    }

    /// Copies one section, figures and all, from another content of the same form.
    pub fn take_section(&mut self, at: usize, other: &Content) {
        if let (Some(mine), Some(theirs)) = (self.sections.get_mut(at), other.sections.get(at)) {
            mine.clone_from(theirs);
        }
        for cell in self.form().cells.iter().filter(|cell| cell.section == at) {
            self.figures.set(cell.index, other.figures.get(cell.index));
        }
    }

    /// Whether one section, figures and all, is the same in both.
    pub fn same_section(&self, at: usize, other: &Content) -> bool {
        self.sections.get(at) == other.sections.get(at)
            && self
                .form()
                .cells
                .iter()
                .filter(|cell| cell.section == at)
                .all(|cell| self.figures.get(cell.index) == other.figures.get(cell.index))
    }

    /// Zeros stay declared where the figures are what they were: a body that repeats them says nothing new.
    pub fn keep_declarations(&mut self, before: &Content) {
        let same_figures = |at: usize, mine: &Figures| {
            let mut cells = before.form().cells.iter().filter(|cell| cell.section == at);
            cells.all(|cell| mine.get(cell.index) == before.figures.get(cell.index))
        };
        for (at, (mine, theirs)) in self.sections.iter_mut().zip(&before.sections).enumerate() {
            if theirs.declared_zero && mine.present && same_figures(at, &self.figures) {
                mine.declared_zero = true;
            }
        }
    }

    /// Fills every empty cell of a table section with zero, deliberately.
    pub fn declare_zero(&mut self, at: usize) {
        for cell in self.form().cells.iter().filter(|cell| cell.section == at) {
            if self.figures.get(cell.index).is_none() {
                self.figures.set(cell.index, Some(0));
            }
        }
        if let Some(section) = self.sections.get_mut(at) {
            section.declared_zero = true;
        }
    }
}
