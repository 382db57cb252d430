//! Webhooks: whoever wants to be told of public changes, and what is on its way to them.

mod deliver;
mod manage;
mod owners;
mod secrets;

pub use deliver::{
    Attempt, Due, Outcome, Outstanding, Retries, UnderWay, due, hold_lease, may_hold_lease, outstanding,
    release_lease, settle, sign,
};
pub use manage::{
    EVENTS, TEST, WebhookEdit, change, create, delete, deliveries, find, find_kept, list, new_webhook_secret,
    redeliver, require_keeping_right, require_webhook_right, test,
};
pub use owners::disable_ownerless;
pub use secrets::{enter_sealed, secrets_to_seal};
