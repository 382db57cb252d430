//! What styles and a run's own properties do to a text that a reader sees: hidden, struck out, raised, lost in its paper.

use crate::documents::color::{Color, Paper, is_lost, is_too_small, unseen};
use crate::documents::value::UNCLEAR;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::collections::HashMap;

/// Most styles that are kept, and most that one rests on, one below the other.
const MOST_STYLES: usize = 10_000;
const DEEPEST: usize = 20;
/// From how many half points on a text stands higher or lower than its line, and is not only evened out.
const RAISED_BY: i32 = 6;

/// What is said of a text; nothing where `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub hidden: Option<bool>,
    pub struck: Option<bool>,
    pub raised: Option<bool>,
    /// How many half points above its line.
    position: Option<i32>,
    small: Option<bool>,
    ink: Option<Color>,
    pub paper: Option<Paper>,
}

impl Look {
    /// Takes in a property of a run, or what lies behind a paragraph, cell or table.
    pub fn take(&mut self, name: &str, start: &BytesStart<'_>) {
        let value = attribute(start, "val");
        let value = value.as_deref();
        let on = !matches!(value, Some("0" | "false" | "off" | "none"));
        match name {
            "vanish" | "webHidden" => self.hidden = Some(on),
            "strike" | "dstrike" => self.struck = Some(on),
            "vertAlign" => self.raised = Some(matches!(value, Some("superscript" | "subscript"))),
            "position" => {
                let by = value.and_then(|by| by.trim().parse::<i32>().ok());
                self.raised = by.map(|by| by.abs() >= RAISED_BY);
                self.position = by;
            }
            // In half points.
            "sz" => {
                self.small =
                    value.and_then(|size| size.parse().ok()).map(|size: f64| is_too_small(size / 2.0));
            }
            "color" => self.ink = color(start, "themeColor", "val").or(Some(Color::OTHER)),
            "highlight" if on => self.paper = Some(Paper::of(value.and_then(Color::of))),
            "shd" => {
                let is_pattern = !matches!(value, None | Some("clear" | "nil"));
                let fill = color(start, "themeFill", "fill");
                self.paper = if is_pattern { Some(Paper::Some) } else { fill.map(Paper::Of) };
            }
            _ => {}
        }
    }

    /// What holds where this stands over something else.
    pub fn over(self, under: Look) -> Look {
        Look {
            hidden: self.hidden.or(under.hidden),
            struck: self.struck.or(under.struck),
            raised: self.raised.or(under.raised),
            position: self.position.or(under.position),
            small: self.small.or(under.small),
            ink: self.ink.or(under.ink),
            paper: self.paper.or(under.paper),
        }
    }
}

/// A colour, of the theme where it is black or white there.
fn color(start: &BytesStart<'_>, theme: &str, plain: &str) -> Option<Color> {
    let is_changed = ["themeTint", "themeShade", "themeFillTint", "themeFillShade"]
        .iter()
        .any(|name| attribute(start, name).is_some());
    match attribute(start, theme).as_deref() {
        Some("background1" | "light1") if !is_changed => Some(Color::WHITE),
        Some("text1" | "dark1") if !is_changed => Some(Color::BLACK),
        _ => Color::of(&attribute(start, plain)?),
    }
}

/// What is said of the run that is being read.
#[derive(Default)]
pub(super) struct Run {
    pub own: Look,
    pub style: Look,
    /// A reference to a note: what stands behind it is the note's mark.
    pub is_noted: bool,
    /// Some of its text is written.
    is_begun: bool,
}

impl Run {
    /// Writes text of the run behind that of what it stands in; tells how high it stands. A figure that is struck
    /// out, raised or not seen is none by itself, and never one with its neighbours: a mark says so.
    pub fn write(&mut self, piece: &str, text: &mut String, around: Look, height: i32) -> i32 {
        let look = self.own.over(self.style).over(around);
        if look.hidden == Some(true) {
            return height;
        }
        let stands = look.position.unwrap_or_default();
        let is_figure = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        if stands != height && is_figure(text.chars().next_back()) && is_figure(piece.chars().next()) {
            text.push_str(UNCLEAR);
        }
        if look.small == Some(true) || is_lost(look.ink, look.paper) {
            text.push_str(unseen(piece));
        }
        if !std::mem::replace(&mut self.is_begun, true) {
            if look.struck == Some(true) {
                text.push_str("~~");
            }
            if look.raised == Some(true) || self.is_noted {
                text.push('^');
            }
        }
        text.push_str(piece);
        stands
    }
}

/// The styles of a document by their names.
#[derive(Debug, Default)]
pub(super) struct Styles(HashMap<String, Style>);

#[derive(Debug, Default, Clone)]
struct Style {
    look: Look,
    rests_on: Option<String>,
}

impl Styles {
    /// Reads the part with the styles, up to its first fault.
    pub fn read(xml: &str) -> Styles {
        let mut reader = Reader::from_str(xml.strip_prefix('\u{feff}').unwrap_or(xml));
        let (mut styles, mut open) = (Styles::default(), Vec::<String>::new());
        let mut name = None;
        loop {
            match reader.read_event() {
                Ok(Event::Start(start)) => {
                    styles.see(&open, &mut name, &start);
                    open.push(start.local_name().into_inner().to_owned());
                }
                Ok(Event::Empty(start)) => styles.see(&open, &mut name, &start),
                Ok(Event::End(_)) => drop(open.pop()),
                Ok(Event::Eof) | Err(_) => return styles,
                Ok(_) => {}
            }
        }
    }

    fn see(&mut self, open: &[String], style: &mut Option<String>, start: &BytesStart<'_>) {
        let name = start.local_name().into_inner();
        let within: Vec<&str> = open.iter().skip(1).map(String::as_str).collect();
        match (within.as_slice(), name) {
            ([], "style") => {
                *style = attribute(start, "styleId").filter(|_| self.0.len() < MOST_STYLES);
                self.0.extend(style.clone().map(|name| (name, Style::default())));
            }
            (["style"], "basedOn") => {
                if let Some(known) = self.open(style.as_deref()) {
                    known.rests_on = attribute(start, "val");
                }
            }
            (["style", "rPr"], name) => {
                if let Some(known) = self.open(style.as_deref()) {
                    known.look.take(name, start);
                }
            }
            // What a style of tables lays behind some cells may lie behind any.
            (["style", ..], "shd") => {
                if let Some(known) = self.open(style.as_deref()) {
                    known.look.paper = Some(Paper::Some);
                }
            }
            _ => {}
        }
    }

    fn open(&mut self, name: Option<&str>) -> Option<&mut Style> {
        self.0.get_mut(name?)
    }

    /// What a style says, and what it rests on where it says nothing.
    pub fn look(&self, name: &str) -> Look {
        let (mut look, mut next) = (Look::default(), self.0.get(name));
        for _ in 0..DEEPEST {
            let Some(style) = next else { break };
            look = look.over(style.look);
            next = style.rests_on.as_ref().and_then(|name| self.0.get(name));
        }
        look
    }
}

/// An attribute by its local name.
pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = start.attributes();
    let mut known = attributes.with_checks(false).filter_map(Result::ok);
    let found = known.find(|attribute| attribute.key.local_name().into_inner() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_says_what_the_one_it_rests_on_says() {
        let xml = r#"<w:styles><w:docDefaults><w:rPr><w:vanish/></w:rPr></w:docDefaults>
            <w:style w:styleId="a"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>
            <w:style w:styleId="b"><w:basedOn w:val="a"/><w:rPr><w:strike/></w:rPr></w:style>
            <w:style w:styleId="c"><w:basedOn w:val="b"/><w:rPr><w:strike w:val="0"/></w:rPr></w:style>
            <w:style w:styleId="t"><w:tblStylePr><w:rPr><w:vanish/></w:rPr></w:tblStylePr></w:style>
            <w:style w:styleId="d"><w:basedOn w:val="d"/></w:style></w:styles>"#;
        let styles = Styles::read(xml);
        let look = |name: &str| {
            let look = styles.look(name);
            (look.hidden, look.struck, look.raised)
        };
        assert_eq!(look("b"), (None, Some(true), Some(true)));
        assert_eq!(look("c"), (None, Some(false), Some(true)));
        assert_eq!([look("t"), look("d"), look("?")], [(None, None, None); 3]);
    }
}
