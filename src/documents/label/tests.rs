//! How labels are found in whatever spelling they stand.

use super::*;
use crate::domain::form::by_id;

fn labels(section: &str) -> Option<Labels> {
    let form = by_id("2021")?;
    Some(Labels::of(form, form.section(section)?))
}

fn row_key(section: &str, text: &str) -> Option<String> {
    let at = labels(section)?.name(text)?.row?;
    let table = by_id("2021")?.section(section)?.table.as_ref()?;
    table.rows.get(at).map(|row| row.key.clone())
}

#[test]
fn spelling_does_not_hide_a_label() {
    for text in ["规章", "规 章", " 规\n章 ", "\u{200b}规章：", "[bookmark: _GoBack]规章"] {
        assert_eq!(row_key("proactive_disclosure", text).as_deref(), Some("regulations"), "{text}");
    }
    for text in [
        "3.危及“三安全一稳定”",
        "3．危及\"三安全一稳定\"",
        "危及三安全一稳定",
        "3危及三安全一稳定",
        "（3）危及『三安全一稳定』",
    ] {
        assert_eq!(row_key("requests", text).as_deref(), Some("refused_security_and_stability"), "{text}");
    }
}

#[test]
fn a_row_and_a_column_of_one_name_are_told_apart_by_the_ordinal() {
    let column = |text: &str| labels("requests").and_then(|labels| labels.name(text)?.column);
    assert_eq!(row_key("requests", "（七）总计").as_deref(), Some("results_total"));
    assert_eq!(column("（七）总计"), None);
    assert_eq!(column("总计").as_deref(), Some("total"));
    assert_eq!(row_key("requests", "3.其他").as_deref(), Some("other_other"));
    assert_eq!(column("3.其他"), None);
    assert_eq!(column("其他").as_deref(), Some("other_organization"));
}

#[test]
fn ordinals_are_stripped_only_where_they_are_ordinals() {
    for (text, bare) in [
        ("一、总体情况", "总体情况"),
        ("一．总体情况", "总体情况"),
        ("（十二）总体", "总体"),
        ("①总体", "总体"),
        ("三安全", "三安全"),
        ("2023年", "2023年"),
        ("一、", ""),
    ] {
        assert_eq!(Keys::of(text).bare, bare, "{text}");
    }
}

#[test]
fn what_another_form_or_unit_calls_a_column_is_foreign() {
    let foreign = |text: &str| {
        labels("proactive_disclosure")
            .and_then(|labels| labels.name(text))
            .is_some_and(|naming| naming.foreign)
    };
    assert!(foreign("本年新制作数量"));
    assert!(foreign("本年收费金额（单位：元）"));
    assert!(!foreign("本年收费金额（单位：万元）"));
    assert!(!foreign("处理决定数量"));
}

#[test]
fn words_of_clerks_name_what_they_stand_for_and_nothing_else() {
    for form in all() {
        for section in &form.sections {
            let labels = Labels::of(form, section);
            for (at, row) in section.table.iter().flat_map(|table| &table.rows).enumerate() {
                for word in std::iter::once(&row.label).chain(synonyms::of_row(&section.key, &row.key)) {
                    assert_eq!(labels.name(word).and_then(|naming| naming.row), Some(at), "{word}");
                }
                for column in &row.columns {
                    let words = synonyms::of_column(&section.key, &column.key);
                    for word in std::iter::once(&column.label).chain(words) {
                        let found = labels.name(word).and_then(|naming| naming.column);
                        assert_eq!(found.as_ref(), Some(&column.key), "{word}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_unit_and_small_words_do_not_hide_a_label() {
    for text in ["保护第三方的合法权益", "4.保护第三方合法权益（件）", "保护第三方合法权益（单位：件）"]
    {
        assert_eq!(row_key("requests", text).as_deref(), Some("refused_third_party_rights"), "{text}");
    }
    for text in ["企业", "小计", "其中", "法人或其他组织小计"] {
        assert!(labels("requests").is_some_and(|labels| labels.name(text).is_none()), "{text}");
    }
}
