//! How a simulated host asks to be enrolled.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_fleet::Fleet;
use fettle_fleet::start::StartError;
use fettle_model::{ActivationKeyId, EnrolmentId, OrganisationId};
use fettle_wire::message::Enrol;
use fettle_wire::message::enrol::{EnrolOs, HardwareId};
use fettle_wire::{PayloadType, PublicKey, SigningKey, dsse, sha256};

use crate::host::Host;
use crate::machine::Machine;
use crate::run::SimulateError;

/// What all simulated hosts enrol with: one key serves them, for none ever connects.
#[derive(Debug)]
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
        Enrol { csr: self.csr.clone(), record_proof: self.proof.clone(), ..self.without_certificate(fleet, host) }
    }

    /// For a machine that is put in: nobody reads a request for a certificate.
    pub(crate) fn without_certificate(&self, fleet: &Fleet, host: &dyn Machine) -> Enrol {
        let id = EnrolmentId::new(fleet.clock.now(), fleet.entropy.as_ref());
        message(host, id, (fleet.organisation.id, self.key), self.record)
    }
}

/// A host's enrolment; its request for a certificate and the proof have still to be put in.
pub(crate) fn message(
    host: &dyn Machine,
    enrolment_id: EnrolmentId,
    (customer_id, activation_id): (OrganisationId, ActivationKeyId),
    record_key: PublicKey,
) -> Enrol {
    let os = host.operating_system();
    Enrol {
        enrolment_id,
        customer_id,
        activation_id,
        csr: String::new(),
        record_key,
        record_proof: String::new(),
        hardware: hardware(host),
        hostname: host.name().to_owned(),
        fqdn: None,
        os: EnrolOs { family: os.family, id: os.id, version: os.version, arch: os.arch },
        agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        boot_id: boot_id(host),
        monitor_only: false,
        previous_agent_id: None,
    }
}

pub(crate) fn boot_id(host: &dyn Machine) -> String {
    format!("boot of {}", host.name())
}

/// Traits that are the host's own.
pub(crate) fn hardware(host: &dyn Machine) -> Vec<HardwareId> {
    ["dmi", "board", "disk", "mac", "machineId"]
        .map(|kind| HardwareId { kind: kind.to_owned(), hash: sha256(format!("{kind} {}", host.name()).as_bytes()) })
        .into()
}
