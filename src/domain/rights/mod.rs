//! Who may do what: the table of roles and rights, where a grant holds, and what nobody holds together.

mod grant;
mod held;
mod role;
mod table;

pub use grant::{Extent, Grant, Reach, Stage, Years};
pub use held::Rights;
pub use role::{Office, Role, find_clash};
pub use table::{Kind, Right};
