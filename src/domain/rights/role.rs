//! The roles, which of them gives which, and which nobody holds together where roles are separated.

use crate::domain::agency::wire_names;

wire_names!(
    /// What a grant allows; see [`super::Right`] for what exactly.
    Role {
        /// 填报员: create and edit drafts, import, explain, submit.
        Editor = "editor",
        /// 审核员: approve or return at the review stages.
        Reviewer = "reviewer",
        /// 发布员: publish, correct, withdraw, return what is approved.
        Publisher = "publisher",
        /// 主管部门: read all of the subtree, return, manage its agencies.
        Supervisor = "supervisor",
        /// 系统管理员: registry, years, settings, jobs.
        SystemAdmin = "system_admin",
        /// 安全管理员: persons, grants, tokens; nothing of content.
        SecurityAdmin = "security_admin",
        /// 审计员: read everything, change nothing.
        Auditor = "auditor",
        /// 超级管理员: first set-up and small offices; everything, everywhere.
        Admin = "admin",
    }
);

/// What roles are there for. Where roles are separated nobody holds roles of two offices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Office {
    /// Filing, reviewing, publishing, and supervising them.
    Reporting,
    System,
    Security,
    Audit,
    /// All of them, for the first set-up.
    SetUp,
}

impl Role {
    /// Which of the three separated offices (三员) it belongs to, or to none.
    pub fn office(self) -> Office {
        match self {
            Role::Editor | Role::Reviewer | Role::Publisher | Role::Supervisor => Office::Reporting,
            Role::SystemAdmin => Office::System,
            Role::SecurityAdmin => Office::Security,
            Role::Auditor => Office::Audit,
            Role::Admin => Office::SetUp,
        }
    }

    /// Whether it stands over those who file, review and publish: a supervisor, and all above.
    pub fn is_above(self) -> bool {
        !matches!(self, Role::Editor | Role::Reviewer | Role::Publisher)
    }

    /// The roles that whoever holds this one may give to others, inside their own grant.
    pub fn gives(self) -> &'static [Role] {
        match self {
            Role::Supervisor => &[Role::Editor, Role::Reviewer, Role::Publisher],
            Role::SecurityAdmin => &[
                Role::Editor,
                Role::Reviewer,
                Role::Publisher,
                Role::Supervisor,
                Role::SystemAdmin,
                Role::SecurityAdmin,
                Role::Auditor,
            ],
            Role::Admin => Role::ALL,
            Role::Editor | Role::Reviewer | Role::Publisher | Role::SystemAdmin | Role::Auditor => &[],
        }
    }

    /// The roles whose holders, with their tokens, this one sees.
    pub fn sees(self) -> &'static [Role] {
        match self {
            Role::SecurityAdmin | Role::Auditor => Role::ALL,
            other => other.gives(),
        }
    }
}

/// The first of some roles that is of another office than one before it.
pub fn find_clash(roles: impl IntoIterator<Item = Role>) -> Option<usize> {
    let mut first = None;
    roles.into_iter().position(|role| *first.get_or_insert(role.office()) != role.office())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gives_a_role_that_gives_more_than_their_own() {
        for own in Role::ALL {
            for given in own.gives() {
                let more = given.gives().iter().find(|role| !own.gives().contains(role));
                assert_eq!(more, None, "{own:?} gives {given:?}");
            }
        }
        assert!(!Role::SecurityAdmin.gives().contains(&Role::Admin));
    }

    #[test]
    fn roles_of_two_offices_clash_and_those_of_one_do_not() {
        use Role::*;
        assert_eq!(find_clash([Editor, Reviewer, Publisher, Supervisor]), None);
        assert_eq!(find_clash([SystemAdmin, SystemAdmin]), None);
        assert_eq!(find_clash([Editor, Editor, Auditor]), Some(2));
        for pair in
            [[SystemAdmin, SecurityAdmin], [SystemAdmin, Auditor], [SecurityAdmin, Auditor], [Auditor, Admin]]
        {
            assert_eq!(find_clash(pair), Some(1), "{pair:?}");
        }
    }
}
