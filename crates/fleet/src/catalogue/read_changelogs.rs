//! Changelogs that stay unread: an agent reads the small packages after each scan by itself, up to a limit. What is
//! beyond it is ordered here, from one asset at a time and in portions, until every security patch has its CVEs.

use std::collections::BTreeMap;
use std::sync::Mutex;

use fettle_index::PatchNumber;
use fettle_model::AssetId;
use jiff::{SignedDuration, Timestamp};
use rustc_hash::FxHashMap;

use crate::Fleet;
use crate::agents::orders::Order;

/// So long after the catalogue learnt a patch, agents have read what they read by themselves.
const OWN_READING: SignedDuration = SignedDuration::from_mins(15);
/// An asset that was asked and did not tell within this time is not waited for; doubled with each asset that was asked.
const FIRST_WAIT: SignedDuration = SignedDuration::from_hours(1);
const MOST_DOUBLINGS: u32 = 5;
/// Assets that are asked in one round, and assets of a patch that are looked at.
const ASSETS_AT_ONCE: usize = 10;
const CANDIDATES: usize = 64;
/// Megabytes of one order: several small packages, or a single one that is larger.
const PORTION: u64 = 20;
/// A package of unknown size is taken for so large; one that is larger than the most is left alone.
const UNKNOWN: u64 = 100;
const MOST: u64 = 1_000;

/// Who was asked for which patch. In memory alone: after a restart somebody is asked once more.
#[derive(Debug, Default)]
pub(crate) struct ChangelogOrders(Mutex<FxHashMap<PatchNumber, Asked>>);

#[derive(Debug, Clone, Copy)]
struct Asked {
    asset: AssetId,
    at: Timestamp,
    times: u32,
}

impl Asked {
    fn is_waited_for(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) < FIRST_WAIT * (1 << self.times.min(MOST_DOUBLINGS))
    }
}

impl Fleet {
    /// Orders what stays unread; gives the number of assets that were asked. Run now and then.
    pub fn order_changelogs(&self) -> usize {
        let now = self.clock.now();
        let unread = self.index.unread(now - OWN_READING, CANDIDATES);
        let mut asked = self.changelog_orders.0.lock().expect("no holder panics");
        asked.retain(|patch, _| unread.iter().any(|unread| unread.patch == *patch));
        let mut by_asset: BTreeMap<AssetId, Vec<(u64, PatchNumber)>> = BTreeMap::new();
        for unread in unread {
            let before = asked.get(&unread.patch);
            let megabytes = unread.bytes.map_or(UNKNOWN, |bytes| bytes.div_ceil(1_000_000));
            if megabytes > MOST || before.is_some_and(|before| before.is_waited_for(now)) {
                continue;
            }
            let mut connected = unread.assets.into_iter().filter(|asset| self.is_connected(*asset, now));
            let other = |asset: &AssetId| before.is_none_or(|before| before.asset != *asset);
            let first = connected.next();
            // Another one than the last, where there is one: what keeps it from reading may be its own.
            let chosen = first.filter(other).or_else(|| connected.find(other)).or(first);
            if let Some(asset) = chosen {
                by_asset.entry(asset).or_default().push((megabytes, unread.patch));
            }
        }
        let mut ordered = 0;
        for (asset, mut patches) in by_asset {
            let Some(agent) = self.agents.get(asset) else { continue };
            if ordered == ASSETS_AT_ONCE {
                break;
            }
            // The agent reads the smallest first.
            patches.sort_unstable();
            let mut portion = 0;
            for (megabytes, patch) in patches {
                if portion > 0 && portion + megabytes > PORTION {
                    break;
                }
                portion += megabytes;
                let times = asked.get(&patch).map_or(0, |before| before.times + 1);
                asked.insert(patch, Asked { asset, at: now, times });
            }
            let portion = u32::try_from(portion).expect("a portion is small");
            agent.state().orders_mut().read_changelogs = Some(Order::new(portion));
            agent.wake.notify_waiters();
            ordered += 1;
        }
        ordered
    }

    fn is_connected(&self, asset: AssetId, now: Timestamp) -> bool {
        self.agents.get(asset).is_some_and(|agent| agent.is_connected(now, self.settings.check_in_seconds))
    }
}
