//! Where in the archive the parts of a document stand.

use crate::documents::drawn::MOST_PAGES;
use crate::documents::fault::ReadFault;
use crate::documents::xml::{Attributes, Builder, numbers, walk};

/// Most documents of a file that are read.
const MOST_DOCUMENTS: usize = 20;

/// What the document's own part says: its templates by their ids, its pages in order, the size of a page.
#[derive(Default)]
pub(super) struct Document {
    pub templates: Vec<(String, String)>,
    /// By their ids as well.
    pub pages: Vec<(String, String)>,
    /// Where it says what things are drawn with, and what was noted upon its pages.
    pub resources: Vec<String>,
    pub notes: Option<String>,
    pub size: Option<(f64, f64)>,
}

impl Document {
    pub fn read(xml: &str) -> Result<Document, ReadFault> {
        let mut reader = Reader::default();
        walk(xml, &mut reader)?;
        Ok(reader.document)
    }
}

#[derive(Default)]
struct Reader {
    open: Vec<String>,
    document: Document,
}

impl Builder for Reader {
    fn start(&mut self, _: &str, name: &str, attributes: &Attributes<'_>) -> Result<(), ReadFault> {
        let place = attributes.get("BaseLoc");
        match (name, place) {
            ("Page", Some(place)) => {
                self.document.pages.push((attributes.get("ID").unwrap_or_default(), place));
            }
            ("TemplatePage", Some(place)) => {
                self.document.templates.push((attributes.get("ID").unwrap_or_default(), place));
            }
            _ => {}
        }
        if self.document.pages.len() > MOST_PAGES || self.document.templates.len() > MOST_PAGES {
            return Err(ReadFault::TooManyElements);
        }
        self.open.push(name.to_owned());
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), ReadFault> {
        match self.open.last().map(String::as_str) {
            Some("PhysicalBox") => {
                if let [_, _, width, height] = numbers(text)[..] {
                    self.document.size.get_or_insert((width, height));
                }
            }
            Some("PublicRes" | "DocumentRes") if self.document.resources.len() < MOST_DOCUMENTS => {
                self.document.resources.push(text.trim().to_owned());
            }
            Some("Annotations") => self.document.notes = Some(text.trim().to_owned()),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ReadFault> {
        self.open.pop();
        Ok(())
    }
}

/// The places of the documents of a file, which may hold several.
pub(super) fn documents_of(root: &str) -> Result<Vec<String>, ReadFault> {
    let found = Root::read(root, "DocRoot", MOST_DOCUMENTS)?;
    let found: Vec<String> = found.into_iter().map(|(_, place)| place).collect();
    if found.is_empty() { Err(ReadFault::NoText) } else { Ok(found) }
}

/// The pages that something was noted upon, by their ids, and where that stands.
pub(super) fn notes_of(list: &str) -> Result<Vec<(String, String)>, ReadFault> {
    Root::read(list, "FileLoc", MOST_PAGES)
}

/// The places that elements of a name say, and the page that each stands in.
struct Root {
    name: &'static str,
    most: usize,
    is_open: bool,
    page: String,
    found: Vec<(String, String)>,
}

impl Root {
    fn read(xml: &str, name: &'static str, most: usize) -> Result<Vec<(String, String)>, ReadFault> {
        let mut reader = Root { name, most, is_open: false, page: String::new(), found: Vec::new() };
        walk(xml, &mut reader)?;
        Ok(reader.found)
    }
}

impl Builder for Root {
    fn start(&mut self, _: &str, name: &str, attributes: &Attributes<'_>) -> Result<(), ReadFault> {
        if name == "Page" {
            self.page = attributes.get("PageID").unwrap_or_default();
        }
        self.is_open = name == self.name && self.found.len() < self.most;
        if self.is_open {
            self.found.push((self.page.clone(), String::new()));
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), ReadFault> {
        if self.is_open {
            self.found.last_mut().into_iter().for_each(|(_, place)| place.push_str(text.trim()));
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ReadFault> {
        self.is_open = false;
        Ok(())
    }
}

pub(super) fn folder_of(place: &str) -> &str {
    place.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A place as it is said in a part of a folder.
pub(super) fn resolved(folder: &str, place: &str) -> String {
    let place = place.trim();
    match place.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        None if folder.is_empty() => place.trim_start_matches("./").to_owned(),
        // Some programs say the whole place without the mark for it.
        None if place.starts_with(&format!("{folder}/")) => place.to_owned(),
        None => format!("{folder}/{}", place.trim_start_matches("./")),
    }
}
