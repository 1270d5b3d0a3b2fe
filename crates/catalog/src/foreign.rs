//! Versions of a Debian source package from outside of a machine's release (`catalogue.md` 5.2): backports, other releases,
//! builds of one's own. That they are higher than the fixed version of the release says nothing, for the fix came into them
//! by another way: they are compared with the fix in unstable.

use std::collections::BTreeMap;

use fettle_model::patch::{ForeignFix, MatchedBy, Patch, PatchPackage};
use fettle_model::source_statement::{FixState, SourceStatement, UNSTABLE};
use fettle_model::version::dpkg;

use crate::rule::Standing;

/// Which versions are foreign to a release, and how such a one stands to a fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// Of updates of the release.
    own: Mark,
    /// Most have none as long as the tracker was not read.
    fix: Option<Box<ForeignFix>>,
}

impl Foreign {
    /// `None` for a product that is no release of Debian.
    pub fn of(product: &str, fix: Option<ForeignFix>) -> Option<Self> {
        let number = product.strip_prefix("debian:")?.split('.').next()?;
        number.parse().ok().map(|release| Self { own: Mark(release), fix: fix.map(Box::new) })
    }

    /// Highest version in the release's own suites, where it is known.
    pub fn newest(&self) -> Option<&str> {
        self.fix.as_ref()?.newest.as_deref()
    }

    /// Since when unstable has the fix, where it is named.
    pub fn fixed(&self) -> Option<&str> {
        self.fix.as_ref()?.fixed.as_deref()
    }

    /// Is it of another suite than the release's? Above all of its own suites' versions; updates of the release that the
    /// tracker does not list tell by their names. Where it is not known what the suites have, backports and updates of later
    /// releases tell by theirs.
    pub fn includes(&self, version: &str, mark: Mark) -> bool {
        self.may_include(mark) && self.newest().is_none_or(|newest| dpkg::compare(version, newest).is_gt())
    }

    /// Can any version with this mark be foreign?
    pub fn may_include(&self, mark: Mark) -> bool {
        if self.newest().is_some() { mark != self.own } else { mark > self.own }
    }

    /// Of a version that is foreign. A rebuild for another suite has what it was built from, though it is below that:
    /// `2.4.58-1~bpo12+1` is of `2.4.58-1`. An update of another release has fixes of its own, and may have this one below
    /// unstable's version, too.
    pub fn standing(&self, version: &str) -> Standing {
        let below = if is_update(version) { Standing::Unknown } else { Standing::Below };
        let origin = rebuilt_from(version);
        match self.fix.as_deref() {
            Some(ForeignFix { fixed: Some(fixed), .. }) if dpkg::compare(origin, fixed).is_lt() => below,
            Some(ForeignFix { is_complete: true, .. }) => Standing::Fixed,
            _ => Standing::Unknown,
        }
    }
}

/// What a rebuild for another suite was built from; others come back as they are.
pub(crate) fn rebuilt_from(version: &str) -> &str {
    let marks = ["~bpo", "~deb"];
    marks.iter().filter_map(|mark| version.rfind(mark)).min().map_or(version, |at| &version[..at])
}

/// What a version tells of its suite: nothing, the number of the release that it is an update of, or that it is one of
/// backports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Mark(u16);

impl Mark {
    const BACKPORTS: Self = Self(u16::MAX);

    /// `2.4.57-1~deb12u3` and `2.4.57-1+deb12u3` are updates of 12.
    pub fn of(version: &str) -> Self {
        if version.contains("~bpo") { Self::BACKPORTS } else { Self(release_of_update(version).unwrap_or_default()) }
    }
}

/// Is it one that a stable release got after it came out?
pub(crate) fn is_update(version: &str) -> bool {
    release_of_update(version).is_some()
}

fn release_of_update(version: &str) -> Option<u16> {
    let mut marks = version.rmatch_indices("deb");
    marks.find_map(|(at, mark)| {
        let rest = &version[at + mark.len()..];
        let end = rest.find(|next: char| !next.is_ascii_digit())?;
        if rest[end..].starts_with('u') { rest[..end].parse().ok() } else { None }
    })
}

/// The tracker's statements on some vulnerabilities.
#[derive(Debug, Default)]
pub struct Said(BTreeMap<String, Vec<SourceStatement>>);

impl FromIterator<(String, Vec<SourceStatement>)> for Said {
    fn from_iter<T: IntoIterator<Item = (String, Vec<SourceStatement>)>>(statements: T) -> Self {
        Self(statements.into_iter().collect())
    }
}

impl Said {
    /// Puts what is said of foreign versions on the patch's source packages. True where it is another than before.
    pub fn put_on(&self, patch: &mut Patch) -> bool {
        let of_package = |package: &PatchPackage| match package.by {
            MatchedBy::Source => fix_of(patch, package, self.on(patch)),
            MatchedBy::Name => None,
        };
        let fixes: Vec<_> = patch.packages.iter().map(of_package).collect();
        let mut is_changed = false;
        for (package, fix) in patch.packages.iter_mut().zip(fixes) {
            is_changed |= package.foreign != fix;
            package.foreign = fix;
        }
        is_changed
    }

    fn on<'a>(&'a self, patch: &'a Patch) -> impl Iterator<Item = (&'a str, &'a SourceStatement)> {
        let known = patch.cves.iter().flatten().filter_map(|cve| self.0.get_key_value(cve));
        known.flat_map(|(cve, said)| said.iter().map(|statement| (cve.as_str(), statement)))
    }
}

/// What the tracker's statements on the patch's vulnerabilities say of foreign versions of one of its source packages;
/// `None` where they do not name the package. `said`: statements, each with its vulnerability.
fn fix_of<'a>(
    patch: &Patch,
    package: &PatchPackage,
    said: impl Iterator<Item = (&'a str, &'a SourceStatement)>,
) -> Option<ForeignFix> {
    let of_package: Vec<_> = said.filter(|(_, statement)| statement.source == package.name).collect();
    if of_package.is_empty() {
        return None;
    }
    let of_release = of_package.iter().filter(|(_, statement)| statement.product == patch.product);
    let newest = of_release.filter_map(|(_, statement)| statement.newest.as_deref()).max_by(|a, b| dpkg::compare(a, b));
    let cves = patch.cves.as_deref().unwrap_or_default();
    let in_unstable = |cve: &String| {
        let mut of_cve = of_package.iter().filter(|(of, statement)| of == cve && statement.product == UNSTABLE);
        of_cve.next().map(|(_, statement)| *statement)
    };
    let unstable: Vec<Option<&SourceStatement>> = cves.iter().map(in_unstable).collect();
    Some(joined(newest, &unstable))
}

/// What the tracker's statement on one vulnerability in a release says of foreign versions. `unstable`: the one on the same
/// package there.
pub(crate) fn fix_of_statement(statement: &SourceStatement, unstable: Option<&SourceStatement>) -> ForeignFix {
    joined(statement.newest.as_deref(), &[unstable])
}

/// `unstable`: the statement on each vulnerability there, where there is one.
fn joined(newest: Option<&str>, unstable: &[Option<&SourceStatement>]) -> ForeignFix {
    let named = unstable.iter().flatten().filter_map(|statement| statement.fixed_version());
    let fixed = named.max_by(|a, b| dpkg::compare(a, b));
    ForeignFix {
        newest: newest.map(str::to_owned),
        fixed: fixed.map(str::to_owned),
        is_complete: !unstable.is_empty() && unstable.iter().all(|statement| statement.is_some_and(is_settled)),
    }
}

/// Unstable has the fix, never had the flaw, or Debian calls it no flaw.
fn is_settled(statement: &SourceStatement) -> bool {
    match statement.state {
        FixState::Fixed(_) | FixState::NeverAffected => true,
        FixState::Open => !statement.can_affect(),
        FixState::Undetermined => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(product: &str, state: FixState, newest: Option<&str>) -> SourceStatement {
        SourceStatement {
            product: product.to_owned(),
            source: "apache2".to_owned(),
            state,
            urgency: String::new(),
            no_advisory: None,
            newest: newest.map(str::to_owned),
        }
    }

    fn foreign(newest: Option<&str>, fixed: Option<&str>, is_complete: bool) -> Foreign {
        let (newest, fixed) = (newest.map(str::to_owned), fixed.map(str::to_owned));
        Foreign { own: Mark(12), fix: Some(Box::new(ForeignFix { newest, fixed, is_complete })) }
    }

    #[test]
    fn foreign_is_what_is_above_the_release_s_own_suites() {
        let known = foreign(Some("2.4.57-2"), None, false);
        for (version, is_foreign) in [
            ("2.4.56-1~deb12u1", false),
            ("2.4.57-2", false),
            ("2.4.58-1~bpo12+1", true),
            ("2.4.58-1", true),
            ("2.4.59-1~deb12u1", false),
            ("2.4.59-1+deb12u2", false),
            ("2.4.59-1~deb13u1", true),
            ("2.4.57-1~bpo12+1", false),
            ("2.4.59-1~deb12u1~bpo11+1", true),
        ] {
            assert_eq!(known.includes(version, Mark::of(version)), is_foreign, "{version}");
        }
        let unknown = Foreign::of("debian:12", None).expect("a release of Debian");
        for (version, is_foreign) in [
            ("2.4.58-1", false),
            ("2.4.58-1~bpo12+1", true),
            ("2.4.59-1~deb13u1", true),
            ("2.4.59-1+deb11u4", false),
            ("2.4.59-1~deb12u1", false),
            ("1.0~debian7u1", false),
        ] {
            assert_eq!(unknown.includes(version, Mark::of(version)), is_foreign, "{version}");
        }
        assert_eq!(Foreign::of("ubuntu:22.04", None), None);
        assert_eq!(Foreign::of("debian:sid", None), None);
    }

    #[test]
    fn a_foreign_version_stands_by_the_fix_in_unstable() {
        let standing = |foreign: &Foreign, version| foreign.standing(version);
        let named = foreign(None, Some("2.4.58-1"), true);
        for (version, wanted) in [
            ("2.4.58-1", Standing::Fixed),
            ("2.4.58-1~bpo12+1", Standing::Fixed),
            ("2.4.58-1~deb13u1", Standing::Fixed),
            ("2.4.57-9~bpo12+1", Standing::Below),
            ("2.4.57-9~deb13u2", Standing::Unknown),
            ("2.4.57-2+deb13u2", Standing::Unknown),
            ("2.4.57-2+deb13u2~bpo12+1", Standing::Unknown),
            ("2.4.58-1+deb13u2", Standing::Fixed),
            ("2.4.58-1~exp1", Standing::Below),
            ("2.4.58~rc1-1~bpo12+1", Standing::Below),
        ] {
            assert_eq!(standing(&named, version), wanted, "{version}");
        }
        let half_named = foreign(None, Some("2.4.58-1"), false);
        assert_eq!(standing(&half_named, "2.4.57-9"), Standing::Below);
        assert_eq!(standing(&half_named, "2.4.60-1"), Standing::Unknown);
        assert_eq!(standing(&foreign(None, None, true), "2.4.60-1"), Standing::Fixed, "unstable never had the flaw");
        assert_eq!(standing(&foreign(None, None, false), "2.4.60-1"), Standing::Unknown);
        let untold = Foreign::of("debian:12", None).expect("a release of Debian");
        assert_eq!(standing(&untold, "2.4.60-1~bpo12+1"), Standing::Unknown);
    }

    #[test]
    fn a_statement_s_foreign_fix_is_that_of_unstable() {
        let here = said("debian:12", FixState::Open, Some("2.4.57-2"));
        let fix = |state| fix_of_statement(&here, Some(&said(UNSTABLE, state, None)));
        let fixed = fix(FixState::Fixed("2.4.58-1".to_owned()));
        assert_eq!(fixed.newest.as_deref(), Some("2.4.57-2"));
        assert_eq!((fixed.fixed.as_deref(), fixed.is_complete), (Some("2.4.58-1"), true));
        for (state, is_complete) in
            [(FixState::NeverAffected, true), (FixState::Open, false), (FixState::Undetermined, false)]
        {
            assert_eq!((fix(state.clone()).fixed, fix(state).is_complete), (None, is_complete));
        }
        let unimportant = SourceStatement { urgency: "unimportant".to_owned(), ..said(UNSTABLE, FixState::Open, None) };
        assert!(fix_of_statement(&here, Some(&unimportant)).is_complete);
        assert!(!fix_of_statement(&here, None).is_complete);
    }
}
