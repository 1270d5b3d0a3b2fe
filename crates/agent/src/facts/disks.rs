//! Mounted file systems and their free space.

use fettle_model::asset::Disk;
use fettle_wire::message::report::SelfCheck;

use super::Machine;

/// File systems that hold data of their own.
const KINDS: [&str; 11] = ["ext2", "ext3", "ext4", "xfs", "btrfs", "vfat", "f2fs", "zfs", "jfs", "overlay", "bcachefs"];

/// AG-05: least free space in bytes on `/` and `/var`, and on `/boot`.
const LEAST_FREE: u64 = 1_000_000_000;
const LEAST_FREE_BOOT: u64 = 200_000_000;

/// By mount point; one entry per device.
pub(super) fn read(machine: &Machine) -> Vec<Disk> {
    let mounts = fs_err::read_to_string(machine.root.join("proc/self/mounts")).unwrap_or_default();
    let mut devices = Vec::new();
    let mut disks = Vec::new();
    for line in mounts.lines() {
        let mut words = line.split_whitespace();
        let (Some(device), Some(mount), Some(kind)) = (words.next(), words.next(), words.next()) else { continue };
        if !KINDS.contains(&kind) || (device.starts_with("/dev/") && devices.contains(&device)) {
            continue;
        }
        // Spaces in mount points are written as octal escapes (proc(5)).
        let mount = mount.replace("\\040", " ");
        if let Some((size_bytes, free_bytes)) = space(&mount) {
            devices.push(device);
            let free_bytes = in_steps(free_bytes, size_bytes);
            disks.push(Disk { mount, file_system: kind.to_owned(), size_bytes, free_bytes });
        }
    }
    disks.sort_by(|left, right| left.mount.cmp(&right.mount));
    disks
}

/// Free space in hundredths of the size, so that the facts do not change with every file that is written.
const fn in_steps(free_bytes: u64, size_bytes: u64) -> u64 {
    free_bytes - free_bytes % (size_bytes / 100 + 1)
}

/// Size and what an ordinary user may still write, in bytes.
pub fn space(path: &str) -> Option<(u64, u64)> {
    let found = rustix::fs::statvfs(path).ok()?;
    Some((found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize))
}

/// AG-05 of the self-check.
pub fn free_space_check(machine: &Machine) -> Option<SelfCheck> {
    let mut short = Vec::new();
    for (path, least) in [("", LEAST_FREE), ("var", LEAST_FREE), ("boot", LEAST_FREE_BOOT)] {
        let path = machine.root.join(path);
        let Some((_, free)) = space(path.to_str()?) else { continue };
        if free < least {
            short.push(format!("{} has {} MB free", path.display(), free / 1_000_000));
        }
    }
    let passed = short.is_empty();
    Some(SelfCheck {
        id: "AG-05".to_owned(),
        result: if passed { "Passed" } else { "Failed" }.to_owned(),
        text: if passed { "enough free space".to_owned() } else { short.join("; ") },
    })
}
