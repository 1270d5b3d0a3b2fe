//! Check 15 of `agent.md` 4.5: what the limits say to a manifest. Pure functions.

use std::collections::BTreeSet;

use fettle_model::job::Work;
use fettle_wire::document::Manifest;
use jiff::Timestamp;

use super::{Category, HostLimits, Limits, WorkKind};

/// The key that forbids work, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forbidden {
    pub key: &'static str,
    pub text: String,
}

impl Forbidden {
    fn new(key: &'static str, text: impl std::fmt::Display) -> Self {
        Self { key, text: format!("{key}: {text}") }
    }
}

impl HostLimits {
    /// The first rule that forbids `manifest`. `security` names packages whose update a security repository offers.
    pub fn forbids(&self, manifest: &Manifest, security: &BTreeSet<String>) -> Option<Forbidden> {
        if let Some(text) = &self.invalid {
            return Some(Forbidden { key: "limits.toml", text: text.clone() });
        }
        let limits = &self.limits;
        if limits.monitor_only {
            return Some(Forbidden::new("monitor-only", "this host only watches"));
        }
        if let Some(kind) = wanted(manifest).find(|kind| !limits.allows_work(*kind)) {
            return Some(Forbidden::new("allow-work", format!("{kind:?} is not allowed").to_lowercase()));
        }
        let names = || manifest.patches.iter().flat_map(|patch| &patch.packages).map(|package| package.name.as_str());
        if let (Some(allowed), Work::Install) = (&limits.allow, manifest.work) {
            let category = |name: &str| if security.contains(name) { Category::Security } else { Category::Other };
            if let Some(name) = names().find(|name| !allowed.contains(&category(name))) {
                return Some(Forbidden::new("allow", format!("{name} is not in an allowed category")));
            }
        }
        limits.forbids_package(names())
    }
}

/// Kinds of work that a manifest is of.
fn wanted(manifest: &Manifest) -> impl Iterator<Item = WorkKind> {
    let work = match manifest.work {
        Work::Install => WorkKind::Install,
        Work::Rollback => WorkKind::Rollback,
    };
    [work].into_iter().chain(manifest.options.allow_removals.then_some(WorkKind::Removals))
}

impl Limits {
    fn allows_work(&self, kind: WorkKind) -> bool {
        self.allow_work.as_ref().is_none_or(|allowed| allowed.contains(&kind))
    }

    /// The rule that forbids touching one of these packages: also for what others pull in.
    pub fn forbids_package<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Option<Forbidden> {
        for name in names {
            if let Some(pattern) = self.deny_packages.iter().find(|pattern| matches(pattern, name)) {
                return Some(Forbidden::new("deny-packages", format!("{name} fits {pattern}")));
            }
            if !self.only_packages.is_empty() && !self.only_packages.iter().any(|pattern| matches(pattern, name)) {
                return Some(Forbidden::new("only-packages", format!("{name} is not among them")));
            }
        }
        None
    }

    /// Inside one of the host's windows, or there are none.
    pub fn is_window_open(&self, now: Timestamp) -> bool {
        self.windows.is_empty() || self.windows.iter().any(|window| window.is_open(now))
    }

    pub fn is_frozen(&self, now: Timestamp) -> bool {
        self.frozen_until.is_some_and(|until| now < until)
    }

    /// Names of the keys that limit something.
    pub fn keys_in_force(&self) -> Vec<&'static str> {
        let usual = Self::default();
        let keys = [
            ("monitor-only", self.monitor_only),
            ("never-reboot", self.never_reboot),
            ("windows", !self.windows.is_empty()),
            ("allow", self.allow.is_some()),
            ("allow-work", self.allow_work.is_some()),
            ("deny-packages", !self.deny_packages.is_empty()),
            ("only-packages", !self.only_packages.is_empty()),
            ("min-approvals", self.min_approvals > usual.min_approvals),
            ("pinned-keys", !self.pinned_keys.is_empty()),
            ("labels", !self.labels.is_empty()),
            ("max-install-minutes", self.max_install_minutes != usual.max_install_minutes),
            ("frozen-until", self.frozen_until.is_some()),
        ];
        keys.into_iter().filter_map(|(key, set)| set.then_some(key)).collect()
    }
}

/// `*` stands for any characters, none too.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(part) = last.replace(part) {
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        let cases = [
            ("openssl", "openssl", true),
            ("openssl", "openssl1", false),
            ("linux-*", "linux-image-amd64", true),
            ("linux-*", "linux", false),
            ("*-dbg", "libc6-dbg", true),
            ("lib*-6-*", "libstdc++-6-dev", true),
            ("lib*ssl*", "libssl3", true),
            ("a*a", "a", false),
            ("*", "", true),
        ];
        for (pattern, name, fits) in cases {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
