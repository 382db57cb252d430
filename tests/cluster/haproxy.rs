//! A real HAProxy, as a process of its own, by the files that operators are given.

use super::node::{free_port, wait_until};
use crate::api::harness::database::say_skipped;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

pub struct Haproxy {
    child: Child,
    pub port: u16,
    _folder: TempDir,
}

/// Where it is on this machine; says loudly when it is not.
pub fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let found = folders.map(|folder| folder.join("haproxy")).find(|program| program.exists());
    if found.is_none() {
        say_skipped("haproxy is not here, nothing was tested behind it");
    }
    found
}

impl Haproxy {
    /// Starts it by a file of ours: its lines for servers give way to one for each address, its port to a free one.
    pub fn start(program: &PathBuf, file: &str, servers: &[String]) -> Haproxy {
        let port = free_port();
        let mut said = String::new();
        let (mut binds, mut named) = (0, 0);
        for line in file.lines() {
            let told: Vec<&str> = line.split_whitespace().collect();
            match told.as_slice() {
                ["bind", ..] => {
                    binds += 1;
                    said.push_str(&format!("    bind 127.0.0.1:{port}\n"));
                }
                ["server", ..] => named += 1,
                _ => said.push_str(&format!("{line}\n")),
            }
        }
        // They stand at the end of the file.
        for (number, server) in servers.iter().enumerate() {
            said.push_str(&format!("    server s{number} {server}\n"));
        }
        assert!(binds == 1 && named > 0, "the file has one address to listen on, and servers");
        let folder = TempDir::new().expect("a folder");
        let config = folder.path().join("haproxy.cfg");
        std::fs::write(&config, said).expect("written");
        let child = Command::new(program)
            .arg("-db")
            .arg("-f")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("haproxy starts");
        let proxy = Haproxy { child, port, _folder: folder };
        wait_until("haproxy listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        proxy
    }
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
