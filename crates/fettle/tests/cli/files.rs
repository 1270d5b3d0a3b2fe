//! Commands that judge files and need no server.

use std::io::Write as _;

use crate::run::Shell;

const MSSECURE: &str = r#"<BulletinDatastore DataVersion="1"><Bulletins><Bulletin BulletinID="FX01-001"><Patches>
<Patch PatchName="a.exe" SBID="9"/><Patch/></Patches></Bulletin></Bulletins>
<Products><Product ProductID="1" Name="Example"/></Products></BulletinDatastore>"#;

#[tokio::test]
async fn an_import_that_is_tried_says_what_it_read() {
    let shell = Shell::new().await;
    fs_err::write(shell.home().join("mssecure.xml"), MSSECURE).expect("written");
    insta::assert_snapshot!(shell.run_bare(&["catalogue", "import", "mssecure.xml", "--dry-run"], "").await, @r#"
    exit 1
    --- stdout
    Format      mssecure
    Read        0 affected products, 0 affected service packs, 1 bulletins, 1 patches, 1 patches not told, 0 patches told by article, 1 products, 0 supersedences, 0 updates
    Dropped     1 × a patch without `PatchName`
    Unresolved  1 × supersedence record
    Warnings    nothing
      offset 131: a patch without `PatchName` (FX01-001)
      offset 123: supersedence record (9)
    --- stderr
    "#);
    let json = shell.run_bare(&["catalogue", "import", "mssecure.xml", "--dry-run", "--json"], "").await;
    let json = json.lines().nth(2).expect("one line");
    let value: serde_json::Value = serde_json::from_str(json).expect("JSON");
    let keys = ["bulletins", "patches", "products", "supersedences", "unresolved"].map(|key| value[key].clone());
    assert_eq!(keys.map(|value| value.as_u64()), [Some(1), Some(1), Some(1), Some(0), Some(1)]);
    assert_eq!(value["unresolvedReferences"]["examples"][0]["place"], "offset 123");
}

#[tokio::test]
async fn an_import_that_cannot_be_is_refused_with_the_place() {
    let shell = Shell::new().await;
    fs_err::write(shell.home().join("cut.xml"), &MSSECURE[..60]).expect("written");
    fs_err::write(shell.home().join("other"), "hello").expect("written");
    insta::assert_snapshot!(shell.run_bare(&["catalogue", "import", "cut.xml", "--dry-run"], "").await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: IMPORT_REFUSED: cut.xml: FEED_MALFORMED: offset 60: syntax error: tag not closed: `>` not found before end of input
    "#);
    insta::assert_snapshot!(shell.run_bare(&["catalogue", "import", "other", "--dry-run"], "").await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: INVALID_ARGUMENT: other is in no format that is known (mssecure, wesng, debian-dsa, debian-dla, debian-tracker, updateinfo, repomd, kev, epss, nvd)
    "#);
    insta::assert_snapshot!(shell.run_bare(&["catalogue", "import", "nothing.xml", "--dry-run", "--as", "kev"], "").await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: FILE: nothing.xml cannot be read: failed to open file `nothing.xml`: No such file or directory (os error 2)
    "#);
}

const HEADER: &str =
    "DatePosted,CVE,BulletinKB,Title,AffectedProduct,AffectedComponent,Severity,Impact,Supersedes,Exploits\n";

/// A table of two updates, of which the second replaces the first.
fn definitions(shell: &Shell) {
    let rows = "20240101,CVE-2024-0001,5000001,First,Windows Server 2019,,Important,,,\n\
                20240201,CVE-2024-0002,5000002,Second,Windows Server 2019,,Critical,,5000001,\n";
    let file = fs_err::File::create(shell.home().join("definitions.zip")).expect("a file");
    let mut archive = zip::ZipWriter::new(file);
    for (name, rows) in [("CVEs_1.csv", rows), ("Custom_1.csv", "")] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).expect("a member");
        archive.write_all(format!("{HEADER}{rows}").as_bytes()).expect("written");
    }
    archive.finish().expect("an archive");
}

const HOST: &str = "Host Name: A\nOS Name: Microsoft Windows Server 2019 Datacenter\nOS Version: 10.0.17763 N/A Build 17763\n\
                    System Type: x64-based PC\n[01]: KB4000001\n";

#[tokio::test]
async fn a_host_is_judged_by_what_it_handed_over() {
    let shell = Shell::new().await;
    definitions(&shell);
    fs_err::write(shell.home().join("host.txt"), HOST).expect("written");
    fs_err::write(shell.home().join("nothing.txt"), "Host Name: A\n").expect("written");
    let arguments = ["assess", "--definitions", "definitions.zip", "host.txt"];
    insta::assert_snapshot!(shell.run_bare(&arguments, "").await, @r#"
    exit 1
    --- stdout
    Product        Windows Server 2019
    Installed      1 listed
    Missing        1, with 1 CVEs

    PATCH      STATUS   SEVERITY  CVES           TITLE   SOURCE
    KB5000002  Missing  Critical  CVE-2024-0002  Second  CVEs_1.csv, from line 3
    --- stderr
    "#);
    fs_err::write(shell.home().join("updates.txt"), "KB5000002 Second\n").expect("written");
    let with_list = ["assess", "--definitions", "definitions.zip", "host.txt", "--hotfixes", "updates.txt"];
    insta::assert_snapshot!(shell.run_bare(&with_list, "").await, @r#"
    exit 0
    --- stdout
    Product        Windows Server 2019
    Installed      2 listed
    Missing        0, with 0 CVEs
    --- stderr
    "#);
    let unreadable = ["assess", "--definitions", "definitions.zip", "nothing.txt"];
    insta::assert_snapshot!(shell.run_bare(&unreadable, "").await, @r#"
    exit 2
    --- stdout
    --- stderr
    error: ASSESS_UNREADABLE: nothing.txt: no line with a version such as `10.0.19045 … 19045` is in it
    "#);

    let json = shell.run_bare(&[&arguments[..], &["--json"]].concat(), "").await;
    let value: serde_json::Value = serde_json::from_str(json.lines().nth(2).expect("one line")).expect("JSON");
    let first = &value["findings"][0];
    assert_eq!(
        (&first["patch"], &first["patchStatus"], &first["isLatest"]),
        (&"KB5000001".into(), &"Missing".into(), &false.into())
    );
    assert_eq!(first["evidence"][0]["found"], "absent");
    assert_eq!(first["source"], "CVEs_1.csv, from line 2");
}

const UPDATEINFO: &str = r#"<updates><update type="security" status="final"><id>ALSA-2026:0001</id><title>Important: example</title>
<severity>Important</severity><references><reference type="cve" id="CVE-2026-0001" href="https://example.com/"/></references>
<pkglist><collection><package name="example" epoch="0" version="1.0" release="10.el9" arch="x86_64" src="example-1.0-10.el9.src.rpm"/>
</collection></pkglist></update></updates>"#;

#[tokio::test]
async fn a_list_of_packages_is_judged_against_advisories() {
    let shell = Shell::new().await;
    let write = |name: &str, text: &str| fs_err::write(shell.home().join(name), text).expect("written");
    write("updateinfo.xml", UPDATEINFO);
    write("list", "example-1.0-2.el9.x86_64\nbash-5.1-1.el9.x86_64\n");
    write("good", "example-1.0-10.el9.x86_64\n");
    let assess = |list: &'static str, release: &'static str| {
        ["assess", "--rpm", list, "--release", release, "--advisories", "updateinfo.xml"]
    };
    insta::assert_snapshot!(shell.run_bare(&assess("list", "almalinux:9.3"), "").await, @"
    exit 1
    --- stdout
    Product      almalinux:9
    Packages     2
    Epochs       not in the list, and not compared
    Missing      1, with 1 CVEs

    PATCH           STATUS   SEVERITY   CVES           WHY
    ALSA-2026:0001  Missing  Important  CVE-2026-0001  example is at 1.0-2.el9 and the fix is in 1.0-10.el9
    --- stderr
    ");
    insta::assert_snapshot!(shell.run_bare(&assess("good", "almalinux:9.3"), "").await, @"
    exit 0
    --- stdout
    Product      almalinux:9
    Packages     1
    Epochs       not in the list, and not compared
    Missing      0, with 0 CVEs
    --- stderr
    ");
    insta::assert_snapshot!(shell.run_bare(&assess("good", "almalinux:8.9"), "").await, @"
    exit 2
    --- stdout
    --- stderr
    error: ASSESS_UNREADABLE: good: the advisories say nothing about almalinux:8
    ");
    insta::assert_snapshot!(shell.run_bare(&["assess", "--rpm", "list"], "").await, @"
    exit 2
    --- stdout
    --- stderr
    error: the following required arguments were not provided:
      --release <KEY>
      --advisories <FILE>

    Usage: fettle assess --release <KEY> --advisories <FILE> <--definitions <FILE>|--rpm <FILE>|--dpkg <FILE>> <--rpm <FILE>|--dpkg <FILE>> [SYSTEMINFO]

    For more information, try '--help'.
    ");
    let json = shell.run_bare(&[&assess("list", "almalinux:9.3")[..], &["--json"]].concat(), "").await;
    let value: serde_json::Value = serde_json::from_str(json.lines().nth(2).expect("one line")).expect("JSON");
    assert_eq!((&value["missing"], &value["epochsCompared"]), (&1.into(), &false.into()));
    let finding = &value["findings"][0];
    assert_eq!((&finding["patch"], &finding["patchStatus"]), (&"ALSA-2026:0001".into(), &"Missing".into()));
    assert_eq!(finding["rule"], "almalinux:9, and installed: example.x86_64 below 1.0-10.el9");
}

const DSA_LIST: &str =
    "[01 Jun 2026] DSA-6002-1 curl - security update\n\t{CVE-2026-1002}\n\t[bookworm] - curl 7.88.1-10+deb12u9\n";

const TRACKER: &str = r#"{"curl": {"CVE-2026-1002": {"releases": {
    "bookworm": {"status": "resolved", "fixed_version": "7.88.1-10+deb12u9", "urgency": "low",
        "repositories": {"bookworm-security": "7.88.1-10+deb12u9"}},
    "sid": {"status": "resolved", "fixed_version": "8.8.0-1", "urgency": "low"}}}}}"#;

/// A package of backports is told by the tracker, and without it cannot be told.
#[tokio::test]
async fn a_status_with_backports_is_judged_with_the_tracker() {
    let shell = Shell::new().await;
    let write = |name: &str, text: &str| fs_err::write(shell.home().join(name), text).expect("written");
    write("list", DSA_LIST);
    write("tracker.json", TRACKER);
    let status = "Package: curl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 8.7.1-1~bpo12+1\n";
    write("status", status);
    let assess = ["assess", "--dpkg", "status", "--release", "debian:12", "--advisories", "list"];
    insta::assert_snapshot!(shell.run_bare(&assess, "").await, @r"
    exit 2
    --- stdout
    Product      debian:12
    Packages     1
    Missing      0, with 0 CVEs
    Cannot tell  1, for what is installed is from outside of debian:12

    PATCH       STATUS        SEVERITY  CVES           WHY
    DSA-6002-1  Undetermined  None      CVE-2026-1002  curl is at 8.7.1-1~bpo12+1, from outside of the release
    --- stderr
    error: ASSESS_UNREADABLE: status: 1 of the advisories cannot be told, for what is installed is from outside of the release
    ");
    let with_tracker = [&assess[..], &["--advisories", "tracker.json"]].concat();
    insta::assert_snapshot!(shell.run_bare(&with_tracker, "").await, @r"
    exit 1
    --- stdout
    Product      debian:12
    Packages     1
    Missing      1, with 1 CVEs

    PATCH       STATUS   SEVERITY  CVES           WHY
    DSA-6002-1  Missing  None      CVE-2026-1002  curl is at 8.7.1-1~bpo12+1, from outside of the release, and the fix came to unstable with 8.8.0-1
    --- stderr
    ");
    let json = shell.run_bare(&[&assess[..], &["--json"]].concat(), "").await;
    let value: serde_json::Value = serde_json::from_str(json.lines().nth(2).expect("one line")).expect("JSON");
    let finding = &value["findings"][0];
    assert_eq!(
        (&finding["patchStatus"], &finding["findingReason"]),
        (&"Undetermined".into(), &"ForeignVersion".into())
    );
}
