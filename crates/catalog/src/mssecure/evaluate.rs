//! One machine judged as `HFNetChk` judged it (`catalogue.md` 5.8, steps 1 to 8).

use std::collections::HashMap;

use fettle_model::version::windows::Version;

use super::{Command, Datastore, FileChange, Patch, ProductId, RegistryChange, ServicePackId};
use crate::judge::{Evidence, MAX_EVIDENCE, fact};

/// What is known of a machine. Names and paths are in lower case, paths with their variables (`%windir%`) in place.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// Everything installed: the system itself, and products such as Internet Information Services.
    pub products: Vec<(ProductId, ServicePackId)>,
    pub files: HashMap<String, FileFact>,
    /// By key and value name.
    pub registry: HashMap<(String, String), String>,
    /// Checksums are compared on English systems only: other languages have other files.
    pub is_english: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFact {
    pub version: Option<Version>,
    pub checksum: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    Missing,
    /// There, but not as expected: a newer version, or another checksum.
    Warning,
    Installed,
    /// There is no file and no registry value to look at.
    Undetermined,
}

impl Status {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "Missing",
            Self::Warning => "Warning",
            Self::Installed => "Installed",
            Self::Undetermined => "Undetermined",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistryChecks {
    Made,
    /// `catalogue.mssecure.checkRegistry` off.
    LeftOut,
}

/// The result for one patch that applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Place in [`Datastore::patches`].
    pub patch: usize,
    pub status: Status,
    /// Another patch that applies here replaces it, directly or through others.
    pub is_superseded: bool,
    /// Why Undetermined is, or which check decided, deciding ones first.
    pub evidence: Vec<Evidence>,
}

/// Judges all patches of the file that apply to the machine, in the file's order.
pub fn evaluate(store: &Datastore, machine: &Machine, registry: RegistryChecks) -> Vec<Finding> {
    let applies: Vec<bool> = store.patches.iter().map(|patch| applies(patch, machine)).collect();
    let applying = applies.iter().enumerate().filter(|(_, applies)| **applies);
    applying
        .map(|(place, _)| {
            let (status, evidence) = judge(&store.patches[place], machine, registry);
            Finding { patch: place, status, is_superseded: is_superseded(store, place, &applies), evidence }
        })
        .collect()
}

/// Step 2: the product is affected on the service pack that is installed.
fn applies(patch: &Patch, machine: &Machine) -> bool {
    let is_installed = |(product, service_pack): &(ProductId, ServicePackId)| {
        patch
            .affects
            .iter()
            .any(|affected| affected.product == *product && affected.service_packs.contains(service_pack))
    };
    machine.products.iter().any(is_installed)
}

/// Step 3. "Replaces" is transitive, also through patches that do not apply here; what replaces must apply itself.
fn is_superseded(store: &Datastore, patch: usize, applies: &[bool]) -> bool {
    let mut seen = vec![false; applies.len()];
    let mut waiting = vec![patch];
    seen[patch] = true;
    while let Some(older) = waiting.pop() {
        for newer in store.replaced_by(older) {
            if applies[*newer] && *newer != patch {
                return true;
            }
            if !std::mem::replace(&mut seen[*newer], true) {
                waiting.push(*newer);
            }
        }
    }
    false
}

/// Steps 4 to 8.
fn judge(patch: &Patch, machine: &Machine, registry: RegistryChecks) -> (Status, Vec<Evidence>) {
    let mut checks: Vec<(Status, Evidence)> = Vec::new();
    if registry == RegistryChecks::Made {
        checks.extend(patch.registry.iter().filter_map(|change| check_registry(change, machine)));
    }
    checks.extend(patch.files.iter().filter_map(|change| check_file(change, machine)));
    checks.sort_by_key(|(status, _)| *status);
    match checks.first() {
        // A Missing check decides, else a Warning, else one that passed.
        Some((status, _)) => (*status, checks.into_iter().map(|(_, evidence)| evidence).take(MAX_EVIDENCE).collect()),
        None => (
            Status::Undetermined,
            vec![fact("data", &patch.key.name, "no file and no registry value", "=", "some", false)],
        ),
    }
}

fn check_registry(change: &RegistryChange, machine: &Machine) -> Option<(Status, Evidence)> {
    if change.command != Command::Registry {
        return None;
    }
    let found = machine.registry.get(&(change.key.clone(), change.name.clone()));
    let holds = found.is_some_and(|found| change.expected.is_empty() || found.eq_ignore_ascii_case(&change.expected));
    let subject = format!("{}, value {}", change.key, change.name);
    let (op, expected) =
        if change.expected.is_empty() { ("exists", "any value") } else { ("=", change.expected.as_str()) };
    let status = if holds { Status::Installed } else { Status::Missing };
    Some((status, fact("registry", &subject, found.map_or("absent", String::as_str), op, expected, holds)))
}

fn check_file(change: &FileChange, machine: &Machine) -> Option<(Status, Evidence)> {
    let found = machine.files.get(&change.path);
    let with = |status, found: &str, op, expected: &str| {
        Some((status, fact("file", &change.path, found, op, expected, status == Status::Installed)))
    };
    match (change.command, found) {
        (Command::NotEvaluated | Command::Registry, _) | (Command::ChangeIfThere, None) => None,
        (Command::Delete, Some(_)) => with(Status::Missing, "there", "=", "absent"),
        (Command::Delete, None) => with(Status::Installed, "absent", "=", "absent"),
        (Command::Change | Command::Add, None) => with(Status::Missing, "absent", "≥", &expected(change)),
        (Command::Change | Command::Add | Command::ChangeIfThere, Some(found)) => {
            let status = compare(change, *found, machine.is_english);
            with(status, &shown(*found), if change.version.is_some() { "≥" } else { "=" }, &expected(change))
        }
    }
}

/// Version first; at equal versions, or where none is stated, the checksum; without either, that the file is there.
fn compare(change: &FileChange, found: FileFact, is_english: bool) -> Status {
    let order = match (found.version, change.version) {
        (_, None) => std::cmp::Ordering::Equal,
        // A file without a version is older than any that has one.
        (found, Some(expected)) => found.map_or(std::cmp::Ordering::Less, |found| found.cmp(&expected)),
    };
    let differs = |expected: u32| is_english && found.checksum.is_some_and(|found| found != expected);
    match order {
        std::cmp::Ordering::Less => Status::Missing,
        std::cmp::Ordering::Greater => Status::Warning,
        std::cmp::Ordering::Equal if change.checksum.is_some_and(differs) => Status::Warning,
        std::cmp::Ordering::Equal => Status::Installed,
    }
}

fn expected(change: &FileChange) -> String {
    shown(FileFact { version: change.version, checksum: change.checksum })
}

fn shown(file: FileFact) -> String {
    let version = file.version.map(|Version([a, b, c, d])| format!("{a}.{b}.{c}.{d}"));
    let checksum = file.checksum.map(|checksum| format!("checksum {checksum}"));
    let parts: Vec<_> = version.into_iter().chain(checksum).collect();
    if parts.is_empty() { "there".to_owned() } else { parts.join(", ") }
}
