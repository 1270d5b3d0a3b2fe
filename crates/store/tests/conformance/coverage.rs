//! Every method of every view is called by the suite: statements are checked by no compiler.

use std::collections::BTreeMap;
use std::path::Path;

fn sources(folder: &str) -> String {
    fn collect(folder: &Path, text: &mut String) {
        for entry in fs_err::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, text);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text.push_str(&fs_err::read_to_string(&path).expect("a source file"));
            }
        }
    }
    let mut text = String::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut text);
    text
}

/// `deployments: Deployments,` of `views!` → view and accessor.
fn accessors(source: &str) -> BTreeMap<&str, &str> {
    let list = source.split("\nviews! {").nth(1).and_then(|rest| rest.split('}').next()).expect("the list of views");
    list.lines()
        .filter_map(|line| line.trim().trim_end_matches(',').split_once(": "))
        .map(|(accessor, view)| (view, accessor))
        .collect()
}

#[test]
fn every_method_of_every_view_is_called() {
    let source = sources("src");
    let tests: String = sources("tests").split_whitespace().collect();
    let accessors = accessors(&source);
    let mut methods = 0;
    let mut uncalled = Vec::new();
    for block in source.split("\nimpl ").skip(1) {
        let Some(accessor) = block.split("<'_>").next().and_then(|view| accessors.get(view)) else { continue };
        let body = block.split("\n}").next().unwrap_or_default();
        for method in body.split("\n    pub async fn ").skip(1) {
            let name = method.split('(').next().unwrap_or_default();
            methods += 1;
            if !tests.contains(&format!(".{accessor}().{name}(")) {
                uncalled.push(format!("{accessor}().{name}"));
            }
        }
    }
    assert!(accessors.len() >= 25 && methods >= 100, "{} views, {methods} methods", accessors.len());
    assert!(uncalled.is_empty(), "never called by the suite: {uncalled:?}");
}
