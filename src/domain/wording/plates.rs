//! Car plates in a text.

use super::characters::{half, joiner};

const PROVINCES: &str =
    "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼滬雲遼魯蘇贛晉陝閩貴粵寧瓊";
/// What makes 新 a part of another word: 更新, 创新.
const RENEWING: &str = "更最创全刷翻换革";
/// What ends the plates of learners, trailers, the police and those from Hong Kong and Macao.
const ENDINGS: &str = "学挂警港澳";

/// 苏A12345, 沪AD12345, 晋D1234挂: a province, a letter, and what a plate may have behind them.
pub(super) fn plates(text: &str) -> Vec<(usize, usize)> {
    let chars: Vec<(usize, char)> = text.char_indices().map(|(at, c)| (at, half(c))).collect();
    let mut found = Vec::new();
    let mut before = ' ';
    for (place, (start, c)) in chars.iter().enumerate() {
        let in_word = *c == '新' && RENEWING.contains(before);
        let province = PROVINCES.contains(*c) && !in_word;
        before = *c;
        let behind = chars.get(place + 1..).unwrap_or_default();
        if province && let Some(length) = plate_behind(behind) {
            found.push((*start, behind.get(length).map_or(text.len(), |(end, _)| *end)));
        }
    }
    found
}

/// How many characters behind a province make a plate with it.
fn plate_behind(behind: &[(usize, char)]) -> Option<usize> {
    let char_at = |at: usize| behind.get(at).map(|(_, c)| *c);
    let mark = |at: usize, marks: &[char]| {
        usize::from(char_at(at).and_then(joiner).is_some_and(|joint| marks.contains(&joint)))
    };
    let letter_at = mark(0, &['·']);
    let letter = char_at(letter_at).filter(|c| c.is_ascii_uppercase())?;
    let from = letter_at + 1 + mark(letter_at + 1, &['·', ' ', '\t', '\u{3000}']);
    let number: String = behind
        .iter()
        .skip(from)
        .map(|(_, c)| *c)
        .take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        .take(7)
        .collect();
    let digits = number.chars().filter(|c| c.is_ascii_digit()).count();
    // GB and digits name a standard.
    if digits < 3 || (letter == 'G' && number.starts_with('B')) {
        return None;
    }
    let to = from + number.len();
    let lettered = |c: char| c.is_ascii_uppercase();
    match number.len() {
        4 if char_at(to).is_some_and(|c| ENDINGS.contains(c)) => Some(to + 1),
        5 => Some(to),
        // New energy: six, with a letter at one end.
        6 if number.starts_with(lettered) || number.ends_with(lettered) => Some(to),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        plates(text).into_iter().map(|(start, end)| &text[start..end]).collect()
    }

    #[test]
    fn plates_have_their_shape() {
        assert_eq!(found("车牌苏A12345和沪AD12345"), ["苏A12345", "沪AD12345"]);
        for plate in ["苏N•12345", "苏N 12345", "苏N1234学", "晋D1234挂", "晋D·A1234"] {
            assert_eq!(found(&format!("查扣{plate}，")), [plate]);
        }
        for text in ["苏AABCDE，京津冀A级，GB32100-2015", "新GB19517标准", "更新B20315号", "宁S2023001标段"]
        {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
