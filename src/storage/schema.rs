//! The tables as both migration folders make them.

pub mod house;
pub mod onward;
mod review;
mod shown;

pub use house::pending_acts;
pub use review::{comments, explanations, receipts, suppressions, verdicts};
pub use shown::{renditions, search_documents, search_sketches};

diesel::table! {
    ledger (id) {
        id -> SmallInt,
        change_seq -> BigInt,
        audit_seq -> BigInt,
        audit_head -> Text,
        epoch -> Text,
        system_id -> Nullable<Text>,
        timeline -> Nullable<Text>,
        synchronous -> Nullable<Integer>,
        digest -> Text,
        excludes_before -> Integer,
    }
}

diesel::table! {
    agencies (id) {
        id -> Text,
        name -> Text,
        short_name -> Nullable<Text>,
        uscc -> Nullable<Text>,
        level -> Text,
        kind -> Text,
        division_code -> Nullable<Text>,
        parent_id -> Nullable<Text>,
        path -> Text,
        status -> Text,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        successor_id -> Nullable<Text>,
        address -> Nullable<Text>,
        postcode -> Nullable<Text>,
        phone -> Nullable<Text>,
        email -> Nullable<Text>,
        website -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    years (year) {
        year -> Integer,
        format -> Text,
        state -> Text,
        period_start -> Date,
        period_end -> Date,
        department_due_on -> Date,
        government_due_on -> Date,
        note -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    roster (year, agency_id, scope) {
        year -> Integer,
        agency_id -> Text,
        scope -> Text,
        path -> Text,
        level -> Text,
        kind -> Text,
        name -> Text,
        due_on -> Date,
        exempt -> Bool,
        reason -> Nullable<Text>,
        moved -> Bool,
        counted -> Nullable<Text>,
    }
}

diesel::table! {
    persons (id) {
        id -> Text,
        name -> Text,
        agency_id -> Nullable<Text>,
        created_at -> Timestamp,
        left_on -> Nullable<Date>,
        version -> BigInt,
        machine -> Bool,
    }
}

diesel::table! {
    tokens (id) {
        id -> Text,
        person_id -> Text,
        name -> Text,
        secret_hash -> Text,
        expires_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        issued_by -> Nullable<Text>,
        issued_with -> Nullable<Text>,
        code_hash -> Nullable<Text>,
        code_ends_at -> Nullable<Timestamp>,
        enrolled_at -> Nullable<Timestamp>,
        confirmed_by -> Nullable<Text>,
        confirmed_at -> Nullable<Timestamp>,
        last_used_at -> Nullable<Timestamp>,
        addresses -> Nullable<Text>,
    }
}

diesel::table! {
    grants (token_id, position) {
        token_id -> Text,
        position -> Integer,
        role -> Text,
        agency_id -> Nullable<Text>,
        stage -> Nullable<Text>,
        reach -> Text,
        read_only -> Bool,
        years_from -> Nullable<Integer>,
        years_to -> Nullable<Integer>,
    }
}

diesel::table! {
    person_grants (person_id, position) {
        person_id -> Text,
        position -> Integer,
        role -> Text,
        agency_id -> Nullable<Text>,
        stage -> Nullable<Text>,
        reach -> Text,
        read_only -> Bool,
        years_from -> Nullable<Integer>,
        years_to -> Nullable<Integer>,
    }
}

diesel::table! {
    reports (id) {
        id -> Text,
        agency_id -> Text,
        year -> Integer,
        scope -> Text,
        version -> BigInt,
        public_version -> Nullable<BigInt>,
        working_revision -> Integer,
        published_revision -> Nullable<Integer>,
        first_published_on -> Nullable<Date>,
        timeliness -> Nullable<Text>,
        source_url -> Nullable<Text>,
        source_published_on -> Nullable<Date>,
        withdrawn_at -> Nullable<Timestamp>,
        withdrawn_reason -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        hidden_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    revisions (report_id, number) {
        report_id -> Text,
        number -> Integer,
        state -> Text,
        round -> Integer,
        form -> Text,
        cells -> Text,
        texts -> Text,
        title -> Nullable<Text>,
        signed_by -> Nullable<Text>,
        signed_on -> Nullable<Date>,
        index_number -> Nullable<Text>,
        agency_name -> Text,
        digest -> Text,
        reason -> Nullable<Text>,
        authors -> Text,
        submitted_by -> Nullable<Text>,
        submitted_at -> Nullable<Timestamp>,
        published_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        author_hands -> Nullable<Text>,
        beside -> Nullable<Text>,
        year -> Nullable<Integer>,
    }
}

diesel::table! {
    transitions (id) {
        id -> Text,
        report_id -> Text,
        position -> Integer,
        revision -> Integer,
        round -> Integer,
        action -> Text,
        from_state -> Text,
        to_state -> Text,
        person_id -> Text,
        person_name -> Text,
        role -> Text,
        comment -> Nullable<Text>,
        digest -> Text,
        at -> Timestamp,
        hand_id -> Nullable<Text>,
        hand_name -> Nullable<Text>,
        issuer_id -> Nullable<Text>,
        issuer_name -> Nullable<Text>,
        sign_in -> Nullable<Text>,
    }
}

diesel::table! {
    audit (seq) {
        seq -> BigInt,
        at -> Text,
        person_id -> Nullable<Text>,
        person_name -> Nullable<Text>,
        action -> Text,
        agency_id -> Nullable<Text>,
        report_id -> Nullable<Text>,
        detail -> Text,
        request_id -> Text,
        prev_hash -> Text,
        hash -> Text,
        version -> Integer,
        way -> Nullable<Text>,
        token_id -> Nullable<Text>,
        client -> Nullable<Text>,
        operator_user -> Nullable<Text>,
        operator_host -> Nullable<Text>,
        sealed -> Nullable<Text>,
    }
}

diesel::table! {
    changes (seq) {
        seq -> BigInt,
        #[sql_name = "type"]
        change_type -> Text,
        report_id -> Text,
        agency_id -> Text,
        year -> Integer,
        revision -> Integer,
        at -> Timestamp,
    }
}

diesel::table! {
    idempotency (scope) {
        scope -> Text,
        body_digest -> Text,
        status -> Integer,
        headers -> Text,
        body -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    form_cells (form, position) {
        form -> Text,
        position -> Integer,
        section -> Text,
        row_key -> Text,
        column_key -> Text,
        row_label -> Text,
        column_label -> Text,
        unit -> Text,
        scale -> Integer,
    }
}

diesel::table! {
    upstream_changes (report_id, source_id) {
        report_id -> Text,
        source_id -> Text,
        revision -> Integer,
        at -> Timestamp,
    }
}

diesel::table! {
    agency_history (agency_id, version) {
        agency_id -> Text,
        version -> BigInt,
        effective_on -> Date,
        change_kind -> Text,
        reason -> Nullable<Text>,
        person_id -> Nullable<Text>,
        person_name -> Nullable<Text>,
        name -> Text,
        short_name -> Nullable<Text>,
        uscc -> Nullable<Text>,
        level -> Text,
        kind -> Text,
        division_code -> Nullable<Text>,
        parent_id -> Nullable<Text>,
        status -> Text,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        successor_id -> Nullable<Text>,
        contact -> Text,
        created_at -> Timestamp,
        at -> Timestamp,
    }
}

diesel::table! {
    sources (report_id, revision) {
        report_id -> Text,
        revision -> Integer,
        sha256 -> Text,
        media_type -> Text,
        charset -> Text,
        bytes -> Binary,
    }
}

diesel::table! {
    contributions (report_id) {
        report_id -> Text,
        year -> Integer,
        form -> Text,
        path -> Text,
        level -> Text,
        kind -> Text,
        cells -> Text,
    }
}

diesel::table! {
    sums (year, node, form, level, kind) {
        year -> Integer,
        node -> Text,
        form -> Text,
        level -> Text,
        kind -> Text,
        reports -> BigInt,
        cells -> Text,
        present -> Text,
        expected -> BigInt,
        draft -> BigInt,
        in_review -> BigInt,
        approved -> BigInt,
        published -> BigInt,
        on_time -> BigInt,
        archived -> BigInt,
    }
}

diesel::table! {
    subjects (person_id) {
        person_id -> Text,
        issuer -> Text,
        subject -> Text,
        at -> Timestamp,
    }
}

diesel::joinable!(revisions -> reports (report_id));
diesel::joinable!(reports -> agencies (agency_id));
diesel::joinable!(tokens -> persons (person_id));
diesel::allow_tables_to_appear_in_same_query!(
    agencies,
    years,
    roster,
    persons,
    tokens,
    grants,
    person_grants,
    reports,
    revisions,
    transitions,
    upstream_changes,
    contributions,
    renditions,
    comments,
    verdicts,
    audit,
    ledger,
    agency_history,
    subjects,
    pending_acts,
);
