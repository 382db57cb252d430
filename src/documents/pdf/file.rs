//! The sheets as a file: glyphs, the part of the font they need, and the objects of a PDF.

use super::PdfFault;
use super::font::{DATA, Drawn, FACE, Font, NAME};
use super::page::{HEIGHT, MARGIN, Mark, WIDTH};
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use subsetter::GlyphRemapper;

const FOOTER: f32 = 10.5;
/// The lines of tables.
const STROKE: f32 = 0.5;
/// How hard streams are compressed, out of ten.
const EFFORT: u8 = 6;
/// The font's name on every page.
const RESOURCE: Name<'static> = Name(b"F1");
const IDENTITY: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Writes the sheets down, each with its number.
pub(super) fn write(
    font: &Font,
    sheets: &[Vec<Mark>],
    title: &str,
    author: Option<&str>,
) -> Result<Vec<u8>, PdfFault> {
    let count = i32::try_from(sheets.len()).map_err(|_| PdfFault::TooLong)?;
    let mut glyphs = Glyphs { font, remapper: GlyphRemapper::new(), characters: BTreeMap::new() };
    let contents: Vec<Vec<u8>> =
        (1i32..).zip(sheets).map(|(number, sheet)| content(&mut glyphs, sheet, number)).collect();

    let mut hash = Sha256::new();
    hash.update(title.as_bytes());
    contents.iter().for_each(|content| hash.update(content));
    let hash: Vec<u8> = hash.finalize().to_vec();

    let mut pdf = Pdf::new();
    let mut next = Ref::new(1);
    let (catalog, tree, info) = (next.bump(), next.bump(), next.bump());
    let font_ids = FontIds::take(&mut next);
    let pages: Vec<(Ref, Ref)> = contents.iter().map(|_| (next.bump(), next.bump())).collect();

    let mut root = pdf.catalog(catalog);
    root.pages(tree).lang(TextStr("zh-CN"));
    root.viewer_preferences().display_doc_title(true);
    root.finish();
    let mut about = pdf.document_info(info);
    about.title(TextStr(title)).creator(TextStr("nianbao"));
    if let Some(author) = author {
        about.author(TextStr(author));
    }
    about.finish();
    pdf.pages(tree).kids(pages.iter().map(|(page, _)| *page)).count(count);
    for ((page, content), bytes) in pages.iter().zip(&contents) {
        let mut sheet = pdf.page(*page);
        sheet.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).parent(tree).contents(*content);
        sheet.resources().fonts().pair(RESOURCE, font_ids.font);
        sheet.finish();
        pdf.stream(*content, &pressed(bytes)).filter(Filter::FlateDecode);
    }
    write_font(&mut pdf, &font_ids, &glyphs, &hash)?;
    let id: Vec<u8> = hash.into_iter().take(16).collect();
    pdf.set_file_id((id.clone(), id));
    Ok(pdf.finish())
}

fn pressed(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, EFFORT)
}

/// The glyphs that are used, numbered as they come.
struct Glyphs<'f> {
    font: &'f Font,
    remapper: GlyphRemapper,
    /// What each glyph stands for when text is searched or copied.
    characters: BTreeMap<u16, char>,
}

impl Glyphs<'_> {
    fn number(&mut self, glyph: u16, character: char) -> [u8; 2] {
        let number = self.remapper.remap(glyph);
        self.characters.entry(number).or_insert(character);
        number.to_be_bytes()
    }

    /// Shows a line; a character without a glyph stays in the file under its stand-in.
    fn show(&mut self, content: &mut Content, text: &str) {
        let mut run: Vec<u8> = Vec::new();
        for character in text.chars() {
            match self.font.drawn(character) {
                Drawn::Itself(glyph) => run.extend(self.number(glyph, character)),
                Drawn::StandIn(glyph) => {
                    show_run(content, &mut run);
                    let mut buffer = [0; 4];
                    let mut span = content.begin_marked_content_with_properties(Name(b"Span"));
                    span.properties().actual_text(TextStr(character.encode_utf8(&mut buffer)));
                    span.finish();
                    content.show(Str(&self.number(glyph, '〓')));
                    content.end_marked_content();
                }
            }
        }
        show_run(content, &mut run);
    }
}

fn show_run(content: &mut Content, run: &mut Vec<u8>) {
    if !run.is_empty() {
        content.show(Str(run));
        run.clear();
    }
}

fn content(glyphs: &mut Glyphs<'_>, sheet: &[Mark], number: i32) -> Vec<u8> {
    let mut content = Content::new();
    content.set_line_width(STROKE);
    for mark in sheet {
        match mark {
            Mark::Text { x, y, size, spacing, text } => {
                show(&mut content, glyphs, (*x, *y), *size, *spacing, text);
            }
            Mark::Frame { x, y, width, height } => {
                content.rect(short(*x), short(HEIGHT - y - height), short(*width), short(*height)).stroke();
            }
        }
    }
    let footer = format!("— {number} —");
    let x = (WIDTH - glyphs.font.width(&footer, FOOTER)) / 2.0;
    show(&mut content, glyphs, (x, HEIGHT - MARGIN * 0.6), FOOTER, 0.0, &footer);
    content.finish().into_vec()
}

fn show(
    content: &mut Content,
    glyphs: &mut Glyphs<'_>,
    (x, y): (f32, f32),
    size: f32,
    spacing: f32,
    text: &str,
) {
    content.begin_text().set_font(RESOURCE, size).set_char_spacing(spacing);
    content.next_line(short(x), short(HEIGHT - y));
    glyphs.show(content, text);
    content.end_text();
}

/// Hundredths of a point are finer than any printer.
fn short(points: f32) -> f32 {
    (points * 100.0).round() / 100.0
}

struct FontIds {
    font: Ref,
    descendant: Ref,
    descriptor: Ref,
    program: Ref,
    to_unicode: Ref,
}

impl FontIds {
    fn take(next: &mut Ref) -> FontIds {
        FontIds {
            font: next.bump(),
            descendant: next.bump(),
            descriptor: next.bump(),
            program: next.bump(),
            to_unicode: next.bump(),
        }
    }
}

fn write_font(pdf: &mut Pdf, ids: &FontIds, glyphs: &Glyphs<'_>, hash: &[u8]) -> Result<(), PdfFault> {
    let program = subsetter::subset(DATA, FACE, &glyphs.remapper).map_err(|_| PdfFault::Subset)?;
    let length = i32::try_from(program.len()).map_err(|_| PdfFault::TooLong)?;
    // Six capitals mark a font of which a part is embedded.
    let tag: String = hash.iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect();
    let name = format!("{tag}+{NAME}");
    let name = Name(name.as_bytes());

    pdf.type0_font(ids.font)
        .base_font(name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(ids.descendant)
        .to_unicode(ids.to_unicode);
    let mut descendant = pdf.cid_font(ids.descendant);
    descendant
        .subtype(CidFontType::Type2)
        .base_font(name)
        .system_info(IDENTITY)
        .font_descriptor(ids.descriptor)
        .default_width(1000.0)
        .cid_to_gid_map_predefined(Name(b"Identity"));
    let widths = glyphs.remapper.remapped_gids().map(|glyph| short(glyphs.font.glyph_advance(glyph)));
    descendant.widths().consecutive(0, widths);
    descendant.finish();

    let measures = glyphs.font.measures();
    let [left, bottom, right, top] = measures.bounds.map(short);
    pdf.font_descriptor(ids.descriptor)
        .name(name)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(left, bottom, right, top))
        .italic_angle(0.0)
        .ascent(short(measures.ascent))
        .descent(short(measures.descent))
        .cap_height(short(measures.capitals))
        .stem_v(80.0)
        .font_file2(ids.program);
    pdf.stream(ids.program, &pressed(&program)).filter(Filter::FlateDecode).pair(Name(b"Length1"), length);
    let mut cmap = UnicodeCmap::new(Name(b"Adobe-Identity-UCS"), IDENTITY);
    for (glyph, character) in &glyphs.characters {
        cmap.pair(*glyph, *character);
    }
    pdf.cmap(ids.to_unicode, &pressed(cmap.finish().as_slice())).filter(Filter::FlateDecode);
    Ok(())
}
