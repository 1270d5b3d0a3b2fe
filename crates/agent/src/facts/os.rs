//! Operating system, names, boot time and time zone.

use fettle_model::asset::OsFacts;
use jiff::Timestamp;

use super::Machine;

pub(super) fn read(machine: &Machine, arch: &str) -> OsFacts {
    let release = ["etc/os-release", "usr/lib/os-release"]
        .iter()
        .find_map(|path| fs_err::read_to_string(machine.root.join(path)).ok())
        .unwrap_or_default();
    let field = |name: &str| field(&release, name);
    OsFacts {
        family: "linux".to_owned(),
        id: field("ID").unwrap_or_default(),
        version: field("VERSION_ID").unwrap_or_default(),
        name: field("PRETTY_NAME").unwrap_or_default(),
        codename: field("VERSION_CODENAME"),
        arch: arch.to_owned(),
    }
}

/// A field of the machine's os-release.
pub fn release_field(machine: &Machine, name: &str) -> Option<String> {
    let paths = ["etc/os-release", "usr/lib/os-release"];
    let release = paths.iter().find_map(|path| fs_err::read_to_string(machine.root.join(path)).ok())?;
    field(&release, name)
}

/// A value of os-release(5), without its quotes.
fn field(release: &str, name: &str) -> Option<String> {
    release.lines().find_map(|line| {
        let value = line.strip_prefix(name)?.strip_prefix('=')?.trim();
        Some(value.trim_matches(['"', '\'']).to_owned())
    })
}

/// The first full name that `/etc/hosts` gives this host.
pub(super) fn fqdn(machine: &Machine, hostname: &str) -> Option<String> {
    if hostname.contains('.') {
        return Some(hostname.to_owned());
    }
    let hosts = fs_err::read_to_string(machine.root.join("etc/hosts")).ok()?;
    let start = format!("{hostname}.");
    hosts
        .lines()
        .filter_map(|line| line.split('#').next())
        .flat_map(|line| line.split_whitespace().skip(1))
        .find(|name| name.starts_with(&start))
        .map(str::to_owned)
}

/// `btime` of proc(5).
pub(super) fn booted_at(machine: &Machine) -> Option<Timestamp> {
    let stat = fs_err::read_to_string(machine.root.join("proc/stat")).ok()?;
    let seconds = stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    Timestamp::from_second(seconds).ok()
}

/// IANA name: Debian's `/etc/timezone`, else where `/etc/localtime` points.
pub(super) fn timezone(machine: &Machine) -> Option<String> {
    machine.text("etc/timezone").or_else(|| {
        let target = fs_err::read_link(machine.root.join("etc/localtime")).ok()?;
        let target = target.to_str()?;
        target.split_once("zoneinfo/").map(|(_, name)| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_of_os_release_are_taken_off() {
        let release = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID='12'\n";
        assert_eq!(field(release, "PRETTY_NAME").as_deref(), Some("Debian GNU/Linux 12 (bookworm)"));
        assert_eq!(field(release, "VERSION_ID").as_deref(), Some("12"));
        assert_eq!(field(release, "VERSION"), None);
    }
}
