//! The mark of a note behind a label: 予以公开①, `科研机构[1]`, 行政许可^2. It is no part of the label.

/// Longest number of a note.
const LONGEST: usize = 2;

/// A label without the marks of notes at its end; all of it where nothing else is left.
pub(super) fn without_note(text: &str) -> &str {
    let (mut label, mut next) = (text, Some(text));
    while let Some(shorter) = next.filter(|shorter| shorter.chars().any(char::is_alphabetic)) {
        label = shorter;
        next = circled(label).or_else(|| raised(label)).or_else(|| bracketed(label));
    }
    label
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{2070}'..='\u{2079}' | '\u{2460}'..='\u{2473}' | '\u{2776}'..='\u{277f}')
}

fn circled(text: &str) -> Option<&str> {
    let text = text.trim_end();
    let kept = text.trim_end_matches(is_mark);
    (kept.len() < text.len()).then(|| kept.trim_end_matches('注'))
}

/// What a reader of a format marks as raised: `^1`.
fn raised(text: &str) -> Option<&str> {
    let (kept, number) = text.trim_end().rsplit_once('^')?;
    is_number(number).then_some(kept)
}

/// `[1]`, `（注2）`.
fn bracketed(text: &str) -> Option<&str> {
    let inside = text.trim_end().strip_suffix([']', '］', '〕', '】', '）', ')'])?;
    let (kept, number) = inside.rsplit_once(['[', '［', '〔', '【', '（', '('])?;
    is_number(number.trim_start_matches('注')).then_some(kept)
}

fn is_number(text: &str) -> bool {
    let text = text.trim();
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::without_note;

    #[test]
    fn the_marks_of_notes_are_no_part_of_a_label() {
        for text in
            ["予以公开①", "予以公开^1", "予以公开[1]", "予以公开（注2）", "予以公开¹^2", "予以公开 注①"]
        {
            assert_eq!(without_note(text).trim(), "予以公开", "{text}");
        }
        for text in
            ["（一）", "①", "[1]", "第二十条第（一）项", "总计（2024年）", "1.属于国家秘密", "本年增/减"]
        {
            assert_eq!(without_note(text), text);
        }
    }
}
