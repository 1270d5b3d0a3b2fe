//! Limits of the agent channel (`agent.md` 3.1), in bytes, entries and levels.

/// A body's size packed (as sent) and unpacked, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit {
    pub packed: usize,
    pub unpacked: usize,
}

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

pub const ENROL: BodyLimit = BodyLimit { packed: 16 * KIB, unpacked: 64 * KIB };
pub const CHECK_IN: BodyLimit = BodyLimit { packed: 8 * KIB, unpacked: 64 * KIB };
pub const REPORT: BodyLimit = BodyLimit { packed: 4 * MIB, unpacked: 8 * MIB };
pub const EVENTS: BodyLimit = BodyLimit { packed: 512 * KIB, unpacked: 4 * MIB };
pub const LOGS: BodyLimit = BodyLimit { packed: 256 * KIB, unpacked: MIB };

/// Beside reports and events: the token that the agent was given last, in hex. Check-ins and `goodbye` carry it in their
/// body.
pub const TOKEN_HEADER: &str = "fettle-token";
/// Bodies above this are sent with `Content-Encoding: zstd`.
pub const COMPRESS_ABOVE: usize = KIB;
pub const MAX_EVENTS: usize = 500;
pub const MAX_EVENT_SEQUENCE: u32 = 10_000;
pub const MAX_COMPONENTS: usize = 50_000;
/// Nesting of a message, in levels.
pub const MAX_DEPTH: usize = 16;
/// Manifests in one answer to a check-in.
pub const MAX_WORK: usize = 4;
pub const MAX_ENVELOPE_AUTHORISATION: usize = 2 * MIB;
pub const MAX_ENVELOPE_MANIFEST: usize = 512 * KIB;
/// A line between keeper and talker.
pub const MAX_LINE: usize = 4 * MIB;
/// Difference of agent's and server's clocks that is put up with, in seconds.
pub const MAX_CLOCK_SKEW_S: i64 = 300;
