//! Public IP addresses.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::value::{finding, in_sentence, regex, stands_free};
use super::{Detector, Finding, Kind};
use crate::text::Text;

static V4: LazyLock<Regex> = LazyLock::new(|| regex(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"));
static V6: LazyLock<Regex> = LazyLock::new(|| regex(r"\b[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:.]{3,41}"));

const CONTEXT: [&str; 17] = [
    "ip",
    "ips",
    "ipv4",
    "ipv6",
    "server",
    "ping",
    "connect",
    "host",
    "join",
    "address",
    "hosted",
    "vps",
    "ssh",
    "adresse",
    "direccion",
    "router",
    "port",
];
/// Words that say an address is a public service's.
const RESOLVERS: [&str; 5] = ["nameserver", "nameservers", "dns", "resolver", "resolvers"];
const VERSION: [&str; 12] = [
    "version",
    "v",
    "ver",
    "build",
    "release",
    "update",
    "upgraded",
    "patch",
    "firmware",
    "driver",
    "changelog",
    "kernel",
];

const EXPLANATION: &str = "A public IP address: no private, reserved or documentation range.";

/// Finds IP addresses that lead to someone: no private, reserved or documentation ranges, no public
/// resolvers, no version numbers.
pub(super) struct IpAddress;

impl Detector for IpAddress {
    fn prepare(&self) {
        LazyLock::force(&V4);
        LazyLock::force(&V6);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let folded = text.folded();
        if text.digits().len() < 2 {
            return;
        }
        for found in V4.find_iter(folded).map(|found| found.range()) {
            if let Some(confidence) = v4(text, &found) {
                findings.push(finding(text, Kind::IpAddress, &found, confidence, EXPLANATION));
            }
        }
        if folded.contains(':') {
            for found in V6.find_iter(folded).filter(|found| in_sentence(text, found.start())) {
                let length = found.as_str().trim_end_matches([':', '.']).len();
                let range = found.start()..found.start() + length;
                if let Some(confidence) = v6(folded, &range) {
                    findings.push(finding(text, Kind::IpAddress, &range, confidence, EXPLANATION));
                }
            }
        }
    }
}

/// How sure it is that the digits at `range` are somebody's address.
fn v4(text: &Text<'_>, range: &Range<usize>) -> Option<f32> {
    let folded = text.folded();
    let dotted = folded[..range.start].ends_with(['.', '-', '/'])
        || folded[range.end..].starts_with('-')
        || folded.as_bytes()[range.end..].first() == Some(&b'.')
            && folded.as_bytes().get(range.end + 1).is_some_and(u8::is_ascii_alphanumeric);
    let address: Ipv4Addr = folded[range.clone()].parse().ok()?;
    if dotted || !stands_free(folded, range) || !in_sentence(text, range.start) || !is_public_v4(address) {
        return None;
    }
    if text.mentions(range, 3, 1, &RESOLVERS) {
        return None;
    }
    if text.mentions(range, 6, 3, &CONTEXT) {
        return Some(0.92);
    }
    // Version numbers have small parts; addresses rarely have none above 100.
    let above = |least: u8| address.octets().iter().filter(|octet| **octet >= least).count();
    let confidence = match (above(100), above(10)) {
        (2.., _) => 0.85,
        (1, _) => 0.7,
        (0, 4) => 0.6,
        _ => return None,
    };
    (!text.mentions(range, 3, 0, &VERSION)).then_some(confidence)
}

/// Neither reserved (IANA's special-purpose registry) nor one of the well-known resolvers.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let reserved = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_broadcast()
        || matches!((a, b, c), (0 | 224..=255, ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18 | 19, _));
    let resolver = matches!(
        address.octets(),
        [8, 8, 8, 8]
            | [8, 8, 4, 4]
            | [1, 1, 1 | 0, 1]
            | [9, 9, 9, 9]
            | [149, 112, 112, 112]
            | [208, 67, 222 | 220, _]
            | [209, 244, 0, 3 | 4]
            | [4, 2, 2, 1..=6]
            | [64, 6, 64 | 65, 6]
            | [94, 140, 14 | 15, _]
            | [77, 88, 8, _]
            | [1, 2, 3, 4]
    );
    !reserved && !resolver
}

/// How sure it is that what stands at `range` is somebody's address: time and code have colons too.
fn v6(text: &str, range: &Range<usize>) -> Option<f32> {
    let written = &text[range.clone()];
    let address: Ipv6Addr = written.parse().ok()?;
    let groups = written.split(':').filter(|group| !group.is_empty()).count();
    let given_out = address.segments()[0] & 0xe000 == 0x2000;
    let before = text[..range.start].chars().next_back();
    let free = !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, ':' | '.' | '_' | '-'))
        && !text[range.end..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let enough = groups >= if given_out { 3 } else { 4 };
    (free && enough && is_public_v6(address)).then_some(if given_out { 0.9 } else { 0.8 })
}

/// Neither local, multicast nor for documentation, and not a public resolver.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let local = address.is_unique_local() || address.is_unicast_link_local() || address.is_multicast();
    let special =
        matches!(segments, [0, ..] | [0x2001, 0xdb8, ..] | [0x64, 0xff9b, ..] | [0x100, 0, 0, 0, ..])
            || (0x3fff, 0) == (segments[0], segments[1] >> 12);
    let resolver =
        matches!(segments, [0x2001, 0x4860, 0x4860, ..] | [0x2606, 0x4700, 0x4700, ..] | [0x2620, 0xfe, ..]);
    !local && !special && !resolver
}
