//! Every document is read as an import reads it, and each cell compared with what stands there.

use super::folder;
use nianbao::inside::documents::intake::{IntakeFault, Read, Said, read};
use nianbao::inside::domain::form::{Form, by_id};
use nianbao::inside::domain::language::{Language, say};
use nianbao::inside::domain::report::read_cell;
use nianbao::inside::domain::rules::{Finding, Severity};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::io::Read as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Least share of the cells a human reads that are read, in percent.
const FLOOR: usize = 97;

/// What is known of a document; make/make.py explains the members.
#[derive(Deserialize)]
struct Truth {
    class: String,
    form: String,
    year: i32,
    values: Vec<Option<String>>,
    judged: String,
    heads: BTreeMap<String, Option<serde_json::Value>>,
    #[serde(default)]
    finds: Vec<String>,
    #[serde(default)]
    may_find: Vec<String>,
    #[serde(default)]
    absent: Vec<String>,
    refused: Option<Refused>,
}

#[derive(Deserialize)]
struct Refused {
    must: bool,
    words: Vec<String>,
}

struct Document {
    name: String,
    bytes: Vec<u8>,
    truth: Truth,
}

fn all() -> Vec<Document> {
    let mut archives: Vec<_> = std::fs::read_dir(folder("documents"))
        .expect("the documents")
        .map(|entry| entry.expect("an archive").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "zip"))
        .collect();
    archives.sort();
    archives.iter().flat_map(|path| unpacked(&std::fs::read(path).expect("an archive"))).collect()
}

fn unpacked(archive: &[u8]) -> Vec<Document> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).expect("an archive");
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).expect("a file");
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("its bytes");
        files.insert(part.name().expect("its name").into_owned(), bytes);
    }
    let truths: Vec<(String, Vec<u8>)> = files
        .iter()
        .filter_map(|(name, bytes)| Some((name.strip_suffix(".json")?.to_owned(), bytes.clone())))
        .collect();
    truths
        .into_iter()
        .map(|(name, truth)| Document {
            bytes: files.remove(&name).expect("the document itself"),
            truth: serde_json::from_slice(&truth).expect("a truth"),
            name,
        })
        .collect()
}

/// How a document, or a class of them, was read.
#[derive(Default)]
struct Score {
    documents: usize,
    well: usize,
    right: usize,
    unread: usize,
    /// The cells that are unread.
    left: Vec<String>,
    /// Not read where that is as good.
    spared: usize,
    wrong: usize,
    /// What must not be: wrong cells, false alarms, wrong heads, missing advice, each in words.
    faults: Vec<String>,
}

fn judged(document: &Document) -> Score {
    let said = Said::default().named(&document.name);
    let outcome = std::panic::catch_unwind(|| read(&said, &document.bytes));
    let mut score = Score { documents: 1, ..Score::default() };
    match outcome {
        Err(_) => score.faults.push("the reader broke".to_owned()),
        Ok(Err(fault)) => judge_refusal(document, &fault, &mut score),
        Ok(Ok(read)) => judge_reading(document, &read, &mut score),
    }
    score.well = usize::from(score.unread == 0 && score.faults.is_empty());
    score
}

fn told(fault: &IntakeFault) -> String {
    let IntakeFault::Unreadable(fault) = fault else { return format!("{fault:?}") };
    let arguments = fault.arguments();
    let arguments: Vec<(&str, &str)> = arguments.iter().map(|(name, text)| (*name, text.as_str())).collect();
    say("detail", fault.key(), Language::Chinese, &arguments)
}

fn judge_refusal(document: &Document, fault: &IntakeFault, score: &mut Score) {
    let needed = |judged: char| judged == 'n';
    let told = told(fault);
    match &document.truth.refused {
        Some(refused) => {
            let heard = told.to_lowercase();
            for word in refused.words.iter().filter(|word| !heard.contains(&word.to_lowercase())) {
                score.faults.push(format!("refused without “{word}”: {told}"));
            }
            score.spared += document.truth.judged.chars().filter(|judged| needed(*judged)).count();
        }
        None => {
            score.unread += document.truth.judged.chars().filter(|judged| needed(*judged)).count();
        }
    }
}

fn judge_reading(document: &Document, read: &Read, score: &mut Score) {
    let truth = &document.truth;
    if truth.refused.as_ref().is_some_and(|refused| refused.must) {
        score.faults.push("read, where it should be refused".to_owned());
    }
    let form = by_id(&truth.form).expect("a form");
    let nulls = judge_cells(form, truth, read, score);
    judge_heads(truth, read, score);
    judge_findings(truth, read, nulls, score);
    for text in &truth.absent {
        if read
            .document
            .content
            .sections
            .iter()
            .any(|section| section.text.as_ref().is_some_and(|told| told.contains(text)))
        {
            score.faults.push(format!("a section holds the other report's “{text}”"));
        }
    }
}

/// Compares the cells; how many that stand there were left unread.
fn judge_cells(form: &'static Form, truth: &Truth, read: &Read, score: &mut Score) -> usize {
    let content = &read.document.content;
    let is_same_form = content.form().id == form.id;
    let mut nulls = 0;
    for ((cell, text), judged) in form.cells.iter().zip(&truth.values).zip(truth.judged.chars()) {
        let is = text
            .as_deref()
            .map(|text| read_cell(form, cell.index, text.trim_start_matches('+')).expect("a value"));
        let found = if is_same_form { content.figures.get(cell.index) } else { None };
        match (found, judged) {
            (Some(value), 'n' | 'm') if Some(value) == is => score.right += 1,
            (Some(value), _) => {
                score.wrong += 1;
                score.faults.push(format!("{} is {text:?} ({judged}), read {value}", cell.indicator()));
            }
            (None, 'n') if is.is_none() => score.right += 1,
            (None, 'n') => {
                score.unread += 1;
                score.left.push(cell.indicator());
            }
            (None, _) => score.spared += 1,
        }
        nulls += usize::from(found.is_none());
    }
    if !is_same_form && content.figures.values().iter().any(Option::is_some) {
        score.faults.push(format!("cells of the form of {}", content.form().id));
    }
    nulls
}

fn judge_heads(truth: &Truth, read: &Read, score: &mut Score) {
    let document = &read.document;
    let text = |text: &Option<String>| text.as_deref().map(serde_json::Value::from);
    let found = [
        ("title", text(&document.title)),
        ("agency_name", text(&document.agency_name)),
        ("year", document.year.map(serde_json::Value::from)),
        ("signed_by", text(&document.signed_by)),
        ("signed_on", document.signed_on.map(|day| serde_json::Value::from(day.to_string()))),
    ];
    // Where no cell need be read, no head need be.
    let may_lack = !truth.judged.contains('n');
    let closed = |text: &serde_json::Value| text.to_string().replace(char::is_whitespace, "");
    for (name, found) in found {
        if let Some(Some(is)) = truth.heads.get(name)
            && found.as_ref().map(closed) != Some(closed(is))
            && !(may_lack && found.is_none())
        {
            score.faults.push(format!("{name} is {is}, read {}", found.unwrap_or_default()));
        }
    }
}

fn judge_findings(truth: &Truth, read: &Read, nulls: usize, score: &mut Score) {
    let findings = super::passages::judge_document(&read.document, &read.notes.blanks, truth.year);
    let spoke: BTreeSet<&str> = findings.iter().map(|finding| finding.rule).collect();
    for rule in truth.finds.iter().filter(|rule| !spoke.contains(rule.as_str())) {
        score.faults.push(format!("{rule} does not speak"));
    }
    let may = |finding: &Finding| {
        let rule = finding.rule;
        let expected = |known: &String| known == rule || known == "*";
        let follows = ["cell.missing", "cell.not_a_count", "section.table_not_found"].contains(&rule);
        let about_words = rule.starts_with("wording.");
        truth.finds.iter().chain(&truth.may_find).any(expected)
            || (follows && nulls > 0)
            || (finding.severity == Severity::Info && !about_words)
    };
    for finding in findings.iter().filter(|finding| !may(finding)) {
        score.faults.push(format!("false alarm: {}", finding.say(Language::English)));
    }
    if nulls > 0
        && truth.values.iter().all(Option::is_some)
        && !findings.iter().any(|finding| finding.severity == Severity::Error)
    {
        score.faults.push("unread cells and no error".to_owned());
    }
}

/// Reads all on the cores there are.
fn scores(documents: &[Document]) -> Vec<Score> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(document) = documents.get(at) else { break };
                    let score = judged(document);
                    found.lock().expect("no thread broke").push((at, score));
                }
            });
        }
    });
    let mut found = found.into_inner().expect("no thread broke");
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, score)| score).collect()
}

fn table(classes: &BTreeMap<&str, Score>) -> String {
    let mut said = format!(
        "{:<48} {:>9} {:>7} {:>7} {:>7} {:>6} {:>6}\n",
        "class", "well", "right", "unread", "spared", "wrong", "faults"
    );
    for (class, score) in classes {
        let well = format!("{}/{}", score.well, score.documents);
        let _ = writeln!(
            said,
            "{class:<48} {well:>9} {:>7} {:>7} {:>7} {:>6} {:>6}",
            score.right,
            score.unread,
            score.spared,
            score.wrong,
            score.faults.len()
        );
    }
    said
}

#[test]
fn no_cell_is_wrong_no_alarm_is_false_and_what_a_human_reads_is_read() {
    let only = std::env::var("NIANBAO_TEST_CORPUS").unwrap_or_default();
    let mut documents = all();
    documents.retain(|document| format!("{}/{}", document.truth.class, document.name).contains(&only));
    let scores = scores(&documents);
    let (mut classes, mut total, mut faults) = (BTreeMap::new(), Score::default(), String::new());
    for (document, score) in documents.iter().zip(scores) {
        let name = format!("{}/{}", document.truth.class, document.name);
        if !score.faults.is_empty() {
            let shown: Vec<&str> = score.faults.iter().take(6).map(String::as_str).collect();
            let _ = writeln!(
                faults,
                "{name}: {} wrong, {} faults\n    {}",
                score.wrong,
                score.faults.len(),
                shown.join("\n    ")
            );
        }
        if score.unread > 0 {
            let shown: Vec<&str> = score.left.iter().take(4).map(String::as_str).collect();
            println!("{name}: {} unread, as {}", score.unread, shown.join(", "));
        }
        let class: &mut Score = classes.entry(document.truth.class.as_str()).or_default();
        for sum in [class, &mut total] {
            sum.documents += 1;
            sum.well += score.well;
            sum.right += score.right;
            sum.unread += score.unread;
            sum.spared += score.spared;
            sum.wrong += score.wrong;
            sum.faults.extend(score.faults.iter().cloned());
        }
    }
    classes.insert("~ all", total);
    println!("{}", table(&classes));
    let total = classes.remove("~ all").expect("the sum");
    assert!(faults.is_empty(), "{faults}");
    let needed = total.right + total.unread;
    assert!(total.right * 100 >= needed * FLOOR, "{} of {needed} cells that a human reads", total.right);
}
