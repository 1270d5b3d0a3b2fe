//! An inventory as bytes: the sorted ids of an asset's components.
//!
//! Format 1: the byte `1`; then for each id, ascending, its distance from the one before (the first: from 0) as an
//! unsigned LEB128 number. Ids are below 2^32 and distinct, so every distance but the first is at least 1.
//! 700 components of a fleet of 200,000 take some 1.2 kB.

use crate::error::StoreError;

const FORMAT: u8 = 1;

/// Encodes `ids`, which must be sorted and distinct.
pub fn encode(ids: &[u32]) -> Vec<u8> {
    debug_assert!(ids.is_sorted_by(|left, right| left < right), "component ids are sorted and distinct");
    let mut bytes = Vec::with_capacity(1 + ids.len() * 2);
    bytes.push(FORMAT);
    let mut last = 0;
    for id in ids {
        let mut distance = id - last;
        last = *id;
        while distance >= 0x80 {
            bytes.push(0x80 | distance.to_le_bytes()[0]);
            distance >>= 7;
        }
        bytes.push(distance.to_le_bytes()[0]);
    }
    bytes
}

/// Decodes what [`encode`] made.
pub fn decode(bytes: &[u8]) -> Result<Vec<u32>, StoreError> {
    let damaged = |reason: &str| StoreError::Damaged { object: "inventory", reason: reason.to_owned() };
    let (format, distances) = bytes.split_first().ok_or_else(|| damaged("it is empty"))?;
    if *format != FORMAT {
        return Err(damaged("its format is unknown"));
    }
    let mut ids = Vec::with_capacity(distances.len());
    let mut last = 0u32;
    let mut distance = 0u64;
    let mut shift = 0;
    for byte in distances {
        distance |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 != 0 {
            shift += 7;
            if shift > 28 {
                return Err(damaged("a distance is too long"));
            }
            continue;
        }
        let step = u32::try_from(distance).map_err(|_| damaged("a distance is too large"))?;
        if step == 0 && !ids.is_empty() {
            return Err(damaged("an id stands twice"));
        }
        last = last.checked_add(step).ok_or_else(|| damaged("an id is too large"))?;
        ids.push(last);
        (distance, shift) = (0, 0);
    }
    if shift != 0 {
        return Err(damaged("it ends within a distance"));
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Format 1 as it was first released; must be read for ever.
    const FIXTURE: &str = "0100017f8001e0c308ffffff7f";

    #[test]
    fn the_released_format_is_read() {
        let ids = [0, 1, 128, 256, 140_000, 268_575_455];
        assert_eq!(hex::encode(encode(&ids)), FIXTURE);
        assert_eq!(decode(&hex::decode(FIXTURE).expect("hex")).expect("an inventory"), ids);
    }

    #[test]
    fn damage_is_found() {
        for bytes in [&[][..], &[2, 1], &[1, 0x80], &[1, 1, 0], &[1, 0xff, 0xff, 0xff, 0xff, 0x7f]] {
            assert!(decode(bytes).is_err(), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(ids in proptest::collection::btree_set(any::<u32>(), 0..2_000)) {
            let ids: Vec<u32> = ids.into_iter().collect();
            prop_assert_eq!(decode(&encode(&ids)).expect("an inventory"), ids);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }
}
