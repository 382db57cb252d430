//! How much of one narrative stands in another: shared runs of characters, numbers and marks aside.

/// Length of the runs compared, in characters: shorter ones are shared by any two reports.
const RUN: usize = 6;
/// From here on a narrative counts as copied, in thousandths.
pub const COPIED_PERMILLE: u32 = 800;
/// Short narratives are alike without being copied: 无。, or one sentence about a quiet year.
pub const FEWEST_CHARACTERS: usize = 150;

/// What two texts have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likeness {
    /// Shared runs over all runs of both, in thousandths (Jaccard).
    pub permille: u32,
    /// Letters of the shorter text that were compared.
    pub characters: usize,
}

impl Likeness {
    pub fn is_copied(&self) -> bool {
        self.characters >= FEWEST_CHARACTERS && self.permille >= COPIED_PERMILLE
    }
}

/// Compares two texts; digits, blanks and punctuation count for nothing, since only they change where a
/// text was copied from the year before.
pub fn likeness(left: &str, right: &str) -> Likeness {
    let (left, right) = (letters(left), letters(right));
    let characters = left.len().min(right.len());
    let (left, right) = (runs(&left), runs(&right));
    let shared = left.iter().filter(|run| right.binary_search(run).is_ok()).count();
    let all = left.len() + right.len() - shared;
    let permille = (shared * 1000).checked_div(all).unwrap_or(0);
    Likeness { permille: u32::try_from(permille).unwrap_or(1000), characters }
}

/// How many parts a sketch has, and of how many least hashes each is made: of two narratives that share
/// eight tenths of their runs, 98 in 100 share a part.
const BANDS: usize = 8;
const ROWS: usize = 4;

/// The parts of the sketch of a narrative of a year's report; texts of one year that are nearly the same mostly share one
/// of them.
///
/// A short text has none: it is like others without being copied.
pub fn bands(year: i32, text: &str) -> Vec<String> {
    let letters = letters(text);
    if letters.len() < FEWEST_CHARACTERS {
        return Vec::new();
    }
    let runs = runs(&letters);
    let least = |seed: u64| runs.iter().map(|run| mixed(run ^ mixed(seed))).min().unwrap_or(0);
    let least: Vec<u64> = (1..).map(least).take(BANDS * ROWS).collect();
    let band = |(at, rows): (usize, &[u64])| {
        format!("{year}.{at}{:016x}", rows.iter().fold(0, |all, row| mixed(all ^ row)))
    };
    least.chunks(ROWS).enumerate().map(band).collect()
}

/// FNV-1a over the letters: the same on every machine and in every version.
fn hash(run: &[char]) -> u64 {
    run.iter().fold(0xcbf2_9ce4_8422_2325, |hash, letter| {
        (hash ^ u64::from(u32::from(*letter))).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The finalizer of MurmurHash3: every bit of what comes in moves every bit of what goes out.
fn mixed(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|letter| letter.is_alphabetic()).collect()
}

/// The hashes of all runs, each once, in order.
fn runs(letters: &[char]) -> Vec<u64> {
    let mut runs: Vec<u64> = letters.windows(RUN).map(hash).collect();
    runs.sort_unstable();
    runs.dedup();
    runs
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
    fn copies_share_a_part_of_their_sketches_and_others_do_not() {
        let words = ["公开目录", "依申请", "培训", "网站", "栏目", "解读", "回应", "监督", "考核", "评议"];
        let sentence =
            |at: usize| format!("第{at}季度围绕{}开展{}工作，完成任务，", words[at % 10], words[at * 7 % 10]);
        let text: String = (0..40)
            .map(|at| sentence(at) + &"甲乙丙丁戊己庚辛壬癸".chars().skip(at % 9).collect::<String>())
            .collect();
        let copy = text.replace("培训", "学习");
        let shared = |one: &str, two: &str| {
            bands(2023, one).iter().filter(|band| bands(2023, two).contains(band)).count()
        };
        assert!(likeness(&text, &copy).is_copied());
        assert!(shared(&text, &copy) > 0 && shared(&text, &text) == BANDS);
        let other = "本机关认真贯彻落实各项规定。".repeat(3)
            + &"群众来信来访办理情况良好，窗口服务质量持续提升，政策宣传进村入户，便民举措不断增加。"
                .repeat(4);
        assert_eq!(shared(&text, &other), 0);
        assert!(bands(2023, "无。").is_empty());
    }

    #[test]
    fn texts_about_the_same_thing_in_other_words_are_not_alike() {
        let other = "围绕群众关切，全年发布各类信息若干条，受理公民申请并逐件回复，没有发生复议和诉讼。";
        assert!(likeness(TEXT, other).permille < 100);
        assert_eq!(likeness("", "").permille, 0);
        assert_eq!(likeness(TEXT, "").characters, 0);
    }
}
