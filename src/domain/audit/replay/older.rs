//! What entries of version 1 answer for: they sealed nothing, but each names what it was about, and an act on a report
//! says what it wrote.

use super::super::guarded::{CHANGES, Guarded, RECEIPTS, TRANSITIONS};
use super::super::seal::{Cell, Row};
use super::super::{AuditAction, AuditEntry};
use super::print;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// The rows that old entries speak of.
#[derive(Debug, Default)]
pub(super) struct Older {
    names: HashSet<u128>,
    /// Rows that acts on reports wrote under keys that they do not name: the table's place and what stood in the row,
    /// with the entry and its report. Each is one row.
    acts: HashMap<(usize, u128), (i64, String)>,
}

/// Of a row that an act wrote: the columns that its entry tells as well.
const OF_TRANSITION: [&str; 9] =
    ["report_id", "revision", "action", "from_state", "to_state", "person_id", "role", "comment", "digest"];
const OF_RECEIPT: [&str; 7] =
    ["report_id", "revision", "digest", "rule_set", "error", "warning", "explained"];
const OF_CHANGE: [&str; 4] = ["report_id", "agency_id", "revision", "type"];

/// Values in their order and the time, which entry and row write each in its own way.
fn print_of<'t>(values: impl IntoIterator<Item = Option<&'t str>>, at: &str) -> u128 {
    let at = at.trim_end_matches('Z').replace(' ', "T");
    let at = if at.contains('.') { at.trim_end_matches('0').trim_end_matches('.') } else { &at };
    let mut values: Vec<&str> = values.into_iter().map(Option::unwrap_or_default).collect();
    values.push(at);
    print(&serde_json::to_string(&values).unwrap_or_default())
}

fn text(value: Option<&Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}

impl Older {
    pub(super) fn take(&mut self, entry: &AuditEntry) {
        let detail: Value = serde_json::from_str(&entry.detail).unwrap_or_default();
        let named = ["token_id", "person_id", "person", "year"].map(|member| text(detail.get(member)));
        let of_entry = [&entry.agency_id, &entry.report_id, &entry.person_id].map(Clone::clone);
        self.names.extend(named.into_iter().chain(of_entry).flatten().map(|name| print(&name)));
        let Some(report) = &entry.report_id else { return };
        match entry.action.parse() {
            Ok(AuditAction::ReportTransition) => self.take_act(entry, report, &detail),
            // What was taken back before anybody saw it went with all that was noted of it.
            Ok(AuditAction::ReportDiscard) => self.acts.retain(|_, (_, of)| of != report),
            _ => {}
        }
    }

    fn take_act(&mut self, entry: &AuditEntry, report: &str, detail: &Value) {
        let said = |member: &str| text(detail.get(member));
        let person = entry.person_id.clone();
        let [action, from, to, role] = ["action", "from", "to", "role"].map(said);
        let [revision, digest, comment] = ["revision", "digest", "comment"].map(said);
        let report_id = Some(report.to_owned());
        let mut expect = |table: &Guarded, values: &[&Option<String>]| {
            let act = print_of(values.iter().map(|value| value.as_deref()), &entry.at);
            self.acts.insert((table.place(), act), (entry.seq, report.to_owned()));
        };
        expect(
            &TRANSITIONS,
            &[&report_id, &revision, &action, &from, &to, &person, &role, &comment, &digest],
        );
        if let Some(judged) = detail.get("judgement").filter(|judged| judged.is_object()) {
            let told = ["rule_set", "error", "warning", "explained"].map(|member| text(judged.get(member)));
            let [rule_set, error, warning, explained] = &told;
            expect(&RECEIPTS, &[&report_id, &revision, &digest, rule_set, error, warning, explained]);
        }
        let change = match action.as_deref() {
            Some("publish" | "archive") if revision.as_deref() == Some("1") => "report.published",
            Some("publish" | "archive") => "report.corrected",
            Some("withdraw") => "report.withdrawn",
            _ => return,
        };
        expect(&CHANGES, &[&report_id, &entry.agency_id, &revision, &Some(change.to_owned())]);
    }

    /// Whether an old entry speaks of what a row is named by, or of an act that wrote it, once.
    pub(super) fn knows(&mut self, table: &Guarded, row: &Row) -> bool {
        let texts = |columns: &[&str]| -> Vec<Option<String>> {
            let cell = |column: &&str| match row.get(column) {
                Some(Cell::Text(text)) => Some(text.clone()),
                Some(Cell::Number(number)) => Some(number.to_string()),
                _ => None,
            };
            columns.iter().map(cell).collect()
        };
        let columns: &[&str] = match table.table {
            of if of == TRANSITIONS.table => &OF_TRANSITION,
            of if of == RECEIPTS.table => &OF_RECEIPT,
            of if of == CHANGES.table => &OF_CHANGE,
            _ => {
                let keys: Vec<&str> = table.key.iter().map(|part| part.column()).collect();
                let mut names = texts(&keys).into_iter();
                return names.any(|name| self.names.contains(&print(&name.unwrap_or_default())));
            }
        };
        let Some(Cell::Text(at)) = row.get("at") else { return false };
        let values = texts(columns);
        let act = print_of(values.iter().map(Option::as_deref), at);
        self.acts.remove(&(table.place(), act)).is_some()
    }

    /// The acts whose row of a table was not asked about: it is gone, or says something else. Entry and report.
    pub(super) fn missing(&self, table: &Guarded) -> Vec<(i64, String)> {
        let of_table = self.acts.iter().filter(|((place, _), _)| *place == table.place());
        let mut acts: Vec<(i64, String)> = of_table.map(|(_, act)| act.clone()).collect();
        acts.sort_unstable();
        acts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::Origin;
    use serde_json::json;

    fn entry(seq: i64, action: &str, detail: &Value) -> AuditEntry {
        AuditEntry {
            version: 1,
            seq,
            at: "2026-01-02T03:04:05.600000Z".to_owned(),
            person_id: Some("p".to_owned()),
            person_name: None,
            action: action.to_owned(),
            agency_id: Some("a".to_owned()),
            report_id: Some("r".to_owned()),
            detail: detail.to_string(),
            request_id: String::new(),
            origin: Origin::default(),
            sealed: None,
        }
    }

    fn approval() -> Value {
        json!({"action": "approve", "from": "first_review", "to": "second_review", "role": "reviewer",
            "revision": 1, "digest": "sha256:d", "comment": null,
            "judgement": {"rule_set": "x", "error": 0, "warning": 8, "explained": 0}})
    }

    fn row(cells: &Value) -> Row {
        let cells = cells.as_object().unwrap().iter();
        cells.map(|(column, value)| (column.clone(), value.clone())).collect()
    }

    fn approved(by: &str, at: &str) -> Row {
        row(
            &json!({"id": "t", "report_id": "r", "revision": 1, "action": "approve", "from_state": "first_review",
            "to_state": "second_review", "person_id": by, "role": "reviewer", "comment": null, "digest": "sha256:d",
            "at": at}),
        )
    }

    const AT: &str = "2026-01-02 03:04:05.6";

    #[test]
    fn an_act_wrote_one_row_of_a_table_and_said_what_stood_in_it() {
        let mut older = Older::default();
        older.take(&entry(7, "report.transition", &approval()));
        assert!(!older.knows(&TRANSITIONS, &approved("p", "2026-01-02T03:04:05.700000")), "another time");
        assert!(!older.knows(&TRANSITIONS, &approved("q", AT)), "another person");
        assert_eq!(older.missing(&TRANSITIONS), [(7, "r".to_owned())]);
        assert!(older.knows(&TRANSITIONS, &approved("p", AT)));
        assert!(!older.knows(&TRANSITIONS, &approved("p", AT)), "it wrote one");
        assert_eq!(older.missing(&TRANSITIONS), []);
        let receipt = json!({"transition_id": "t", "report_id": "r", "revision": 1, "digest": "sha256:d",
            "rule_set": "x", "error": 0, "warning": 8, "explained": 0, "at": AT});
        assert!(older.knows(&RECEIPTS, &row(&receipt)));
        let change = json!({"seq": 1, "type": "report.published", "report_id": "r", "agency_id": "a",
            "year": 2023, "revision": 1, "at": AT});
        assert!(!older.knows(&CHANGES, &row(&change)), "nothing was published");
    }

    #[test]
    fn nothing_but_an_act_wrote_rows_and_what_was_discarded_is_not_missed() {
        let mut older = Older::default();
        older.take(&entry(1, "report.create", &approval()));
        assert!(!older.knows(&TRANSITIONS, &approved("p", AT)));
        older.take(&entry(2, "report.transition", &approval()));
        older.take(&entry(3, "report.discard", &json!({})));
        assert_eq!(older.missing(&TRANSITIONS), []);
    }
}
