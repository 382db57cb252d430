//! Tables on pages: spans, cut cells, headings said again.

use super::*;
use crate::documents::layout::LaidCell;
use crate::documents::pdf::page::Mark;

fn cell(text: &str, colspan: usize, rowspan: usize, header: bool) -> LaidCell {
    LaidCell { text: text.to_owned(), colspan, rowspan, header, cell: None }
}

fn drawn(rows: Vec<Vec<LaidCell>>) -> Vec<Vec<String>> {
    let font = Font::load().unwrap();
    let mut pages = Pages::new();
    SetTable::set(&font, &TableLayout { rows }).unwrap().draw(&mut pages);
    let texts = |page: Vec<Mark>| {
        let texts = page.into_iter().filter_map(|mark| match mark {
            Mark::Text { text, .. } => Some(text),
            Mark::Frame { .. } => None,
        });
        texts.collect()
    };
    pages.finish().into_iter().map(texts).collect()
}

#[test]
fn a_long_table_says_its_headings_again_and_loses_no_row() {
    let mut rows = vec![vec![cell("项目", 2, 1, true), cell("件数", 1, 1, true)]];
    for row in 0..100 {
        let group = (row == 0).then(|| cell("办理结果", 1, 100, true));
        let label = cell("其他", 1, 1, true);
        rows.push(group.into_iter().chain([label, cell(&format!("{row}"), 1, 1, false)]).collect());
    }
    let pages = drawn(rows);
    assert!(pages.len() > 1);
    for page in &pages {
        assert_eq!(page[..2], ["项目", "件数"]);
        assert!(page.contains(&"办理结果".to_owned()));
    }
    let numbers: Vec<usize> = pages.iter().flatten().filter_map(|text| text.parse().ok()).collect();
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());
}

#[test]
fn a_broken_span_or_an_empty_table_is_drawn_as_far_as_it_goes() {
    let font = Font::load().unwrap();
    assert!(SetTable::set(&font, &TableLayout { rows: Vec::new() }).is_none());
    assert!(SetTable::set(&font, &TableLayout { rows: vec![Vec::new()] }).is_none());
    let odd = vec![
        vec![cell("甲", 0, 9, true), cell("乙", usize::MAX, 0, false)],
        vec![],
        vec![cell("丙", 1, 1, true)],
    ];
    assert_eq!(drawn(odd), [["甲", "乙", "丙"]]);
}

#[test]
fn a_row_higher_than_a_page_ends() {
    assert_eq!(
        drawn(vec![vec![cell(&"长".repeat(5000), 1, 1, false)], vec![cell("后", 1, 1, false)]]).len(),
        2
    );
}
