//! Files from the disk, read into report documents as an import reads them.

use super::failure::io_told;
use crate::documents::{Grid, Kind, ReadFault, Reading, SourceNotes, read_grid, recognise, settle};
use crate::domain::digest::sha256_hex;
use crate::domain::language::{Language, say};
use crate::domain::report::ReportDocument;
use crate::http::{Sandbox, read_json_document};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest file taken, as over HTTP.
const LARGEST: u64 = 20 << 20;

/// A file and what was read from it.
pub struct ReadFile {
    pub kind: Kind,
    pub charset: String,
    pub bytes: Vec<u8>,
    pub sha256: String,
    pub document: ReportDocument,
    pub notes: SourceNotes,
}

/// Reads a file; why not, in one sentence.
pub fn read(path: &Path, hint_year: Option<i32>) -> Result<ReadFile, String> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| format!("打不开：{}", io_told(&error)))?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| format!("读不了：{}", io_told(&error)))?;
    if bytes.len() as u64 > LARGEST {
        return Err("超过 20 MiB".to_owned());
    }
    let said = path.file_name().and_then(|name| Kind::of_name(&name.to_string_lossy()));
    let said = said.or_else(|| Kind::of_bytes(&bytes)).ok_or("不是可以读的文件")?;
    let kind = settle(said, &bytes).map_err(|fault| told(&fault))?;
    let sha256 = sha256_hex(&bytes);
    if kind == Kind::Json {
        let document = read_json_document(&bytes)?;
        let cells = document.content.figures.values();
        let notes = SourceNotes {
            sections_found: document.content.sections.iter().filter(|section| section.present).count(),
            cells_expected: cells.len(),
            cells_read: cells.iter().flatten().count(),
            ..SourceNotes::default()
        };
        return Ok(ReadFile { kind, charset: "utf-8".to_owned(), bytes, sha256, document, notes });
    }
    let (grid, charset) = grid_of(kind, &bytes)?;
    let Reading { document, notes } = recognise(&grid, hint_year);
    Ok(ReadFile { kind, charset, bytes, sha256, document, notes })
}

/// What is risky is read by a process of its own, as over HTTP.
fn grid_of(kind: Kind, bytes: &[u8]) -> Result<(Grid, String), String> {
    if !kind.is_risky() {
        let (grid, charset) = read_grid(kind, bytes, None).map_err(|fault| told(&fault))?;
        return Ok((grid, charset.to_owned()));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let (runtime, sandbox) = runtime
        .and_then(|runtime| Ok((runtime, Sandbox::new()?)))
        .map_err(|error| format!("读取进程不能启动：{}", io_told(&error)))?;
    let read = runtime.block_on(sandbox.read(kind, None, bytes));
    read.map_err(|_| "读取进程不能启动".to_owned())?.map_err(|fault| told(&fault))
}

fn told(fault: &ReadFault) -> String {
    let (key, arguments) = fault.message();
    let arguments: Vec<(&str, &str)> =
        arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
    say("detail", key, Language::Chinese, &arguments)
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
