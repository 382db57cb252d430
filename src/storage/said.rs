//! What the databases say where only their words tell what happened: PostgreSQL gives a code beside them (SQLSTATE), which
//! the driver reads and keeps to itself. The words are in the language of the server (`lc_messages`): English, simplified
//! and traditional Chinese; those of the system (`strerror`) and PostgreSQL's own, of this year and of years ago.

use diesel::result::{DatabaseErrorInformation, Error};

/// Something that is told in words; each list holds a part of every sentence that tells it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said(&'static [&'static str]);

/// There is no room on the disk: SQLite's FULL, PostgreSQL's 53100; a quota is one too. What could be written in part is
/// told without the system's word for it, but with how much it was, and with a hint.
pub(super) const DISK_FULL: Said = Said(&[
    "database or disk is full",
    "No space left on device",
    "设备上没有空间",
    "裝置上已無多餘空間",
    "Disk quota exceeded",
    "超出磁盘限额",
    "磁碟配額已滿",
    "wrote only",
    "仅写入",
    "僅寫入",
    "Check free disk space",
    "可用磁盘空间",
    "空闲磁盘",
    "可用磁碟空間",
]);

/// A statement took longer than it may (57014).
pub(super) const STATEMENT_TIMEOUT: Said = Said(&["statement timeout", "语句执行超时", "陳述式逾時"]);

/// SQLite: another connection holds the file.
pub(super) const FILE_LOCKED: Said = Said(&["database is locked"]);

/// Somebody else held what was wanted for longer than it may be waited for (55P03).
pub(super) const LOCK_TIMEOUT: Said = Said(&["lock timeout", "锁超时", "锁定超时", "鎖定逾時"]);

/// The server went away or cut the query short (57014, 57P01 to 57P03, 40001 of a standby), or our own driver lost it, which
/// says so in English.
pub(super) const PASSING: Said = Said(&[
    "terminating connection",
    "终止连接",
    "中断联接",
    "結束連線",
    "終止連線",
    "中斷連線",
    "canceling statement",
    "取消语句",
    "取消查询",
    "取消陳述式",
    "取消敘述",
    "the database system is",
    "数据库系统",
    "資料庫系統",
    "server closed the connection",
    "no connection to the server",
    "could not receive data",
]);

impl Said {
    pub fn is_in(self, text: &str) -> bool {
        self.0.iter().any(|words| text.contains(words))
    }

    /// Whether a database says it, in its message or in the hint beside it.
    pub fn by(self, error: &Error) -> bool {
        let Error::DatabaseError(_, told) = error else { return false };
        self.is_told(told.as_ref())
    }

    fn is_told(self, told: &dyn DatabaseErrorInformation) -> bool {
        self.is_in(told.message()) || told.hint().is_some_and(|hint| self.is_in(hint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the catalogues of PostgreSQL 15 and of the system have, in all three languages.
    const FULL: [&str; 6] = [
        "could not extend file \"base/5/16384\": No space left on device",
        "无法扩展文件 \"base/5/16384\": 设备上没有空间",
        "無法擴充檔案 \"base/5/16384\": 裝置上已無多餘空間",
        "could not extend file \"base/5/16384\": wrote only 4096 of 8192 bytes at block 7",
        "无法扩展文件 \"base/5/16384\": 在块 7 处应写入 8192 字节，实际仅写入 4096 字节",
        "無法擴充檔案 \"base/5/16384\": 在區塊 7 處應寫入 8192 位元組，實際僅寫入 4096 位元組",
    ];
    const HINTS: [&str; 3] = ["Check free disk space.", "检查可用磁盘空间。", "檢查可用磁碟空間。"];
    const LATE: [&str; 3] = [
        "canceling statement due to statement timeout",
        "由于语句执行超时，正在取消语句",
        "因為陳述式逾時，正在取消陳述式",
    ];
    const LOCKED: [&str; 3] =
        ["canceling statement due to lock timeout", "由于锁超时，正在取消语句", "由於鎖定逾時，正在取消敘述"];
    const AWAY: [&str; 12] = [
        "terminating connection due to administrator command",
        "由于管理员命令，正在终止连接",
        "因管理員命令，正在中斷連線",
        "由於收到非預期的 SIGQUIT 訊號，正在終止連線",
        "正在結束連線，因為另一個伺服器行程崩潰",
        "canceling statement due to conflict with recovery",
        "由于与恢复操作冲突，正在取消语句",
        "因為與復原衝突，正在取消陳述式",
        "the database system is shutting down",
        "数据库系统正在关闭",
        "資料庫系統正在關閉",
        "server closed the connection unexpectedly",
    ];
    const OTHERS: [&str; 5] = [
        "could not extend file \"base/5/16384\": Input/output error",
        "无法扩展文件 \"base/5/16384\": 输入/输出错误",
        "deadlock detected",
        "重复键违反唯一约束\"agencies_path\"",
        "database is locked",
    ];

    struct Told(&'static str, Option<&'static str>);

    impl DatabaseErrorInformation for Told {
        fn message(&self) -> &str {
            self.0
        }
        fn details(&self) -> Option<&str> {
            None
        }
        fn hint(&self) -> Option<&str> {
            self.1
        }
        fn table_name(&self) -> Option<&str> {
            None
        }
        fn column_name(&self) -> Option<&str> {
            None
        }
        fn constraint_name(&self) -> Option<&str> {
            None
        }
        fn statement_position(&self) -> Option<i32> {
            None
        }
    }

    #[test]
    fn each_is_known_in_three_languages_and_taken_for_nothing_else() {
        let all = [FULL.as_slice(), &LATE, &LOCKED, &AWAY, &OTHERS].concat();
        for told in all {
            let is = [DISK_FULL, STATEMENT_TIMEOUT, LOCK_TIMEOUT, PASSING].map(|said| said.is_in(told));
            let right = [
                FULL.contains(&told),
                LATE.contains(&told),
                LOCKED.contains(&told),
                [LATE.as_slice(), &LOCKED, &AWAY].concat().contains(&told),
            ];
            assert_eq!(is, right, "{told}");
        }
    }

    #[test]
    fn the_hint_alone_tells_of_a_full_disk() {
        for hint in HINTS {
            assert!(DISK_FULL.is_told(&Told("…", Some(hint))), "{hint}");
        }
        assert!(!DISK_FULL.is_told(&Told("…", None)));
    }
}
