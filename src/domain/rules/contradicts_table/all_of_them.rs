//! 收到申请14件，均为自然人申请: what is said of all that came, against the table's part of it.

use super::{Wrong, arguments, is_of_another, sum_of};
use crate::domain::rules::judging::Judging;
use crate::domain::wording::{Pattern, count, pattern};

static ALL: Pattern = Pattern::new(|| {
    pattern(
        "(?:收到|新收|受理)[^0-9，。；]{0,16}申请(?P<all>#)件[，,](?P<said>(?:均为|全部为|全为|都是|均是|均由)自然人(?P<person>申请|提出|提交|)\
         |(?:均|全部|全都|都)(?:已|依法|按时|按期|及时)*予以公开)(?:[，,。；;]|$)",
    )
});
static SUITS: Pattern = Pattern::new(|| {
    pattern(
        "行政诉讼(?:案件)?(?P<all>#)(?:件|起|宗)[，,](?P<said>(?:均|全部|都)(?:为|是)(?:复议后起诉|未经复议直接起诉))",
    )
});
const DIRECT: &str = "disputes.litigation_direct.total";
const AFTER: &str = "disputes.litigation_after_reconsideration.total";
const NEW: &str = "requests.new_requests";
const GRANTED: &str = "requests.granted.total";

pub(super) fn contradicted(judged: &Judging<'_>, sentence: &str) -> Vec<Wrong> {
    if !["自然人", "予以公开", "起诉"].iter().any(|word| sentence.contains(word)) {
        return Vec::new();
    }
    if is_of_another(judged, sentence) {
        return Vec::new();
    }
    let value = |name: &str| sum_of(&judged.content.figures, &[name]);
    let wrong = ALL.captures_iter(sentence).filter_map(|captures| {
        let (all, said) = (captures.name("all")?, captures.name("said")?);
        let all = count(all.as_str()).filter(|all| value(&format!("{NEW}.total")) == Some(*all))?;
        let cell = match captures.name("person") {
            Some(_) => format!("{NEW}.natural_person"),
            None => GRANTED.to_owned(),
        };
        let right = value(&cell).filter(|right| *right < all)?;
        Some(((said.start(), said.end(), arguments(said.as_str(), &[right])), vec![cell]))
    });
    let suits = SUITS.captures_iter(sentence).filter_map(|captures| {
        let (all, said) = (captures.name("all")?, captures.name("said")?);
        let both = [DIRECT, AFTER].iter().try_fold(0_i64, |sum, cell| sum.checked_add(value(cell)?))?;
        let cell = if said.as_str().contains("复议后") { AFTER } else { DIRECT };
        let right = value(cell).filter(|right| count(all.as_str()) == Some(both) && *right < both)?;
        Some(((said.start(), said.end(), arguments(said.as_str(), &[right])), vec![cell.to_owned()]))
    });
    wrong.chain(suits).collect()
}
