//! Who may do what: persons hold grants, a grant holds at an agency and all below it.

use crate::domain::agency::{AgencyPath, wire_names};

wire_names!(
    /// What a grant allows; see the table in the HTTP contract.
    Role {
        /// 填报员: create and edit drafts, import, explain, submit.
        Editor = "editor",
        /// 审核员: approve or return at the review stages.
        Reviewer = "reviewer",
        /// 发布员: publish, correct, withdraw, return what is approved.
        Publisher = "publisher",
        /// 主管部门: read all of the subtree, return, manage its agencies.
        Supervisor = "supervisor",
        /// 系统管理员: everything, everywhere.
        Admin = "admin",
    }
);

wire_names!(
    /// 初审, 复审, 终审.
    Stage {
        First = "first",
        Second = "second",
        Final = "final",
    }
);

/// One grant. Without an agency it holds everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub role: Role,
    pub at: Option<AgencyPath>,
    /// Limits a reviewer to one stage.
    pub stage: Option<Stage>,
}

impl Grant {
    /// Whether the grant holds at an agency.
    pub fn covers(&self, path: &AgencyPath) -> bool {
        self.at.as_ref().is_none_or(|at| at.contains(path))
    }
}

/// The grants of whoever asks; empty for the public.
#[derive(Debug, Clone, Default)]
pub struct Rights {
    pub grants: Vec<Grant>,
}

impl Rights {
    /// `admin` counts only without an agency: it stands over the registry, the years and the rules.
    pub fn is_admin(&self) -> bool {
        self.grants.iter().any(|grant| grant.role == Role::Admin && grant.at.is_none())
    }

    /// Whether any grant covers the agency: then its drafts may be seen.
    pub fn may_see(&self, path: &AgencyPath) -> bool {
        self.grants.iter().any(|grant| grant.covers(path))
    }

    /// Whether one of the roles is held at the agency. An admin holds every role.
    pub fn holds(&self, roles: &[Role], path: &AgencyPath) -> bool {
        self.acting_role(roles, path, None).is_some()
    }

    /// In which of the roles somebody acts at an agency, and at a review stage if that matters.
    pub fn acting_role(&self, roles: &[Role], path: &AgencyPath, stage: Option<Stage>) -> Option<Role> {
        let fits = |grant: &&Grant| {
            let at_stage = grant.role != Role::Reviewer
                || stage.is_none()
                || grant.stage.is_none()
                || grant.stage == stage;
            roles.contains(&grant.role) && grant.covers(path) && at_stage
        };
        self.grants
            .iter()
            .find(fits)
            .map(|grant| grant.role)
            .or_else(|| self.is_admin().then_some(Role::Admin))
    }

    /// Whether what stands at and below a place may be managed: its agencies and roster, the tokens of its people.
    /// `None` is everywhere: a new root, a grant without an agency.
    pub fn may_manage(&self, parent: Option<&AgencyPath>) -> bool {
        self.is_admin()
            || self.grants.iter().any(|grant| {
                grant.role == Role::Supervisor
                    && match (&grant.at, parent) {
                        (None, _) => true,
                        (Some(_), None) => false,
                        (Some(at), Some(parent)) => at.contains(parent),
                    }
            })
    }
}
