//! Why a command ended without doing what it was asked, in one readable sentence.

use crate::operations::Refusal;
use crate::settings::SettingsError;
use crate::storage::migrate::MigrateError;
use crate::storage::{DatabaseUrlFault, OpenError, WriteError};
use std::fmt;

#[derive(Debug)]
pub enum Failure {
    Settings(SettingsError),
    Url(DatabaseUrlFault),
    Open(OpenError),
    /// The operation said no, or the database did not take it.
    Refused(String),
    Usage(String),
    Io(std::io::Error),
    Listen(String, std::io::Error),
    NotReady(String),
    /// It did what it was asked, and what it found gives this exit code.
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

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Settings(error) => error.fmt(out),
            Failure::Url(fault) => write!(out, "数据库地址不对：{fault}"),
            Failure::Open(OpenError::Migrate(MigrateError::Behind)) => write!(
                out,
                "数据库的表结构不是当前版本：请先运行 nianbao migrate（或设 NIANBAO__DATABASE__MIGRATE=true）"
            ),
            Failure::Open(OpenError::Migrate(MigrateError::Ahead)) => {
                out.write_str("数据库的表结构比本程序新两步以上：请运行较新的 nianbao")
            }
            Failure::Open(error) => write!(out, "数据库不能使用：{error}"),
            Failure::Refused(why) => write!(out, "没有完成：{why}"),
            Failure::Usage(what) => out.write_str(what),
            Failure::Io(error) => write!(out, "输入输出出错：{error}"),
            Failure::Listen(address, error) => {
                write!(
                    out,
                    "不能在 {address} 提供服务：{error}；换一个端口（server.listen）或停止占用它的程序"
                )
            }
            Failure::Verdict(_, told) => out.write_str(told),
            Failure::NotReady(why) => write!(out, "服务没有就绪：{why}"),
        }
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Failure {
        Failure::Settings(error)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        Failure::Open(error)
    }
}

impl From<DatabaseUrlFault> for Failure {
    fn from(fault: DatabaseUrlFault) -> Failure {
        Failure::Url(fault)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::Io(error)
    }
}

impl From<WriteError<Refusal>> for Failure {
    fn from(error: WriteError<Refusal>) -> Failure {
        Failure::Refused(match error {
            WriteError::Refused(Refusal::Invalid(faults)) => {
                let faults: Vec<String> = faults
                    .iter()
                    .map(|fault| {
                        let language = crate::domain::language::Language::Chinese;
                        let said = crate::domain::language::say("fault", fault.code, language, &[]);
                        format!("{} {said}", fault.pointer)
                    })
                    .collect();
                faults.join("；")
            }
            WriteError::Broken(error) => error.to_string(),
            other => format!("{other:?}"),
        })
    }
}
