//! Where a report ends: at its signature, else where the element of the page ends that holds it, or where the page's own
//! lines begin.

use super::compiled_in;
use super::grid::Piece;
use super::label::Keys;
use super::signature::{Signature, read_signature};
use serde::Deserialize;
use std::sync::LazyLock;

/// Longest line of a page around a report, in characters.
const LONGEST: usize = 80;

/// Words of such lines, as data: `ending.toml`.
#[derive(Deserialize)]
struct OfPages {
    leads: Vec<String>,
    names: Vec<String>,
    marks: Vec<String>,
    weak: Vec<String>,
}

static OF_PAGES: LazyLock<OfPages> = LazyLock::new(|| compiled_in(include_str!("ending.toml")));

/// Whether a list holds a word.
fn holds(list: &[String], word: &str) -> bool {
    list.iter().any(|known| known == word)
}

/// What stands behind the last heading of a report.
pub(super) struct Ending<'b, 'p> {
    /// The last section's own pieces.
    pub own: &'b [Piece<'p>],
    pub signature: Option<Signature>,
    /// What is no part of the report.
    pub behind: Vec<Piece<'p>>,
}

/// Parts the pieces behind the last heading; what holds the report ends with the line `frame`.
pub(super) fn ending<'b, 'p>(
    body: &'b [Piece<'p>],
    known: &[&str],
    frame: Option<usize>,
    is_narrative: bool,
) -> Ending<'b, 'p> {
    let inside = frame.and_then(|last| body.iter().position(|piece| piece.line > last));
    // A page in disorder may have its text outside.
    let inside = inside.filter(|end| *end > 0).unwrap_or(body.len());
    let (held, _) = body.split_at_checked(inside).unwrap_or((body, &[]));
    let above = held.get(..tail(held, true)).unwrap_or_default();
    let signature = [above, held, body].iter().find_map(|pieces| read_signature(pieces, known));
    let end = signature.as_ref().map_or(inside, |signature| signature.from.min(inside));
    let end = tail(body.get(..end).unwrap_or_default(), signature.is_some());
    let own = body.get(..end).unwrap_or_default();
    let end = if is_narrative && signature.is_none() { without_page_number(own) } else { end };
    let signed = signature.as_ref().map_or(end..end, |signature| signature.from..signature.to);
    let behind = body.iter().enumerate().skip(end).filter(|(at, _)| !signed.contains(at));
    Ending {
        own: body.get(..end).unwrap_or_default(),
        signature,
        behind: behind.map(|(_, piece)| *piece).collect(),
    }
}

/// Where the page's own lines begin; attachments belong to a report that is signed below them.
fn tail(pieces: &[Piece<'_>], is_signed: bool) -> usize {
    let is_of_page = |piece: &Piece<'_>| {
        piece.row.is_none() && (is_of_page(piece.text) || (!is_signed && is_attachment(piece.text)))
    };
    let mut end = pieces.iter().position(is_of_page).unwrap_or(pieces.len());
    let before = |end: usize| end.checked_sub(1).and_then(|at| pieces.get(at));
    while end < pieces.len() && before(end).is_some_and(|piece| is_weak(piece.text)) {
        end -= 1;
    }
    end
}

/// The end of a text that may have the number of its last page behind it.
fn without_page_number(pieces: &[Piece<'_>]) -> usize {
    let is_number = |text: &str| text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    match pieces.split_last() {
        Some((last, others)) if last.row.is_none() && is_number(last.text) && !others.is_empty() => {
            others.len()
        }
        _ => pieces.len(),
    }
}

/// Whether a line is one of a page around a report.
fn is_of_page(text: &str) -> bool {
    if text.chars().count() > LONGEST || text.contains('。') {
        return false;
    }
    let key = Keys::of(text).full.to_lowercase();
    let name =
        text.split(['：', ':']).next().map(|name| Keys::of(name).full.to_lowercase()).unwrap_or_default();
    OF_PAGES.leads.iter().any(|lead| key.starts_with(lead.as_str()))
        || holds(&OF_PAGES.names, &key)
        || (name.len() < key.len() && holds(&OF_PAGES.names, &name))
        || OF_PAGES.marks.iter().any(|mark| key.contains(mark.as_str()))
}

fn is_weak(text: &str) -> bool {
    let name =
        text.split(['：', ':']).next().map(|name| Keys::of(name).full.to_lowercase()).unwrap_or_default();
    text.chars().count() <= LONGEST && holds(&OF_PAGES.weak, &name)
}

/// 附件：年报.docx.
fn is_attachment(text: &str) -> bool {
    let behind = text.trim_start().strip_prefix("附件");
    let behind = behind.map(|behind| behind.trim_start_matches(|c: char| c.is_numeric()));
    behind.is_some_and(|behind| behind.is_empty() || behind.starts_with(['：', ':', '.', '、']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(lines: &[&str], frame: Option<usize>) -> usize {
        let pieces: Vec<Piece<'_>> =
            lines.iter().enumerate().map(|(at, line)| Piece::loose(line, at + 1)).collect();
        let ending = ending(&pieces, &[], frame, true);
        assert_eq!(ending.own.len() + ending.behind.len(), lines.len());
        ending.own.len()
    }

    #[test]
    fn the_lines_of_a_page_below_a_report_are_none_of_it() {
        for line in [
            "分享到：微信",
            "【打印】【关闭】",
            "责任编辑：张三",
            "附件：年报.docx",
            "吉ICP备05000001号",
            "吉公网安备22052402000012号",
            "联系我们 | 网站地图 | 隐私声明",
            "版权所有：柳河县人民政府",
            "浏览次数：365",
            "Copyright 2025",
            "【字体：大 中 小】",
            "来源：柳河县水务局",
            "上一篇：没有了",
        ] {
            assert_eq!(own(&["无。", line, "甲"], None), 1, "{line}");
        }
        assert_eq!(own(&["无。", "地址：人民大街1号", "邮编：135300", "主办：柳河县人民政府"], None), 1);
        assert_eq!(own(&["无。", "5"], None), 1);
    }

    #[test]
    fn sentences_and_what_may_be_the_reports_stay() {
        for line in [
            "我局主办的政务新媒体已停更。",
            "联系电话：0435-7223344",
            "地址：人民大街1号",
            "信息来源于各股室，由办公室汇总。",
            "打印费收取0元",
        ] {
            assert_eq!(own(&["无。", line], None), 2, "{line}");
        }
        assert_eq!(own(&["5"], None), 1);
    }

    #[test]
    fn the_element_that_holds_a_report_ends_it_unless_all_of_its_end_stands_outside() {
        assert_eq!(own(&["无。", "本站公告", "党建专栏"], Some(1)), 1);
        assert_eq!(own(&["无。", "本站公告"], Some(0)), 2);
    }
}
