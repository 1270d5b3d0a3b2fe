//! Hardware: what the firmware says of itself (DMI), processors, memory, and the identity made of them.

use fettle_model::OrganisationId;
use fettle_model::asset::HardwareFacts;
use fettle_wire::message::enrol::HardwareId;
use fettle_wire::sha256;

use super::{Machine, network};

const DMI: &str = "sys/class/dmi/id";

pub(super) fn read(machine: &Machine) -> HardwareFacts {
    let dmi = |name: &str| machine.text(&format!("{DMI}/{name}"));
    let cpuinfo = fs_err::read_to_string(machine.root.join("proc/cpuinfo")).unwrap_or_default();
    let processor = cpuinfo.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == "model name").then(|| value.trim().to_owned())
    });
    let processors = cpuinfo.lines().filter(|line| line.starts_with("processor")).count();
    HardwareFacts {
        manufacturer: dmi("sys_vendor"),
        model: dmi("product_name"),
        serial: dmi("product_serial"),
        bios_version: dmi("bios_version"),
        bios_date: dmi("bios_date"),
        processor,
        processors: u32::try_from(processors).ok().filter(|count| *count > 0),
        virtualisation: virtualisation(machine, &cpuinfo),
    }
}

/// A container by what it says of itself, else a known hypervisor by its firmware, else the processor's own flag.
fn virtualisation(machine: &Machine, cpuinfo: &str) -> Option<String> {
    if let Some(container) = machine.text("run/systemd/container") {
        return Some(container);
    }
    let firmware = [machine.text(&format!("{DMI}/sys_vendor")), machine.text(&format!("{DMI}/product_name"))];
    let firmware = firmware.into_iter().flatten().collect::<Vec<_>>().join(" ").to_lowercase();
    let known = [("qemu", "kvm"), ("kvm", "kvm"), ("vmware", "vmware"), ("virtualbox", "oracle"), ("xen", "xen")];
    let known = known.iter().find(|(word, _)| firmware.contains(word)).map(|(_, name)| (*name).to_owned());
    known.or_else(|| {
        if firmware.contains("microsoft corporation virtual") {
            return Some("microsoft".to_owned());
        }
        let flags = cpuinfo.lines().find(|line| line.starts_with("flags"))?;
        flags.split_whitespace().any(|flag| flag == "hypervisor").then(|| "vm".to_owned())
    })
}

pub(super) fn memory_mb(machine: &Machine) -> Option<u64> {
    let meminfo = fs_err::read_to_string(machine.root.join("proc/meminfo")).ok()?;
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024)
}

/// Traits by which a server tells this machine from a copy of its disk (`agent.md` 2.3): SHA-256 of organisation, kind
/// and value, so that values do not leave the machine.
pub fn identity(machine: &Machine, organisation: OrganisationId) -> Vec<HardwareId> {
    let macs = network::permanent_macs(machine);
    let values = [
        ("dmi", machine.text(&format!("{DMI}/product_uuid")).filter(|uuid| !is_filler(uuid))),
        ("board", machine.text(&format!("{DMI}/board_serial")).filter(|serial| !is_filler(serial))),
        ("disk", system_disk_serial(machine)),
        ("mac", (!macs.is_empty()).then(|| macs.join(","))),
        ("vmGen", vm_generation(machine)),
        ("machineId", machine.text("etc/machine-id").filter(|id| id != "uninitialized")),
    ];
    values
        .into_iter()
        .filter_map(|(kind, value)| {
            let text = format!("{organisation}\n{kind}\n{}", value?.to_lowercase());
            Some(HardwareId { kind: kind.to_owned(), hash: sha256(text.as_bytes()) })
        })
        .collect()
}

/// VM generation id, which a hypervisor changes with each copy and restored snapshot: QEMU's firmware configuration
/// holds it at byte 40 of a page (docs/specs/vmgenid.rst of QEMU).
fn vm_generation(machine: &Machine) -> Option<String> {
    const OFFSET: usize = 40;
    let path = machine.root.join("sys/firmware/qemu_fw_cfg/by_name/etc/vmgenid_guid/raw");
    let page = fs_err::read(path).ok()?;
    let id = hex::encode(page.get(OFFSET..OFFSET + 16)?);
    (!is_filler(&id)).then_some(id)
}

/// Values that many makers leave where an id should be.
fn is_filler(value: &str) -> bool {
    let value = value.to_lowercase();
    let digits: Vec<char> = value.chars().filter(char::is_ascii_hexdigit).collect();
    let same = digits.first().is_none_or(|first| digits.iter().all(|digit| digit == first));
    same || ["to be filled", "default string", "none", "not specified", "system serial", "03000200-0400-0500-0006"]
        .iter()
        .any(|filler| value.contains(filler))
}

/// Serial of the disk that holds the root file system, where the kernel shows one.
fn system_disk_serial(machine: &Machine) -> Option<String> {
    let mounts = fs_err::read_to_string(machine.root.join("proc/self/mounts")).ok()?;
    let device = mounts.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let (device, mount) = (words.next()?, words.next()?);
        (mount == "/" && device.starts_with("/dev/")).then(|| device.trim_start_matches("/dev/").to_owned())
    })?;
    let disk = device.trim_end_matches(|c: char| c.is_ascii_digit());
    [&device, disk, disk.trim_end_matches('p')]
        .iter()
        .flat_map(|name| [format!("sys/class/block/{name}/serial"), format!("sys/class/block/{name}/device/serial")])
        .find_map(|path| machine.text(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filler_is_no_identity() {
        for filler in ["00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "Default string"]
        {
            assert!(is_filler(filler), "{filler}");
        }
        assert!(!is_filler("4c4c4544-0042-3510-8051-b4c04f4d3732"));
    }

    #[test]
    fn a_vm_generation_is_read_where_the_hypervisor_shows_it() {
        let root = tempfile::tempdir().expect("a folder");
        let machine = Machine { root: root.path().to_owned(), is_root: false };
        assert_eq!(vm_generation(&machine), None);
        let path = root.path().join("sys/firmware/qemu_fw_cfg/by_name/etc/vmgenid_guid/raw");
        fs_err::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let mut page = vec![0; 4096];
        fs_err::write(&path, &page).expect("a file");
        assert_eq!(vm_generation(&machine), None, "all zero is none");
        page[40..56].copy_from_slice(&[7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        fs_err::write(&path, &page).expect("a file");
        assert_eq!(vm_generation(&machine).as_deref(), Some("070102030405060708090a0b0c0d0e0f"));
    }
}
