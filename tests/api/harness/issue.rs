//! Tokens as `nianbao token create` issues them, by the same operation but without a process for each: there are
//! thousands of them, and to start the program is dearer than what it does.

use nianbao::domain::audit::{Operator, Session};
use nianbao::domain::calendar::day_of;
use nianbao::domain::id::{PersonId, TokenId};
use nianbao::domain::rights::{Grant, Reach, Rights, Role};
use nianbao::operations::people::{self, Drawn, GrantOrder, TokenOrder};
use nianbao::operations::{Asking, Refusal, at_desk};
use nianbao::storage::{Act, Store, StoreOptions, WriteError};

/// A token of one role at an agency (`""`: everywhere) within the limits that the command line knows; gives its secret.
pub fn issue(url: &str, role: &str, agency: &str, name: &str, limits: &[&str]) -> String {
    let limit = |word: &str| limits.iter().skip_while(|limit| **limit != word).nth(1);
    let options =
        StoreOptions { readers: 1, scan_readers: 1, ..StoreOptions::new(url.parse().expect("a database")) };
    let store = Store::open(options).expect("the database opens");
    let at = chrono::SubsecRound::trunc_subsecs(chrono::Utc::now().naive_utc(), 6);
    let asking =
        Asking { rights: Rights::of(vec![Grant::everywhere(Role::Admin)]), ..Asking::public(day_of(at)) };
    let operator = Operator { user: "tests".to_owned(), host: "here".to_owned() };
    let act = Act { session: Session::of_operator(operator), ..Act::of_service("cli", at) };
    let mut random = [0; 32];
    getrandom::fill(&mut random).expect("random bytes");
    let secret = people::new_secret(random);
    let grant = GrantOrder {
        role: role.parse().expect("a role"),
        agency: Some(agency)
            .filter(|agency| !agency.is_empty())
            .map(|agency| agency.parse().expect("an agency")),
        stage: None,
        reach: limit("--reach").map_or(Reach::Subtree, |reach| reach.parse().expect("a reach")),
        read_only: limits.contains(&"--read-only"),
        years: limit("--years").map(|years| years.parse().expect("years")),
    };
    let secret_hash = people::digest_of_secret(store.algorithm().expect("the algorithm"), &secret);
    let order = TokenOrder {
        token_id: TokenId::from_uuid(uuid::Uuid::now_v7()),
        name: name.to_owned(),
        person: None,
        new_person_id: PersonId::from_uuid(uuid::Uuid::now_v7()),
        machine: false,
        grants: vec![grant],
        expires_at: None,
        addresses: Vec::new(),
        drawn: Drawn { secret_hash, code_hash: String::new() },
    };
    let issued: Result<_, WriteError<Refusal>> =
        store.write_blocking(act, at_desk(asking, move |desk| people::issue_token(desk, &order)));
    issued.expect("the token is issued");
    store.close();
    secret
}
