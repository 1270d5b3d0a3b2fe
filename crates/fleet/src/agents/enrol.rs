//! `enrol` (`agent.md` 2, 3.2): an activation key and a CSR become an asset with a certificate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_model::asset::{Facts, OsFacts};
use fettle_model::{AssetId, ScanStatus};
use fettle_store::Tx;
use fettle_store::access::ActivationKey;
use fettle_store::assets::{Asset, AssetFacts, AssetIdentity, AssetInventory, Certificate, Enrolment, NewAsset};
use fettle_wire::message::check_in::Next;
use fettle_wire::message::{Enrol, EnrolAnswer};
use fettle_wire::{Code, Fingerprint, PayloadType, dsse, sha256};
use jiff::Timestamp;

use super::admit::new_token;
use super::orders::Orders;
use super::state::{Agent, AgentState, Boots, Connection, KnownCertificate, Token};
use super::tokens::Tokens;
use crate::Fleet;
use crate::keys::ca::{self, AgentCertificate, CaError};
use crate::refusal::Refused;

impl Fleet {
    /// Answers an enrolment. The same `enrolmentId` again gives the same asset, and a certificate for the same key.
    pub async fn enrol(&self, enrol: Enrol) -> Result<EnrolAnswer, Refused> {
        let csr = STANDARD
            .decode(&enrol.csr)
            .map_err(|_| Refused::new(Code::CsrInvalid, "the request is not base64").at("/csr"))?;
        check_proof(&enrol, &csr)?;
        if enrol.customer_id != self.organisation.id {
            return Err(Refused::new(Code::KeyUnknown, "this server belongs to another organisation").at("/customerId"));
        }
        if enrol.os.family != "linux" {
            let message = format!("agents of `{}` are not taken yet", enrol.os.family);
            return Err(Refused::new(Code::PlatformUnsupported, message).at("/os/family"));
        }
        let _turn = self.enrolments.lock().await;
        let known = self.database.read().await?.enrolments().find(enrol.enrolment_id).await?;
        if let Some(known) = known {
            return self.answer_again(&enrol, &csr, known).await;
        }
        self.enrol_new(enrol, &csr).await
    }

    async fn enrol_new(&self, enrol: Enrol, csr: &[u8]) -> Result<EnrolAnswer, Refused> {
        let now = self.clock.now();
        let asset = AssetId::new(now, self.entropy.as_ref());
        let certificate = self.certify(csr, asset, now)?;
        let token = new_token(self.entropy.as_ref());
        let csr_hash = certificate.key_hash;
        let mut new = new_asset(asset, &enrol, token, now);
        let stored = stored_certificate(asset, &certificate);
        let key = enrol.activation_id;
        let enrolment =
            Enrolment { id: enrol.enrolment_id, asset, csr_hash, serial: stored.serial.clone(), enrolled_at: now };
        let record = self.audit_agent(asset, "agent.enrol", Some(new.asset.hostname.clone()));
        let committed = self
            .database
            .write(async move |tx| {
                new.asset.activation_key_title = Some(take_key(tx, key, now).await?);
                let inserted = tx.assets().insert(&new).await?;
                tx.certificates().insert(&stored).await?;
                tx.enrolments().insert(&enrolment).await?;
                tx.audit().insert(&record).await?;
                Ok::<_, Refused>(inserted)
            })
            .await?;
        let state = AgentState {
            retired: false,
            certificates: vec![known_certificate(&certificate)],
            incarnation: 1,
            tokens: Tokens::new(token),
            fingerprint: Fingerprint::EMPTY,
            facts_hash: String::new(),
            boots: Boots::starting_with(&enrol.boot_id),
            clone_noted_at: None,
            connection: Connection::default(),
            orders: Some(Box::new(Orders::first_scan())),
            progress: None,
        };
        self.agents.insert(Agent::new(asset, committed.value.number, state));
        self.index_asset(&committed.value, None);
        Ok(self.enrol_answer(asset, 1, &certificate, token))
    }

    async fn answer_again(&self, enrol: &Enrol, csr: &[u8], known: Enrolment) -> Result<EnrolAnswer, Refused> {
        let now = self.clock.now();
        let certificate = self.certify(csr, known.asset, now)?;
        // Earlier servers kept the hash of the request.
        if known.csr_hash != certificate.key_hash && known.csr_hash != sha256(csr) {
            return Err(Refused::new(Code::CsrInvalid, "this enrolment was begun with another key").at("/csr"));
        }
        let agent = self
            .agents
            .get(known.asset)
            .filter(|agent| !agent.state().retired)
            .ok_or_else(|| Refused::new(Code::AssetRetired, "the asset of this enrolment was retired"))?;
        let _turn = agent.turn.lock().await;
        let stored = stored_certificate(known.asset, &certificate);
        let token = new_token(self.entropy.as_ref());
        let (number, id, older) = (agent.number, enrol.enrolment_id, agent.state().tokens.older_than(token));
        self.database
            .write(async move |tx| {
                tx.certificates().insert(&stored).await?;
                tx.enrolments().put_serial(id, &stored.serial).await?;
                tx.assets().put_tokens(number, &token, &older).await?;
                Ok::<_, Refused>(())
            })
            .await?;
        let incarnation = {
            let mut state = agent.state();
            state.certificates.push(known_certificate(&certificate));
            state.tokens.give(token);
            state.incarnation
        };
        Ok(self.enrol_answer(known.asset, incarnation, &certificate, token))
    }

    pub(crate) fn certify(&self, csr: &[u8], asset: AssetId, now: Timestamp) -> Result<AgentCertificate, Refused> {
        self.keys.ca.sign(csr, asset, now, self.entropy.as_ref()).map_err(|error| match error {
            CaError::Csr(_) => Refused::new(Code::CsrInvalid, error.to_string()).at("/csr"),
            other => Refused::internal(other),
        })
    }

    fn enrol_answer(
        &self,
        agent_id: AssetId,
        incarnation: u32,
        certificate: &AgentCertificate,
        token: Token,
    ) -> EnrolAnswer {
        EnrolAnswer {
            agent_id,
            incarnation,
            certificate: ca::pem(&certificate.der),
            chain: self.keys.ca.certificate_pem(),
            not_after: certificate.not_after,
            trust: self.keys.trust.iter().map(|envelope| STANDARD.encode(envelope.bytes())).collect(),
            token: hex::encode(token),
            next: Next { after_s: 0, spread_s: 0 },
            organisation: self.organisation.id,
        }
    }
}

/// `recordProof` is the record key's signature over the CSR bytes, as a DSSE of type `application/vnd.fettle.csr`.
fn check_proof(enrol: &Enrol, csr: &[u8]) -> Result<(), Refused> {
    let message = dsse::pre_authentication(PayloadType::Csr, csr);
    let holds = STANDARD.decode(&enrol.record_proof).is_ok_and(|proof| enrol.record_key.verifies(&message, &proof));
    if holds {
        return Ok(());
    }
    let message = "the record key did not sign this request";
    Err(Refused::new(Code::RecordProofInvalid, message).at("/recordProof"))
}

/// Counts a use of the key; gives its title.
async fn take_key(tx: &mut Tx, id: fettle_model::ActivationKeyId, now: Timestamp) -> Result<String, Refused> {
    let refuse = |code, text: &str| Err(Refused::new(code, text).at("/activationId"));
    let Some(key) = tx.activation_keys().find(id).await? else {
        return refuse(Code::KeyUnknown, "no activation key has this id");
    };
    match key {
        ActivationKey { enabled: false, .. } => refuse(Code::KeyDisabled, "this activation key is disabled"),
        ActivationKey { expire_date: Some(end), .. } if end <= now => {
            refuse(Code::KeyExpired, "this activation key has expired")
        }
        ActivationKey { title, .. } if tx.activation_keys().count_use(id, now).await? => Ok(title),
        _ => refuse(Code::KeyFull, "this activation key has been used as often as it may"),
    }
}

pub(super) fn new_asset(id: AssetId, enrol: &Enrol, token: Token, now: Timestamp) -> NewAsset {
    let clean = |text: &str| fettle_model::text::cleaned(text, 255);
    let os = OsFacts {
        family: clean(&enrol.os.family),
        id: clean(&enrol.os.id),
        version: clean(&enrol.os.version),
        name: clean(format!("{} {}", enrol.os.id, enrol.os.version).trim()),
        codename: None,
        arch: clean(&enrol.os.arch),
    };
    let (hostname, fqdn) = (clean(&enrol.hostname), enrol.fqdn.as_deref().map(clean));
    let asset = Asset {
        number: fettle_store::assets::AssetNumber(0),
        id,
        revision: 1,
        hostname: hostname.clone(),
        fqdn: fqdn.clone(),
        os_family: os.family.clone(),
        os_id: os.id.clone(),
        os_version: os.version.clone(),
        os_name: os.name.clone(),
        arch: os.arch.clone(),
        agent_version: clean(&enrol.agent_version),
        incarnation: 1,
        token_current: token.to_vec(),
        token_previous: None,
        manifest_counter: 0,
        scan_status: ScanStatus::Pending,
        scan_reason: None,
        scanned_at: None,
        dropped: 0,
        facts_hash: String::new(),
        last_logged_on: None,
        pending_reboot: false,
        enrolled_at: now,
        activation_key: Some(enrol.activation_id),
        // Told by the key, once it is taken.
        activation_key_title: None,
        previous_asset: enrol.previous_agent_id,
        retired_at: None,
    };
    let facts = Facts { hostname, fqdn, os, ..Facts::default() };
    let record_key = serde_json::json!({ "recordKey": enrol.record_key, "from": now });
    NewAsset {
        asset,
        inventory: AssetInventory {
            fingerprint: Fingerprint::EMPTY.0,
            components: Vec::new(),
            ledger: Vec::new(),
            coverage: Vec::new(),
        },
        facts: AssetFacts { facts, self_check: serde_json::json!([]) },
        identity: AssetIdentity {
            hardware: serde_json::to_value(&enrol.hardware).expect("hardware traits are JSON"),
            alternation: None,
            record_key: record_key.to_string().into_bytes(),
        },
    }
}

pub(crate) fn stored_certificate(asset: AssetId, certificate: &AgentCertificate) -> Certificate {
    Certificate {
        serial: hex::decode(&certificate.serial).expect("a serial is hex"),
        asset,
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        used_at: None,
        revoked_at: None,
    }
}

pub(crate) fn known_certificate(certificate: &AgentCertificate) -> KnownCertificate {
    KnownCertificate { serial: certificate.serial.clone(), not_after: certificate.not_after, used: false }
}
