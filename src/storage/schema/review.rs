//! What is said and settled about reports on their way.

diesel::table! {
    explanations (report_id, finding) {
        report_id -> Text,
        finding -> Text,
        inputs -> Text,
        text -> Text,
        person_id -> Text,
        person_name -> Text,
        role -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    comments (id) {
        id -> Text,
        report_id -> Text,
        revision -> Integer,
        pointer -> Text,
        state -> Text,
        text -> Text,
        person_id -> Text,
        person_name -> Text,
        replies -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    receipts (transition_id) {
        transition_id -> Text,
        report_id -> Text,
        revision -> Integer,
        rule_set -> Text,
        digest -> Text,
        valid -> Bool,
        error -> Integer,
        warning -> Integer,
        info -> Integer,
        explained -> Integer,
        at -> Timestamp,
    }
}

diesel::table! {
    suppressions (report_id, revision) {
        report_id -> Text,
        revision -> Integer,
        reason -> Text,
        person_id -> Text,
        person_name -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    verdicts (report_id) {
        report_id -> Text,
        version -> BigInt,
        rules -> Text,
        error -> Integer,
        warning -> Integer,
        info -> Integer,
        explained -> Integer,
        awaits -> Bool,
        by_rule -> Text,
        at -> Timestamp,
    }
}
