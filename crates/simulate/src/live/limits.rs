//! What the system lets one process have: file descriptors, and ports towards one address.

use std::net::{IpAddr, Ipv4Addr};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::LiveError;

/// Descriptors of the process itself: files, pipes, the runtime's own.
const OWN_DESCRIPTORS: u32 = 200;
/// Ports that are left to others, and to connections that have just ended.
const SPARE_PORTS: u32 = 2_000;
/// What Linux lets connections have where nobody changed it.
const USUAL_PORTS: (u32, u32) = (32_768, 60_999);

/// Raises the limit of open files as far as it may be, and checks that it is enough for `connections`.
pub(super) fn check_descriptors(connections: u32) -> Result<(), LiveError> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    // Where it may not be raised, what there is counts.
    let has = if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    let needed = connections + OWN_DESCRIPTORS;
    match has {
        Some(has) if has < u64::from(needed) => Err(LiveError::Descriptors { needed, has }),
        _ => Ok(()),
    }
}

/// Addresses that connections to `server` come from: the system's own choice, or on this machine as many of 127/8 as
/// `connections` need ports.
pub(super) fn sources(connections: u32, server: Option<IpAddr>) -> Result<Vec<Option<IpAddr>>, LiveError> {
    let each = ports();
    if connections <= each {
        return Ok(vec![None]);
    }
    let is_here = matches!(server, Some(IpAddr::V4(address)) if address.is_loopback());
    let count = connections.div_ceil(each.max(1));
    if !is_here || count > 250 {
        return Err(LiveError::Ports { needed: connections, has: each });
    }
    let of_loopback = (1..=count).map(|number| Ipv4Addr::new(127, 0, 0, u8::try_from(number).unwrap_or(u8::MAX)));
    Ok(of_loopback.map(|address| Some(address.into())).collect())
}

/// Ports that connections from one address to one other may have.
fn ports() -> u32 {
    let range = fs_err::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let mut numbers = range.split_whitespace().filter_map(|number| number.parse::<u32>().ok());
    let (first, last) = numbers.next().zip(numbers.next()).unwrap_or(USUAL_PORTS);
    (last + 1).saturating_sub(first).saturating_sub(SPARE_PORTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lacks_is_named() {
        let error = check_descriptors(u32::MAX / 2).expect_err("nobody may open so many").to_string();
        assert!(error.contains("2147483847") && error.contains("file descriptors"), "{error}");
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }

    #[test]
    fn ports_that_run_short_are_those_of_more_addresses_on_this_machine_alone() {
        let here = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let elsewhere = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
        assert_eq!(sources(10, elsewhere).expect("few"), [None]);
        let many = sources(3 * ports(), here).expect("three addresses");
        assert_eq!(many.len(), 3);
        assert!(many.iter().all(|address| address.is_some_and(|address| address.is_loopback())));
        assert!(matches!(sources(3 * ports(), elsewhere), Err(LiveError::Ports { .. })));
    }
}
