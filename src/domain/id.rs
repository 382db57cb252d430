//! Identifiers: UUIDs in their hyphenated form. A value of these types has been parsed.

use std::fmt;
use std::str::FromStr;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        /// A UUID in its hyphenated form.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        pub struct $name(String);

        impl $name {
            /// Takes a UUID made outside the domain.
            pub fn from_uuid(id: uuid::Uuid) -> $name {
                $name(id.hyphenated().to_string())
            }

            /// Takes an id as it was stored.
            pub fn from_stored(id: String) -> $name {
                $name(id)
            }

            /// Its text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        // Every kind of id has both, asked for or not.
        const _: (fn(String) -> $name, fn(&$name) -> &str) = ($name::from_stored, $name::as_str);

        impl FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<$name, ()> {
                uuid::Uuid::try_parse(text).map($name::from_uuid).map_err(|_| ())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    )+};
}

ids!(AgencyId, ReportId, PersonId, TokenId, PendingId);
super::read_from_text!(AgencyId, ReportId, PersonId, TokenId, PendingId);
