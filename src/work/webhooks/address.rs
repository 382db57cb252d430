//! Where webhooks may lead: only to hosts and networks the operator allows.

use super::{Allowed, Place, WebhookOptions};
use ipnet::IpNet;
use std::net::{SocketAddr, ToSocketAddrs};
use url::{Host, Url};

/// An address as an `http` or `https` URL without user, password and fragment.
fn parse(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "invalid_url")?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if matches!(url.scheme(), "http" | "https") && url.has_host() && plain {
        Ok(url)
    } else {
        Err("invalid_url")
    }
}

/// Whether a host is on the list by its name, for a port.
fn is_named(options: &WebhookOptions, host: &str, port: u16) -> bool {
    let host = host.trim_end_matches('.');
    options.allow.iter().any(|allowed| {
        matches!(&allowed.place, Place::Host(known) if known.eq_ignore_ascii_case(host))
            && allowed.takes(port)
    })
}

impl Allowed {
    fn takes(&self, port: u16) -> bool {
        self.port.is_none_or(|only| only == port)
    }
}

/// The addresses of a host that the list lets through.
pub(super) fn allowed(
    options: &WebhookOptions,
    host: &str,
    addresses: impl Iterator<Item = SocketAddr>,
) -> Vec<SocketAddr> {
    let inside = |address: &SocketAddr| {
        options.allow.iter().any(|allowed| {
            let known = |range: &IpNet| range.contains(&address.ip().to_canonical());
            matches!(&allowed.place, Place::Network(range) if known(range)) && allowed.takes(address.port())
        })
    };
    addresses.filter(|address| is_named(options, host, address.port()) || inside(address)).collect()
}

/// Checks where a webhook would lead; the error is the key of its message. A name that cannot be looked up
/// now is taken if it is on the list: it is looked up at each sending.
pub fn check_address(options: &WebhookOptions, text: &str) -> Result<(), &'static str> {
    let url = parse(text)?;
    let port = url.port_or_known_default().ok_or("invalid_url")?;
    let host = match url.host().ok_or("invalid_url")? {
        Host::Domain(name) => name.to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    };
    if is_named(options, &host, port) {
        return Ok(());
    }
    if !options.allow.iter().any(|allowed| matches!(allowed.place, Place::Network(_))) {
        return Err("host_not_allowed");
    }
    let found = (host.as_str(), port).to_socket_addrs().map_err(|_| "host_not_allowed")?;
    if allowed(options, &host, found).is_empty() { Err("host_not_allowed") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_operator_allows_can_be_reached() {
        let options = WebhookOptions {
            allow: vec![
                Allowed { place: Place::Host("hooks.example.gov.cn".to_owned()), port: Some(443) },
                Allowed { place: Place::Network("127.0.0.0/8".parse().unwrap()), port: None },
                Allowed { place: Place::Network("fd00::/8".parse().unwrap()), port: Some(8080) },
            ],
            ..WebhookOptions::default()
        };
        let check = |url: &str| check_address(&options, url);
        assert_eq!(check("https://hooks.example.gov.cn/x?y=1"), Ok(()));
        assert_eq!(check("http://127.0.0.1:9/x"), Ok(()));
        assert_eq!(check("http://[fd00::1]:8080/x"), Ok(()));
        for other_port in
            ["http://[fd00::1]/x", "http://hooks.example.gov.cn/", "https://hooks.example.gov.cn:8443/"]
        {
            assert_eq!(check(other_port), Err("host_not_allowed"), "{other_port}");
        }
        assert_eq!(check("http://[::ffff:127.0.0.1]/x"), Ok(()));
        for closed in
            ["http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/", "http://2130706434.example/"]
        {
            assert_eq!(check(closed), Err("host_not_allowed"), "{closed}");
        }
        // 0x7f000001 and 2130706433 are the loopback's address written otherwise: they are what they are.
        assert_eq!(check("http://0x7f000001/"), Ok(()));
        for wrong in
            ["ftp://127.0.0.1/", "http://a:b@127.0.0.1/", "http://127.0.0.1/#x", "127.0.0.1", "", "http://"]
        {
            assert_eq!(check(wrong), Err("invalid_url"), "{wrong}");
        }
        assert_eq!(check_address(&WebhookOptions::default(), "http://127.0.0.1/"), Err("host_not_allowed"));
    }
}
