//! `nianbao parse`: the reader's process. It reads one file from standard input, knows no database and
//! no network, and has bounds of its own; what it makes of hostile bytes ends with it.

use super::failure::Failure;
use super::print;
use crate::documents::intake::{Answer, LARGEST_FILE, Said, confine, read};
use clap::Args;
use std::io::Read;

#[derive(Debug, Args)]
pub struct Options {
    /// 说是什么媒体类型
    #[arg(long, default_value = "")]
    media: String,
    /// 文件名的扩展名
    #[arg(long, default_value = "")]
    ending: String,
    /// 字符集，如 gb18030
    #[arg(long)]
    charset: Option<String>,
    /// 文件没有写明时的年度
    #[arg(long)]
    year: Option<i32>,
    /// 文件里有几份报告时读第几份
    #[arg(long)]
    part: Option<usize>,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let missing = confine().map_err(Failure::Io)?;
    let mut bytes = Vec::new();
    // One byte more tells that there is more.
    std::io::stdin().lock().take(LARGEST_FILE as u64 + 1).read_to_end(&mut bytes).map_err(Failure::Io)?;
    let said = Said {
        media: options.media.clone(),
        ending: options.ending.clone(),
        charset: options.charset.clone(),
        year: options.year,
        part: options.part,
    };
    let answer = Answer::of(read(&said, &bytes), missing);
    print(&serde_json::to_string(&answer).map_err(|error| Failure::Io(error.into()))?)
}
