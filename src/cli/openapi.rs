//! `nianbao openapi`: the document from the program itself, without settings or a database.

use super::failure::Failure;
use super::print;
use crate::domain::language::Language;
use crate::http;
use clap::{Args, ValueEnum};

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Json,
    Yaml,
}

#[derive(Debug, Args)]
pub struct Options {
    /// 格式
    #[arg(long, value_enum, default_value = "json", value_name = "格式")]
    format: Format,
    /// 语言
    #[arg(long, value_enum, default_value = "zh", value_name = "语言")]
    lang: Lang,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Lang {
    Zh,
    En,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let language = match options.lang {
        Lang::Zh => Language::Chinese,
        Lang::En => Language::English,
    };
    match options.format {
        Format::Json => print(&http::openapi_json(language)),
        Format::Yaml => print(&http::openapi_yaml(language)),
    }
}
