//! An operator's own words: TOML files of a folder, added to those the program brings along.

use crate::domain::wording::{Lexicons, Words};
use std::path::Path;

/// Reads a folder's words (empty: none) beside the program's own; what is wrong, by file.
pub fn read_lexicons(folder: &str) -> Result<Lexicons, String> {
    if folder.is_empty() {
        return Lexicons::with(&[]);
    }
    let unreadable = |path: &Path, error: std::io::Error| format!("{}：{error}", path.display());
    let folder = Path::new(folder);
    let mut added = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let known = Words::ALL.into_iter().find(|words| words.as_str() == stem);
        let words = known.ok_or_else(|| {
            let names: Vec<String> =
                Words::ALL.iter().map(|words| format!("{}.toml", words.as_str())).collect();
            format!("{}：文件名应为 {}", path.display(), names.join("、"))
        })?;
        added.push((words, std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?));
    }
    Lexicons::with(&added)
}
