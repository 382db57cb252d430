//! A report while it is judged: all that is known of it, and its texts made ready once for every rule.

use super::Judged;
use super::finding::{Argument, Findings};
use super::rule::Rule;
use crate::domain::wording::Folded;
use std::ops::Deref;
use std::sync::Arc;

/// Most findings of one rule in one text: a text made to hurt would have no end of them.
const MOST: usize = 200;

/// What is judged, with its texts; it gives access to all that [`Judged`] knows.
pub struct Judging<'a> {
    judged: &'a Judged<'a>,
    /// Narratives and remarks, in the order of the form.
    pub texts: Vec<Said<'a>>,
    /// What else is published: the title and what stands around the sections.
    pub beside: Vec<Said<'a>>,
}

impl<'a> Deref for Judging<'a> {
    type Target = Judged<'a>;

    fn deref(&self) -> &Judged<'a> {
        self.judged
    }
}

impl<'a> Judging<'a> {
    pub fn of(judged: &'a Judged<'a>) -> Judging<'a> {
        let sections = || judged.content.form().sections.iter();
        let texts = sections().filter_map(|section| {
            let text = judged.text(&section.key)?;
            Some(Said::new(section.key.as_str(), format!("/sections/{}/text", section.key), text))
        });
        let titles = sections().zip(&judged.content.sections).filter_map(|(section, state)| {
            let title = state.found_title.as_deref()?;
            Some(Said::new(
                format!("{}.title", section.key),
                format!("/sections/{}/title", section.key),
                title,
            ))
        });
        let told = judged.around.strings().into_iter().filter_map(|(name, text)| {
            let text = text.filter(|text| !text.trim().is_empty())?;
            Some(Said::new(name, format!("/{name}"), text))
        });
        Judging { judged, texts: texts.collect(), beside: told.chain(titles).collect() }
    }

    /// Every string that is published.
    pub fn everything(&self) -> impl Iterator<Item = &Said<'a>> {
        self.texts.iter().chain(&self.beside)
    }

    /// The text of a section as rules read it.
    pub fn said(&self, section: &str) -> Option<&Said<'a>> {
        self.texts.iter().find(|said| said.place == section)
    }
}

/// One text: as it stands, and as it is read.
pub struct Said<'a> {
    /// What findings name it by: the section, or the member of the document.
    pub place: String,
    pointer: String,
    original: &'a str,
    folded: Folded<'a>,
}

/// A range of bytes of the text as it is read, with what is to be said of it.
pub type Told = (usize, usize, Vec<(&'static str, Argument)>);

impl<'a> Said<'a> {
    pub fn new(place: impl Into<String>, pointer: String, text: &'a str) -> Said<'a> {
        Said { place: place.into(), pointer, original: text, folded: Folded::of(text) }
    }

    /// The text without what is not seen, full-width digits and letters plain.
    pub fn text(&self) -> &str {
        self.folded.as_str()
    }

    /// The text as it stands.
    pub fn original(&self) -> &'a str {
        self.original
    }

    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// One finding for each range of the text as it is read, the n-th at its place.
    pub fn tell(&self, rule: &Rule, ranges: impl IntoIterator<Item = Told>, findings: &mut Findings) {
        let ranges = ranges.into_iter().map(|(start, end, arguments)| {
            let (start, end) = self.folded.original(start, end);
            (start, end, arguments)
        });
        self.tell_as_it_stands(rule, ranges, findings);
    }

    /// The same with the cells that each is about.
    pub fn tell_about(
        &self,
        rule: &Rule,
        ranges: impl IntoIterator<Item = (Told, Vec<String>)>,
        findings: &mut Findings,
    ) {
        let (ranges, mut related): (Vec<Told>, Vec<Vec<String>>) = ranges.into_iter().unzip();
        let mut told = Findings::default();
        self.tell(rule, ranges, &mut told);
        related.reverse();
        for mut finding in told.into_parts().0 {
            finding.related = related.pop().unwrap_or_default();
            findings.push(finding);
        }
    }

    /// The same for ranges of the text as it stands.
    pub fn tell_as_it_stands(
        &self,
        rule: &Rule,
        ranges: impl IntoIterator<Item = Told>,
        findings: &mut Findings,
    ) {
        let mut places = Places { text: self.original, at: 0, characters: 0 };
        // Findings stand mostly in order: a paragraph with many of them is held once.
        let mut last = ((0, 0), None);
        for (number, (start, end, mut arguments)) in ranges.into_iter().take(MOST).enumerate() {
            let mut finding = rule.finding(&format!("{}:{}", self.place, number + 1), self.pointer.clone());
            finding.span = Some((places.characters_before(start), places.characters_before(end)));
            let place = paragraph(self.original, start, end);
            if last.1.is_none() || last.0 != place {
                last = (place, self.original.get(place.0..place.1).map(Arc::from));
            }
            finding.around.clone_from(&last.1);
            let found = self.original.get(start..end).unwrap_or_default().to_owned();
            arguments.insert(0, ("found", Argument::Plain(found)));
            finding.arguments = arguments;
            findings.push(finding);
        }
    }
}

/// Counts characters on from the place asked for before.
struct Places<'t> {
    text: &'t str,
    at: usize,
    characters: usize,
}

impl Places<'_> {
    fn characters_before(&mut self, at: usize) -> usize {
        if at < self.at {
            (self.at, self.characters) = (0, 0);
        }
        self.characters += self.text.get(self.at..at).map_or(0, |text| text.chars().count());
        self.at = at;
        self.characters
    }
}

/// Where the paragraph begins and ends that holds a range of bytes.
fn paragraph(text: &str, start: usize, end: usize) -> (usize, usize) {
    let from = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let behind = text.get(end..).unwrap_or_default();
    (from, end + behind.find('\n').unwrap_or(behind.len()))
}
