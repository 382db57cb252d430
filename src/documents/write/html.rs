//! A report as a page of its own: escaped, without script, ready for print on A4 and for screen readers.

use crate::documents::layout::{LaidCell, layout};
use crate::documents::particulars::lines as particulars;
use crate::documents::printed::{heading, paragraphs, sections, signature, title};
use crate::domain::report::ReportDocument;
use std::fmt::Write;

const STYLE: &str = "@page{size:A4;margin:2.5cm}body{font-family:FangSong,'仿宋_GB2312',serif;line-height:1.75;\
max-width:50em;margin:2em auto;padding:0 1em;color:#000;background:#fff}h1{text-align:center;font-size:1.5em}\
h2{font-size:1.2em}p{text-indent:2em;margin:0}table{border-collapse:collapse;width:100%;margin:.5em 0;font-size:.85em}\
th,td{border:1px solid #000;padding:.25em;text-align:center}th{font-weight:normal}\
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}tr{break-inside:avoid}.signature p{text-align:right;text-indent:0}";

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Writes the page.
pub fn write(document: &ReportDocument) -> String {
    let title = escaped(&title(document));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    );
    for line in particulars(document) {
        let _ = writeln!(page, "<p>{}</p>", escaped(&line));
    }
    for (at, section, state) in sections(document) {
        let head = escaped(&heading(section, state));
        let _ = writeln!(page, "<section>\n<h2>{head}</h2>");
        if let Some(table) = layout(document, at) {
            let name = escaped(state.found_title.as_deref().unwrap_or(&section.title));
            let _ = writeln!(page, "<table>\n<caption>{name}</caption>\n<tbody>");
            for row in &table.rows {
                // Beside figures a head speaks for its rows, above them for its columns.
                let of_rows = row.iter().any(|cell| !cell.header);
                page.push_str("<tr>");
                row.iter().for_each(|cell| write_cell(&mut page, cell, of_rows));
                page.push_str("</tr>\n");
            }
            page.push_str("</tbody>\n</table>\n");
        }
        for paragraph in paragraphs(state) {
            let _ = writeln!(page, "<p>{}</p>", escaped(&paragraph));
        }
        page.push_str("</section>\n");
    }
    page.push_str("<div class=\"signature\">\n");
    for line in signature(document) {
        let _ = writeln!(page, "<p>{}</p>", escaped(&line));
    }
    page.push_str("</div>\n</main>\n</body>\n</html>\n");
    page
}

fn write_cell(page: &mut String, cell: &LaidCell, of_rows: bool) {
    let name = if cell.header { "th" } else { "td" };
    let _ = write!(page, "<{name}");
    if cell.header {
        let scope = match of_rows {
            true if cell.rowspan > 1 => "rowgroup",
            true => "row",
            false if cell.colspan > 1 => "colgroup",
            false => "col",
        };
        let _ = write!(page, " scope=\"{scope}\"");
    }
    if cell.colspan > 1 {
        let _ = write!(page, " colspan=\"{}\"", cell.colspan);
    }
    if cell.rowspan > 1 {
        let _ = write!(page, " rowspan=\"{}\"", cell.rowspan);
    }
    let _ = write!(page, ">{}</{name}>", escaped(&cell.text));
}
