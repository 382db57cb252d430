//! 本年新收政府信息公开申请数：15件: a number behind the colon of its label.

use super::{Subject, Wrong, apart, arguments, cleaned, values};
use crate::domain::rules::judging::Judging;
use crate::domain::wording::{Pattern, count, pattern};

static LABELLED: Pattern =
    Pattern::new(|| pattern("(?P<label>[^，,。；;：:、（()）0-9]{4,30})[：:](?P<number>#)(?:件次|件|宗|份)"));

pub(super) fn contradicted(judged: &Judging<'_>, sentence: &str) -> Vec<Wrong> {
    if !sentence.contains([':', '：']) || sentence.contains("其中") {
        return Vec::new();
    }
    let apart = apart(sentence, judged.year);
    let wrong = LABELLED.captures_iter(sentence).filter_map(|captures| {
        let (label, number) = (captures.name("label")?, captures.name("number")?);
        let (subject, named) = Subject::of(&cleaned(label.as_str(), judged.year))?;
        let values = values(judged, subject)?;
        let unfit = named && number.end() <= apart && !values.is_empty();
        let told = count(number.as_str()).filter(|told| unfit && !values.contains(told))?;
        let said = arguments(&format!("{}：{told}", label.as_str()), &values);
        let cells = subject.may_be.iter().flat_map(|cells| cells.iter()).map(|cell| (*cell).to_owned());
        Some(((number.start(), number.end(), said), cells.collect()))
    });
    wrong.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_lead_to_their_numbers() {
        for (text, number) in [
            ("本年新收政府信息公开申请数：15件。", Some("15")),
            ("2023年收到政府信息公开申请:1,215件，", Some("1,215")),
            ("收到申请：自然人12件", None),
            ("申请：5件", None),
        ] {
            let found = LABELLED.captures(text).and_then(|captures| captures.name("number"));
            assert_eq!(found.map(|found| found.as_str()), number, "{text}");
        }
        let named = |label: &str| Subject::of(label).is_some_and(|(_, named)| named);
        assert!(named("本年新收政府信息公开申请数") && named("收到政府信息公开申请总数"));
        assert!(!named("收到自然人申请数") && !named("窗口收到政府信息公开申请数"));
    }
}
