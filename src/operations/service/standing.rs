//! How an instance stands to the settings that the database holds, and to the other instances on it.

use crate::domain::audit::AuditAction;
use crate::domain::id::PersonId;
use crate::domain::instance::{BEAT, Instance};
use crate::domain::workflow::Review;
use crate::operations::Answer;
use crate::operations::people::unseparated;
use crate::operations::settings::{first_review, review, said};
use crate::storage::{AnyConnection, Note, Notes, instances, migrate};
use chrono::{Duration, NaiveDateTime};
use serde_json::{Value, json};

/// Rows of those that ended without a word are kept so long.
const REMEMBERED: Duration = Duration::days(1);

/// In what another living instance works otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub instance: String,
    pub version: String,
    pub differs_in: Vec<&'static str>,
}

/// What an instance found at its beginning.
#[derive(Debug, Clone)]
pub struct Begun {
    /// How reviews are held, whatever its configuration says.
    pub review: Review,
    pub differences: Vec<Difference>,
    /// Who holds roles of two offices, where the configuration parts them.
    pub unseparated: Vec<PersonId>,
}

/// What an instance's configuration says that the database must fit.
#[derive(Debug, Clone, Copy)]
pub struct Configured {
    /// The first settings of a database that has none.
    pub review: Review,
    pub roles_separated: bool,
}

/// Figures about the instances on a database.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    pub living: usize,
    /// Those that work otherwise than the one that asks.
    pub differing: usize,
    pub review: Review,
}

fn others(connection: &mut AnyConnection, own: &Instance, now: NaiveDateTime) -> Answer<Vec<Instance>> {
    let mut found = instances::since(connection, now - BEAT * 10)?;
    found.retain(|other| other.id != own.id && other.lives(now));
    Ok(found)
}

fn differences(own: &Instance, others: &[Instance]) -> Vec<Difference> {
    let compared = others.iter().map(|other| Difference {
        instance: other.id.clone(),
        version: other.version.clone(),
        differs_in: own.differs_in(other),
    });
    compared.filter(|difference| !difference.differs_in.is_empty()).collect()
}

fn note(action: AuditAction, detail: Value) -> Note {
    Note::new(action, detail)
}

fn works_by(instance: &Instance, review: Review) -> Value {
    json!({
        "instance": instance.id,
        "version": instance.version,
        "settings": instance.settings,
        "rule_set": instance.rules,
        "lexicons": instance.lexicons,
        "limits": instance.limits,
        "review": said(review),
    })
}

fn note_differences(notes: &mut Notes, instance: &Instance, differences: &[Difference]) {
    for difference in differences {
        let detail = json!({
            "instance": instance.id,
            "version": instance.version,
            "other": difference.instance,
            "other_version": difference.version,
            "differs_in": difference.differs_in,
        });
        notes.audit(note(AuditAction::ServiceDiffer, detail));
    }
}

/// An instance begins.
pub fn begin(
    connection: &mut AnyConnection,
    notes: &mut Notes,
    instance: &Instance,
    configured: Configured,
) -> Answer<Begun> {
    let now = instance.started_at;
    let review = first_review(connection, configured.review, now)?;
    instances::delete_silent(connection, now - REMEMBERED)?;
    let differences = differences(instance, &others(connection, instance, now)?);
    instances::insert(connection, instance)?;
    let mut detail = works_by(instance, review);
    let unseparated = match configured.roles_separated {
        true => unseparated(connection)?,
        false => Vec::new(),
    };
    if let Value::Object(detail) = &mut detail {
        if configured.review != review {
            detail.insert("configured_review".to_owned(), said(configured.review));
        }
        if !unseparated.is_empty() {
            let persons: Vec<&str> = unseparated.iter().map(PersonId::as_str).collect();
            detail.insert("unseparated".to_owned(), json!(persons));
        }
    }
    notes.audit(note(AuditAction::ServiceStart, detail));
    note_differences(notes, instance, &differences);
    Ok(Begun { review, differences, unseparated })
}

/// An instance has read its rules anew.
pub fn reload(
    connection: &mut AnyConnection,
    notes: &mut Notes,
    instance: &Instance,
    now: NaiveDateTime,
) -> Answer<Vec<Difference>> {
    let differences = differences(instance, &others(connection, instance, now)?);
    instances::set_rules(connection, &instance.id, &instance.rules, &instance.lexicons)?;
    let review = review(connection)?;
    notes.audit(note(AuditAction::ServiceReload, works_by(instance, review)));
    note_differences(notes, instance, &differences);
    Ok(differences)
}

/// An instance ends in order.
pub fn end(connection: &mut AnyConnection, notes: &mut Notes, instance: &Instance) -> Answer<()> {
    instances::delete(connection, &instance.id)?;
    let review = review(connection)?;
    notes.audit(note(AuditAction::ServiceStop, works_by(instance, review)));
    Ok(())
}

/// An instance tells that it lives.
pub fn beat(connection: &mut AnyConnection, id: &str, now: NaiveDateTime) -> Answer<()> {
    Ok(instances::beat(connection, id, now)?)
}

pub fn standing(connection: &mut AnyConnection, instance: &Instance, now: NaiveDateTime) -> Answer<Standing> {
    let others = others(connection, instance, now)?;
    Ok(Standing {
        living: others.len() + 1,
        differing: differences(instance, &others).len(),
        review: review(connection)?,
    })
}

/// The newest step of this program's schema.
pub fn newest_step() -> String {
    migrate::newest()
}
