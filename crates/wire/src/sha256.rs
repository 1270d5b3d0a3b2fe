//! SHA-256 of bytes, by the one crypto provider.

use fettle_model::Sha256;

pub fn sha256(bytes: &[u8]) -> Sha256 {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    Sha256(digest.as_ref().try_into().expect("a SHA-256 has 32 bytes"))
}
