//! `docs/roles.md` says what the code does: its table is made from the table of rights.

use nianbao::inside::domain::language::{Language, group, say};
use nianbao::inside::domain::rights::{Kind, Right, Role};
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../docs/roles.md");

fn said(of: &str, key: &str, language: Language) -> String {
    say(of, key, language, &[])
}

/// The first table: who may do what.
fn rights() -> String {
    let names = Role::ALL
        .iter()
        .map(|role| format!(" {} `{}` |", said("role", role.as_str(), Language::Chinese), role.as_str()));
    let mut table = format!("| |{}\n|---|{}\n", names.collect::<String>(), "---|".repeat(Role::ALL.len()));
    for right in Right::ALL {
        let reads = if right.kind() == Kind::Reading { "（读）" } else { "" };
        let (chinese, english) =
            (said("may", right.as_str(), Language::Chinese), said("may", right.as_str(), Language::English));
        let marks = Role::ALL.iter().map(|role| if right.roles().contains(role) { " ✓ |" } else { " |" });
        table += &format!("| {chinese}{reads}<br>{english} |{}\n", marks.collect::<String>());
    }
    table
}

/// The second: which role gives which.
fn giving() -> String {
    let name = |role: &Role| said("role", role.as_str(), Language::Chinese);
    let giving = Role::ALL.iter().filter(|role| !role.gives().is_empty());
    let lines = giving.map(|role| {
        let given: Vec<String> = role.gives().iter().map(name).collect();
        format!("| {} | {} |\n", name(role), given.join("、"))
    });
    format!("| 角色 | 可以授予 |\n|---|---|\n{}", lines.collect::<String>())
}

#[test]
fn the_page_of_roles_holds_the_tables_of_the_code() {
    for table in [rights(), giving()] {
        assert!(PAGE.contains(&table), "docs/roles.md should hold:\n{table}");
    }
}

#[test]
fn every_role_and_right_has_its_words() {
    let keys = |name: &str| group(name).map(|(key, _)| key).collect::<BTreeSet<_>>();
    assert_eq!(keys("role"), Role::ALL.iter().map(|role| role.as_str()).collect());
    assert_eq!(keys("may"), Right::ALL.iter().map(|right| right.as_str()).collect());
}
