//! Why a command ended without doing what it was asked, in one readable sentence.

use crate::domain::language::{Language, say};
use crate::operations::Refusal;
use crate::settings::SettingsError;
use crate::storage::migrate::MigrateError;
use crate::storage::{DatabaseUrlFault, OpenError, WriteError};

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("数据库地址不对：{0}")]
    Url(#[from] DatabaseUrlFault),
    #[error("{}", unopened(.0))]
    Open(#[from] OpenError),
    /// The operation said no, or the database did not take it.
    #[error("没有完成：{0}")]
    Refused(String),
    #[error("{0}")]
    Usage(String),
    #[error("输入输出出错：{}", io_told(.0))]
    Io(#[from] std::io::Error),
    #[error("不能在 {0} 提供服务：{1}；换一个端口（server.listen）或停止占用它的程序")]
    Listen(String, std::io::Error),
    #[error("服务没有就绪：{0}")]
    NotReady(String),
    /// It did what it was asked, and what it found gives this exit code.
    #[error("{1}")]
    Verdict(u8, String),
}

impl Failure {
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Verdict(code, _) => *code,
            _ => 1,
        }
    }
}

/// Why a database is not used, and what to do.
fn unopened(error: &OpenError) -> String {
    match error {
        OpenError::Migrate(MigrateError::Behind) => {
            "数据库的表结构不是当前版本：请先运行 nianbao migrate（或设 NIANBAO__DATABASE__MIGRATE=true）".to_owned()
        }
        OpenError::Migrate(MigrateError::Ahead) => "数据库的表结构比本程序新两步以上：请运行较新的 nianbao".to_owned(),
        OpenError::Migrate(MigrateError::Excluded(before)) => {
            format!("数据库的表结构已经收缩，容不下不认识第 {before:04} 步的程序：请运行较新的 nianbao")
        }
        OpenError::OtherCluster => {
            "数据库上次是在另一个集群里写的（恢复或复制而来）：先运行 nianbao restore --adopt，核对审计并启用新的变更代号；否则订阅者会把两处的变更当成一处"
                .to_owned()
        }
        error => format!("数据库不能使用：{error}"),
    }
}

impl From<WriteError<Refusal>> for Failure {
    fn from(error: WriteError<Refusal>) -> Failure {
        Failure::Refused(match error {
            WriteError::Refused(refusal) => refused(&refusal),
            WriteError::KeyReused => problem("idempotency_key_reused"),
            WriteError::KeyInProgress => problem("idempotency_in_progress"),
            WriteError::Overloaded | WriteError::Stale => problem("overloaded"),
            WriteError::Unavailable => problem("unavailable"),
            WriteError::DiskFull => say("detail", "disk_full", Language::Chinese, &[]),
            WriteError::OutcomeUnknown => problem("outcome_unknown"),
            WriteError::Broken(error) => format!("数据库出错：{error}"),
        })
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(refused(&refusal))
    }
}

fn problem(code: &str) -> String {
    say("problem", code, Language::Chinese, &[])
}

/// What an operation said no with, in the words in which the service says it too.
pub fn refused(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotFound => problem("not_found"),
        Refusal::Forbidden => problem("forbidden"),
        Refusal::ForeignCode { division } => {
            say("detail", "foreign_code", Language::Chinese, &[("division", division)])
        }
        Refusal::CodeRefused => problem("enrolment_refused"),
        Refusal::SeparationOfDuties(_) => problem("separation_of_duties"),
        Refusal::PreconditionFailed => problem("precondition_failed"),
        Refusal::Withdrawn { .. } => problem("report_withdrawn"),
        Refusal::Suppressed { .. } => problem("revision_suppressed"),
        Refusal::TooMany => problem("rate_limited"),
        Refusal::ChangeLogReset => problem("change_log_reset"),
        Refusal::Invalid(faults) => {
            let told = faults.iter().map(|fault| {
                format!("{} {}", fault.pointer, say("fault", fault.code, Language::Chinese, &[]))
            });
            told.collect::<Vec<String>>().join("；")
        }
        Refusal::ScopeNotForKind => problem("scope_not_for_kind"),
        Refusal::FindingsBlock(findings) | Refusal::Unpublishable(findings) => {
            let told = findings.iter().take(5).map(|finding| finding.say(Language::Chinese));
            told.collect::<Vec<String>>().join("；")
        }
        Refusal::NotEditable(_) => problem("report_not_editable"),
        Refusal::TooRecent { from, .. } => {
            say("detail", "archive_too_recent", Language::Chinese, &[("from", &from.to_string())])
        }
        Refusal::NotAllowed(_) => problem("transition_not_allowed"),
        Refusal::Conflict(conflict) => problem(conflict.as_str()),
        Refusal::Decided(_) => problem("already_decided"),
        Refusal::Rows(rows) => {
            let told =
                rows.iter().take(5).map(|(line, refusal)| format!("第 {line} 行：{}", refused(refusal)));
            told.collect::<Vec<String>>().join("；")
        }
        Refusal::Storage(error) => format!("数据库出错：{error}"),
    }
}

/// Why a file could not be read or written; what happens often in Chinese, the rest as the system says it.
pub fn io_told(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "没有这个文件或文件夹".to_owned(),
        ErrorKind::PermissionDenied => "没有读写它的权限".to_owned(),
        ErrorKind::AlreadyExists => "已经存在".to_owned(),
        ErrorKind::NotADirectory => "不是文件夹".to_owned(),
        ErrorKind::IsADirectory => "是文件夹，不是文件".to_owned(),
        ErrorKind::StorageFull => "磁盘已满".to_owned(),
        _ => error.to_string(),
    }
}
