//! Figures over groups are those of the things in each of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use fettle_index::ask::{Deadline, GroupBy, GroupOrder, Question};
use fettle_qql::measure::{Figure, Measure, Statistic, measures};
use fettle_qql::order::DateInterval;
use fettle_qql::token::{Grouping, TokenDefinition, Vocabulary};
use fettle_qql::typed::{Expression, Form, Query};
use fettle_qql::{Context, Entity, check};
use fettle_testqql::{Fact, Generator, Thing, plain};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::plain::{Installed, Patch, Vulnerability, World};
use crate::questions::{Asked, ENTITIES, fleet, shown};
use crate::truth::AS_OF;

/// Queries about one fleet.
const QUERIES: usize = 12;

/// By the value of a group, the values of each measured token.
type Measured = BTreeMap<Option<String>, Vec<Vec<f64>>>;

/// Then it is judged pair by pair.
fn speaks_of_a_tie(expression: &Expression) -> bool {
    match &expression.form {
        Form::Leaf(leaf) => leaf.token.tie.is_some(),
        Form::And(parts) | Form::Or(parts) => parts.iter().any(speaks_of_a_tie),
        Form::Not(inner) => speaks_of_a_tie(inner),
        Form::All | Form::Free(_) | Form::Related(_) | Form::Elements(_) => false,
    }
}

fn number(fact: &Fact) -> f64 {
    match fact {
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        Fact::Int(value) => *value as f64,
        Fact::Float(value) => *value,
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        Fact::Date(at) => at.as_microsecond() as f64,
        other => panic!("{other:?} is not measured"),
    }
}

fn measured(world: &World<'_>, query: &Query, group: &TokenDefinition, measures: &[Measure]) -> Measured {
    let mut all = Measured::new();
    let mut take = |thing: &dyn Thing| {
        if !plain::holds(&query.root, thing) {
            return;
        }
        let mut values: Vec<Option<String>> = thing.facts(group).iter().map(|fact| Some(shown(fact))).collect();
        values.sort();
        values.dedup();
        if values.is_empty() {
            values.push(None);
        }
        for value in values {
            let of_group = all.entry(value).or_insert_with(|| vec![Vec::new(); measures.len()]);
            for (of_measure, measure) in of_group.iter_mut().zip(measures) {
                of_measure.extend(thing.facts(measure.token).iter().map(number));
            }
        }
    };
    match query.entity {
        Entity::Asset => world.assets().for_each(|asset| take(&world.asset(asset, None))),
        Entity::Patch => world.patches().for_each(|entry| take(&Patch { world, entry, tie: None })),
        Entity::Vulnerability => world.cves().into_iter().for_each(|cve| take(&Vulnerability { world, cve })),
        _ => world.components().into_iter().for_each(|component| take(&Installed { world, component })),
    }
    all
}

fn is_right(figure: Option<Figure>, measure: Measure, values: &[f64]) -> bool {
    let expected = match measure.statistic {
        Statistic::Min => values.iter().copied().reduce(f64::min),
        Statistic::Max => values.iter().copied().reduce(f64::max),
        #[expect(clippy::cast_precision_loss, reason = "few values")]
        Statistic::Avg => (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64),
    };
    let told = figure.map(|figure| match figure {
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        Figure::Whole(value) => value as f64,
        Figure::Real(value) => value,
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        Figure::Moment(at) => at.as_microsecond() as f64,
    });
    match (told, expected) {
        (None, None) => true,
        (Some(told), Some(expected)) => (told - expected).abs() <= expected.abs() * 1e-12,
        _ => false,
    }
}

fn measure(Asked { seed, index, scope, world, samples }: Asked<'_>) -> Result<(), TestCaseError> {
    let now = Timestamp::from_second(AS_OF).expect("a time");
    for round in 0..QUERIES {
        let entity = ENTITIES[round % ENTITIES.len()];
        let seed = seed.wrapping_add(round as u64);
        let context = Context::new(entity, now, TimeZone::UTC);
        let mut generator = Generator::new(seed, entity, Vocabulary::FETTLE, Arc::clone(&samples));
        // Pairs are the other test's.
        let (text, query) = loop {
            let text = generator.query();
            let query = check(&text, &context).expect("the generator writes queries");
            if !speaks_of_a_tie(&query.root) {
                break (text, query);
            }
        };
        let tokens = Vocabulary::FETTLE.tokens(entity).iter();
        let groupable: Vec<_> =
            tokens.clone().filter(|token| token.grouping != Grouping::NotGroupable && token.tie.is_none()).collect();
        let group = groupable[usize::try_from(seed % groupable.len() as u64).expect("few tokens")];
        let all: Vec<Measure> = tokens
            .flat_map(|token| ["min", "max", "avg"].map(|statistic| format!("{statistic}:{}", token.name)))
            .filter_map(|text| measures(&text, entity, Vocabulary::FETTLE).ok())
            .flatten()
            .collect();
        let chosen: Vec<Measure> =
            (0..3).map(|n| all[usize::try_from((seed / 7 + n * 5) % all.len() as u64).expect("few")]).collect();
        let by = GroupBy {
            tokens: vec![group],
            interval: DateInterval::Month,
            zone: TimeZone::UTC,
            order: GroupOrder::Value,
            limit: 1_000,
            measures: chosen.clone(),
        };
        let question = Question { query: &query, having: None, scope, deadline: Deadline::default() };
        let groups = index.ask_groups(&question, &by).expect("there is time");
        let expected = measured(world, &query, group, &chosen);
        prop_assert_eq!(groups.groups.len(), expected.len(), "{} by {}", text, group.name);
        for told in groups.groups {
            let values = &expected[&told.values[0].as_ref().map(|value| value.text.clone())];
            prop_assert_eq!(told.figures.len(), chosen.len());
            for ((figure, measure), values) in told.figures.iter().zip(&chosen).zip(values) {
                let is_right = is_right(*figure, *measure, values);
                prop_assert!(is_right, "{} of {}: {:?} of {:?}", measure.name(), text, figure, values);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn are_those_of_the_things_in_a_group(fleet in fleet()) {
        fleet.asked(measure)?;
    }
}
