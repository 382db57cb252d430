//! A webhook is its owner's: it is told nothing any more once they could have none.

use super::manage::note;
use crate::domain::audit::AuditAction;
use crate::domain::id::PersonId;
use crate::domain::onward::{Webhook, WebhookState};
use crate::domain::rights::Right;
use crate::operations::Answer;
use crate::operations::people::{EntryRules, rights_by_any_way};
use crate::storage::{AnyConnection, Notes, webhooks};
use chrono::NaiveDateTime;
use serde_json::{Value, json};

/// Whether whoever a webhook is of has a way in by which they may have it.
pub(super) fn is_kept(
    connection: &mut AnyConnection,
    webhook: &Webhook,
    rules: &EntryRules,
    now: NaiveDateTime,
) -> Answer<bool> {
    let owner = PersonId::from_stored(webhook.person_id.clone());
    Ok(rights_by_any_way(connection, &owner, rules, now)?.may_somewhere(Right::KeepWebhooks))
}

/// Switches a webhook off that nobody has asked to be switched off, and says why.
pub(super) fn lay_aside(
    connection: &mut AnyConnection,
    notes: &mut Notes,
    webhook: Webhook,
    (at, because): (NaiveDateTime, &str),
) -> Answer<()> {
    let off =
        Webhook { state: WebhookState::Disabled, version: webhook.version + 1, updated_at: at, ..webhook };
    webhooks::update(connection, &off)?;
    let mut said = note(AuditAction::WebhookUpdate, &off);
    if let Value::Object(detail) = &mut said.detail {
        detail.insert("state".to_owned(), json!(off.state));
        detail.insert("because".to_owned(), json!(because));
    }
    notes.audit(said);
    Ok(())
}

/// Switches off those of some webhooks whose owners could have none now; how many.
pub fn disable_ownerless(
    connection: &mut AnyConnection,
    notes: &mut Notes,
    ids: &[String],
    (rules, now): (&EntryRules, NaiveDateTime),
) -> Answer<usize> {
    let mut off = 0;
    for id in ids {
        let Some(webhook) = webhooks::find(connection, id)? else { continue };
        if webhook.state == WebhookState::Active && !is_kept(connection, &webhook, rules, now)? {
            lay_aside(connection, notes, webhook, (now, "owner_without_right"))?;
            off += 1;
        }
    }
    Ok(off)
}
