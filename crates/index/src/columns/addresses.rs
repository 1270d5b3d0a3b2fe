//! IPv4 addresses of a block's assets, without their interfaces: networks are looked for here, for a walk over all
//! interfaces of all assets waits for memory at each.

use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use rustc_hash::FxHashMap;

use crate::bits::Bits;

/// No address. Of an asset with this very address it stands in `more`.
const NONE: u32 = 0;

#[derive(Debug, Default)]
pub(crate) struct AddressColumn {
    /// Most machines have no more than the loopback's and one of their own.
    first: Vec<[u32; 2]>,
    /// The others of those that have more.
    more: FxHashMap<u16, Box<[u32]>>,
}

impl AddressColumn {
    pub(super) fn set(&mut self, slot: u16, addresses: impl Iterator<Item = Ipv4Addr>) {
        let (mut first, mut more) = ([NONE; 2], Vec::new());
        let mut free = first.iter_mut();
        for address in addresses.map(u32::from) {
            match free.next() {
                Some(place) if address != NONE => *place = address,
                _ => more.push(address),
            }
        }
        let at = usize::from(slot);
        if self.first.len() <= at {
            self.first.resize(at + 1, [NONE; 2]);
        }
        self.first[at] = first;
        if more.is_empty() {
            self.more.remove(&slot);
        } else {
            self.more.insert(slot, more.into());
        }
    }

    /// Slots with an address, as a number, of the range.
    pub(crate) fn slots_within(&self, range: &RangeInclusive<u32>) -> Bits {
        if range.is_empty() {
            return Bits::default();
        }
        let low = (*range.start()).max(NONE + 1);
        let width = range.end().wrapping_sub(low);
        // Below `low` it wraps around to what is above the range; `|`: both are compared, so that nothing branches.
        let is_within = |address: u32| address.wrapping_sub(low) <= width;
        let mut slots = match *range.end() {
            NONE => Bits::default(),
            _ => Bits::of_each(&self.first, |[one, other]| is_within(*one) | is_within(*other)),
        };
        for (slot, _) in self.more.iter().filter(|(_, more)| more.iter().any(|address| range.contains(address))) {
            slots.insert(*slot);
        }
        slots
    }

    pub(super) fn shrink(&mut self) {
        self.first.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_address_is_found(steps in proptest::collection::vec((0u16..9, proptest::collection::vec(0u32..6, 0..5)), 0..30)) {
            let mut column = AddressColumn::default();
            let mut plain: std::collections::BTreeMap<u16, Vec<u32>> = std::collections::BTreeMap::new();
            for (slot, addresses) in steps {
                column.set(slot, addresses.iter().map(|address| Ipv4Addr::from(*address)));
                plain.insert(slot, addresses);
            }
            for (low, high) in (0..6).flat_map(|low| (0..6).map(move |high| (low, high))) {
                let within = |addresses: &[u32]| addresses.iter().any(|address| (low..=high).contains(address));
                let having = plain.iter().filter(|(_, addresses)| within(addresses)).map(|(slot, _)| *slot);
                let found: Vec<u16> = column.slots_within(&(low..=high)).iter().collect();
                prop_assert_eq!(found, having.collect::<Vec<_>>());
            }
        }
    }
}
