//! How the domain's names are stored: each as its text, both ways, on both engines, in one list.

use crate::domain::agency::{AgencyChange, AgencyPath, AgencyStatus, DivisionCode, Kind, Level, Uscc};
use crate::domain::algorithm::Algorithm;
use crate::domain::audit::Way;
use crate::domain::id::{AgencyId, PendingId, PersonId, ReportId, TokenId};
use crate::domain::job::{JobKind, JobState};
use crate::domain::onward::{ChangeType, DeliveryState, WebhookState};
use crate::domain::pending::{HeldAct, Verdict};
use crate::domain::report::{CommentState, Scope, Timeliness};
use crate::domain::rights::{Reach, Role, Stage};
use crate::domain::workflow::{Action, State};
use crate::domain::year::YearState;
use diesel::backend::Backend;
use diesel::deserialize::{FromSql, FromStaticSqlRow, Queryable};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::{Nullable, Text};

macro_rules! stored_as_text {
    ($($read:expr => $($name:ident),+;)+) => {$($(
        impl<DB: Backend> FromSql<Text, DB> for $name
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<$name> {
                let text = <String as FromSql<Text, DB>>::from_sql(bytes)?;
                let read: fn(String) -> Option<$name> = $read;
                let told = format!("stored {} “{text}” is not known", stringify!($name));
                read(text).ok_or_else(|| told.into())
            }
        }

        impl<DB: Backend> ToSql<Text, DB> for $name
        where
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> diesel::serialize::Result {
                <str as ToSql<Text, DB>>::to_sql(self.as_str(), out)
            }
        }

        impl<DB: Backend> ToSql<Nullable<Text>, DB> for $name
        where
            $name: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> diesel::serialize::Result {
                <$name as ToSql<Text, DB>>::to_sql(self, out)
            }
        }

        impl<DB: Backend> Queryable<Text, DB> for $name
        where
            $name: FromStaticSqlRow<Text, DB>,
        {
            type Row = $name;

            fn build(row: $name) -> diesel::deserialize::Result<$name> {
                Ok(row)
            }
        }

        impl AsExpression<Text> for $name {
            type Expression = Bound<Text, $name>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }

        impl<'e> AsExpression<Text> for &'e $name {
            type Expression = Bound<Text, &'e $name>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }

        impl AsExpression<Nullable<Text>> for $name {
            type Expression = Bound<Nullable<Text>, $name>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }

        impl<'e> AsExpression<Nullable<Text>> for &'e $name {
            type Expression = Bound<Nullable<Text>, &'e $name>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
    )+)+};
}

stored_as_text! {
    |text| Some(AgencyId::from_stored(text)) => AgencyId;
    |text| Some(ReportId::from_stored(text)) => ReportId;
    |text| Some(PersonId::from_stored(text)) => PersonId;
    |text| Some(TokenId::from_stored(text)) => TokenId;
    |text| Some(PendingId::from_stored(text)) => PendingId;
    |text| Some(AgencyPath::from_stored(text)) => AgencyPath;
    |text| text.parse().ok() => Uscc, DivisionCode;
    |text| text.parse().ok() => Level, Kind, AgencyStatus, AgencyChange, YearState, Scope, Role, Stage, Reach, State, Action;
    |text| text.parse().ok() => Algorithm, Way;
    |text| text.parse().ok() => CommentState, WebhookState, DeliveryState, ChangeType, JobKind, JobState, Timeliness;
    |text| text.parse().ok() => HeldAct, Verdict;
}

/// A private row beside its noun: the same members with the same types, converted without a thought.
macro_rules! row {
    ($(#[$meta:meta])* $visible:vis $row:ident of $noun:ident {
        $($(#[$attribute:meta])* $column:ident: $type:ty),+ $(,)?
    }) => {
        $(#[$meta])*
        $visible struct $row { $($(#[$attribute])* $column: $type),+ }

        impl From<&$noun> for $row {
            fn from(noun: &$noun) -> $row {
                $row { $($column: noun.$column.clone()),+ }
            }
        }

        impl From<$row> for $noun {
            fn from(row: $row) -> $noun {
                $noun { $($column: row.$column),+ }
            }
        }
    };
}
pub(super) use row;
