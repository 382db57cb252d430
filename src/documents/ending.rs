//! Where a report ends: at its signature, else where the element of the page ends that holds it, or where the page's own
//! lines begin.

use super::grid::Piece;
use super::label::Keys;
use super::signature::{Signature, read_signature};

/// Longest line of a page around a report, in characters.
const LONGEST: usize = 80;

/// Lines that pages carry below what they show, by how they begin.
const LEADS: [&str; 41] = [
    "分享到",
    "扫一扫",
    "扫码",
    "打印本页",
    "关闭窗口",
    "关闭本页",
    "保存本页",
    "收藏本页",
    "责任编辑",
    "上一篇",
    "下一篇",
    "上一条",
    "下一条",
    "相关附件",
    "附件下载",
    "相关阅读",
    "相关链接",
    "相关文档",
    "相关新闻",
    "版权所有",
    "网站标识码",
    "联系我们",
    "网站地图",
    "关于我们",
    "友情链接",
    "返回顶部",
    "回到顶部",
    "返回首页",
    "浏览次数",
    "浏览量",
    "阅读量",
    "点击数",
    "点击率",
    "您访问的链接",
    "政府网站找错",
    "无障碍阅读",
    "我要纠错",
    "技术支持",
    "copyright",
    "建议使用",
    "微信公众号",
];
/// The same where nothing or a colon follows: the words stand in sentences too.
const NAMES: [&str; 30] = [
    "文章来源",
    "稿件来源",
    "主办单位",
    "承办单位",
    "主管单位",
    "来源",
    "编辑",
    "主办",
    "承办",
    "分享",
    "收藏",
    "打印",
    "关闭",
    "打印关闭",
    "打印关闭窗口",
    "字号",
    "字体",
    "字号大中小",
    "字体大中小",
    "微博微信qq空间",
    "党政机关",
    "手机版",
    "关注我们",
    "发布日期",
    "发布时间",
    "发布机构",
    "信息来源",
    "隐私声明",
    "分享收藏",
    "审核",
];
/// What only such lines hold.
const MARKS: [&str; 5] = ["icp备", "公网安备", "公安备", "版权所有", "网站地图"];
/// Lines that belong to a page where another line of it follows, and may else be the report's.
const WEAK: [&str; 9] = ["地址", "联系电话", "电话", "邮编", "邮箱", "email", "作者", "传真", "阅读"];

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
    LEADS.iter().any(|lead| key.starts_with(lead))
        || NAMES.contains(&key.as_str())
        || (name.len() < key.len() && NAMES.contains(&name.as_str()))
        || MARKS.iter().any(|mark| key.contains(mark))
}

fn is_weak(text: &str) -> bool {
    let name =
        text.split(['：', ':']).next().map(|name| Keys::of(name).full.to_lowercase()).unwrap_or_default();
    text.chars().count() <= LONGEST && WEAK.contains(&name.as_str())
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
