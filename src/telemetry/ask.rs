//! Asks a bot that runs on this machine whether it is well, for supervisors that can only start a program.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use thiserror::Error;

/// A health endpoint looks nothing up, so it answers at once or not at all.
const PATIENCE: Duration = Duration::from_secs(5);

/// The largest answer that is read.
const MOST: u64 = 64 << 10;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether a restart would help.
    Live,
    /// Whether it does its work.
    Ready,
}

impl Question {
    const fn path(self) -> &'static str {
        match self {
            Self::Live => "/health/live",
            Self::Ready => "/health/ready",
        }
    }
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum AskError {
    /// Nobody answers there.
    #[error("nobody answers on {address}: {source}")]
    Silent {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// Somebody else does.
    #[error("what answers on {0} is not the bot")]
    Stranger(SocketAddr),
}

/// Whether the bot that listens on `address` is well, and what it says about it (JSON).
///
/// # Errors
///
/// Nobody answers there, or somebody else does.
pub fn ask(address: SocketAddr, question: Question) -> Result<(bool, String), AskError> {
    let address = reachable(address);
    let answer = exchange(address, question.path()).map_err(|source| AskError::Silent { address, source })?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(AskError::Stranger(address))?;
    let well = match head.split(' ').nth(1) {
        Some("200") => true,
        Some("503") => false,
        _ => return Err(AskError::Stranger(address)),
    };
    Ok((well, body.to_owned()))
}

/// HTTP/1.0, so that the answer ends with the connection and comes in one piece.
fn exchange(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(MOST).read_to_string(&mut answer)?;
    Ok(answer)
}

/// What listens on every address of the machine is asked on its own.
const fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
