//! From where, by which way and by whose hands somebody acts.

use crate::domain::agency::wire_names;
use crate::domain::id::TokenId;
use std::net::IpAddr;

wire_names!(
    /// By which way in somebody came.
    Way {
        Token = "token",
        /// Signed in by an identity provider.
        Oidc = "oidc",
        /// With an enrolment code, before there is a token.
        Enrolment = "enrolment",
        CommandLine = "command_line",
        /// The service itself.
        Service = "service",
        Anonymous = "anonymous",
    }
);

/// Who sits at the command line, as the operating system tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    pub user: String,
    pub host: String,
}

/// What is known of an act's origin beside its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub way: Way,
    pub token: Option<TokenId>,
    /// The client's address, as far as trusted proxies tell.
    pub client: Option<IpAddr>,
    pub operator: Option<Operator>,
}

impl Session {
    /// What the service does by itself.
    pub fn of_service() -> Session {
        Session { way: Way::Service, token: None, client: None, operator: None }
    }

    pub fn of_operator(operator: Operator) -> Session {
        Session { way: Way::CommandLine, token: None, client: None, operator: Some(operator) }
    }
}

/// The same as an entry keeps it, every part a column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    pub way: Option<String>,
    pub token_id: Option<String>,
    pub client: Option<String>,
    pub operator_user: Option<String>,
    pub operator_host: Option<String>,
}

impl From<&Session> for Origin {
    fn from(session: &Session) -> Origin {
        Origin {
            way: Some(session.way.as_str().to_owned()),
            token_id: session.token.as_ref().map(ToString::to_string),
            client: session.client.map(|address| address.to_string()),
            operator_user: session.operator.as_ref().map(|operator| operator.user.clone()),
            operator_host: session.operator.as_ref().map(|operator| operator.host.clone()),
        }
    }
}
