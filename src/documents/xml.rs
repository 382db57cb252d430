//! XML of office files, element by element: bounded in depth, without entities of its own.

use super::docx::package::predefined;
use super::fault::ReadFault;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

/// Deepest nesting of elements that is read.
const DEEPEST: usize = 200;

/// What reads a document's elements one after the other.
pub(super) trait Builder {
    fn start(&mut self, space: &str, name: &str, attributes: &Attributes<'_>) -> Result<(), ReadFault>;
    fn text(&mut self, text: &str) -> Result<(), ReadFault>;
    fn end(&mut self) -> Result<(), ReadFault>;
}

/// Goes through a document.
pub(super) fn walk(xml: &str, builder: &mut impl Builder) -> Result<(), ReadFault> {
    let mut reader = NsReader::from_str(xml.strip_prefix('\u{feff}').unwrap_or(xml));
    let mut depth = 0_usize;
    loop {
        let (resolved, event) = reader.read_resolved_event().map_err(|_| ReadFault::Malformed)?;
        let space = match &resolved {
            ResolveResult::Bound(Namespace(space)) => *space,
            _ => "",
        };
        match event {
            Event::Start(start) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(ReadFault::TooDeep);
                }
                builder.start(space, start.local_name().into_inner(), &Attributes(&start))?;
            }
            Event::Empty(start) => {
                builder.start(space, start.local_name().into_inner(), &Attributes(&start))?;
                builder.end()?;
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                builder.end()?;
            }
            Event::Text(text) => builder.text(&text.xml10_content())?,
            Event::CData(text) => builder.text(&text.xml10_content())?,
            Event::GeneralRef(name) => {
                let c = name.resolve_char_ref().map_err(|_| ReadFault::Malformed)?;
                let c = c.or_else(|| predefined(&name)).ok_or(ReadFault::Entities)?;
                builder.text(c.encode_utf8(&mut [0; 4]))?;
            }
            Event::DocType(_) => return Err(ReadFault::Entities),
            Event::Eof => return if depth == 0 { Ok(()) } else { Err(ReadFault::Malformed) },
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

/// The attributes of an element, by their local names.
pub(super) struct Attributes<'a>(&'a BytesStart<'a>);

impl Attributes<'_> {
    pub fn get(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        let mut known = attributes.with_checks(false).filter_map(Result::ok);
        let found = known.find(|attribute| attribute.key.local_name().into_inner() == name)?;
        Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
    }

    /// A count, 1 where none is told.
    pub fn count(&self, name: &str) -> usize {
        self.get(name).and_then(|count| count.trim().parse().ok()).unwrap_or(1).max(1)
    }

    /// Numbers parted by blanks.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        self.get(name).map(|text| numbers(&text)).unwrap_or_default()
    }

    pub fn number(&self, name: &str) -> Option<f64> {
        self.numbers(name).first().copied()
    }
}

/// The number a value begins with: `0.5cm`, `-33% 58%`.
pub(super) fn leading_number(value: &str) -> Option<f64> {
    let end = value.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c))).unwrap_or(value.len());
    value.get(..end)?.parse().ok()
}

pub(super) fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace()
        .filter_map(|word| word.parse().ok())
        .filter(|number: &f64| number.is_finite())
        .collect()
}
