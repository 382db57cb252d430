//! Pages saved as one file (mht): the page among its parts, with the styles and frames that stand in others.

mod parts;

use super::decode;
use super::fault::ReadFault;
use super::grid::Grid;
use super::html::{self, Beside, HtmlFault};
use parts::Part;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use url::Url;

/// How Excel marks a sheet that it does not show.
const HIDDEN: [&str; 2] = ["<x:visible>sheethidden", "<x:visible>sheetveryhidden"];

/// Deepest nesting of frames in frames.
const DEEPEST: usize = 8;
/// Most styles that all pages of a file ask for, in bytes.
const MOST_STYLES: usize = 32 << 20;

/// Reads the page into a grid, in the charset that is named or the one its part says; also tells which.
pub fn read(bytes: &[u8], charset: Option<&str>) -> Result<(Grid, &'static str), ReadFault> {
    let (parts, page) = parts::parts(bytes)?;
    let file = File::of(parts, page);
    let part = file.parts.get(page).ok_or(ReadFault::NoText)?;
    let (text, charset) = html::decoded(&part.bytes()?, charset.or(part.charset.as_deref()))?;
    let grid = html::read_beside(&text, &file.page(page, 0))?;
    // Without a style nobody knows what is seen.
    if file.styles_left.get() == 0 { Err(ReadFault::TooManyElements) } else { Ok((grid, charset)) }
}

/// What a part is to a page that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Role {
    Page,
    Style,
}

/// A file with its parts, and the numbers of the pages that are read: each once.
struct File<'m> {
    parts: Vec<Part<'m>>,
    /// The parts by their own names and by their places.
    named: HashMap<(Role, String), usize>,
    /// By the names of their files; `None` where there are several.
    by_file: HashMap<(Role, String), Option<usize>>,
    read: RefCell<HashSet<usize>>,
    styles_left: Cell<usize>,
}

/// A page, and what stands beside it.
struct Page<'f, 'm> {
    file: &'f File<'m>,
    location: Option<Url>,
    depth: usize,
    styles: RefCell<HashSet<usize>>,
}

/// A place as all write it: with what is no ASCII in it coded.
fn normal(place: &str) -> String {
    Url::parse(place).map_or_else(|_| place.to_owned(), String::from)
}

fn file_name(place: &str) -> String {
    place.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase()
}

impl<'m> File<'m> {
    fn of(parts: Vec<Part<'m>>, page: usize) -> File<'m> {
        let (mut named, mut by_file) = (HashMap::new(), HashMap::new());
        for (number, part) in parts.iter().enumerate() {
            let role = match part.media.as_str() {
                "text/css" => Role::Style,
                _ if part.is_page() => Role::Page,
                _ => continue,
            };
            if let Some(id) = &part.id {
                named.entry((role, format!("cid:{id}"))).or_insert(number);
            }
            if let Some(place) = &part.location {
                named.entry((role, normal(place))).or_insert(number);
                let alike = by_file.entry((role, file_name(place)));
                alike.and_modify(|known| *known = None).or_insert(Some(number));
            }
        }
        let read = RefCell::new(HashSet::from([page]));
        File { parts, named, by_file, read, styles_left: Cell::new(MOST_STYLES) }
    }

    fn page(&self, number: usize, depth: usize) -> Page<'_, 'm> {
        let location = self.parts.get(number).and_then(|part| part.location.as_deref());
        let location = location.and_then(|location| Url::parse(location).ok());
        Page { file: self, location, depth, styles: RefCell::default() }
    }
}

impl Page<'_, '_> {
    /// The part that a link names: by its own name, by its place, or else by the only such file name there is.
    fn find(&self, link: &str, role: Role) -> Option<usize> {
        let link: String = link.split('#').next().unwrap_or_default().split_whitespace().collect();
        if link.is_empty() {
            return None;
        }
        let whole = self.location.as_ref().and_then(|page| page.join(&link).ok());
        let known = |name: String| self.file.named.get(&(role, name)).copied();
        let by_name = known(link.clone()).or_else(|| known(normal(&link)));
        let by_name = by_name.or_else(|| known(whole?.into()));
        let by_file = || self.file.by_file.get(&(role, file_name(&link))).copied().flatten();
        by_name.or_else(|| by_file().filter(|_| !link.starts_with("cid:")))
    }
}

impl Beside for Page<'_, '_> {
    fn style(&self, link: &str) -> Option<String> {
        let number = self.find(link, Role::Style)?;
        let part = self.file.parts.get(number)?;
        if !self.styles.borrow_mut().insert(number) {
            return None;
        }
        let bytes = part.bytes().ok()?;
        let left = self.file.styles_left.get().saturating_sub(bytes.len());
        self.file.styles_left.set(left);
        if left == 0 {
            return None;
        }
        let text = decode(&bytes, part.charset.as_deref()).map(|(text, _)| text);
        Some(text.unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn frame(&self, link: &str) -> Option<Result<Grid, HtmlFault>> {
        let number = self.find(link, Role::Page).filter(|_| self.depth < DEEPEST)?;
        let part = self.file.parts.get(number)?;
        if !self.file.read.borrow_mut().insert(number) {
            return None;
        }
        let (text, _) = html::decoded(&part.bytes().ok()?, part.charset.as_deref()).ok()?;
        let small = text.to_ascii_lowercase();
        if HIDDEN.iter().any(|mark| small.contains(mark)) {
            return None;
        }
        Some(html::read_beside(&text, &self.file.page(number, self.depth + 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::grid::Block;
    use super::*;

    fn texts(file: &str) -> Vec<String> {
        let blocks = read(file.as_bytes(), None).map(|(grid, _)| grid.blocks).unwrap_or_default();
        let texts = blocks.into_iter().flat_map(|block| match block {
            Block::Paragraph { text, .. } => vec![text],
            Block::Table { rows } => rows.into_iter().flatten().map(|cell| cell.text).collect(),
        });
        texts.collect()
    }

    fn file(parts: &[(&str, &str)]) -> String {
        let parts = parts.iter().map(|(head, text)| format!("--b\n{head}\n\n{text}\n"));
        let parts: String = parts.collect();
        format!("MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n{parts}--b--\n")
    }

    #[test]
    fn the_page_is_found_among_the_parts_and_decoded() {
        let file = "MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary=\"A B\"\r\n\r\n\
            preamble\r\n--A B\r\nContent-Type: image/png\r\n\r\nx\r\n--A B\r\n\
            Content-Type: text/html; charset=\"gb2312\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
            <p>=D7=DC=\r\n=BC=C6 3=3D3</p>\r\n--A B--\r\n";
        assert_eq!(texts(file), ["总计 3=3"]);
        assert!(read(b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nx", None).is_err());
    }

    #[test]
    fn styles_of_other_parts_hold() {
        let page = "<link rel=Stylesheet href='cid:css-1@x'><style>@import url(a.css);</style>\
            <table><tr><td><b class=old>9</b><i class=gone>8</i>7</td><td>1</td></tr></table>";
        let file = file(&[
            ("Content-Type: text/html\nContent-Location: http://x/y/index.html", page),
            ("Content-Type: text/css\nContent-Location: cid:css-1@x", ".old{display:none}"),
            ("Content-Type: text/css\nContent-Location: http://x/y/a.css", ".gone{display:none}"),
        ]);
        assert_eq!(texts(&file), ["7", "1"]);
    }

    #[test]
    fn frames_are_read_in_their_places_and_each_once() {
        let book = "<html><head><link id=shLink href='a.files/sheet001.htm'><link id=shLink \
            href='a.files/sheet002.htm'><link id=shLink href='a.files/sheet003.htm'></head><frameset><frame \
            src='a.files/sheet001.htm'><frame src='a.files/none.htm'></frameset></html>";
        let sheet =
            |name: &str| format!("Content-Type: text/html\nContent-Location: file:///C:/a.files/{name}");
        let file_of_sheets = file(&[
            ("Content-Type: text/html\nContent-Location: file:///C:/a.htm", book),
            (&sheet("sheet001.htm"), "<p>一<iframe src='../a.htm'></iframe></p>"),
            (&sheet("sheet002.htm"), "<p>二</p>"),
            (&sheet("sheet003.htm"), "<!--<x:Visible>SheetHidden</x:Visible>--><p>三</p>"),
        ]);
        assert_eq!(texts(&file_of_sheets), ["一", "二"]);
        let page = "<p>甲</p><iframe src='cid:f@x'></iframe><p>乙</p><iframe src='cid:f@x' hidden></iframe>";
        let file = file(&[
            ("Content-Type: text/html", page),
            ("Content-Type: text/html\nContent-ID: <f@x>", "<p>中</p>"),
        ]);
        assert_eq!(texts(&file), ["甲", "中", "乙"]);
    }
}
