//! The machine's random generator.

use fettle_model::Entropy;
use rand::TryRngCore as _;

#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        rand::rngs::OsRng.try_fill_bytes(bytes).expect("the kernel gives random bytes once it has started");
    }
}

/// A number from 0 to `most`, each as likely as the other but for a bias of less than 2^-32.
pub fn up_to(entropy: &dyn Entropy, most: u64) -> u64 {
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes);
    let wide = u128::from(u64::from_le_bytes(bytes)) * (u128::from(most) + 1);
    u64::try_from(wide >> 64).expect("the product's upper half is below 2^64")
}
