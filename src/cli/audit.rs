//! `nianbao audit`: the chain walked and written out; works beside a running service.

use super::failure::Failure;
use super::options::{ConfigOptions, store_options};
use super::print;
use crate::domain::audit::{AuditLine, Break, Chain, ExportedLine};
use crate::http::RENDERER;
use crate::operations::audit::{self, Verdict, verify, verify_everything};
use crate::storage::Store;
use clap::{Args, Subcommand};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

mod told;
mod witness;

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// 从头走一遍审计链，逐条重算每一列的哈希，再与末端核对；然后把数据库里的每一行对着审计重算：人员、令牌、授权、机关及其沿革、
    /// 年度、应报名单、报告、各版内容、流转、公开变更，以及给读者看的成品、检索文本和合计。有一处不对就指出表、键、列、应为、实为，退出码不为 0
    Verify(Verify),
    /// 把某一时刻的审计写成 NDJSON（每行一条，含哈希），可离线核对；末端（序号:哈希）写在标准错误上
    ///
    /// 在一个快照里读：写出的最后一条就是末端，此间别人照常写入而不在其中；两者不符则退出码不为 0
    Export(ConfigOptions),
    /// 生成给审计末端签名的私钥（只有属主可读），公钥打印在标准输出；已有的文件不会覆盖
    Key {
        #[arg(value_name = "文件")]
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    config: ConfigOptions,
    /// 只核对审计链本身，不对数据库
    #[arg(long)]
    chain: bool,
    /// 以前记下的末端（GET /audit/head 或 /changes 的 audit_head）：序号:哈希
    #[arg(long, value_name = "序号:哈希", value_parser = read_expected)]
    expect: Option<(i64, String)>,
    /// 见证：签过名的末端的文件（audit.witness_file），逐个核对签名、核对都在审计链里；可以给几个
    #[arg(long, value_name = "文件")]
    witness: Vec<PathBuf>,
    /// 签名的公钥（ed25519:…）；不给则取自 audit.signing_key
    #[arg(long, value_name = "公钥")]
    public_key: Option<String>,
    /// 核对 audit export 写出的文件，不碰数据库
    #[arg(long, value_name = "文件")]
    file: Option<PathBuf>,
}

fn read_expected(text: &str) -> Result<(i64, String), String> {
    let parts = text.split_once(':').and_then(|(seq, hash)| Some((seq.parse().ok()?, hash.to_owned())));
    let is_hash = |hash: &str| hash.strip_prefix("sm3:").unwrap_or(hash).len() == 64;
    parts.filter(|(_, hash)| is_hash(hash)).ok_or_else(|| "应为 序号:64 位十六进制哈希".to_owned())
}

pub fn run(verb: &Verb) -> Result<(), Failure> {
    if let Verb::Verify(Verify { file: Some(file), expect, .. }) = verb {
        return check_file(file, expect.as_ref());
    }
    if let Verb::Key { file } = verb {
        return witness::make_key(file);
    }
    let config = match verb {
        Verb::Verify(verify) => &verify.config,
        Verb::Export(config) => config,
        Verb::Key { .. } => return Ok(()),
    };
    let settings = config.load()?;
    let store = Store::open(store_options(&settings)?)?;
    let done = match verb {
        Verb::Verify(options) if !options.witness.is_empty() => {
            witness::check(&store, &settings, &options.witness, options.public_key.as_deref())
                .and_then(|()| check(&store, options))
        }
        Verb::Verify(options) => check(&store, options),
        Verb::Export(_) | Verb::Key { .. } => export(&store),
    };
    store.close();
    done
}

fn check(store: &Store, options: &Verify) -> Result<(), Failure> {
    let expected = options.expect.as_ref().map(|(seq, hash)| (*seq, hash.as_str()));
    if options.chain {
        return print(&require_whole(store, expected)?);
    }
    let (verdict, findings) =
        store.read_blocking(|connection| verify_everything(connection, RENDERER, expected))?;
    let chain = judge(&verdict);
    if findings.is_clean() {
        print(&format!("{}{}", chain?, told::summary(&findings)))?;
        return Ok(());
    }
    let chain = chain.map_or_else(|failure| format!("{failure}\n"), |_| String::new());
    Err(Failure::Usage(format!("{chain}{}", told::forgeries(&findings))))
}

/// Walks the chain; says that it is whole, or fails with the first entry that does not fit.
pub fn require_whole(store: &Store, expected: Option<(i64, &str)>) -> Result<String, Failure> {
    judge(&store.read_blocking(|connection| verify(connection, expected))?)
}

fn judge(verdict: &Verdict) -> Result<String, Failure> {
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
        Break::Version => "它的格式比前一条旧，没有程序会这样写",
    }
}

/// Walks an export as the chain in the database is walked; only its end cannot be compared with a ledger.
fn check_file(file: &Path, expect: Option<&(i64, String)>) -> Result<(), Failure> {
    let mut chain = Chain::default();
    let mut seen = expect.map(|_| false);
    for (number, line) in (1_u64..).zip(BufReader::new(File::open(file)?).lines()) {
        let line: ExportedLine = serde_json::from_str(&line?)
            .map_err(|error| Failure::Usage(format!("第 {number} 行不是审计条目：{error}")))?;
        let line = AuditLine::from(line);
        if let Some((seq, hash)) = expect
            && line.entry.seq == *seq
        {
            seen = Some(line.hash == *hash);
        }
        chain
            .take(&line.entry, &line.previous, &line.hash)
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
            let text = serde_json::to_string(&ExportedLine::from(line));
            written = text
                .map_err(|error| Failure::Usage(error.to_string()))
                .and_then(|text| print(&format!("{text}\n")));
            last = Chain { seq: line.entry.seq, head: line.hash.clone(), version: line.entry.version };
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
