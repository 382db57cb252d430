//! Kinds of documents that are read, and what their media types and names say of them.

/// Kinds of documents that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// A web page.
    Html,
    /// A page with its parts in one file.
    Mht,
    /// Values with commas, as this service writes them.
    Csv,
    /// Word since 2007 (OOXML).
    Docx,
    /// Word's of before 2007, and Kingsoft's wps.
    Doc,
    /// An OpenDocument text.
    Odt,
    /// An Excel workbook since 2007 (OOXML).
    Xlsx,
    /// Excel's of before 2007, and Kingsoft's et.
    Xls,
    /// An OpenDocument workbook.
    Ods,
    /// Fixed pages, GB/T 33190.
    Ofd,
    /// PDF with a text layer.
    Pdf,
    /// The report document in JSON.
    Json,
}

/// A kind with its short name, its media types (its own first) and the endings of its files' names.
type Names = (Kind, &'static str, &'static [&'static str], &'static [&'static str]);

const NAMES: &[Names] = &[
    (Kind::Text, "text", &["text/plain"], &["txt", "text"]),
    (Kind::Markdown, "markdown", &["text/markdown", "text/x-markdown"], &["md", "markdown"]),
    (Kind::Html, "html", &["text/html", "application/xhtml+xml"], &["html", "htm", "xhtml", "shtml"]),
    (
        Kind::Docx,
        "docx",
        &["application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
        &["docx", "docm", "dotx"],
    ),
    (
        Kind::Xlsx,
        "xlsx",
        &["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
        &["xlsx", "xlsm", "xltx"],
    ),
    (
        Kind::Mht,
        "mht",
        &["multipart/related", "message/rfc822", "application/x-mimearchive"],
        &["mht", "mhtml", "eml"],
    ),
    (
        Kind::Csv,
        "csv",
        &["text/csv", "text/tab-separated-values", "text/comma-separated-values"],
        &["csv", "tsv"],
    ),
    (
        Kind::Doc,
        "doc",
        &[
            "application/msword",
            "application/vnd.ms-works",
            "application/wps-office.wps",
            "application/kswps",
        ],
        &["doc", "wps", "dot", "wpt"],
    ),
    (Kind::Odt, "odt", &["application/vnd.oasis.opendocument.text"], &["odt", "ott"]),
    (
        Kind::Xls,
        "xls",
        &["application/vnd.ms-excel", "application/wps-office.et", "application/kset"],
        &["xls", "et", "xlt", "ett"],
    ),
    (Kind::Ods, "ods", &["application/vnd.oasis.opendocument.spreadsheet"], &["ods", "ots"]),
    (Kind::Ofd, "ofd", &["application/ofd", "application/x-ofd"], &["ofd"]),
    (Kind::Pdf, "pdf", &["application/pdf"], &["pdf"]),
    (Kind::Json, "json", &["application/json"], &["json"]),
];

impl Kind {
    /// Every kind that is read.
    pub fn all() -> impl Iterator<Item = Kind> {
        NAMES.iter().map(|(kind, ..)| *kind)
    }

    fn names(self) -> Option<&'static Names> {
        NAMES.iter().find(|(kind, ..)| *kind == self)
    }

    /// Its media type (RFC 6838), without parameters.
    pub fn media(self) -> &'static str {
        self.names().and_then(|(_, _, media, _)| media.first().copied()).unwrap_or_default()
    }

    /// The kind of a media type without parameters, in lower case.
    pub fn of_media(media: &str) -> Option<Kind> {
        NAMES.iter().find(|(_, _, known, _)| known.contains(&media)).map(|(kind, ..)| *kind)
    }

    /// By the ending of a file's name, in lower case and without its dot.
    pub fn of_ending(ending: &str) -> Option<Kind> {
        NAMES.iter().find(|(.., known)| known.contains(&ending)).map(|(kind, ..)| *kind)
    }

    /// Whether it is text, so that its bytes alone may not tell what it is.
    pub fn is_text(self) -> bool {
        matches!(self, Kind::Text | Kind::Markdown | Kind::Html | Kind::Csv | Kind::Json)
    }

    /// Short name, as the command line uses it.
    pub fn as_str(self) -> &'static str {
        self.names().map_or("", |(_, name, ..)| name)
    }

    /// The kind of a short name.
    pub fn of_name(name: &str) -> Option<Kind> {
        NAMES.iter().find(|(_, known, ..)| *known == name).map(|(kind, ..)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_kinds_share_a_name() {
        for kind in Kind::all() {
            assert_eq!(
                (Kind::of_name(kind.as_str()), Kind::of_media(kind.media())),
                (Some(kind), Some(kind))
            );
        }
        let mut endings: Vec<&str> = NAMES.iter().flat_map(|(.., endings)| *endings).copied().collect();
        let count = endings.len();
        endings.sort_unstable();
        endings.dedup();
        assert_eq!(endings.len(), count);
    }
}
