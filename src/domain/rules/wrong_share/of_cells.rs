//! 部分公开16件、占比12.3%: the share of a number that is the table's own.

use super::{Wholes, percentage};
use crate::domain::figures::Figures;
use crate::domain::statistics::{REFUSED, UNAVAILABLE};
use crate::domain::wording::{Pattern, count, is_han, is_percentage, numbers, pattern};

static SHARE: Pattern = Pattern::new(|| {
    pattern(
        "(?P<part>#)(?:件次|件|宗|份)[，,、（(]占(?:比|总数|总量|申请总数|申请总量|办结总数)?的?(?:比例)?(?:为|达)?(?P<rate>~)%",
    )
});
/// What is called so, and its cells.
const NAMED: [(&[&str], &[&str]); 5] = [
    (&["予以公开"], &["requests.granted.total"]),
    (&["部分公开"], &["requests.partially_granted.total"]),
    (&["不予公开"], REFUSED),
    (&["无法提供"], UNAVAILABLE),
    (&["自然人", "自然人申请", "自然人提出申请"], &["requests.new_requests.natural_person"]),
];

/// Most shares looked at in a sentence.
const MOST: usize = 40;

/// Shares that fit nothing they may be of, each with what it is of the whole meant most.
pub(super) fn wrong(sentence: &str, figures: &Figures, wholes: &Wholes) -> Vec<(usize, usize, String)> {
    if !sentence.contains('占') {
        return Vec::new();
    }
    let told = numbers(sentence);
    let cell = |name: &&str| figures.get(figures.form().by_indicator(name)?);
    let wrong = SHARE.captures_iter(sentence).take(MOST).filter_map(|captures| {
        let (part, rate) = (captures.name("part")?, captures.name("rate")?);
        let number = told.iter().find(|told| told.start == part.start())?;
        let bare = number.phrase.trim_matches(|c: char| !is_han(c));
        let bare = bare.strip_prefix("其中").unwrap_or(bare).trim_matches(|c: char| !is_han(c));
        let (_, cells) = NAMED.iter().find(|(names, _)| names.contains(&bare))?;
        let value = cells.iter().try_fold(0_i64, |sum, name| sum.checked_add(cell(name)?))?;
        let part = count(part.as_str()).filter(|part| *part == value && *part > 0)?;
        let own = if bare.starts_with("自然人") { wholes.new } else { wholes.results }?;
        let said = told.iter().filter(|whole| whole.start < number.start).map(|whole| whole.number);
        let tables = [wholes.results, wholes.new, wholes.with_carried];
        let mut of = said.chain(tables.into_iter().flatten()).filter(|whole| *whole >= part);
        let fits = of.any(|whole| is_percentage(rate.as_str(), part, whole) != Some(false));
        (!fits && own >= part).then(|| (rate.start(), rate.end(), percentage(part, own)))
    });
    wrong.collect()
}
