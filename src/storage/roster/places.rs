//! Where agencies count in a year. The lines of a year are a tree of their own: whoever has a line counts where that
//! stands, whoever has none below the nearest agency above that has one.

use super::super::dsl::{below, length, moved};
use super::super::prepared::Prepare;
use super::super::schema::agencies;
use super::super::schema::roster::dsl;
use super::super::seals::wrote_lines;
use super::super::{AnyConnection, Stored};
use crate::domain::agency::AgencyPath;
use crate::domain::roster::RosterPlace;
use diesel::dsl::max;
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};

/// Where an agency that stands here in the registry counts in a year.
pub fn place_of(connection: &mut AnyConnection, year: i32, registry: &AgencyPath) -> Stored<RosterPlace> {
    named_place_of(connection, year, registry).map(|(place, _)| place)
}

/// The same, and what its line calls it, where it has one.
pub fn named_place_of(
    connection: &mut AnyConnection,
    year: i32,
    registry: &AgencyPath,
) -> Stored<(RosterPlace, Option<String>)> {
    let ids: Vec<&str> = registry.ids().collect();
    let lines: Vec<(String, AgencyPath, bool, String)> = on_each!(connection, |c| dsl::roster
        .filter(dsl::year.eq(year).and(dsl::agency_id.eq_any(&ids)))
        .select((dsl::agency_id, dsl::path, dsl::moved, dsl::name))
        .order(dsl::scope)
        .prepared_for(ids.len())
        .load(c))?;
    let mut without = Vec::new();
    for id in ids.into_iter().rev() {
        if let Some((_, path, moved, name)) = lines.iter().find(|(line, ..)| line == id) {
            let own = without.is_empty().then(|| name.clone());
            let path =
                without.into_iter().rev().fold(path.clone(), |above, id| AgencyPath::below(Some(&above), id));
            return Ok((RosterPlace { path, moved: *moved }, own));
        }
        without.push(id);
    }
    Ok((RosterPlace { path: registry.clone(), moved: false }, None))
}

/// How deep the deepest line at or below a place stands.
pub fn deepest(connection: &mut AnyConnection, year: i32, within: &AgencyPath) -> QueryResult<usize> {
    let longest: Option<i32> = dsl::roster
        .filter(dsl::year.eq(year))
        .filter(below(dsl::path, [within]))
        .select(max(length(dsl::path)))
        .first(connection)?;
    Ok(usize::try_from(longest.unwrap_or_default()).unwrap_or(0) / AgencyPath::STEP)
}

/// Puts a subtree of one year's roster under a new chain; by hand: the registry moves it no more.
pub fn move_subtree(
    connection: &mut AnyConnection,
    year: i32,
    (from, to): (&AgencyPath, &AgencyPath),
    by_hand: bool,
) -> QueryResult<()> {
    let here = dsl::roster.filter(dsl::year.eq(year)).filter(below(dsl::path, [from]));
    let path = dsl::path.eq(moved!(dsl::path, from, to));
    wrote_lines(year, Some(to));
    diesel::update(here).set((by_hand.then(|| dsl::moved.eq(true)), path)).execute(connection).map(|_| ())
}

/// Puts every line of a year where the registry and what was settled by hand have it.
pub(super) fn settle(connection: &mut AnyConnection, year: i32) -> Stored<()> {
    let registry: Vec<(String, Option<String>)> =
        agencies::table.select((agencies::id, agencies::parent_id)).load(connection)?;
    let lines: Vec<(String, AgencyPath, bool)> = dsl::roster
        .filter(dsl::year.eq(year))
        .select((dsl::agency_id, dsl::path, dsl::moved))
        .distinct()
        .load(connection)?;
    for (agency, path) in places(&registry, &lines) {
        diesel::update(dsl::roster.filter(dsl::year.eq(year).and(dsl::agency_id.eq(&agency))))
            .set(dsl::path.eq(path.as_str()))
            .execute(connection)?;
        wrote_lines(year, Some(&path));
    }
    Ok(())
}

/// The lines that stand elsewhere than they should, and where that is: below the parent that they were given by hand,
/// else that of the registry. Where both together make a circle, what followed the registry stays where it is.
fn places(
    registry: &[(String, Option<String>)],
    lines: &[(String, AgencyPath, bool)],
) -> Vec<(String, AgencyPath)> {
    let above = |path: &AgencyPath| path.parent().and_then(|path| path.ids().next_back().map(str::to_owned));
    let mut parents: HashMap<&str, Option<String>> =
        registry.iter().map(|(id, parent)| (id.as_str(), parent.clone())).collect();
    parents.extend(lines.iter().filter(|line| line.2).map(|(id, path, _)| (id.as_str(), above(path))));
    let present: HashMap<&str, &AgencyPath> = lines.iter().map(|(id, path, _)| (id.as_str(), path)).collect();
    let (mut settled, mut cut) = (HashMap::<String, AgencyPath>::new(), HashSet::new());
    for (agency, ..) in lines {
        let mut chain: Vec<String> = Vec::new();
        let mut next = Some(agency.clone());
        while let Some(id) = next.filter(|id| !settled.contains_key(id)) {
            if let Some(start) = chain.iter().position(|seen| *seen == id) {
                // Each goes back to where it stood, and stood there without a circle; who had no line is cut off.
                for id in chain.drain(start..) {
                    let stood =
                        present.get(id.as_str()).filter(|_| !cut.contains(&id)).and_then(|path| above(path));
                    if let Some(parent) = parents.get_mut(id.as_str()) {
                        *parent = stood;
                    }
                    cut.insert(id);
                }
                next = Some(chain.pop().unwrap_or_else(|| agency.clone()));
                continue;
            }
            next = parents.get(id.as_str()).cloned().flatten();
            chain.push(id);
        }
        while let Some(id) = chain.pop() {
            let parent = parents.get(id.as_str()).cloned().flatten();
            let path = AgencyPath::below(parent.as_ref().and_then(|parent| settled.get(parent)), &id);
            settled.insert(id, path);
        }
    }
    let elsewhere = |(id, path, _): &(String, AgencyPath, bool)| {
        settled.get(id).filter(|right| *right != path).map(|right| (id.clone(), right.clone()))
    };
    let mut found: Vec<_> = lines.iter().filter_map(elsewhere).collect();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(ids: &str) -> AgencyPath {
        AgencyPath::from_stored(ids.chars().map(|id| format!("{id}.")).collect())
    }

    fn settled(registry: &[(&str, &str)], lines: &[(&str, &str, bool)]) -> Vec<(String, AgencyPath)> {
        let parent = |id: &str| (!id.is_empty()).then(|| id.to_owned());
        let registry: Vec<_> = registry.iter().map(|(id, above)| ((*id).to_owned(), parent(above))).collect();
        let lines: Vec<_> =
            lines.iter().map(|(id, at, moved)| ((*id).to_owned(), path(at), *moved)).collect();
        places(&registry, &lines)
    }

    #[test]
    fn what_hangs_below_a_line_moved_by_hand_goes_with_it() {
        let registry = [("r", ""), ("a", "r"), ("b", "r"), ("c", "a")];
        let lines = [("r", "r", false), ("a", "rba", true), ("b", "rb", false), ("c", "rac", false)];
        assert_eq!(settled(&registry, &lines), [("c".to_owned(), path("rbac"))]);
    }

    #[test]
    fn whoever_has_no_line_leads_on_to_whoever_stands_above() {
        let registry = [("r", ""), ("a", "r"), ("b", "a"), ("c", "b")];
        let lines = [("r", "r", false), ("c", "rc", false)];
        assert_eq!(settled(&registry, &lines), [("c".to_owned(), path("rabc"))]);
    }

    #[test]
    fn a_circle_of_registry_and_hand_leaves_the_lines_where_they_stood() {
        // b was put below a by hand; the registry has a below b since.
        let registry = [("r", ""), ("a", "b"), ("b", "r"), ("c", "a")];
        let lines = [("r", "r", false), ("a", "ra", false), ("b", "rab", true), ("c", "rc", false)];
        assert_eq!(settled(&registry, &lines), [("c".to_owned(), path("rac"))]);
    }
}
