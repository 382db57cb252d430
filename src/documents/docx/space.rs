//! The vocabularies of a text part, by their namespaces.

use quick_xml::name::{Namespace, ResolveResult};

const WORD: [&str; 2] = [
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
];
const MATH: [&str; 2] = [
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
];
const COMPATIBILITY: &str = "http://schemas.openxmlformats.org/markup-compatibility/2006";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Word,
    Math,
    Compatibility,
    Other,
}

impl Space {
    pub fn of(resolved: &ResolveResult<'_>) -> Space {
        match resolved {
            ResolveResult::Bound(Namespace(name)) if WORD.contains(name) => Space::Word,
            ResolveResult::Bound(Namespace(name)) if MATH.contains(name) => Space::Math,
            ResolveResult::Bound(Namespace(name)) if *name == COMPATIBILITY => Space::Compatibility,
            _ => Space::Other,
        }
    }
}
