//! Signing in by an identity provider, where one is settled: in the document that is served, and on its page. The committed
//! document knows of no settings and names none.

use crate::http::kernel::oidc::OidcOptions;
use crate::http::kernel::shield::docs_policy;
use serde_json::{Value, json};
use url::Url;
use utoipa_swagger_ui::{Config, oauth};

/// Where the provider sends whoever has signed in on the page.
const REDIRECT: &str = "/docs/oauth2-redirect.html";

/// The document with the provider as another way to say who asks.
pub fn named(mut document: Value, oidc: Option<&OidcOptions>) -> Value {
    let Some(oidc) = oidc else { return document };
    let scheme = json!({"type": "openIdConnect", "openIdConnectUrl": oidc.discovery(),
        "description": "统一身份认证：授权码加 PKCE；它签发的 JWT 和令牌一样放在 `Authorization: Bearer` 之后。"});
    if let Some(Value::Object(schemes)) = document.pointer_mut("/components/securitySchemes") {
        schemes.insert("oidc".to_owned(), scheme);
    }
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    let operations = paths.filter_map(|(_, item)| item.as_object_mut()).flatten();
    for ways in operations.filter_map(|(_, operation)| operation.get_mut("security")?.as_array_mut()) {
        ways.push(json!({ "oidc": [] }));
    }
    document
}

/// What the page is told of the provider.
pub fn config(oidc: Option<&OidcOptions>) -> Config<'static> {
    let document = "/openapi.json";
    let config = match oidc.and_then(|oidc| oidc.page.as_ref()) {
        None => Config::from(document),
        Some(page) => {
            let client = oauth::Config::new().client_id(&page.id).scopes(page.scopes.clone());
            let client = client.use_pkce_with_authorization_code_grant(true);
            Config::with_oauth_config([document], client).oauth2_redirect_url(REDIRECT)
        }
    };
    // Without a validator: it is a service on another host.
    config.validator_url("none").try_it_out_enabled(true)
}

/// The page's first script. The provider is told the whole address to come back to, which only the browser knows.
pub fn initializer(script: &str) -> String {
    let redirect = format!("\"{REDIRECT}\"");
    script.replace(&redirect, &format!("new URL({redirect}, location.href).href"))
}

/// Where the page may ask: here, and where it signs in.
pub fn policy(oidc: Option<&OidcOptions>) -> String {
    let page = oidc.and_then(|oidc| Some((oidc, oidc.page.as_ref()?)));
    let origins = page.into_iter().flat_map(|(oidc, page)| {
        let issuer = Url::parse(&oidc.issuer).ok().map(|url| url.origin().ascii_serialization());
        issuer.into_iter().chain(page.origins.iter().cloned())
    });
    docs_policy(&origins.collect::<Vec<String>>())
}
