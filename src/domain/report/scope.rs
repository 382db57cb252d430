//! Whether a report speaks of one agency or of a government with all below it.

use crate::domain::agency::Kind;
use std::fmt;
use std::str::FromStr;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// 本机关.
    Own,
    /// 本级政府汇总.
    Consolidated,
}

impl Scope {
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Own => "own",
            Scope::Consolidated => "consolidated",
        }
    }

    /// Every agency may file its own report; a consolidated one only these kinds.
    pub fn is_for(self, kind: Kind) -> bool {
        match self {
            Scope::Own => true,
            Scope::Consolidated => {
                matches!(kind, Kind::Government | Kind::GeneralOffice | Kind::DevelopmentZone)
            }
        }
    }

    /// The report every active agency of a kind is due for.
    pub fn expected_of(kind: Kind) -> Scope {
        if kind == Kind::Government { Scope::Consolidated } else { Scope::Own }
    }
}

impl FromStr for Scope {
    type Err = ();
    fn from_str(text: &str) -> Result<Scope, ()> {
        match text {
            "own" => Ok(Scope::Own),
            "consolidated" => Ok(Scope::Consolidated),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}
