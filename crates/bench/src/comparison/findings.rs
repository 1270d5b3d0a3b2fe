//! Tables of what Fettle works out itself, from the index: patches, who lacks them where nothing newer replaces them, and
//! who has which tag.

use std::path::Path;

use anyhow::Context as _;
use fettle_index::Index;
use fettle_index::ask::{Deadline, Question, Scope};
use fettle_model::AssetId;
use fettle_qql::{Context, Entity, Query, check};
use jiff::tz::TimeZone;
use roaring::RoaringBitmap;

use super::assets::{Numbers, words};
use super::files::{Pairs, Rows, TableFile};
use super::fleet::Opened;

/// Writes them into `folder`.
pub(crate) fn write(opened: &Opened, folder: &Path, numbers: &Numbers) -> anyhow::Result<Vec<TableFile>> {
    let mut files = patches(opened, folder, numbers)?;
    let (mut tag, mut member) = (Rows::begin(folder, "tag")?, Pairs::begin(folder, "tag_member")?);
    for (place, (id, name)) in (0..).zip(&opened.tags) {
        tag.add((place, name, words(name)))?;
        member.add(place, &numbered(&opened.fleet.index.tag_members(*id), numbers)?)?;
    }
    files.extend([tag.end()?, member.end()?]);
    Ok(files)
}

fn patches(opened: &Opened, folder: &Path, numbers: &Numbers) -> anyhow::Result<Vec<TableFile>> {
    let index = &opened.fleet.index;
    let asked = |entity, text: &str| check(text, &Context::new(entity, opened.as_of, TimeZone::UTC));
    let of_query = |text: &str| Ok::<_, anyhow::Error>(index.ask_patch_ids(&question(&asked(Entity::Patch, text)?))?);
    let mut ids = of_query("isSuperseded:false")?;
    ids.extend(of_query("patchStatus:Missing and isLatest:true")?);
    ids.sort_unstable();
    ids.dedup();
    let (mut patch, mut package) = (Rows::begin(folder, "patch")?, Rows::begin(folder, "patch_package")?);
    let mut missing = Pairs::begin(folder, "missing")?;
    for (place, id) in (0..).zip(ids) {
        let record = index.patch_entry(id).context("a patch went away")?.patch;
        let names = (&record.title, words(&record.title), &record.product, &record.source);
        patch.add((place, id.to_string(), names, record.is_security(), index.is_superseded(id)))?;
        for one in &record.packages {
            package.add((place, &one.name, words(&one.name)))?;
        }
        let lacking = asked(Entity::Asset, &format!("patches:(id:{id} and patchStatus:Missing and isLatest:true)"))?;
        missing.add(place, &numbered(&assets(index, &lacking)?, numbers)?)?;
    }
    Ok(vec![patch.end()?, package.end()?, missing.end()?])
}

fn assets(index: &Index, query: &Query) -> anyhow::Result<Vec<AssetId>> {
    Ok(index.ask_ids(&question(query))?)
}

const fn question(query: &Query) -> Question<'_> {
    Question { query, having: None, scope: &Scope::Everything, deadline: Deadline(None) }
}

fn numbered(assets: &[AssetId], numbers: &Numbers) -> anyhow::Result<RoaringBitmap> {
    let number = |asset: &AssetId| numbers.get(asset).copied().context("an asset came in meanwhile");
    assets.iter().map(number).collect()
}
