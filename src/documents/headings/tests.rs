use super::*;
use crate::domain::form::for_year;

fn headings(lines: &[&str]) -> Vec<(usize, usize, Option<String>, Option<String>)> {
    let pieces: Vec<Piece<'_>> = lines.iter().map(|&text| Piece::loose(text, 1)).collect();
    find_headings(for_year(2023), &pieces)
        .into_iter()
        .map(|heading| (heading.piece, heading.section, heading.found_title, heading.inline))
        .collect()
}

#[test]
fn numerals_marks_and_spaces_do_not_matter() {
    for line in [
        "一、总体情况",
        "一．总体情况",
        "一 、 总 体 情 况。",
        "一、总体情况：",
        "总体情况",
        "## 一、总体情况",
    ] {
        assert_eq!(headings(&[line]), vec![(0, 0, None, None)], "{line}");
    }
}

#[test]
fn an_older_wording_is_kept_and_text_behind_a_title_too() {
    let old = "行政机关主动公开政府信息情况";
    assert_eq!(headings(&[format!("二、{old}：").as_str()]), vec![(0, 1, Some(old.to_owned()), None)]);
    assert_eq!(headings(&["六、其他需要报告的事项：无。"]), vec![(0, 5, None, Some("无。".to_owned()))]);
}

#[test]
fn a_number_alone_or_a_longer_sentence_is_no_heading() {
    for line in [
        "一、本年新收政府信息公开申请数量",
        "四、结转下年度继续办理",
        "（一）总体情况",
        "总体情况良好",
        "一、总体情况良好",
    ] {
        assert!(headings(&[line]).is_empty(), "{line}");
    }
}

#[test]
fn a_table_of_contents_is_passed_over() {
    let lines =
        ["一、总体情况", "二、主动公开政府信息情况", "一、总体情况", "正文。", "二、主动公开政府信息情况"];
    let places: Vec<_> = headings(&lines).into_iter().map(|heading| heading.0).collect();
    assert_eq!(places, vec![2, 4]);
}

#[test]
fn bare_words_count_only_between_their_neighbours() {
    let lines = [
        "存在的主要问题及改进情况",
        "一、总体情况",
        "主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
    ];
    let places: Vec<_> = headings(&lines).into_iter().map(|heading| (heading.0, heading.1)).collect();
    assert_eq!(places, vec![(1, 0), (2, 1), (3, 2)]);
}

#[test]
fn a_table_of_contents_with_its_points_is_passed_over_too() {
    let lines = [
        "一、总体情况",
        "（一）主动公开",
        "二、主动公开政府信息情况",
        "一、总体情况",
        "本年度，我局全面推进政务公开工作，主动公开政府信息120条。",
        "二、主动公开政府信息情况",
        "一、总体情况",
    ];
    let places: Vec<_> = headings(&lines).into_iter().map(|heading| heading.0).collect();
    assert_eq!(places, vec![3, 5]);
}

#[test]
fn a_title_broken_over_lines_is_one() {
    let lines = ["一、", "总体情况", "正文。", "五、存在的主要", "问题及改进情况", "无。"];
    let places: Vec<_> = headings(&lines).into_iter().map(|heading| (heading.0, heading.1)).collect();
    assert_eq!(places, vec![(0, 0), (3, 4)]);
}

#[test]
fn a_text_right_behind_a_title_is_its_text() {
    let lines = ["一、总体情况2023年，我局认真公开。", "五、存在的主要问题及改进情况无。"];
    let texts: Vec<_> = headings(&lines).into_iter().map(|heading| (heading.1, heading.3)).collect();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(texts, vec![(0, text("2023年，我局认真公开。")), (4, text("无。"))]);
}

#[test]
fn an_unknown_title_is_known_by_its_neighbours_and_only_then() {
    let lines = ["一、总体情况", "二、公文公开", "三、收到和处理政府信息公开申请情况"];
    let titles: Vec<_> = headings(&lines).into_iter().map(|heading| heading.2).collect();
    assert_eq!(titles, vec![None, Some("公文公开".to_owned()), None]);
    for lines in [
        ["一、总体情况", "二、公文公开", "二、公文"].as_slice(),
        &["一、总体情况", "二、公文公开", "二、其他公文", "三、收到和处理政府信息公开申请情况"],
    ] {
        assert!(headings(lines).iter().all(|heading| heading.2.is_none()), "{lines:?}");
    }
}

#[test]
fn sections_of_other_titles_lead_on_the_numbers() {
    let extra = |lines: &[&str], ordinal, next| {
        let pieces: Vec<Piece<'_>> = lines.iter().map(|&text| Piece::loose(text, 1)).collect();
        extra_sections(&pieces, ordinal, next)
    };
    assert_eq!(extra(&["无。", "七、附件", "八、联系方式"], Some(6), None), vec![1, 2]);
    assert_eq!(extra(&["无。", "六、工作亮点", "很多。"], Some(5), Some(7)), vec![1]);
    for lines in [["一、收费情况", "二、其他"], ["六、收费", "八、其他"]] {
        assert!(extra(&lines, Some(5), Some(6)).is_empty(), "{lines:?}");
    }
    assert!(extra(&["七、以上内容，均已公开。"], Some(6), None).is_empty(), "a sentence");
}
