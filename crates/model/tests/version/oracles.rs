//! The same answers as the package managers give. A machine without one of them skips its test, and says so.

use std::cmp::Ordering;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use fettle_model::version::Scheme;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::generated::pair;

/// The gate of the specification.
const PAIRS: usize = 10_000;

/// The same pairs on every run.
fn pairs(scheme: Scheme) -> Vec<(String, String)> {
    let chance = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), chance);
    (0..PAIRS).map(|_| pair(scheme).new_tree(&mut runner).expect("a pair").current()).collect()
}

fn is_here(program: &str) -> bool {
    let here = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !here {
        skipped(program);
    }
    here
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn skipped(program: &str) {
    eprintln!("skipped: `{program}` is not on this machine");
}

#[test]
fn dpkg_agrees() {
    if !is_here("dpkg") {
        return;
    }
    let pairs = pairs(Scheme::Dpkg);
    // One process for each pair: dpkg has no other way. They wait for each other's start rather than for a core.
    let disagreed: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = pairs
            .chunks(PAIRS.div_ceil(4))
            .map(|chunk| scope.spawn(|| chunk.iter().filter(|pair| !dpkg_confirms(pair)).collect::<Vec<_>>()))
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect()
    });
    assert!(disagreed.is_empty(), "{} of {PAIRS}: {:?}", disagreed.len(), &disagreed[..disagreed.len().min(5)]);
}

fn dpkg_confirms((left, right): &(String, String)) -> bool {
    let relation = match Scheme::Dpkg.compare(left, right).expect("generated versions are valid") {
        Ordering::Less => "lt",
        Ordering::Equal => "eq",
        Ordering::Greater => "gt",
    };
    Command::new("dpkg").args(["--compare-versions", left, relation, right]).status().expect("dpkg runs").success()
}

/// Compares the two versions of each line, in one process of rpm.
const COMPARE_LINES: &str = r#"%{lua:
    for line in io.lines() do
        local left, right = line:match("^(%S+) (%S+)$")
        print(rpm.vercmp(left, right) .. "\n")
    end
}"#;

#[test]
fn rpm_agrees() {
    if !is_here("rpm") {
        return;
    }
    let pairs = pairs(Scheme::Rpm);
    let mut rpm = Command::new("rpm");
    let mut rpm =
        rpm.args(["--eval", COMPARE_LINES]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("rpm runs");
    let mut input = rpm.stdin.take().expect("piped");
    let questions: Vec<_> = pairs.iter().map(|(left, right)| format!("{left} {right}\n")).collect();
    let asking = std::thread::spawn(move || input.write_all(questions.concat().as_bytes()));
    let mut answers = String::new();
    rpm.stdout.take().expect("piped").read_to_string(&mut answers).expect("text");
    asking.join().expect("no panic").expect("rpm reads all");
    assert!(rpm.wait().expect("rpm ends").success());

    let answers: Vec<i32> = answers.split_whitespace().map(|answer| answer.parse().expect("a number")).collect();
    assert_eq!(answers.len(), PAIRS);
    let disagreed: Vec<_> = pairs
        .iter()
        .zip(answers)
        .filter(|((left, right), answer)| Scheme::Rpm.compare(left, right).expect("valid") != answer.cmp(&0))
        .collect();
    assert!(disagreed.is_empty(), "{} of {PAIRS}: {:?}", disagreed.len(), &disagreed[..disagreed.len().min(5)]);
}
