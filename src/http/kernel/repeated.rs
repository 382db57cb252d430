//! A `POST` that is sent once more under its `Idempotency-Key`.

use super::body::Bounds;
use super::call::Call;
use super::problem::{Code, Problem};
use super::reply::Reply;
use crate::domain::digest::{sha256_hex, sha256_hex_of};
use crate::operations::store::IdempotencyKey;

/// Header that makes a repeated `POST` safe.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

impl Call {
    /// The first answer, if this very request was answered before under its `Idempotency-Key`.
    ///
    /// It is asked before everything that the first request may have changed since, `If-Match` included.
    pub async fn replayed(&mut self, bounds: Option<Bounds>) -> Result<Option<Reply>, Problem> {
        self.require_token()?;
        self.repeated(bounds, |call, _| call.caller.who.as_ref().map(|who| who.key().to_owned())).await
    }

    /// The same where nobody need have a token: only the same body is the same request, whoever sends it.
    pub async fn replayed_to_anybody(&mut self) -> Result<Option<Reply>, Problem> {
        self.repeated(None, |_, bytes| Some(sha256_hex(bytes))).await
    }

    async fn repeated(
        &mut self,
        bounds: Option<Bounds>,
        whose: impl FnOnce(&Call, &[u8]) -> Option<String>,
    ) -> Result<Option<Reply>, Problem> {
        let Some(header) = self.request.headers().get(IDEMPOTENCY_KEY).cloned() else {
            return Ok(None);
        };
        let bounds = bounds.unwrap_or_else(|| self.json_bounds());
        let bytes = self.bytes(bounds).await?;
        let bad = || Problem::new(Code::InvalidHeader).detail("idempotency_key", Vec::new());
        let key = header
            .to_str()
            .ok()
            .filter(|key| (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()));
        let whose = whose(self, &bytes).unwrap_or_default();
        let scope = [&whose, self.request.method().as_str(), self.request.path(), key.ok_or_else(bad)?];
        self.key = Some(IdempotencyKey {
            scope: sha256_hex(scope.join("\n").as_bytes()),
            body_digest: sha256_hex_of(&[self.request.query_string().as_bytes(), b"\n", &bytes]),
            held: false,
        });
        self.read = Some(bytes);
        match self.service.store.find_answer(self.act()).await? {
            None => Ok(None),
            Some(None) => Err(Problem::new(Code::IdempotencyKeyReused)),
            Some(Some(answer)) => Reply::replayed(answer).map(Some),
        }
    }
}
