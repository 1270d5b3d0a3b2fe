//! The inputs in `fuzz/corpus/`: seeds of our own, what fuzzing found worth keeping, and every input that once was a
//! finding. Each must be survived.

use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use fettle_fuzzed::TARGETS;

/// Files of one target, bytes of one file, and bytes of all.
const MAX_FILES: usize = 40;
const MAX_BYTES: usize = 4_000;
const MAX_TOTAL: usize = 500_000;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs_err::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name in UTF-8")).collect()
}

fn targets() -> BTreeSet<String> {
    TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

#[test]
fn every_input_is_survived() {
    let (mut findings, mut total) = (Vec::new(), 0);
    for (target, run) in TARGETS {
        let folder = fuzz().join("corpus").join(target);
        let inputs = names(&folder);
        assert!(!inputs.is_empty() && inputs.len() <= MAX_FILES, "{target} has {} inputs", inputs.len());
        for input in inputs {
            let bytes = fs_err::read(folder.join(&input)).expect("an input");
            assert!(bytes.len() <= MAX_BYTES, "{target}/{input} has {} bytes", bytes.len());
            total += bytes.len();
            if catch_unwind(|| run(&bytes)).is_err() {
                findings.push(format!("{target}/{input}"));
            }
        }
    }
    assert!(findings.is_empty(), "panics above are of {findings:?}");
    assert!(total <= MAX_TOTAL, "all inputs have {total} bytes");
}

#[test]
fn every_target_has_its_inputs_and_its_program() {
    assert_eq!(names(&fuzz().join("corpus")), targets());
    let programs = names(&fuzz().join("fuzz_targets"));
    assert_eq!(programs.iter().map(|name| name.trim_end_matches(".rs").to_owned()).collect::<BTreeSet<_>>(), targets());
    let manifest = fs_err::read_to_string(fuzz().join("Cargo.toml")).expect("the manifest");
    for target in targets() {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"")), "{target} is in no [[bin]]");
    }
}
