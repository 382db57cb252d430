//! Whether a report speaks of one agency or of a government with all below it.

use crate::domain::agency::{Kind, wire_names};
use std::fmt;

wire_names!(
    /// Of whom a report speaks.
    Scope {
        /// 本机关.
        Own = "own",
        /// 本级政府汇总.
        Consolidated = "consolidated",
    }
);

impl Scope {
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

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}
