//! Characters that are taken for each other: of like sound, or of like shape.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What the tables know of each character.
struct Alike {
    /// The lines of `syllables.txt` a character stands in.
    sounds: HashMap<char, Vec<u16>>,
    /// The characters of each line.
    lines: Vec<Vec<char>>,
    shapes: HashMap<char, HashSet<char>>,
    /// The second characters of words of two, by the first.
    pairs: HashMap<char, HashSet<char>>,
}

static ALIKE: LazyLock<Alike> = LazyLock::new(|| {
    let lines = |text: &'static str| text.lines().filter(|line| !line.starts_with('#'));
    let mut sounds: HashMap<char, Vec<u16>> = HashMap::new();
    let mut by_sound: Vec<Vec<char>> = Vec::new();
    for (number, line) in (0_u16..).zip(lines(include_str!("../../../data/lexicon/syllables.txt"))) {
        for c in line.chars() {
            sounds.entry(c).or_default().push(number);
        }
        by_sound.push(line.chars().collect());
    }
    let mut shapes: HashMap<char, HashSet<char>> = HashMap::new();
    for line in lines(include_str!("../../../data/lexicon/shapes.txt")) {
        let mut chars = line.chars();
        let Some(first) = chars.next() else { continue };
        for other in chars {
            shapes.entry(first).or_default().insert(other);
            shapes.entry(other).or_default().insert(first);
        }
    }
    let mut pairs: HashMap<char, HashSet<char>> = HashMap::new();
    for line in lines(include_str!("../../../data/lexicon/pairs.txt")) {
        let mut chars = line.chars();
        let Some(first) = chars.next() else { continue };
        pairs.entry(first).or_default().extend(chars);
    }
    Alike { sounds, lines: by_sound, shapes, pairs }
});

/// Whether one character is easily written for the other.
pub(super) fn is_alike(one: char, other: char) -> bool {
    let sounds = |c: char| ALIKE.sounds.get(&c).map(Vec::as_slice).unwrap_or_default();
    let shapes = || ALIKE.shapes.get(&one).is_some_and(|shapes| shapes.contains(&other));
    sounds(one).iter().any(|sound| sounds(other).contains(sound)) || shapes()
}

/// All that is easily written for a character.
pub(super) fn alike(c: char) -> HashSet<char> {
    let sounds = ALIKE.sounds.get(&c).into_iter().flatten();
    let sounding = sounds.filter_map(|line| ALIKE.lines.get(usize::from(*line))).flatten();
    let shaped = ALIKE.shapes.get(&c).into_iter().flatten();
    sounding.chain(shaped).copied().filter(|other| *other != c).collect()
}

/// Whether a character is in common use in simplified texts; 開 is not.
pub(super) fn is_common(c: char) -> bool {
    ALIKE.sounds.contains_key(&c)
}

/// Whether two characters make a word in common use.
pub fn is_word(one: char, next: char) -> bool {
    ALIKE.pairs.get(&one).is_some_and(|seconds| seconds.contains(&next))
}

/// Whether a character is a word by itself in running text: 的, 已, 各.
pub(super) fn is_particle(c: char) -> bool {
    const PARTICLES: &str = "的了着过和与及或等并且而则但又也都还仍均只仅才就便即若如因由于从自对向为被把将让给以用按依据凭\
        在到至往于是有无没未不非可能会要应需须该得已正曾常很更最较太极再各每某本该其此这那何全整新老大小多少好上下前后\
        左右内外中间里旁东西南北初末一二两三四五六七八九十百千万亿零半双单第首次个件条项份期年月日时分元人们我你他她它\
        谁者所之乎矣说称指即率度性化员家品表书号点面会法力量额值数版类型式感级层段届批位名款章节目省市县区镇乡村局委办厅处科股室所站院校队组";
    PARTICLES.contains(c)
}

/// Whether a character joins words or leads to one: 的, 和, 在.
pub(super) fn is_joint(c: char) -> bool {
    "的了着过和与及或并而但又也还均已未在为是被把将让给对从自由于以向".contains(c)
}

/// Whether a character is a word by itself behind a word that ends with it: 工作|作了部署.
pub(super) fn is_verb(c: char) -> bool {
    is_particle(c) || "作开报走看做建设".contains(c)
}

/// Whether a character makes a word of nearly any other that it follows: 制, 法, 台.
pub(super) fn is_suffix(c: char) -> bool {
    is_particle(c) || "制书会网线台栏金册簿馆库部团体".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_like_sound_or_shape_are_alike() {
        for (one, other) in
            [('与', '于'), ('依', '以'), ('例', '列'), ('开', '幵'), ('府', '俯'), ('政', '攻')]
        {
            assert!(is_alike(one, other) && is_alike(other, one), "{one}{other}");
        }
        assert!(!is_alike('开', '布') && !is_alike('公', '信'));
        assert!(is_common('开') && !is_common('開') && !is_common('，'));
    }
}
