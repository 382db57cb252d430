//! What clerks' papers hold every day: pages around a report, signatures, labels and values in their own words.

use super::round_trips::suqian;
use nianbao::inside::documents::write::{Format, write};
use nianbao::inside::documents::{Kind, Reading, read_grid, recognise, text};
use nianbao::inside::domain::number::NumberFault;
use nianbao::inside::domain::report::Shape;

const TITLE: &str = "柳河县水务局2024年政府信息公开工作年度报告";
const AGENCY: &str = "柳河县水务局";

fn of_text(lines: &[&str]) -> Reading {
    recognise(&text::read(&lines.join("\n")), None)
}

fn of_html(page: &str) -> Reading {
    let (grid, _) = read_grid(Kind::Html, page.as_bytes(), None).expect("it is read");
    recognise(&grid, None)
}

/// A whole report as a page.
fn page() -> String {
    String::from_utf8(write(&suqian(2023), Format::Html).expect("written").expect("bytes")).expect("UTF-8")
}

fn text_of<'r>(reading: &'r Reading, section: &str) -> Option<&'r str> {
    let content = &reading.document.content;
    let sections = content.form().sections.iter().zip(&content.sections);
    let mut found = sections.filter(|(known, _)| known.key == section);
    found.next().and_then(|(_, state)| state.text.as_deref())
}

fn value(reading: &Reading, indicator: &str) -> Option<i64> {
    let content = &reading.document.content;
    let Some(cell) = content.form().by_indicator(indicator) else { panic!("no cell {indicator}") };
    content.figures.get(cell)
}

/// Why a cell was not read, and what is told of it.
fn fault(reading: &Reading, indicator: &str) -> Option<(Shape, String)> {
    let cell = reading.document.content.form().by_indicator(indicator);
    let fault = reading.document.faults.iter().find(|fault| fault.cell == cell)?;
    Some((fault.shape, fault.found.as_str().unwrap_or_default().to_owned()))
}

fn unmapped(reading: &Reading) -> Vec<&str> {
    reading.notes.unmapped.iter().map(|stray| &*stray.text).collect()
}

#[test]
fn the_page_below_a_report_is_none_of_it_and_is_told() {
    let tail = "<div>党建专栏</div><footer><p>办公厅</p></footer>";
    for (open, close) in
        [("<div>", "</div>"), ("<article>", "</article>"), ("<table><tr><td>", "</td></tr></table>")]
    {
        let page = format!(
            "<h1>{TITLE}</h1>{open}<p>五、存在的主要问题及改进情况</p><p>略。</p><p>六、其他需要报告的事项</p>\
             <p>无。</p>{close}{tail}"
        );
        let reading = of_html(&page);
        assert_eq!(text_of(&reading, "other_matters"), Some("无。"), "{open}");
        assert_eq!(unmapped(&reading), ["党建专栏", "办公厅"], "{open}");
    }
    let reading = of_text(&[TITLE, "六、其他需要报告的事项", "无。", "主办单位：柳河县人民政府", "返回顶部"]);
    assert_eq!(text_of(&reading, "other_matters"), Some("无。"));
    assert_eq!(unmapped(&reading), ["主办单位：柳河县人民政府", "返回顶部"]);
}

#[test]
fn a_signature_is_read_in_any_order_and_before_tables_and_the_day_below_a_title() {
    let six = [TITLE, "六、其他需要报告的事项", "无。"];
    for end in [
        ["2025年1月16日", AGENCY],
        ["单位：柳河县水务局", "日期：2025年1月16日"],
        [AGENCY, "2025年元月16日"],
        ["柳河县水务局（公章）", "2025年1月16日印发"],
    ] {
        let reading = of_text(&[six.as_slice(), &end].concat());
        let document = &reading.document;
        assert_eq!(document.signed_on.map(|day| day.to_string()).as_deref(), Some("2025-01-16"), "{end:?}");
        assert_eq!(document.signed_by.as_deref(), Some(AGENCY), "{end:?}");
        assert_eq!(text_of(&reading, "other_matters"), Some("无。"), "{end:?}");
    }
    let below = of_text(&[TITLE, "（2025年1月16日）", "六、其他需要报告的事项", "无。"]);
    assert_eq!(below.document.signed_on.map(|day| day.to_string()).as_deref(), Some("2025-01-16"));
    let month = of_text(&[six.as_slice(), &[AGENCY, "2025年1月"]].concat());
    assert_eq!((month.document.signed_on, text_of(&month, "other_matters")), (None, Some("无。")));
}

#[test]
fn the_number_of_a_page_behind_an_empty_cell_is_no_value() {
    let head = [TITLE, "二、主动公开政府信息情况", "第二十条第（八）项"];
    let end = ["三、收到和处理政府信息公开申请情况", "无。"];
    let tabs = ["信息内容\t本年收费金额（单位：万元）", "行政事业性收费\t", "3"];
    let reading = of_text(&[head.as_slice(), &tabs, &end].concat());
    let fees = "proactive_disclosure.fees.amount";
    assert_eq!(value(&reading, fees), None);
    assert_eq!(fault(&reading, fees), Some((Shape::Number(NumberFault::NotToldApart), "3".to_owned())));

    let lines = ["行政许可", "7", "行政处罚", "8", "行政强制", "", "9"];
    let reading = of_text(&[head.as_slice(), &["本年处理决定数量"], &lines, &end].concat());
    let found = |row: &str| value(&reading, &format!("proactive_disclosure.{row}.decisions"));
    assert_eq!((found("licensing"), found("penalties"), found("coercion")), (Some(7), Some(8), None));
}

#[test]
fn a_number_with_a_space_in_it_shifts_no_row() {
    let lines = [
        TITLE,
        "三、收到和处理政府信息公开申请情况",
        "            自然人   法人或其他组织                             总计",
        "                     商业企业   科研机构   社会公益组织   法律服务机构   其他",
        "一、本年新收政府信息公开申请数量   8      7 5      94     26                    55     258",
        "二、上年结转政府信息公开申请数量   8      7      94     26         1           55     191",
    ];
    let reading = of_text(&lines);
    let found = |row: &str, column: &str| value(&reading, &format!("requests.{row}.{column}"));
    assert_eq!((found("new_requests", "enterprise"), found("new_requests", "total")), (None, None));
    assert_eq!((found("carried_over", "enterprise"), found("carried_over", "total")), (Some(7), Some(191)));
}

#[test]
fn words_that_can_mean_nothing_else_are_labels_too() {
    for (word, instead) in [
        ("法人或其他组织", "法人或其它组织"),
        (">其他<", ">其它<"),
        (">自然人<", ">个人<"),
        (">自然人<", ">自然人（件）<"),
        ("申请人情况", "申请人类型"),
        ("法律服务机构", "法律服务机购"),
        ("保护第三方合法权益", "保护第三方的合法权益"),
        ("缴纳费用", "交纳费用"),
        ("确认或重新", "确认或者重新"),
        ("四、结转下年度继续办理", "四、结转下年继续办理"),
        ("本年新收政府信息公开申请数量", "本年新收政府信息公开申请总数（件）"),
        ("未经复议直接起诉", "未经行政复议直接起诉"),
        ("其他结果", "其它结果"),
        ("本年制发件数", "本年度制发件数"),
        ("本年处理决定数量", "本年度处理决定数量（件）"),
        ("本年收费金额（单位：万元）", "收费金额（单位：万元）"),
        ("规范性文件", "规范文件"),
    ] {
        let page = page();
        assert!(page.contains(word), "{word}");
        let reading = of_html(&page.replace(word, instead));
        assert_eq!(reading.notes.cells_read, 200, "{instead}");
        assert_eq!(reading.document.content.figures, suqian(2023).content.figures, "{instead}");
    }
}

#[test]
fn a_label_nobody_knows_costs_its_own_cells_and_is_named() {
    let unknown = |label: &str| Some((Shape::Number(NumberFault::UnknownLabel), label.to_owned()));
    let row = of_html(&page().replace("1.属于国家秘密", "1.属于国家机要"));
    assert_eq!(row.notes.cells_read, 193);
    assert_eq!(fault(&row, "requests.refused_state_secret.total"), unknown("1.属于国家机要"));
    let column = of_html(&page().replace(">商业企业<", ">企业<"));
    assert_eq!(column.notes.cells_read, 175);
    assert_eq!(fault(&column, "requests.granted.enterprise"), unknown("企业"));
    let sum = of_html(&page().replace(">总计<", ">小计<"));
    assert_eq!(value(&sum, "requests.granted.total"), None);
    assert_eq!(fault(&sum, "requests.granted.total"), unknown("小计"));
    // Out of their order, what stands beside it is nobody's.
    let moved = of_html(&page().replace(">商业企业<", ">企业<").replace(">科研机构<", ">机构<"));
    assert!(moved.notes.cells_read <= 175);
}

#[test]
fn headings_of_the_first_and_last_section_are_known_by_their_numbers_too() {
    for (heading, section, instead) in [
        ("一、总体情况", "overview", "一、概述"),
        ("一、总体情况", "overview", "一、2023年基本情况"),
        ("一、总体情况", "overview", "１、总体情况"),
        ("一、总体情况", "overview", "一、总体情况（概述）"),
        ("六、其他需要报告的事项", "other_matters", "六、其它需要报告的事项"),
        ("六、其他需要报告的事项", "other_matters", "六、其他事项"),
    ] {
        let page = page();
        assert!(page.contains(heading), "{heading}");
        let (plain, reading) = (of_html(&page), of_html(&page.replace(heading, instead)));
        assert_eq!(text_of(&reading, section), text_of(&plain, section), "{instead}");
    }
    let mut points = page();
    for (at, number) in "一二三四五六".chars().enumerate() {
        points = points.replace(
            &format!(">{number}、"),
            &format!(">（{}）", "一二三四五六".chars().nth(at).expect("a number")),
        );
    }
    assert_eq!(of_html(&points).notes.cells_read, 200);
}

#[test]
fn values_stand_in_clerks_clothes() {
    let lines = |value: &str| {
        let row = format!("行政许可\t{value}");
        let lines = [TITLE, "二、主动公开政府信息情况", "信息内容\t本年处理决定数量", &row];
        value_of(&of_text(&lines))
    };
    for text in ["12（件）", "12。", "12件。", "12条", "共12件", "十二"] {
        assert_eq!(lines(text), Some(12), "{text}");
    }
    for (text, is) in [("零", Some(0)), ("0（零）", Some(0)), ("12、", None), ("二", None), ("12万件", None)]
    {
        assert_eq!(lines(text), is, "{text}");
    }
}

fn value_of(reading: &Reading) -> Option<i64> {
    value(reading, "proactive_disclosure.licensing.decisions")
}

/// The page with its tables taken out, and these.
fn apart() -> (String, Vec<String>) {
    let mut page = page();
    let mut tables = Vec::new();
    while let Some(from) = page.find("<table") {
        let to = page[from..].find("</table>").expect("an end") + from + "</table>".len();
        tables.push(page[from..to].to_owned());
        page.replace_range(from..to, "");
    }
    (page, tables)
}

#[test]
fn tables_behind_a_report_are_known_by_their_labels() {
    let (page, tables) = apart();
    let titles =
        ["主动公开政府信息情况", "收到和处理政府信息公开申请情况", "政府信息公开行政复议、行政诉讼情况"];
    let annexes: String = titles
        .iter()
        .zip(&tables)
        .enumerate()
        .map(|(at, (title, table))| format!("<p>附件{}</p><p>{title}表</p>{table}", at + 1))
        .collect();
    let plain = of_html(&self::page());
    let reading = of_html(&page.replace("</body>", &format!("{annexes}</body>")));
    assert_eq!(reading.notes.cells_read, 200);
    assert_eq!(text_of(&reading, "other_matters"), text_of(&plain, "other_matters"));
    assert_eq!(reading.document.signed_on, plain.document.signed_on);

    // Last year's tables are not the report's own.
    let reading = of_html(
        &page.replace("</body>", &format!("{}</body>", annexes.replace("情况表", "情况表（2022年）"))),
    );
    assert_eq!(reading.notes.cells_read, 0);
    // Nor is one of two.
    let reading = of_html(&page.replace("</body>", &format!("{annexes}{annexes}</body>")));
    assert_eq!(reading.notes.cells_read, 0);
}

#[test]
fn tables_without_their_headings_are_known_by_their_labels() {
    let mut page = page();
    for heading in [
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
    ] {
        assert!(page.contains(heading), "{heading}");
        let title = heading.chars().skip(2).collect::<String>();
        page = page.replace(heading, "").replace(&title, "");
    }
    let (plain, reading) = (of_html(&self::page()), of_html(&page));
    assert_eq!(reading.notes.cells_read, 200);
    assert_eq!(text_of(&reading, "overview"), text_of(&plain, "overview"));
}

#[test]
fn a_table_of_other_things_beside_the_forms_own_hinders_nothing() {
    let other = "<table><tr><td>申请渠道</td><td>当面</td><td>网络</td><td>总计</td></tr>\
                 <tr><td>数量</td><td>1</td><td>2</td><td>3</td></tr></table>";
    let page = page();
    let at = page.find("三、收到和处理").expect("a heading");
    let at = at + page[at..].find("<table").expect("a table");
    let reading = of_html(&format!("{}{other}{}", &page[..at], &page[at..]));
    assert_eq!(reading.notes.cells_read, 200);
    assert!(unmapped(&reading).contains(&"申请渠道"));
}

#[test]
fn what_is_preformatted_is_read_as_a_text() {
    let page = format!(
        "<h1>{TITLE}</h1><pre>\n二、主动公开政府信息情况\n信息内容   本年处理决定数量\n行政许可       12\n- 2 -\n行政处罚       7\n</pre>"
    );
    let reading = of_html(&page);
    assert_eq!((value_of(&reading), unmapped(&reading)), (Some(12), vec!["- 2 -"]));
}
