//! `renew` (`agent.md` 2.2): a new certificate for a new key. The old one stays good until the new one was used once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_wire::Code;
use fettle_wire::message::{Renew, RenewAnswer};

use super::admit::new_token;
use super::enrol::{known_certificate, stored_certificate};
use super::state::Agent;
use crate::Fleet;
use crate::keys::ca::{self, PeerIdentity};
use crate::refusal::Refused;

impl Fleet {
    pub async fn renew(&self, peer: Option<&PeerIdentity>, renew: Renew) -> Result<RenewAnswer, Refused> {
        let agent = self.authenticate_for_renewal(peer)?;
        let _turn = agent.turn.lock().await;
        let csr = STANDARD
            .decode(&renew.csr)
            .map_err(|_| Refused::new(Code::CsrInvalid, "the request is not base64").at("/csr"))?;
        let now = self.clock.now();
        let certificate = self.certify(&csr, agent.asset, now)?;
        let stored = stored_certificate(agent.asset, &certificate);
        let token = new_token(self.entropy.as_ref());
        let (number, older) = (agent.number, agent.state().tokens.older_than(token));
        let record = self.audit_agent(agent.asset, "agent.certificate", None);
        self.database
            .write(async move |tx| {
                tx.certificates().insert(&stored).await?;
                tx.assets().put_tokens(number, &token, &older).await?;
                tx.audit().insert(&record).await?;
                Ok::<_, Refused>(())
            })
            .await?;
        let mut state = agent.state();
        state.certificates.push(known_certificate(&certificate));
        state.tokens.give(token);
        Ok(RenewAnswer {
            certificate: ca::pem(&certificate.der),
            chain: self.keys.ca.certificate_pem(),
            not_after: certificate.not_after,
            token: hex::encode(token),
        })
    }

    /// Notes the first use of a certificate and lets go of the older ones; in the usual case a look at memory.
    pub async fn note_use(&self, agent: &Agent, peer: &PeerIdentity) -> Result<(), Refused> {
        let is_first = {
            let state = agent.state();
            state.certificates.iter().any(|known| known.serial == peer.serial && !known.used)
        };
        if !is_first {
            return Ok(());
        }
        let (asset, now) = (agent.asset, self.clock.now());
        let serial = hex::decode(&peer.serial).map_err(Refused::internal)?;
        self.database
            .write(async move |tx| tx.certificates().note_first_use(asset, &serial, now).await)
            .await
            .map_err(|error| Refused::internal(fettle_store::StoreError::from(error)))?;
        let mut state = agent.state();
        let place = state.certificates.iter().position(|known| known.serial == peer.serial);
        if let Some(place) = place {
            state.certificates.drain(..place);
            if let Some(known) = state.certificates.first_mut() {
                known.used = true;
            }
        }
        Ok(())
    }
}
