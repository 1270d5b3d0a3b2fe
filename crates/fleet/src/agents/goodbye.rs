//! `goodbye` (`agent.md` 8.3): the agent is being uninstalled, so its asset is retired.

use fettle_wire::message::{Goodbye, GoodbyeAnswer};

use super::admit::Presented;
use super::state::Agent;
use crate::Fleet;
use crate::refusal::Refused;

impl Fleet {
    /// Retires the asset and revokes its certificates. Twice is as once: an agent whose answer was lost says it again,
    /// and is known as retired by then.
    pub async fn goodbye(&self, agent: &Agent, goodbye: &Goodbye) -> Result<GoodbyeAnswer, Refused> {
        if !agent.state().retired {
            let presented =
                Presented { incarnation: goodbye.incarnation, token: &goodbye.token, boot_id: None, hardware: None };
            self.admit(agent, presented).await?;
            let name = self.index.asset(agent.asset).map(|row| row.columns.name);
            let record = self.audit_agent(agent.asset, "agent.goodbye", name);
            self.retire_agent(agent, record).await?;
        }
        Ok(GoodbyeAnswer { server_time: self.clock.now() })
    }
}
