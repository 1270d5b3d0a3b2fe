//! Why another tool's verdict may differ from ours: what it does otherwise, each as a change of what ours judges.
//!
//! A difference is explained by the smallest set of causes under which our own rule gives the tool's verdict.

use std::collections::BTreeSet;

use fettle_model::debian_source::{is_side_by_side, unsigned};

use crate::machine::Package;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cause {
    /// OVAL compares a binary's own version with the fixed version of its source.
    OwnNumber,
    /// libapt knows a package in any state but removed: unpacked ones and half-installed ones too.
    AnyState,
    /// libapt finds the native package of a name alone.
    NativeOnly,
    /// Each kernel counts, not the newest of its kind.
    EachKernel,
    /// A version above the fixed one has the fix, also one of backports or of another release.
    HigherIsFixed,
    /// Only packages that are installed whole: none half-configured, none with pending triggers.
    WholeOnly,
    /// A signed kernel's or boot loader's source is its own, of which no advisory speaks.
    WrittenSource,
    /// A vulnerability is fixed by the revision that names it; for us the advisory is one, at its newest version.
    Revision,
}

pub(crate) const OF_OSCAP: [Cause; 5] =
    [Cause::OwnNumber, Cause::AnyState, Cause::NativeOnly, Cause::EachKernel, Cause::HigherIsFixed];
pub(crate) const OF_DEBSECAN: [Cause; 4] = [Cause::WholeOnly, Cause::WrittenSource, Cause::EachKernel, Cause::Revision];

pub(crate) type Causes = BTreeSet<Cause>;

/// Every set of `causes`, smaller ones first.
pub(crate) fn sets(causes: &[Cause]) -> Vec<Causes> {
    let is_in = |set: usize, at: usize| set >> at & 1 == 1;
    let of = |set| causes.iter().enumerate().filter(move |(at, _)| is_in(set, *at)).map(|(_, cause)| *cause).collect();
    let mut sets: Vec<Causes> = (0..1 << causes.len()).map(of).collect();
    sets.sort_by_key(Causes::len);
    sets
}

/// The package as it is judged under these causes; none where it is not looked upon.
pub(crate) fn judged(package: &Package, causes: &Causes) -> Option<Package> {
    let has = |cause| causes.contains(&cause);
    let (source, _) = unsigned(&package.source, &package.source_version);
    let is_there = match package.state.as_str() {
        state if has(Cause::AnyState) => state != "config-files",
        state if has(Cause::WholeOnly) => state == "installed",
        _ => package.is_reported(),
    };
    let is_native = matches!(package.architecture.as_str(), "amd64" | "all");
    if !is_there || has(Cause::NativeOnly) && !is_native || has(Cause::WrittenSource) && source != package.source {
        return None;
    }
    if has(Cause::OwnNumber) {
        let (source, source_version) = (source.into_owned(), package.version.clone());
        return Some(Package { source, source_version, ..package.clone() });
    }
    Some(package.clone())
}

/// Packages that are judged together: all, or each kernel alone.
pub(crate) fn groups(packages: Vec<Package>, causes: &Causes) -> Vec<Vec<Package>> {
    if !causes.contains(&Cause::EachKernel) {
        return vec![packages];
    }
    let is_kernel = |package: &Package| is_side_by_side(&unsigned(&package.source, &package.source_version).0);
    let (kernels, others) = packages.into_iter().partition(is_kernel);
    let alone = |kernels: Vec<Package>| kernels.into_iter().map(|kernel| vec![kernel]);
    std::iter::once(others).chain(alone(kernels)).collect()
}
