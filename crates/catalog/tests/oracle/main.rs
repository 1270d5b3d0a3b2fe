//! Rules of Debian's advisories beside two tools that share nothing with ours: `oscap`, which judges OVAL definitions
//! over libapt's view of a status file, and `debsecan`, which judges its own data over the file itself.
//!
//! What they judge with is made by the scripts in `inputs/`, from Debian's files alone. They do not judge by our rules in
//! everything: each difference must follow from what a tool does otherwise (`cause.rs`), and with all of that together
//! our rules must say what the tool says, verdict for verdict. What they do not is unexplained.

mod cause;
mod comparison;
mod fettle;
mod machine;
mod oracles;
#[path = "../formats/support.rs"]
mod support;

use std::path::Path;

use comparison::Comparison;
use oracles::Oracles;
use support::{fixture, skipped, vendor_file};

/// What the tools say of small files of our own, machine by machine: how many verdicts were equal, and what makes the
/// others differ.
#[test]
fn our_own_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = ["dsa_list", "tracker.json", "Packages"].map(|name| {
        let path = folder.path().join(name);
        fs_err::write(&path, fixture(&format!("oracle/{name}"))).expect("writable");
        path
    });
    let Some(comparison) = compare(&files, 25) else { return };
    assert_eq!(comparison.unexplained(), Vec::<String>::new());
    insta::assert_snapshot!(comparison.summary(), @r"
    oscap, advisories:
      equal 182: Installed 43, Missing 86, NotApplicable 53
      different 18: AnyState 1, EachKernel 2, HigherIsFixed 1, NativeOnly 1, OwnNumber 13
    debsecan, names and packages:
      equal 342: vulnerable 342
      different 99: EachKernel 12, Revision 14, WholeOnly 21, WrittenSource 52
    ");
}

/// The real list, the tracker's sample and the index of bookworm-security, at versions of bullseye.
#[test]
fn the_real_files() {
    let names = [
        "debian/security-tracker_DSA_list.txt",
        "vuls-data-update/debian/tracker/api/advisory.json",
        "debian_apt/bookworm-security_main_binary-amd64_Packages.xz",
    ];
    let [Some(list), Some(tracker), Some(packages)] = names.map(vendor_file) else { return };
    let Some(comparison) = compare(&[list, tracker, packages], 7) else { return };
    assert_eq!(comparison.unexplained(), Vec::<String>::new());
    insta::assert_snapshot!(comparison.summary(), @r"
    oscap, advisories:
      equal 2599: Installed 657, Missing 934, NotApplicable 1008
      different 229: AnyState 71, AnyState and EachKernel 3, AnyState and NativeOnly 1, HigherIsFixed 108, NativeOnly 36, NativeOnly and HigherIsFixed 7, OwnNumber 3
    debsecan, names and packages:
      equal 17568: vulnerable 17568
      different 1967: EachKernel 41, Revision 76, WholeOnly 1142, WrittenSource 708
    ");
}

fn compare<P: AsRef<Path>>([list, tracker, packages]: &[P; 3], machines: usize) -> Option<Comparison> {
    let oracles = Oracles::new([list.as_ref(), tracker.as_ref(), packages.as_ref()], machines)?;
    let rules = fettle::Rules::read(list.as_ref(), tracker.as_ref());
    Some(Comparison::of(&rules, &oracles))
}
