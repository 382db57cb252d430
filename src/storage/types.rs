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
use crate::domain::statistics::Standing;
use crate::domain::workflow::{Action, State};
use crate::domain::year::YearState;
use diesel::backend::Backend;
use diesel::deserialize::{FromSql, FromSqlRow, FromStaticSqlRow, Queryable};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::Pg;
use diesel::serialize::{IsNull, Output, ToSql};
use diesel::sql_types::{Nullable, Text};
use diesel::sqlite::Sqlite;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;

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
    |text| text.parse().ok() => HeldAct, Verdict, Standing;
}

/// What belongs together, in the order in which it came.
pub(super) fn grouped<K: Eq + Hash, V>(pairs: impl IntoIterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    pairs.into_iter().for_each(|(key, value)| groups.entry(key).or_default().push(value));
    groups
}

/// What a column holds as JSON.
#[derive(Debug, Clone, FromSqlRow, AsExpression)]
#[diesel(sql_type = Text)]
pub struct Json<T>(pub(super) T);

impl<T> From<T> for Json<T> {
    fn from(value: T) -> Json<T> {
        Json(value)
    }
}

impl<T> From<Json<Vec<T>>> for Vec<T> {
    fn from(stored: Json<Vec<T>>) -> Vec<T> {
        stored.0
    }
}

impl<T: DeserializeOwned, DB: Backend> FromSql<Text, DB> for Json<T>
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Json<T>> {
        let text = <String as FromSql<Text, DB>>::from_sql(bytes)?;
        Ok(Json(serde_json::from_str(&text)?))
    }
}

impl<T: Serialize + Debug> ToSql<Text, Pg> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}

impl<T: Serialize + Debug> ToSql<Text, Sqlite> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> diesel::serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}

/// A row beside its noun: the same members, which nobody else sees, converted without a thought.
macro_rules! row {
    ($(#[$meta:meta])* $row:ident of $noun:ident {
        $($(#[$attribute:meta])* $shown:vis $column:ident: $type:ty),+ $(,)?
    }) => {
        $(#[$meta])*
        pub struct $row { $($(#[$attribute])* $shown $column: $type),+ }

        impl From<$noun> for $row {
            fn from(noun: $noun) -> $row {
                $row { $($column: noun.$column.into()),+ }
            }
        }

        impl From<&$noun> for $row {
            fn from(noun: &$noun) -> $row {
                $row::from(<$noun as Clone>::clone(noun))
            }
        }

        impl From<$row> for $noun {
            fn from(row: $row) -> $noun {
                $noun { $($column: row.$column.into()),+ }
            }
        }

        $crate::storage::types::stored!($noun as $row);
    };
}
pub(super) use row;

/// Lets a noun be inserted, selected and read as the row that it is stored as.
macro_rules! stored {
    ($noun:ident as $row:ident) => {
        $crate::storage::types::read!($noun as $row);

        impl<T> diesel::Insertable<T> for &$noun
        where
            $row: diesel::Insertable<T>,
        {
            type Values = <$row as diesel::Insertable<T>>::Values;

            fn values(self) -> Self::Values {
                $row::from(self).values()
            }
        }
    };
}
pub(super) use stored;

/// Lets a noun be selected and read as the row that it is stored as.
macro_rules! read {
    ($noun:ident as $row:ident) => {
        impl<DB: diesel::backend::Backend> diesel::Selectable<DB> for $noun
        where
            $row: diesel::Selectable<DB>,
        {
            type SelectExpression = <$row as diesel::Selectable<DB>>::SelectExpression;

            fn construct_selection() -> Self::SelectExpression {
                <$row as diesel::Selectable<DB>>::construct_selection()
            }
        }

        impl<ST, DB: diesel::backend::Backend> diesel::Queryable<ST, DB> for $noun
        where
            $row: diesel::Queryable<ST, DB>,
        {
            type Row = <$row as diesel::Queryable<ST, DB>>::Row;

            fn build(row: Self::Row) -> diesel::deserialize::Result<$noun> {
                <$row as diesel::Queryable<ST, DB>>::build(row).map($noun::from)
            }
        }
    };
}
pub(super) use read;
