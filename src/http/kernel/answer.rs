//! Bodies of answers: each member with its words, its type and where it comes from, said once.

/// Declares the body of an answer, and by `of` how it is made of what it tells.
macro_rules! answer {
    ($(#[$meta:meta])* $vis:vis struct $name:ident of($($of:ident: $source:ty),+) {
        $($(#[$about:meta])* $seen:vis $member:ident: $type:ty = $value:expr,)+
    }) => {
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        $(#[$meta])*
        $vis struct $name { $($(#[$about])* $seen $member: $type,)+ }

        impl $name {
            $vis fn of($($of: $source),+) -> $name {
                $name { $($member: $value,)+ }
            }
        }
    };
}
pub(in crate::http) use answer;
