//! Who speaks: certificate, token, hardware (`agent.md` 2.2, 2.3).

use std::sync::Arc;

use fettle_model::Entropy;
use fettle_store::StoreError;
use fettle_wire::Code;
use fettle_wire::message::enrol::{HardwareId, is_same_hardware};
use fettle_wire::message::refusal::Restored;
use jiff::SignedDuration;
use serde_json::json;

use super::state::{Agent, Token};
use super::tokens::Tokens;
use crate::Fleet;
use crate::keys::ca::PeerIdentity;
use crate::refusal::Refused;

const CLONES_ARE_NOTED_EACH: SignedDuration = SignedDuration::from_hours(1);

/// What a message says about who sends it.
#[derive(Debug, Clone, Copy)]
pub struct Presented<'a> {
    pub incarnation: u32,
    pub token: &'a str,
    /// Where the message names it.
    pub boot_id: Option<&'a str>,
    pub hardware: Option<&'a [HardwareId]>,
}

impl Fleet {
    /// The agent of a client certificate whose chain was verified, by its status in memory.
    pub fn authenticate(&self, peer: Option<&PeerIdentity>) -> Result<Arc<Agent>, Refused> {
        let peer = peer.ok_or_else(|| {
            Refused::new(Code::CertificateRequired, "this call needs the client certificate that enrolment gave")
        })?;
        let agent = self.known(peer)?;
        if peer.not_after <= self.clock.now() {
            let message = format!("the certificate ended at {}; only `renew` takes it", peer.not_after);
            return Err(Refused::new(Code::CertificateExpired, message));
        }
        Ok(agent)
    }

    /// As [`Fleet::authenticate`], but an expired certificate is good too.
    pub fn authenticate_for_renewal(&self, peer: Option<&PeerIdentity>) -> Result<Arc<Agent>, Refused> {
        let peer = peer.ok_or_else(|| Refused::new(Code::CertificateRequired, "renewal needs the old certificate"))?;
        let agent = self.known(peer)?;
        if peer.not_after + self.settings.purge_after() <= self.clock.now() {
            return Err(Refused::new(Code::CertificateTooOld, "the certificate ended too long ago; enrol anew"));
        }
        Ok(agent)
    }

    /// As [`Fleet::authenticate`], but a retired asset is let through: it says goodbye again because the answer was
    /// lost.
    pub fn authenticate_for_goodbye(&self, peer: Option<&PeerIdentity>) -> Result<Arc<Agent>, Refused> {
        let retired = peer.and_then(|peer| self.agents.get(peer.agent)).filter(|agent| agent.state().retired);
        retired.map_or_else(|| self.authenticate(peer), Ok)
    }

    fn known(&self, peer: &PeerIdentity) -> Result<Arc<Agent>, Refused> {
        let revoked = || Refused::new(Code::CertificateRevoked, "this certificate is not, or no longer, good here");
        let agent = self.agents.get(peer.agent).ok_or_else(revoked)?;
        let state = agent.state();
        if state.retired {
            return Err(Refused::new(Code::AssetRetired, "this asset was retired; enrol anew to come back"));
        }
        if !state.certificates.iter().any(|known| known.serial == peer.serial) {
            return Err(revoked());
        }
        drop(state);
        Ok(agent)
    }

    /// Checks the token of a check-in. An old one of the same machine is a restored snapshot, of another one a clone.
    pub(crate) async fn admit(&self, agent: &Agent, presented: Presented<'_>) -> Result<(), Refused> {
        let now = self.clock.now();
        let token = read_token(presented.token);
        let is_good = {
            let mut state = agent.state();
            let current =
                state.incarnation == presented.incarnation && token.is_some_and(|token| state.tokens.show(token));
            if current && presented.boot_id.is_some_and(|boot| state.boots.note(boot, now)) {
                None
            } else {
                Some(current)
            }
        };
        let Some(is_good) = is_good else { return Err(self.cloned(agent).await?) };
        if is_good && presented.hardware.is_none() {
            return Ok(());
        }
        let known = self.hardware_of(agent).await?;
        let shown = presented.hardware.unwrap_or(&known);
        if is_good {
            // Token current: a changed main board is the same machine. Other hardware without any trait in common is not.
            return if is_same_hardware(&known, shown) || known.is_empty() || shares_a_trait(&known, shown) {
                Ok(())
            } else {
                Err(self.cloned(agent).await?)
            };
        }
        Err(if is_same_hardware(&known, shown) { self.restore(agent).await? } else { self.cloned(agent).await? })
    }

    /// Checks the incarnation of a report or events, and the token beside them if there is one: agents may show it at
    /// check-ins only. What was said before a new incarnation began is not taken; the next check-in settles the rest.
    pub(crate) async fn admit_shown(
        &self,
        agent: &Agent,
        incarnation: u32,
        token: Option<&str>,
    ) -> Result<(), Refused> {
        check_incarnation(agent, incarnation)?;
        let Some(token) = token else { return Ok(()) };
        self.admit(agent, Presented { incarnation, token, boot_id: None, hardware: None }).await
    }

    /// A restored snapshot goes on under a new incarnation; manifests of the old one are dead.
    async fn restore(&self, agent: &Agent) -> Result<Refused, Refused> {
        let _turn = agent.turn.lock().await;
        let (asset, token) = (agent.asset, new_token(self.entropy.as_ref()));
        let incarnation = agent.state().incarnation + 1;
        let record = self.audit_identity(asset, json!({ "cause": "Restored", "incarnation": incarnation }));
        self.database
            .write(async move |tx| {
                let mut row = tx
                    .assets()
                    .find(asset)
                    .await?
                    .ok_or_else(|| Refused::new(Code::CertificateRevoked, "this asset is not known here"))?;
                row.incarnation = incarnation;
                row.token_previous = None;
                row.token_current = token.to_vec();
                tx.assets().update(&mut row).await?;
                tx.audit().insert(&record).await?;
                Ok::<_, Refused>(())
            })
            .await?;
        {
            let mut state = agent.state();
            state.incarnation = incarnation;
            state.tokens = Tokens::new(token);
            state.orders_mut().renew_work();
            state.orders_mut().full = Some(super::orders::Order::new(()));
        }
        self.end_restored(asset).await?;
        let message = "an older state of this machine came back; it goes on under a new incarnation";
        let mut refused = Refused::new(Code::Restored, message);
        refused.restored = Some(Restored { incarnation, token: hex::encode(token) });
        Ok(refused)
    }

    /// Another machine speaks with this identity: it is refused, and the first keeps its history. A clone that goes on
    /// trying is noted once an hour.
    async fn cloned(&self, agent: &Agent) -> Result<Refused, Refused> {
        let now = self.clock.now();
        let is_noted = {
            let mut state = agent.state();
            let is_noted = state.clone_noted_at.is_some_and(|noted| now.duration_since(noted) < CLONES_ARE_NOTED_EACH);
            if !is_noted {
                state.clone_noted_at = Some(now);
            }
            is_noted
        };
        if !is_noted {
            let record = self.audit_identity(agent.asset, json!({ "cause": "Cloned" }));
            let noted = self.database.write(async move |tx| tx.audit().insert(&record).await).await;
            noted.map_err(StoreError::from)?;
        }
        Ok(Refused::new(Code::Cloned, "another machine has this identity; forget it and enrol anew"))
    }

    async fn hardware_of(&self, agent: &Agent) -> Result<Vec<HardwareId>, Refused> {
        let identity = self.database.read().await?.assets().identity(agent.number).await?;
        serde_json::from_value(identity.hardware).map_err(Refused::internal)
    }
}

/// Once more within the asset's turn: a new incarnation may have begun while the message waited for it.
pub(crate) fn check_incarnation(agent: &Agent, incarnation: u32) -> Result<(), Refused> {
    if agent.state().incarnation == incarnation {
        return Ok(());
    }
    Err(Refused::invalid("this incarnation is over; check in first").at("/incarnation"))
}

fn shares_a_trait(known: &[HardwareId], shown: &[HardwareId]) -> bool {
    known.iter().any(|id| id.kind != "vmGen" && shown.contains(id))
}

fn read_token(text: &str) -> Option<Token> {
    let mut token = Token::default();
    hex::decode_to_slice(text, &mut token).ok()?;
    Some(token)
}

pub(crate) fn new_token(entropy: &dyn Entropy) -> Token {
    let mut token = Token::default();
    entropy.fill(&mut token);
    token
}
