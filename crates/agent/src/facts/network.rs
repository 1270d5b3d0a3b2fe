//! Network interfaces with their addresses, from the kernel.

use std::collections::BTreeMap;
use std::net::Ipv6Addr;

use fettle_model::asset::Interface;
use nix::sys::socket::SockaddrStorage;

use super::Machine;

/// All interfaces but the loopback, by name. An empty list: the kernel gave none.
pub(super) fn interfaces() -> Vec<Interface> {
    let mut found: BTreeMap<String, Interface> = BTreeMap::new();
    let Ok(addresses) = nix::ifaddrs::getifaddrs() else { return Vec::new() };
    for address in addresses {
        if address.flags.contains(nix::net::if_::InterfaceFlags::IFF_LOOPBACK) {
            continue;
        }
        let interface = found.entry(address.interface_name.clone()).or_insert_with(|| Interface {
            name: address.interface_name.clone(),
            mac: None,
            addresses: Vec::new(),
        });
        let Some(storage) = address.address else { continue };
        if let Some(mac) = storage.as_link_addr().and_then(nix::sys::socket::LinkAddr::addr) {
            interface.mac = Some(mac_text(mac));
        } else if let Some(text) = address_text(&storage, address.netmask.as_ref()) {
            interface.addresses.push(text);
        }
    }
    found.into_values().collect()
}

fn address_text(storage: &SockaddrStorage, mask: Option<&SockaddrStorage>) -> Option<String> {
    if let Some(address) = storage.as_sockaddr_in() {
        let bits = mask.and_then(SockaddrStorage::as_sockaddr_in).map_or(32, |mask| mask.ip().to_bits().count_ones());
        return Some(format!("{}/{bits}", address.ip()));
    }
    let address = storage.as_sockaddr_in6()?;
    let bits = mask.and_then(SockaddrStorage::as_sockaddr_in6).map_or(128, |mask| mask.ip().to_bits().count_ones());
    let ip: Ipv6Addr = address.ip();
    Some(format!("{ip}/{bits}"))
}

fn mac_text(mac: [u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}

/// Hardware addresses of real interfaces, sorted: those that have a device behind them and an address that was not
/// set by software (`addr_assign_type` 0).
pub(super) fn permanent_macs(machine: &Machine) -> Vec<String> {
    let folder = machine.root.join("sys/class/net");
    let Ok(entries) = fs_err::read_dir(&folder) else { return Vec::new() };
    let mut macs: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.ok()?.file_name().to_str()?.to_owned();
            let read = |file: &str| machine.text(&format!("sys/class/net/{name}/{file}"));
            let real = folder.join(&name).join("device").exists() && read("addr_assign_type")? == "0";
            read("address").filter(|mac| real && mac != "00:00:00:00:00:00")
        })
        .collect();
    macs.sort();
    macs.dedup();
    macs
}
