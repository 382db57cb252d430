//! How much of a report stands in another.

use super::findings::PreviousBody;
use crate::domain::id::ReportId;
use crate::http::kernel::names::SectionKind;
use crate::http::kernel::{Call, Code, Problem, Reply, View, answer, formatted, one_of, parameter, query};
use crate::operations::reports::{self, CompareWith, SectionLikeness, Similarity};
use actix_web::get;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AnyOfBuilder, Schema};

parameter!(
    CompareWith,
    {
        let either = AnyOfBuilder::new().item(one_of(&["previous"])).item(formatted("uuid"));
        RefOr::T(Schema::AnyOf(either.build()))
    },
    |text| match text {
        "previous" => Ok(CompareWith::Previous),
        id => id.parse().map(CompareWith::Report).map_err(|()| "invalid_value"),
    }
);

query!(SimilarityQuery {
    /// 与哪一份比较：`previous`（上年报告，默认）或报告编号。
    with: Option<CompareWith>,
    /// `published`：有授权时也只看已发布的一版。
    view: Option<View>,
});

answer! {
    /// 一个部分的相似程度。
    #[schema(as = SectionSimilarity)]
    pub struct SectionBody of(section: &SectionLikeness) {
        #[schema(value_type = SectionKind)]
        section: String = section.section.clone(),
        /// 相同的程度，0–1，三位小数：两段文字（不计数字、空白、标点）共有的六字片段占全部片段的比例。
        score: f64 = f64::from(section.likeness.permille) / 1000.0,
        /// 参与比较的字数（较短的一段）。
        characters: usize = section.likeness.characters,
    }
}

answer! {
    /// 与一份报告的比较。
    #[schema(as = Similarity)]
    pub struct SimilarityBody of(similarity: &Similarity) {
        with: PreviousBody = PreviousBody::of(&similarity.with),
        sections: Vec<SectionBody> = similarity.sections.iter().map(SectionBody::of).collect(),
    }
}

/// 全部比较。
#[derive(Debug, Serialize, ToSchema)]
pub struct SimilarityList {
    /// 没有上年报告则为空；机构合并后可以不止一份。
    items: Vec<SimilarityBody>,
    /// 总是空：一次给出。
    next_cursor: Option<String>,
}

/// 报告的相似程度
///
/// 叙述部分与上年报告（或另一份报告）逐个比较。授权覆盖该机关的可以读取。
#[utoipa::path(
    tag = "validation",
    params(SimilarityQuery),
    responses((status = 200, description = "逐部分的相似程度", body = SimilarityList)),
    extensions(
        ("x-cost" = json!("scan")),
        ("x-problems" = json!([Code::ReportWithdrawn, Code::Forbidden])),
        ("x-token" = json!(true)),
    ),
)]
#[get("/reports/{id}/similarity")]
pub async fn read_similarity(call: Call) -> Result<Reply, Problem> {
    call.require_token()?;
    let id: ReportId = call.part("id")?;
    let named = id.clone();
    let query: SimilarityQuery = call
        .query_after(move |connection, asking| {
            reports::similarity(connection, asking, &named, &CompareWith::Previous, false)
        })
        .await?;
    let (with, published) = (query.with.unwrap_or(CompareWith::Previous), query.view.is_some());
    let found = call
        .look(move |connection, asking| reports::similarity(connection, asking, &id, &with, published))
        .await?;
    Ok(Reply::ok(&SimilarityList {
        items: found.iter().map(SimilarityBody::of).collect(),
        next_cursor: None,
    }))
}
