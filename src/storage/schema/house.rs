//! How the house is run: settings that the database itself holds, the instances that run, and acts that wait.

diesel::table! {
    review_settings (id) {
        id -> SmallInt,
        stages -> Integer,
        separation_of_duties -> Bool,
        version -> BigInt,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    instances (id) {
        id -> Text,
        version -> Text,
        settings -> Text,
        rules -> Text,
        lexicons -> Text,
        limits -> Text,
        started_at -> Timestamp,
        seen_at -> Timestamp,
    }
}

diesel::table! {
    access_log (id) {
        id -> Text,
        at -> Timestamp,
        person_id -> Text,
        person_name -> Text,
        token_id -> Nullable<Text>,
        way -> Text,
        client -> Nullable<Text>,
        operation -> Text,
        target -> Text,
        status -> Integer,
        times -> Integer,
        agency_id -> Nullable<Text>,
        report_id -> Nullable<Text>,
        request_id -> Text,
    }
}

diesel::table! {
    pending_acts (id) {
        id -> Text,
        act -> Text,
        agency_id -> Nullable<Text>,
        report_id -> Nullable<Text>,
        year -> Nullable<Integer>,
        revision -> Nullable<Integer>,
        version -> BigInt,
        body -> Text,
        person_id -> Text,
        person_name -> Text,
        hand_id -> Text,
        token_id -> Nullable<Text>,
        asked_at -> Timestamp,
        ends_at -> Timestamp,
    }
}

diesel::table! {
    decided_acts (id) {
        id -> Text,
        decided -> Text,
        decided_at -> Timestamp,
    }
}
