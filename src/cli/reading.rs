//! Files from the disk, read into report documents as an import reads them.

use super::failure::io_told;
use crate::documents::SourceNotes;
use crate::documents::intake::{IntakeFault, Kind, LARGEST_FILE, Said, Sandbox};
use crate::domain::digest::sha256_hex;
use crate::domain::language::{Language, say};
use crate::domain::report::ReportDocument;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A file and what was read from it.
pub struct ReadFile {
    pub kind: Kind,
    pub charset: String,
    pub bytes: Vec<u8>,
    pub sha256: String,
    pub document: ReportDocument,
    pub notes: SourceNotes,
}

/// Reads a file in a process of its own; why not, in one sentence.
pub fn read(path: &Path, hint_year: Option<i32>, part: Option<usize>) -> Result<ReadFile, String> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| format!("打不开：{}", io_told(&error)))?;
    let most = LARGEST_FILE as u64 + 1;
    file.take(most).read_to_end(&mut bytes).map_err(|error| format!("读不了：{}", io_told(&error)))?;
    if bytes.len() > LARGEST_FILE {
        return Err(format!("超过 {} MiB", LARGEST_FILE >> 20));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let said = Said { year: hint_year, part, ..Said::default() }.named(&name);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let (runtime, sandbox) = runtime
        .and_then(|runtime| Ok((runtime, Sandbox::new()?)))
        .map_err(|error| format!("读取进程不能启动：{}", io_told(&error)))?;
    let read = runtime.block_on(sandbox.read("", &said, &bytes));
    let read = read.map_err(|fault| format!("{fault}，请再试一次"))?.map_err(|fault| told(&fault))?;
    Ok(ReadFile {
        kind: read.kind,
        charset: read.charset,
        sha256: sha256_hex(&bytes),
        bytes,
        document: read.document,
        notes: read.notes,
    })
}

fn told(fault: &IntakeFault) -> String {
    let detail = |key: &str, arguments: &[(&str, String)]| {
        let arguments: Vec<(&str, &str)> =
            arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
        say("detail", key, Language::Chinese, &arguments)
    };
    match fault {
        IntakeFault::Unreadable(fault) => {
            let kinds: Vec<&str> = Kind::all().map(Kind::as_str).collect();
            let mut arguments = fault.arguments();
            arguments.push(("accepted", kinds.join("、")));
            detail(fault.key(), &arguments)
        }
        IntakeFault::Json(fault) => {
            detail(fault.key, &[("line", fault.line.to_string()), ("column", fault.column.to_string())])
        }
        IntakeFault::NoDocument(faults) => {
            let places: Vec<String> = faults.iter().take(5).map(|fault| fault.pointer()).collect();
            format!("不是报告文档：{}", places.join("、"))
        }
    }
}

/// Every file of a folder and of the folders in it, in order; what is hidden is passed over.
pub fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            match (hidden, path.is_dir()) {
                (true, _) => {}
                (false, true) => folders.push(path),
                (false, false) => found.push(path),
            }
        }
    }
    found.sort();
    Ok(found)
}
