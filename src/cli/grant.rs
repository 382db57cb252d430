//! What a grant is, as it is written on the command line.

use super::failure::Failure;
use crate::domain::rights::{Reach, Role, Stage, Years};
use crate::domain::year::{FIRST_YEAR, LAST_YEAR};
use crate::operations::AgencyRef;
use crate::operations::people::GrantOrder;
use clap::Args;

#[derive(Debug, Args)]
pub struct GrantOptions {
    /// 角色：editor、reviewer、publisher、supervisor、system_admin、security_admin、auditor、admin
    #[arg(long, value_name = "角色", value_parser = read_role)]
    role: Role,
    /// 机关：编号或统一社会信用代码；不给则处处有效
    #[arg(long, value_name = "机关", value_parser = read_agency)]
    agency: Option<AgencyRef>,
    /// 审核员的环节：first、second、final；不给则不限
    #[arg(long, value_name = "环节", value_parser = read_stage)]
    stage: Option<Stage>,
    /// 到哪里为止：subtree（该机关及以下）或 agency（只限该机关）
    #[arg(long, value_name = "范围", value_parser = read_reach, default_value = "subtree")]
    reach: Reach,
    /// 只读：看得到这个角色能看的，什么都不能改
    #[arg(long)]
    read_only: bool,
    /// 只在这些年度有效：2024 或 2023..2024；不给则不限
    #[arg(long, value_name = "年度", value_parser = read_years)]
    years: Option<Years>,
}

impl GrantOptions {
    /// The grant, where its parts go together.
    pub fn order(&self) -> Result<GrantOrder, Failure> {
        if self.role == Role::Admin && self.agency.is_some() {
            return Err(Failure::Usage("超级管理员（admin）不能限于某个机关：请去掉 --agency".to_owned()));
        }
        if self.stage.is_some() && self.role != Role::Reviewer {
            return Err(Failure::Usage("--stage 只用于审核员（reviewer）".to_owned()));
        }
        if self.reach == Reach::Agency && self.agency.is_none() {
            return Err(Failure::Usage("--reach agency 只限一个机关：请用 --agency 给出".to_owned()));
        }
        Ok(GrantOrder {
            role: self.role,
            agency: self.agency.clone(),
            stage: self.stage,
            reach: self.reach,
            read_only: self.read_only,
            years: self.years,
        })
    }
}

fn read_role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|()| {
        let names: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("应为 {} 之一", names.join("、"))
    })
}

pub fn read_agency(text: &str) -> Result<AgencyRef, String> {
    text.parse().map_err(|()| "应为机关编号或统一社会信用代码".to_owned())
}

fn read_stage(text: &str) -> Result<Stage, String> {
    text.parse().map_err(|()| "应为 first、second 或 final".to_owned())
}

fn read_reach(text: &str) -> Result<Reach, String> {
    text.parse().map_err(|()| "应为 subtree 或 agency".to_owned())
}

fn read_years(text: &str) -> Result<Years, String> {
    let years: Option<Years> = text.parse().ok();
    let fits = |years: &Years| FIRST_YEAR <= years.from && years.to <= LAST_YEAR;
    years.filter(fits).ok_or_else(|| format!("应为 2024 或 2023..2024，在 {FIRST_YEAR} 到 {LAST_YEAR} 之间"))
}
