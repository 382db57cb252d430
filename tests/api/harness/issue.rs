//! Tokens as `nianbao token create` issues them, by its own code but without a process for each: there are thousands of
//! them, and to start the program is dearer than what it does.

use nianbao::inside::cli::issue_one;
use nianbao::inside::operations::people::GrantOrder;
use nianbao::inside::storage::{Store, StoreOptions};

/// A token of one role at an agency (`""`: everywhere) within limits as the command line takes them; gives its secret.
pub fn issue(url: &str, role: &str, agency: &str, name: &str, limits: &[&str]) -> String {
    let limit = |word: &str| limits.iter().skip_while(|limit| **limit != word).nth(1);
    let place = Some(agency).filter(|agency| !agency.is_empty());
    let place = place.map(|agency| agency.parse().expect("an agency"));
    let mut grant = GrantOrder::whole(role.parse().expect("a role"), place);
    if let Some(reach) = limit("--reach") {
        grant.reach = reach.parse().expect("a reach");
    }
    grant.years = limit("--years").map(|years| years.parse().expect("years"));
    grant.read_only = limits.contains(&"--read-only");
    let options =
        StoreOptions { readers: 1, scan_readers: 1, ..StoreOptions::new(url.parse().expect("a database")) };
    let store = Store::open(options).expect("the database opens");
    let secret = issue_one(&store, name, grant).expect("the token is issued");
    store.close();
    secret
}
