//! An agency as it is registered.

use super::{AgencyPath, AgencyStatus, DivisionCode, Kind, Level, Uscc};
use crate::domain::id::AgencyId;
use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq)]
pub struct Agency {
    pub id: AgencyId,
    pub name: String,
    pub short_name: Option<String>,
    pub uscc: Option<Uscc>,
    pub level: Level,
    pub kind: Kind,
    pub division_code: Option<DivisionCode>,
    pub parent_id: Option<AgencyId>,
    pub path: AgencyPath,
    pub status: AgencyStatus,
    /// First day it exists; `None` = since ever.
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    pub successor_id: Option<AgencyId>,
    pub contact: Contact,
    pub version: i64,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

/// Where applicants reach the agency.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// 办公地址.
    pub address: Option<String>,
    /// 邮政编码.
    pub postcode: Option<String>,
    /// 联系电话.
    pub phone: Option<String>,
    /// 电子邮箱.
    pub email: Option<String>,
    /// The address of its site.
    pub website: Option<String>,
}
