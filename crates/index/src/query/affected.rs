//! Who is vulnerable by a distribution's own word on a source package, whether there is a fix or none.

use std::sync::Arc;

use fettle_catalog::rule::Rule;
use fettle_model::source_statement::{FixState, SourceStatement};
use roaring::RoaringBitmap;

use crate::block::Block;
use crate::judging::Judging;
use crate::shared_block::SharedBlock;
use crate::{Index, POISONED, Shared};

/// A statement with its rule.
pub(super) struct Affecting<'a> {
    statement: &'a SourceStatement,
    rule: Rule,
}

/// Those of the statements that may say of a machine that it is vulnerable.
pub(super) fn affecting(statements: &[SourceStatement]) -> Vec<Affecting<'_>> {
    let can_affect = statements.iter().filter(|statement| statement.can_affect());
    can_affect.map(|statement| Affecting { statement, rule: Rule::of_statement(statement) }).collect()
}

/// Slots of a block that are vulnerable by any of them.
pub(super) fn slots_affected(shared: &Shared, at: usize, block: &Block, statements: &[Affecting<'_>]) -> RoaringBitmap {
    let mut judging = Judging::new(block, at, &shared.dictionary, &shared.slots);
    let mut slots = RoaringBitmap::new();
    for Affecting { statement, rule } in statements {
        let judged = judging.judge_rule(rule, &statement.source);
        slots |= match statement.state {
            FixState::Open => judged.applies.to_bitmap(),
            FixState::Fixed(_) => judged.missing.to_bitmap(),
            FixState::NeverAffected | FixState::Undetermined => continue,
        };
    }
    slots
}

impl Index {
    /// Assets that are vulnerable by any of the statements, each counted once.
    pub fn affected(&self, statements: &[SourceStatement]) -> u64 {
        let affecting = affecting(statements);
        let shared = self.shared.read().expect(POISONED);
        let blocks = self.all_blocks();
        let of_block = |(at, block): (usize, &Arc<SharedBlock>)| {
            slots_affected(&shared, at, &block.read(&shared), &affecting).len()
        };
        blocks.iter().enumerate().map(of_block).sum()
    }
}
