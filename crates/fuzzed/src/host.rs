//! Files that a machine without an agent hands over.

use fettle_catalog::definitions::normal;
use fettle_catalog::host::encoding;
use fettle_catalog::host::packages::Inventory;
use fettle_catalog::host::product::Product;
use fettle_catalog::host::windows;

/// Its text in any encoding, the facts in it, and its release's name; or its packages.
pub fn text(bytes: &[u8]) {
    if let Ok(inventory) = Inventory::of_dpkg(bytes) {
        assert!(!inventory.packages.is_empty());
    }
    let Ok(text) = encoding::decode(bytes) else { return };
    if let Ok(inventory) = Inventory::of_rpm(&text) {
        assert!(!inventory.packages.is_empty());
    }
    let updates = windows::updates(&text);
    let Ok(host) = windows::systeminfo(&text) else { return };
    if let Ok(updates) = updates {
        assert!(updates.is_superset(&host.articles));
    }
    if let Ok(product) = Product::of(&host) {
        assert!(product.includes(&normal(product.name())), "{}", product.name());
    }
}
