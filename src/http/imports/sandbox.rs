//! Documents that could be made to hurt are read by a process of their own, two at once, for five seconds.

use crate::documents::{Grid, Kind, ReadFault};
use crate::http::kernel::problem::{Code, Problem};
use serde::Deserialize;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

/// Readers at once.
const AT_ONCE: usize = 2;
/// How long one may take; also how long a document waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
const WAITING: Duration = Duration::from_secs(20);
/// Most that is taken from a reader: a document of the largest size, every cell with its wrapping.
const LARGEST_ANSWER: u64 = 128 << 20;

/// Starts readers and waits for them.
pub struct Sandbox {
    program: PathBuf,
    permits: Semaphore,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Told {
    Read { grid: Grid, charset: String },
    Failed { fault: String },
}

impl Sandbox {
    /// Readers are this very program.
    pub fn new() -> std::io::Result<Sandbox> {
        Ok(Sandbox { program: std::env::current_exe()?, permits: Semaphore::new(AT_ONCE) })
    }

    /// Reads a document; whatever happens to the reader is told as a fault of the document.
    pub async fn read(
        &self,
        kind: Kind,
        charset: Option<&str>,
        bytes: &[u8],
    ) -> Result<Result<(Grid, String), ReadFault>, Problem> {
        let permit = tokio::time::timeout(WAITING, self.permits.acquire()).await;
        let Ok(Ok(_permit)) = permit else { return Err(Problem::new(Code::Overloaded)) };
        let mut command = Command::new(&self.program);
        command.arg("parse").args(["--kind", kind.as_str()]);
        if let Some(charset) = charset.filter(|charset| charset.bytes().all(|byte| byte.is_ascii_graphic())) {
            command.arg(format!("--charset={charset}"));
        }
        command
            .env_clear()
            // The allocator would set aside more address space than a reader may have.
            .env("MIMALLOC_ARENA_RESERVE", "65536")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let child = command.spawn().map_err(|error| {
            tracing::error!(%error, "a reader could not be started");
            Problem::new(Code::Unavailable)
        })?;
        // Dropped at the time-out, and killed with it.
        Ok(match tokio::time::timeout(PATIENCE, talk(child, bytes)).await {
            Err(_) => Err(ReadFault::Told("timeout".to_owned())),
            Ok(None) => Err(ReadFault::Told("crashed".to_owned())),
            Ok(Some(Told::Failed { fault })) => Err(ReadFault::Told(fault)),
            Ok(Some(Told::Read { grid, charset })) => Ok((grid, charset)),
        })
    }
}

/// Hands the document over and reads the answer; `None` if none came.
async fn talk(mut child: Child, bytes: &[u8]) -> Option<Told> {
    let (mut stdin, stdout) = (child.stdin.take()?, child.stdout.take()?);
    let hand_over = async move {
        // A reader that gives up early closes its end.
        let _closed = stdin.write_all(bytes).await;
        drop(stdin);
    };
    let mut answer = Vec::new();
    let mut stdout = stdout.take(LARGEST_ANSWER);
    let listen = stdout.read_to_end(&mut answer);
    let ((), read) = tokio::join!(hand_over, listen);
    read.ok()?;
    child.wait().await.ok().filter(std::process::ExitStatus::success)?;
    serde_json::from_slice(&answer).ok()
}
