//! Line breaking: by character, and never against the rules of Chinese punctuation.

use super::font::Font;

/// One line as it is set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub text: String,
    /// In points.
    pub width: f32,
}

/// Rounding may not push a character off a line that it fills exactly.
const HAIR: f32 = 0.01;

/// The text without what cannot be drawn: controls, byte order marks, zero-width characters.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .map(|character| if character == '\t' { ' ' } else { character })
        .filter(|character| !character.is_control() && !is_invisible(*character))
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Sets one paragraph in lines. `indent` is what the first line stands in.
pub(super) fn wrap(font: &Font, text: &str, size: f32, width: f32, indent: f32) -> Vec<Line> {
    let mut setter =
        Setter { font, size, room: width - indent, full: width, line: String::new(), lines: vec![] };
    for piece in pieces(text) {
        setter.add(piece);
    }
    setter.finish()
}

/// The widest piece that no line break may part, in points.
pub(super) fn widest_piece(font: &Font, text: &str, size: f32) -> f32 {
    pieces(text).iter().map(|piece| font.width(piece.trim(), size)).fold(0.0, f32::max)
}

struct Setter<'f> {
    font: &'f Font,
    size: f32,
    /// What the line being filled can hold.
    room: f32,
    /// What every further line can hold.
    full: f32,
    line: String,
    lines: Vec<Line>,
}

impl Setter<'_> {
    fn add(&mut self, piece: &str) {
        if !self.line.is_empty() && !self.fits(piece) {
            self.end_line();
        }
        let piece = if self.line.is_empty() { piece.trim_start() } else { piece };
        if self.fits(piece) {
            self.line.push_str(piece);
            return;
        }
        // Wider than a whole line (an address of the web): parted anywhere.
        let mut buffer = [0; 4];
        for character in piece.chars() {
            let character: &str = character.encode_utf8(&mut buffer);
            if !self.line.is_empty() && !self.fits(character) {
                self.end_line();
            }
            self.line.push_str(character);
        }
    }

    /// Blanks may stand over the edge: they are cut off at the end of a line.
    fn fits(&self, piece: &str) -> bool {
        let width = self.font.width(&self.line, self.size) + self.font.width(piece.trim_end(), self.size);
        width <= self.room + HAIR
    }

    fn end_line(&mut self) {
        let text = std::mem::take(&mut self.line).trim_end().to_owned();
        let width = self.font.width(&text, self.size);
        self.lines.push(Line { text, width });
        self.room = self.full;
    }

    fn finish(mut self) -> Vec<Line> {
        if !self.line.is_empty() {
            self.end_line();
        }
        self.lines
    }
}

/// The text in pieces; a line may end after each of them and nowhere else.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, character) in text.char_indices() {
        if before.is_some_and(|before| may_part(before, character)) {
            pieces.extend(text.get(start..at));
            start = at;
        }
        before = Some(character);
    }
    pieces.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    pieces
}

fn may_part(before: char, after: char) -> bool {
    if after.is_whitespace() || is_never_first(after) || is_never_last(before) {
        return false;
    }
    if before.is_whitespace() {
        return true;
    }
    let in_a_word = before.is_ascii_graphic() && after.is_ascii_graphic();
    let in_a_dash = before == after && matches!(before, '—' | '…');
    !in_a_word && !in_a_dash
}

/// Points and closing marks.
fn is_never_first(character: char) -> bool {
    matches!(
        character,
        '。' | '，'
            | '、'
            | '；'
            | '：'
            | '？'
            | '！'
            | '．'
            | '）'
            | '》'
            | '〉'
            | '】'
            | '〕'
            | '」'
            | '』'
            | '］'
            | '｝'
            | '”'
            | '’'
            | '·'
            | '～'
            | '％'
            | '‰'
            | '℃'
            | '/'
            | '／'
            | ','
            | '.'
            | ';'
            | ':'
            | '?'
            | '!'
            | ')'
            | ']'
            | '}'
            | '%'
    )
}

/// Opening marks.
fn is_never_last(character: char) -> bool {
    matches!(
        character,
        '（' | '《'
            | '〈'
            | '【'
            | '〔'
            | '「'
            | '『'
            | '［'
            | '｛'
            | '“'
            | '‘'
            | '￥'
            | '('
            | '['
            | '{'
            | '$'
            | '№'
    )
}

fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, ems: f32, indent: f32) -> Vec<String> {
        let font = Font::load().unwrap();
        wrap(&font, text, 10.0, ems * 10.0, indent * 10.0).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_point_never_leads_a_line() {
        assert_eq!(lines("主动公开，依申请", 4.0, 0.0), ["主动公", "开，依申", "请"]);
        assert_eq!(lines("《条例》（全文）。", 4.0, 0.0), ["《条例》", "（全", "文）。"]);
    }

    #[test]
    fn an_opening_mark_never_ends_a_line() {
        assert_eq!(lines("根据中（国务院）", 4.0, 0.0), ["根据中", "（国务", "院）"]);
        assert_eq!(lines("危及“三安全”", 3.0, 0.0), ["危及", "“三安", "全”"]);
    }

    #[test]
    fn numbers_and_dashes_stay_whole() {
        assert_eq!(lines("全年公开12.5%的", 5.0, 0.0), ["全年公开", "12.5%的"]);
        assert_eq!(lines("一二三——四", 4.0, 0.0), ["一二三", "——四"]);
    }

    #[test]
    fn the_first_line_stands_in_and_a_line_is_filled_to_the_edge() {
        assert_eq!(lines("一二三四五六七八九十", 4.0, 2.0), ["一二", "三四五六", "七八九十"]);
    }

    #[test]
    fn what_no_line_can_hold_is_parted_anywhere() {
        let all = lines("www.qinyuan.gov.cn/xxgk/2023", 4.0, 0.0);
        assert!(all.len() > 2);
        assert_eq!(all.concat(), "www.qinyuan.gov.cn/xxgk/2023");
    }

    #[test]
    fn blanks_do_not_lead_or_end_a_line() {
        assert_eq!(lines("甲乙 丙丁 戊", 2.0, 0.0), ["甲乙", "丙丁", "戊"]);
        assert_eq!(clean("\u{feff}\u{3000}\u{3000}甲\t乙\u{200b} "), "甲 乙");
    }
}
