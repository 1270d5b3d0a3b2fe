//! The canonical patch record (`catalogue.md` 1), as far as sources exist that fill it.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::article::Article;
use crate::component::Repository;
use crate::hash::Sha256;
use crate::ids::PatchId;
use crate::package_kind::PackageKind;
use crate::severity::Severity;

/// Namespace of patch ids (`catalogue.md` 1).
const NAMESPACE: Uuid = Uuid::from_u128(0x8f1d_5e0a_6f0b_5b0c_9a55_3b1c_2f7d_9e10);

impl PatchId {
    /// Version 5 of vendor, native id, product key and architecture, lower-cased, joined by U+000A: the same patch
    /// gets the same id from every source and at every import.
    pub fn derive(vendor: &str, native_id: &str, product: &str, architecture: &str) -> Self {
        let name = [vendor, native_id, product, architecture].map(str::to_lowercase).join("\n");
        Self(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PatchKind {
    Security,
    Bugfix,
    Enhancement,
    /// Something new, such as a package that was not there before.
    Feature,
    ServicePack,
}

/// Who vouches for a package that machines reported (`catalogue.md` 5.1), from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Corroboration {
    /// Speaks for the assets that reported it, and for no other.
    Reported,
    /// Three assets reported the same package, version and hash.
    ThreeAssets,
    /// Found in an index that is signed by a key of the server's own keyring.
    SignedIndex,
    /// The vendor's own advisory says so.
    Advisory,
}

/// What a patch's package is compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum MatchedBy {
    /// An installed package of this name, by its own version.
    #[default]
    Name,
    /// Every installed package of this source package, by the source's version: as advisories speak.
    Source,
}

/// One patch: of an advisory, what it fixes in one release; of an apt repository without one, one version of one source
/// package in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Patch {
    pub id: PatchId,
    /// Other ids under which it was known: an update that machines offered becomes the one of its advisory.
    #[serde(default)]
    pub aliases: Vec<PatchId>,
    pub native_ids: Vec<NativeId>,
    /// Up to 512 characters.
    pub title: String,
    /// Up to 16,384 characters.
    pub description: String,
    pub vendor: String,
    pub kind: PatchKind,
    /// Severity by the vendor's own word. A changelog's `urgency` is not one.
    pub severity: Severity,
    /// The changelog's `urgency=`: the priority for migration between suites, never a severity.
    pub urgency: Option<String>,
    /// `None` until a changelog or an advisory was read; then perhaps empty.
    pub cves: Option<Vec<String>>,
    /// Product key, such as `debian:12`.
    pub product: String,
    /// Of its packages, and of its source's version.
    #[serde(default)]
    pub package_kind: PackageKind,
    /// Where it comes from, and must be configured on the asset; `None` for an advisory, which says nothing of it.
    pub repository: Option<Repository>,
    pub source: String,
    pub source_version: String,
    /// Those of rpms are sorted.
    pub packages: Vec<PatchPackage>,
    pub published: Option<Timestamp>,
    /// When the vendor last changed what it says; `None` where it does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<Timestamp>,
    pub reboot: Reboot,
    /// The advisory's page; http or https.
    #[serde(default)]
    pub advisory_link: Option<String>,
    /// Of an update of Windows or of a program on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<WindowsUpdate>,
    /// Its feed took it back: it applies nowhere, replaces nothing and is never deployed, until the feed brings it back.
    #[serde(default, skip_serializing_if = "is_false")]
    pub withdrawn: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// What a vendor's table says of an update of Windows or of a program on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WindowsUpdate {
    pub article: Article,
    /// Directly, sorted; the table need not list them for this product.
    pub replaces: Vec<Article>,
    /// Names of products that the table writes it for and that are one here, sorted.
    pub products: Vec<String>,
}

/// What people decided about a patch (`patch-management.md` 6.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchState {
    /// No job deploys a disabled one, and it replaces nothing.
    pub enabled: bool,
    /// Why it is left out of lists, counts and mails, in 1–500 characters; `None`: it is shown.
    pub hidden: Option<String>,
}

impl Default for PatchState {
    fn default() -> Self {
        Self { enabled: true, hidden: None }
    }
}

impl PatchState {
    pub const fn is_hidden(&self) -> bool {
        self.hidden.is_some()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NativeId {
    /// `APT`, `DSA`, `KB` ….
    pub scheme: String,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatchPackage {
    pub name: String,
    /// Of its kind: `amd64`, `all`, `x86_64`, `noarch` …; `any` for a source package.
    pub architecture: String,
    pub fixed_version: String,
    /// Module stream of an rpm (`nodejs:18`); empty for all others.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stream: String,
    pub size_bytes: Option<u64>,
    pub sha256: Option<Sha256>,
    /// Each package stands for itself: a claim about one cannot ride on the proof of another.
    pub corroboration: Corroboration,
    #[serde(default)]
    pub by: MatchedBy,
    /// Of a source package, what the distribution says of versions from outside of the release; `None`: nothing is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreign: Option<ForeignFix>,
}

/// What tells a version of a source package from outside of its release (backports, another release), and since which
/// version unstable has the fix (`catalogue.md` 5.2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ForeignFix {
    /// Highest version in the release's own suites; what is above it is foreign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
    /// In unstable; the highest of all flaws that the patch fixes, as far as they are named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    /// Each flaw of the patch is fixed in unstable at `fixed`, or never was in it.
    pub is_complete: bool,
}

/// Stands for the stream of a module's package where its vendor's file does not tell it. No machine has it: such a package
/// is judged nowhere, and is named so that it can be said.
pub const STREAM_NOT_TOLD: &str = "?";

impl PatchPackage {
    /// The same but for its version.
    fn is_same_package(&self, other: &Self) -> bool {
        self.name == other.name
            && self.stream == other.stream
            && is_same_architecture(&self.architecture, &other.architecture)
    }
}

/// A package may go from one architecture to `all` or `noarch` and back; to its package manager it stays the same.
pub fn is_same_architecture(left: &str, right: &str) -> bool {
    let is_any = |architecture: &str| matches!(architecture, "all" | "noarch");
    left == right || is_any(left) || is_any(right)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Reboot {
    Never,
    Maybe,
    Always,
}

impl Patch {
    /// Whatever fixes a vulnerability is for security, too (`catalogue.md` 1.2).
    pub fn is_security(&self) -> bool {
        self.kind == PatchKind::Security || self.cves.as_ref().is_some_and(|cves| !cves.is_empty())
    }

    /// `catalogue.md` 1.2.
    pub fn category(&self) -> &'static str {
        match self.kind {
            PatchKind::Security => "Security Patches",
            PatchKind::ServicePack => "Service Packs",
            PatchKind::Bugfix | PatchKind::Enhancement | PatchKind::Feature => "Non-security Patches",
        }
    }

    /// The native id of a scheme: `KB`, `BULLETIN`.
    pub fn native_id(&self, scheme: &str) -> Option<&str> {
        let found = self.native_ids.iter().find(|native| native.scheme == scheme);
        found.map(|native| native.value.as_str())
    }

    /// The vendor's advisory that it is of, such as `DSA-5000-1`.
    pub fn advisory(&self) -> Option<&str> {
        let advisories = self.native_ids.iter().filter(|native| native.scheme != "APT");
        advisories.map(|native| native.value.as_str()).next()
    }

    /// Where it is known from: the repository, or the vendor's advisories.
    pub fn origin(&self) -> String {
        match &self.repository {
            Some(repository) => repository.to_string(),
            None if self.package_kind == PackageKind::WindowsUpdate => format!("{} updates", self.vendor),
            None => format!("{} advisories", self.vendor),
        }
    }

    /// By the versions of their source package; patches of one chain are of one kind.
    pub fn compare_versions(&self, other: &Self) -> Ordering {
        self.package_kind.compare(&self.source_version, &other.source_version)
    }

    /// May it replace an older one of its chain? It has to bring all that the older one fixes. A source package of Debian
    /// brings all its binaries, so that only an advisory's other source packages are looked at; an advisory of rpms lists
    /// the packages that it brings.
    pub fn covers(&self, older: &Self) -> bool {
        match self.package_kind {
            PackageKind::Deb => older.further_sources().all(|wanted| self.brings(wanted)),
            PackageKind::Rpm => older.packages.iter().all(|wanted| self.brings(wanted)),
            PackageKind::WindowsUpdate => false,
        }
    }

    /// Has it the package, at the same or a higher version?
    fn brings(&self, wanted: &PatchPackage) -> bool {
        // Two kernels list a hundred rpms each; of Debian's few nobody keeps the order.
        let is_sorted = self.package_kind == PackageKind::Rpm;
        let from = if is_sorted { self.packages.partition_point(|package| package.name < wanted.name) } else { 0 };
        let named = self.packages[from..].iter().take_while(|package| !is_sorted || package.name == wanted.name);
        let alike = named.filter(|package| package.by == wanted.by && package.is_same_package(wanted));
        alike.map(|package| &package.fixed_version).any(|fixed| {
            fixed == &wanted.fixed_version || self.package_kind.compare(fixed, &wanted.fixed_version).is_ge()
        })
    }

    /// Source packages that an advisory names beside the one by which it stands in its chain.
    fn further_sources(&self) -> impl Iterator<Item = &PatchPackage> {
        self.packages.iter().filter(|package| package.by == MatchedBy::Source && package.name != self.source)
    }

    /// Is it sure to cover any older one, and to be covered by any newer one, that is like this, too?
    pub fn is_of_one_source(&self) -> bool {
        self.package_kind == PackageKind::Deb && self.further_sources().next().is_none()
    }

    /// True where it is of modules alone whose streams are not told.
    pub fn is_untold(&self) -> bool {
        !self.packages.is_empty() && self.packages.iter().all(|package| package.stream == STREAM_NOT_TOLD)
    }

    /// What its rule looks at: an advisory's source packages where it has some, else the packages that were offered.
    pub fn judged_packages(&self) -> impl Iterator<Item = &PatchPackage> {
        let of_advisory = self.packages.iter().any(|package| package.by == MatchedBy::Source);
        let by = if of_advisory { MatchedBy::Source } else { MatchedBy::Name };
        self.packages.iter().filter(move |package| package.by == by)
    }

    /// What the least trusted of its judged packages has; a patch without packages is only reported, if it is not its
    /// vendor's update.
    pub fn corroboration(&self) -> Corroboration {
        if self.update.is_some() {
            return Corroboration::Advisory;
        }
        self.judged_packages().map(|package| package.corroboration).min().unwrap_or(Corroboration::Reported)
    }

    /// Sum of its packages' archives, in bytes; unknown when one is, or when none is known.
    pub fn size_bytes(&self) -> Option<u64> {
        let mut archives = self.packages.iter().filter(|package| package.by == MatchedBy::Name).peekable();
        archives.peek()?;
        archives.map(|package| package.size_bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As servers stored it that knew of no withdrawal: it reads, and is written as it was.
    #[test]
    fn a_record_without_a_word_of_withdrawal_is_in_force() {
        let stored = r#"{"id":"9d6f2a54-6c7e-5d0e-8f0e-2f0f6b1f4b11","aliases":[],"nativeIds":[{"scheme":"ALSA",
            "value":"ALSA-2026:0001"}],"title":"ALSA-2026:0001 example","description":"","vendor":"AlmaLinux",
            "kind":"Security","severity":"Important","urgency":null,"cves":["CVE-2026-1001"],"product":"almalinux:9",
            "packageKind":"Rpm","repository":null,"source":"example","sourceVersion":"1:1.0-10.el9","packages":[
            {"name":"example","architecture":"x86_64","fixedVersion":"1:1.0-10.el9","sizeBytes":null,"sha256":null,
            "corroboration":"Advisory","by":"Name"}],"published":"2026-03-01T16:09:29Z","modified":"2026-03-02T00:00:00Z",
            "reboot":"Never","advisoryLink":null}"#;
        let stored: serde_json::Value = serde_json::from_str(stored).expect("JSON");
        let patch: Patch = serde_json::from_value(stored.clone()).expect("a record");
        assert!(!patch.withdrawn);
        assert_eq!(serde_json::to_value(&patch).expect("JSON"), stored);
        let withdrawn = Patch { withdrawn: true, ..patch };
        let written = serde_json::to_value(&withdrawn).expect("JSON");
        assert_eq!(written["withdrawn"], true);
        assert_eq!(serde_json::from_value::<Patch>(written).expect("a record"), withdrawn);
    }

    #[test]
    fn ids_are_derived_and_ignore_case() {
        let id = PatchId::derive("Debian", "openssl 3.0.18-1~deb12u1", "debian:12", "any");
        assert_eq!(id, PatchId::derive("debian", "OpenSSL 3.0.18-1~deb12u1", "Debian:12", "ANY"));
        assert_eq!(id.uuid().get_version_num(), 5);
    }
}
