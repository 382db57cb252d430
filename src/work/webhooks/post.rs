//! Sending one message: to the address that was checked and no other, no redirects, no proxy.

use super::WebhookOptions;
use super::address::allowed;
use crate::domain::sealed::SealKeys;
use crate::operations::webhooks::{Attempt, Outcome, sign};
use std::sync::Arc;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

/// Looks names up and lets through only what is allowed: the connection goes to exactly these addresses.
#[derive(Debug)]
struct Checked {
    options: WebhookOptions,
    inner: DefaultResolver,
}

impl Resolver for Checked {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let mut kept = self.empty();
        for address in allowed(&self.options, host, found.iter().copied()) {
            kept.push(address);
        }
        if kept.is_empty() { Err(Error::HostNotFound) } else { Ok(kept) }
    }
}

/// Who sends; cheap to clone.
#[derive(Debug, Clone)]
pub struct Postman {
    agent: Agent,
    seal: SealKeys,
}

impl Postman {
    /// `None`: nothing may be sent anywhere.
    pub fn new(options: &WebhookOptions) -> Option<Result<Postman, String>> {
        if options.allow.is_empty() {
            return None;
        }
        Some(Postman::of(options))
    }

    fn of(options: &WebhookOptions) -> Result<Postman, String> {
        let mut tls = TlsConfig::builder();
        if let Some(file) = &options.ca_file {
            let pem = std::fs::read(file).map_err(|error| error.to_string())?;
            let certificates: Vec<_> = parse_pem(&pem)
                .filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                })
                .collect();
            if certificates.is_empty() {
                return Err("webhooks.ca_file holds no certificate".to_owned());
            }
            tls = tls.root_certs(RootCerts::Specific(Arc::new(certificates)));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_global(Some(options.timeout))
            // A new connection each time: each address is checked anew.
            .max_idle_connections(0)
            .user_agent(concat!("nianbao/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
            .build();
        let resolver = Checked { options: options.clone(), inner: DefaultResolver::default() };
        let agent = Agent::with_parts(config, DefaultConnector::default(), resolver);
        Ok(Postman { agent, seal: options.seal.clone() })
    }

    /// Hands a text over by itself; whoever takes it answers 2xx.
    pub fn hand(&self, url: &str, text: &str) -> Result<(), String> {
        let sent = self.agent.post(url).header("content-type", "application/json").send(text.as_bytes());
        match sent.map_err(|error| error.to_string())?.status().as_u16() {
            200..=299 => Ok(()),
            status => Err(format!("answered {status}")),
        }
    }

    /// Sends a message and tells how it was received; `timestamp` in seconds since 1970.
    pub fn post(&self, attempt: &Attempt, timestamp: i64) -> Outcome {
        let (delivery, webhook) = (&attempt.delivery, &attempt.webhook);
        let failed = |status: Option<u16>, error: String| Outcome::Failed { status, error };
        let secret = match self.seal.open(&webhook.id, &webhook.secret) {
            Ok(secret) => secret,
            Err(why) => {
                tracing::error!(webhook = webhook.id, %why, "a webhook's secret cannot be opened");
                return failed(None, why.to_string());
            }
        };
        let Some(signature) = sign(&secret, &delivery.id, timestamp, &delivery.body) else {
            return failed(None, "the secret is no secret".to_owned());
        };
        let sent = self
            .agent
            .post(&webhook.url)
            .header("content-type", "application/json")
            .header("webhook-id", &delivery.id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signature)
            .send(delivery.body.as_bytes());
        match sent {
            Ok(response) => match response.status().as_u16() {
                status @ 200..=299 => Outcome::Taken(status),
                410 => Outcome::Unwanted,
                status => failed(Some(status), format!("answered {status}")),
            },
            Err(error) => {
                // The operator may know more than the webhook's owner.
                tracing::info!(webhook = webhook.id, %error, "a webhook could not be reached");
                failed(None, error.to_string())
            }
        }
    }
}
