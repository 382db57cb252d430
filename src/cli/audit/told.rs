//! What a verification of everything found, said line by line.

use crate::operations::audit::{Expected, Findings, Forgery};
use std::collections::BTreeMap;

fn rows(of: &BTreeMap<&'static str, u64>) -> String {
    of.iter().map(|(table, rows)| format!("{table} {rows}")).collect::<Vec<_>>().join("，")
}

pub fn summary(findings: &Findings) -> String {
    let mut told = format!("与审计逐行相符：{}\n", rows(&findings.looked_at));
    if !findings.not_covered.is_empty() {
        told.push_str(&format!(
            "未覆盖（只有旧版审计提到，旧版没有封存行的内容）：{}\n",
            rows(&findings.not_covered)
        ));
    }
    told
}

pub fn forgeries(findings: &Findings) -> String {
    let mut lines: Vec<String> = findings.forgeries.iter().map(line).collect();
    let all = u64::try_from(lines.len()).unwrap_or(u64::MAX).saturating_add(findings.more);
    lines.insert(0, format!("数据库与审计不符，{all} 处："));
    if findings.more > 0 {
        lines.push(format!("其余 {} 处没有列出", findings.more));
    }
    lines.join("\n")
}

fn line(forgery: &Forgery) -> String {
    let column = forgery.column.as_ref().map(|column| format!("，列 {column}")).unwrap_or_default();
    let by = forgery.seq.map(|seq| format!("（审计第 {seq} 条）")).unwrap_or_default();
    let said = match (&forgery.expected, &forgery.found) {
        (Expected::Nothing, found) => {
            format!("没有任何审计条目写下这一行：{}", found.as_deref().unwrap_or_default())
        }
        (Expected::Unchanged, _) => format!("没有任何操作会改动它，却被改动后又封存{by}"),
        (Expected::AsSealed, None) => format!("审计写下的这一行不见了{by}"),
        (Expected::AsSealed, Some(found)) => format!("应为审计封存的值{by}，实为 {found}"),
        (Expected::AsMade, None) => "与由所存内容重新算出的不同".to_owned(),
        (Expected::AsMade, Some(found)) => format!("应为由所存内容算出的，实为 {}", cut(found)),
        (Expected::Value(value), found) => {
            format!("应为 {value}{by}，实为 {}", found.as_deref().unwrap_or("NULL"))
        }
    };
    format!("表 {}，键 {}{column}：{said}", forgery.table, forgery.key)
}

fn cut(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
