//! Queries in plain English (`qql.md` 7).

use fettle_qql::Entity;

use crate::support::read;

#[test]
fn each_construct_is_said() {
    let said = |entity, texts: &[&str]| {
        texts.iter().map(|text| format!("{text}\n  {}", read(entity, text).sentence())).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(said(Entity::Asset, &[
        "", "web", "platform:Linux and name:web*", "platform:Linux and (name:a b or not fqdn:\"x y\")",
        "name:`A b`", "name:[a,b]",
        "not name:[a,b]", "platform:[Linux,Windows]", "timezone:Europe/*", "not pendingReboot:true",
        "hardware.cpuCount>4",
        "hardware.cpuCount:[1 .. 8)", "hardware.cpuCount:[1,2]", "created>=2026-05", "created:2026",
        "not created<2026", "agentVersion<1.4",
        "interfaces.address:10.0.0.0/8", "not interfaces.address:10.0.0.0/8", "lastLoggedOnUser is null", "name:*",
        "interfaces:(address:10.0.0.0/8 and interfaceName:eth0)", "not components:(name:openssl and version<3.0.12)",
        "patches:(vendorSeverity>=Important and patchStatus:Missing)", "not (platform:Linux or web)",
        "patches:(isLatest:true and not isSecurity:true and isHidden:false)",
    ]), @r#"

      All assets
    web
      Assets for which one of its texts has the word "web"
    platform:Linux and name:web*
      Assets for which platform is Linux and name has a word like "web*"
    platform:Linux and (name:a b or not fqdn:"x y")
      Assets for which platform is Linux and (name has any of the words "a", "b" or fqdn does not have the words "x y" side by side)
    name:`A b`
      Assets for which name is exactly "A b"
    name:[a,b]
      Assets for which name has the word "a" or has the word "b"
    not name:[a,b]
      Assets for which name does not have the word "a" and does not have the word "b"
    platform:[Linux,Windows]
      Assets for which platform is Windows or Linux
    timezone:Europe/*
      Assets for which timezone is like "Europe/*"
    not pendingReboot:true
      Assets for which pending reboot is not true
    hardware.cpuCount>4
      Assets for which hardware cpu count is more than 4
    hardware.cpuCount:[1 .. 8)
      Assets for which hardware cpu count is from 1 to less than 8
    hardware.cpuCount:[1,2]
      Assets for which hardware cpu count is 1 or 2
    created>=2026-05
      Assets for which created is 2026-05-01T00:00:00Z or after it
    created:2026
      Assets for which created is from 2026-01-01T00:00:00Z to before 2027-01-01T00:00:00Z
    not created<2026
      Assets for which created is not before 2026-01-01T00:00:00Z
    agentVersion<1.4
      Assets for which agent version is below 1.4
    interfaces.address:10.0.0.0/8
      Assets for which some interfaces address is 10.0.0.0/8
    not interfaces.address:10.0.0.0/8
      Assets for which no interfaces address is 10.0.0.0/8
    lastLoggedOnUser is null
      Assets for which last logged on user has no value
    name:*
      Assets for which name has a value
    interfaces:(address:10.0.0.0/8 and interfaceName:eth0)
      Assets for which one of its interfaces fits (address is 10.0.0.0/8 and interface name is "eth0")
    not components:(name:openssl and version<3.0.12)
      Assets for which none of its components fits (name has the word "openssl" and version is below 3.0.12)
    patches:(vendorSeverity>=Important and patchStatus:Missing)
      Assets for which there is a patch, with its finding, for which (vendor severity is Important or Critical and patch status is Missing)
    not (platform:Linux or web)
      Assets for which it is not so that (platform is Linux or one of its texts has the word "web")
    patches:(isLatest:true and not isSecurity:true and isHidden:false)
      Assets for which there is a patch, with its finding, for which (it is latest and it is not security and it is not hidden)
    "#);
    insta::assert_snapshot!(said(Entity::Component, &["openssl and not assets:(platform:Linux)"]), @r#"
    openssl and not assets:(platform:Linux)
      Components for which one of its texts has the word "openssl" and there is no asset for which (platform is Linux)
    "#);
}
