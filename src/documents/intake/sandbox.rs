//! Files are read by processes of their own: two at once, one for each client, bounded, and ended with
//! whoever asked.

use super::read::{IntakeFault, Read, Said};
use super::wire::Answer;
use crate::documents::ReadFault;
use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Readers at once.
const AT_ONCE: usize = 2;
/// How long one may take by the clock; its own time on a processor ends before.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a document waits for its turn.
const WAITING: Duration = Duration::from_secs(20);
/// Most that is taken from a reader: the texts of a document, and a place for each cell.
const LARGEST_ANSWER: u64 = 32 << 20;
/// The signal of a process whose time on a processor is over.
const TIME_IS_OVER: i32 = 24;

/// Why nobody can tell what is in a file; that is not the file's fault.
#[derive(Debug, thiserror::Error)]
pub enum SandboxFault {
    #[error("所有读取进程都在忙")]
    Busy,
    #[error("读取进程没有按时答复")]
    Late,
    #[error("读取进程不能启动：{0}")]
    NotStarted(#[from] std::io::Error),
}

/// Starts readers and waits for them.
pub struct Sandbox {
    program: PathBuf,
    permits: Semaphore,
    /// The turn of each client that has a file here. Whoever has its own turn stands in the line of all, so
    /// that nobody stands there twice.
    turns: Mutex<HashMap<String, Arc<Semaphore>>>,
    told: AtomicBool,
}

impl Sandbox {
    /// Readers are this very program.
    pub fn new() -> std::io::Result<Sandbox> {
        Ok(Sandbox {
            program: std::env::current_exe()?,
            permits: Semaphore::new(AT_ONCE),
            turns: Mutex::default(),
            told: AtomicBool::new(false),
        })
    }

    /// Reads a file for a client; dropped, it ends the reader.
    pub async fn read(
        &self,
        client: &str,
        said: &Said,
        bytes: &[u8],
    ) -> Result<Result<Read, IntakeFault>, SandboxFault> {
        let turn = self.turn(client);
        let waited =
            timeout(WAITING, async { (turn.semaphore.acquire().await, self.permits.acquire().await) });
        let Ok((Ok(_turn), Ok(_permit))) = waited.await else { return Err(SandboxFault::Busy) };
        let child = self.command(said).spawn()?;
        // Dropped at the time-out, and killed with it.
        let (status, answer) =
            timeout(PATIENCE, talk(child, bytes)).await.map_err(|_| SandboxFault::Late)??;
        Ok(self.understand(status, &answer))
    }

    fn understand(&self, status: ExitStatus, answer: &[u8]) -> Result<Read, IntakeFault> {
        if status.signal() == Some(TIME_IS_OVER) {
            return Err(ReadFault::Timeout.into());
        }
        let answer: Option<Answer> =
            if status.success() { serde_json::from_slice(answer).ok() } else { None };
        let answer = answer.ok_or(ReadFault::Crashed)?;
        if !answer.missing.is_empty() && !self.told.swap(true, Ordering::Relaxed) {
            let missing = answer.missing.join(", ");
            tracing::warn!(missing, "readers run without what this kernel does not have");
        }
        answer.take().ok_or(ReadFault::Crashed)?
    }

    fn command(&self, said: &Said) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("parse");
        let charset = said.charset.as_deref().unwrap_or_default();
        for (name, value) in [("media", said.media.as_str()), ("ending", &said.ending), ("charset", charset)]
        {
            let plain = value.len() <= 100 && value.bytes().all(|byte| byte.is_ascii_graphic());
            if plain && !value.is_empty() {
                command.arg(format!("--{name}={value}"));
            } else if !value.is_empty() {
                // It says something that nobody knows.
                command.arg(format!("--{name}=?"));
            }
        }
        if let Some(year) = said.year {
            command.arg(format!("--year={year}"));
        }
        if let Some(part) = said.part {
            command.arg(format!("--part={part}"));
        }
        command
            .env_clear()
            // The allocator would set aside more address space than a reader may have.
            .env("MIMALLOC_ARENA_RESERVE", "65536")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        command
    }

    fn turn(&self, client: &str) -> Turn<'_> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let semaphore = turns.entry(client.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(1)));
        Turn { semaphore: Arc::clone(semaphore), client: client.to_owned(), sandbox: self }
    }
}

/// A client's place, forgotten with the last who stands there.
struct Turn<'s> {
    semaphore: Arc<Semaphore>,
    client: String,
    sandbox: &'s Sandbox,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut turns = self.sandbox.turns.lock().unwrap_or_else(PoisonError::into_inner);
        // The map's own and this one.
        if Arc::strong_count(&self.semaphore) <= 2 {
            turns.remove(&self.client);
        }
    }
}

/// Hands the document over and reads the answer.
async fn talk(mut child: Child, bytes: &[u8]) -> std::io::Result<(ExitStatus, Vec<u8>)> {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let hand_over = async move {
        if let Some(mut stdin) = stdin {
            // A reader that gives up early closes its end.
            let _closed = stdin.write_all(bytes).await;
        }
    };
    let listen = async move {
        let mut answer = Vec::new();
        match stdout {
            Some(stdout) => stdout.take(LARGEST_ANSWER).read_to_end(&mut answer).await.map(|_| answer),
            None => Ok(answer),
        }
    };
    let ((), answer) = tokio::join!(hand_over, listen);
    Ok((child.wait().await?, answer?))
}
