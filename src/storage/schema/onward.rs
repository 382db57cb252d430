//! What changes go onward by (webhooks, their outbox, leases, positions), and work that goes on after its answer.

diesel::table! {
    webhooks (id) {
        id -> Text,
        person_id -> Text,
        url -> Text,
        description -> Nullable<Text>,
        secret -> Text,
        types -> Text,
        agency_id -> Nullable<Text>,
        state -> Text,
        failing_since -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    deliveries (id) {
        id -> Text,
        webhook_id -> Text,
        seq -> BigInt,
        #[sql_name = "type"]
        event_type -> Text,
        body -> Text,
        state -> Text,
        attempts -> Integer,
        next_at -> Timestamp,
        last_status -> Nullable<Integer>,
        last_error -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        holder -> Text,
        until -> Timestamp,
    }
}

diesel::table! {
    positions (name) {
        name -> Text,
        seq -> BigInt,
        key -> Nullable<Text>,
    }
}

diesel::table! {
    set_aside (consumer, report_id) {
        consumer -> Text,
        report_id -> Text,
        seq -> BigInt,
        reason -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        kind -> Text,
        state -> Text,
        person_id -> Text,
        agency_id -> Nullable<Text>,
        year -> Nullable<Integer>,
        done -> BigInt,
        total -> BigInt,
        result -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::joinable!(deliveries -> webhooks (webhook_id));
diesel::allow_tables_to_appear_in_same_query!(webhooks, deliveries);

diesel::table! {
    shared_keys (name) {
        name -> Text,
        value -> Text,
    }
}
