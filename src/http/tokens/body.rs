//! Tokens as JSON, both ways.

use crate::domain::access::Lifetimes;
use crate::domain::id::{PersonId, TokenId};
use crate::domain::people::Token;
use crate::http::grants::{TokenGrantBody, TokenGrantInput};
use crate::http::kernel::format::{read_network, time};
use crate::http::kernel::names::Network;
use crate::http::kernel::{Page, answer};
use crate::http::me::PersonBody;
use crate::http::reports::PersonReference;
use crate::operations::people::{Drawn, GrantOrder, TokenEdit, TokenOrder};
use chrono::{DateTime, SubsecRound, Utc};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

answer! {
    /// 令牌；密文只在发给时显示一次。
    #[schema(as = Token)]
    pub struct TokenBody of(token: &Token, lifetimes: &Lifetimes) {
        #[schema(format = "uuid", read_only)]
        id: String = token.id.to_string(),
        #[schema(min_length = 1, max_length = 100)]
        name: String = token.name.clone(),
        /// 令牌属于哪个人。
        #[schema(read_only)]
        person: PersonBody = PersonBody::of(&token.person),
        #[schema(read_only)]
        grants: Vec<TokenGrantBody> = token.grants.iter().map(TokenGrantBody::of).collect(),
        /// 失效时间；空 = 长期有效。
        #[schema(format = DateTime)]
        expires_at: Option<String> = token.ends_at(lifetimes).map(time),
        /// 只能从这些地址或网段使用；空的列表 = 不限。
        #[schema(value_type = Vec<Network>)]
        addresses: Vec<String> = token.addresses.iter().map(ToString::to_string).collect(),
        /// 谁发给的；空 = 命令行。
        #[schema(read_only)]
        issued_by: Option<PersonReference> = token.issuer.as_ref().map(PersonReference::from),
        /// 还没有凭码领取，不能使用。
        #[schema(read_only)]
        pending: bool = token.is_pending(),
        /// 谁确认了持有它的确是本人；空 = 没有：凭码领取的，经手人仍是发给的人。
        #[schema(format = "uuid", read_only)]
        confirmed_by: Option<String> = token.confirmed_by.as_ref().map(ToString::to_string),
        #[schema(format = DateTime, read_only)]
        confirmed_at: Option<String> = token.confirmed_at.map(time),
        /// 最近一次使用，精确到一小时。
        #[schema(format = DateTime, extensions(("x-of-the-moment" = json!(true))))]
        last_used_at: Option<String> = token.last_used_at.map(time),
        /// 不再使用即于此时失效；空 = 没有这项限制。
        #[schema(format = DateTime, extensions(("x-of-the-moment" = json!(true))))]
        idle_until: Option<String> = token.idle_until(lifetimes).map(time),
        #[schema(format = DateTime, read_only)]
        created_at: String = time(token.created_at),
        #[schema(format = DateTime, read_only)]
        updated_at: String = time(token.updated_at),
        /// 密文，只在发给本人、发给机器和凭码领取时有，只有一次。
        #[schema(nullable = false)]
        #[serde(skip_serializing_if = "Option::is_none")]
        pub secret: Option<String> = None,
        /// 领取码，只在发给别人时有，只有一次。
        #[schema(nullable = false)]
        #[serde(skip_serializing_if = "Option::is_none")]
        pub enrolment: Option<EnrolmentCode> = None,
    }
}

/// 领取码：请交给令牌的本人，由本人凭它领取密文（`POST /enrolments`）。
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrolmentCode {
    pub code: String,
    /// 七天之内有效，用一次即失效。
    #[schema(format = DateTime)]
    pub expires_at: String,
}

pub type TokenList = Page<TokenBody>;

/// 要发给的令牌。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenCreate {
    #[schema(format = "name", min_length = 1, max_length = 100)]
    name: String,
    /// 已有的人；不给则新建。
    #[schema(value_type = Option<String>, format = "uuid")]
    person_id: Option<PersonId>,
    /// 不是人而是机器（程序）：密文直接显示给发给的人，经手人也始终是发给的人。
    machine: Option<bool>,
    /// 失效时间，须在将来；空 = 长期有效。
    expires_at: Option<DateTime<Utc>>,
    /// 只能从这些地址或网段使用；不给 = 不限。
    #[schema(value_type = Option<Vec<Network>>, max_items = 50)]
    addresses: Option<Vec<String>>,
    #[schema(min_items = 1, max_items = 20)]
    grants: Vec<TokenGrantInput>,
}

/// 要改的成员：名称、失效时间、使用的地址。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenPatch {
    #[schema(format = "name", min_length = 1, max_length = 100)]
    name: String,
    /// 失效时间；空 = 长期有效。
    expires_at: Option<DateTime<Utc>>,
    /// 只能从这些地址或网段使用；空的列表 = 不限。
    #[schema(value_type = Option<Vec<Network>>, max_items = 50)]
    addresses: Option<Vec<String>>,
}

impl TokenCreate {
    pub fn order(self, drawn: Drawn) -> TokenOrder {
        TokenOrder {
            token_id: TokenId::from_uuid(uuid::Uuid::now_v7()),
            name: self.name,
            person: self.person_id,
            new_person_id: PersonId::from_uuid(uuid::Uuid::now_v7()),
            grants: self.grants.into_iter().map(GrantOrder::from).collect(),
            machine: self.machine.unwrap_or_default(),
            expires_at: moment(self.expires_at),
            addresses: networks(self.addresses),
            drawn,
        }
    }
}

/// Each has been judged by its format.
fn networks(texts: Option<Vec<String>>) -> Vec<IpNet> {
    texts.iter().flatten().filter_map(|text| read_network(text)).collect()
}

fn moment(at: Option<DateTime<Utc>>) -> Option<chrono::NaiveDateTime> {
    at.map(|at| at.naive_utc().trunc_subsecs(6))
}

impl From<TokenPatch> for TokenEdit {
    fn from(sent: TokenPatch) -> TokenEdit {
        TokenEdit {
            name: sent.name,
            expires_at: moment(sent.expires_at),
            addresses: networks(sent.addresses),
        }
    }
}

/// 领取码。
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentCreate {
    #[schema(min_length = 1, max_length = 100)]
    pub code: String,
}
