//! The file as a whole: that it is one, and that equal reports give equal bytes.

use super::*;
use crate::domain::form;
use crate::domain::report::Content;

fn report(text: &str) -> ReportDocument {
    let mut content = Content::empty(form::for_year(2023));
    content.section_mut("overview").unwrap().text = Some(text.to_owned());
    content.declare_zero(content.form().section_index("requests").unwrap());
    ReportDocument {
        title: None,
        agency_name: Some("沁源县信访局".to_owned()),
        agency_id: None,
        year: Some(2023),
        scope: None,
        signed_by: Some("沁源县信访局".to_owned()),
        signed_on: NaiveDate::from_ymd_opt(2024, 1, 29),
        index_number: None,
        source_url: None,
        content,
        faults: Vec::new(),
    }
}

fn pages(bytes: &[u8]) -> usize {
    let key = b"/Type /Page\n";
    bytes.windows(key.len()).filter(|window| window == key).count()
}

#[test]
fn equal_reports_give_equal_bytes() {
    let bytes = write(&report("本年度主动公开信息12条。")).unwrap();
    assert!(bytes.starts_with(b"%PDF-1.7"));
    assert_eq!(bytes, write(&report("本年度主动公开信息12条。")).unwrap());
    assert_ne!(bytes, write(&report("本年度主动公开信息13条。")).unwrap());
}

#[test]
fn a_long_text_goes_on_over_pages() {
    let (short, long) =
        (write(&report("一。")).unwrap(), write(&report(&"一二三四五。\n".repeat(200))).unwrap());
    assert!(pages(&short) >= 1);
    assert!(pages(&long) >= pages(&short) + 5, "{} {}", pages(&long), pages(&short));
}

#[test]
fn a_character_that_the_font_lacks_is_no_fault() {
    assert!(write(&report("古地名𬒗村\u{10ffff}。")).is_ok());
}

#[test]
fn what_is_missing_is_left_out() {
    let mut bare = report("");
    bare.title = Some(" ".to_owned());
    (bare.signed_by, bare.signed_on, bare.year, bare.agency_name) = (None, None, None, None);
    assert_eq!(title(&bare), "政府信息公开工作年度报告");
    bare.content.sections.iter_mut().for_each(|section| section.present = false);
    assert_eq!(pages(&write(&bare).unwrap()), 1);
}

#[test]
fn a_heading_has_its_numeral_once() {
    let document = report("");
    let section = document.content.form().section("overview").unwrap();
    let mut state = document.content.section("overview").unwrap().clone();
    assert_eq!(heading(section, &state), "一、总体情况");
    state.found_title = Some("一、总体工作情况".to_owned());
    assert_eq!(heading(section, &state), "一、总体工作情况");
}
