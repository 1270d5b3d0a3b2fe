//! A Windows machine by its `systeminfo` and lists of updates, against the table of Microsoft's updates.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fettle_catalog::definitions::{self, Article, Definitions, Kind};
use fettle_catalog::host::product::Product;
use fettle_catalog::host::{Assessment, Finding as HostFinding, Unreadable, assess, encoding, windows};
use serde_json::{Value, json};

use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_facts, print_json_text, print_table, table};
use crate::text::{some_of, thousands};

/// What the arguments name.
pub(super) struct Files<'a> {
    pub(super) definitions: &'a Path,
    pub(super) systeminfo: Option<&'a Path>,
    pub(super) hotfixes: &'a [PathBuf],
    pub(super) product: Option<&'a str>,
}

pub(super) fn run(files: &Files<'_>, format: Format) -> Result<Finding, Failure> {
    let (product, mut installed) = match (files.systeminfo, files.product) {
        (Some(file), _) => of_systeminfo(file)?,
        (None, Some(name)) => (Product::named(name), BTreeSet::new()),
        (None, None) => return Err(Failure::Argument("neither a machine nor a product is named".to_owned())),
    };
    for file in files.hotfixes {
        installed.extend(windows::updates(&text(file)?).map_err(|error| unreadable(file, error))?);
    }
    let definitions = read_definitions(files.definitions)?;
    let assessment =
        assess(&definitions, &product, &installed).map_err(|error| unreadable(files.definitions, error))?;
    if format.json {
        print_json_text(&to_json(&assessment).to_string());
    } else {
        show(&assessment);
    }
    let is_missing = assessment.missing(Kind::Security).chain(assessment.missing(Kind::ServicePack)).next().is_some();
    Ok(is_missing.into())
}

fn of_systeminfo(file: &Path) -> Result<(Product, BTreeSet<Article>), Failure> {
    let host = windows::systeminfo(&text(file)?).map_err(|error| unreadable(file, error))?;
    let product = Product::of(&host).map_err(|error| unreadable(file, error))?;
    Ok((product, host.articles))
}

pub(super) fn text(file: &Path) -> Result<String, Failure> {
    use std::io::Read as _;
    let cannot = |source| Failure::File { operation: format!("{} cannot be read", file.display()), source };
    let mut bytes = Vec::new();
    let file_of = fs_err::File::open(file).map_err(cannot)?;
    file_of.take(encoding::MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(cannot)?;
    encoding::decode(&bytes).map_err(|error| unreadable(file, error))
}

fn read_definitions(file: &Path) -> Result<Definitions, Failure> {
    let cannot = |source| Failure::File { operation: format!("{} cannot be read", file.display()), source };
    let input = fs_err::File::open(file).map_err(cannot)?;
    let read = definitions::read(input).map_err(|source| Failure::Catalogue { file: file.to_owned(), source })?;
    Ok(read.0)
}

pub(super) fn unreadable(file: &Path, source: Unreadable) -> Failure {
    Failure::Unreadable { file: file.to_owned(), source }
}

fn to_json(assessment: &Assessment) -> Value {
    let articles =
        |articles: &mut dyn Iterator<Item = Article>| articles.map(|one| one.to_string()).collect::<Vec<_>>();
    let finding = |finding: &HostFinding| {
        let evidence = finding.evidence.iter().map(|fact| {
            json!({"check": fact.check, "component": fact.subject, "found": fact.found, "op": fact.op,
                   "expected": fact.expected, "holds": fact.holds})
        });
        json!({
            "patch": finding.article.to_string(),
            "title": finding.title,
            "kind": match finding.kind { Kind::Security => "Security", Kind::ServicePack => "ServicePack" },
            "vendorSeverity": finding.severity.name(),
            "cves": finding.cves,
            "patchStatus": finding.status.name(),
            "isLatest": finding.is_latest,
            "supersededBy": articles(&mut finding.replaced_by.iter().copied()),
            "rule": rule(assessment, finding),
            "evidence": evidence.collect::<Vec<_>>(),
            "source": finding.source,
        })
    };
    json!({
        "product": assessment.product,
        "installed": articles(&mut assessment.installed.iter().copied()),
        "missing": assessment.missing(Kind::Security).count(),
        "findings": assessment.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

/// The rule in words.
fn rule(assessment: &Assessment, finding: &HostFinding) -> String {
    format!("{}, and {} or an update that replaces it is installed", assessment.product, finding.article)
}

fn show(assessment: &Assessment) {
    let missing: Vec<_> = assessment.missing(Kind::Security).collect();
    let service_packs: Vec<_> =
        assessment.missing(Kind::ServicePack).map(|pack| format!("{} {}", pack.article, pack.title)).collect();
    let mut cves: Vec<&str> = missing.iter().flat_map(|finding| finding.cves.iter().map(String::as_str)).collect();
    cves.sort_unstable();
    cves.dedup();
    print_facts(&[
        ("Product", assessment.product.clone()),
        ("Installed", format!("{} listed", assessment.installed.len())),
        ("Missing", format!("{}, with {} CVEs", missing.len(), thousands(cves.len() as u64))),
        ("Service packs", service_packs.join(", ")),
    ]);
    if missing.is_empty() {
        return;
    }
    print("");
    let mut rows = table(["PATCH", "STATUS", "SEVERITY", "CVES", "TITLE", "SOURCE"]);
    for finding in missing {
        rows.add_row([
            finding.article.to_string(),
            finding.status.name().to_owned(),
            finding.severity.name().to_owned(),
            some_of(&finding.cves, 2),
            finding.title.clone(),
            finding.source.clone(),
        ]);
    }
    print_table(&rows);
}
