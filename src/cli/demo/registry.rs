//! The demo's line of government and its years.

use crate::cli::failure::Failure;
use crate::cli::program::write;
use crate::cli::token::act_of_program;
use crate::domain::agency::Contact;
use crate::domain::id::AgencyId;
use crate::domain::year::{YearPlan, YearState};
use crate::operations::agencies::{self, AgencyDraft};
use crate::operations::{AgencyRef, years};
use crate::storage::Store;
use std::collections::HashMap;

/// One line of government; see `data/README.md`.
const AGENCIES: &str = include_str!("../../../data/demo-agencies.csv");
/// 沁源县人民政府.
pub const COUNTY: &str = "140431";
/// 沁源县信访局, whose real report is filed.
pub const FILER: &str = "沁源县信访局";

/// Registers every agency of the file; gives their ids by key and by name.
pub fn plant(store: &Store) -> Result<HashMap<String, AgencyId>, Failure> {
    let mut ids: HashMap<String, AgencyId> = HashMap::new();
    for line in AGENCIES.lines().skip(1) {
        let broken = || Failure::Usage(format!("演示数据有误：{line}"));
        let columns: Vec<&str> = line.split(',').collect();
        let [key, parent, level, kind, code, name, short_name, id] = columns.as_slice() else {
            return Err(broken());
        };
        let parent = if parent.is_empty() { None } else { Some(ids.get(*parent).ok_or_else(broken)?) };
        let draft = AgencyDraft {
            name: (*name).to_owned(),
            short_name: Some((*short_name).to_owned()),
            uscc: None,
            level: level.parse().map_err(|()| broken())?,
            kind: kind.parse().map_err(|()| broken())?,
            division_code: Some(code.parse().map_err(|()| broken())?),
            parent: parent.cloned().map(AgencyRef::Id),
            valid_from: None,
            valid_to: None,
            contact: Contact::default(),
        };
        // The same at each start: they are the ids of the document's examples.
        let id: AgencyId = id.parse().map_err(|_| broken())?;
        let named = id.clone();
        write(store, act_of_program("demo"), move |desk| agencies::create(desk, &named, &draft))?;
        ids.insert((*key).to_owned(), id.clone());
        ids.insert((*name).to_owned(), id);
    }
    Ok(ids)
}

/// The states a year passes through to stand where it stands in the demo.
fn states_of(year: i32) -> &'static [YearState] {
    match year {
        ..=2021 => &[YearState::Open, YearState::Closed, YearState::Archived],
        2022 => &[YearState::Open, YearState::Closed],
        _ => &[YearState::Open],
    }
}

/// The years 2019–2025; the older ones are over.
pub fn open_years(store: &Store) -> Result<(), Failure> {
    for year in 2019..=2025 {
        let plan = YearPlan::default_for(year);
        let created = plan.clone();
        write(store, act_of_program("demo"), move |desk| years::create(desk, &created))?;
        for (version, state) in (1i64..).zip(states_of(year)) {
            let next = YearPlan { state: *state, ..plan.clone() };
            write(store, act_of_program("demo"), move |desk| years::update(desk, version, &next))?;
        }
    }
    Ok(())
}
