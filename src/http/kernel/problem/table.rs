//! The closed list of problems: one code, one status. Titles stand in the catalogue of messages.

use crate::domain::agency::wire_names;
use actix_web::http::StatusCode;

wire_names!(
    /// What can be wrong with a request, or with us.
    Code {
        MalformedRequest = "malformed_request",
        InvalidJson = "invalid_json",
        InvalidQuery = "invalid_query",
        InvalidCursor = "invalid_cursor",
        InvalidHeader = "invalid_header",
        Unauthorized = "unauthorized",
        EnrolmentRefused = "enrolment_refused",
        Forbidden = "forbidden",
        SeparationOfDuties = "separation_of_duties",
        NotFound = "not_found",
        MethodNotAllowed = "method_not_allowed",
        NotAcceptable = "not_acceptable",
        ReportWithdrawn = "report_withdrawn",
        RevisionSuppressed = "revision_suppressed",
        ChangeLogReset = "change_log_reset",
        RangeNotSatisfiable = "range_not_satisfiable",
        RequestTimeout = "request_timeout",
        PayloadTooLarge = "payload_too_large",
        UnsupportedMediaType = "unsupported_media_type",
        PreconditionRequired = "precondition_required",
        PreconditionFailed = "precondition_failed",
        InvalidInput = "invalid_input",
        ReadOnly = "read_only",
        ScopeNotForKind = "scope_not_for_kind",
        FindingsBlockSubmit = "findings_block_submit",
        DocumentUnreadable = "document_unreadable",
        BatchRefused = "batch_refused",
        IdempotencyKeyReused = "idempotency_key_reused",
        IdempotencyInProgress = "idempotency_in_progress",
        AlreadyIssued = "already_issued",
        UsccTaken = "uscc_taken",
        AgencyCycle = "agency_cycle",
        AgencyInUse = "agency_in_use",
        AgencyEnded = "agency_ended",
        YearExists = "year_exists",
        YearState = "year_state",
        YearInUse = "year_in_use",
        YearNotOpen = "year_not_open",
        DueDayPassed = "due_day_passed",
        ReportExists = "report_exists",
        ReportNotEditable = "report_not_editable",
        SectionExists = "section_exists",
        FindingNotExplainable = "finding_not_explainable",
        TooManyComments = "too_many_comments",
        RevisionShown = "revision_shown",
        TransitionNotAllowed = "transition_not_allowed",
        LastAdmin = "last_admin",
        SubjectBound = "subject_bound",
        SubjectTaken = "subject_taken",
        TokenEnded = "token_ended",
        NothingToConfirm = "nothing_to_confirm",
        AlreadyPending = "already_pending",
        AlreadyDecided = "already_decided",
        AskerWithoutRight = "asker_without_right",
        Internal = "internal",
        RateLimited = "rate_limited",
        HeadersTooLarge = "headers_too_large",
        Overloaded = "overloaded",
        OutcomeUnknown = "outcome_unknown",
        Unavailable = "unavailable",
    }
);

impl Code {
    pub fn status(self) -> StatusCode {
        use Code::*;
        match self {
            MalformedRequest | InvalidJson | InvalidQuery | InvalidCursor | InvalidHeader => {
                StatusCode::BAD_REQUEST
            }
            Unauthorized | EnrolmentRefused => StatusCode::UNAUTHORIZED,
            Forbidden | SeparationOfDuties => StatusCode::FORBIDDEN,
            NotFound => StatusCode::NOT_FOUND,
            MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            ReportWithdrawn | RevisionSuppressed | ChangeLogReset => StatusCode::GONE,
            RangeNotSatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
            RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            InvalidInput | ReadOnly | ScopeNotForKind | FindingsBlockSubmit | DocumentUnreadable
            | BatchRefused | IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            IdempotencyInProgress
            | AlreadyIssued
            | UsccTaken
            | AgencyCycle
            | AgencyInUse
            | AgencyEnded
            | YearExists
            | YearState
            | YearInUse
            | YearNotOpen
            | DueDayPassed
            | ReportExists
            | ReportNotEditable
            | SectionExists
            | FindingNotExplainable
            | TooManyComments
            | RevisionShown
            | TransitionNotAllowed
            | LastAdmin
            | SubjectBound
            | SubjectTaken
            | TokenEnded
            | NothingToConfirm
            | AlreadyPending
            | AlreadyDecided
            | AskerWithoutRight => StatusCode::CONFLICT,
            Internal => StatusCode::INTERNAL_SERVER_ERROR,
            RateLimited => StatusCode::TOO_MANY_REQUESTS,
            HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Overloaded | OutcomeUnknown | Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What a status stands for that something below us answered.
    pub fn of_status(status: StatusCode) -> Code {
        match status.as_u16() {
            401 => Code::Unauthorized,
            403 => Code::Forbidden,
            404 => Code::NotFound,
            405 => Code::MethodNotAllowed,
            406 => Code::NotAcceptable,
            408 => Code::RequestTimeout,
            431 => Code::HeadersTooLarge,
            413 | 414 => Code::PayloadTooLarge,
            415 => Code::UnsupportedMediaType,
            429 => Code::RateLimited,
            400..=499 => Code::InvalidHeader,
            503 => Code::Unavailable,
            _ => Code::Internal,
        }
    }
}
