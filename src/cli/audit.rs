//! `nianbao audit`: the chain walked and written out; works beside a running service.

use super::failure::Failure;
use super::options::{ConfigOptions, store_options};
use super::print;
use crate::domain::audit::{AuditEntry, AuditLine, Break, Chain};
use crate::operations::audit::{self, Verdict, verify};
use crate::storage::Store;
use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::json;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// 从头走一遍审计链，逐条重算每一列的哈希，再与末端核对；有一处不对就指出第一处，退出码不为 0
    Verify(Verify),
    /// 把某一时刻的审计写成 NDJSON（每行一条，含哈希），可离线核对；末端（序号:哈希）写在标准错误上
    ///
    /// 在一个快照里读：写出的最后一条就是末端，此间别人照常写入而不在其中；两者不符则退出码不为 0
    Export(ConfigOptions),
}

#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    config: ConfigOptions,
    /// 以前记下的末端（GET /audit/head 或 /changes 的 audit_head）：序号:哈希
    #[arg(long, value_name = "序号:哈希", value_parser = read_expected)]
    expect: Option<(i64, String)>,
    /// 核对 audit export 写出的文件，不碰数据库
    #[arg(long, value_name = "文件")]
    file: Option<PathBuf>,
}

fn read_expected(text: &str) -> Result<(i64, String), String> {
    let parts = text.split_once(':').and_then(|(seq, hash)| Some((seq.parse().ok()?, hash.to_owned())));
    parts.filter(|(_, hash)| hash.len() == 64).ok_or_else(|| "应为 序号:64 位十六进制哈希".to_owned())
}

pub fn run(verb: &Verb) -> Result<(), Failure> {
    if let Verb::Verify(Verify { file: Some(file), expect, .. }) = verb {
        return check_file(file, expect.as_ref());
    }
    let config = match verb {
        Verb::Verify(verify) => &verify.config,
        Verb::Export(config) => config,
    };
    let store = Store::open(store_options(&config.load()?)?)?;
    let done = match verb {
        Verb::Verify(options) => check(&store, options),
        Verb::Export(_) => export(&store),
    };
    store.close();
    done
}

fn check(store: &Store, options: &Verify) -> Result<(), Failure> {
    let expected = options.expect.as_ref().map(|(seq, hash)| (*seq, hash.as_str()));
    print(&require_whole(store, expected)?)
}

/// Walks the chain; says that it is whole, or fails with the first entry that does not fit.
pub fn require_whole(store: &Store, expected: Option<(i64, &str)>) -> Result<String, Failure> {
    let verdict: Verdict = store.read_blocking(|connection| verify(connection, expected))?;
    if verdict.is_whole() {
        return Ok(format!("审计完整：{} 条，末端 {}\n", verdict.chain.seq, verdict.chain.head));
    }
    Err(Failure::Usage(match (&verdict.broken, verdict.expected) {
        (Some((seq, fault)), _) => format!("审计链在第 {seq} 条断开：{}", say(*fault)),
        (None, Some(false)) => "审计中没有所给的那一条，或它的哈希不同：此后的审计被改写过".to_owned(),
        (None, _) => format!(
            "审计链只到第 {} 条，而末端记的是第 {} 条（{}）：尾部被截去或改动",
            verdict.chain.seq, verdict.ledger.audit_seq, verdict.ledger.audit_head
        ),
    }))
}

fn say(fault: Break) -> &'static str {
    match fault {
        Break::Gap => "序号不连续，有条目被删去或插入",
        Break::Link => "它记的前一条哈希与前一条不符",
        Break::Content => "它的内容与哈希不符，被改动过",
    }
}

/// One line of an export.
#[derive(Deserialize)]
struct ExportedLine {
    #[serde(flatten)]
    entry: AuditEntry,
    previous_hash: String,
    hash: String,
}

/// Walks an export as the chain in the database is walked; only its end cannot be compared with a ledger.
fn check_file(file: &Path, expect: Option<&(i64, String)>) -> Result<(), Failure> {
    let mut chain = Chain::default();
    let mut seen = expect.map(|_| false);
    for (number, line) in (1_u64..).zip(BufReader::new(File::open(file)?).lines()) {
        let line: ExportedLine = serde_json::from_str(&line?)
            .map_err(|error| Failure::Usage(format!("第 {number} 行不是审计条目：{error}")))?;
        if let Some((seq, hash)) = expect
            && line.entry.seq == *seq
        {
            seen = Some(line.hash == *hash);
        }
        chain
            .take(&line.entry, &line.previous_hash, &line.hash)
            .map_err(|fault| Failure::Usage(format!("审计链在第 {number} 行断开：{}", say(fault))))?;
    }
    if seen == Some(false) {
        return Err(Failure::Usage("文件中没有所给的那一条，或它的哈希不同".to_owned()));
    }
    print(&format!(
        "文件完整：{} 条，末端 {}；与 GET /audit/head 或别人记下的末端对照，可知有没有被截去\n",
        chain.seq, chain.head
    ))
}

fn export(store: &Store) -> Result<(), Failure> {
    let mut written = Ok(());
    let mut last = Chain::default();
    let end = store.read_blocking(|connection| {
        audit::export(connection, |line| {
            written = print(&format!("{}\n", line_of(line)));
            last = Chain { seq: line.entry.seq, head: line.hash.clone() };
            written.is_ok()
        })
    });
    let end = end?;
    written?;
    if (last.seq, &last.head) != (end.audit_seq, &end.audit_head) {
        return Err(Failure::Usage(format!(
            "已写出的最后一条是第 {} 条，而末端记的是第 {} 条（{}）：尾部被截去或改动",
            last.seq, end.audit_seq, end.audit_head
        )));
    }
    eprintln!("审计 {0} 条，末端 {0}:{1}", end.audit_seq, end.audit_head);
    Ok(())
}

/// Every column as it is hashed; `detail` stays the text it is.
fn line_of(line: &AuditLine) -> serde_json::Value {
    let entry = &line.entry;
    json!({
        "seq": entry.seq,
        "at": entry.at,
        "person_id": entry.person_id,
        "person_name": entry.person_name,
        "action": entry.action,
        "agency_id": entry.agency_id,
        "report_id": entry.report_id,
        "detail": entry.detail,
        "request_id": entry.request_id,
        "previous_hash": line.previous,
        "hash": line.hash,
    })
}
