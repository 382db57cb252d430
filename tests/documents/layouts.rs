//! How reports look in the wild: the same real figures in many layouts, every cell right or honestly unread.

use nianbao::inside::documents::layout::{LaidCell, TableLayout, layout};
use nianbao::inside::documents::{Kind, read_grid, recognise};
use nianbao::inside::domain::form::by_id;
use nianbao::inside::domain::report::{Content, ReportDocument, read_sections};
use serde_json::Value;

fn document(year: i32, zero: bool) -> ReportDocument {
    let text = match year {
        2023 => include_str!("../fixtures/suqian-2023.json"),
        _ => include_str!("../fixtures/suqian-2024.json"),
    };
    let json: Value = serde_json::from_str(text).expect("a document");
    let empty = Content::empty(by_id("2021").expect("the form"));
    let mut content = read_sections(&empty, json["sections"].as_object().expect("sections")).0;
    if zero {
        (0..200).for_each(|cell| content.figures.set(cell, Some(0)));
    }
    ReportDocument {
        title: None,
        agency_name: None,
        agency_id: None,
        year: Some(year),
        scope: None,
        signed_by: None,
        signed_on: None,
        index_number: None,
        source_url: None,
        content,
        faults: Vec::new(),
    }
}

/// The rows of a table as they are written, and what stands between paragraphs.
type Draw = fn(&TableLayout) -> String;

fn rows(table: &TableLayout, row: impl Fn(&[LaidCell]) -> String) -> String {
    table.rows.iter().map(|cells| row(cells)).collect()
}

fn joined(table: &TableLayout, between: &str, behind: &str) -> String {
    rows(table, |cells| {
        let texts: Vec<&str> = cells.iter().map(|cell| cell.text.as_str()).collect();
        format!("{}{behind}\n", texts.join(between))
    })
}

fn html(table: &TableLayout, spans: bool, cell: impl Fn(&str) -> String) -> String {
    let drawn = rows(table, |cells| {
        let cells = cells.iter().map(|laid| {
            let spans = match spans {
                true => format!(" rowspan={} colspan={}", laid.rowspan, laid.colspan),
                false => String::new(),
            };
            format!("<td{spans}>{}</td>", cell(&laid.text))
        });
        format!("<tr>{}</tr>", cells.collect::<String>())
    });
    format!("<table>{drawn}</table>")
}

/// The same in traditional characters.
fn traditional(text: &str) -> String {
    let pairs =
        include_str!("../../data/opencc/TSCharacters.txt").lines().filter(|line| !line.starts_with('#'));
    let pairs: Vec<(char, char)> =
        pairs.filter_map(|pair| Some((pair.chars().nth(1)?, pair.chars().next()?))).collect();
    text.chars().map(|c| pairs.iter().find(|(simple, _)| *simple == c).map_or(c, |(_, full)| *full)).collect()
}

/// Whether the layout is HTML, its name and how it draws a table.
const LAYOUTS: &[(Kind, &str, Draw)] = &[
    (Kind::Text, "pipe rows", |table| joined(table, " | ", " |")),
    (Kind::Text, "a pipe behind every cell", |table| joined(table, " |\n", " |")),
    (Kind::Text, "one cell to a line", |table| joined(table, "\n", "")),
    (Kind::Text, "a row to a line, parted by spaces", |table| joined(table, " ", "")),
    (Kind::Text, "labels broken by line ends", |table| {
        rows(table, |cells| {
            let broken = cells.iter().map(|cell| {
                let letters: Vec<char> = cell.text.chars().collect();
                let is_label = letters.len() > 4 && letters.iter().any(|c| c.is_alphabetic());
                let half = if is_label { letters.len() / 2 } else { letters.len() };
                let (first, second) = letters.split_at(half);
                let parts = [first, second].map(|part| part.iter().collect::<String>());
                parts.into_iter().filter(|part| !part.is_empty()).map(|part| part + "\n").collect::<String>()
            });
            broken.collect()
        })
    }),
    (Kind::Html, "traditional characters, as mirrors have them", |table| {
        traditional(&html(table, true, |text| text.to_owned()))
    }),
    (Kind::Text, "tabs inside", |table| joined(table, "\t", "")),
    (Kind::Text, "cells led by tabs", |table| {
        rows(table, |cells| cells.iter().map(|cell| format!("\t{}\n", cell.text)).collect::<String>() + "\n")
    }),
    (Kind::Text, "full-width digits", |table| {
        let wide = |c: char| c.to_digit(10).and_then(|digit| char::from_u32(0xFF10 + digit)).unwrap_or(c);
        rows(table, |cells| {
            cells
                .iter()
                .map(|cell| match cell.header {
                    true => format!("{}\n", cell.text),
                    false => format!("{}\n", cell.text.chars().map(wide).collect::<String>()),
                })
                .collect()
        })
    }),
    (Kind::Text, "labels with inner spaces", |table| {
        rows(table, |cells| {
            cells
                .iter()
                .map(|cell| match cell.header && cell.text.chars().count() <= 4 {
                    true => format!("{}\n", cell.text.chars().map(|c| format!("{c} ")).collect::<String>()),
                    false => format!("{}\n", cell.text),
                })
                .collect()
        })
    }),
    (Kind::Text, "figures of a row on one line", |table| {
        rows(table, |cells| {
            let heads = cells.iter().filter(|cell| cell.header).map(|cell| format!("{}\n", cell.text));
            let values: Vec<&str> =
                cells.iter().filter(|cell| !cell.header).map(|cell| cell.text.as_str()).collect();
            heads.collect::<String>() + &values.join(" ") + "\n"
        })
    }),
    (Kind::Markdown, "Markdown", |table| {
        let positions = table.positions();
        let row = |line: &Vec<Option<&LaidCell>>| {
            let cells = line.iter().map(|cell| cell.map_or("", |cell| cell.text.as_str()));
            format!("| {} |\n", cells.collect::<Vec<&str>>().join(" | "))
        };
        let rule = format!("{}|\n", "|---".repeat(table.width()));
        let (first, rest) = positions.split_first().expect("a row");
        format!("\n{}{rule}{}\n", row(first), rest.iter().map(row).collect::<String>())
    }),
    (Kind::Html, "merged cells", |table| html(table, true, str::to_owned)),
    (Kind::Html, "spans lost", |table| html(table, false, str::to_owned)),
    (Kind::Html, "paragraphs in cells", |table| html(table, true, |text| format!("<p>&nbsp;{text}</p>"))),
    (Kind::Html, "broken labels", |table| html(table, true, |text| text.replace("企业", "<br>企业"))),
];

fn written(document: &ReportDocument, kind: Kind, draw: Draw) -> Vec<u8> {
    let form = document.content.form();
    let mark = |text: &str| match kind {
        Kind::Html => format!("<p>{text}</p>"),
        Kind::Markdown => format!("\n{text}\n"),
        _ => format!("{text}\n"),
    };
    let mut text = mark("宿迁市人民政府2023年政府信息公开工作年度报告");
    for (at, section) in form.sections.iter().enumerate() {
        text += &mark(&format!("{}、{}", section.numeral(), section.title));
        text += &layout(document, at).map_or_else(|| mark("情况平稳。"), |table| draw(&table));
    }
    text += &mark("宿迁市人民政府");
    text += &mark("2024年3月20日");
    if kind == Kind::Html {
        text = format!(
            "<html><body><ul><li>首页</li><li>政府信息公开</li></ul>{text}<div>扫一扫</div></body></html>"
        );
    }
    text.into_bytes()
}

#[test]
fn every_cell_of_every_layout_is_right() {
    let mut faults = Vec::new();
    for document in [document(2023, true), document(2023, false), document(2024, false)] {
        for (kind, name, draw) in LAYOUTS {
            let (grid, _) = read_grid(*kind, &written(&document, *kind, *draw), None).expect("it is read");
            let read = recognise(&grid, None).document;
            for cell in &document.content.form().cells {
                let (is, found) =
                    (document.content.figures.get(cell.index), read.content.figures.get(cell.index));
                if is != found {
                    faults.push(format!("{name}: {} is {is:?}, read {found:?}", cell.indicator()));
                }
            }
            assert_eq!(read.signed_by.as_deref(), Some("宿迁市人民政府"), "{name}");
        }
    }
    assert!(faults.is_empty(), "{} cells\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn blank_cells_are_blank_or_unread_and_nothing_is_shifted() {
    let mut document = document(2023, false);
    (0..200).filter(|cell| cell % 5 == 3).for_each(|cell| document.content.figures.set(cell, None));
    for (kind, name, draw) in LAYOUTS {
        let (grid, _) = read_grid(*kind, &written(&document, *kind, *draw), None).expect("it is read");
        let read = recognise(&grid, None).document;
        for cell in &document.content.form().cells {
            let (is, found) =
                (document.content.figures.get(cell.index), read.content.figures.get(cell.index));
            assert!(found.is_none() || found == is, "{name}: {} is {is:?}, read {found:?}", cell.indicator());
        }
    }
}
