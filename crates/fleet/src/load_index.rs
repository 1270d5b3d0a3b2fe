//! Filling the index at each start, from one state of the database.

use std::sync::Arc;

use fettle_index::{Columns, ComponentId, Index, LastDeployment, LoadedAsset, Loading, MachineFacts};
use fettle_model::AssetId;
use fettle_store::assets::{Asset, AssetFacts, AssetNumber, PackedAsset, UnpackedAsset};
use fettle_store::{StoreError, Tx};
use fettle_wire::WireComponent;
use fettle_wire::message::report::SelfCheck;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use rustc_hash::FxHashMap;
use tokio::task::JoinHandle;

use crate::agents::report::Coverage;
use crate::agents::state::Connection;
use crate::catalogue::learn::with_reporters;
use crate::fleet::Fleet;
use crate::start::{PAGE, StartError};

impl Fleet {
    /// Fills the index from one state of the database; then agents that are held are told what waits for them.
    pub async fn load_index(&self) -> Result<(), StartError> {
        self.loading.begin(self.agents.len());
        self.make_ready_collections().await?;
        self.database
            .snapshot(async |read| {
                self.load_components(read).await?;
                let last_deployments = load_last_deployments(read).await?;
                self.load_assets(read, last_deployments).await?;
                self.load_patches(read).await?;
                self.load_facts(read).await?;
                self.load_exceptions(read).await?;
                Ok::<_, StartError>(self.load_tags(read).await?)
            })
            .await?;
        self.loading.finish();
        for agent in self.agents.all() {
            agent.wake.notify_waiters();
        }
        Ok(())
    }

    async fn load_components(&self, read: &mut Tx) -> Result<(), StartError> {
        let mut last = 0;
        loop {
            let page = read.components().after(last, PAGE).await?;
            let Some(end) = page.last() else { break };
            last = end.id;
            let mut parsed = Vec::with_capacity(page.len());
            for stored in &page {
                let value = serde_json::from_str(&stored.canonical).map_err(|_| StartError::Component(stored.id))?;
                let component = WireComponent(value).read_stored().map_err(|_| StartError::Component(stored.id))?;
                parsed.push((ComponentId(stored.id), component));
            }
            self.index.add_components(parsed.iter().map(|(id, component)| (*id, component)));
            let mut known = self.components.lock().expect("no holder panics");
            known.extend(page.iter().map(|stored| (stored.hash, stored.id)));
        }
        Ok(())
    }

    /// A page is unpacked and put in while the next is read.
    async fn load_assets(
        &self,
        read: &mut Tx,
        last_deployments: FxHashMap<AssetId, LastDeployment>,
    ) -> Result<(), StartError> {
        let filling = Filling { index: Arc::clone(&self.index), loading: Loading::default(), last_deployments };
        let mut at_work = tokio::task::spawn_blocking(move || filling.fill(Vec::new()));
        let (mut last, mut loaded) = (AssetNumber(i64::MIN), 0);
        loop {
            let page = read.assets().packed_after(last, PAGE).await?;
            let filling = self.filled(at_work, &mut loaded).await?;
            let Some(end) = page.last() else {
                self.index.end_assets(filling.loading);
                return Ok(());
            };
            last = end.number();
            at_work = tokio::task::spawn_blocking(move || filling.fill(page));
        }
    }

    async fn filled(
        &self,
        at_work: JoinHandle<Result<Filled, StoreError>>,
        loaded: &mut usize,
    ) -> Result<Filling, StartError> {
        let filled = at_work.await.expect("it does not panic, and nobody aborts it")?;
        for coverage in &filled.coverages {
            self.repositories.note(&coverage.refresh);
        }
        *loaded += filled.assets;
        self.loading.loaded(*loaded);
        Ok(filled.filling)
    }

    async fn load_patches(&self, read: &mut Tx) -> Result<(), StartError> {
        let mut entries = Vec::new();
        let mut next = fettle_store::catalogue::PatchNumber(0);
        loop {
            let page = read.patches().from(next, PAGE).await?;
            let Some(end) = page.last() else { break };
            next.0 = end.number.0 + 1;
            for stored in page {
                let reporters = read.patch_reports().of_patch(stored.number).await?;
                entries.push(with_reporters(stored, reporters));
            }
        }
        self.index.load_patches(entries);
        Ok(())
    }
}

/// The index while assets are put in.
struct Filling {
    index: Arc<Index>,
    loading: Loading,
    last_deployments: FxHashMap<AssetId, LastDeployment>,
}

/// A page is in.
struct Filled {
    filling: Filling,
    assets: usize,
    /// What their last scans said, of those that were scanned.
    coverages: Vec<Coverage>,
}

impl Filling {
    fn fill(mut self, page: Vec<PackedAsset>) -> Result<Filled, StoreError> {
        let unpacked = |packed: PackedAsset| {
            let unpacked = packed.unpack()?;
            let coverage = coverage(&unpacked)?;
            Ok((loaded(unpacked), coverage))
        };
        let page: Vec<_> = page.into_par_iter().map(unpacked).collect::<Result<_, StoreError>>()?;
        let assets = page.len();
        let (mut batch, coverages): (Vec<LoadedAsset>, Vec<_>) = page.into_iter().unzip();
        for asset in &mut batch {
            asset.columns.last_deployment = self.last_deployments.remove(&asset.columns.id);
        }
        self.index.load_assets(&mut self.loading, batch);
        Ok(Filled { filling: self, assets, coverages: coverages.into_iter().flatten().collect() })
    }
}

/// None before the first scan.
fn coverage(asset: &UnpackedAsset) -> Result<Option<Coverage>, StoreError> {
    if asset.coverage.is_empty() {
        return Ok(None);
    }
    fettle_store::packed::unpack(&asset.coverage, "coverage").map(Some)
}

/// All but its last deployment.
fn loaded(asset: UnpackedAsset) -> LoadedAsset {
    let connection = asset.last_checked_in.map(|last_checked_in| Connection {
        last_checked_in: Some(last_checked_in),
        address: asset.address,
        ..Connection::default()
    });
    LoadedAsset {
        columns: columns(&asset.asset, connection.as_ref(), None),
        facts: machine_facts(&asset.facts),
        components: asset.components.into_iter().map(ComponentId).collect(),
    }
}

async fn load_last_deployments(read: &mut Tx) -> Result<FxHashMap<AssetId, LastDeployment>, StartError> {
    let mut found = FxHashMap::default();
    let mut last = None;
    loop {
        let page = read.deployments().last_of_assets(last, PAGE).await?;
        let Some(end) = page.last() else { break };
        last = Some(end.asset);
        found.extend(page.iter().map(|deployment| (deployment.asset, crate::jobs::last_deployment(deployment))));
    }
    Ok(found)
}

/// What an asset's stored facts say, as the index keeps it.
pub(crate) fn machine_facts(stored: &AssetFacts) -> MachineFacts {
    // The agent's word is kept as it came: a shape that is not known says nothing.
    let checks: Vec<SelfCheck> = serde_json::from_value(stored.self_check.clone()).unwrap_or_default();
    MachineFacts::new(&stored.facts, checks.iter().map(|check| (check.id.as_str(), check.result.as_str())))
}

/// An asset's columns as the index shows them.
pub(crate) fn columns(
    row: &Asset,
    connection: Option<&Connection>,
    last_deployment: Option<LastDeployment>,
) -> Columns {
    Columns {
        id: row.id,
        name: row.hostname.clone(),
        fqdn: row.fqdn.clone(),
        operating_system: row.os_name.clone(),
        os_family: row.os_family.clone(),
        os_id: row.os_id.clone(),
        os_version: row.os_version.clone(),
        architecture: row.arch.clone(),
        address: connection.and_then(|connection| connection.address.clone()),
        agent_version: row.agent_version.clone(),
        activation_key: row.activation_key_title.clone(),
        last_logged_on_user: row.last_logged_on.clone(),
        pending_reboot: row.pending_reboot,
        scan_status: row.scan_status,
        scan_reason: row.scan_reason.clone(),
        scanned_at: row.scanned_at,
        enrolled_at: row.enrolled_at,
        last_checked_in: connection.and_then(|connection| connection.last_checked_in),
        revision: row.revision,
        last_deployment,
    }
}
