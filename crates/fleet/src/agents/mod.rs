//! The agents as the server knows them in memory: who may speak, what was told, what waits for each of them
//! (`agent.md` 3.8). An unchanged check-in is answered from here alone.

pub mod admit;
pub mod check_in;
pub mod contact;
pub mod enrol;
pub mod goodbye;
pub mod orders;
pub mod renew;
pub mod report;
pub mod retire;
pub(crate) mod spread;
pub mod state;
pub mod tokens;
pub mod whole;

use std::sync::{Arc, RwLock};

use fettle_model::AssetId;
use rustc_hash::FxHashMap;

pub use state::{Agent, Connection};

/// Every asset's agent, retired ones too, so that they are told so.
#[derive(Debug, Default)]
pub struct Agents(RwLock<FxHashMap<AssetId, Arc<Agent>>>);

const POISONED: &str = "no holder of the agents' lock panics";

impl Agents {
    pub fn get(&self, asset: AssetId) -> Option<Arc<Agent>> {
        self.0.read().expect(POISONED).get(&asset).cloned()
    }

    pub fn insert(&self, agent: Agent) -> Arc<Agent> {
        let agent = Arc::new(agent);
        self.0.write().expect(POISONED).insert(agent.asset, Arc::clone(&agent));
        agent
    }

    pub fn len(&self) -> usize {
        self.0.read().expect(POISONED).len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn all(&self) -> Vec<Arc<Agent>> {
        self.0.read().expect(POISONED).values().cloned().collect()
    }
}
