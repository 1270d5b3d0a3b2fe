//! Hosts in an index of their own: what they have, interned, and nothing of a server.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use fettle_catalog::rule::{Reporters, Rule};
use fettle_index::{Columns, ComponentId, Index, LoadedAsset, MachineFacts, PatchEntry, PatchNumber};
use fettle_model::component::Component;
use fettle_model::patch::{Patch, PatchState};
use fettle_model::{AssetId, ScanStatus};
use jiff::Timestamp;
use uuid::Uuid;

#[derive(Debug, Default)]
pub(super) struct Population {
    /// In the order of their ids.
    components: Vec<Component>,
    hosts: Vec<Vec<ComponentId>>,
}

impl Population {
    pub(super) fn new(hosts: impl IntoIterator<Item = Vec<Component>>) -> Self {
        let mut ids: HashMap<Component, ComponentId> = HashMap::new();
        let mut population = Self::default();
        for host in hosts {
            let mut components = Vec::with_capacity(host.len());
            for component in host {
                let id = *ids.entry(component).or_insert_with_key(|component| {
                    population.components.push(component.clone());
                    id(population.components.len() - 1)
                });
                components.push(id);
            }
            population.hosts.push(components);
        }
        population
    }

    pub(super) fn hosts(&self) -> u32 {
        u32::try_from(self.hosts.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn distinct(&self) -> usize {
        self.components.len()
    }

    pub(super) fn components_of(&self, host: usize) -> Vec<Component> {
        self.hosts[host].iter().map(|id| self.components[id.0 as usize].clone()).collect()
    }

    pub(super) fn ids_of(&self, host: usize) -> Vec<ComponentId> {
        self.hosts[host].clone()
    }

    /// All hosts, and no patch.
    pub(super) fn index(&self) -> Index {
        let host = |number: u32| (columns(asset_id(number as usize), 1), MachineFacts::default());
        self.index_of(host)
    }

    /// All hosts, with what `host` says of each, and no patch.
    pub(super) fn index_of(&self, host: impl Fn(u32) -> (Columns, MachineFacts)) -> Index {
        let index = Index::new();
        index.add_components(self.components.iter().enumerate().map(|(at, component)| (id(at), component)));
        let asset = |(at, components): (usize, &Vec<ComponentId>)| {
            let (columns, facts) = host(u32::try_from(at).unwrap_or(u32::MAX));
            LoadedAsset { columns, facts, components: components.clone() }
        };
        index.load(self.hosts.iter().enumerate().map(asset), []);
        index
    }

    /// The least time in which every patch is put in and judged on all hosts.
    pub(super) fn judging(&self, runs: usize, entries: &[PatchEntry]) -> Duration {
        let judge = || {
            let (index, entries) = (self.index(), entries.to_vec());
            let begun = Instant::now();
            index.load_patches(entries);
            begun.elapsed()
        };
        std::iter::repeat_with(judge).take(runs).min().unwrap_or_default()
    }
}

fn id(at: usize) -> ComponentId {
    ComponentId(u32::try_from(at).unwrap_or(u32::MAX))
}

pub(super) const fn asset_id(number: usize) -> AssetId {
    AssetId(Uuid::from_u128(number as u128 + 1))
}

pub(super) fn columns(id: AssetId, revision: u64) -> Columns {
    Columns {
        id,
        name: format!("host-{}", id.uuid().as_u128()),
        fqdn: Some(format!("host-{}.example.com", id.uuid().as_u128())),
        operating_system: "Debian GNU/Linux 12 (bookworm)".to_owned(),
        os_family: "linux".to_owned(),
        os_id: "debian".to_owned(),
        os_version: "12".to_owned(),
        architecture: "x86_64".to_owned(),
        address: Some("10.0.0.1".to_owned()),
        agent_version: "0.1.0".to_owned(),
        activation_key: Some("Servers".to_owned()),
        last_logged_on_user: None,
        pending_reboot: false,
        scan_status: ScanStatus::Scanned,
        scan_reason: None,
        scanned_at: None,
        enrolled_at: Timestamp::UNIX_EPOCH,
        last_checked_in: None,
        revision,
        last_deployment: None,
    }
}

/// Patches with their rules, numbered from `first` on.
pub(super) fn entries(first: usize, patches: impl IntoIterator<Item = Patch>) -> Vec<PatchEntry> {
    let entry = |(at, patch): (usize, Patch)| PatchEntry {
        number: PatchNumber(u32::try_from(first + at).unwrap_or(u32::MAX)),
        rule: Rule::of(&patch, &Reporters::default()),
        patch,
        state: PatchState::default(),
        synced_at: Timestamp::UNIX_EPOCH,
        revision: 1,
        derived_severity: None,
    };
    patches.into_iter().enumerate().map(entry).collect()
}
