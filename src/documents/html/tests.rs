//! Pages as sites publish them, in small.

use super::*;

fn shape(text: &str) -> Vec<Vec<Vec<String>>> {
    read(text)
        .unwrap()
        .blocks
        .into_iter()
        .map(|block| match block {
            Block::Paragraph { text, .. } => vec![vec![text]],
            Block::Table { rows } => {
                rows.into_iter().map(|row| row.into_iter().map(|cell| cell.text).collect()).collect()
            }
        })
        .collect()
}

#[test]
fn a_merged_cell_stands_once_and_leaves_empty_cells() {
    assert_eq!(
        shape(
            "<table><tr><td rowspan=2>甲</td><td colspan='2'>乙</td></tr>\
             <tr><td>1</td><td>&nbsp;</td></tr><tr><td>丙</td><td>2</td><td>3</td></tr></table>"
        ),
        vec![vec![vec!["甲", "乙", ""], vec!["", "1", ""], vec!["丙", "2", "3"]]]
    );
}

#[test]
fn a_cell_merged_downwards_at_the_end_of_a_row_keeps_its_place() {
    assert_eq!(
        shape("<table><tr><td>甲</td><td rowspan=3>乙</td></tr><tr><td>1</td></tr><tr></tr></table>"),
        vec![vec![vec!["甲", "乙"], vec!["1", ""], vec!["", ""]]]
    );
}

#[test]
fn a_merged_cell_ends_with_its_group_of_rows() {
    assert_eq!(
        shape(
            "<table><thead><tr><td rowspan=9>甲</td><td>乙</td></tr></thead>\
             <tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
        ),
        vec![vec![vec!["甲", "乙"], vec!["1", "2"]]]
    );
}

#[test]
fn breaks_in_a_cell_join_labels_and_part_figures() {
    assert_eq!(
        shape("<table><tr><td><p>商业</p> <p>企业</p></td><td>其<br>他</td><td>1<br>2</td></tr></table>"),
        vec![vec![vec!["商业企业", "其他", "1\n2"]]]
    );
}

#[test]
fn paragraphs_end_with_their_elements_and_scripts_are_no_text() {
    assert_eq!(
        shape(
            "<head><title>无</title><style>p{}</style></head><body><p>甲<br>乙</p>\
             <script>var a = '<p>无</p>';</script><div>丙&nbsp; <b>丁</b>\n戊<p>己</div>"
        ),
        vec![vec![vec!["甲"]], vec![vec!["乙"]], vec![vec!["丙 丁 戊"]], vec![vec!["己"]]]
    );
}

#[test]
fn every_line_of_preformatted_text_is_a_paragraph() {
    assert_eq!(shape("<pre>甲\n\n乙</pre>"), vec![vec![vec!["甲"]], vec![vec!["乙"]]]);
}

#[test]
fn a_table_that_arranges_the_page_is_seen_through() {
    assert_eq!(
        shape(
            "<table><tr><td>导航</td><td><h2>一、</h2>\
             <table><tr><td>规章</td><td>0</td></tr></table><p>尾</p></td></tr></table>"
        ),
        vec![vec![vec!["导航"]], vec![vec!["一、"]], vec![vec!["规章", "0"]], vec![vec!["尾"]]]
    );
}

#[test]
fn a_table_that_splits_a_cell_is_text_of_the_cell() {
    assert_eq!(
        shape("<table><tr><td>甲</td><td><table><tr><td>1</td><td>2</td></tr></table></td></tr></table>"),
        vec![vec![vec!["甲", "1\n2"]]]
    );
}

#[test]
fn paragraphs_and_rows_are_counted_on() {
    let grid =
        read("<p>甲</p><p> </p><table><tr><td>1</td></tr><tr><td>2</td></tr></table><p>乙</p>").unwrap();
    let lines: Vec<usize> = grid
        .blocks
        .iter()
        .flat_map(|block| match block {
            Block::Paragraph { line, .. } => vec![*line],
            Block::Table { rows } => rows.iter().flatten().map(|cell| cell.line).collect(),
        })
        .collect();
    assert_eq!(lines, vec![1, 2, 3, 4]);
}

#[test]
fn spans_are_clamped_and_cells_are_bounded() {
    let wide = "<td colspan=99999999999999999999>甲</td>";
    assert_eq!(shape(&format!("<table><tr>{wide}</tr></table>"))[0][0].len(), WIDEST_SPAN);
    let page = format!("<table>{}</table>", format!("<tr>{wide}</tr>").repeat(1 + MOST_CELLS / WIDEST_SPAN));
    assert_eq!(read(&page), Err(HtmlFault::Cells));
}

#[test]
fn a_page_nested_too_deep_is_refused() {
    assert_eq!(read(&"<div>".repeat(DEEPEST + 1)), Err(HtmlFault::Depth));
    assert_eq!(read(&"<div>".repeat(100_000)), Err(HtmlFault::Depth));
}

#[test]
fn marks_that_multiply_are_refused() {
    let marks: String = (0..200).map(|id| format!("<font id={id}>")).collect();
    let page = format!("<p>{marks}</p>{}", "<p>甲</p>".repeat(4_000));
    assert_eq!(read(&page), Err(HtmlFault::Nodes));
}
