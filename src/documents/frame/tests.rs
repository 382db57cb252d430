//! Titles and signatures as they are met.

use super::*;

fn pieces<'a>(lines: &[&'a str]) -> Vec<Piece<'a>> {
    lines.iter().map(|&text| Piece::loose(text, 1)).collect()
}

fn head(lines: &[&str]) -> (Option<String>, Option<String>, Option<i32>) {
    let head = read_head(&pieces(lines));
    (head.title, head.agency, head.year)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_title_broken_over_lines_is_put_together() {
    let title = "沁源县信访局2023年度政府信息公开年度报告";
    let whole = (some(title), some("沁源县信访局"), Some(2023));
    assert_eq!(head(&[title]), whole);
    assert_eq!(head(&["沁源县信访局", "2023年度政府信息公开年度报告"]), whole);
    assert_eq!(
        head(&["首页 政府信息公开年度报告", "正文", "沁源县信访局", "2023年度政府信息公开年度报告"]),
        whole
    );
}

#[test]
fn a_title_is_read_without_the_marks_around_it_and_an_attachment_is_none() {
    let title = "沁源县信访局2023年政府信息公开工作年度报告";
    let whole = (some(title), some("沁源县信访局"), Some(2023));
    for text in [
        &format!("# {title}\n无"),
        &format!("{title}\n附件：{title}.pdf"),
        &format!("{title}\n{title}.docx"),
        &format!("标题：{title}"),
        "沁源县信访局 2023 年政府信息公开工作年\n度报告",
        "沁源县信访局2O23年政府信息公开工作年度报告",
        "# 沁源县信访局\n# 2023年政府信息公开工作年度报告",
    ] {
        assert_eq!(head(&text.lines().collect::<Vec<_>>()), whole, "{text}");
    }
}

#[test]
fn the_agency_may_stand_behind_the_year_or_run_into_the_words_behind_it() {
    assert_eq!(head(&["2023年沁源县信访局政府信息公开工作年度报告"]).1, some("沁源县信访局"));
    assert_eq!(head(&["沁源县人民政府信息公开年度报告（2023年）"]).1, some("沁源县人民政府"));
    assert_eq!(head(&["二〇二三年度报告"]), (some("二〇二三年度报告"), None, Some(2023)));
    assert_eq!(head(&["根据条例，编制2023年度报告。"]), (None, None, None));
    assert_eq!(head(&["沁源县信访局关于报送2023年政府信息公开工作年度报告的函"]).1, some("沁源县信访局"));
}

#[test]
fn whose_report_it_is_is_told_only_when_sure() {
    assert_eq!(scope_of("沁源县人民政府"), Some(Scope::Consolidated));
    assert_eq!(scope_of("沁源县人民政府办公室"), Some(Scope::Own));
    assert_eq!(scope_of("沁源县信访局"), Some(Scope::Own));
    assert_eq!(scope_of("宿迁市"), None);
    assert_eq!(scope_of("某某开发区管理委员会"), None);
}
