//! How reviews are held: changed by an act that the audit knows, never by a configuration.

use crate::domain::audit::AuditAction;
use crate::domain::rights::Right;
use crate::domain::workflow::{Review, ReviewSettings};
use crate::operations::changed::changed;
use crate::operations::{Answer, Asking, Desk, Refusal, permit, require_present};
use crate::storage::{AnyConnection, Note, review_settings};
use chrono::NaiveDateTime;
use serde_json::{Value, json};

/// How reviews are held as this snapshot has it.
pub fn review(connection: &mut AnyConnection) -> Answer<Review> {
    Ok(review_settings::find(connection)?.map_or(Review::USUAL, |settings| settings.review))
}

pub fn find_review(connection: &mut AnyConnection) -> Answer<ReviewSettings> {
    review_settings::find(connection)?.ok_or(Refusal::NotFound)
}

/// Writes the first settings down where there are none; those in force.
pub fn first_review(connection: &mut AnyConnection, first: Review, at: NaiveDateTime) -> Answer<Review> {
    match review_settings::find(connection)? {
        Some(settings) => Ok(settings.review),
        None => {
            review_settings::insert(
                connection,
                &ReviewSettings { review: first, version: 1, updated_at: at },
            )?;
            Ok(first)
        }
    }
}

/// Refuses whoever may not change the settings.
pub fn require_settings_right(asking: &Asking) -> Answer<()> {
    permit(asking.rights.may_below(Right::KeepSettings, None, None))
}

pub fn change_review(desk: &mut Desk<'_>, version: i64, wanted: Review) -> Answer<ReviewSettings> {
    require_settings_right(desk.asking)?;
    let present = find_review(desk.connection)?;
    require_present(present.version == version)?;
    let wanted = ReviewSettings { review: wanted, ..present.clone() };
    let Some(settings) = changed!(present, wanted, desk.act.at) else { return Ok(present) };
    review_settings::update(desk.connection, &settings)?;
    let mut detail = said(settings.review);
    if let Value::Object(detail) = &mut detail {
        detail.insert("previous".to_owned(), said(present.review));
    }
    desk.notes.audit(Note::new(AuditAction::SettingsReview, detail));
    Ok(settings)
}

/// In clear, for the audit.
pub fn said(review: Review) -> Value {
    json!({ "stages": review.stages, "separation_of_duties": review.separation_of_duties })
}
