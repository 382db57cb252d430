//! What sentences and tables both tell: the words of each subject, and the cells it may mean.

use super::lists::{
    APPLICATIONS, ASKED, BECAUSE, CASES, CAUSED, DECIDED, DECISION, DOCUMENT, DOCUMENTS, HOW_MANY, LEFT,
    RECEIVED, WHOLE,
};
use crate::domain::statistics::{REFUSED, UNAVAILABLE};

/// Something that sentences give a number of.
pub(in crate::domain::rules) struct Subject {
    /// What the numbers behind it go on to speak of.
    pub section: &'static str,
    pub words: &'static [&'static str],
    /// All that may stand before the word: whatever else stands there makes it a part or another's.
    lead: &'static [&'static [&'static str]],
    /// All that may stand between the word and the number.
    tail: &'static [&'static [&'static str]],
    /// A phrase with one of these needs no sentence around it to be understood.
    named: &'static [&'static str],
    /// Any other phrase needs one of these in its sentence; none: nothing.
    pub instead: &'static [&'static str],
    /// Sums of cells, any of which may be meant; none: no cell is compared.
    pub may_be: &'static [&'static [&'static str]],
}

pub(super) const NEW: &str = "requests.new_requests.total";
pub(super) const CARRIED_OVER: &str = "requests.carried_over.total";
const RESULTS: &str = "requests.results_total.total";
pub(super) const CARRIED_FORWARD: &str = "requests.carried_forward.total";
const GRANTED: &str = "requests.granted.total";
const PARTIALLY: &str = "requests.partially_granted.total";
pub(super) const NOT_PROCESSED: &[&str] = &[
    "requests.not_processed_petition.total",
    "requests.not_processed_duplicate.total",
    "requests.not_processed_published_material.total",
    "requests.not_processed_excessive_repetition.total",
    "requests.not_processed_confirm_or_reissue.total",
];
pub(super) const OTHERWISE: &[&str] = &[
    "requests.other_correction_overdue.total",
    "requests.other_fee_overdue.total",
    "requests.other_other.total",
];
const RECONSIDERED: &str = "disputes.reconsideration.total";
const DIRECT: &str = "disputes.litigation_direct.total";
const AFTER: &str = "disputes.litigation_after_reconsideration.total";
const ISSUED: &str = "proactive_disclosure.normative_documents.issued";
const LICENSED: &str = "proactive_disclosure.licensing.decisions";
const PENALTIES: &str = "proactive_disclosure.penalties.decisions";
const COERCION: &str = "proactive_disclosure.coercion.decisions";
const REGULATIONS: &str = "proactive_disclosure.regulations.issued";
const REPEALED: &str = "proactive_disclosure.normative_documents.repealed";
const IN_FORCE: &str = "proactive_disclosure.normative_documents.in_force";

/// A subject of applications: named where the phrase says 申请.
const fn of_applications(
    words: &'static [&'static str],
    tail: &'static [&'static [&'static str]],
    instead: &'static [&'static str],
    may_be: &'static [&'static [&'static str]],
) -> Subject {
    Subject { section: "requests", words, lead: &[WHOLE], tail, named: &["申请"], instead, may_be }
}

/// A group of the results: what sentences tell of is its sum.
const fn of_results(words: &'static [&'static str], may_be: &'static [&'static [&'static str]]) -> Subject {
    Subject {
        section: "requests",
        words,
        lead: &[WHOLE],
        tail: &[&["的", "申请", "类", "有", "共", "情形", "为"]],
        named: &[],
        instead: &[],
        may_be,
    }
}

const fn of_disputes(
    words: &'static [&'static str],
    lead: &'static [&'static [&'static str]],
    instead: &'static [&'static str],
    may_be: &'static [&'static [&'static str]],
) -> Subject {
    Subject { section: "disputes", words, lead, tail: &[CASES], named: CAUSED, instead, may_be }
}

const fn of_documents(words: &'static [&'static str], may_be: &'static [&'static [&'static str]]) -> Subject {
    Subject {
        section: "proactive_disclosure",
        words,
        lead: &[WHOLE, DOCUMENTS],
        tail: &[DOCUMENTS, &["数量", "件数", "为"]],
        named: DOCUMENT,
        instead: DOCUMENT,
        may_be,
    }
}

const fn of_decisions(words: &'static [&'static str], may_be: &'static [&'static [&'static str]]) -> Subject {
    Subject {
        section: "proactive_disclosure",
        words,
        lead: &[WHOLE, DECIDED],
        tail: &[DECISION],
        named: words,
        instead: words,
        may_be,
    }
}

pub(super) static SUBJECTS: &[Subject] = &[
    of_applications(&["新收到", "新收"], RECEIVED, ASKED, &[&[NEW]]),
    of_applications(
        &["收到", "受理", "收办", "接到", "接收", "登记政府信息公开", "登记依申请公开"],
        RECEIVED,
        ASKED,
        &[&[NEW], &[NEW, CARRIED_OVER]],
    ),
    of_applications(&["办理"], RECEIVED, ASKED, &[&[NEW], &[NEW, CARRIED_OVER], &[RESULTS]]),
    of_applications(&["办结", "答复"], &[APPLICATIONS, HOW_MANY], ASKED, &[&[RESULTS]]),
    of_applications(
        &[
            "依申请公开总量",
            "依申请公开总数",
            "依申请公开申请量",
            "依申请公开受理量",
            "依申请公开件数",
            "依申请公开数量",
            "依申请公开申请数",
            "政府信息公开申请量",
            "政府信息公开申请件数",
            "政府信息公开申请受理量",
        ],
        &[HOW_MANY],
        &[],
        &[&[NEW], &[NEW, CARRIED_OVER]],
    ),
    of_applications(
        &["未办结", "正在办理", "尚未办结", "待办"],
        &[APPLICATIONS],
        LEFT,
        &[&[CARRIED_FORWARD]],
    ),
    of_applications(
        &["政府信息公开申请数量", "政府信息公开申请总数", "政府信息公开申请总量", "政府信息公开申请数"],
        &[&["共", "共计", "为", "达"]],
        &[],
        &[&[NEW], &[NEW, CARRIED_OVER]],
    ),
    of_applications(
        &["上年结转", "上年度结转", "结转上年度", "结转上年"],
        &[APPLICATIONS, &["至本年度", "至本年", "至今年", "到本年", "办理"]],
        &[],
        &[&[CARRIED_OVER]],
    ),
    of_applications(
        &[
            "结转下年度",
            "结转下年",
            "结转至下年度",
            "结转到下年度",
            "结转至下一年度",
            "结转到下一年度",
            "结转下一年度",
            "转入下年度",
            "转至下年度",
            "转下年度",
            "转下年",
        ],
        &[APPLICATIONS, &["继续", "办理"]],
        &[],
        &[&[CARRIED_FORWARD]],
    ),
    of_applications(&["结转"], &[APPLICATIONS], &[], &[&[CARRIED_OVER], &[CARRIED_FORWARD]]),
    Subject {
        section: "requests",
        words: &["予以公开", "同意公开"],
        lead: &[WHOLE, &["对", "符合", "条件", "规定", "公开", "政府信息", "申请", "的"]],
        tail: &[&[
            "和",
            "及",
            "或",
            "、",
            "（",
            "含",
            "）",
            "部分公开",
            "的",
            "有",
            "类",
            "申请",
            "共",
            "共计",
            "为",
        ]],
        named: &[],
        instead: &[],
        may_be: &[&[GRANTED], &[GRANTED, PARTIALLY]],
    },
    Subject {
        section: "requests",
        words: &["部分公开"],
        lead: &[WHOLE],
        tail: &[&["的", "有", "类", "申请", "共", "为"]],
        named: &[],
        instead: &[],
        may_be: &[&[PARTIALLY]],
    },
    of_results(&["不予公开"], &[REFUSED]),
    of_results(&["无法提供"], &[UNAVAILABLE]),
    of_results(&["不予处理"], &[NOT_PROCESSED]),
    of_results(&["其他处理"], &[OTHERWISE]),
    of_disputes(
        &["直接提起行政诉讼", "直接提起诉讼", "直接起诉"],
        &[WHOLE, BECAUSE, &["未经复议", "未经行政复议"]],
        &[],
        &[&[DIRECT]],
    ),
    of_disputes(
        &["复议后提起行政诉讼", "复议后提起诉讼", "复议后起诉"],
        &[WHOLE, BECAUSE, &["经", "行政"]],
        &[],
        &[&[AFTER]],
    ),
    of_disputes(
        &["行政复议、行政诉讼", "行政复议和行政诉讼", "行政复议及行政诉讼", "行政复议、诉讼"],
        &[WHOLE, BECAUSE],
        &["信息公开"],
        &[&[RECONSIDERED, DIRECT, AFTER]],
    ),
    of_disputes(&["行政复议"], &[WHOLE, BECAUSE], &["信息公开"], &[&[RECONSIDERED]]),
    of_disputes(
        &["行政诉讼", "诉讼"],
        &[WHOLE, BECAUSE],
        &["信息公开", "未经复议直接起诉", "复议后起诉"],
        &[&[DIRECT], &[AFTER], &[DIRECT, AFTER]],
    ),
    of_documents(
        &["制发", "新制发", "新制定", "新出台", "制定出台", "制定", "制订", "出台", "新印发"],
        &[&[ISSUED]],
    ),
    of_documents(&["废止", "清理废止"], &[&[REPEALED]]),
    of_documents(&["现行有效"], &[&[IN_FORCE]]),
    Subject {
        section: "proactive_disclosure",
        words: &[
            "新制发规章",
            "制发规章",
            "制定规章",
            "出台规章",
            "制发政府规章",
            "制定政府规章",
            "制发县政府规章",
            "制发市政府规章",
            "新制发政府规章",
            "新制发县政府规章",
            "新制发市政府规章",
        ],
        lead: &[WHOLE],
        tail: &[&["共", "共计"]],
        named: &["规章"],
        instead: &["规章"],
        may_be: &[&[REGULATIONS]],
    },
    of_decisions(&["行政许可决定", "行政许可"], &[&[LICENSED]]),
    of_decisions(&["行政处罚决定", "行政处罚"], &[&[PENALTIES]]),
    of_decisions(&["行政强制决定", "行政强制"], &[&[COERCION]]),
];

impl Subject {
    /// The subject of a phrase, and whether the phrase names it in full.
    pub fn of(phrase: &str) -> Option<(&'static Subject, bool)> {
        let subject = SUBJECTS.iter().find(|subject| subject.is_told_by(phrase))?;
        Some((subject, subject.named.iter().any(|word| phrase.contains(*word))))
    }

    /// The subject whose word stands last in a phrase.
    pub fn last_in(phrase: &str) -> Option<&'static Subject> {
        let words =
            SUBJECTS.iter().flat_map(|subject| subject.words.iter().map(move |word| (*word, subject)));
        let found =
            words.filter_map(|(word, subject)| Some((phrase.rfind(word)? + word.len(), word.len(), subject)));
        found.max_by_key(|(end, length, _)| (*end, *length)).map(|(_, _, subject)| subject)
    }

    /// Whether a phrase is one of its words with nothing but fitting words on either side.
    fn is_told_by(&self, phrase: &str) -> bool {
        self.words.iter().any(|word| {
            let sides = phrase.split_once(*word);
            sides.is_some_and(|(lead, tail)| is_made_of(lead, self.lead) && is_made_of(tail, self.tail))
        })
    }
}

/// Whether a subject is of decisions, of which only some may be meant.
pub(super) fn is_of_decisions(subject: &Subject) -> bool {
    [LICENSED, PENALTIES, COERCION].iter().any(|cell| subject.may_be == [[*cell].as_slice()].as_slice())
}

/// Whether words of these lists alone make up a text, the longest first.
pub(super) fn is_made_of(text: &str, lists: &[&[&str]]) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let words = lists.iter().flat_map(|list| list.iter()).filter(|word| rest.starts_with(**word));
        let longest = words.map(|word| word.len()).max();
        match longest.and_then(|length| rest.get(length..)) {
            Some(next) => rest = next,
            None => return false,
        }
    }
    true
}
