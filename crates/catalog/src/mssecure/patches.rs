//! The bulletins' patches as far as a machine's list of updates tells of them.
//!
//! `HFNetChk` looks at registry values and files. A value below the Hotfix key, or that of Updates, is what a machine
//! lists as an update: where a patch sets one, its article tells whether it is missing. Where a patch has only files to look at, or nothing, no
//! list of updates tells; it makes no patch here and is counted. So is what is for a product that no machine reports: of
//! the bulletins' products those are told that are a release with its service pack.
//!
//! A patch for several releases is one for each: what replaces it, and whether that applies, differs between them.

use std::collections::{BTreeMap, BTreeSet};

use fettle_model::patch::{NativeId, Patch, PatchKind, Reboot, WindowsUpdate};
use fettle_model::text::cleaned;
use fettle_model::{Article, PackageKind, PatchId, Severity};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Bulletin, Command, Datastore, Patch as BulletinPatch};
use crate::reading::Report;
use crate::windows_product;

const VENDOR: &str = "Microsoft";
const MAX_TITLE: usize = 512;

/// The patches of which a list of updates tells, by release and article; the report counts the others.
pub fn patches(store: &Datastore, report: &mut Report) -> Vec<Patch> {
    let bulletins: BTreeMap<&str, &Bulletin> =
        store.bulletins.iter().map(|bulletin| (bulletin.id.as_str(), bulletin)).collect();
    let told: Vec<Option<Told>> = store.patches.iter().map(|patch| told(store, patch)).collect();
    let mut patches: BTreeMap<(String, Article), Patch> = BTreeMap::new();
    for (place, found) in told.iter().enumerate() {
        let Some(found) = found else { continue };
        let older = replaced(store, place);
        for (release, name) in &found.releases {
            let of_release = older.iter().filter_map(|older| told[*older].as_ref());
            let of_release = of_release.filter(|older| older.releases.contains_key(release));
            let replaces: BTreeSet<Article> =
                of_release.map(|older| older.article).filter(|older| *older != found.article).collect();
            let bulletin_patch = &store.patches[place];
            let bulletin = bulletins.get(bulletin_patch.key.bulletin.as_str()).copied();
            let made = patch(bulletin_patch, bulletin, found.article, (release, name), replaces);
            // Of two files of one article, such as for two processors, a machine has whichever it needs.
            let known = patches.entry((release.clone(), found.article)).or_insert_with(|| made.clone());
            if let (Some(update), Some(more)) = (&mut known.update, made.update) {
                let replaces: BTreeSet<Article> = update.replaces.iter().copied().chain(more.replaces).collect();
                update.replaces = replaces.into_iter().collect();
            }
        }
    }
    report.count_many("patchesToldByArticle", told.iter().flatten().count());
    report.count_many("patchesNotTold", told.iter().filter(|told| told.is_none()).count());
    report.count_many("updates", patches.len());
    patches.into_values().collect()
}

/// What a list of updates tells of a patch.
struct Told {
    article: Article,
    /// Product keys, with the names of product and service pack.
    releases: BTreeMap<String, String>,
}

fn told(store: &Datastore, patch: &BulletinPatch) -> Option<Told> {
    let article = hotfix(patch)?;
    let mut releases = BTreeMap::new();
    for affected in &patch.affects {
        let Some(product) = store.products.get(&affected.product) else { continue };
        for pack in affected.service_packs.iter().filter_map(|pack| store.service_packs.get(pack)) {
            if let Some(release) = release(&product.name, pack) {
                releases.insert(windows_product::of_release(&release), format!("{}, {pack}", product.name));
            }
        }
    }
    (!releases.is_empty()).then_some(Told { article, releases })
}

/// The article under whose key below `Hotfix`, or `Updates` of Windows 2000, the patch has a value that says that it is
/// there.
fn hotfix(patch: &BulletinPatch) -> Option<Article> {
    let checked = patch.registry.iter().filter(|change| change.command == Command::Registry);
    checked.map(|change| change.key.as_str()).find_map(|key| {
        let mut parts = key.split('\\').map(str::trim).skip_while(|part| !matches!(*part, "hotfix" | "updates"));
        parts.find_map(|part| Article::from_digits(part.strip_prefix('q')?))
    })
}

/// As an `os` component writes the release of this name and service pack; editions of servers other than the plain one
/// have patches of their own, which no component tells from the others.
fn release(product: &str, service_pack: &str) -> Option<String> {
    let (version, edition) = match product {
        "Windows NT Workstation 4.0" => ("4.0.1381", "Client"),
        "Windows NT Server 4.0" => ("4.0.1381", "Server"),
        "Windows 2000 Professional" => ("5.0.2195", "Client"),
        "Windows 2000 Server" => ("5.0.2195", "Server"),
        _ => return None,
    };
    let pack = match service_pack.split_once("Service Pack ") {
        Some((_, number)) => format!(" SP{}", number.split_whitespace().next()?),
        None if service_pack.ends_with(" Gold") => String::new(),
        None => return None,
    };
    Some(format!("{version} {edition} X86{pack}"))
}

/// Every patch that it replaces, directly or through others, by its place.
fn replaced(store: &Datastore, newer: usize) -> BTreeSet<usize> {
    let mut replaced = BTreeSet::new();
    let mut waiting = vec![newer];
    while let Some(newer) = waiting.pop() {
        let older = (0..store.patches.len()).filter(|older| store.replaced_by(*older).contains(&newer));
        waiting.extend(older.filter(|older| replaced.insert(*older)));
    }
    replaced
}

fn patch(
    of: &BulletinPatch,
    bulletin: Option<&Bulletin>,
    article: Article,
    (release, name): (&str, &str),
    replaces: BTreeSet<Article>,
) -> Patch {
    let title = bulletin.map_or("", |bulletin| bulletin.title.as_str());
    Patch {
        id: PatchId::derive(VENDOR, &format!("{} {article}", of.key.bulletin), release, "x86"),
        aliases: Vec::new(),
        native_ids: vec![
            NativeId { scheme: "KB".to_owned(), value: article.to_string() },
            NativeId { scheme: "BULLETIN".to_owned(), value: of.key.bulletin.clone() },
        ],
        title: cleaned(&format!("{article}, {}: {title}", of.key.bulletin), MAX_TITLE),
        description: String::new(),
        vendor: VENDOR.to_owned(),
        kind: PatchKind::Security,
        severity: Severity::None,
        urgency: None,
        // The file names none.
        cves: Some(Vec::new()),
        product: release.to_owned(),
        package_kind: PackageKind::WindowsUpdate,
        repository: None,
        source: article.to_string(),
        source_version: String::new(),
        packages: Vec::new(),
        published: bulletin.and_then(|bulletin| day(&bulletin.posted)),
        modified: None,
        reboot: if of.may_reboot { Reboot::Maybe } else { Reboot::Never },
        advisory_link: None,
        update: Some(WindowsUpdate {
            article,
            replaces: replaces.into_iter().collect(),
            products: vec![name.to_owned()],
        }),
        withdrawn: false,
    }
}

/// Of `YYYY/MM/DD`, its beginning in UTC.
fn day(posted: &str) -> Option<Timestamp> {
    let mut parts = posted.trim().split('/');
    let date = Date::new(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?).ok()?;
    date.to_zoned(TimeZone::UTC).ok().map(|start| start.timestamp())
}
