//! Images that hosts are made from: a release and a role.

use std::sync::Arc;

use crate::archive::{Archive, apt_archives, rpm_archives};
use crate::chance::Chance;
use crate::facts::Purpose;

const DESKTOP: &str = "desktop";
/// Role, name of its hosts, and how many packages it brings, of a thousand.
const ROLES: [(&str, usize); 13] = [
    ("base", 0),
    ("web", 350),
    ("db", 420),
    ("mail", 470),
    ("dns", 180),
    ("proxy", 260),
    ("build", 950),
    ("files", 520),
    ("monitor", 600),
    ("queue", 440),
    ("cache", 320),
    (DESKTOP, 1_000),
    ("ci", 880),
];

#[derive(Debug, Clone)]
pub struct Image {
    pub archive: Arc<Archive>,
    pub role: &'static str,
    /// Places of its packages in the archive: source and package, sorted.
    pub packages: Vec<(u16, u8)>,
}

/// What machines of a role are for.
pub(crate) fn purpose_of(role: &str) -> Purpose {
    if role == DESKTOP { Purpose::Workstation } else { Purpose::Server }
}

/// Every role on every release of Debian and Ubuntu: 65 images, whose sizes lie between the two numbers of packages.
pub fn images(seed: u64, least: usize, most: usize) -> Vec<Image> {
    images_of(apt_archives(seed), seed, (least, most))
}

/// The same of Rocky Linux.
pub(crate) fn rpm_images(seed: u64, least: usize, most: usize) -> Vec<Image> {
    images_of(rpm_archives(seed), seed, (least, most))
}

fn images_of(archives: Vec<Archive>, seed: u64, (least, most): (usize, usize)) -> Vec<Image> {
    let mut images = Vec::new();
    for archive in archives.into_iter().map(Arc::new) {
        for (number, (role, weight)) in ROLES.iter().enumerate() {
            let chance = Chance::new(seed, archive.codename, 1_000_000 + number as u64);
            let wanted = least + (most - least) * weight / 1_000;
            let packages = choose(&archive, least, wanted, &chance);
            images.push(Image { archive: Arc::clone(&archive), role, packages });
        }
    }
    images
}

/// The release's base, which all roles share, and then what the role brings.
fn choose(archive: &Archive, least: usize, wanted: usize, chance: &Chance) -> Vec<(u16, u8)> {
    let mut chosen = std::collections::BTreeSet::new();
    let mut add = |source: usize, most: usize| {
        for package in 0..archive.sources[source].packages.len() {
            if chosen.len() < most {
                chosen.insert((u16::try_from(source).unwrap_or(u16::MAX), u8::try_from(package).unwrap_or(u8::MAX)));
            }
        }
        chosen.len()
    };
    let mut source = 0;
    while add(source, least) < least && source + 1 < archive.sources.len() {
        source += 1;
    }
    while add(chance.below(archive.sources.len()), wanted) < wanted {}
    chosen.into_iter().collect()
}
