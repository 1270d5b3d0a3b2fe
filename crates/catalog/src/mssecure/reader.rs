//! Reads mssecure.xml. Definitions stand behind the bulletins that use them, so references are followed at the end.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader};

use fettle_model::version::windows::Version;

use super::{
    Affected, Bulletin, Command, Datastore, FileChange, MAX_UNPACKED, Patch, PatchKey, Product, ProductId,
    RegistryChange, ServicePackId,
};
use crate::reading::xml::{Element, records};
use crate::reading::{Bounded, ReadError, Report};

/// Reads the unpacked XML. Records that lack what they need are dropped and counted, references that lead nowhere too.
pub fn read(input: impl BufRead) -> Result<(Datastore, Report), ReadError> {
    let mut draft = Draft::default();
    // None of one kind is worth saying, too.
    for noun in ["bulletins", "patches", "products", "supersedences"] {
        draft.report.count_many(noun, 0);
    }
    let input = BufReader::new(Bounded::new(input, MAX_UNPACKED, "unpacked"));
    let root = records(input, is_record, |parent, element| draft.add(parent, &element))?;
    if root.name != "BulletinDatastore" {
        return Err(ReadError::malformed(root.place(), format_args!("`{}` is no `BulletinDatastore`", root.name)));
    }
    root.attribute("DataVersion").unwrap_or_default().clone_into(&mut draft.store.data_version);
    draft.resolve()
}

fn is_record(parent: &str, name: &str) -> bool {
    matches!(
        (parent, name),
        ("Bulletins", "Bulletin")
            | ("Products", "Product")
            | ("ServicePacks", "ServicePack")
            | ("RegKeys", "RegKey")
            | ("Files", "File")
            | ("Locations", "Location")
            | ("Comments", "Comment")
            | ("SupercededBys", "SupercededBy")
    )
}

/// What was read, before references are followed.
#[derive(Default)]
struct Draft {
    store: Datastore,
    report: Report,
    comments: HashSet<u32>,
    comment_references: Vec<(u32, u64)>,
    locations: HashMap<u32, String>,
    files: HashMap<u32, (FileChange, u32)>,
    registry: HashMap<u32, (RegistryChange, u32)>,
    /// For each patch, the ids of its changes.
    changes: Vec<Changes>,
}

#[derive(Default)]
struct Changes {
    files: Vec<u32>,
    registry: Vec<u32>,
}

/// A part of a record that it cannot do without.
type Lacking = &'static str;

impl Draft {
    fn add(&mut self, parent: &str, element: &Element) {
        let added = match (element.flaw, parent) {
            (Some(flaw), _) => Err(flaw),
            (None, "Bulletins") => self.bulletin(element),
            (None, "Products") => self.product(element),
            (None, "ServicePacks") => self.service_pack(element),
            (None, "RegKeys") => self.registry_key(element),
            (None, "Files") => self.file(element),
            (None, "Locations") => self.location(element),
            (None, "Comments") => id(element, "CommentID").map(|comment| {
                self.comments.insert(comment);
            }),
            (None, _) => self.supersedence(element),
        };
        if let Err(lacking) = added {
            self.report.dropped.add(element.place(), lacking, &element.name);
        }
    }

    fn bulletin(&mut self, element: &Element) -> Result<(), Lacking> {
        let id = text(element, "BulletinID", "a bulletin without `BulletinID`")?;
        let articles = element.all("QNumbers").flat_map(|list| list.all("QNumber"));
        self.store.bulletins.push(Bulletin {
            id: id.clone(),
            title: element.attribute("Title").unwrap_or_default().trim().to_owned(),
            posted: element.attribute("DatePosted").unwrap_or_default().to_owned(),
            articles: articles
                .filter_map(|article| article.attribute("QNumber"))
                .map(|article| article.trim().to_owned())
                .filter(|article| !article.is_empty())
                .collect(),
        });
        self.report.count("bulletins");
        self.comments_of(element, "BulletinComments", "BulletinComment");
        for patch in element.all("Patches").flat_map(|list| list.all("Patch")) {
            if let Err(lacking) = self.patch(&id, patch) {
                self.report.dropped.add(patch.place(), lacking, &id);
            }
        }
        Ok(())
    }

    fn patch(&mut self, bulletin: &str, element: &Element) -> Result<(), Lacking> {
        let name = text(element, "PatchName", "a patch without `PatchName`")?;
        let affects = element.all("AffectedProduct").map(affected).collect::<Result<Vec<_>, _>>()?;
        let supersedence = element.attribute("SBID").unwrap_or_default().trim();
        let supersedence = match supersedence {
            "" | "0" => None,
            other => Some(other.parse().map_err(|_| "a patch whose `SBID` is no number")?),
        };
        self.comments_of(element, "PatchComments", "PatchComment");
        let ids = |list: &str, item: &str, name: &str| -> Result<Vec<u32>, Lacking> {
            element.all(list).flat_map(|list| list.all(item)).map(|item| id(item, name)).collect()
        };
        self.changes.push(Changes {
            files: ids("FileChgs", "FileChg", "FileChangeID")?,
            registry: ids("RegChgs", "RegChg", "RegChangeID")?,
        });
        self.report.count("patches");
        self.report.count_many("affectedProducts", affects.len());
        self.report
            .count_many("affectedServicePacks", affects.iter().map(|affected| affected.service_packs.len()).sum());
        self.store.patches.push(Patch {
            key: PatchKey { bulletin: bulletin.to_owned(), name },
            affects,
            supersedence,
            may_reboot: element.attribute("NoReboot") != Some("1"),
            files: Vec::new(),
            registry: Vec::new(),
            offset: element.offset,
        });
        Ok(())
    }

    fn comments_of(&mut self, element: &Element, list: &str, item: &str) {
        for comment in element.all(list).flat_map(|list| list.all(item)) {
            match id(comment, "CommentID") {
                Ok(id) => self.comment_references.push((id, comment.offset)),
                Err(lacking) => self.report.warnings.add(comment.place(), lacking, item),
            }
        }
    }

    fn product(&mut self, element: &Element) -> Result<(), Lacking> {
        let product = ProductId(id(element, "ProductID")?);
        let service_packs = element.all("AvailableSPs").flat_map(|list| list.all("AvailableSP"));
        // A product that lists none has one, the current: as it was released.
        let current = element.attribute("CurrentServicePackID").and_then(|text| text.trim().parse().ok());
        let mut service_packs: Vec<_> = service_packs
            .map(|service_pack| id(service_pack, "ServicePackID").map(ServicePackId))
            .collect::<Result<_, _>>()?;
        if service_packs.is_empty() {
            service_packs.extend(current.map(ServicePackId));
        }
        let name = text(element, "Name", "a product without `Name`")?.trim().to_owned();
        self.store.products.insert(product, Product { name, service_packs });
        self.report.count("products");
        Ok(())
    }

    fn service_pack(&mut self, element: &Element) -> Result<(), Lacking> {
        let name = text(element, "Name", "a service pack without `Name`")?;
        self.store.service_packs.insert(ServicePackId(id(element, "ServicePackID")?), name.trim().to_owned());
        self.report.count("servicePacks");
        Ok(())
    }

    /// The value's name is the key element's; `RegKeyID` in its changes is not to be relied on.
    fn registry_key(&mut self, element: &Element) -> Result<(), Lacking> {
        let name = text(element, "Name", "a registry key without `Name`")?.to_lowercase();
        for change in element.all("RegChanges").flat_map(|list| list.all("RegChange")) {
            let command = command(change)?;
            let expected = change.attribute("RegChangeValue").unwrap_or_default().trim().to_owned();
            let made = RegistryChange { command, key: String::new(), name: name.clone(), expected };
            self.registry.insert(id(change, "RegChangeID")?, (made, id(change, "LocationID")?));
            self.report.count("registryChanges");
        }
        Ok(())
    }

    fn file(&mut self, element: &Element) -> Result<(), Lacking> {
        let name = text(element, "Name", "a file without `Name`")?;
        let location = id(element, "LocationID")?;
        self.report.count("files");
        for change in element.all("FileChanges").flat_map(|list| list.all("FileChange")) {
            let version = change.attribute("Version").unwrap_or_default().trim();
            let parsed = Version::parse(version).ok();
            if parsed.is_none() && !matches!(version, "" | "na") {
                self.report.warnings.add(change.place(), "a file version that is none", version);
            }
            let checksum = change.attribute("Checksum").unwrap_or_default().trim();
            let made = FileChange {
                command: command(change)?,
                path: name.trim().to_lowercase(),
                version: parsed,
                checksum: checksum.parse().ok().filter(|checksum| *checksum != 0),
            };
            self.files.insert(id(change, "FileChangeID")?, (made, location));
            self.report.count("fileChanges");
        }
        Ok(())
    }

    fn location(&mut self, element: &Element) -> Result<(), Lacking> {
        let path = element.attribute("Path").ok_or("a location without `Path`")?;
        self.locations.insert(id(element, "LocationID")?, path.trim().trim_end_matches('\\').to_lowercase());
        self.report.count("locations");
        Ok(())
    }

    fn supersedence(&mut self, element: &Element) -> Result<(), Lacking> {
        let mut newer = Vec::new();
        for bulletin in element.all("SupercededBulletins").flat_map(|list| list.all("SupercededBulletin")) {
            let id = text(bulletin, "BulletinID", "a supersedence without `BulletinID`")?;
            for patch in bulletin.all("SupercededPatches").flat_map(|list| list.all("SupercededPatch")) {
                let name = text(patch, "PatchName", "a supersedence without `PatchName`")?;
                newer.push(PatchKey { bulletin: id.clone(), name });
            }
        }
        self.store.supersedences.insert(id(element, "SBID")?, newer);
        self.report.count("supersedences");
        Ok(())
    }

    fn resolve(mut self) -> Result<(Datastore, Report), ReadError> {
        for (comment, offset) in &self.comment_references {
            if !self.comments.contains(comment) {
                let place = crate::reading::Place::Offset(*offset);
                self.report.unresolved.add(place, "comment", &comment.to_string());
            }
        }
        for (patch, changes) in self.store.patches.iter_mut().zip(&self.changes) {
            patch.files = changes
                .files
                .iter()
                .filter_map(|change| self.files.get(change))
                .cloned()
                .filter_map(|(mut change, location)| {
                    let folder = self.locations.get(&location)?;
                    change.path = format!("{folder}\\{}", change.path);
                    Some(change)
                })
                .collect();
            patch.registry = changes
                .registry
                .iter()
                .filter_map(|change| self.registry.get(change))
                .cloned()
                .filter_map(|(mut change, location)| {
                    change.key.clone_from(self.locations.get(&location)?);
                    Some(change)
                })
                .collect();
            for _ in patch.files.len()..changes.files.len() {
                self.report.unresolved.add(patch.place(), "file change or its location", &patch.key.name);
            }
            for _ in patch.registry.len()..changes.registry.len() {
                self.report.unresolved.add(patch.place(), "registry change or its location", &patch.key.name);
            }
            for affected in &patch.affects {
                if !self.store.products.contains_key(&affected.product) {
                    self.report.unresolved.add(patch.place(), "product", &affected.product.0.to_string());
                }
                for service_pack in affected.service_packs.iter().chain(&affected.fixed_in) {
                    if !self.store.service_packs.contains_key(service_pack) {
                        self.report.unresolved.add(patch.place(), "service pack", &service_pack.0.to_string());
                    }
                }
            }
        }
        self.store.link(&mut self.report);
        self.report.accept("patches")?;
        Ok((self.store, self.report))
    }
}

fn affected(element: &Element) -> Result<Affected, Lacking> {
    let fixed_in = match element.attribute("FixedInSP").unwrap_or_default().trim() {
        "" | "0" => None,
        other => Some(ServicePackId(other.parse().map_err(|_| "an affected product whose `FixedInSP` is no number")?)),
    };
    let service_packs = element.all("AffectedServicePack").map(|pack| id(pack, "ServicePackID").map(ServicePackId));
    Ok(Affected {
        product: ProductId(id(element, "ProductID")?),
        service_packs: service_packs.collect::<Result<_, _>>()?,
        fixed_in,
    })
}

fn command(element: &Element) -> Result<Command, Lacking> {
    Command::of(element.attribute("CommandID").unwrap_or_default().trim()).ok_or("a `CommandID` that is not defined")
}

fn text(element: &Element, name: &str, lacking: Lacking) -> Result<String, Lacking> {
    element.attribute(name).filter(|text| !text.trim().is_empty()).map(str::to_owned).ok_or(lacking)
}

fn id(element: &Element, name: &str) -> Result<u32, Lacking> {
    element.attribute(name).and_then(|text| text.trim().parse().ok()).ok_or("an id that is no number")
}
