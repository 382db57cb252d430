//! An operator's own words and demands: TOML files of a folder, added to what the program brings along.

use crate::domain::rules::{Added, Local, RuleSet, Severity};
use crate::domain::wording::Words;
use std::collections::BTreeMap;
use std::path::Path;

/// The file of what is asked for locally, without `.toml`.
const LOCAL: &str = "local";

/// Reads a folder (empty: none) beside the program's own rules; what is wrong, by file.
pub fn read_rules(folder: &str, raised: BTreeMap<&'static str, Severity>) -> Result<RuleSet, String> {
    let mut added = Added { raised, ..Added::default() };
    if folder.is_empty() {
        return RuleSet::with(added);
    }
    let unreadable = |path: &Path, error: std::io::Error| format!("{}：{error}", path.display());
    let folder = Path::new(folder);
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = || std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error));
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if stem == LOCAL {
            added.local = Local::read(&text()?).map_err(|fault| format!("{}：{fault}", path.display()))?;
            continue;
        }
        let known = Words::ALL.into_iter().find(|words| words.as_str() == stem);
        let words = known.ok_or_else(|| {
            let names: Vec<String> =
                Words::ALL.iter().map(|words| format!("{}.toml", words.as_str())).collect();
            format!("{}：文件名应为 {}、{LOCAL}.toml", path.display(), names.join("、"))
        })?;
        added.words.push((words, text()?));
    }
    RuleSet::with(added)
}
