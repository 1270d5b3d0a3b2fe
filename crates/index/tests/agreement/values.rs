//! Values that a query is completed with are those that things in scope have, the commonest first, and are counted right.

use std::collections::{BTreeMap, BTreeSet};

use fettle_index::ask::Deadline;
use fettle_qql::text::folded;
use fettle_qql::token::{Kind, TokenDefinition, Vocabulary};
use fettle_testqql::{Thing, plain};
use proptest::prelude::*;

use crate::plain::{Installed, Patch, Vulnerability, World};
use crate::questions::{Asked, ENTITIES, fleet};

/// Each value with the number of things that have it.
fn counted(world: &World<'_>, token: &TokenDefinition) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    let mut count = |thing: &dyn Thing| {
        let values: BTreeSet<String> = thing.facts(token).iter().map(plain::as_text).collect();
        for value in values {
            *counts.entry(value).or_default() += 1;
        }
    };
    match token.id.entity() {
        fettle_qql::Entity::Asset => world.assets().for_each(|asset| count(&world.asset(asset, None))),
        fettle_qql::Entity::Patch => world.patches().for_each(|entry| count(&Patch { world, entry, tie: None })),
        fettle_qql::Entity::Vulnerability => {
            world.cves().into_iter().for_each(|cve| count(&Vulnerability { world, cve }));
        }
        _ => world.components().into_iter().for_each(|component| count(&Installed { world, component })),
    }
    counts
}

fn complete(Asked { seed, index, scope, world, .. }: Asked<'_>) -> Result<(), TestCaseError> {
    for token in ENTITIES.into_iter().flat_map(|entity| Vocabulary::FETTLE.tokens(entity)) {
        let everything = index.ask_values(token, ("", 1_000), scope, Deadline::default()).expect("there is time");
        let Some(everything) = everything else {
            let is_left_out = token.tie.is_some()
                || token.kind.is_group()
                || matches!(token.kind, Kind::Int | Kind::Float | Kind::Uuid | Kind::Date);
            prop_assert!(is_left_out, "{}", token.name);
            continue;
        };
        let truth = counted(world, token);
        prop_assert_eq!(&everything.iter().cloned().collect::<BTreeMap<_, _>>(), &truth, "{}", token.name);
        // The first letters of one of them, in capitals.
        let Some(value) = truth.keys().nth(usize::try_from(seed % 7).expect("small") % truth.len().max(1)) else {
            continue;
        };
        let prefix: String = value.chars().take(2).collect();
        let mut expected: Vec<_> =
            truth.iter().filter(|(value, _)| folded(value).starts_with(&folded(&prefix))).collect();
        expected.sort_by_key(|(value, count)| (std::cmp::Reverse(**count), (*value).clone()));
        expected.truncate(2);
        let offered = index.ask_values(token, (&prefix.to_uppercase(), 2), scope, Deadline::default());
        let offered = offered.expect("there is time").expect("as before");
        let offered: Vec<_> = offered.iter().map(|(value, count)| (value, count)).collect();
        prop_assert_eq!(offered, expected, "{} that begins with {}", token.name, prefix);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn are_those_of_things_in_scope(fleet in fleet()) {
        fleet.asked(complete)?;
    }
}
