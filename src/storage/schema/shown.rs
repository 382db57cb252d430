//! What everybody reads, made ready: rendered, and to be searched. How words are found each engine keeps in its own way.

diesel::table! {
    renditions (report_id) {
        report_id -> Text,
        revision -> Integer,
        version -> BigInt,
        due_on -> Date,
        uscc -> Text,
        program -> Text,
        around -> Text,
        modified -> Timestamp,
        body -> Text,
    }
}

diesel::table! {
    search_documents (row_id) {
        row_id -> BigInt,
        report_id -> Text,
        section -> Text,
        text -> Text,
        revision -> Nullable<Integer>,
    }
}

diesel::table! {
    search_sketches (row_id, band) {
        row_id -> BigInt,
        band -> Text,
    }
}
