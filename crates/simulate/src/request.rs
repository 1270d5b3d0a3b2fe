//! How a simulated host asks to be enrolled.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_fleet::Fleet;
use fettle_fleet::start::StartError;
use fettle_model::{ActivationKeyId, EnrolmentId};
use fettle_wire::message::Enrol;
use fettle_wire::message::enrol::{EnrolOs, HardwareId};
use fettle_wire::{PayloadType, PublicKey, SigningKey, dsse, sha256};

use crate::host::Host;
use crate::run::SimulateError;

/// What all simulated hosts enrol with: one key serves them, for none ever connects.
pub(crate) struct Request {
    key: ActivationKeyId,
    csr: String,
    record: PublicKey,
    proof: String,
}

impl Request {
    pub(crate) fn new(key: ActivationKeyId) -> Result<Self, SimulateError> {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
        let request = rcgen::CertificateParams::new(Vec::new())?.serialize_request(&pair)?;
        let (record, _) = SigningKey::generate().map_err(StartError::from)?;
        let proof = record.sign(&dsse::pre_authentication(PayloadType::Csr, request.der()));
        let (csr, proof) = (STANDARD.encode(request.der()), STANDARD.encode(proof));
        Ok(Self { key, csr, record: record.public(), proof })
    }

    pub(crate) fn enrolment(&self, fleet: &Fleet, host: &Host) -> Enrol {
        let hardware = ["dmi", "board", "disk", "mac", "machineId"]
            .map(|kind| HardwareId { kind: kind.to_owned(), hash: sha256(format!("{kind} {}", host.name).as_bytes()) });
        Enrol {
            enrolment_id: EnrolmentId::new(fleet.clock.now(), fleet.entropy.as_ref()),
            customer_id: fleet.organisation.id,
            activation_id: self.key,
            csr: self.csr.clone(),
            record_key: self.record,
            record_proof: self.proof.clone(),
            hardware: hardware.into(),
            hostname: host.name.clone(),
            fqdn: None,
            os: EnrolOs {
                family: "linux".to_owned(),
                id: host.archive.os_id.to_owned(),
                version: host.archive.release.to_owned(),
                arch: "x86_64".to_owned(),
            },
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            boot_id: format!("boot of {}", host.name),
            monitor_only: false,
            previous_agent_id: None,
        }
    }
}
