//! Years as texts name them: 2023年, ２０２３年, 二〇二三年.

use super::characters::half;

/// Years of four digits, each with the bytes of its digits.
pub fn years(text: &str) -> Vec<(usize, usize, i32)> {
    text.match_indices('年').filter_map(|(end, _)| before(text.get(..end)?)).collect()
}

/// The year with which a text ends; longer and shorter numbers are none.
fn before(text: &str) -> Option<(usize, usize, i32)> {
    let backwards = text.char_indices().rev();
    let digits: Vec<(usize, i32)> =
        backwards.map_while(|(at, c)| digit(c).map(|digit| (at, digit))).take(5).collect();
    let start = match digits.as_slice() {
        [_, _, _, (start, _)] => *start,
        _ => return None,
    };
    let year = digits.iter().rev().fold(0_i32, |year, (_, digit)| year * 10 + *digit);
    Some((start, text.len(), year))
}

fn digit(c: char) -> Option<i32> {
    match half(c) {
        '〇' | '零' | '○' => Some(0),
        '一' => Some(1),
        '二' => Some(2),
        '三' => Some(3),
        '四' => Some(4),
        '五' => Some(5),
        '六' => Some(6),
        '七' => Some(7),
        '八' => Some(8),
        '九' => Some(9),
        plain => plain.to_digit(10).and_then(|digit| i32::try_from(digit).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_read_in_each_way_of_writing_them() {
        let named = |text: &str| years(text).into_iter().map(|(_, _, year)| year).collect::<Vec<_>>();
        assert_eq!(named("2023年较２０２２年增长，二〇二四年将"), [2023, 2022, 2024]);
        assert_eq!(named("3年、12345年、近几年、全年、2019-2021年"), [2021]);
        assert_eq!(years("自2023年"), [(3, 7, 2023)]);
    }
}
