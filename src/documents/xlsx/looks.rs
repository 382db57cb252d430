//! How a workbook's cells look: struck out, lost in their paper, shown as another number than they keep, with raised
//! figures in a text.

use super::Rows;
use super::shown::{attribute, name_of};
use crate::documents::color::{Color, Paper, is_lost, is_too_small, unseen};
use crate::documents::number_format::{Condition, hides_nothing, is_plain, known, pointed, without_colors};
use crate::documents::palette::Palette;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

/// Most looks that are kept, and most texts.
pub(super) const MOST: usize = 100_000;

/// A look that changes what a reader sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::documents) struct Look {
    pub struck: bool,
    /// Nobody sees its text.
    pub lost: bool,
    /// The code of the format of numbers, if it is not the usual one.
    pub format: Option<String>,
}

impl Look {
    pub fn new(font: Font, paper: Option<Paper>, format: Option<&str>) -> Look {
        // What a format shows in white is seen on paper of another colour.
        let loses_white = is_lost(Some(Color::WHITE), paper);
        let format = format.map(|code| if loses_white { code.to_owned() } else { without_colors(code) });
        Look {
            struck: font.struck,
            lost: font.is_lost(paper),
            format: format.filter(|code| !hides_nothing(code)),
        }
    }

    /// Whether it changes nothing.
    pub fn is_usual(&self) -> bool {
        *self == Look::default()
    }

    /// The text of a cell with what is seen of it besides: no number is made of it then.
    fn of(&self, text: &str) -> Option<String> {
        if self.struck {
            return Some(format!("~~{text}"));
        }
        let number = text.parse().ok()?;
        if self.lost {
            return Some(format!("{text} [白字]"));
        }
        let code = self.format.as_deref()?;
        (!is_plain(code, number)).then(|| pointed(code, number).unwrap_or_else(|| format!("{text} [{code}]")))
    }
}

/// Marks the cells of a sheet whose looks change what is seen.
pub(in crate::documents) fn mark(rows: &mut Rows, looks: &HashMap<(u32, u32), Look>) {
    for ((row, column), look) in looks {
        let cell = rows.get_mut(row).and_then(|row| row.get_mut(column));
        if let Some(text) = cell
            && let Some(marked) = look.of(text)
        {
            *text = marked;
        }
    }
}

/// What a condition hides of a cell: where it holds, nobody sees its number.
#[derive(Debug)]
pub(super) struct Hiding {
    /// `None` where nobody works it out.
    pub condition: Option<Condition>,
}

impl Hiding {
    /// Marks a number that may be hidden.
    pub fn mark(&self, text: &mut String) {
        let number = text.parse::<f64>().ok();
        if let Some(number) =
            number.filter(|number| self.condition.is_none_or(|condition| condition.holds(*number)))
        {
            *text = format!("{number} [条件格式]");
        }
    }
}

/// The colours of a workbook, as its styles and its theme tell them.
pub(super) fn palette(styles: &str, theme: &str) -> Palette {
    let (mut palette, mut index, mut open) = (Palette::default(), 0, Vec::<String>::new());
    each(styles, |event| match event {
        Seen::Start(start, empty) => {
            let name = name_of(start);
            if name == "rgbColor" && open.last().is_some_and(|name| name == "indexedColors") {
                let color = attribute(start, "rgb").and_then(|rgb| Color::of(&rgb));
                color.into_iter().for_each(|color| palette.change(index, color));
                index = index.saturating_add(1);
            }
            if !empty {
                open.push(name.to_owned());
            }
        }
        Seen::End => drop(open.pop()),
        Seen::Text(_) => {}
    });
    open.clear();
    each(theme, |event| match event {
        Seen::Start(start, empty) => {
            let name = name_of(start);
            let said = match name {
                "sysClr" => attribute(start, "lastClr"),
                "srgbClr" => attribute(start, "val"),
                _ => None,
            };
            if let [.., scheme, of] = open.as_slice()
                && scheme == "clrScheme"
                && let Some(color) = said.and_then(|said| Color::of(&said))
            {
                palette.theme(of, color);
            }
            if !empty {
                open.push(name.to_owned());
            }
        }
        Seen::End => drop(open.pop()),
        Seen::Text(_) => {}
    });
    palette
}

/// The looks that cells wear where a condition holds, and whether each hides a number.
pub(super) fn hidings(styles: &str, palette: &Palette) -> Vec<bool> {
    let (mut hidings, mut open) = (Vec::new(), Vec::<String>::new());
    let (mut font, mut paper, mut code) = (Font::default(), None, None);
    each(styles, |event| match event {
        Seen::Start(start, empty) => {
            let name = name_of(start);
            match (open.iter().any(|name| name == "dxfs"), name) {
                (true, "dxf") => (font, paper, code) = (Font::default(), None, None),
                (true, "strike") => {
                    font.struck = !matches!(attribute(start, "val").as_deref(), Some("0" | "false"));
                }
                (true, "color") if open.last().is_some_and(|name| name == "font") => {
                    font.ink = Some(color(start, palette));
                }
                (true, "bgColor") => {
                    paper =
                        Some(Paper::of(Some(color(start, palette)).filter(|color| *color != Color::OTHER)));
                }
                (true, "numFmt") => code = attribute(start, "formatCode"),
                _ => {}
            }
            match empty {
                true if name == "dxf" && hidings.len() < MOST => hidings.push(false),
                true => {}
                false => open.push(name.to_owned()),
            }
        }
        Seen::End => {
            if open.pop().as_deref() == Some("dxf") && hidings.len() < MOST {
                hidings.push(!Look::new(font, paper, code.as_deref()).is_usual());
            }
        }
        Seen::Text(_) => {}
    });
    hidings
}

/// The looks of a workbook by their numbers.
pub(super) fn looks(styles: &str, palette: &Palette) -> Vec<Look> {
    let (mut formats, mut looks) = (HashMap::<u16, String>::new(), Vec::new());
    let (mut fonts, mut fills) = (Vec::<Font>::new(), Vec::<Option<Paper>>::new());
    let mut open: Vec<String> = Vec::new();
    each(styles, |event| match event {
        Seen::Start(start, empty) => {
            let name = name_of(start);
            let number = |name: &str| attribute(start, name)?.parse::<u16>().ok();
            // What is only worn where a condition holds is no cell's own.
            let is_own = !open.iter().any(|name| name == "dxfs");
            match (open.last().map(String::as_str).filter(|_| is_own), name) {
                (_, "numFmt") => formats.extend(number("numFmtId").zip(attribute(start, "formatCode"))),
                (Some("fonts"), "font") if fonts.len() < MOST => fonts.push(Font::default()),
                (Some("font"), "strike") => {
                    let on = !matches!(attribute(start, "val").as_deref(), Some("0" | "false"));
                    fonts.last_mut().into_iter().for_each(|last| last.struck = on);
                }
                (Some("font"), "color") => {
                    fonts.last_mut().into_iter().for_each(|last| last.ink = Some(color(start, palette)));
                }
                (Some("font"), "sz") => {
                    fonts.last_mut().into_iter().for_each(|last| last.small = is_small(start));
                }
                (Some("fills"), "fill") if fills.len() < MOST => fills.push(None),
                (Some("fill"), "gradientFill") => {
                    fills.last_mut().into_iter().for_each(|last| *last = Some(Paper::Some));
                }
                (Some("fill"), "patternFill") => {
                    let kind = attribute(start, "patternType");
                    let is_plain = matches!(kind.as_deref(), None | Some("none" | "solid"));
                    let paper = if is_plain { None } else { Some(Paper::Some) };
                    fills.last_mut().into_iter().for_each(|last| *last = paper);
                }
                (Some("patternFill"), "fgColor") => {
                    let paper = Paper::of(Some(color(start, palette)).filter(|color| *color != Color::OTHER));
                    fills.last_mut().into_iter().for_each(|last| *last = last.or(Some(paper)));
                }
                (Some("cellXfs"), "xf") if looks.len() < MOST => {
                    let format = number("numFmtId").unwrap_or_default();
                    let code = formats.get(&format).map(String::as_str).or_else(|| known(format));
                    let of = |name: &str| number(name).map(usize::from).unwrap_or_default();
                    let font = fonts.get(of("fontId")).copied().unwrap_or_default();
                    let paper = fills.get(of("fillId")).copied().flatten();
                    looks.push(Look::new(font, paper, code));
                }
                _ => {}
            }
            if !empty {
                open.push(name.to_owned());
            }
        }
        Seen::End => drop(open.pop()),
        Seen::Text(_) => {}
    });
    looks
}

/// What a font does to the text it is of.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::documents) struct Font {
    pub struck: bool,
    pub raised: bool,
    pub small: bool,
    pub ink: Option<Color>,
}

impl Font {
    /// Whether nobody sees its text on this paper.
    pub fn is_lost(self, paper: Option<Paper>) -> bool {
        self.small || is_lost(self.ink, paper)
    }

    /// What goes before a piece of text in this font: no figure of it is one with its neighbours.
    pub fn mark(self, piece: &str, paper: Option<Paper>) -> &'static str {
        match self {
            _ if self.is_lost(paper) => unseen(piece),
            Font { struck: true, .. } => "~~",
            Font { raised: true, .. } => "^",
            _ => "",
        }
    }
}

fn is_small(said: &BytesStart<'_>) -> bool {
    let size = attribute(said, "val").and_then(|size| size.parse().ok());
    size.is_some_and(is_too_small)
}

/// A colour: by its parts, by its index, or of the theme.
fn color(said: &BytesStart<'_>, palette: &Palette) -> Color {
    let number = |name: &str| attribute(said, name)?.parse::<u16>().ok();
    let plain = attribute(said, "rgb").and_then(|rgb| Color::of(&rgb));
    let color = plain
        .or_else(|| palette.indexed(number("indexed")?))
        .or_else(|| palette.themed(number("theme")?))
        .unwrap_or(Color::OTHER);
    let tint = attribute(said, "tint").and_then(|tint| tint.parse().ok());
    tint.map_or(color, |by| color.tinted(by))
}

/// Texts with figures in them that are raised, struck out or not seen, by what they are without their looks; one more
/// than [`MOST`] where there are more than are kept.
pub(super) fn marked(xml: &str, palette: &Palette) -> HashMap<String, String> {
    let mut found = HashMap::new();
    let mut open: Vec<String> = Vec::new();
    let (mut plain, mut seen, mut font) = (String::new(), String::new(), Font::default());
    each(xml, |event| match event {
        Seen::Start(start, empty) => {
            let name = name_of(start);
            match name {
                "si" | "is" => (plain, seen, font) = (String::new(), String::new(), Font::default()),
                "r" => font = Font::default(),
                "vertAlign" => {
                    font.raised = attribute(start, "val").is_some_and(|value| value != "baseline");
                }
                "color" if open.iter().any(|name| name == "r") => font.ink = Some(color(start, palette)),
                "sz" if open.iter().any(|name| name == "r") => font.small = is_small(start),
                "strike" => {
                    font.struck = !matches!(attribute(start, "val").as_deref(), Some("0" | "false"));
                }
                _ => {}
            }
            if !empty {
                open.push(name.to_owned());
            }
        }
        Seen::Text(text) => {
            let is_read = open.iter().any(|name| name == "rPh");
            if open.last().is_some_and(|name| name == "t") && !is_read {
                plain.push_str(&text);
                seen.push_str(font.mark(&text, None));
                (font.struck, font.raised) = (false, false);
                seen.push_str(&text);
            }
        }
        Seen::End => {
            let ended = open.pop();
            if matches!(ended.as_deref(), Some("si" | "is")) && plain != seen && found.len() <= MOST {
                found.insert(plain.trim().to_owned(), seen.trim().to_owned());
            }
        }
    });
    found
}

enum Seen<'e, 's> {
    /// An element, and whether it ends at once.
    Start(&'e BytesStart<'s>, bool),
    Text(String),
    End,
}

/// Goes through a part up to its first fault.
fn each(xml: &str, mut see: impl FnMut(Seen<'_, '_>)) {
    let mut reader = Reader::from_str(xml.strip_prefix('\u{feff}').unwrap_or(xml));
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => see(Seen::Start(&start, false)),
            Ok(Event::Empty(start)) => see(Seen::Start(&start, true)),
            Ok(Event::Text(text)) => see(Seen::Text(text.xml10_content().into_owned())),
            Ok(Event::End(_)) => see(Seen::End),
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_that_change_what_is_seen_are_known_by_their_numbers() {
        let styles = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="0.00,"/></numFmts>
            <fonts><font><b/></font><font><strike/></font><font><color theme="0"/></font><font/></fonts>
            <fills><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="solid"><fgColor
            rgb="FF1F4E79"/><bgColor rgb="FFFFFFFF"/></patternFill></fill></fills><dxfs><dxf><font><strike/></font></dxf></dxfs>
            <cellStyleXfs><xf numFmtId="9" fontId="1"/></cellStyleXfs>
            <cellXfs><xf numFmtId="0" fontId="0"/><xf numFmtId="164" fontId="0"/><xf numFmtId="9" fontId="1"/>
            <xf numFmtId="0" fontId="2" fillId="0"/><xf numFmtId="0" fontId="2" fillId="1"/><xf
            numFmtId="0" fontId="3"/></cellXfs></styleSheet>"#;
        let looks = looks(styles, &palette(styles, ""));
        let shown: Vec<Option<String>> = looks.iter().map(|look| look.of("12")).collect();
        let marked = ["12 [0.00,]", "~~12", "12 [白字]"].map(|text| Some(text.to_owned()));
        let [thousands, struck, white] = marked;
        assert_eq!(shown, [None, thousands, struck, white, None, None]);
        // Labels in white stand on what a table's own style fills.
        assert!(looks.iter().skip(3).all(|look| look.of("总计").is_none()));
    }

    #[test]
    fn figures_of_two_looks_in_a_text_are_marked() {
        let xml = "<sst><si><t>规章</t></si><si><r><t>5</t></r><r><rPr><vertAlign val=\"superscript\"/></rPr><t>1</t></r>\
            <rPh><t>x</t></rPh></si></sst>";
        assert_eq!(marked(xml, &Palette::default()), HashMap::from([("51".to_owned(), "5^1".to_owned())]));
    }
}
