//! Authenticode's PKCS#7 (RFC 2315 with `SpcIndirectDataContent`): the digest that is signed, and that it is signed.

use aws_lc_rs::{digest, signature};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// The digest of the content, over which a good signature was found.
pub(super) struct SignedDigest<'a> {
    pub(super) algorithm: &'static digest::Algorithm,
    pub(super) digest: &'a [u8],
    /// The subject of the certificate that signed; nobody vouches for it.
    pub(super) signer: String,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum SignatureError {
    #[error("the signature has no readable {0}")]
    Part(&'static str),
    #[error("the signature uses {0}, which is not checked")]
    Algorithm(String),
    #[error("the signature holds no certificate of its signer")]
    NoCertificate,
    #[error("the signature does not fit what it signs")]
    Wrong,
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OCTETS: u8 = 0x04;
const OBJECT: u8 = 0x06;
const INTEGER: u8 = 0x02;
/// `[0]`, constructed.
const CONTEXT_0: u8 = 0xa0;

const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const INDIRECT_DATA: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x04];
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
const SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
const MD5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05];

/// Finds the digest of the content and verifies the signer's signature over it, with the certificate that lies beside.
pub(super) fn verify(pkcs7: &[u8]) -> Result<SignedDigest<'_>, SignatureError> {
    let mut outer = Der(pkcs7);
    let mut content_info = outer.enter(SEQUENCE, "content")?;
    // Signers fill up to a multiple of eight; anything else there nobody has signed.
    if outer.0.len() >= 8 || outer.0.iter().any(|byte| *byte != 0) {
        return Err(SignatureError::Part("end"));
    }
    if content_info.take(OBJECT, "content type")? != SIGNED_DATA {
        return Err(SignatureError::Part("signed data"));
    }
    let mut signed_data = content_info.enter(CONTEXT_0, "signed data")?.enter(SEQUENCE, "signed data")?;
    signed_data.take(INTEGER, "version")?;
    signed_data.take(SET, "digest algorithms")?;
    let mut content = signed_data.enter(SEQUENCE, "content")?;
    if content.take(OBJECT, "content type")? != INDIRECT_DATA {
        return Err(SignatureError::Part("indirect data"));
    }
    let indirect = content.enter(CONTEXT_0, "indirect data")?.take(SEQUENCE, "indirect data")?;
    let (algorithm, digest) = content_digest(indirect)?;
    let certificates = signed_data.optional(CONTEXT_0).unwrap_or_default();
    signed_data.optional(0xa1);
    let mut signer = signed_data.enter(SET, "signer")?.enter(SEQUENCE, "signer")?;
    let signer = verify_signer(&mut signer, indirect, certificates)?;
    Ok(SignedDigest { algorithm, digest, signer })
}

fn content_digest(indirect: &[u8]) -> Result<(&'static digest::Algorithm, &[u8]), SignatureError> {
    let mut indirect = Der(indirect);
    indirect.take(SEQUENCE, "kind of content")?;
    let mut info = indirect.enter(SEQUENCE, "digest of the content")?;
    let algorithm = algorithm(info.enter(SEQUENCE, "digest algorithm")?.take(OBJECT, "digest algorithm")?)?;
    Ok((algorithm, info.take(OCTETS, "digest of the content")?))
}

fn verify_signer(signer: &mut Der<'_>, indirect: &[u8], certificates: &[u8]) -> Result<String, SignatureError> {
    signer.take(INTEGER, "version")?;
    let mut issuer_and_serial = signer.enter(SEQUENCE, "issuer")?;
    let issuer = issuer_and_serial.whole(SEQUENCE, "issuer")?;
    let serial = issuer_and_serial.take(INTEGER, "serial number")?;
    let algorithm = algorithm(signer.enter(SEQUENCE, "digest algorithm")?.take(OBJECT, "digest algorithm")?)?;
    let attributes = signer.take(CONTEXT_0, "signed attributes")?;
    signer.take(SEQUENCE, "signature algorithm")?;
    let signature = signer.take(OCTETS, "signature")?;

    let digest = message_digest(attributes)?;
    if digest::digest(algorithm, indirect).as_ref() != digest {
        return Err(SignatureError::Wrong);
    }
    let certificate = certificate(certificates, issuer, serial)?;
    let verification = if *algorithm == digest::SHA256 {
        &signature::RSA_PKCS1_2048_8192_SHA256
    } else {
        &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY
    };
    let key = certificate.public_key().subject_public_key.data.as_ref();
    // The attributes are signed as a SET, while they lie there as `[0]`.
    let signed = [&[SET][..], &length(attributes.len()), attributes].concat();
    signature::UnparsedPublicKey::new(verification, key)
        .verify(&signed, signature)
        .map_err(|_| SignatureError::Wrong)?;
    Ok(certificate.subject().to_string())
}

fn algorithm(object: &[u8]) -> Result<&'static digest::Algorithm, SignatureError> {
    match object {
        SHA256 => Ok(&digest::SHA256),
        SHA1 => Ok(&digest::SHA1_FOR_LEGACY_USE_ONLY),
        MD5 => Err(SignatureError::Algorithm("MD5".to_owned())),
        other => Err(SignatureError::Algorithm(format!("digest {other:02x?}"))),
    }
}

fn message_digest(attributes: &[u8]) -> Result<&[u8], SignatureError> {
    let mut attributes = Der(attributes);
    while !attributes.0.is_empty() {
        let mut attribute = attributes.enter(SEQUENCE, "attribute")?;
        if attribute.take(OBJECT, "attribute")? == MESSAGE_DIGEST {
            return attribute.enter(SET, "message digest")?.take(OCTETS, "message digest");
        }
    }
    Err(SignatureError::Part("message digest"))
}

fn certificate<'a>(
    certificates: &'a [u8],
    issuer: &[u8],
    serial: &[u8],
) -> Result<X509Certificate<'a>, SignatureError> {
    let mut rest = certificates;
    while !rest.is_empty() {
        let (after, certificate) = X509Certificate::from_der(rest).map_err(|_| SignatureError::Part("certificate"))?;
        if certificate.issuer().as_raw() == issuer && certificate.raw_serial() == serial {
            return Ok(certificate);
        }
        rest = after;
    }
    Err(SignatureError::NoCertificate)
}

/// DER, one value after the other.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The content of the next value, which must have this tag.
    fn take(&mut self, tag: u8, part: &'static str) -> Result<&'a [u8], SignatureError> {
        self.next(tag).map(|(_, content)| content).ok_or(SignatureError::Part(part))
    }

    /// The next value with its tag and length.
    fn whole(&mut self, tag: u8, part: &'static str) -> Result<&'a [u8], SignatureError> {
        self.next(tag).map(|(whole, _)| whole).ok_or(SignatureError::Part(part))
    }

    fn enter(&mut self, tag: u8, part: &'static str) -> Result<Self, SignatureError> {
        self.take(tag, part).map(Self)
    }

    fn optional(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next(tag).map(|(_, content)| content)
    }

    fn next(&mut self, tag: u8) -> Option<(&'a [u8], &'a [u8])> {
        let (found, rest) = self.0.split_first()?;
        if *found != tag {
            return None;
        }
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            // Up to four bytes of length; more would be larger than any file that is read.
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
                (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        let whole = &self.0[..self.0.len() - rest.len()];
        self.0 = rest;
        Some((whole, content))
    }
}

/// A length as DER writes it.
fn length(length: usize) -> Vec<u8> {
    if length < 0x80 {
        return vec![u8::try_from(length).expect("below 128")];
    }
    let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|digit| *digit == 0).collect();
    let mut written = vec![0x80 | u8::try_from(digits.len()).expect("at most eight")];
    written.extend(digits);
    written
}
