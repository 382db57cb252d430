//! `nianbao health`: asks `/readyz` with nothing but a socket; for containers without curl.

use super::failure::Failure;
use super::options::ConfigOptions;
use clap::Args;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    config: ConfigOptions,
    /// 服务的地址，如 127.0.0.1:8080；默认用设置中的 server.listen
    #[arg(long, value_name = "地址")]
    address: Option<String>,
}

const PATIENCE: Duration = Duration::from_secs(5);

pub fn run(options: &Options) -> Result<(), Failure> {
    let address = match &options.address {
        Some(address) => address.clone(),
        None => options.config.load()?.server.listen,
    };
    // A service that listens everywhere is asked here.
    let address = address.replacen("0.0.0.0:", "127.0.0.1:", 1).replacen("[::]:", "[::1]:", 1);
    let failed = |why: String| Failure::NotReady(format!("{address}：{why}"));
    let answer = ask(&address).map_err(|error| failed(error.to_string()))?;
    let status = answer.split_whitespace().nth(1).unwrap_or("?");
    if status == "200" { Ok(()) } else { Err(failed(format!("/readyz 答复 {status}"))) }
}

fn ask(address: &str) -> std::io::Result<String> {
    let target = address.to_socket_addrs()?.next().ok_or(std::io::ErrorKind::AddrNotAvailable)?;
    let mut stream = TcpStream::connect_timeout(&target, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(
        format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes(),
    )?;
    let mut head = [0u8; 64];
    let read = stream.read(&mut head)?;
    Ok(String::from_utf8_lossy(head.get(..read).unwrap_or_default()).into_owned())
}
