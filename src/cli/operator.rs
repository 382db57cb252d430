//! Who sits at the command line, for the audit: the operating system's user and host.

use crate::domain::audit::Operator;
use std::sync::OnceLock;

/// Longest name that is written down.
const LONGEST: usize = 100;

/// Asked once: neither changes while the program runs.
pub fn operator() -> Operator {
    static KNOWN: OnceLock<Operator> = OnceLock::new();
    KNOWN.get_or_init(|| Operator { user: user(), host: host() }).clone()
}

fn cut(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_control()).take(LONGEST).collect()
}

/// The name of the process's real user, and behind root's whoever became root by sudo.
#[cfg(unix)]
fn user() -> String {
    let id = rustix::process::getuid().as_raw();
    let known = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = known.lines().find_map(|line| {
        let mut parts = line.split(':');
        let name = parts.next()?;
        (parts.nth(1)?.parse::<u32>().ok()? == id).then_some(name)
    });
    let name = name.map_or_else(|| format!("uid {id}"), cut);
    match std::env::var("SUDO_USER") {
        Ok(before) if id == 0 && !before.is_empty() => format!("{name} ({})", cut(&before)),
        _ => name,
    }
}

#[cfg(not(unix))]
fn user() -> String {
    std::env::var("USERNAME").map(|name| cut(&name)).unwrap_or_default()
}

#[cfg(unix)]
fn host() -> String {
    cut(&rustix::system::uname().nodename().to_string_lossy())
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").map(|name| cut(&name)).unwrap_or_default()
}
