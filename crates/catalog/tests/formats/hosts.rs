//! Real hosts against the real table, beside the reference tool: every difference has a reason.

use std::collections::BTreeSet;
use std::path::Path;

use fettle_catalog::definitions::{Article, Definitions, Kind, normal, read};
use fettle_catalog::host::product::Product;
use fettle_catalog::host::windows::{systeminfo, updates};
use fettle_catalog::host::{Assessment, Status, assess, encoding};

use crate::definitions::archive;
use crate::reference::{self, Row, Rows};
use crate::support::vendor_file;

/// A host's file, the release that it is, and what the reference tool made of it: its name of the release (none: it could
/// not read the file) and its number of missing articles.
struct Host {
    file: &'static str,
    product: &'static str,
    articles: usize,
    reference: Option<(&'static str, usize)>,
}

const fn host(
    file: &'static str,
    product: &'static str,
    articles: usize,
    reference: Option<(&'static str, usize)>,
) -> Host {
    Host { file, product, articles, reference }
}

const SEVEN: &str = "Windows 7 for x64-based Systems Service Pack 1";
const HOSTS: [Host; 21] = [
    host(
        "10_1803_x64_proforworkstations_en-us_A_20190305",
        "Windows 10 Version 1803 for x64-based Systems",
        4,
        Some(("Windows 10 Version 1803 for x64-based Systems", 17)),
    ),
    host(
        "10_1803_x86_enterprise_nl",
        "Windows 10 Version 1803 for 32-bit Systems",
        4,
        Some(("Windows 10 Version 1803 for 32-bit Systems", 17)),
    ),
    host("10_1809_x64_education_es", "Windows 10 Version 1809 for x64-based Systems", 9, None),
    host(
        "10_1809_x64_enterprise_zh-cn",
        "Windows 10 Version 1809 for x64-based Systems",
        1,
        Some(("Windows 10 Version 1809 for x64-based Systems", 34)),
    ),
    host(
        "10_22H2_x64_enterprise_en-us",
        "Windows 10 Version 22H2 for x64-based Systems",
        1,
        Some(("Windows 10 Version 21H2 for x64-based Systems", 17)),
    ),
    host(
        "10_rtm_x64_pro_en-us",
        "Windows 10 for x64-based Systems",
        2,
        Some(("Windows 10 Version 1507 for x64-based Systems", 5)),
    ),
    host(
        "11_22H2_x64_home-single-language",
        "Windows 11 Version 22H2 for x64-based Systems",
        1,
        Some(("Windows 11 for x64-based Systems", 0)),
    ),
    host(
        "11_24H2_x64_enterprise",
        "Windows 11 Version 24H2 for x64-based Systems",
        3,
        Some(("Windows 11 for x64-based Systems", 1)),
    ),
    host("7_sp1_x64_enterprise_fr_cmd", SEVEN, 73, Some((SEVEN, 342))),
    host("7_sp1_x64_enterprise_fr_powershell", SEVEN, 93, Some((SEVEN, 328))),
    host("7_sp1_x64_ultimaten_de", SEVEN, 242, Some((SEVEN, 252))),
    host(
        "7_sp1_x86_enterprise_en-us",
        "Windows 7 for 32-bit Systems Service Pack 1",
        2,
        Some(("Windows 7 for 32-bit Systems Service Pack 1", 385)),
    ),
    host(
        "8.1_u1_x64_enterprise_en-us",
        "Windows 8.1 for x64-based Systems",
        6,
        Some(("Windows 8.1 for x64-based Systems", 27)),
    ),
    host(
        "srv_2003r2_sp2_x86_standard_en-us",
        "Microsoft Windows Server 2003 Service Pack 2",
        67,
        Some(("Microsoft Windows Server 2003", 181)),
    ),
    host(
        "srv_2008r2_sp1_x64_standard_en-us",
        "Windows Server 2008 R2 for x64-based Systems Service Pack 1",
        2,
        Some(("Windows Server 2008 R2 for x64-based Systems", 108)),
    ),
    host("srv_2012r2_x64_standard_ru", "Windows Server 2012 R2", 7, None),
    host("srv_2019_rtm_datacenter_en-us", "Windows Server 2019", 5, Some(("Windows Server 2019", 33))),
    host("srv_2022", "Windows Server 2022", 3, Some(("Windows Server 2022", 53))),
    host(
        "vista_x64_sp2",
        "Windows Vista x64 Edition Service Pack 2",
        172,
        Some(("Windows Vista x64 Edition Service Pack 2", 260)),
    ),
    host("xp_rtm_x86_professional_en-us", "Microsoft Windows XP", 1, Some(("Microsoft Windows XP", 193))),
    host(
        "xp_sp3_x86_professional_en-us",
        "Microsoft Windows XP Service Pack 3",
        92,
        Some(("Microsoft Windows XP Service Pack 3", 106)),
    ),
];

/// Why our list and the reference's differ in one article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// The reference judges another release, edition or service pack, or a program with the release's name in its own.
    OtherProduct,
    /// The reference compares the letters of the product's name as they are (`Systems`, `systems`).
    Spelling,
    /// The list of what is superseded is parted by `<br>` or a line end, where the reference parts at `;` alone.
    ListSplit,
    /// The reference loses what only the full server has, where a vulnerability has rows for Server Core too.
    LostAsDuplicate,
}

fn facts(folder: &Path, file: &str) -> fettle_catalog::host::windows::Host {
    let ending = match file.strip_prefix("7_sp1_x64_enterprise_fr_") {
        Some(console) => format!("7_sp1_x64_enterprise_fr_systeminfo_{console}.txt"),
        None => format!("{file}_systeminfo.txt"),
    };
    let bytes = fs_err::read(folder.join(ending)).expect("readable");
    systeminfo(&encoding::decode(&bytes).expect("text")).expect(file)
}

#[test]
fn twenty_four_real_files_beside_the_reference() {
    let (Some(table), Some(folder)) = (vendor_file("wesng/definitions.zip"), vendor_file("wesng/hosts")) else {
        return;
    };
    let (definitions, _) = read(fs_err::File::open(&table).expect("readable")).expect("the real table");
    let rows = reference::rows(&table);
    let mut summary = Vec::new();
    for host in HOSTS {
        let facts = facts(&folder, host.file);
        let product = Product::of(&facts).expect(host.file);
        assert_eq!((product.name(), facts.articles.len()), (host.product, host.articles), "{}", host.file);
        let assessment = assess(&definitions, &product, &facts.articles).expect(host.file);
        let ours = missing(&assessment);
        let Some((name, count)) = host.reference else {
            summary.push(format!("{}: {} missing, the reference cannot read it", host.file, ours.len()));
            assert!(!ours.is_empty(), "{}", host.file);
            continue;
        };
        let theirs = reference::missing(&rows, name, &facts.articles);
        assert_eq!(theirs.len(), count, "{}: the reference's own run", host.file);
        let reasons = explain(&rows, name, &product, &assessment, &ours, &theirs, host.file);
        summary.push(format!("{}: {} missing, reference {count}{reasons}", host.file, ours.len()));
    }
    summary.extend(lists(&definitions, &folder));
    insta::assert_snapshot!(summary.join("\n"), @r"
    10_1803_x64_proforworkstations_en-us_A_20190305: 17 missing, reference 17, no difference
    10_1803_x86_enterprise_nl: 17 missing, reference 17, no difference
    10_1809_x64_education_es: 32 missing, the reference cannot read it
    10_1809_x64_enterprise_zh-cn: 34 missing, reference 34, no difference
    10_22H2_x64_enterprise_en-us: 17 missing, reference 17 (only ours: 11 OtherProduct, only theirs: 11 OtherProduct)
    10_rtm_x64_pro_en-us: 26 missing, reference 5 (only ours: 24 OtherProduct, only theirs: 3 OtherProduct)
    11_22H2_x64_home-single-language: 12 missing, reference 0 (only ours: 12 OtherProduct)
    11_24H2_x64_enterprise: 22 missing, reference 1 (only ours: 22 OtherProduct, only theirs: 1 OtherProduct)
    7_sp1_x64_enterprise_fr_cmd: 342 missing, reference 342, no difference
    7_sp1_x64_enterprise_fr_powershell: 328 missing, reference 328, no difference
    7_sp1_x64_ultimaten_de: 252 missing, reference 252, no difference
    7_sp1_x86_enterprise_en-us: 384 missing, reference 385 (only theirs: 1 ListSplit)
    8.1_u1_x64_enterprise_en-us: 320 missing, reference 27 (only ours: 299 Spelling, only theirs: 6 Spelling)
    srv_2003r2_sp2_x86_standard_en-us: 178 missing, reference 181 (only ours: 4 OtherProduct, only theirs: 7 OtherProduct)
    srv_2008r2_sp1_x64_standard_en-us: 459 missing, reference 108 (only ours: 405 OtherProduct, only ours: 6 LostAsDuplicate, only theirs: 60 OtherProduct)
    srv_2012r2_x64_standard_ru: 366 missing, the reference cannot read it
    srv_2019_rtm_datacenter_en-us: 33 missing, reference 33, no difference
    srv_2022: 45 missing, reference 53 (only theirs: 8 OtherProduct)
    vista_x64_sp2: 260 missing, reference 260, no difference
    xp_rtm_x86_professional_en-us: 1 missing, reference 193 (only theirs: 192 OtherProduct)
    xp_sp3_x86_professional_en-us: 106 missing, reference 106, no difference
    10_1803_x64_proforworkstations_en-us_A_20190305_updates.txt: 2 articles, 18 missing
    xp_sp2_x86_qfe.txt: 1 articles, 79 missing
    xp_sp3_x86_professional_en-us_qfe.txt: 135 articles, 74 missing
    ");
}

fn missing(assessment: &Assessment) -> BTreeSet<Article> {
    assessment.missing(Kind::Security).map(|finding| finding.article).collect()
}

/// Counts the differences by reason; one without a reason fails.
fn explain(
    rows: &Rows,
    name: &str,
    product: &Product,
    assessment: &Assessment,
    ours: &BTreeSet<Article>,
    theirs: &BTreeSet<Article>,
    file: &str,
) -> String {
    let seen = reference::of_product(rows, name);
    let rows: Vec<&Row> =
        rows.iter().filter(|(name, _)| product.includes(&normal(name))).flat_map(|(_, rows)| rows).collect();
    let rows = rows.as_slice();
    let mut counts = std::collections::BTreeMap::new();
    for article in ours.symmetric_difference(theirs) {
        let is_ours = ours.contains(article);
        let reason = if is_ours {
            only_ours(rows, &seen, product, *article)
        } else {
            only_theirs(rows, &seen, name, product, assessment, *article)
        };
        let reason = reason.unwrap_or_else(|| panic!("{file}: {article} (ours: {is_ours}) is unexplained"));
        *counts.entry((if is_ours { "only ours" } else { "only theirs" }, reason)).or_insert(0) += 1;
    }
    let counts: Vec<_> = counts.iter().map(|((whose, reason), count)| format!("{whose}: {count} {reason:?}")).collect();
    if counts.is_empty() { ", no difference".to_owned() } else { format!(" ({})", counts.join(", ")) }
}

fn is(row: &Row, article: Article) -> bool {
    row.article == article.0.to_string()
}

fn only_ours(rows: &[&Row], seen: &[&Row], product: &Product, article: Article) -> Option<Reason> {
    let text = article.0.to_string();
    // They saw no row of it: another product, or the same in other letters.
    if !seen.iter().any(|row| is(row, article)) {
        let of_ours = rows.iter().find(|row| is(row, article))?;
        let same_letters = normal(&of_ours.product).contains(&normal(product.name()));
        let in_other_letters = seen.iter().any(|row| {
            normal(&row.product) == normal(&of_ours.product) || normal(&row.product).ends_with(&normal(product.name()))
        });
        return Some(if same_letters && in_other_letters { Reason::Spelling } else { Reason::OtherProduct });
    }
    // A row of another product, which they took for this one, supersedes it.
    let by_others = seen.iter().any(|row| !product.includes(&normal(&row.product)) && row.supersedes.contains(&text));
    if by_others {
        return Some(Reason::OtherProduct);
    }
    let is_server = product.name().contains("Windows Server");
    let of_full_server = seen.iter().filter(|row| is(row, article)).all(|row| !row.product.contains("Server Core"));
    (is_server && of_full_server).then_some(Reason::LostAsDuplicate)
}

fn only_theirs(
    rows: &[&Row],
    seen: &[&Row],
    name: &str,
    product: &Product,
    assessment: &Assessment,
    article: Article,
) -> Option<Reason> {
    let Some(finding) = assessment.findings.iter().find(|finding| finding.article == article) else {
        // No row of ours: each of theirs must be of something else.
        let others = seen.iter().filter(|row| is(row, article)).all(|row| !product.includes(&normal(&row.product)));
        return others.then_some(Reason::OtherProduct);
    };
    let text = article.0.to_string();
    let replacing =
        || rows.iter().filter(|row| row.supersedes.split(|c: char| !c.is_ascii_digit()).any(|older| older == text));
    let is_replaced = finding.status == Status::Installed || !finding.is_latest;
    if !is_replaced {
        return None;
    }
    if replacing().any(|row| reference::sees(name, &row.product)) {
        return replacing()
            .any(|row| !row.supersedes.split(';').any(|older| older == text))
            .then_some(Reason::ListSplit);
    }
    let in_other_letters = |row: &&Row| !row.product.contains(name) && normal(&row.product).contains(&normal(name));
    let same_release = replacing().any(in_other_letters);
    Some(if same_release { Reason::Spelling } else { Reason::OtherProduct })
}

/// The three files that hold a list of updates and name no system.
fn lists(definitions: &Definitions, folder: &Path) -> Vec<String> {
    let list = |file: &str| {
        let bytes = fs_err::read(folder.join(file)).expect("readable");
        updates(&encoding::decode(&bytes).expect("text")).expect(file)
    };
    let of = |product: &str, file: &str| {
        let articles = list(file);
        let assessment = assess(definitions, &Product::named(product), &articles).expect(file);
        format!("{file}: {} articles, {} missing", articles.len(), missing(&assessment).len())
    };
    let three = "Microsoft Windows XP Service Pack 3";
    vec![
        of(
            "Windows 10 Version 1803 for x64-based Systems",
            "10_1803_x64_proforworkstations_en-us_A_20190305_updates.txt",
        ),
        of("Microsoft Windows XP Service Pack 2", "xp_sp2_x86_qfe.txt"),
        of(three, "xp_sp3_x86_professional_en-us_qfe.txt"),
    ]
}

/// Updates of our own: replaced through others, by an installed one, in a circle, by itself, and a service pack.
#[test]
fn statuses_and_what_they_rest_on() {
    let row = |article: u32, date: u32, supersedes: &str, product: &str| {
        format!(
            "\"{date}\",\"CVE-2024-{article}\",\"{article}\",\"Update {article}\",\"{product}\",\"\",\"Important\",\"\",\"{supersedes}\",\"\"\r\n"
        )
    };
    let ours = "Windows Server 2019";
    let rows = [
        row(5_000_001, 20_240_101, "", ours),
        row(5_000_002, 20_240_201, "5000001", ours),
        row(5_000_003, 20_240_301, "5000002", "Windows Server 2019 (Server Core installation)"),
        row(5_000_010, 20_240_101, "", "Program 1 on Windows Server 2019"),
        row(5_000_011, 20_240_201, "5000010", ours),
        row(5_000_020, 20_240_101, "5000021", ours),
        row(5_000_021, 20_240_201, "5000020", ours),
        row(5_000_030, 20_240_101, "5000030", "windows server 2019 "),
        row(5_000_040, 20_240_101, "", "Windows Server 2019, other edition"),
    ];
    let custom =
        "\"20240101\",\"SP19\",\"5000050\",\"A service pack\",\"Windows Server 2019\",\"\",\"\",\"\",\"\",\"\"\r\n";
    let table = archive(&rows.concat(), custom);
    let (definitions, _) = read(std::io::Cursor::new(table)).expect("a table");
    let installed = BTreeSet::from([Article(5_000_011), Article(999_999)]);
    let assessment = assess(&definitions, &Product::named(ours), &installed).expect("a known product");
    let shown: Vec<_> = assessment
        .findings
        .iter()
        .map(|finding| {
            let latest = if finding.is_latest { "" } else { ", not the latest" };
            format!("{} {}{latest}: {}", finding.article, finding.status.name(), finding.evidence[0].found)
        })
        .collect();
    assert_eq!(
        shown,
        [
            "KB5000001 Missing, not the latest: absent",
            "KB5000002 Missing, not the latest: absent",
            "KB5000003 Missing: absent",
            "KB5000010 Installed, not the latest: replaced by KB5000011, which is installed",
            "KB5000011 Installed: installed",
            "KB5000020 Missing, not the latest: absent",
            "KB5000021 Missing: absent",
            "KB5000030 Missing: absent",
            "KB5000050 Missing: absent",
        ]
    );
    assert_eq!(assessment.missing(Kind::ServicePack).count(), 1);
    assert_eq!(assessment.findings[0].source, "CVEs_20260101.csv, from line 2");
    assert_eq!(assessment.findings[0].replaced_by, [Article(5_000_002)]);

    let unknown = assess(&definitions, &Product::named("Windows 3.1"), &installed).expect_err("not in the table");
    assert_eq!(unknown.to_string(), r#"the definitions say nothing about "Windows 3.1""#);
}
