//! The network interfaces of an asset in one piece of memory: a million machines have two or more each, and as texts and
//! lists of their own they would take five times as much.
//!
//! Of each interface: the length of its name, the length of its MAC address with 255 for none, the number of addresses; then
//! the name, the MAC address, and each address as its length (4 or 16) and its bytes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::facts::NetworkInterface;

const NO_MAC: u8 = u8::MAX;
/// Longer names, and more addresses, are cut here. Agents' facts are cut at 255 already.
const MOST: usize = 254;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PackedInterfaces(Box<[u8]>);

/// One interface, as it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InterfaceParts<'a> {
    pub(crate) name: &'a str,
    pub(crate) mac: Option<&'a str>,
    addresses: &'a [u8],
}

impl PackedInterfaces {
    pub(super) fn of(interfaces: &[NetworkInterface]) -> Self {
        let mut bytes = Vec::new();
        for interface in interfaces {
            let (name, mac) = (cut(&interface.name), interface.mac.as_deref().map(cut));
            let addresses = &interface.addresses[..interface.addresses.len().min(MOST)];
            bytes.extend([length(name.len()), mac.map_or(NO_MAC, |mac| length(mac.len())), length(addresses.len())]);
            bytes.extend(name.as_bytes());
            bytes.extend(mac.unwrap_or_default().as_bytes());
            for address in addresses {
                match address {
                    IpAddr::V4(address) => {
                        bytes.push(4);
                        bytes.extend(address.octets());
                    }
                    IpAddr::V6(address) => {
                        bytes.push(16);
                        bytes.extend(address.octets());
                    }
                }
            }
        }
        Self(bytes.into())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = InterfaceParts<'_>> {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            let (interface, behind) = take_interface(rest)?;
            rest = behind;
            Some(interface)
        })
    }
}

impl<'a> InterfaceParts<'a> {
    pub(crate) fn addresses(&self) -> impl Iterator<Item = IpAddr> + use<'a> {
        let mut rest = self.addresses;
        std::iter::from_fn(move || {
            let (address, behind) = take_address(rest)?;
            rest = behind;
            Some(address)
        })
    }
}

fn take_interface(bytes: &[u8]) -> Option<(InterfaceParts<'_>, &[u8])> {
    let ([name, mac, addresses], rest) = bytes.split_first_chunk()?;
    let (name, rest) = rest.split_at_checked(usize::from(*name))?;
    let (mac, rest) = match *mac {
        NO_MAC => (None, rest),
        length => rest.split_at_checked(usize::from(length)).map(|(mac, rest)| (Some(mac), rest))?,
    };
    let mut behind = rest;
    for _ in 0..*addresses {
        let (length, bytes) = behind.split_first()?;
        behind = bytes.get(usize::from(*length)..)?;
    }
    let text = |bytes| std::str::from_utf8(bytes).ok();
    let addresses = &rest[..rest.len() - behind.len()];
    let mac = match mac {
        Some(mac) => Some(text(mac)?),
        None => None,
    };
    Some((InterfaceParts { name: text(name)?, mac, addresses }, behind))
}

fn take_address(bytes: &[u8]) -> Option<(IpAddr, &[u8])> {
    let (length, rest) = bytes.split_first()?;
    match *length {
        4 => rest.split_first_chunk().map(|(octets, rest)| (Ipv4Addr::from(*octets).into(), rest)),
        _ => rest.split_first_chunk().map(|(octets, rest): (&[u8; 16], _)| (Ipv6Addr::from(*octets).into(), rest)),
    }
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST)]
}

fn length(length: usize) -> u8 {
    u8::try_from(length).expect("it was cut")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn interface() -> impl Strategy<Value = NetworkInterface> {
        let addresses = proptest::collection::vec(any::<IpAddr>(), 0..4);
        ("\\PC{0,12}", proptest::option::of("[0-9a-f:]{0,17}"), addresses).prop_map(|(name, mac, addresses)| {
            NetworkInterface { name: name.into(), mac: mac.map(Into::into), addresses: addresses.into() }
        })
    }

    proptest! {
        #[test]
        fn what_was_packed_is_read(interfaces in proptest::collection::vec(interface(), 0..5)) {
            let packed = PackedInterfaces::of(&interfaces);
            let read = packed.iter().map(|parts| NetworkInterface {
                name: parts.name.into(),
                mac: parts.mac.map(Into::into),
                addresses: parts.addresses().collect(),
            });
            prop_assert_eq!(read.collect::<Vec<_>>(), interfaces);
        }
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let long = NetworkInterface {
            name: "ø".repeat(200).into(),
            mac: None,
            addresses: (0..300).map(|_| IpAddr::from([1, 2, 3, 4])).collect(),
        };
        let packed = PackedInterfaces::of(&[long.clone(), long]);
        let read: Vec<_> = packed.iter().collect();
        assert_eq!(read.len(), 2);
        assert_eq!((read[1].name.len(), read[1].addresses().count()), (254, 254));
    }
}
