//! Linux machines without an agent: lists of packages against advisories.

use fettle_catalog::host::Unreadable;
use fettle_catalog::host::packages::{Inventory, assess, gathered};
use fettle_catalog::rpm::patches;
use fettle_model::patch::Patch;

use crate::support::{fixture, vendor_file};

const WITHOUT_EPOCHS: &str = "gpg-pubkey-8483c65d-5ccc5b19
example-1.0-2.el9.x86_64
example-libs-1.0-10.el9.x86_64
kernel-core-5.14.0-70.el9.x86_64
kernel-core-5.14.0-70.1.1.el9.x86_64
";

fn advisories() -> Vec<Patch> {
    patches::read(fixture("updateinfo.xml").as_slice()).expect("a list").0
}

fn missing(list: &str) -> Vec<String> {
    let patches = advisories();
    let inventory = Inventory::of_rpm(list).expect("a list");
    let assessment = assess(&patches, ("almalinux", "9.3"), &inventory).expect("known");
    let mut names: Vec<_> =
        assessment.missing().map(|finding| finding.patch.advisory().expect("of an advisory").to_owned()).collect();
    names.sort();
    names
}

#[test]
fn versions_are_compared_without_epochs_where_the_list_has_none() {
    assert!(!Inventory::of_rpm(WITHOUT_EPOCHS).expect("a list").has_epochs);
    assert_eq!(missing(WITHOUT_EPOCHS), ["ALBA-2026:0002", "ALSA-2026:0001"]);
    let patched = "example-1.0-10.el9.x86_64\nexample-libs-1.0-11.el9.x86_64\n";
    assert_eq!(missing(patched), Vec::<String>::new());
    // With epochs the same versions are older than the fix, whose epoch is 1.
    let with_epochs = "dbus-1:1.12-1.el9.x86_64\nexample-1.0-10.el9.x86_64\nexample-libs-1:1.0-11.el9.x86_64\n";
    assert_eq!(missing(with_epochs), ["ALSA-2026:0001"]);
}

#[test]
fn a_module_s_package_is_not_judged_and_said_so() {
    let patches = advisories();
    let list = "bash-5.1-1.el9.x86_64\nnodejs-18.19.0-1.module_el9.4.0+1+a.x86_64\n";
    let inventory = Inventory::of_rpm(list).expect("a list");
    let assessment = assess(&patches, ("almalinux", "9.4"), &inventory).expect("known");
    let undetermined: Vec<_> = assessment.undetermined.iter().filter_map(|patch| patch.advisory()).collect();
    assert_eq!((assessment.missing().count(), undetermined), (0, vec!["ALSA-2026:0004"]));
}

/// Rocky Linux's files tell no streams: such an advisory must not vanish.
#[test]
fn an_advisory_whose_stream_is_not_told_is_said_to_be_undetermined() {
    let text =
        String::from_utf8(fixture("updateinfo.xml")).expect("text").replace("short=\"nodejs-18\"", "short=\"x\"");
    let text = text.replace("<module ", "<left-out ");
    let patches = patches::read(text.as_bytes()).expect("a list").0;
    let untold = patches.iter().find(|patch| patch.advisory() == Some("ALSA-2026:0004")).expect("it is there");
    assert!(untold.is_untold(), "{:?}", untold.packages);
    let inventory = Inventory::of_rpm("bash-5.1-1.el9.x86_64\nnodejs-18.19.0-1.module_el9.4.0+1+a.x86_64\n");
    let inventory = inventory.expect("a list");
    let assessment = assess(&patches, ("almalinux", "9.4"), &inventory).expect("known");
    let undetermined: Vec<_> = assessment.undetermined.iter().filter_map(|patch| patch.advisory()).collect();
    assert_eq!((assessment.missing().count(), undetermined), (0, vec!["ALSA-2026:0004"]));
}

#[test]
fn several_files_may_speak_of_one_advisory() {
    let once = advisories();
    let twice = gathered(once.iter().cloned().chain(once.iter().cloned()));
    assert_eq!(twice, once);
}

/// The later advisory of the chain fixes one of the two sources alone.
#[test]
fn an_advisory_of_two_sources_is_not_replaced_by_one_of_them() {
    let list = "[01 Apr 2026] DSA-9002-1 media1 - security update\n\t[bullseye] - media1 1.8-2\n\
                [01 Mar 2026] DSA-9001-1 media0 media1 - security update\n\
                \t[bullseye] - media0 0.10-2\n\t[bullseye] - media1 1.8-1\n";
    let status = |name: &str, version: &str| {
        format!("Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n")
    };
    let patches = fettle_catalog::debian::patches::read(list.as_bytes()).expect("a list").0;
    let missing = |old: &str, new: &str| {
        let status = format!("{}{}", status("media0", old), status("media1", new));
        let inventory = Inventory::of_dpkg(status.as_bytes()).expect("a status");
        let assessment = assess(&patches, ("debian", "11"), &inventory).expect("known");
        assessment.missing().map(|finding| finding.patch.advisory().expect("one").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(missing("0.10-1", "1.8-2"), ["DSA-9001-1"]);
    assert_eq!(missing("0.10-2", "1.8-1"), ["DSA-9002-1"]);
    assert_eq!(missing("0.10-2", "1.8-2"), Vec::<String>::new());
}

#[test]
fn dpkg_s_status_is_read_as_agents_read_it() {
    let status = "Package: lvm2\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.03.11-1\n\n\
                  Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n\n\
                  Package: dmsetup\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2:1.02.175-1\nSource: lvm2 (2.03.11-1)\n";
    let inventory = Inventory::of_dpkg(status.as_bytes()).expect("a status");
    assert_eq!(inventory.packages.len(), 2);
    let list = "[01 Apr 2026] DSA-9001-1 lvm2 - security update\n\t{CVE-2026-1001}\n\t[bullseye] - lvm2 2.03.11-2\n";
    let patches = fettle_catalog::debian::patches::read(list.as_bytes()).expect("a list").0;
    let assessment = assess(&patches, ("debian", "11"), &inventory).expect("known");
    assert_eq!(assessment.missing().map(|finding| finding.judgement.packages.len()).collect::<Vec<_>>(), [2]);
    let unknown = assess(&patches, ("debian", "12"), &inventory).expect_err("nothing about it");
    assert_eq!(unknown, Unreadable::NoAdvisory("debian:12".to_owned()));
    let rpms = Inventory::of_rpm("lvm2-2.03.11-1.x86_64\n").expect("a list");
    assert!(assess(&patches, ("debian", "11"), &rpms).is_err(), "advisories of the other kind of packages");
}

#[test]
fn what_is_no_list_is_refused_with_its_line() {
    assert_eq!(Inventory::of_rpm("bash-5.1-1.el9.x86_64\nbash\n"), Err(Unreadable::Package(2)));
    assert_eq!(Inventory::of_rpm("bash-5.1-1.el9.x86_64 extra words\n"), Err(Unreadable::Package(1)));
    assert_eq!(Inventory::of_rpm("\n"), Err(Unreadable::NoPackage));
    assert_eq!(Inventory::of_dpkg(&b"Package: a\n"[..]), Err(Unreadable::NoPackage));
    assert!(matches!(Inventory::of_dpkg(&b"no status\n"[..]), Err(Unreadable::Status(_))));
}

/// A machine of release 6 with what came with 6.0.
#[test]
fn a_machine_of_centos_6_against_the_real_list() {
    let Some(path) = vendor_file("updateinfo/centos_cesa_updateinfo.xml") else { return };
    let patches = patches::read(fs_err::read(path).expect("readable").as_slice()).expect("the real file").0;
    let list = "openssl-1.0.0-4.el6.x86_64\nbash-4.1.2-3.el6.x86_64\nkernel-2.6.32-71.el6.x86_64\n";
    let inventory = Inventory::of_rpm(list).expect("a list");
    let assessment = assess(&patches, ("centos", "6.0"), &inventory).expect("known");
    let of = |name: &str| {
        let about = assessment.findings.iter().filter(|finding| finding.patch.source == name);
        (about.clone().count(), about.filter(|finding| finding.replaced_by.is_empty()).count())
    };
    // CESA-2012:0518 brings openssl098e as well, which no later advisory of openssl does: nothing replaces it. The kernel of
    // CESA-2105:X001, which is that of a Xen host, is higher than all and brings less than the ordinary ones do.
    for (name, expected) in [("openssl", 2), ("bash", 1), ("kernel", 2)] {
        let (all, latest) = of(name);
        assert!(all > 1 && latest == expected, "{name}: {latest} of {all}");
    }
    let mut latest: Vec<_> = assessment.missing().map(|finding| finding.patch.source.as_str()).collect();
    latest.sort_unstable();
    // One of the Xen hosts' advisories names its driver e1000e before its kernel.
    assert_eq!(latest, ["bash", "e1000e", "kernel", "kernel", "openssl", "openssl"]);
}
