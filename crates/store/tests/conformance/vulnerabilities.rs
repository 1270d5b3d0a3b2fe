use fettle_model::source_statement::{FixState, SourceStatement};
use fettle_model::vulnerability::{BaseScore, CvssScore, CvssVersion, KnownExploited, Share, VulnerabilityRecord};
use fettle_store::catalogue::{Listed, NewDocument, StoredScore, VulnerabilityFormat};

use crate::sample::{at, hash};
use crate::store::TestStore;

fn scores(count: u32) -> Vec<StoredScore> {
    let score = |n: u32| StoredScore {
        cve: format!("CVE-2026-{n:05}"),
        probability: Share(n),
        percentile: n.is_multiple_of(2).then_some(Share(n + 1)),
    };
    (0..count).map(score).collect()
}

fn record(n: u32) -> (String, VulnerabilityRecord) {
    let cvss = CvssScore {
        source: "nvd@nist.gov".to_owned(),
        version: CvssVersion::V31,
        score: BaseScore(98),
        vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned(),
    };
    let record = VulnerabilityRecord {
        description: format!("Something is wrong with part {n}."),
        published: Some(at(i64::from(n))),
        is_rejected: false,
        cvss: vec![cvss],
    };
    (format!("CVE-2026-{n:05}"), record)
}

pub(crate) async fn facts_of_vulnerabilities_change_once(store: &TestStore) {
    let document = |byte, format, model: Option<&str>| NewDocument {
        format,
        sha256: hash(byte),
        model_version: model.map(str::to_owned),
        score_date: model.map(|_| "2026-11-21".to_owned()),
    };
    let put = async |document: NewDocument| {
        store.write(async move |tx| tx.vulnerability_documents().put(&document, at(1)).await).await
    };
    let epss = put(document(1, VulnerabilityFormat::Epss, Some("v2025.03.14"))).await;
    let nvd = put(document(1, VulnerabilityFormat::Nvd, None)).await;
    assert_ne!(epss, nvd);
    assert_eq!(put(document(1, VulnerabilityFormat::Epss, Some("v2025.03.14"))).await, epss);
    for (format, is_there) in [(VulnerabilityFormat::Epss, true), (VulnerabilityFormat::Kev, false)] {
        let mut tx = store.database.read().await.expect("a connection");
        assert_eq!(tx.vulnerability_documents().is_there(format).await.expect("an answer"), is_there, "{format:?}");
    }

    let put_scores = async |document: u32, scores: Vec<StoredScore>| {
        store.write(async move |tx| tx.vulnerabilities().put_scores(document, &scores).await).await
    };
    // More than one statement's worth, and no power of two.
    assert_eq!(put_scores(epss, scores(1_300)).await, 1_300);
    assert_eq!(put_scores(epss, scores(1_300)).await, 0);
    let mut changed = scores(3);
    changed[1].probability = Share(999_999);
    assert_eq!(put_scores(epss, changed).await, 1);

    let put_records = async |records: Vec<(String, VulnerabilityRecord)>| {
        store.write(async move |tx| tx.vulnerabilities().put_records(nvd, &records).await).await
    };
    assert_eq!(put_records((0..3).map(record).collect()).await, 3);
    assert_eq!(put_records((0..4).map(record).collect()).await, 1);

    let mut tx = store.database.read().await.expect("a connection");
    let asked = ["CVE-2026-00001", "CVE-2026-00700", "CVE-1999-0001"].map(str::to_owned);
    let mut found = tx.vulnerabilities().of(&asked).await.expect("an answer");
    found.sort_by(|left, right| left.cve.cmp(&right.cve));
    assert_eq!(found.iter().map(|facts| facts.cve.as_str()).collect::<Vec<_>>(), &asked[..2]);
    assert_eq!(found[0].record, Some(record(1).1));
    let epss = found[0].epss.clone().expect("a score");
    assert_eq!((epss.probability, epss.percentile), (Share(999_999), None));
    assert_eq!((epss.model_version.as_deref(), epss.score_date.as_deref()), (Some("v2025.03.14"), Some("2026-11-21")));
    assert_eq!((&found[1].record, found[1].epss.as_ref().map(|epss| epss.percentile)), (&None, Some(Some(Share(701)))));
}

pub(crate) async fn what_leaves_the_known_exploited_is_kept(store: &TestStore) {
    let entry = |cve: &str, ransomware| Listed {
        cve: cve.to_owned(),
        record: KnownExploited {
            vendor: "Example".to_owned(),
            product: "Server".to_owned(),
            name: "Example Server code injection".to_owned(),
            date_added: jiff::civil::date(2026, 11, 1),
            due_date: jiff::civil::date(2026, 11, 22),
            required_action: "Apply updates.".to_owned(),
            ransomware,
            notes: String::new(),
        },
    };
    let put = async |entry: Listed, seconds: i64| {
        store.write(async move |tx| tx.known_exploited().put(1, &entry, at(seconds)).await).await;
    };
    let end = async |cve: &'static str, seconds: i64| {
        store.write(async move |tx| tx.known_exploited().end(cve, at(seconds)).await).await;
    };
    put(entry("CVE-2026-0001", false), 1).await;
    put(entry("CVE-2026-0002", false), 1).await;
    put(entry("CVE-2026-0001", true), 2).await;
    end("CVE-2026-0002", 3).await;
    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.known_exploited().listed().await.expect("a list"), [entry("CVE-2026-0001", true)]);
    let mut ended = async || {
        let asked = ["CVE-2026-0002".to_owned(), "CVE-1999-0001".to_owned()];
        let found = tx.known_exploited().of(&asked).await.expect("a list");
        let mut ended: Vec<_> = found.into_iter().map(|entry| entry.ended_at).collect();
        ended.sort_unstable();
        ended
    };
    assert_eq!(ended().await, [Some(at(3))]);
    // Listed again, it is known twice: what was once so stays.
    put(entry("CVE-2026-0002", false), 4).await;
    assert_eq!(ended().await, [None, Some(at(3))]);
    end("CVE-2026-0002", 5).await;
    assert_eq!(ended().await, [Some(at(3)), Some(at(5))]);
}

pub(crate) async fn statements_are_of_one_document_and_end(store: &TestStore) {
    let said = |state: FixState| {
        let (product, source, urgency) = ("debian:12".to_owned(), "curl".to_owned(), "low".to_owned());
        let (no_advisory, newest) = (Some("Minor issue".to_owned()), Some("7.88-1".to_owned()));
        vec![SourceStatement { product, source, state, urgency, no_advisory, newest }]
    };
    let put = async |states: Vec<FixState>| {
        let rows: Vec<_> = (0..).zip(states).map(|(n, state)| (format!("CVE-2026-{n:05}"), said(state))).collect();
        store.write(async move |tx| tx.source_statements().put(1, &rows).await).await
    };
    let many = vec![FixState::Open; 700];
    assert_eq!((put(many.clone()).await, put(many.clone()).await), (700, 0));
    let fixed = FixState::Fixed("7.88-2".to_owned());
    assert_eq!(put(vec![FixState::Open, fixed.clone()]).await, 1);
    let mut read = store.database.read().await.expect("a connection");
    assert_eq!(read.source_statements().of("CVE-2026-00001").await.expect("rows"), said(fixed.clone()));
    let asked = ["CVE-1999-0001", "CVE-2026-00001", "CVE-2026-00600"].map(str::to_owned);
    let mut each = read.source_statements().of_each(&asked).await.expect("rows");
    each.sort();
    assert_eq!(each, [(asked[1].clone(), said(fixed)), (asked[2].clone(), said(FixState::Open))]);
    assert_eq!(read.source_statements().of("CVE-1999-0001").await.expect("rows"), Vec::new());
    assert_eq!(read.source_statements().cves().await.expect("rows").len(), 700);
    drop(read);
    store.write(async move |tx| tx.source_statements().remove("CVE-2026-00001").await).await;
    let mut read = store.database.read().await.expect("a connection");
    assert_eq!(read.source_statements().cves().await.expect("rows").len(), 699);
}
