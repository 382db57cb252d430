//! The rows that the chain answers for: whoever writes one leaves its seal in the audit.

/// How a row is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// By its values: what should stand there can be told.
    Values,
    /// By its digest, where there are many rows or long ones.
    Digest,
}

/// A column of a key.
#[derive(Debug, Clone, Copy)]
pub enum KeyPart {
    Text(&'static str),
    Number(&'static str),
}

impl KeyPart {
    pub fn column(self) -> &'static str {
        match self {
            KeyPart::Text(column) | KeyPart::Number(column) => column,
        }
    }
}

/// A table whose rows are sealed.
#[derive(Debug)]
pub struct Guarded {
    pub table: &'static str,
    pub key: &'static [KeyPart],
    pub kept: Kept,
    /// Never changed once it is there.
    pub fixed: Fixed,
    /// Columns that are not sealed, each with the reason.
    pub left: &'static [(&'static str, &'static str)],
}

/// What of a row no act changes.
#[derive(Debug, Clone, Copy)]
pub enum Fixed {
    Columns(&'static [&'static str]),
    Whole,
}

impl Guarded {
    /// Where the table stands in [`GUARDED`].
    pub fn place(&self) -> usize {
        GUARDED.iter().position(|table| table.table == self.table).unwrap_or(usize::MAX)
    }

    pub fn of(table: &str) -> Option<&'static Guarded> {
        GUARDED.iter().copied().find(|known| known.table == table)
    }

    pub fn leaves(&self, column: &str) -> bool {
        self.left.iter().any(|(left, _)| *left == column)
    }
}

macro_rules! guarded {
    ($($name:ident: $table:literal by ($($part:ident $column:literal),+) $kept:ident
        fixed $fixed:expr, left [$($left:literal: $why:literal),*];)+) => {
        $(pub static $name: Guarded = Guarded {
            table: $table,
            key: &[$(KeyPart::$part($column)),+],
            kept: Kept::$kept,
            fixed: $fixed,
            left: &[$(($left, $why)),*],
        };)+

        /// All of them.
        pub static GUARDED: &[&Guarded] = &[$(&$name),+];
    };
}

use Fixed::{Columns, Whole};

guarded! {
    AGENCIES: "agencies" by (Text "id") Values fixed Columns(&["created_at"]),
        left ["path": "checked along the parents, which are sealed"];
    AGENCY_HISTORY: "agency_history" by (Text "agency_id", Number "version") Digest fixed Whole, left [];
    YEARS: "years" by (Number "year") Values fixed Columns(&["created_at"]), left [];
    ROSTER: "roster" by (Number "year", Text "agency_id", Text "scope") Digest fixed Columns(&[]),
        left ["counted": "a count that is recounted with the sums"];
    PERSONS: "persons" by (Text "id") Values fixed Columns(&["created_at"]), left [];
    TOKENS: "tokens" by (Text "id") Values fixed
        Columns(&[
            "person_id", "secret_hash", "created_at", "issued_by", "issued_with", "code_hash", "code_ends_at"
        ]),
        left ["last_used_at": "moved by use, without an act"];
    SUBJECTS: "subjects" by (Text "person_id") Values fixed Whole, left [];
    GRANTS: "grants" by (Text "token_id", Number "position") Values fixed Whole, left [];
    PERSON_GRANTS: "person_grants" by (Text "person_id", Number "position") Values fixed Columns(&[]), left [];
    REPORTS: "reports" by (Text "id") Values
        fixed Columns(&["agency_id", "year", "created_at", "first_published_on"]), left [];
    REVISIONS: "revisions" by (Text "report_id", Number "number") Digest fixed Columns(&[]),
        left [
            "form": "in the digest of the content, which is sealed and made anew",
            "cells": "in the digest of the content, which is sealed and made anew",
            "texts": "in the digest of the content, which is sealed and made anew",
            "title": "in the digest of the content, which is sealed and made anew",
            "signed_by": "in the digest of the content, which is sealed and made anew",
            "signed_on": "in the digest of the content, which is sealed and made anew",
            "index_number": "in the digest of the content, which is sealed and made anew",
            "updated_at": "moved by what happens around the revision",
            "year": "compared with its report's, which is sealed"
        ];
    TRANSITIONS: "transitions" by (Text "id") Digest fixed Whole, left [];
    RECEIPTS: "receipts" by (Text "transition_id") Digest fixed Whole, left [];
    SUPPRESSIONS: "suppressions" by (Text "report_id", Number "revision") Values fixed Whole, left [];
    EXPLANATIONS: "explanations" by (Text "report_id", Text "finding") Digest fixed Columns(&[]), left [];
    SOURCES: "sources" by (Text "report_id", Number "revision") Digest fixed Whole,
        left ["bytes": "in their digest, which is sealed and made anew"];
    CHANGES: "changes" by (Number "seq") Digest fixed Whole, left [];
    REVIEW_SETTINGS: "review_settings" by (Number "id") Values fixed Columns(&["id"]), left [];
    PENDING_ACTS: "pending_acts" by (Text "id") Values fixed Whole, left [];
    COMMENTS: "comments" by (Text "id") Digest fixed Columns(&[]), left [];
    WEBHOOKS: "webhooks" by (Text "id") Digest fixed Columns(&[]),
        left ["failing_since": "moved by deliveries, without an act"];
}
