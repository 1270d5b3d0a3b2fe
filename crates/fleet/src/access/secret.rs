//! Random secrets that people and programs carry: session cookies, API tokens, the one-time setup code. Only their
//! SHA-256 is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fettle_model::{Entropy, Sha256};
use fettle_wire::sha256;
use secrecy::{ExposeSecret as _, SecretString};

/// 256 random bits in 43 characters.
pub fn random(entropy: &dyn Entropy) -> SecretString {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes).into()
}

/// `ftl_`, 43 characters, and a checksum of 6 that lets a scanner of leaked secrets know one when it sees it.
pub fn api_token(entropy: &dyn Entropy) -> SecretString {
    let body = random(entropy);
    let checksum = checksum(body.expose_secret());
    format!("ftl_{}{checksum}", body.expose_secret()).into()
}

/// True for a text of an API token's form with the right checksum.
pub fn is_api_token(text: &str) -> bool {
    text.strip_prefix("ftl_")
        .and_then(|rest| rest.split_at_checked(43))
        .is_some_and(|(body, sum)| checksum(body) == sum)
}

fn checksum(body: &str) -> String {
    sha256(body.as_bytes()).hex()[..6].to_owned()
}

pub fn hash(secret: &str) -> Sha256 {
    sha256(secret.as_bytes())
}

#[cfg(test)]
mod tests {
    use fettle_model::clock::SeededEntropy;

    use super::*;

    #[test]
    fn a_token_knows_its_own_form() {
        let token = api_token(&SeededEntropy::new(3));
        assert!(is_api_token(token.expose_secret()));
        assert!(!is_api_token(&token.expose_secret().replace("ftl_", "ftl_x")));
        assert!(!is_api_token("ftl_short"));
    }
}
