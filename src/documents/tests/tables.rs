//! Tables of web pages and of Markdown: what stands in a cell, and what is over it.

use super::{cell, form, read};
use crate::documents::{html, recognise};

/// The figures read from a page that holds one table of Table II.
fn of_page(table: &str) -> Vec<(String, Option<i64>)> {
    let page = format!(
        "<h1>某局2023年政府信息公开工作年度报告</h1><p>一、总体情况</p><p>无。</p><p>二、主动公开政府信息情况</p>{table}"
    );
    let grid = html::read(&page).expect("a page");
    let figures = recognise(&grid, None).document.content.figures;
    let cells = form().cells.iter().filter(|cell| figures.get(cell.index).is_some());
    cells.map(|cell| (cell.indicator(), figures.get(cell.index))).collect()
}

#[test]
fn what_stands_in_a_cell_beside_its_number_is_never_taken_into_it() {
    let head = "<tr><td>信息内容<td>本年制发件数<td>本年废止件数<td>现行有效件数</tr>";
    for cell in ["1<br>2", "<p>1</p><p>2</p>", "5①", "5²", "5<sup>1</sup>", "<s>5</s>6", "1<br>234"] {
        let read = of_page(&format!("<table>{head}<tr><td>规章<td>{cell}<td>0<td>7</tr></table>"));
        let issued = read.iter().find(|(name, _)| name.ends_with("regulations.issued"));
        assert_eq!((issued, read.len()), (None, 2), "{cell}: {read:?}");
    }
    let seen = "<tr><td>规章<td><del>5</del>6<td><span style='display: none'>9</span>0<td>7</tr>";
    let read = of_page(&format!("<table>{head}{seen}</table>"));
    assert_eq!(read.iter().map(|(_, value)| *value).collect::<Vec<_>>(), [Some(6), Some(0), Some(7)]);
}

#[test]
fn a_head_that_nobody_knows_whole_gives_no_order() {
    let row = "<tr><td>规章<td>10<td>1<td>0</tr>";
    let strange = "<tr><td>信息内容<td>历年累计保存<td>本年制发件数<td>本年废止件数</tr>";
    assert_eq!(of_page(&format!("<table>{strange}{row}</table>")), []);
    let two_years =
        "<tr><td>信息内容<td>本年处理决定数量<td>上年处理决定数量</tr><tr><td>行政许可<td><td>12</tr>";
    assert_eq!(of_page(&format!("<table>{two_years}</table>")), []);
    let other_unit = "<tr><td>信息内容<td>本年收费（元）</tr><tr><td>行政事业性收费<td>251000</tr>";
    assert_eq!(of_page(&format!("<table>{other_unit}</table>")), []);
}

#[test]
fn a_column_too_many_and_a_blank_between_values_shift_nothing() {
    let page = |row: &str| {
        let head = "<tr><td rowspan=2 colspan=3>（本列数据的勾稽关系为…）<td rowspan=2>自然人\
            <td colspan=5>法人或其他组织<td rowspan=2>总计</tr>\
            <tr><td>商业企业<td>科研机构<td>社会公益组织<td>法律服务机构<td>其他</tr>";
        let page = format!(
            "<p>一、总体情况</p><p>无。</p><p>三、收到和处理政府信息公开申请情况</p><table>{head}{row}</table>"
        );
        let grid = html::read(&page).expect("a page");
        recognise(&grid, Some(2023)).document.content.figures
    };
    let secret = |column: &str| cell(&format!("requests.refused_state_secret.{column}"));
    for row in [
        "<tr><td>1.属于国家秘密<td>0<td>0<td><td>0<td>0<td>0<td>3<td>含补正</tr>",
        "<tr><td>1.属于国家秘密<td><td>0<td>0<td>0<td>0<td>0<td>3<td>含补正</tr>",
    ] {
        let figures = page(row);
        assert_eq!(
            (figures.get(secret("other_organization")), figures.get(secret("total"))),
            (None, None),
            "{row}"
        );
    }
    let figures = page("<tr><td colspan=3>1.属于国家秘密<td>1<td>2<td>0<td>0<td>0<td>0<td>3</tr>");
    assert_eq!((figures.get(secret("natural_person")), figures.get(secret("total"))), (Some(1), Some(3)));
}

#[test]
fn a_markdown_table_sent_as_text_is_read_as_one() {
    let text = "一、总体情况\n无。\n二、主动公开政府信息情况\n| 信息内容 | 本年制发件数 | 本年废止件数 | 现行有效件数 |\n\
        |---|---:|---|---|\n| 规章 | 1 | — | 7 |\n行政许可 | 5\n行政强制 12";
    let reading = read(text);
    let value =
        |name: &str| reading.document.content.figures.get(cell(&format!("proactive_disclosure.{name}")));
    let read = [
        "regulations.issued",
        "regulations.repealed",
        "regulations.in_force",
        "licensing.decisions",
        "coercion.decisions",
    ];
    assert_eq!(read.map(value), [Some(1), None, Some(7), Some(5), Some(12)]);
}
