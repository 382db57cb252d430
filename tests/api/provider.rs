//! Sign-in by a real identity provider (npm's oidc-provider, tests/oidc): authorization code and PKCE, as a browser on the
//! page of the documentation does it, by nothing but what the service and the provider say.

use super::harness::database::{Database, say_skipped};
use super::harness::process::{Service, agent};
use super::harness::world::{World, id_of};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use url::Url;

const AUDIENCE: &str = "nianbao";
const CLIENT: &str = "nianbao-docs";
/// On this machine itself a client may come from any port (RFC 8252, 7.3).
const REDIRECT: &str = "http://127.0.0.1/docs/oauth2-redirect.html";

pub struct Provider {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    issuer: String,
}

impl Provider {
    pub fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc")
    }

    pub fn is_here() -> bool {
        let runs = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
        runs && Provider::folder().join("node_modules/oidc-provider").exists()
    }

    pub fn start() -> Provider {
        let mut child = Command::new("node")
            .args(["provider.mjs", AUDIENCE, REDIRECT])
            .current_dir(Provider::folder())
            .env("NODE_NO_WARNINGS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node runs");
        let lines = BufReader::new(child.stdout.take().expect("its words"));
        let mut provider = Provider { child, lines, issuer: String::new() };
        provider.issuer = provider.line();
        provider
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a line");
        assert!(!line.is_empty(), "the provider has ended");
        line.trim().to_owned()
    }

    /// From now on it signs by another key, and shows no other.
    fn turn_key(&mut self) -> String {
        self.child.stdin.as_mut().expect("its ear").write_all(b"turn\n").expect("told");
        self.line()
    }

    pub fn serve(&self, database: Database) -> Service {
        let keys = format!("{}/jwks", self.issuer);
        let settings = [
            ("NIANBAO__AUTH__OIDC__ISSUER", self.issuer.as_str()),
            ("NIANBAO__AUTH__OIDC__AUDIENCE", AUDIENCE),
            ("NIANBAO__AUTH__OIDC__JWKS_URL", keys.as_str()),
            ("NIANBAO__AUTH__OIDC__CLIENT_ID", CLIENT),
        ];
        Service::start(Arc::new(database), &settings)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a browser is shown, or where it is sent.
#[derive(Debug)]
enum Shown {
    Page(String),
    Elsewhere(Url),
}

impl Shown {
    fn page(self) -> String {
        match self {
            Shown::Page(page) => page,
            Shown::Elsewhere(to) => panic!("sent to {to}"),
        }
    }
}

/// As much of a browser as signing in takes: cookies, redirects, forms.
struct Browser {
    agent: ureq::Agent,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new() -> Browser {
        Browser { agent: agent(), cookies: BTreeMap::new() }
    }

    fn ask(&mut self, url: &Url, form: Option<&str>) -> Shown {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request =
            ureq::http::Request::builder().uri(url.as_str()).header("cookie", cookies.join("; "));
        let mut response = match form {
            None => self.agent.run(request.body(()).expect("a request")),
            Some(form) => {
                request = request.method("POST").header("content-type", "application/x-www-form-urlencoded");
                self.agent.run(request.body(form.to_owned()).expect("a request"))
            }
        }
        .expect("an answer");
        for cookie in response.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().expect("text").split(';').next().expect("a cookie");
            let (name, value) = cookie.split_once('=').expect("name and value");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        match response.headers().get("location") {
            Some(to) => Shown::Elsewhere(url.join(to.to_str().expect("text")).expect("an address")),
            None => Shown::Page(response.body_mut().read_to_string().expect("a page")),
        }
    }

    /// Signs in as somebody and agrees, up to where the provider sends them back.
    fn sign_in(&mut self, begin: Url, back: &str, name: &str) -> Url {
        let (mut url, mut form) = (begin, None);
        for _ in 0..12 {
            match self.ask(&url, form.take().as_deref()) {
                Shown::Elsewhere(to) if to.as_str().starts_with(back) => return to,
                Shown::Elsewhere(to) => url = to,
                Shown::Page(page) => {
                    let action = page.split_once("action=\"").expect("a form").1;
                    url = Url::parse(action.split('"').next().expect("an address")).expect("an address");
                    form = Some(match page.contains("value=\"login\"") {
                        true => format!("prompt=login&login={name}&password=any"),
                        false => "prompt=consent".to_owned(),
                    });
                }
            }
        }
        panic!("it leads nowhere: {url}");
    }
}

/// What the page of the documentation tells a browser about signing in.
struct Page {
    client: String,
    scopes: String,
    back: String,
    discovered: Value,
}

fn after<'t>(text: &'t str, before: &str) -> &'t str {
    text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1
}

fn read_page(service: &Service) -> Page {
    let page = service.get("/docs").send().expect(200);
    let script = service.get("/docs/swagger-initializer.js").send().expect(200).text();
    let client: Value = serde_json::Deserializer::from_str(after(&script, "ui.initOAuth("))
        .into_iter()
        .next()
        .expect("what it begins with")
        .expect("JSON");
    assert_eq!(client["usePkceWithAuthorizationCodeGrant"], true, "{script}");
    assert_eq!(client.get("clientSecret"), None, "a page keeps no secret");
    let back = after(&script, "\"oauth2RedirectUrl\": new URL(\"").split('"').next().expect("a path");
    // The browser goes back to a page that may run its script, and the script is there.
    let returned = service.get(back).send().expect(200);
    let policy = returned.header("content-security-policy").expect("a policy");
    assert!(
        policy.contains("script-src 'self'") && returned.text().contains("oauth2-redirect.js"),
        "{policy}"
    );
    service.get("/docs/oauth2-redirect.js").send().expect(200);
    let document = service.get("/openapi.json").send().expect(200).value();
    let scheme = &document["components"]["securitySchemes"]["oidc"];
    assert_eq!(scheme["type"], "openIdConnect");
    let discovery = Url::parse(scheme["openIdConnectUrl"].as_str().expect("an address")).expect("an address");
    let discovered = Browser::new().ask(&discovery, None).page();
    let discovered: Value = serde_json::from_str(&discovered).expect("JSON");
    // What the page asks, it may ask.
    let policy = page.header("content-security-policy").expect("a policy");
    let connect = after(policy, "connect-src ").split(';').next().expect("origins");
    for asked in [discovery.as_str(), discovered["token_endpoint"].as_str().expect("an address")] {
        let origin = Url::parse(asked).expect("an address").origin().ascii_serialization();
        assert!(connect.split(' ').any(|allowed| allowed == origin), "{origin} is not in {connect}");
    }
    let scopes: Vec<&str> =
        client["scopes"].as_array().expect("scopes").iter().filter_map(Value::as_str).collect();
    Page {
        client: client["clientId"].as_str().expect("a client").to_owned(),
        scopes: scopes.join(" "),
        back: format!("{}{back}", service.url),
        discovered,
    }
}

/// Signs in as the page does; gives the access token.
fn word_of(page: &Page, name: &str) -> String {
    let verifier = URL_SAFE_NO_PAD.encode(Sha256::digest(name));
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
    let endpoint =
        |name: &str| Url::parse(page.discovered[name].as_str().expect("an address")).expect("an address");
    let mut begin = endpoint("authorization_endpoint");
    begin.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", &page.client),
        ("redirect_uri", &page.back),
        ("scope", &page.scopes),
        ("state", "state"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    let mut browser = Browser::new();
    let returned = browser.sign_in(begin, &page.back, name);
    let said: BTreeMap<String, String> = returned.query_pairs().into_owned().collect();
    assert_eq!(said["state"], "state", "{returned}");
    let exchange = |verifier: &str| {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("grant_type", "authorization_code"),
                ("code", &said["code"]),
                ("client_id", &page.client),
                ("redirect_uri", &page.back),
                ("code_verifier", verifier),
            ])
            .finish();
        let answer = Browser::new().ask(&endpoint("token_endpoint"), Some(&form)).page();
        serde_json::from_str::<Value>(&answer).expect("JSON")
    };
    let given = exchange(&verifier);
    given["access_token"].as_str().unwrap_or_else(|| panic!("{given}")).to_owned()
}

fn refused(service: &Service, why: &str) -> Option<String> {
    let figures = service.get("/metrics").token(&service.admin()).send().expect(200).text();
    let line = format!("nianbao_sign_ins_refused_total{{reason=\"{why}\"}} ");
    figures.lines().find_map(|figure| figure.strip_prefix(&line).map(str::to_owned))
}

fn comes_in(service: &Service, person: &str, word: &str) -> bool {
    let reply = service.get("/me").token(word).send();
    if reply.status == 200 {
        assert_eq!(reply.value()["person"]["id"], person);
    }
    reply.status == 200
}

#[test]
fn whom_a_real_provider_signs_in_comes_in_and_its_new_keys_are_followed() {
    if !Provider::is_here() {
        return say_skipped(
            "no Node, or no `npm ci` in tests/oidc: sign-in by a real provider was not tested",
        );
    }
    let mut provider = Provider::start();
    let databases = [Some(Database::sqlite()), Database::postgres()].into_iter().flatten();
    let services: Vec<Service> = databases.map(|database| provider.serve(database)).collect();
    let mut persons = Vec::new();
    for service in &services {
        let page = read_page(service);
        let world = World::new(service);
        let body = json!({"name": "张三", "grants": [{"role": "editor", "agency_id": world.bureau}]});
        let token = service.post("/tokens").token(&world.supervisor()).json(&body).send().expect(201).value();
        let person = token["person"]["id"].as_str().expect("an id").to_owned();
        let word = word_of(&page, "zhang-san");
        service.get("/me").token(&word).send().refused(401, "unauthorized");
        assert_eq!(refused(service, "unknown_subject").as_deref(), Some("1"));
        let bound = json!({ "subject": "zhang-san" });
        let subject = format!("/persons/{person}/subject");
        service.put(&subject).token(&service.admin()).json(&bound).send().expect(200);
        assert!(comes_in(service, &person, &word));
        let report = json!({"agency_id": world.bureau, "year": 2023});
        id_of(&service.post("/reports").token(&word).json(&report).send().expect(201));
        service.get("/me").token(&word_of(&page, "li-si")).send().refused(401, "unauthorized");
        assert_eq!(refused(service, "unknown_subject").as_deref(), Some("2"));
        persons.push((service, page, person, word));
    }
    let key = provider.turn_key();
    for (service, page, person, old) in &persons {
        assert!(comes_in(service, person, old), "what it has signed is good as long as its key is held");
        let word = word_of(page, "zhang-san");
        let header = URL_SAFE_NO_PAD.decode(word.split('.').next().expect("a header")).expect("base64");
        assert_eq!(serde_json::from_slice::<Value>(&header).expect("JSON")["kid"], json!(key));
        // It is asked for its keys no more often than every half minute, whoever sends names of keys.
        let begun = Instant::now();
        while !comes_in(service, person, &word) {
            assert!(begun.elapsed() < Duration::from_secs(90), "the new key is not found");
            std::thread::sleep(Duration::from_millis(500));
        }
        assert!(!comes_in(service, person, old), "a key that the provider has taken back is none");
        assert!(refused(service, "unknown_key").is_some());
    }
}

#[test]
fn without_a_provider_nobody_is_told_of_one() {
    let service = Service::on_sqlite();
    let document = service.get("/openapi.json").send().expect(200).value();
    assert_eq!(document["components"]["securitySchemes"].as_object().map(serde_json::Map::len), Some(1));
    let page = service.get("/docs").send().expect(200);
    assert!(
        page.header("content-security-policy").is_some_and(|policy| policy.contains("connect-src 'self';"))
    );
    let script = service.get("/docs/swagger-initializer.js").send().expect(200).text();
    assert!(!script.contains("initOAuth"), "{script}");
}

#[test]
fn the_served_document_names_the_provider_in_both_languages() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = folder.path().join("jwks.json");
    std::fs::write(&keys, "{\"keys\": []}").expect("written");
    let settings = [
        ("NIANBAO__AUTH__OIDC__ISSUER", "https://id.example.gov.cn/realms/gov/"),
        ("NIANBAO__AUTH__OIDC__AUDIENCE", AUDIENCE),
        ("NIANBAO__AUTH__OIDC__JWKS_FILE", keys.to_str().expect("text")),
        ("NIANBAO__AUTH__OIDC__CLIENT_ID", CLIENT),
        ("NIANBAO__AUTH__OIDC__SCOPES", "openid,nianbao"),
        ("NIANBAO__AUTH__OIDC__ORIGINS", "https://token.example.gov.cn"),
    ];
    let service = Service::start(Arc::new(Database::sqlite()), &settings);
    let of =
        |language: &str| service.get(&format!("/openapi.json?lang={language}")).send().expect(200).value();
    let (chinese, english) = (of("zh"), of("en"));
    for document in [&chinese, &english] {
        let scheme = &document["components"]["securitySchemes"]["oidc"];
        let discovery = "https://id.example.gov.cn/realms/gov/.well-known/openid-configuration";
        assert_eq!(scheme["openIdConnectUrl"], discovery);
        for operations in document["paths"].as_object().expect("paths").values() {
            for operation in operations.as_object().expect("operations").values() {
                let ways = operation["security"].as_array().expect("ways");
                assert_eq!(ways.contains(&json!({"token": []})), ways.contains(&json!({"oidc": []})));
            }
        }
    }
    assert_ne!(chinese["components"]["securitySchemes"], english["components"]["securitySchemes"]);
    let policy = service.get("/docs/").send().expect(200);
    let policy = policy.header("content-security-policy").expect("a policy");
    assert!(
        policy.contains("connect-src 'self' https://id.example.gov.cn https://token.example.gov.cn;"),
        "{policy}"
    );
    let script = service.get("/docs/swagger-initializer.js").send().expect(200).text();
    assert!(script.contains("\"nianbao\""), "{script}");
}
