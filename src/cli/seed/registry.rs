//! Who is there: a government in each division, and its departments.

use super::divisions::{Division, divisions};
use crate::cli::failure::Failure;
use crate::domain::agency::{Kind, Level};

/// Departments in the order in which governments have them; at a province 厅, below it 局.
const DEPARTMENTS: &str = include_str!("../../../data/departments.txt");

/// How many departments a government has beside its office, the development commission and the tax bureau.
const fn departments(level: Level) -> usize {
    match level {
        Level::National | Level::Provincial => 42,
        Level::Municipal => 32,
        Level::County => 31,
        Level::Township => 0,
    }
}

/// An agency that is to be.
#[derive(Debug, Clone)]
pub struct Seeded {
    pub name: String,
    pub level: Level,
    pub kind: Kind,
    pub division_code: String,
    /// Its place in the list.
    pub parent: Option<usize>,
}

/// Every agency of a province or of the country, parents first.
pub fn agencies(province: Option<&str>) -> Result<Vec<Seeded>, Failure> {
    let mut found: Vec<Seeded> = Vec::new();
    let mut governments: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
    for division in divisions(province)? {
        let parent = division.parent.and_then(|code| governments.get(code).copied());
        let above = parent.and_then(|at| found.get(at)).filter(|_| division.level == Level::Township);
        let prefix =
            above.map(|above| above.name.trim_end_matches("人民政府").to_owned()).unwrap_or_default();
        let here = found.len();
        governments.insert(division.code, here);
        found.push(Seeded {
            name: format!("{prefix}{}", division.government()),
            level: division.level,
            kind: if division.has_government() { Kind::Government } else { Kind::Dispatched },
            division_code: division.full_code(),
            parent,
        });
        below(&division, here, &mut found);
    }
    Ok(found)
}

fn below(division: &Division, government: usize, found: &mut Vec<Seeded>) {
    if division.level == Level::Township {
        return;
    }
    let (place, office, bureau) = match division.level {
        Level::Provincial => (division.name, "办公厅", "厅"),
        _ => (division.name, "办公室", "局"),
    };
    let commission = if division.level == Level::Provincial { "委员会" } else { "局" };
    let mut names = vec![
        (Kind::GeneralOffice, format!("{place}人民政府{office}")),
        (Kind::Department, format!("{place}发展和改革{commission}")),
        (Kind::Vertical, format!("国家税务总局{place}税务局")),
    ];
    let departments = DEPARTMENTS.lines().take(departments(division.level));
    names.extend(departments.map(|what| (Kind::Department, format!("{place}{what}{bureau}"))));
    found.extend(names.into_iter().map(|(kind, name)| Seeded {
        name,
        level: division.level,
        kind,
        division_code: division.full_code(),
        parent: Some(government),
    }));
}
