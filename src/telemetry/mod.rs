//! Logs: text or JSON on standard error, written by a thread of their own.

use crate::settings::{LogFormat, Telemetry};
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

/// Lines that wait to be written; beyond them lines are dropped rather than requests held up.
const WAITING_LINES: usize = 65_536;

/// The log as it is set up; it writes the last lines when it is dropped.
pub struct Lines {
    _guard: WorkerGuard,
    dropped: ErrorCounter,
}

impl Lines {
    /// Counts the lines there was no room for.
    pub fn dropped(&self) -> impl Fn() -> usize + Send + Sync + 'static {
        let dropped = self.dropped.clone();
        move || dropped.dropped_lines()
    }
}

/// Sets up the log.
pub fn start(telemetry: &Telemetry) -> Lines {
    let (writer, guard) =
        NonBlockingBuilder::default().buffered_lines_limit(WAITING_LINES).finish(std::io::stderr());
    let dropped = writer.error_counter();
    let filter = EnvFilter::try_new(&telemetry.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    let set = match telemetry.format {
        LogFormat::Text => subscriber.with_ansi(false).try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).with_current_span(true).try_init(),
    };
    if let Err(error) = set {
        tracing::warn!(%error, "the log was set up before");
    }
    Lines { _guard: guard, dropped }
}
