//! Webhooks: whoever wants to be told of public changes, and what is on its way to them.

mod deliver;
mod manage;

pub use deliver::{Attempt, Outcome, due, forget_old, hold_lease, next_state, release_lease, settle, sign};
pub use manage::{
    EVENTS, TEST, WebhookEdit, change, create, delete, deliveries, find, list, new_webhook_secret, redeliver,
    require_webhook_right, test,
};
