//! Who is logged on, from utmp(5).

use super::Machine;

/// Size of a record, and where its fields lie, on 64-bit Linux with glibc.
const RECORD: usize = 384;
const KIND_USER_PROCESS: u16 = 7;
const USER: std::ops::Range<usize> = 44..76;
const SECONDS: std::ops::Range<usize> = 340..344;

/// The user of the newest session.
pub(super) fn newest_user(machine: &Machine) -> Option<String> {
    newest(&fs_err::read(machine.root.join("run/utmp")).ok()?)
}

fn newest(utmp: &[u8]) -> Option<String> {
    utmp.chunks_exact(RECORD)
        .filter(|record| u16::from_le_bytes([record[0], record[1]]) == KIND_USER_PROCESS)
        .filter_map(|record| {
            let user = &record[USER];
            let end = user.iter().position(|byte| *byte == 0).unwrap_or(user.len());
            let name = String::from_utf8_lossy(&user[..end]).into_owned();
            let seconds = u32::from_le_bytes(record[SECONDS].try_into().ok()?);
            (!name.is_empty()).then_some((seconds, name))
        })
        .max()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, user: &str, seconds: u32) -> Vec<u8> {
        let mut bytes = vec![0; RECORD];
        bytes[..2].copy_from_slice(&kind.to_le_bytes());
        bytes[USER][..user.len()].copy_from_slice(user.as_bytes());
        bytes[SECONDS].copy_from_slice(&seconds.to_le_bytes());
        bytes
    }

    #[test]
    fn the_newest_session_counts_and_ended_ones_do_not() {
        let utmp = [record(7, "ada", 10), record(7, "eve", 30), record(8, "bob", 90)].concat();
        assert_eq!(newest(&utmp).as_deref(), Some("eve"));
        assert_eq!(newest(&[]), None);
        assert_eq!(newest(&utmp[..100]), None);
    }
}
