//! Tables as they are met, in small: each value in the cell of its labels, or unread and told.

use crate::documents::{Reading, html, markdown, recognise, text};
use crate::domain::form::{Form, by_id};

fn form() -> &'static Form {
    by_id("2021").expect("the form")
}

const PROACTIVE: &str = "二、主动公开政府信息情况";
const REQUESTS: &str = "三、收到和处理政府信息公开申请情况";
const DISPUTES: &str = "四、政府信息公开行政复议、行政诉讼情况";

fn page(heading: &str, table: &str) -> Reading {
    let page = format!("<p>一、总体情况</p><p>无。</p><p>{heading}</p><table>{table}</table>");
    recognise(&html::read(&page).expect("a page"), Some(2023))
}

fn lines(heading: &str, lines: &str) -> Reading {
    recognise(&text::read(&format!("一、总体情况\n无。\n{heading}\n{lines}")), Some(2023))
}

fn pipes(heading: &str, table: &str) -> Reading {
    recognise(&markdown::read(&format!("一、总体情况\n\n无。\n\n{heading}\n\n{table}")), Some(2023))
}

/// The values of a row of the form, `-` where none was read.
fn row(reading: &Reading, key: &str) -> String {
    let figures = &reading.document.content.figures;
    let cells = form().cells.iter().filter(|cell| format!("{}.{}", cell.section_key, cell.row_key) == key);
    let values = cells.map(|cell| figures.get(cell.index).map_or("-".to_owned(), |value| value.to_string()));
    values.collect::<Vec<_>>().join(" ")
}

/// Whether every cell of a row that was not read is told of.
fn is_told(reading: &Reading, key: &str) -> bool {
    let figures = &reading.document.content.figures;
    let cells = form().cells.iter().filter(|cell| format!("{}.{}", cell.section_key, cell.row_key) == key);
    let told = |cell: usize| reading.document.faults.iter().any(|fault| fault.cell == Some(cell));
    cells.filter(|cell| figures.get(cell.index).is_none()).all(|cell| told(cell.index))
}

fn unmapped(reading: &Reading) -> Vec<&str> {
    reading.notes.unmapped.iter().map(|stray| stray.text.as_str()).collect()
}

/// The head of Table III, as html; a cell for the row's label before it.
const HEAD: &str = "<tr><td rowspan=2>情况<td rowspan=2>自然人<td colspan=5>法人或其他组织<td rowspan=2>总计</tr>\
    <tr><td>商业企业<td>科研机构<td>社会公益组织<td>法律服务机构<td>其他</tr>";
const NEW: &str = "一、本年新收政府信息公开申请数量";
const GRANTED: &str = "requests.granted";

#[test]
fn a_heading_that_stands_before_the_first_column_is_no_order_of_its_own() {
    let head = "法人或其他组织\n自然人\n总计\n商业企业\n科研机构\n社会公益组织\n法律服务机构\n其他";
    let reading = lines(REQUESTS, &format!("{head}\n（一）予以公开\n1\n2\n3\n4\n5\n6\n21"));
    assert_eq!(row(&reading, GRANTED), "- - - - - - -");
    assert!(is_told(&reading, GRANTED));
}

#[test]
fn heads_in_own_words_give_no_order_wherever_they_stand() {
    let own = "总数\n个人\n公司\n院所\n公益\n律所\n别的";
    assert_eq!(
        row(&lines(REQUESTS, &format!("{own}\n（一）予以公开\n21\n1\n2\n3\n4\n5\n6")), GRANTED),
        "- - - - - - -"
    );
    let own = "<tr><td>情况<td>总数<td>个人<td>公司<td>院所<td>公益<td>律所<td>别的</tr>";
    let values = "<tr><td>（一）予以公开<td>21<td>1<td>2<td>3<td>4<td>5<td>6</tr>";
    let reading = page(REQUESTS, &format!("{own}{values}"));
    assert_eq!(row(&reading, GRANTED), "- - - - - - -");
    assert!(is_told(&reading, GRANTED));
    let own = "<tr><td>信息内容<td>制定数<td>有效数<td>失效数</tr><tr><td>规章<td>1<td>9<td>2</tr>";
    assert_eq!(row(&page(PROACTIVE, own), "proactive_disclosure.regulations"), "- - -");
}

#[test]
fn values_without_any_head_are_nobodys() {
    let reading = lines(REQUESTS, "（一）予以公开\n1\n2\n3\n4\n5\n6\n21");
    assert_eq!(row(&reading, GRANTED), "- - - - - - -");
    assert!(is_told(&reading, GRANTED));
}

#[test]
fn litigation_before_reconsideration_is_followed_in_a_grid_and_refused_in_lines() {
    let head = "<tr><td colspan=10>行政诉讼<td colspan=5 rowspan=2>行政复议</tr>\
        <tr><td colspan=5>未经复议直接起诉<td colspan=5>复议后起诉</tr>";
    let labels = "<td>结果维持<td>结果纠正<td>其他结果<td>尚未审结<td>总计".repeat(3);
    let values: String = (1..=15).map(|value| format!("<td>{value}")).collect();
    let reading = page(DISPUTES, &format!("{head}<tr>{labels}</tr><tr>{values}</tr>"));
    assert_eq!(row(&reading, "disputes.litigation_direct"), "1 2 3 4 5");
    assert_eq!(row(&reading, "disputes.reconsideration"), "11 12 13 14 15");
    let labels = "结果维持\n结果纠正\n其他结果\n尚未审结\n总计\n".repeat(3);
    let values: String = (1..=15).map(|value| format!("{value}\n")).collect();
    let head = "行政诉讼\n行政复议\n未经复议直接起诉\n复议后起诉";
    let reading = lines(DISPUTES, &format!("{head}\n{labels}{values}"));
    assert_eq!(row(&reading, "disputes.reconsideration"), "- - - - -");
    assert!(is_told(&reading, "disputes.reconsideration"));
}

#[test]
fn a_value_merged_over_two_rows_or_two_columns_is_nobodys() {
    let table =
        "<tr><td>信息内容<td>本年处理决定数量</tr><tr><td>行政处罚<td rowspan=2>5</tr><tr><td>行政强制</tr>";
    let reading = page(PROACTIVE, table);
    for key in ["proactive_disclosure.penalties", "proactive_disclosure.coercion"] {
        assert_eq!(row(&reading, key), "-");
        assert!(is_told(&reading, key), "{key}");
    }
    let values = "<tr><td>（一）予以公开<td colspan=2>3<td>3<td>4<td>5<td>6<td>21</tr>";
    let reading = page(REQUESTS, &format!("{HEAD}{values}"));
    assert_eq!(row(&reading, GRANTED), "- - 3 4 5 6 21");
    assert!(is_told(&reading, GRANTED));
}

#[test]
fn a_label_over_two_rows_of_values_tells_neither() {
    let head = "<tr><td>信息内容<td>本年制发件数<td>本年废止件数<td>现行有效件数</tr>";
    let rows = "<tr><td rowspan=2>规章<td>1<td>2<td>3</tr><tr><td>4<td>5<td>6</tr>";
    assert_eq!(row(&page(PROACTIVE, &format!("{head}{rows}")), "proactive_disclosure.regulations"), "- - -");
}

#[test]
fn as_many_cells_as_labels_are_read_whatever_they_reach_over() {
    let head = "<tr><td rowspan=2>情况<td rowspan=2>自然人<td colspan=6>法人或其他组织<td rowspan=2>总计</tr>\
        <tr><td colspan=2>商业企业<td>科研机构<td>社会公益组织<td>法律服务机构<td>其他</tr>";
    let values = "<tr><td>（一）予以公开<td>1<td>2<td>3<td>4<td colspan=2>5<td>6<td>21</tr>";
    assert_eq!(row(&page(REQUESTS, &format!("{head}{values}")), GRANTED), "1 2 3 4 5 6 21");
}

#[test]
fn a_column_beside_the_forms_own_is_told_and_the_others_are_read() {
    let head = "<tr><td>信息内容<td>上年现行有效<td>本年制发件数<td>本年废止件数<td>现行有效件数</tr>";
    let reading = page(PROACTIVE, &format!("{head}<tr><td>规章<td>9<td>1<td>2<td>8</tr>"));
    assert_eq!(row(&reading, "proactive_disclosure.regulations"), "1 2 8");
    assert!(unmapped(&reading).contains(&"9"), "{:?}", unmapped(&reading));
    let head = "<tr><td>信息内容<td>计量单位<td>本年制发件数<td>本年废止件数<td>现行有效件数</tr>";
    let reading = page(PROACTIVE, &format!("{head}<tr><td>规章<td>件<td>1<td>2<td>8</tr>"));
    assert_eq!(row(&reading, "proactive_disclosure.regulations"), "1 2 8");
}

#[test]
fn words_that_nobody_knows_over_the_forms_labels_give_no_order() {
    let head = "<tr><td rowspan=2>信息内容<td colspan=3>上年数</tr>\
        <tr><td>本年制发件数<td>本年废止件数<td>现行有效件数</tr>";
    assert_eq!(
        row(
            &page(PROACTIVE, &format!("{head}<tr><td>规章<td>1<td>2<td>8</tr>")),
            "proactive_disclosure.regulations"
        ),
        "- - -"
    );
}

#[test]
fn a_column_that_is_missing_leaves_the_others() {
    let head = "<tr><td>情况<td>自然人<td>商业企业<td>科研机构<td>社会公益组织<td>其他<td>总计</tr>";
    let reading =
        page(REQUESTS, &format!("{head}<tr><td>（一）予以公开<td>1<td>2<td>3<td>4<td>6<td>16</tr>"));
    assert_eq!(row(&reading, GRANTED), "1 2 3 4 - 6 16");
}

#[test]
fn one_cell_that_cannot_be_read_spoils_itself_alone() {
    for word in ["l2O", "暂无", "见附件"] {
        let reading = page(
            REQUESTS,
            &format!("{HEAD}<tr><td>（一）予以公开<td>1<td>{word}<td>3<td>4<td>5<td>6<td>21</tr>"),
        );
        assert_eq!(row(&reading, GRANTED), "1 - 3 4 5 6 21", "{word}");
        assert!(is_told(&reading, GRANTED));
    }
    let head = "自然人\n法人或其他组织\n总计\n商业企业\n科研机构\n社会公益组织\n法律服务机构\n其他";
    let reading = lines(REQUESTS, &format!("{head}\n（一）予以公开\n1\nl2O\n3\n4\n5\n6\n21"));
    assert_eq!(row(&reading, GRANTED), "1 - 3 4 5 6 21");
}

#[test]
fn markdown_that_is_padded_or_repeats_its_merged_cells_is_read() {
    let rule = "|---".repeat(8);
    let padded = format!(
        "| 情况 | 自然人 | 法人或其他组织 | 总计 |  |  |  |  |\n{rule}|\n\
         | 商业企业 | 科研机构 | 社会公益组织 | 法律服务机构 | 其他 |  |  |  |\n\
         | （一）予以公开 | 1 | 2 | 3 | 4 | 5 | 6 | 21 |"
    );
    assert_eq!(row(&pipes(REQUESTS, &padded), GRANTED), "1 2 3 4 5 6 21");
    let repeated = format!(
        "| 情况 | 情况 | 自然人{} | 总计 |\n{rule}|---|\n\
         | 情况 | 情况 | 自然人 | 商业企业 | 科研机构 | 社会公益组织 | 法律服务机构 | 其他 | 总计 |\n\
         | （一）予以公开 | （一）予以公开 | 1 | 2 | 3 | 4 | 5 | 6 | 21 |\n\
         | （二）部分公开 | （二）部分公开 | 7 | 7 | 7 | 7 | 7 | 7 | 42 |",
        " | 法人或其他组织".repeat(5)
    );
    let reading = pipes(REQUESTS, &repeated);
    assert_eq!(row(&reading, GRANTED), "1 2 3 4 5 6 21");
    assert_eq!(row(&reading, "requests.partially_granted"), "7 7 7 7 7 7 42");
}

#[test]
fn html_inside_of_markdown_is_read() {
    let table =
        format!("<table>{HEAD}<tr><td>（一）予以公开<td>1<td>2<td>3<td>4<td>5<td>6<td>21</tr></table>");
    assert_eq!(row(&pipes(REQUESTS, &table), GRANTED), "1 2 3 4 5 6 21");
    assert_eq!(row(&lines(REQUESTS, &table), GRANTED), "1 2 3 4 5 6 21");
}

#[test]
fn what_is_not_shown_is_not_there_and_what_was_typed_is() {
    let hidden = "<tr style='display: none'><td>（一）予以公开<td>9<td>9<td>9<td>9<td>9<td>9<td>54</tr>";
    let shown = "<tr><td>（一）予以公开<td hidden>0<td><input value='1'><td>2<td>3<td>4<td>5<td>6<td>\
        <input type=hidden value=7><input type='number' value='21'></tr>";
    assert_eq!(row(&page(REQUESTS, &format!("{HEAD}{hidden}{shown}")), GRANTED), "1 2 3 4 5 6 21");
}

#[test]
fn the_same_table_twice_is_one_and_two_different_ones_are_none() {
    let head = "<tr><td rowspan=2 colspan=5>行政复议<td colspan=10>行政诉讼</tr>\
        <tr><td colspan=5>未经复议直接起诉<td colspan=5>复议后起诉</tr>";
    let labels = "<td>结果维持<td>结果纠正<td>其他结果<td>尚未审结<td>总计".repeat(3);
    let table = |from: usize| {
        let values: String = (from..from + 15).map(|value| format!("<td>{value}")).collect();
        format!("{head}<tr>{labels}</tr><tr>{values}</tr>")
    };
    let twice = |second: usize| page(DISPUTES, &format!("{}</table><table>{}", table(1), table(second)));
    assert_eq!(row(&twice(1), "disputes.reconsideration"), "1 2 3 4 5");
    assert_eq!(row(&twice(2), "disputes.reconsideration"), "- - - - -");
}

#[test]
fn a_value_merged_over_two_columns_of_its_label_is_read() {
    let head = "<tr><td rowspan=2 colspan=6>行政复议<td colspan=10>行政诉讼</tr>\
        <tr><td colspan=5>未经复议直接起诉<td colspan=5>复议后起诉</tr>";
    let labels = "<td>结果维持<td>结果纠正<td>其他结果<td>尚未审结<td>总计";
    let wide = labels.replacen("<td>", "<td colspan=2>", 1);
    let values: String = (2..=15).map(|value| format!("<td>{value}")).collect();
    let rows = format!("<tr>{wide}{labels}{labels}</tr><tr><td colspan=2>1{values}</tr>");
    assert_eq!(row(&page(DISPUTES, &format!("{head}{rows}")), "disputes.reconsideration"), "1 2 3 4 5");
}

#[test]
fn a_row_of_markdown_that_lost_a_value_is_not_taken_for_one_that_ends_with_a_blank() {
    let head = "| 情况 | 自然人 | 商业企业 | 科研机构 | 社会公益组织 | 法律服务机构 | 其他 | 总计 |\n|---|---|---|---|---|---|---|---|\n";
    let whole = |label: &str| format!("| {label} | 1 | 2 | 3 | 4 | 5 | 6 | 21 |\n");
    let rows: String =
        [NEW, "二、上年结转政府信息公开申请数量", "（二）部分公开", "1.属于国家秘密", "2.重复申请"]
            .map(whole)
            .concat();
    let short = "| （一）予以公开 | 10 | 20 | 30 | 40 | 60 | 210 |  |\n";
    let reading = pipes(REQUESTS, &format!("{head}{rows}{short}"));
    assert_eq!(row(&reading, GRANTED), "- - - - - - -");
    assert_eq!(row(&reading, "requests.new_requests"), "1 2 3 4 5 6 21");
    let blank = "| （一）予以公开 | 10 | 20 | 30 | 40 | 50 | 60 |  |\n";
    assert_eq!(row(&pipes(REQUESTS, &format!("{head}{rows}{blank}")), GRANTED), "10 20 30 40 50 60 -");
}
