//! `nianbao openapi`: the document from the program itself, without settings or a database.

use super::failure::Failure;
use super::print;
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
}

pub fn run(options: &Options) -> Result<(), Failure> {
    match options.format {
        Format::Json => print(&http::openapi_json()),
        Format::Yaml => print(&http::openapi_yaml()),
    }
}
