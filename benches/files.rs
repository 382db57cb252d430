//! How long a file of the evaluation set takes from bytes to document, by kind of file: the median of each kind is at most
//! 20 ms, of PDF and OFD 60 ms.
//!
//! `cargo bench --bench files`; built without optimizing it only tells.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may stop where it stands, and prints what it found"
)]

use nianbao::inside::documents::intake::{Said, read};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// Each file is read so many times; the least counts, since what else the machine does only ever adds.
const TIMES: u32 = 5;

fn most(kind: &str) -> Duration {
    Duration::from_millis(if ["pdf", "ofd"].contains(&kind) { 60 } else { 20 })
}

/// The documents of an archive, each with its name; what is known of them stands beside them as JSON.
fn documents(archive: &Path) -> Vec<(String, Vec<u8>)> {
    let file = std::fs::File::open(archive).expect("an archive");
    let mut archive = zip::ZipArchive::new(file).expect("an archive");
    let mut found = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).expect("a file");
        let name = part.name().expect("its name").into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("its bytes");
        found.push((name, bytes));
    }
    let truths: Vec<String> = found.iter().map(|(name, _)| name.clone()).collect();
    found.retain(|(name, _)| truths.contains(&format!("{name}.json")));
    found
}

fn took((name, bytes): &(String, Vec<u8>)) -> Duration {
    let said = Said::default().named(name);
    let once = || {
        let began = Instant::now();
        // Refused or read: a clerk waits for either.
        let _ = black_box(read(&said, bytes));
        began.elapsed()
    };
    (0..TIMES).map(|_| once()).min().unwrap_or_default()
}

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/documents");
    let archives =
        std::fs::read_dir(folder).expect("the documents").map(|entry| entry.expect("an entry").path());
    let mut kinds: BTreeMap<String, Vec<(Duration, String)>> = BTreeMap::new();
    for document in archives.flat_map(|archive| documents(&archive)) {
        let kind =
            Path::new(&document.0).extension().and_then(|kind| kind.to_str()).unwrap_or("-").to_lowercase();
        kinds.entry(kind).or_default().push((took(&document), document.0));
    }
    let mut slow = Vec::new();
    for (kind, mut times) in kinds {
        times.sort();
        let (median, (longest, name)) = (times[times.len() / 2].0, &times[times.len() - 1]);
        println!(
            "{kind:<6} {:>4} files, median {median:>9.2?}, longest {longest:>9.2?} ({name})",
            times.len()
        );
        if median > most(&kind) {
            slow.push(kind);
        }
    }
    assert!(cfg!(debug_assertions) || slow.is_empty(), "slower than a clerk should wait: {slow:?}");
}
