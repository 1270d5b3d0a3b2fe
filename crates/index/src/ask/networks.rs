//! Conditions about addresses of interfaces.

use std::net::IpAddr;
use std::ops::{Bound, RangeInclusive};

use fettle_qql::token::TokenId;
use fettle_qql::tokens::AssetToken;
use fettle_qql::typed::{Expression, Form, Test};
use fettle_qql::value::Interval;

use super::interfaces::each_value_of_interface;
use super::resolved::element_holds;
use crate::bits::Bits;
use crate::block::Block;

/// Slots with an address of the token's family in one of the ranges.
pub(super) fn slots_with_address(block: &Block, token: AssetToken, ranges: &[Interval<IpAddr>]) -> Bits {
    if token == AssetToken::InterfacesAddress {
        let mut slots = Bits::default();
        for range in ranges.iter().filter_map(of_ipv4) {
            slots.add(&block.columns.facts.ipv4.slots_within(&range));
        }
        return slots.and(block.columns.taken());
    }
    let is_wanted = |slot: &u16| {
        let mut addresses = block.columns.facts.interfaces(*slot).flat_map(|interface| interface.addresses());
        addresses.any(|address| address.is_ipv6() && ranges.iter().any(|range| range.contains_address(&address)))
    };
    block.columns.taken().iter().filter(is_wanted).collect()
}

/// The IPv4 addresses of a range as numbers; none of a range of the other family.
fn of_ipv4(range: &Interval<IpAddr>) -> Option<RangeInclusive<u32>> {
    let number = |address: &IpAddr| match address {
        IpAddr::V4(address) => Some(u32::from(*address)),
        IpAddr::V6(_) => None,
    };
    let low = match &range.low {
        Bound::Included(low) => number(low)?,
        Bound::Excluded(low) => number(low)?.checked_add(1)?,
        Bound::Unbounded => 0,
    };
    let high = match &range.high {
        Bound::Included(high) => number(high)?,
        Bound::Excluded(high) => number(high)?.checked_sub(1)?,
        Bound::Unbounded => u32::MAX,
    };
    Some(low..=high)
}

/// Slots with an interface for which an expression holds.
pub(super) fn slots_with_interface(block: &Block, inner: &Expression) -> Bits {
    let is_wanted = |slot: &u16| {
        let interfaces = block.columns.facts.interfaces(*slot);
        let mut wanted = interfaces.filter(|&interface| {
            element_holds(inner, &|token, visit| {
                if let TokenId::Asset(token) = token.id {
                    each_value_of_interface(interface, token, visit);
                }
            })
        });
        wanted.next().is_some()
    };
    // The interfaces of machines outside a network need not be looked at.
    let within = required(inner).map(|(token, ranges)| slots_with_address(block, token, ranges));
    within.as_ref().unwrap_or_else(|| block.columns.taken()).iter().filter(is_wanted).collect()
}

/// Addresses of which an interface has to have one.
fn required(expression: &Expression) -> Option<(AssetToken, &[Interval<IpAddr>])> {
    match &expression.form {
        Form::And(parts) => parts.iter().find_map(required),
        Form::Leaf(leaf) => match (leaf.token.id, &leaf.test) {
            (TokenId::Asset(token), Test::Address(ranges)) if is_of_interface(token) => Some((token, ranges)),
            _ => None,
        },
        _ => None,
    }
}

pub(super) const fn is_of_interface(token: AssetToken) -> bool {
    matches!(token, AssetToken::InterfacesAddress | AssetToken::InterfacesIpv6Address)
}
