//! One entry as a line of an export: every column as it is hashed.

use super::{AuditEntry, AuditLine, Origin};
use serde::{Deserialize, Serialize};

/// `detail` and `sealed` stay the texts they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedLine {
    pub seq: i64,
    pub at: String,
    pub person_id: Option<String>,
    pub person_name: Option<String>,
    pub action: String,
    pub agency_id: Option<String>,
    pub report_id: Option<String>,
    pub detail: String,
    pub request_id: String,
    /// Lines that were exported before there were others have none.
    #[serde(default = "first_version")]
    pub version: i32,
    #[serde(default)]
    pub way: Option<String>,
    #[serde(default)]
    pub token_id: Option<String>,
    #[serde(default)]
    pub client: Option<String>,
    #[serde(default)]
    pub operator_user: Option<String>,
    #[serde(default)]
    pub operator_host: Option<String>,
    #[serde(default)]
    pub sealed: Option<String>,
    pub previous_hash: String,
    pub hash: String,
}

fn first_version() -> i32 {
    1
}

impl From<&AuditLine> for ExportedLine {
    fn from(line: &AuditLine) -> ExportedLine {
        let entry = line.entry.clone();
        ExportedLine {
            seq: entry.seq,
            at: entry.at,
            person_id: entry.person_id,
            person_name: entry.person_name,
            action: entry.action,
            agency_id: entry.agency_id,
            report_id: entry.report_id,
            detail: entry.detail,
            request_id: entry.request_id,
            version: entry.version,
            way: entry.origin.way,
            token_id: entry.origin.token_id,
            client: entry.origin.client,
            operator_user: entry.origin.operator_user,
            operator_host: entry.origin.operator_host,
            sealed: entry.sealed,
            previous_hash: line.previous.clone(),
            hash: line.hash.clone(),
        }
    }
}

impl From<ExportedLine> for AuditLine {
    fn from(line: ExportedLine) -> AuditLine {
        AuditLine {
            entry: AuditEntry {
                version: line.version,
                seq: line.seq,
                at: line.at,
                person_id: line.person_id,
                person_name: line.person_name,
                action: line.action,
                agency_id: line.agency_id,
                report_id: line.report_id,
                detail: line.detail,
                request_id: line.request_id,
                origin: Origin {
                    way: line.way,
                    token_id: line.token_id,
                    client: line.client,
                    operator_user: line.operator_user,
                    operator_host: line.operator_host,
                },
                sealed: line.sealed,
            },
            previous: line.previous_hash,
            hash: line.hash,
        }
    }
}
