//! `nianbao parse`: the reader's process. It reads one document from standard input, knows no database and
//! no network, and has bounds of its own on memory, time and files; what it makes of hostile bytes ends with it.

use super::failure::Failure;
use super::print;
use crate::documents::{Kind, ReadFault, read_grid};
use clap::Args;
use rlimit::Resource;
use serde_json::json;
use std::io::Read;

#[derive(Debug, Args)]
pub struct Options {
    /// 文件的种类：text、markdown、html、docx、xlsx
    #[arg(long, value_parser = read_kind)]
    kind: Kind,
    /// 字符集，如 gb18030
    #[arg(long)]
    charset: Option<String>,
}

fn read_kind(text: &str) -> Result<Kind, String> {
    let known = Kind::ALL.into_iter().find(|kind| kind.as_str() == text);
    known.ok_or_else(|| "应为 text、markdown、html、docx 或 xlsx".to_owned())
}

/// Address space: the largest document that is let in needs a tenth of it.
const MEMORY_BYTES: u64 = 1 << 30;
const CPU_SECONDS: u64 = 5;
const FILES: u64 = 16;
/// Largest document.
const LARGEST: u64 = 32 << 20;

pub fn run(options: &Options) -> Result<(), Failure> {
    for (resource, most) in [
        (Resource::AS, MEMORY_BYTES),
        (Resource::CPU, CPU_SECONDS),
        (Resource::NOFILE, FILES),
        (Resource::FSIZE, 0),
    ] {
        resource.set(most, most).map_err(Failure::Io)?;
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(LARGEST).read_to_end(&mut bytes).map_err(Failure::Io)?;
    let read: Result<_, ReadFault> = read_grid(options.kind, &bytes, options.charset.as_deref());
    let told = match read {
        Ok((grid, charset)) => json!({ "grid": grid, "charset": charset }),
        Err(fault) => json!({ "fault": fault.code() }),
    };
    print(&told.to_string())
}
