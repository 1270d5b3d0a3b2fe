//! Values of a network interface.

use std::net::IpAddr;

use fettle_qql::tokens::AssetToken;

use super::value::Value;
use crate::columns::InterfaceParts;

pub(super) fn each_value_of_interface(
    interface: InterfaceParts<'_>,
    token: AssetToken,
    visit: &mut dyn FnMut(Value<'_>),
) {
    let addresses = |wanted: fn(&IpAddr) -> bool| interface.addresses().filter(wanted).map(Value::Address);
    match token {
        AssetToken::InterfacesAddress => addresses(IpAddr::is_ipv4).for_each(visit),
        AssetToken::InterfacesIpv6Address => addresses(IpAddr::is_ipv6).for_each(visit),
        AssetToken::InterfacesMacAddress => interface.mac.and_then(Value::text).into_iter().for_each(visit),
        AssetToken::InterfacesInterfaceName => Value::text(interface.name).into_iter().for_each(visit),
        _ => {}
    }
}
