//! Who is vulnerable by a distribution's own word on a source package, whether there is a fix or none.

use std::sync::Arc;

use fettle_catalog::rule::Rule;
use fettle_model::source_statement::{SourceStatement, UNSTABLE};
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
    let of_releases = statements.iter().filter(|statement| statement.product != UNSTABLE && statement.can_affect());
    let rule = |statement: &SourceStatement| {
        let same = |other: &&SourceStatement| other.product == UNSTABLE && other.source == statement.source;
        Rule::of_statement(statement, statements.iter().find(same))
    };
    of_releases.map(|statement| Affecting { statement, rule: rule(statement) }).collect()
}

/// Slots of a block that are vulnerable by any of them. One of which it cannot be told is not among them.
pub(super) fn slots_affected(shared: &Shared, at: usize, block: &Block, statements: &[Affecting<'_>]) -> RoaringBitmap {
    let mut judging = Judging::new(block, at, &shared.dictionary, &shared.slots);
    let mut slots = RoaringBitmap::new();
    for Affecting { statement, rule } in statements {
        slots |= judging.judge_rule(rule, &statement.source).missing.to_bitmap();
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
