//! Verdict beside verdict, and what makes the differences.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use fettle_catalog::judge::Verdict;

use crate::cause::{self, Cause, Causes};
use crate::fettle::Rules;
use crate::machine::Machine;
use crate::oracles::{Oracles, oscap};

#[derive(Default)]
pub(crate) struct Comparison {
    oscap: Tally,
    debsecan: Tally,
}

#[derive(Default)]
struct Tally {
    /// What was compared, by what both said.
    equal: BTreeMap<&'static str, usize>,
    /// Differences by the causes that explain them.
    explained: BTreeMap<String, usize>,
    unexplained: Vec<String>,
}

impl Comparison {
    pub(crate) fn of(rules: &Rules, oracles: &Oracles) -> Self {
        let mut comparison = Self::default();
        for folder in &oracles.machines {
            let machine = Machine::read(folder);
            let name = folder.file_name().expect("a name").display().to_string();
            comparison.beside_oscap(rules, &machine, &name, &oscap(folder));
            // `debsecan` is told the suite, and would judge another release by it.
            if machine.release == "11" {
                comparison.beside_debsecan(rules, &machine, &name, &oracles.debsecan(folder));
            }
        }
        comparison
    }

    fn beside_oscap(&mut self, rules: &Rules, machine: &Machine, name: &str, theirs: &BTreeMap<String, Verdict>) {
        assert!(rules.advisories().into_iter().eq(theirs.keys()), "the same advisories are known");
        let ours = under_each_set(&cause::OF_OSCAP, |causes| rules.verdicts(machine, causes));
        for (advisory, verdict) in theirs {
            let said = || format!("{name} {advisory}: oscap {verdict:?}, Fettle {:?}", ours[0].1[advisory.as_str()]);
            let causes = explaining(&ours, |ours| ours[advisory.as_str()] == *verdict);
            self.oscap.add(causes, verdict.name(), said);
        }
    }

    fn beside_debsecan(&mut self, rules: &Rules, machine: &Machine, name: &str, theirs: &BTreeSet<(String, String)>) {
        let ours = under_each_set(&cause::OF_DEBSECAN, |causes| rules.findings(machine, causes));
        for pair in theirs.union(&ours[0].1) {
            let (is_theirs, is_ours) = (theirs.contains(pair), ours[0].1.contains(pair));
            let said = || format!("{name} {} {}: debsecan {is_theirs}, Fettle {is_ours}", pair.0, pair.1);
            let causes = explaining(&ours, |ours| ours.contains(pair) == is_theirs);
            self.debsecan.add(causes, "vulnerable", said);
        }
    }

    pub(crate) fn unexplained(&self) -> Vec<String> {
        [&self.oscap, &self.debsecan].iter().flat_map(|tally| &tally.unexplained).cloned().collect()
    }

    pub(crate) fn summary(&self) -> String {
        let (oscap, debsecan) = (self.oscap.text(), self.debsecan.text());
        format!("oscap, advisories:\n{oscap}\ndebsecan, names and packages:\n{debsecan}")
    }
}

/// What ours says under each set of a tool's causes, from none to all of them.
fn under_each_set<T>(causes: &[Cause], judge: impl Fn(&Causes) -> T) -> Vec<(Causes, T)> {
    let judged = |causes: Causes| (judge(&causes), causes);
    cause::sets(causes).into_iter().map(judged).map(|(ours, causes)| (causes, ours)).collect()
}

/// The smallest set under which ours is the tool's. All together must make it the tool's, too.
fn explaining<T>(ours: &[(Causes, T)], is_same: impl Fn(&T) -> bool) -> Option<&Causes> {
    let (_, under_all) = ours.last()?;
    let smallest = ours.iter().find(|(_, ours)| is_same(ours));
    smallest.filter(|_| is_same(under_all)).map(|(causes, _)| causes)
}

impl Tally {
    /// `causes`: under which ours is the same; empty where it is as it stands.
    fn add(&mut self, causes: Option<&Causes>, verdict: &'static str, said: impl Fn() -> String) {
        match causes {
            Some(causes) if causes.is_empty() => *self.equal.entry(verdict).or_default() += 1,
            Some(causes) => *self.explained.entry(names(causes)).or_default() += 1,
            None => self.unexplained.push(said()),
        }
    }

    fn text(&self) -> String {
        let (equal, different) = (self.equal.values().sum::<usize>(), self.explained.values().sum::<usize>());
        let different = different + self.unexplained.len();
        format!("  equal {equal}: {}\n  different {different}: {}", list(&self.equal), list(&self.explained))
    }
}

fn list(counts: &BTreeMap<impl Display, usize>) -> String {
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

fn names(causes: &Causes) -> String {
    let name = |cause: &Cause| format!("{cause:?}");
    causes.iter().map(name).collect::<Vec<_>>().join(" and ")
}
