//! Parts that are more than their whole: 共5件，其中甲3件、乙4件.

use super::finding::telling;
use super::{Explainable, Findings, Judging, Rule};
use crate::domain::wording::{Told, is_digit, is_han, numbers, sentences};

pub static RULE: Rule = Rule::warning("text.parts_do_not_add_up", "文字中的分项与合计一致", check)
    .explainable(Explainable::ByEditor);

/// A surplus of one in so many is a slip.
const SLIP: i64 = 200;
/// Most numbers looked at behind a whole.
const MOST: usize = 40;
/// Changes are no parts.
const COMPARED: [&str; 6] = ["同比", "较", "增", "减", "上年", "去年"];
/// Parts that tell the same things again.
const AGAIN: [&str; 4] = ["同步", "转载", "转发", "同时"];
/// What is published through several of these may be the same.
const CHANNELS: [&str; 7] = ["网站", "微信", "微博", "公众号", "客户端", "抖音", "新媒体"];
const PUBLISHED: [&str; 3] = ["条", "篇", "次"];
/// A clause with one of these tells something new.
const VERBS: [&str; 19] = [
    "召开", "举办", "开展", "发布", "更新", "编制", "印发", "制作", "收到", "受理", "办理", "办结", "答复",
    "回复", "回应", "参加", "组织", "解读", "推送",
];

fn check(judged: &Judging<'_>, findings: &mut Findings) {
    for said in &judged.texts {
        let text = said.text();
        let wrong = wrong(text).into_iter().map(|(start, end, sum)| (start, end, telling("sum", sum)));
        said.tell(&RULE, wrong, findings);
    }
}

/// Wholes that their parts do not fit, each with the sum of its parts.
fn wrong(text: &str) -> Vec<(usize, usize, i64)> {
    let mut found = Vec::new();
    for (from, sentence) in sentences(text) {
        let told = numbers(sentence);
        for (at, whole) in told.iter().enumerate() {
            let behind = told.get(at + 1..).unwrap_or_default();
            if behind.is_empty() {
                break;
            }
            let summed = is_whole(whole.phrase);
            if !summed && !is_parted(sentence, whole) {
                continue;
            }
            let parts = Parts::of(sentence, whole, behind);
            if !summed
                && !parts.are_named()
                && !parts.complete
                && !parts.are_all_listed(sentence, whole, behind)
            {
                continue;
            }
            // 复议5件、诉讼0件，其中…: the parts may be of both.
            let before = told.get(..at).unwrap_or_default().iter();
            let beside = before.filter(|told| told.clause_start() == whole.clause_start());
            let beside = beside.filter(|told| told.unit == whole.unit).map(|told| told.number);
            let both = beside.fold(0_i64, i64::saturating_add);
            let of_both = |sum: i64| both > 0 && sum <= whole.number.saturating_add(both);
            if let Some(sum) = parts.contradict(whole).filter(|sum| !of_both(*sum)) {
                found.push((from + whole.start, from + whole.end, sum));
            }
        }
        found.extend(of_the_year(&told).map(|(start, end, sum)| (from + start, from + end, sum)));
        found.extend(summed_up(sentence, &told).map(|(start, end, sum)| (from + start, from + end, sum)));
    }
    found
}

/// 第一季度820条，第二季度905条，第三季度766条，第四季度1010条，全年累计发布3600条: the quarters or halves of a year and the
/// whole of it behind them.
fn of_the_year(told: &[Told<'_>]) -> Option<(usize, usize, i64)> {
    const QUARTERS: [&str; 4] = ["一季度", "二季度", "三季度", "四季度"];
    const HALVES: [&str; 2] = ["上半年", "下半年"];
    for names in [QUARTERS.as_slice(), HALVES.as_slice()] {
        let at = told.iter().position(|told| told.phrase.contains("全年")).filter(|at| *at == names.len());
        let Some((whole, parts)) = at.and_then(|at| Some((told.get(at)?, told.get(..at)?))) else { continue };
        let all =
            parts.iter().zip(names).all(|(part, name)| part.phrase.contains(name) && part.unit == whole.unit);
        let sum = parts.iter().try_fold(0_i64, |sum, part| sum.checked_add(part.number))?;
        if all && sum != whole.number && !COMPARED.iter().any(|word| whole.phrase.contains(word)) {
            return Some((whole.start, whole.end, sum));
        }
    }
    None
}

/// 信函3件、网络9件，共计14件: a sum behind its parts that is none of the last ones.
fn summed_up(sentence: &str, told: &[Told<'_>]) -> Option<(usize, usize, i64)> {
    const SUMS: [&str; 5] = ["共计", "合计", "共", "总计", "累计"];
    let bare = |told: &Told<'_>| told.phrase.trim_matches(|c: char| !is_han(c)).to_owned();
    // 访谈4期、调查6期、征集15期，共开展互动交流活动26期: what is summed up is all of a kind.
    let kinds = |told: &Told<'_>| {
        let said = bare(told);
        let led = ["共", "共计", "累计", "合计"].iter().find_map(|sum| said.strip_prefix(sum));
        led.is_some_and(|rest| {
            ["开展", "举办", "组织"].iter().any(|verb| rest.starts_with(verb)) && rest.ends_with("活动")
        })
    };
    let at = told.iter().position(|told| SUMS.contains(&bare(told).as_str()) || kinds(told))?;
    let (whole, parts) = (told.get(at)?, told.get(..at)?);
    let alike = parts.iter().all(|part| part.unit == whole.unit && !is_whole(part.phrase));
    let alike = alike || are_readings(sentence, whole, parts);
    let apart = ["其中", "同步", "转载", "转发", "同比", "较"].iter().any(|word| sentence.contains(word));
    let few = kinds(whole) && parts.len() < 3;
    if parts.len() < 2 || few || !alike || apart {
        return None;
    }
    let mut sum = 0_i64;
    for (count, part) in parts.iter().rev().enumerate() {
        sum = sum.checked_add(part.number)?;
        if count > 0 && sum == whole.number {
            return None;
        }
    }
    Some((whole.start, whole.end, sum))
}

/// 图解18篇、视频6个，共25个解读产品: whether what is summed up is counted in units of its own and is all of one kind.
fn are_readings(sentence: &str, whole: &Told<'_>, parts: &[Told<'_>]) -> bool {
    const FORMS: [&str; 9] = ["图解", "视频", "动漫", "动画", "音频", "长图", "海报", "漫画", "解读"];
    let behind = sentence.get(whole.unit_end..).unwrap_or_default();
    let readings = ["解读产品", "解读作品", "解读材料"].iter().any(|kind| behind.starts_with(kind));
    let before = sentence.get(..whole.start).unwrap_or_default();
    let form = |part: &Told<'_>| FORMS.iter().any(|form| part.phrase.ends_with(form));
    readings && !before.contains('等') && parts.iter().all(form)
}

/// Whether 其中 follows a number at once: 收到14件，其中….
fn is_parted(sentence: &str, whole: &Told<'_>) -> bool {
    let behind = sentence.get(whole.unit_end..).unwrap_or_default();
    // A list behind a colon is all of it only where its last part is the rest.
    let all = behind.starts_with('：') && ["其他", "其余"].iter().any(|rest| behind.contains(rest));
    let behind = behind.trim_start_matches(['，', ',', '（', '(']);
    // 23条，分别是甲12条、乙8条; 13个（县级2个、乡镇级12个）.
    let listed = sentence.get(whole.unit_end..).is_some_and(|behind| behind.starts_with(['（', '(', '：']));
    all || listed || LISTED.iter().chain(&["其中", "包括"]).any(|word| behind.starts_with(word))
}

const LISTED: [&str; 3] = ["分别是", "分别为", "具体为"];

/// Whether a phrase sums up; 公共, 共同 and 共享 do not.
fn is_whole(phrase: &str) -> bool {
    let sums = ["全年", "合计", "总计", "累计"].iter().any(|word| phrase.contains(*word));
    sums || phrase.match_indices('共').any(|(at, word)| {
        let before = phrase.get(..at).unwrap_or_default();
        let behind = phrase.get(at + word.len()..).unwrap_or_default();
        !before.ends_with('公') && !behind.starts_with(['同', '享', '建'])
    })
}

/// The parts of a whole: what stands behind 其中 or a colon and is counted in the same unit.
#[derive(Default)]
struct Parts {
    numbers: Vec<i64>,
    /// All that stands between their numbers.
    names: String,
    /// Whether 其中 leads them, so that they need not be all.
    among: bool,
    /// Whether the last of them is all the rest: 其他信息32条.
    complete: bool,
}

impl Parts {
    fn of(sentence: &str, whole: &Told<'_>, behind: &[Told<'_>]) -> Parts {
        let mut parts = Parts::default();
        let (mut end, mut clause, mut depth) = (whole.unit_end, (0, 0), 0_usize);
        for (place, told) in behind.iter().enumerate().take(MOST) {
            let between = sentence.get(end..told.start).unwrap_or_default();
            let goes_on = if place == 0 { opens(between) } else { is_next(between, told, clause) };
            if !goes_on || COMPARED.iter().any(|word| between.contains(*word)) {
                break;
            }
            if place == 0 {
                parts.among = between.contains("其中");
            } else {
                // Parts of a part stand in brackets.
                depth = (depth + count(between, ['（', '('])).saturating_sub(count(between, ['）', ')']));
            }
            (end, clause) = (told.unit_end, (told.clause_start(), told.clause_end()));
            if depth == 0 {
                parts.complete = told.phrase.contains("其他") || told.phrase.contains("其余");
                parts.names.push_str(between);
                parts.numbers.extend((told.unit == whole.unit).then_some(told.number));
            }
        }
        parts
    }

    /// Their sum, if they are more than the whole, or two halves of a year that are less.
    fn contradict(&self, whole: &Told<'_>) -> Option<i64> {
        let sum = self.numbers.iter().try_fold(0_i64, |sum, number| sum.checked_add(*number))?;
        let largest = self.numbers.iter().copied().max()?;
        let has = |word: &str| self.names.contains(word);
        let halves = self.numbers.len() == 2 && has("上半年") && has("下半年");
        let unfit = sum > whole.number || (halves && sum != whole.number);
        // What is published twice makes a large surplus; a small one is a slip.
        let slip = sum > whole.number && (sum - whole.number).saturating_mul(SLIP) <= whole.number;
        let unfit = unfit || (self.complete && self.numbers.len() > 2 && sum != whole.number);
        let overlaps = self.overlap(whole.unit) && !(slip && self.numbers.len() > 1);
        (largest > whole.number || (unfit && !overlaps)).then_some(sum)
    }

    /// Whether there are several, each with a name of its own.
    fn are_named(&self) -> bool {
        let names = self.names.chars().filter(|c| is_han(*c)).count();
        // 其中 is nobody's name.
        self.among && self.numbers.len() >= 2 && names >= 2 * self.numbers.len() + 2
    }

    /// Whether all that the sentence counts behind the whole are its parts, in its unit, and nothing says that any is
    /// counted twice.
    fn are_all_listed(&self, sentence: &str, whole: &Told<'_>, behind: &[Told<'_>]) -> bool {
        if self.among || self.numbers.len() < 2 || self.numbers.len() != behind.len() {
            return false;
        }
        let twice = ["出席", "同步", "转载", "转发", "同时", "累计", "次数", "等"];
        let said = sentence.get(whole.unit_end..).unwrap_or_default();
        // 初信60件（网上40件、书面20件）、重信25件: what stands behind the bracket is no part.
        let bracket = said.starts_with(['（', '(']).then(|| said.find(['）', ')'])).flatten();
        let end = whole.unit_end + bracket.unwrap_or(said.len());
        behind.iter().all(|part| part.start < end)
            && !twice.iter().any(|word| said.contains(word))
            && !behind.iter().any(tells_new)
            && !CHANNELS.iter().any(|word| self.names.contains(word))
            && !COMPARED.iter().any(|word| said.contains(word))
    }

    /// Whether the same thing may be counted in two of them.
    fn overlap(&self, unit: &str) -> bool {
        let channels = CHANNELS.iter().filter(|word| self.names.contains(**word)).count();
        let again = AGAIN.iter().any(|word| self.names.contains(*word));
        again || (self.among && channels > 1 && PUBLISHED.contains(&unit))
    }
}

/// Whether what leads to a number does something: 收到5件, but not 栏目更新5件.
fn tells_new(told: &Told<'_>) -> bool {
    const NAMES: [&str; 3] = ["更新", "解读", "回应"];
    let said = told.phrase.trim_matches(|c: char| !is_han(c));
    let said = LISTED.iter().find_map(|word| said.strip_prefix(word)).unwrap_or(said);
    VERBS.iter().any(|verb| said.starts_with(verb) || (said.ends_with(verb) && !NAMES.contains(verb)))
}

/// Whether parts begin here: behind a colon, or behind 其中 with no other number before it.
fn opens(between: &str) -> bool {
    let among = between.split_once("其中").is_some_and(|(head, _)| !head.contains(is_digit));
    let listed = between.trim_start_matches(['，', ',']).starts_with("包括");
    let halves = ["上半年", "一季度", "第一季度"];
    let listed =
        listed || halves.iter().any(|half| between.trim_start_matches(['，', ',']).starts_with(half));
    let apart = LISTED.iter().any(|word| between.trim_start_matches(['，', ',']).starts_with(word));
    among || apart || listed || between.starts_with(['：', ':', '（', '('])
}

/// Whether a number tells the next part: in the same clause, or in the next that only names something.
fn is_next(between: &str, told: &Told<'_>, (start, end): (usize, usize)) -> bool {
    let short = told.phrase.trim().chars().count() <= 8;
    let names = short && !VERBS.iter().any(|word| told.phrase.contains(*word));
    let next = told.clause_start() == start || (told.clause_start() == end && names);
    next && !between.contains("其中")
}

fn count(text: &str, marks: [char; 2]) -> usize {
    text.chars().filter(|c| marks.contains(c)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parts_that_exceed_their_whole_are_told() {
        for text in [
            "共受理5件，其中自然人3件、企业4件。",
            "共受理5件，其中自然人3件，企业4件。",
            "（共受理5件，其中自然人3件、企业4件），均已答复。",
            "全年共公开10条，其中网站12条。",
            "共发布320条，其中动态150条、文件120条、解读80条。",
            "全年共举办培训4场，其中线上3场、线下2场。",
            "全年共公开560条：网站320条、微信180条、公示栏80条。",
            "共发布300条，其中上半年140条、下半年150条。",
            "总计公开1,200条，其中文件1,300条。",
            "收到申请14件，其中自然人10件、企业5件。",
            "全年公开信息342条，包括政务动态200条、通知公告100条、其他信息32条。",
            "累计公开信息2080条（政务动态1500条、通知公告500条、其他信息90条）。",
            "编印公报3期，其中上半年1期、下半年3期。",
            "累计发布信息8775条，其中网站5200条、微信公众号2175条、微博1403条。",
            "收到信函申请3件、网络申请9件，共计14件。",
            "线上线下培训分别为3次、4次，共8次。",
            "公开信息386条：政务动态200条、通知公告120条、其他76条。",
            "全年召开会议12次，上半年5次、下半年6次。",
            "发布图解18篇、视频6个，共25个解读产品。",
            "召开新闻发布会6场（县政府2场、部门5场）。",
            "整改问题24个，分别是栏目更新11个、错链9个、表述错误6个。",
            "第一季度820条，第二季度905条，第三季度766条，第四季度1010条，全年累计发布3600条。",
            "上半年公开1260条，下半年公开1480条，全年公开2840条。",
            "访谈4期，网上调查6期，意见征集15期，共开展互动交流活动26期。",
            "参训人员共计680人次，其中县直部门310人次、乡镇420人次。",
        ] {
            assert_eq!(wrong(text).len(), 1, "{text}");
        }
        assert_eq!(wrong("如下。共5件，其中甲3件、乙4件。"), [(12, 13, 7)]);
    }

    #[test]
    fn parts_that_fit_overlap_or_are_of_other_things_are_not() {
        for text in [
            "共受理5件，其中自然人3件。",
            "共公开5条，其中文件2条、动态3条。",
            "受理3件，其中4件",
            "共5件，较上年其中增加9件",
            "共发布320条，其中网站发布320条、微信同步转载180条。",
            "共公开120条，其中网站公开100条（含解读30条）。",
            "共办理85件，其中初信60件（网上40件、书面20件）、重信25件。",
            "共公开草案8件，其中《条例（草案）》收到意见326条。",
            "共召开会议12场，其中负责人出席4场，举办培训10场。",
            "共收到212件，其中建议86件、提案126件，同比增加15件。",
            "公共服务事项5项，其中社保类9项。",
            "网站120条、微信公众号200条、微博66条，合计386条。",
            "收到申请20件，办结信函3件、网络9件，共12件。",
            "开展培训3次、检查4次，共查处问题8次。",
            "公开信息386条：政务动态200条、通知公告120条。",
            "发布图解18篇、视频6个，共24个解读产品。",
            "发布图解18篇、视频6个等，共25个解读产品。",
            "召开会议3次、培训2场，共12个议题。",
            "收到意见8条（采纳5条、办理4条）。",
            "召开会议12场（主要负责人出席8场、分管负责人出席6场）。",
            "公开信息5条（网站5条、微信5条）。",
            "被申请行政复议5件、行政诉讼0件，其中维持2件，纠正1件，其他2件。",
        ] {
            assert!(wrong(text).is_empty(), "{text}");
        }
    }
}
