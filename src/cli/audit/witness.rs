//! `nianbao audit key`, `audit verify --witness`: heads that were signed, and the key that signs them.

use crate::cli::failure::Failure;
use crate::cli::options::read_key;
use crate::cli::print;
use crate::domain::audit::{SignedHead, SigningKey};
use crate::operations::audit::{HeadFault, Testimony, hear};
use crate::settings::Settings;
use crate::storage::Store;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;

/// Makes a key for nobody but its owner to read; one that is there stays.
pub fn make_key(file: &Path) -> Result<(), Failure> {
    let pem = SigningKey::generate().map_err(|fault| Failure::Usage(fault.to_string()))?;
    let key = SigningKey::read(&pem).map_err(|fault| Failure::Usage(fault.to_string()))?;
    let mut open = OpenOptions::new();
    open.write(true).create_new(true);
    #[cfg(unix)]
    open.mode(0o600);
    let mut made = open.open(file)?;
    made.write_all(pem.as_bytes())?;
    made.sync_all()?;
    print(&format!("{}\n", key.public()))
}

/// Holds what witnesses have against the chain; tells each head that is not in it.
pub fn check(
    store: &Store,
    settings: &Settings,
    files: &[PathBuf],
    public: Option<&str>,
) -> Result<(), Failure> {
    let public = match public {
        Some(public) => public.to_owned(),
        None if settings.audit.signing_key.is_empty() => {
            return Err(Failure::Usage(
                "不知道公钥：请用 --public-key 给出，或设 audit.signing_key".to_owned(),
            ));
        }
        None => read_key(Path::new(&settings.audit.signing_key))?.public(),
    };
    let mut heads = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file)?;
        for (number, line) in (1_u64..).zip(text.lines()) {
            let head: SignedHead = serde_json::from_str(line).map_err(|error| {
                Failure::Usage(format!("{} 第 {number} 行不是签过名的末端：{error}", file.display()))
            })?;
            heads.push(head);
        }
    }
    let heard = store.read_blocking(|connection| hear(connection, &heads, &public))?;
    if heard.faults.is_empty() {
        return print(&format!("见证相符：{} 个签过名的末端都在审计链里\n", heads.len()));
    }
    Err(Failure::Usage(told(&heads, &heard)))
}

/// Faults told one by one.
const MOST: usize = 100;

fn told(heads: &[SignedHead], heard: &Testimony) -> String {
    let mut lines = vec![format!("与见证不符，{} 处：", heard.faults.len())];
    for (at, fault) in heard.faults.iter().take(MOST) {
        let Some(head) = heads.get(*at) else { continue };
        let why = match fault {
            HeadFault::Unsigned => "不是这把私钥签的，或签名之后被改动".to_owned(),
            HeadFault::Beyond => format!("审计只到第 {} 条：数据库是从备份恢复的，或尾部被截去", heard.last),
            HeadFault::Another(hash) => {
                format!("审计里这一条的哈希是 {hash}：数据库是从备份恢复后另写的、分叉的，或被改写过")
            }
        };
        lines.push(format!("{} 签的第 {} 条（{}）：{why}", head.at, head.seq, head.hash));
    }
    for turn in &heard.turns {
        lines.push(format!("审计第 {} 条是 {}：此处起另有代号", turn.seq, turn.action));
    }
    lines.join("\n")
}
