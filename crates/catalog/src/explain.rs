//! A judgement as a sentence that a person understands; the evidence stands beside it.

use fettle_model::Obstacle;
use fettle_model::patch::{Corroboration, Patch, PatchKind};

use crate::foreign::is_update;
use crate::judge::{Judgement, PackageHere, RestartNeeded, UndeterminedReason, Verdict};
use crate::rule::{Rule, Standing};

/// Why `patch` is missing, installed or not applicable on the asset called `asset`.
pub fn sentence(asset: &str, patch: &Patch, rule: &Rule, judgement: &Judgement) -> String {
    if patch.withdrawn {
        let vendor = &patch.vendor;
        return format!("{vendor} has taken it back: it is never deployed, and {asset} is not judged by it.");
    }
    match judgement.verdict {
        Verdict::Missing | Verdict::Installed if !rule.articles.is_empty() => of_update(asset, patch, rule, judgement),
        Verdict::Missing => missing(asset, patch, judgement),
        Verdict::Installed => installed(asset, judgement),
        Verdict::NotApplicable => not_applicable(asset, rule, judgement),
        Verdict::Undetermined => undetermined(asset, rule, judgement),
    }
}

fn undetermined(asset: &str, rule: &Rule, judgement: &Judgement) -> String {
    if judgement.undetermined != Some(UndeterminedReason::ForeignVersion) {
        return format!("{asset} has not reported the release of its operating system, so this cannot be decided.");
    }
    let packages = untold(judgement);
    let untold = judgement.packages.iter().find(|package| package.standing == Standing::Unknown);
    let unstable = match untold.map(|package| (package.fixed.as_ref(), is_update(compared(package).1))) {
        Some((Some(fixed), true)) => {
            format!(
                "An update of another release may have the fix though it is below {fixed}, with which it came to unstable"
            )
        }
        Some((Some(fixed), false)) => {
            format!("Debian's tracker names {fixed} in unstable for some of its flaws, and no fix for others")
        }
        _ => "Debian's tracker names no fix in unstable to compare it with".to_owned(),
    };
    format!(
        "It cannot be told whether {asset} lacks it: {packages}, which is from outside of {}. {unstable}.",
        rule.product
    )
}

fn of_update(asset: &str, patch: &Patch, rule: &Rule, judgement: &Judgement) -> String {
    let own = &patch.source;
    let missing = match rule.articles.len() {
        0 | 1 => format!("{own} is not installed, and no known update replaces it"),
        2 => format!("neither {own} is installed nor {}, which replaces it", rule.articles[1]),
        all => format!("neither {own} is installed nor any of the {} updates that replace it", all - 1),
    };
    match judgement.installed_by {
        None => format!("{asset} lacks this {} of {}: {missing}.", kind(patch), patch.vendor),
        Some(by) if by == rule.articles[0] => format!("{asset} has it: {own} is installed."),
        Some(newer) => format!("{asset} has it: {newer} is installed, which replaces {own}."),
    }
}

const fn kind(patch: &Patch) -> &'static str {
    match patch.kind {
        PatchKind::Security => "security update",
        PatchKind::ServicePack => "service pack",
        PatchKind::Bugfix | PatchKind::Enhancement | PatchKind::Feature => "update",
    }
}

fn installed(asset: &str, judgement: &Judgement) -> String {
    let packages = list(&judgement.packages, |package| {
        let (what, version) = compared(package);
        match (&package.fixed, package.is_foreign) {
            (Some(fixed), false) => format!("{what} is at {version}, and the fix came with {fixed}"),
            (Some(fixed), true) => format!("{what} is at {version}, and the fix came to unstable with {fixed}"),
            (None, _) => format!("{what} is at {version}, and unstable never had the flaw"),
        }
    });
    let restart = match &judgement.restart_needed {
        None => String::new(),
        Some(RestartNeeded::Kernel { running }) => {
            format!(" A restart is needed: the kernel that runs is {running}, from before the fix.")
        }
        Some(RestartNeeded::Processes { package }) => {
            format!(" A restart is needed: processes still use files of {package} from before it was replaced.")
        }
    };
    format!("{asset} has it: {packages}.{restart}")
}

fn untold(judgement: &Judgement) -> String {
    those(judgement, Standing::Unknown, |package| {
        let (what, version) = compared(package);
        format!("{what} is at {version}")
    })
}

/// The packages that lack the fix, or that cannot be told, with their versions.
pub fn why_not_installed(judgement: &Judgement) -> String {
    match judgement.undetermined {
        Some(UndeterminedReason::ForeignVersion) => format!("{}, from outside of the release", untold(judgement)),
        _ => below(judgement),
    }
}

/// The packages that lack the fix, with their versions.
fn below(judgement: &Judgement) -> String {
    those(judgement, Standing::Below, |package| {
        let (what, version) = compared(package);
        match (&package.fixed, package.is_foreign) {
            (Some(fixed), false) => format!("{what} is at {version} and the fix is in {fixed}"),
            (Some(fixed), true) => {
                format!(
                    "{what} is at {version}, from outside of the release, and the fix came to unstable with {fixed}"
                )
            }
            (None, _) => format!("{what} is at {version} and there is no fix"),
        }
    })
}

/// The packages that stand so to the fix, a few of them in words.
fn those(judgement: &Judgement, standing: Standing, each: impl Fn(&PackageHere) -> String) -> String {
    let those: Vec<_> = judgement.packages.iter().filter(|package| package.standing == standing).cloned().collect();
    list(&those, each)
}

fn missing(asset: &str, patch: &Patch, judgement: &Judgement) -> String {
    let packages = below(judgement);
    let tail = match judgement.obstacle {
        None => String::new(),
        Some(obstacle) => format!(" Its package manager would not install it now: {}.", obstacle_text(obstacle)),
    };
    format!("{asset} lacks this {} of {}: {packages}.{tail}", kind(patch), patch.source)
}

fn not_applicable(asset: &str, rule: &Rule, judgement: &Judgement) -> String {
    let failed = |check: &str| judgement.evidence.iter().find(|fact| fact.check == check && !fact.holds);
    if let Some(fact) = failed("os") {
        format!("It is for {}, and {asset} runs {}.", rule.product, fact.found)
    } else if let Some(fact) = failed("product") {
        format!("It is for {}, which is not installed on {asset}.", fact.subject)
    } else if let Some(fact) = failed("repository") {
        format!("{asset} does not have the repository {} configured, which it comes from.", fact.subject)
    } else {
        format!("None of its packages that it may judge is installed on {asset}.")
    }
}

/// What was compared, and its version here.
fn compared(package: &PackageHere) -> (String, &str) {
    match &package.source {
        Some(source) if source.name != package.name => {
            (format!("{} (of source {})", package.name, source.name), &source.version)
        }
        Some(source) => (package.name.clone(), &source.version),
        None => (package.name.clone(), &package.installed),
    }
}

fn list(packages: &[PackageHere], each: impl Fn(&PackageHere) -> String) -> String {
    const SHOWN: usize = 3;
    let text = packages.iter().take(SHOWN).map(each).collect::<Vec<_>>().join("; ");
    match packages.len().saturating_sub(SHOWN) {
        0 => text,
        more => format!("{text}; and {more} more"),
    }
}

/// What an obstacle means, as the end of a sentence.
pub const fn obstacle_text(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Held => "somebody holds the package at its version, by a hold or a pin",
        Obstacle::Phased => "the vendor is still rolling it out in stages",
        Obstacle::KeptBack => "it needs other packages to be added or removed",
        Obstacle::RepositoryUnreachable => "its repository could not be reached at the last refresh",
        Obstacle::RepositoryStale => "its repository's lists are past their date",
        Obstacle::RepositoryUntrusted => "its repository's signature could not be verified",
        Obstacle::NoCandidate => "no repository that it has offers the fixed version",
        Obstacle::NoEntitlement => "it needs a subscription",
        Obstacle::WrongStream => "another module stream is enabled",
        Obstacle::PrerequisiteMissing => "something that it needs is missing",
        Obstacle::RebootFirst => "a restart must come first",
        Obstacle::AcquireFromVendor => "it must be fetched from the vendor by hand",
    }
}

/// Who vouches for a patch, in words.
pub const fn corroboration_text(corroboration: Corroboration) -> &'static str {
    match corroboration {
        Corroboration::Reported => {
            "Reported by machines only: until an index signed by a known key or a third machine confirms it, it speaks \
             for the machines that reported it"
        }
        Corroboration::ThreeAssets => "At least three machines reported the same package, version and hash",
        Corroboration::SignedIndex => {
            "Found with the same version and hash in an index that is signed by a key of this server's keyring"
        }
        Corroboration::Advisory => "The vendor's own advisory",
    }
}
