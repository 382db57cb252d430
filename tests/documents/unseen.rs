//! What a number in a file is not, as it is shown: in white, below something, beside another. Each changes one number of
//! a file, of which then nothing is read, and of all others what was read before.

use super::mutations::{packed, parts};
use super::ofd::{self, Drawn};
use super::round_trips::suqian;
use nianbao::inside::documents::write::{Format, write};
use nianbao::inside::documents::{Kind, read_grid, recognise};

const ODT: &[u8] = include_bytes!("files/libreoffice.odt");
const ODS: &[u8] = include_bytes!("files/libreoffice.ods");
/// A number that stands once in the report of 2023.
const NUMBER: &str = "109";
const INDICATOR: &str = "proactive_disclosure.normative_documents.issued";

/// The file with a part changed.
fn with(bytes: &[u8], part: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut parts = parts(bytes);
    for (_, content) in parts.iter_mut().filter(|(name, _)| name.contains(part)) {
        *content = change(std::str::from_utf8(content).expect("UTF-8")).into_bytes();
    }
    packed(&parts)
}

/// The element of a name around the number, as another one.
fn around(xml: &str, name: &str, change: impl Fn(&str) -> String) -> String {
    let Some(at) = xml.find(&format!(">{NUMBER}<")) else { return xml.to_owned() };
    let open = [format!("<{name} "), format!("<{name}>")];
    let from = open.iter().filter_map(|open| xml[..=at].rfind(open)).max().expect(name);
    let close = format!("</{name}>");
    let to = at + xml[at..].find(&close).expect("its end") + close.len();
    format!("{}{}{}", &xml[..from], change(&xml[from..to]), &xml[to..])
}

#[track_caller]
fn judge(kind: Kind, bytes: &[u8], is_read: bool) {
    let (grid, _) = read_grid(kind, bytes, None).expect("it is read");
    let (reading, expected) = (recognise(&grid, None), suqian(2023));
    for cell in &expected.content.form().cells {
        let (is, found) =
            (expected.content.figures.get(cell.index), reading.document.content.figures.get(cell.index));
        let is = is.filter(|_| is_read || cell.indicator() != INDICATOR);
        assert_eq!(found, is, "{kind:?} {}", cell.indicator());
    }
}

#[test]
fn lists_and_hidden_sections_of_texts_take_their_number_and_notes_do_not() {
    let with = |change: &dyn Fn(&str) -> String| {
        with(ODT, "content.xml", |xml| around(xml, "text:p", |paragraph| change(paragraph)))
    };
    let list = |inner: &str| format!("<text:list><text:list-item>{inner}</text:list-item></text:list>");
    judge(Kind::Odt, &with(&list), false);
    let section = |inner: &str| {
        format!(
            "<text:section text:name=\"s\" text:display=\"condition\" text:condition=\"ooow:1\">{inner}</text:section>"
        )
    };
    judge(Kind::Odt, &with(&section), false);
    let inside = |before: &str, behind: &str| {
        with(&|inner| inner.replace(NUMBER, &format!("{before}{NUMBER}{behind}")))
    };
    let note = "<text:note text:note-class=\"footnote\"><text:note-citation>1</text:note-citation><text:note-body>\
        <text:p>含派出机构。</text:p></text:note-body></text:note>";
    judge(Kind::Odt, &inside("", note), true);
}

#[test]
fn a_style_that_a_condition_makes_white_takes_its_number() {
    let bytes = |color: &str| {
        with(ODS, "content.xml", |xml| {
            let styles = format!(
                "<style:style style:name=\"x1\" style:family=\"table-cell\"><style:text-properties fo:color=\"{color}\"/>\
                 </style:style><style:style style:name=\"x2\" style:family=\"table-cell\"><style:map \
                 style:condition=\"cell-content()&gt;0\" style:apply-style-name=\"x1\"/></style:style></office:automatic-styles>"
            );
            let xml = xml.replacen("</office:automatic-styles>", &styles, 1);
            around(&xml, "table:table-cell", |cell| {
                cell.replacen("style-name=\"ce5\"", "style-name=\"x2\"", 1)
            })
        })
    };
    judge(Kind::Ods, &bytes("#ffffff"), false);
    judge(Kind::Ods, &bytes("#ff0000"), true);
}

#[test]
fn a_condition_that_makes_numbers_of_a_workbook_white_takes_those_it_holds_for() {
    let book = write(&suqian(2023), Format::Xlsx).expect("written").expect("bytes");
    let bytes = |kind: &str, formula: &str, color: &str| {
        let rule = format!(
            "</sheetData><conditionalFormatting sqref=\"A1:Z99\"><cfRule type=\"{kind}\" dxfId=\"0\" priority=\"1\" \
             operator=\"equal\"><formula>{formula}</formula></cfRule></conditionalFormatting>"
        );
        let look = format!("<dxfs count=\"1\"><dxf><font><color rgb=\"{color}\"/></font></dxf></dxfs>");
        let book = with(&book, "worksheets/sheet", |xml| xml.replacen("</sheetData>", &rule, 1));
        with(&book, "styles.xml", |xml| xml.replacen("<dxfs count=\"0\"/>", &look, 1))
    };
    judge(Kind::Xlsx, &bytes("cellIs", NUMBER, "FFFFFFFF"), false);
    judge(Kind::Xlsx, &bytes("cellIs", NUMBER, "FFFF0000"), true);
    judge(Kind::Xlsx, &bytes("cellIs", "-1", "FFFFFFFF"), true);
}

#[test]
fn notes_of_a_docx_leave_their_number() {
    let docx = write(&suqian(2023), Format::Docx).expect("written").expect("bytes");
    let with = |change: &dyn Fn(&str) -> String| {
        with(&docx, "word/document.xml", |xml| around(xml, "w:t", |text| change(text)))
    };
    judge(Kind::Docx, &with(&|text| format!("{text}<w:footnoteReference w:id=\"2\"/>")), true);
    let own =
        "</w:r><w:r><w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr><w:footnoteReference w:id=\"2\"/>";
    judge(Kind::Docx, &with(&|text| format!("{text}{own}")), true);
}

#[test]
fn what_a_page_draws_in_white_or_draws_otherwise_is_no_number() {
    let ofd = ofd::write(&suqian(2023), Drawn::Lines);
    let with = |change: &dyn Fn(&str) -> String| {
        with(&ofd, "Content.xml", |xml| around(xml, "ofd:TextObject", |object| change(object)))
    };
    judge(Kind::Ofd, &with(&|object| object.to_owned()), true);
    let behind = |object: &str| {
        object.replace("</ofd:TextCode>", "</ofd:TextCode><ofd:FillColor Value=\"255 255 255\"/>")
    };
    judge(Kind::Ofd, &with(&behind), false);
    let redrawn = |object: &str| {
        let glyphs = "<ofd:CGTransform CodePosition=\"0\" CodeCount=\"3\" GlyphCount=\"2\"><ofd:Glyphs>8 9</ofd:Glyphs>\
            </ofd:CGTransform><ofd:TextCode ";
        object.replace("<ofd:TextCode ", glyphs)
    };
    judge(Kind::Ofd, &with(&redrawn), false);
    let named = |object: &str| {
        object.replace("<ofd:FillColor Value=\"0 0 0\"/>", "").replace(" Font=", " DrawParam=\"7\" Font=")
    };
    for (color, is_read) in [("255 255 255", false), ("10 10 10", true)] {
        let mut parts = parts(&with(&named));
        let (_, document) =
            parts.iter_mut().find(|(name, _)| name.ends_with("Document.xml")).expect("a part");
        let told = String::from_utf8(document.clone()).expect("UTF-8");
        let told =
            told.replace("<ofd:CommonData>", "<ofd:CommonData><ofd:DocumentRes>Res.xml</ofd:DocumentRes>");
        *document = told.into_bytes();
        let res = format!(
            "<ofd:Res xmlns:ofd=\"http://www.ofdspec.org/2016\"><ofd:DrawParams><ofd:DrawParam ID=\"6\"><ofd:FillColor \
             Value=\"{color}\"/></ofd:DrawParam><ofd:DrawParam ID=\"7\" Relative=\"6\"/></ofd:DrawParams></ofd:Res>"
        );
        parts.push(("Doc_0/Res.xml".to_owned(), res.into_bytes()));
        judge(Kind::Ofd, &packed(&parts), is_read);
    }
}

#[test]
fn what_is_noted_upon_a_page_covers_what_stands_there() {
    let mut parts = parts(&ofd::write(&suqian(2023), Drawn::Lines));
    let (_, document) = parts.iter_mut().find(|(name, _)| name.ends_with("Document.xml")).expect("a part");
    let told = String::from_utf8(document.clone()).expect("UTF-8");
    let told =
        told.replace("</ofd:Pages>", "</ofd:Pages><ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>");
    *document = told.into_bytes();
    let content = |(name, content): &(String, Vec<u8>)| {
        let number =
            name.strip_prefix("Doc_0/Pages/Page_")?.strip_suffix("/Content.xml")?.parse::<usize>().ok()?;
        String::from_utf8_lossy(content).contains(">109<").then_some(number)
    };
    let page = parts.iter().find_map(content).expect("the page");
    let head = "xmlns:ofd=\"http://www.ofdspec.org/2016\"";
    let list = format!(
        "<ofd:Annotations {head}><ofd:Page PageID=\"{}\"><ofd:FileLoc>Page.xml</ofd:FileLoc></ofd:Page></ofd:Annotations>",
        page + 10
    );
    let note = format!(
        "<ofd:PageAnnot {head}><ofd:Annot ID=\"90\" Type=\"Path\"><ofd:Appearance Boundary=\"20 20 170 260\"><ofd:PathObject \
         ID=\"91\" Boundary=\"0 0 170 260\" Stroke=\"false\" Fill=\"true\"><ofd:FillColor Value=\"255 255 255\"/>\
         <ofd:AbbreviatedData>M 0 0 L 170 0 L 170 260 L 0 260 C</ofd:AbbreviatedData></ofd:PathObject></ofd:Appearance>\
         </ofd:Annot></ofd:PageAnnot>"
    );
    parts.push(("Doc_0/Annots/Annotations.xml".to_owned(), list.into_bytes()));
    parts.push(("Doc_0/Annots/Page.xml".to_owned(), note.into_bytes()));
    let (grid, _) = read_grid(Kind::Ofd, &packed(&parts), None).expect("it is read");
    let (reading, expected) = (recognise(&grid, None), suqian(2023));
    let form = expected.content.form();
    let at = form.by_indicator(INDICATOR).expect("a cell");
    assert_eq!(reading.document.content.figures.get(at), None);
    for cell in &form.cells {
        let found = reading.document.content.figures.get(cell.index);
        assert!(found.is_none() || found == expected.content.figures.get(cell.index), "{}", cell.indicator());
    }
}
