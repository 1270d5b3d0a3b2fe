//! Groups about related things without a finding's tokens: vulnerabilities by way of the patches that fix them,
//! components by the assets that have them.

use std::collections::BTreeSet;

use super::asking::{Asking, ThingSet};
use super::asset_set::AssetSet;
use super::deadline::AskError;
use super::resolved::Resolved;
use super::things::ThingKind;
use super::turns::Turns;
use crate::catalogue::PatchNumber;
use crate::dictionary::ComponentId;

impl<'q> Asking<'_> {
    /// Assets that lack a patch which fixes a vulnerability of which the condition holds.
    pub(super) fn assets_exposed_to(&self, condition: &Resolved<'q>) -> Result<AssetSet, AskError> {
        let patches: BTreeSet<PatchNumber> = self.patches_that_fix_numbers(condition)?;
        Ok((0..self.block_count()).map(|at| self.exposed_slots(at, &self.block(at), &patches)).collect())
    }

    /// Patches that fix a vulnerability of which the condition holds.
    pub(super) fn patches_that_fix(&self, condition: &Resolved<'q>) -> Result<ThingSet, AskError> {
        Ok(self.patches_that_fix_numbers(condition)?.into_iter().map(|patch| patch.0).collect())
    }

    fn patches_that_fix_numbers(&self, condition: &Resolved<'q>) -> Result<BTreeSet<PatchNumber>, AskError> {
        let found = self.things_where(ThingKind::Vulnerability, condition)?;
        let cves = self.cves();
        Ok(found.iter().flat_map(|number| cves[number as usize].1.iter().copied()).collect())
    }

    /// Vulnerabilities to which an asset is exposed of which the condition, about assets alone, holds.
    pub(super) fn vulnerabilities_of_assets(&self, condition: &Resolved<'q>) -> Result<ThingSet, AskError> {
        let mut patches: BTreeSet<PatchNumber> = BTreeSet::new();
        let all: Vec<PatchNumber> = self.shared.catalogue.all().map(|entry| entry.number).collect();
        for at in 0..self.block_count() {
            let slots = self.slots_where(at, &self.block(at), condition).to_bitmap();
            let mut turns = Turns::of(&all);
            while turns.has_more() {
                self.check()?;
                let block = self.block(at);
                let is_missed = |patch: &&PatchNumber| block.missing(**patch).is_some_and(|on| !on.is_disjoint(&slots));
                patches.extend(turns.begin(|| self.is_waited_for(at)).filter(is_missed));
            }
        }
        Ok(self.vulnerabilities_of(|fixes| fixes.iter().any(|patch| patches.contains(patch))))
    }

    /// Vulnerabilities with a fix of which the condition holds.
    pub(super) fn vulnerabilities_fixed_by(&self, condition: &Resolved<'q>) -> Result<ThingSet, AskError> {
        let patches = self.things_where(ThingKind::Patch, condition)?;
        Ok(self.vulnerabilities_of(|fixes| fixes.iter().any(|patch| patches.contains(patch.0))))
    }

    fn vulnerabilities_of(&self, is_wanted: impl Fn(&BTreeSet<PatchNumber>) -> bool) -> ThingSet {
        let numbered = (0u32..).zip(self.cves());
        numbered.filter(|(_, (_, fixes))| is_wanted(fixes)).map(|(number, _)| number).collect()
    }

    /// Components of an asset of which the condition holds.
    pub(super) fn components_of_assets(&self, condition: &Resolved<'q>) -> Result<ThingSet, AskError> {
        let mut found = ThingSet::new();
        for at in 0..self.block_count() {
            let slots = self.slots_where(at, &self.block(at), condition);
            let mut turns = Turns::of(self.shared.dictionary.all().map(|(id, _)| id));
            while turns.has_more() {
                self.check()?;
                let block = self.block(at);
                let is_there = |id: &ComponentId| !found.contains(id.0) && block.has_on(*id, &slots);
                let here: Vec<ComponentId> = turns.begin(|| self.is_waited_for(at)).filter(is_there).collect();
                found.extend(here.into_iter().map(|id| id.0));
            }
        }
        Ok(found)
    }
}
