//! Persons and their tokens.

mod authenticate;
mod confirm;
mod enrol;
mod grants;
mod hand;
mod issue;
mod manage;
mod persons;
mod refused;
mod renew;
mod subject;
mod tasks;
mod used;

pub use authenticate::{EntryRules, Presented, authenticate};
pub use confirm::{Confirmed, confirm_person, find_confirmable, require_seen};
pub use enrol::enrol;
pub use grants::{
    GrantChange, GrantsOrder, Holder, PersonOrder, change_grants, create_person, find_changeable_grants,
    find_grants, require_givable, set_grants,
};
pub use hand::{access_of, entering_of};
pub use issue::{
    Drawn, GrantOrder, TokenOrder, digest_of_secret, issue_token, new_code, new_secret, unseparated,
};
pub use manage::{
    TokenEdit, find_managed, find_seen, issue_asked_token, issue_token_as, list_seen, may_give_all,
    require_issuable, require_people_right, require_token_right, revoke_token, update_token,
};
pub use persons::{PersonEdit, ensure_person, find_changeable, find_person, list_persons, update_person};
pub use refused::{
    RefusedAccess, RefusedAgain, RefusedKind, RefusedSum, note_refused, note_refused_again, note_refused_sum,
};
pub use renew::{Renewal, RenewalOrder, goes_further, renew_asked_token, require_renewable, rotate_token};
pub use subject::{
    BindingOrder, SubjectOrder, bind_asked_subject, bind_subject, find_bindable, find_subject,
    person_with_grants, require_bindable, require_bindable_as_asked, rights_by_any_way, sign_in,
};
pub use tasks::{Task, tasks};
pub use used::{is_to_be_noted, note_use};
