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
    pub pages: Vec<String>,
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
            ("Page", Some(place)) => self.document.pages.push(place),
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
        if self.open.last().is_some_and(|name| name == "PhysicalBox")
            && let [_, _, width, height] = numbers(text)[..]
        {
            self.document.size.get_or_insert((width, height));
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
    #[derive(Default)]
    struct Root {
        is_open: bool,
        found: Vec<String>,
    }
    impl Builder for Root {
        fn start(&mut self, _: &str, name: &str, _: &Attributes<'_>) -> Result<(), ReadFault> {
            self.is_open = name == "DocRoot" && self.found.len() < MOST_DOCUMENTS;
            if self.is_open {
                self.found.push(String::new());
            }
            Ok(())
        }

        fn text(&mut self, text: &str) -> Result<(), ReadFault> {
            if self.is_open {
                self.found.last_mut().into_iter().for_each(|place| place.push_str(text.trim()));
            }
            Ok(())
        }

        fn end(&mut self) -> Result<(), ReadFault> {
            self.is_open = false;
            Ok(())
        }
    }
    let mut reader = Root::default();
    walk(root, &mut reader)?;
    if reader.found.is_empty() { Err(ReadFault::NoText) } else { Ok(reader.found) }
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
