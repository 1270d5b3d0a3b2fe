//! The document that clients are generated from changes only together with this file's snapshot:
//! `UPDATE_SNAPSHOTS=1 cargo nextest run -p fettle-server openapi` writes it anew.

#[test]
fn the_document_is_the_committed_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let mut now = serde_json::to_string_pretty(&fettle_server::api::document()).expect("the document is JSON");
    now.push('\n');
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs_err::write(path, &now).expect("the snapshot is written");
    }
    let committed = fs_err::read_to_string(path).expect("the snapshot is there");
    let differs = committed.lines().zip(now.lines()).find(|(committed, now)| committed != now);
    assert!(
        committed == now,
        "the API's description changed, first here: {differs:?}; if that is meant, run with UPDATE_SNAPSHOTS=1"
    );
}
