//! How much of one narrative stands in another: shared runs of characters, numbers and marks aside.

use std::collections::HashSet;

/// Length of the runs compared, in characters: shorter ones are shared by any two reports.
const RUN: usize = 6;

/// What two texts have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likeness {
    /// Shared runs over all runs of both, in thousandths (Jaccard).
    pub permille: u32,
    /// Letters of the shorter text that were compared.
    pub characters: usize,
}

/// Compares two texts; digits, blanks and punctuation count for nothing, since only they change where a
/// text was copied from the year before.
pub fn likeness(left: &str, right: &str) -> Likeness {
    let (left, right) = (letters(left), letters(right));
    let characters = left.len().min(right.len());
    let (left, right) = (runs(&left), runs(&right));
    let shared = left.intersection(&right).count();
    let all = left.len() + right.len() - shared;
    let permille = (shared * 1000).checked_div(all).unwrap_or(0);
    Likeness { permille: u32::try_from(permille).unwrap_or(1000), characters }
}

fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|letter| letter.is_alphabetic()).collect()
}

fn runs(letters: &[char]) -> HashSet<&[char]> {
    letters.windows(RUN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "本年度主动公开政府信息120条，其中规范性文件3件，办理依申请公开4件，均按时答复。";

    #[test]
    fn a_text_with_other_numbers_is_the_same_text() {
        let next = TEXT.replace("120", "135").replace('3', "5");
        assert_eq!(likeness(TEXT, &next).permille, 1000);
    }

    #[test]
    fn texts_about_the_same_thing_in_other_words_are_not_alike() {
        let other = "围绕群众关切，全年发布各类信息若干条，受理公民申请并逐件回复，没有发生复议和诉讼。";
        assert!(likeness(TEXT, other).permille < 100);
        assert_eq!(likeness("", "").permille, 0);
        assert_eq!(likeness(TEXT, "").characters, 0);
    }
}
