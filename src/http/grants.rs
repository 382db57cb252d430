//! Grants as JSON: what a role is given for, and how far.

use super::kernel::answer;
use super::kernel::names::{AgencyIdOrCode, ReachName, RoleName, StageName};
use super::kernel::number::Whole;
use crate::domain::people::TokenGrant;
use crate::domain::rights::{Reach, Role, Stage, Years};
use crate::domain::year::{FIRST_YEAR, LAST_YEAR};
use crate::operations::AgencyRef;
use crate::operations::people::GrantOrder;
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The first and the last year of a grant, as `[2023, 2024]`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct GrantYears([i32; 2]);

impl From<Years> for GrantYears {
    fn from(years: Years) -> GrantYears {
        GrantYears([years.from, years.to])
    }
}

impl From<GrantYears> for Years {
    fn from(GrantYears([from, to]): GrantYears) -> Years {
        Years { from, to }
    }
}

impl<'de> Deserialize<'de> for GrantYears {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<GrantYears, D::Error> {
        let [from, to] = <[Whole; 2]>::deserialize(from)?;
        let years = from.year().zip(to.year());
        years.map(|(from, to)| GrantYears([from, to])).ok_or_else(|| serde::de::Error::custom("no years"))
    }
}

impl PartialSchema for GrantYears {
    fn schema() -> RefOr<Schema> {
        let year = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(FIRST_YEAR))
            .maximum(Some(LAST_YEAR))
            .build();
        let years = ArrayBuilder::new()
            .items(year)
            .min_items(Some(2))
            .max_items(Some(2))
            .description(Some("起止年度，含两端。"));
        RefOr::T(Schema::Array(years.build()))
    }
}

impl ToSchema for GrantYears {}

answer! {
    /// 一项授权。
    #[derive(Clone)]
    #[schema(as = TokenGrant)]
    pub struct TokenGrantBody of(grant: &TokenGrant) {
        #[schema(value_type = RoleName)]
        role: &'static str = grant.role.as_str(),
        /// 空 = 处处有效。
        #[schema(format = "uuid")]
        agency_id: Option<String> = grant.agency.as_ref().map(|(id, _, _)| id.to_string()),
        #[schema(value_type = Option<StageName>)]
        stage: Option<&'static str> = grant.stage.map(Stage::as_str),
        #[schema(value_type = ReachName)]
        reach: &'static str = grant.reach.as_str(),
        /// 只读：可以看这个角色能看的，什么都不能改。
        read_only: bool = grant.read_only,
        /// 只在这些年度有效；空 = 不限年度。限了年度的授权管不到没有年度的事（机关登记、人员、webhook），只能看。
        years: Option<GrantYears> = grant.years.map(GrantYears::from),
    }
}

/// 要给的一项授权。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenGrantInput {
    #[schema(value_type = RoleName)]
    role: Role,
    /// 空 = 处处有效。
    #[schema(value_type = Option<AgencyIdOrCode>)]
    agency_id: Option<AgencyRef>,
    /// 只用于审核员。
    #[schema(value_type = Option<StageName>)]
    stage: Option<Stage>,
    /// 默认 `subtree`；`agency` 须给出机关。
    #[schema(value_type = Option<ReachName>)]
    reach: Option<Reach>,
    /// 默认 false。
    read_only: Option<bool>,
    /// 默认不限年度。
    years: Option<GrantYears>,
}

impl From<TokenGrantInput> for GrantOrder {
    fn from(sent: TokenGrantInput) -> GrantOrder {
        GrantOrder {
            role: sent.role,
            agency: sent.agency_id,
            stage: sent.stage,
            reach: sent.reach.unwrap_or(Reach::Subtree),
            read_only: sent.read_only == Some(true),
            years: sent.years.map(Years::from),
        }
    }
}
