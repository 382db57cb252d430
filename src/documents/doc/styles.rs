//! The styles of a document ([MS-DOC] 2.9.271): what each says, with what the ones below it say.

use super::Numbers;
use super::look::Said;
use super::properties::Paragraph;

/// Most styles, and how deep they rest on each other.
const MOST_STYLES: usize = 4_096;
const DEEPEST: usize = 20;
/// The number of no style.
const NONE: u16 = 0xfff;

#[derive(Debug, Default)]
struct Style {
    /// The number of the one it rests on.
    below: u16,
    characters: Said,
    paragraph: Paragraph,
}

#[derive(Debug, Default)]
pub(super) struct Styles(Vec<Style>);

impl Styles {
    pub fn read(sheet: &[u8]) -> Styles {
        let mut styles = Styles::default();
        let (Some(head), Some(count), Some(base)) = (sheet.u16_at(0), sheet.u16_at(2), sheet.u16_at(4))
        else {
            return styles;
        };
        let mut at = 2 + usize::from(head);
        for _ in 0..usize::from(count).min(MOST_STYLES) {
            let Some(length) = sheet.u16_at(at).map(usize::from) else { break };
            let said = sheet.part(at + 2, length).unwrap_or_default();
            // What is empty rests on none.
            let empty = Style { below: NONE, ..Style::default() };
            styles.0.push(style(said, usize::from(base)).unwrap_or(empty));
            at += 2 + length + length % 2;
        }
        styles
    }

    fn chain(&self, number: u16) -> impl Iterator<Item = &Style> {
        let at = |number: u16| self.0.get(usize::from(number));
        std::iter::successors(at(number), move |style| at(style.below)).take(DEEPEST)
    }

    /// What a style says of characters.
    pub fn characters(&self, number: u16) -> Said {
        let mut chain: Vec<Said> = self.chain(number).map(|style| style.characters).collect();
        // From the lowest: what says that it is not as the style says looks below.
        let mut said = chain.pop().unwrap_or_default();
        while let Some(over) = chain.pop() {
            said = over.over(said);
        }
        said
    }

    /// What a style says of a paragraph, where the paragraph itself says nothing.
    pub fn fill_in(&self, paragraph: &mut Paragraph) {
        for style in self.chain(paragraph.style) {
            paragraph.paper = paragraph.paper.or(style.paragraph.paper);
            paragraph.list = paragraph.list.or(style.paragraph.list);
        }
    }
}

fn style(said: &[u8], base: usize) -> Option<Style> {
    let (kind, below) = (said.u16_at(2)? & 0xf, said.u16_at(2)? >> 4);
    let name = usize::from(said.u16_at(base)?);
    // Behind the name and the nought that ends it.
    let mut at = base + 2 + (name + 1) * 2;
    let mut next = || {
        let part = said.part(at + 2, usize::from(said.u16_at(at)?))?;
        at += 2 + part.len() + part.len() % 2;
        Some(part)
    };
    let mut style = Style { below, ..Style::default() };
    match kind {
        1 => {
            // Behind its own number.
            style.paragraph.take(next()?.get(2..).unwrap_or_default(), &[], 0);
            style.characters = next().map(Said::of).unwrap_or_default();
        }
        2 => style.characters = Said::of(next()?),
        _ => {}
    }
    Some(style)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A style of a kind over another, with its parts.
    fn style(kind: u16, below: u16, parts: &[&[u8]]) -> Vec<u8> {
        let mut said = vec![0, 0];
        said.extend((kind | below << 4).to_le_bytes());
        said.extend([0; 6]);
        said.extend([1, 0, b'a', 0, 0, 0]);
        for part in parts {
            said.extend([u8::try_from(part.len()).expect("short"), 0]);
            said.extend(*part);
            said.extend(vec![0; part.len() % 2]);
        }
        let mut whole = u16::try_from(said.len()).expect("short").to_le_bytes().to_vec();
        whole.extend(said);
        whole
    }

    #[test]
    fn a_style_says_what_the_ones_below_it_say() {
        let mut sheet = vec![4, 0, 5, 0, 10, 0];
        sheet.extend(style(1, 0xfff, &[&[0, 0, 0x0b, 0x46, 3, 0], &[0x37, 8, 1]]));
        sheet.extend([0, 0]);
        sheet.extend(style(1, 0, &[&[2, 0, 0x2d, 0x44, 1, 4], &[]]));
        sheet.extend(style(2, 0xfff, &[&[0x48, 0x2a, 1]]));
        sheet.extend(style(2, 4, &[&[0x37, 8, 1]]));
        let styles = Styles::read(&sheet);
        let look = |number: u16| styles.characters(number).characters(None);
        assert_eq!([0, 1, 2, 3, 9].map(|number| look(number).struck), [true, false, true, false, false]);
        assert!(look(3).raised && look(4).struck, "one that rests on itself ends");
        let mut paragraph = Paragraph { style: 2, ..Paragraph::default() };
        styles.fill_in(&mut paragraph);
        assert!(paragraph.paper.is_some() && paragraph.is_numbered());
    }
}
