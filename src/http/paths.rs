//! Parts of paths: what each names, said once. Only the document reads these; a handler reads a part by its own type.
#![expect(dead_code, reason = "the document is made from the types, nothing is kept in them")]

use super::kernel::names::{AgencyIdOrCode, FormatName, SectionKind};
use utoipa::IntoParams;

/// Declares a part of a path: its name, its type and form, its words.
macro_rules! parts {
    ($($name:ident { $(#[$meta:meta])* $part:ident: $type:ty })+) => {$(
        #[derive(IntoParams)]
        #[into_params(parameter_in = Path)]
        pub struct $name { $(#[$meta])* $part: $type }
    )+};
}

parts! {
    Report {
        /// 报告编号
        #[param(format = "uuid")]
        id: String
    }
    Agency {
        /// 机关编号或统一社会信用代码
        agency: AgencyIdOrCode
    }
    Year {
        /// 年度
        #[param(minimum = 2008, maximum = 2099)]
        year: i32
    }
    Webhook {
        /// webhook 编号
        #[param(format = "uuid")]
        id: String
    }
    Delivery {
        /// 送达记录的编号
        #[param(format = "uuid")]
        id: String
    }
    Kind {
        /// 部分的键名，见 `GET /formats`
        kind: SectionKind
    }
    Pending {
        /// 提请的编号
        #[param(format = "uuid")]
        id: String
    }
    Token {
        /// 令牌编号
        #[param(format = "uuid")]
        id: String
    }
    Comment {
        /// 意见编号
        #[param(format = "uuid")]
        comment: String
    }
    Person {
        /// 人员编号
        #[param(format = "uuid")]
        person: String
    }
    Finding {
        /// 问题的键
        key: String
    }
    Job {
        /// 任务编号
        #[param(format = "uuid")]
        job: String
    }
    Form {
        /// 格式编号，如 2021
        id: FormatName
    }
}
