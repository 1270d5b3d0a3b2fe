//! mssecure.xml and its cabinet.

use std::process::Command;

use fettle_catalog::mssecure::evaluate::{FileFact, Finding, Machine, RegistryChecks, Status, evaluate};
use fettle_catalog::mssecure::patches::patches;
use fettle_catalog::mssecure::{Datastore, MAX_UNPACKED, cabinet, read};
use fettle_catalog::reading::{ReadError, Report};
use fettle_catalog::windows_product::of_release;
use fettle_model::patch::Reboot;
use fettle_model::version::windows::Version;

use crate::support::{fixture, skipped, vendor_file};

fn own() -> (Datastore, Report) {
    read(fixture("mssecure.xml").as_slice()).expect("our own file")
}

/// A machine with one product and files.
fn machine(store: &Datastore, service_pack: &str, files: &[(&str, FileFact)]) -> Machine {
    let products = store.installed("example system 1.0", service_pack).into_iter().collect();
    let files = files.iter().map(|(name, fact)| (format!("%windir%\\system32\\{name}"), *fact)).collect();
    Machine { products, files, is_english: true, ..Machine::default() }
}

fn file(version: &str, checksum: u32) -> FileFact {
    FileFact { version: Some(Version::parse(version).expect("a version")), checksum: Some(checksum) }
}

/// Name, status and whether it is superseded, of all patches that apply.
fn results(store: &Datastore, findings: &[Finding]) -> Vec<(String, Status, bool)> {
    let one =
        |finding: &Finding| (store.patches[finding.patch].key.name.clone(), finding.status, finding.is_superseded);
    findings.iter().map(one).collect()
}

#[test]
fn references_are_followed_and_what_leads_nowhere_is_counted() {
    let (store, report) = own();
    let counted: Vec<_> = report.read.iter().map(|(noun, count)| format!("{noun} {count}")).collect();
    assert_eq!(
        counted.join(", "),
        "affectedProducts 5, affectedServicePacks 5, bulletins 2, fileChanges 7, files 3, locations 2, patches 4, \
         products 2, registryChanges 1, servicePacks 3, supersedences 2"
    );
    assert_eq!((report.dropped.total(), report.unresolved.total()), (0, 0));
    assert_eq!(report.warnings.reasons().collect::<Vec<_>>(), [("supersedence record that names no patch", 1)]);
    assert_eq!(store.bulletins[0].articles.iter().collect::<Vec<_>>(), ["Q100001"]);
    assert_eq!(store.patches[0].files[0].path, r"%windir%\system32\parser.dll");
    assert_eq!(store.patches[0].registry[0].name, "installed");
    assert!(!store.patches[0].may_reboot);
    assert_eq!(store.replaced_by(0), [2]);

    let text = String::from_utf8(fixture("mssecure.xml")).expect("text");
    let text = text
        .replace("FileChangeID=\"6\"/", "FileChangeID=\"66\"/")
        .replace("<Product ProductID=\"2\"", "<Product ProductID=\"x\"");
    let (_, report) = read(text.as_bytes()).expect("two flaws");
    assert_eq!(report.dropped.reasons().collect::<Vec<_>>(), [("an id that is no number", 1)]);
    assert_eq!(report.unresolved.reasons().collect::<Vec<_>>(), [("file change or its location", 1), ("product", 1)]);
    assert_eq!(report.unresolved.examples()[0].detail, "2");
}

#[test]
fn four_results_and_what_they_rest_on() {
    let (store, _) = own();
    let judged = |machine: &Machine| results(&store, &evaluate(&store, machine, RegistryChecks::Made));
    let old = file("5.0.2195.50", 1);

    // A change that must be there is not, the registry value lacks, and the newer patch applies here too.
    let bare = machine(&store, "Example System Gold", &[("parser.dll", old), ("old.dll", old)]);
    assert_eq!(
        judged(&bare),
        [
            ("old.exe".to_owned(), Status::Missing, true),
            ("files.exe".to_owned(), Status::Missing, false),
            ("new.exe".to_owned(), Status::Missing, false)
        ]
    );
    let findings = evaluate(&store, &bare, RegistryChecks::Made);
    let shown: Vec<_> = findings[0]
        .evidence
        .iter()
        .map(|fact| format!("{} {} {} {}", fact.check, fact.found, fact.op, fact.expected))
        .collect();
    assert_eq!(shown, ["registry absent = 1", "file 5.0.2195.50, checksum 1 ≥ 5.0.2195.100, checksum 1000"]);

    // Newer than expected is a warning, another checksum too; what need not be there is passed over.
    let exact = file("5.0.2195.200", 1_000);
    let mut patched = machine(&store, "Example System Gold", &[("parser.dll", exact)]);
    assert_eq!(judged(&patched)[1], ("files.exe".to_owned(), Status::Installed, false));
    patched
        .registry
        .insert((r"hklm\software\example\hotfix\q100001".to_owned(), "installed".to_owned()), "1".to_owned());
    assert_eq!(judged(&patched)[0].1, Status::Warning, "a newer version than the old patch brought");
    patched.files.insert(r"%windir%\system32\plain.txt".to_owned(), FileFact { version: None, checksum: Some(8) });
    assert_eq!(judged(&patched)[1].1, Status::Warning, "another checksum");
    patched.is_english = false;
    assert_eq!(judged(&patched)[1].1, Status::Installed, "checksums are of English files");

    // Without the registry checks the file alone speaks.
    patched.registry.clear();
    assert_eq!(evaluate(&store, &patched, RegistryChecks::LeftOut)[0].status, Status::Warning);

    // No file and no value to look at; the fixed service pack does not need the older patches.
    let sp1 = machine(&store, "Example System SP1", &[]);
    assert_eq!(
        judged(&sp1),
        [("new.exe".to_owned(), Status::Missing, false), ("words.exe".to_owned(), Status::Undetermined, false)]
    );
}

/// What our file says, of Windows 2000, and with a value below the Hotfix key for the newer patch, too.
fn of_windows_2000() -> String {
    let text = String::from_utf8(fixture("mssecure.xml")).expect("text");
    let with = [
        ("Example System 1.0 ", "Windows 2000 Server"),
        ("Example System Gold", "Windows 2000 Gold"),
        ("Example System SP1", "Windows 2000 Service Pack 1"),
        (
            r#"<FileChgs><FileChg FileChangeID="6"/></FileChgs>"#,
            r#"<FileChgs><FileChg FileChangeID="6"/></FileChgs><RegChgs><RegChg RegChangeID="2"/></RegChgs>"#,
        ),
        (
            r#"<RegKey RegKeyID="5""#,
            r#"<RegKey RegKeyID="6" Name="Installed"><RegChanges><RegChange RegChangeID="2" RegChangeValue="1" CommandID="r" LocationID="4"/></RegChanges></RegKey><RegKey RegKeyID="5""#,
        ),
        (
            r#"<Location LocationID="1""#,
            r#"<Location LocationID="4" Path="HKLM\SOFTWARE\Example\Hotfix\Q100002" AbsolutePath="True"/><Location LocationID="1""#,
        ),
    ];
    with.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}

#[test]
fn what_a_list_of_updates_tells_is_a_patch_for_each_release() {
    let (store, mut report) = read(of_windows_2000().as_bytes()).expect("our own file");
    let found = patches(&store, &mut report);
    let shown: Vec<_> = found
        .iter()
        .map(|patch| {
            let update = patch.update.as_ref().expect("an update");
            format!("{} | {} | {:?} | {:?}", patch.title, patch.product, update.products, update.replaces)
        })
        .collect();
    assert_eq!(
        shown,
        [
            r#"KB100001, FX01-001: A hole in the parser | windows:5.0.2195 server x86 | ["Windows 2000 Server, Windows 2000 Gold"] | []"#,
            r#"KB100002, FX01-002: The hole again | windows:5.0.2195 server x86 | ["Windows 2000 Server, Windows 2000 Gold"] | [Article(100001)]"#,
            r#"KB100002, FX01-002: The hole again | windows:5.0.2195 server x86 sp1 | ["Windows 2000 Server, Windows 2000 Service Pack 1"] | []"#,
        ]
    );
    assert_eq!(found[0].reboot, Reboot::Never);
    assert_eq!(found[0].published.map(|published| published.to_string()).as_deref(), Some("2001-01-02T00:00:00Z"));
    assert_eq!((found[0].native_id("KB"), found[0].native_id("BULLETIN")), (Some("KB100001"), Some("FX01-001")));
    assert_eq!((report.read["patchesToldByArticle"], report.read["patchesNotTold"]), (2, 2));
}

/// By the list of updates alone: on plain machines every patch that is told applies as the full evaluation says, is Missing
/// as it says, and is the latest unless a patch that is told replaces it.
#[test]
fn the_real_file_by_lists_of_updates() {
    let Some(path) = vendor_file("mssecure/mssecure.xml") else { return };
    let (store, mut report) = read(fs_err::read(path).expect("readable").as_slice()).expect("the real file");
    let found = patches(&store, &mut report);
    assert_eq!((report.read["patchesToldByArticle"], report.read["patchesNotTold"], found.len()), (83, 310, 264));
    let machines = [
        ("Windows 2000 Server", "Windows 2000 Service Pack 2", "5.0.2195 Server X86 SP2"),
        ("Windows 2000 Professional", "Windows 2000 Gold", "5.0.2195 Client X86"),
        ("Windows NT Server 4.0", "Windows NT4 Service Pack 6a", "4.0.1381 Server X86 SP6a"),
    ];
    let mut counts = Vec::new();
    for (product, pack, release) in machines {
        let products = vec![store.installed(product, pack).expect(product)];
        let machine = Machine { products, is_english: true, ..Machine::default() };
        let full = evaluate(&store, &machine, RegistryChecks::Made);
        let told: Vec<_> = found.iter().filter(|patch| patch.product == of_release(release)).collect();
        for patch in &told {
            let bulletin = patch.native_id("BULLETIN").expect("a bulletin");
            let alike = full.iter().filter(|finding| store.patches[finding.patch].key.bulletin == bulletin);
            assert!(alike.clone().any(|finding| finding.status == Status::Missing), "{}", patch.title);
        }
        counts.push((told.len(), full.len()));
    }
    assert_eq!(counts, [(8, 15), (25, 29), (25, 40)], "told by a list of updates, of all that apply");
}

/// `catalogue.md` 12.
#[test]
fn the_real_file_and_its_three_machines() {
    let Some(path) = vendor_file("mssecure/mssecure.xml") else { return };
    let (store, report) = read(fs_err::read(path).expect("readable").as_slice()).expect("the real file");
    let counts = |noun: &str| report.read[noun];
    assert_eq!(store.data_version, "1.0.1.148");
    assert_eq!(
        ["bulletins", "patches", "products", "servicePacks", "supersedences"].map(counts),
        [231, 393, 104, 128, 59]
    );
    assert_eq!(["affectedProducts", "affectedServicePacks"].map(counts), [815, 1_385]);
    assert_eq!(["files", "fileChanges", "registryChanges", "locations"].map(counts), [407, 1_133, 350, 733]);
    assert_eq!((report.unresolved.total(), report.dropped.total()), (0, 0));
    assert_eq!(store.edges(), 105);
    let years = ["1998", "1999", "2000", "2001"]
        .map(|year| store.bulletins.iter().filter(|bulletin| bulletin.posted.starts_with(year)).count());
    assert_eq!(years.iter().sum::<usize>(), 231);
    let with = |files: bool, registry: bool| {
        store
            .patches
            .iter()
            .filter(|patch| patch.files.is_empty() != files && patch.registry.is_empty() != registry)
            .count()
    };
    assert_eq!((with(true, true), with(false, false)), (176, 171));
    assert_eq!((with(true, true) + with(true, false), with(true, true) + with(false, true)), (211, 187));

    let two_thousand = "Windows 2000 Service Pack 2";
    let server = [
        ("Windows 2000 Server", two_thousand),
        ("Internet Information Services 5.0", two_thousand),
        ("Indexing Services for Windows 2000", two_thousand),
    ];
    let professional = [("Windows 2000 Professional", "Windows 2000 Gold")];
    let six_a = "Windows NT4 Service Pack 6a";
    let nt = [("Windows NT Server 4.0", six_a), ("Internet Information Server 4.0", six_a)];
    let machines = [(&server[..], [19, 5, 1]), (&professional[..], [29, 2, 1]), (&nt[..], [69, 54, 13])];
    for (products, expected) in machines {
        let products: Vec<_> =
            products.iter().map(|(product, pack)| store.installed(product, pack).expect(product)).collect();
        let machine = Machine { products, is_english: true, ..Machine::default() };
        let findings = evaluate(&store, &machine, RegistryChecks::Made);
        let superseded = findings.iter().filter(|finding| finding.is_superseded).count();
        let without_data = findings.iter().filter(|finding| {
            let patch = &store.patches[finding.patch];
            patch.files.is_empty() && patch.registry.is_empty()
        });
        assert_eq!([findings.len(), superseded, without_data.count()], expected);
    }
}

#[test]
fn a_signed_cabinet_says_the_same_and_an_altered_one_is_refused() {
    let cabinet = fixture("mssecure.cab");
    let (store, report, signature) = cabinet::read(&cabinet).expect("a good signature");
    assert_eq!((store.patches.len(), report), (4, own().1));
    assert_eq!(
        signature.text(),
        r#"Unverifiable: digest good, signed by "CN=Fettle test of signed cabinets", whose chain is not judged"#
    );
    let (_, _, signature) = cabinet::read(&fixture("mssecure-unsigned.cab")).expect("no signature");
    assert_eq!(signature, cabinet::Signature::Absent);

    for place in [9, 33, 58, 61, 100, 600, cabinet.len() - 1] {
        let mut altered = cabinet.clone();
        altered[place] ^= 1;
        assert!(cabinet::read(&altered).is_err(), "byte {place}");
    }
    let mut content = cabinet.clone();
    content[600] ^= 1;
    let error = cabinet::read(&content).expect_err("altered").to_string();
    assert_eq!(error, "FEED_SIGNATURE_INVALID: the cabinet was altered after it was signed");
    let longer = [cabinet.as_slice(), b"more"].concat();
    assert!(matches!(cabinet::read(&longer), Err(ReadError::Signature(_))));
    let plain = cabinet::read(&fixture("mssecure.xml")).expect_err("no cabinet").to_string();
    assert_eq!(plain, "FEED_MALFORMED: offset 0: this is no cabinet");
}

/// Where the offset of the first file in its folder lies, behind its size: `coffFiles` of the header, and `CFFILE`.
#[test]
fn a_file_that_begins_behind_its_folder_is_refused() {
    let mut cabinet = fixture("mssecure-unsigned.cab");
    let files = u32::from_le_bytes(cabinet[16..20].try_into().expect("four bytes")) as usize;
    cabinet[files + 4..files + 8].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    let error = cabinet::read(&cabinet).expect_err("no such place").to_string();
    assert_eq!(error, "FEED_MALFORMED: the file: the cabinet's folders, files and blocks do not fit together");
}

/// The real file, packed and signed with a throw-away certificate on the spot.
#[test]
fn the_real_file_in_a_signed_cabinet() {
    let Some(path) = vendor_file("mssecure/mssecure.xml") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let xml = fs_err::read(path).expect("readable");
    fs_err::write(at("plain.cab"), packed("MSSecure.XML", &xml)).expect("written");
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Throw-away"])
        .args(["-keyout", &at("key.pem"), "-out", &at("certificate.pem")])
        .output();
    let sign = |digest: &str| {
        let mut signing = Command::new("osslsigncode");
        signing.args(["sign", "-h", digest, "-certs", &at("certificate.pem"), "-key", &at("key.pem")]);
        signing.args(["-in", &at("plain.cab"), "-out", &at(digest)]).output().ok()
    };
    let (Ok(_), Some(signed)) = (made, sign("sha256")) else {
        skipped("openssl and osslsigncode are not on this machine");
        return;
    };
    assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stdout));
    assert!(sign("sha1").expect("it ran before").status.success());
    for digest in ["sha256", "sha1"] {
        let mut cabinet = fs_err::read(at(digest)).expect("signed");
        let (store, report, signature) = cabinet::read(&cabinet).expect("a good signature");
        assert_eq!((store.patches.len(), report.unresolved.total()), (393, 0));
        assert!(signature.text().starts_with("Unverifiable: digest good"), "{}", signature.text());
        cabinet[5_000] ^= 0x10;
        assert!(matches!(cabinet::read(&cabinet), Err(ReadError::Signature(_))), "{digest}");
    }
}

fn packed(name: &str, content: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut builder = cab::CabinetBuilder::new();
    builder.add_folder(cab::CompressionType::MsZip).add_file(name);
    let mut writer = builder.build(std::io::Cursor::new(Vec::new())).expect("a cabinet");
    writer.next_file().expect("room").expect("a file").write_all(content).expect("written");
    writer.finish().expect("finished").into_inner()
}

#[test]
fn bombs_are_refused() {
    let zeros = vec![b' '; usize::try_from(MAX_UNPACKED).expect("fits") + 1];
    let cabinet = packed("mssecure.xml", &zeros);
    assert!(cabinet.len() < 1_000_000, "packed very small");
    let error = cabinet::read(&cabinet).expect_err("a bomb").to_string();
    assert_eq!(error, "FEED_TOO_LARGE: more than 64000000 bytes, unpacked");
    let other = cabinet::read(&packed(r"..\mssecure.xml", b"<a/>")).expect_err("another file").to_string();
    assert_eq!(other, "FEED_INCOMPLETE: the cabinet holds no `mssecure.xml`");
    let no_store = read(&b"<html/>"[..]).expect_err("another format").to_string();
    assert_eq!(no_store, "FEED_MALFORMED: offset 7: `html` is no `BulletinDatastore`");
}
