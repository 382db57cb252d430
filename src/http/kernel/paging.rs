//! Keyset pages: the cursor says where the last page ended and by which order.

use super::call::Call;
use super::cursor::Seal;
use super::problem::{Code, Problem};
use super::query::{CursorText, Limit, Member, Reader, filters, query};
use super::reply::Reply;
use super::sort::SortField;
use crate::domain::page::{ById, COUNTED, Page as Keyset, PageValue, SortKey};
use crate::operations::store::AnyConnection;
use crate::operations::{Asking, Refusal};
use actix_web::http::header;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::schema::{Array, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// Rows of a page about whose length nothing was said.
const USUAL: i64 = 50;

/// A page of a list. The schema is named after its items: a page of `Agency` is an `AgencyList`.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
}

impl<T: ToSchema> PartialSchema for Page<T> {
    fn schema() -> RefOr<Schema> {
        let items = Array::new(Ref::from_schema_name(T::name()));
        let text_or_null = SchemaType::from_iter([Type::String, Type::Null]);
        let cursor = ObjectBuilder::new()
            .schema_type(text_or_null)
            .description(Some("下一页的游标；空 = 没有下一页。"));
        let total = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(0))
            .description(Some("总数，仅在 `count=true` 时。"));
        let page = ObjectBuilder::new()
            .description(Some("一页，或全部。"))
            .property("items", items)
            .property("next_cursor", cursor)
            .property("total", total)
            .required("items")
            .required("next_cursor");
        RefOr::T(Schema::Object(page.build()))
    }
}

impl<T: ToSchema> ToSchema for Page<T> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}List", T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

/// Which page was asked for, and how to name the one after it.
pub struct PageOrder<T: 'static, O: 'static = ById> {
    pub page: Keyset<O>,
    seal: Seal,
    fields: Vec<&'static SortField<T, O>>,
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    /// The values of the last row.
    v: Vec<Value>,
    /// The id of the last row.
    i: String,
}

fn encode(cursor: &Cursor, seal: &Seal) -> String {
    seal.close(&serde_json::to_vec(cursor).unwrap_or_default())
}

fn decode(text: &str, seal: &Seal) -> Result<Cursor, Problem> {
    serde_json::from_slice(&seal.open(text)?).map_err(|_| bad_cursor())
}

/// A cursor that this listing did not give.
pub fn bad_cursor() -> Problem {
    let mut problem = Problem::of_query(vec![("cursor".to_owned(), "invalid_value")]);
    problem.code = Code::InvalidCursor;
    problem
}

fn bind_to_json(bind: &PageValue) -> Value {
    match bind {
        PageValue::Text(text) => json!({ "t": text }),
        PageValue::Integer(value) => json!({ "n": value }),
        PageValue::BigInt(value) => json!({ "b": value }),
        PageValue::Date(day) => json!({ "d": day }),
        PageValue::Time(at) => json!({ "at": at }),
    }
}

fn bind_from_json(value: &Value) -> Option<PageValue> {
    let (kind, value) = value.as_object()?.iter().next()?;
    match kind.as_str() {
        "t" => value.as_str().map(|text| PageValue::Text(text.to_owned())),
        "n" => value.as_i64().and_then(|number| i32::try_from(number).ok()).map(PageValue::Integer),
        "b" => value.as_i64().map(PageValue::BigInt),
        "d" => serde_json::from_value(value.clone()).ok().map(PageValue::Date),
        "at" => serde_json::from_value(value.clone()).ok().map(PageValue::Time),
        _ => None,
    }
}

/// Which page is asked for.
#[derive(Debug)]
pub struct Paging {
    limit: Option<Limit>,
    pub cursor: Option<CursorText>,
    /// Whether the number of all is asked for.
    pub count: bool,
}

impl Member for Paging {
    fn take(reader: &mut Reader, _: &str) -> Option<Paging> {
        let (limit, cursor) = (reader.take("limit"), reader.take("cursor"));
        let count: Option<Option<bool>> = reader.take("count");
        Some(Paging { limit: limit?, cursor: cursor?, count: count? == Some(true) })
    }

    fn documented(_: &str, _: &str) -> Vec<Parameter> {
        [
            <Option<Limit>>::documented("limit", "每页条数，1–200，默认 50。"),
            <Option<CursorText>>::documented("cursor", "上一页给出的游标。"),
            <Option<bool>>::documented("count", "是否给出总数；超过一千只说至少有多少。"),
        ]
        .concat()
    }
}

impl Paging {
    /// Reads the cursor by the order asked for; `listing` tells one listing's cursors from another's.
    pub fn order<T, O: Copy>(
        &self,
        call: &Call,
        listing: &str,
        sort: &[(bool, &'static SortField<T, O>)],
    ) -> Result<PageOrder<T, O>, Problem> {
        let key = |(descending, field): &(bool, &SortField<T, O>)| SortKey {
            order: field.order,
            descending: *descending,
            after: None,
        };
        let mut keys: Vec<SortKey<O>> = sort.iter().map(key).collect();
        let fields = sort.iter().map(|(_, field)| *field).collect();
        let seal = Seal::of(call, listing)?;
        let mut after_id = None;
        if let Some(cursor) = &self.cursor {
            let cursor = decode(&cursor.0, &seal)?;
            let values: Vec<PageValue> = cursor.v.iter().filter_map(bind_from_json).collect();
            if values.len() != keys.len() {
                return Err(bad_cursor());
            }
            for (key, value) in keys.iter_mut().zip(values) {
                key.after = Some(value);
            }
            after_id = Some(cursor.i);
        }
        // One more than asked for: whether there is a next page is then known without asking again.
        let limit = self.rows() + 1;
        Ok(PageOrder { page: Keyset { keys, after_id, limit }, seal, fields })
    }

    /// How many rows are asked for.
    pub fn rows(&self) -> i64 {
        self.limit.map_or(USUAL, |limit| limit.0)
    }

    /// Answers with a page of a list that has one order.
    pub async fn list<T, B, F>(
        &self,
        call: &Call,
        listing: &str,
        mut find: F,
        id: fn(&T) -> String,
        shown: impl Fn(&T) -> B,
    ) -> Result<Reply, Problem>
    where
        T: Send + 'static,
        B: Serialize,
        F: FnMut(&mut AnyConnection, &Asking, &Keyset<ById>, bool) -> Found<T> + Send + 'static,
    {
        let order = self.order(call, listing, &[])?;
        let (page, count) = (order.page.clone(), self.count);
        let found = call.look(move |connection, asking| find(connection, asking, &page, count));
        let (rows, total) = found.await?;
        let (rows, next) = order.cut(rows, id);
        let items: Vec<B> = rows.iter().map(shown).collect();
        Ok(list_reply(call, items, next, total))
    }

    /// Answers with a page of a list that is short enough to be made whole.
    pub fn whole<T: Serialize>(&self, call: &Call, listing: &str, items: Vec<T>) -> Result<Reply, Problem> {
        let (items, next, total) = self.cut(call, listing, items)?;
        Ok(list_reply(call, items, next, total))
    }

    fn cut<T>(&self, call: &Call, listing: &str, mut items: Vec<T>) -> Result<WholePage<T>, Problem> {
        let seal = Seal::of(call, listing)?;
        let total = self.count.then(|| i64::try_from(items.len()).unwrap_or(i64::MAX));
        let from = match &self.cursor {
            None => 0,
            Some(cursor) => decode(&cursor.0, &seal)?.i.parse().map_err(|_| bad_cursor())?,
        };
        let mut page = items.split_off(from.min(items.len()));
        let limit = usize::try_from(self.rows()).unwrap_or(usize::MAX);
        let next = (page.len() > limit).then(|| {
            let i = (from + limit).to_string();
            encode(&Cursor { v: Vec::new(), i }, &seal)
        });
        page.truncate(limit);
        Ok((page, next, total))
    }
}

impl<T, O: Copy> PageOrder<T, O> {
    /// Takes the surplus row away again and names the next page.
    pub fn cut(&self, rows: Vec<T>, id: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
        self.cut_by(rows, |row| row, id)
    }

    /// The same for rows that hold what they are listed by.
    pub fn cut_by<R>(
        &self,
        mut rows: Vec<R>,
        listed: impl Fn(&R) -> &T,
        id: impl Fn(&T) -> String,
    ) -> (Vec<R>, Option<String>) {
        let wanted = usize::try_from(self.page.limit - 1).unwrap_or(usize::MAX);
        let more = rows.len() > wanted;
        rows.truncate(wanted);
        let next = rows.last().map(listed).filter(|_| more).map(|row| {
            let values = self.fields.iter().map(|field| bind_to_json(&(field.value)(row))).collect();
            encode(&Cursor { v: values, i: id(row) }, &self.seal)
        });
        (rows, next)
    }
}

/// Items, the next page's cursor, the number of all.
type WholePage<T> = (Vec<T>, Option<String>, Option<i64>);
/// Rows, one more than asked for where there are more, and the number of all where it was asked for.
type Found<T> = Result<(Vec<T>, Option<i64>), Refusal>;

query!(
    /// Of a list without filters.
    ListQuery { page: Paging }
);

/// A cursor as it is given: it says for which filters.
fn bound(call: &Call, cursor: Option<String>) -> Option<String> {
    cursor.map(|cursor| format!("{}.{cursor}", filters(call.request.query_string())))
}

/// `{"items", "next_cursor"}`, with `total` where it was asked for, and `Link` to the next page. Beyond what is
/// counted the total is null, and `total_at_least` says how far it was counted.
pub fn list_reply(call: &Call, items: impl Serialize, next: Option<String>, total: Option<i64>) -> Reply {
    list_reply_with(call, items, next, total, Map::new())
}

#[derive(Serialize)]
struct Listed<'c, T> {
    items: T,
    next_cursor: Option<&'c str>,
    #[serde(flatten)]
    more: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Option<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_at_least: Option<i64>,
}

/// The same with more to say about the whole list.
pub fn list_reply_with(
    call: &Call,
    items: impl Serialize,
    next: Option<String>,
    total: Option<i64>,
    more: Map<String, Value>,
) -> Reply {
    let next = bound(call, next);
    let body = Listed {
        items,
        next_cursor: next.as_deref(),
        more,
        total: total.map(|total| Some(total).filter(|total| *total <= COUNTED)),
        total_at_least: total.filter(|total| *total > COUNTED).map(|_| COUNTED),
    };
    let reply = Reply::ok(&body);
    match next {
        Some(cursor) => {
            let query = call.request.query_string();
            let kept = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "cursor");
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(kept)
                .append_pair("cursor", &cursor)
                .finish();
            reply.header(header::LINK, format!("<{}?{query}>; rel=\"next\"", call.request.path()))
        }
        None => reply,
    }
}
