//! What is sent to the database: counted, and told in the log if it takes long, without what people wrote.

use diesel::connection::{Instrumentation, InstrumentationEvent};
use prometheus_client::metrics::counter::Counter;
use std::time::{Duration, Instant};

/// More of a statement is not told.
const LONGEST: usize = 1_000;

/// What is counted, and from when on a statement is slow; zero: none is.
#[derive(Debug, Clone, Default)]
pub struct Statements {
    pub sent: Counter,
    pub slow: Counter,
    pub slow_after: Duration,
}

/// The statements of one connection.
pub(super) struct Watching {
    statements: Statements,
    began: Option<Instant>,
}

impl Watching {
    pub fn new(statements: Statements) -> Watching {
        Watching { statements, began: None }
    }
}

impl Instrumentation for Watching {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => {
                self.statements.sent.inc();
                self.began = Some(Instant::now());
            }
            InstrumentationEvent::FinishQuery { query, error, .. } => {
                let Some(took) = self.began.take().map(|began| began.elapsed()) else { return };
                if self.statements.slow_after.is_zero() || took < self.statements.slow_after {
                    return;
                }
                self.statements.slow.inc();
                tracing::warn!(
                    statement = shown(&query.to_string()),
                    ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                    failed = error.is_some(),
                    "a slow statement"
                );
            }
            _ => {}
        }
    }
}

/// A statement without its parameters: neither those that are sent beside it nor texts within it.
fn shown(statement: &str) -> String {
    let (sql, _parameters) = statement.split_once(" -- binds: ").unwrap_or((statement, ""));
    let mut shown = String::new();
    // Within quotes stands every second part; a quote in a text is two of them.
    for (number, part) in sql.split('\'').enumerate() {
        if number % 2 == 0 {
            let words: Vec<&str> = part.split_whitespace().collect();
            let spaced = |is: bool| if is { " " } else { "" };
            shown.push_str(spaced(part.starts_with(char::is_whitespace) && !shown.is_empty()));
            shown.push_str(&words.join(" "));
            shown.push_str(spaced(!words.is_empty() && part.ends_with(char::is_whitespace)));
        } else {
            shown.push_str("'…'");
        }
    }
    shown.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_shown_without_what_people_wrote() {
        let sent = "SELECT \"a\"\n   FROM t WHERE b = $1 AND c = '张三''s' -- binds: [\"李四 -- binds: x\"]";
        assert_eq!(shown(sent), "SELECT \"a\" FROM t WHERE b = $1 AND c = '…''…'");
        assert_eq!(shown("COMMIT"), "COMMIT");
        assert_eq!(shown(&"x".repeat(5_000)).len(), LONGEST);
    }
}
