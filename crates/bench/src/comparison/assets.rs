//! Tables of what machines said, from the database: assets, their addresses, and what is installed on them.

use std::net::Ipv4Addr;
use std::path::Path;

use fettle_fleet::Fleet;
use fettle_model::AssetId;
use fettle_model::asset::{Facts, Interface};
use fettle_model::component::Component;
use fettle_model::debian_source::unsigned;
use fettle_qql::text::sorted_words;
use fettle_store::Tx;
use fettle_store::assets::{Asset, AssetNumber, UnpackedAsset};
use fettle_wire::WireComponent;
use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use super::files::{Pairs, Rows, TableFile};
use super::questions::sql_moment;

const PAGE: u32 = 2_000;

/// The number of each asset in the tables.
pub(crate) type Numbers = FxHashMap<AssetId, u32>;

/// As texts are searched by words, and sorted.
pub(crate) fn words(text: &str) -> String {
    format!(" {} ", sorted_words(text))
}

/// Writes them into `folder`.
pub(crate) async fn write(fleet: &Fleet, folder: &Path) -> anyhow::Result<(Vec<TableFile>, Numbers)> {
    fleet
        .database
        .snapshot(async |read| {
            let (component, places) = components(read, folder).await?;
            let mut tables = Tables {
                fleet,
                asset: Rows::begin(folder, "asset")?,
                interface: Rows::begin(folder, "interface")?,
                places,
                having: Vec::new(),
                numbers: Numbers::default(),
            };
            let mut last = AssetNumber(i64::MIN);
            loop {
                let page = read.assets().packed_after(last, PAGE).await?;
                let Some(end) = page.last() else { break };
                last = end.number();
                for packed in page {
                    tables.add(&packed.unpack()?)?;
                }
            }
            let Tables { asset, interface, having, numbers, .. } = tables;
            let mut pairs = Pairs::begin(folder, "asset_component")?;
            for (component, assets) in (0..).zip(&having) {
                pairs.add(component, assets)?;
            }
            Ok((vec![asset.end()?, interface.end()?, component, pairs.end()?], numbers))
        })
        .await
}

struct Tables<'f> {
    fleet: &'f Fleet,
    asset: Rows,
    interface: Rows,
    /// Numbers of components in the tables.
    places: FxHashMap<u32, u32>,
    /// Assets by component.
    having: Vec<RoaringBitmap>,
    numbers: Numbers,
}

impl Tables<'_> {
    fn add(&mut self, unpacked: &UnpackedAsset) -> anyhow::Result<()> {
        let number = u32::try_from(self.numbers.len())?;
        let facts = &unpacked.facts.facts;
        self.numbers.insert(unpacked.asset.id, number);
        self.add_asset(number, &unpacked.asset, facts)?;
        for interface in &facts.interfaces {
            for address in addresses(interface) {
                self.interface.add((number, &interface.name, u32::from(address)))?;
            }
        }
        self.having.resize_with(self.places.len(), RoaringBitmap::new);
        for component in &unpacked.components {
            let place = self.places.get(component).copied();
            let place = place.ok_or_else(|| anyhow::anyhow!("component {component} is not in the database"))?;
            // Numbers rise.
            self.having[place as usize].try_push(number)?;
        }
        Ok(())
    }

    /// Counts of findings are the index's own.
    fn add_asset(&mut self, number: u32, asset: &Asset, facts: &Facts) -> anyhow::Result<()> {
        let row = self.fleet.index.asset(asset.id);
        let counts = row.ok_or_else(|| anyhow::anyhow!("the index has no asset {}", asset.id))?.counts;
        let platform = match asset.os_family.as_str() {
            "linux" => Some("Linux"),
            "windows" => Some("Windows"),
            _ => None,
        };
        let user = asset.last_logged_on.as_deref().filter(|user| !user.is_empty());
        self.asset.add((
            (number, asset.id.to_string(), &asset.hostname, words(&asset.hostname)),
            (&asset.os_name, words(&asset.os_name), &asset.os_id, platform),
            facts.hardware.model.as_deref(),
            facts.timezone.as_deref(),
            (user, user.map(words)),
            asset.pending_reboot,
            asset.scanned_at.map(sql_moment),
            sql_moment(asset.enrolled_at),
            (counts.missing, counts.missing_security),
        ))
    }
}

/// Of the fourth version alone.
fn addresses(interface: &Interface) -> impl Iterator<Item = Ipv4Addr> {
    let address = |text: &String| text.split('/').next().and_then(|address| address.parse().ok());
    interface.addresses.iter().filter_map(address)
}

/// All components of the database, with their numbers there.
pub(crate) async fn all_components(read: &mut Tx) -> anyhow::Result<Vec<(u32, Component)>> {
    let mut all = Vec::new();
    let mut last = 0;
    loop {
        let page = read.components().after(last, PAGE).await?;
        let Some(end) = page.last() else { return Ok(all) };
        last = end.id;
        for stored in page {
            all.push((stored.id, WireComponent(serde_json::from_str(&stored.canonical)?).read_stored()?));
        }
    }
}

/// The table, and the place of each component in it.
async fn components(read: &mut Tx, folder: &Path) -> anyhow::Result<(TableFile, FxHashMap<u32, u32>)> {
    let all = all_components(read).await?.into_iter();
    let mut all: Vec<_> =
        all.map(|(id, component)| (source(&component), component.name().into_owned(), id, component)).collect();
    all.sort_unstable_by(|left, right| (&left.0, &left.1, left.2).cmp(&(&right.0, &right.1, right.2)));
    let mut places = FxHashMap::default();
    let mut names: FxHashMap<String, usize> = FxHashMap::default();
    let mut rows = Rows::begin(folder, "component")?;
    for (place, (source, name, id, component)) in (0..).zip(all) {
        places.insert(id, place);
        let (source, version) = source.unzip();
        let name = Some(name).filter(|name| !name.is_empty());
        let next = names.len();
        let name_number = name.clone().map(|name| *names.entry(name).or_insert(next));
        rows.add((
            (place, component.kind(), &name, name.as_deref().map(words), name_number),
            (&source, source.as_deref().map(words), &version, version.as_deref().and_then(major)),
        ))?;
    }
    Ok((rows.end()?, places))
}

/// Name and version of a package's source: of an rpm by the name of its file, in which there is no epoch.
fn source(component: &Component) -> Option<(String, String)> {
    match component {
        Component::Deb { source, source_version, .. } => {
            let (source, version) = unsigned(source, source_version);
            Some((source.into_owned(), version.into_owned()))
        }
        Component::Rpm { source, .. } => {
            let mut parts = source.strip_suffix(".src.rpm")?.rsplitn(3, '-');
            let (release, version, name) = (parts.next()?, parts.next()?, parts.next()?);
            Some((name.to_owned(), format!("{version}-{release}")))
        }
        _ => None,
    }
}

fn major(version: &str) -> Option<u32> {
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    if version.contains(':') { None } else { digits.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_begins_with_a_number_unless_it_has_an_epoch() {
        assert_eq!(["3.0.11-1", "12-1", "1:2.3", "a1"].map(major), [Some(3), Some(12), None, None]);
    }

    #[test]
    fn words_stand_between_blanks() {
        assert_eq!(words("Debian GNU/Linux 12 (bookworm)"), " debian gnu linux 12 bookworm ");
    }
}
