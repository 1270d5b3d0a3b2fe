//! What the parts of a query find by themselves is what each finds as a query of its own.

use std::sync::Arc;

use fettle_index::Index;
use fettle_index::ask::{Deadline, Part, Question, Scope, ThingId};
use fettle_qql::parts::{Around, alone, parts};
use fettle_qql::token::Vocabulary;
use fettle_qql::typed::{Expression, Query};
use fettle_qql::{Context, check, check_having};
use fettle_testqql::Generator;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::plain::World;
use crate::questions::{Asked, ENTITIES, expected, fleet, other_side};
use crate::truth::AS_OF;

/// Queries about one fleet.
const QUERIES: usize = 8;

/// The queries that the parts of one text are, and how the answers are compared.
struct Held<'h> {
    index: &'h Index,
    world: &'h World<'h>,
    scope: &'h Scope,
    context: &'h Context,
    is_second: bool,
    thing: &'h ThingId,
}

impl Held<'_> {
    fn compare<'q>(
        &self,
        part: &Part,
        expression: &'q Expression,
        around: &mut Vec<Around<'q>>,
    ) -> Result<(), TestCaseError> {
        let root = alone(expression, around);
        let text = Query { entity: self.context.entity, root, warnings: Vec::new() }.normalized();
        let everything = check("", self.context).expect("the empty query");
        let (query, having) = if self.is_second {
            (everything, Some(check_having(&text, self.context).expect("what was printed is read again")))
        } else {
            (check(&text, self.context).expect("what was printed is read again"), None)
        };
        let question =
            Question { query: &query, having: having.as_ref(), scope: self.scope, deadline: Deadline::default() };
        let counted = part.counted.expect("there is time").count;
        prop_assert_eq!(counted, self.index.ask_count(&question).expect("there is time"), "{}", text);
        let token = &Vocabulary::FETTLE.tokens(self.context.entity)[0];
        let (found, _) = expected(self.world, &query, having.as_ref(), &[], token);
        prop_assert_eq!(counted, found.len() as u64, "{}", text);
        let why = part.why.as_ref().expect("one thing was asked for");
        prop_assert_eq!(why.holds, found.contains(self.thing), "{} of {:?}", text, self.thing);
        prop_assert_eq!(part.span, expression.span);
        let (inner, group) = parts(expression);
        prop_assert_eq!(part.parts.len(), inner.len());
        around.extend(group);
        for (part, inner) in part.parts.iter().zip(inner) {
            self.compare(part, inner, around)?;
        }
        if group.is_some() {
            around.pop();
        }
        Ok(())
    }
}

fn explain(Asked { seed, index, scope, world, samples }: Asked<'_>) -> Result<(), TestCaseError> {
    let now = Timestamp::from_second(AS_OF).expect("a time");
    for round in 0..QUERIES {
        let entity = ENTITIES[round % ENTITIES.len()];
        let seed = seed.wrapping_add(round as u64);
        let context = Context::new(entity, now, TimeZone::UTC);
        let text = Generator::new(seed, entity, Vocabulary::FETTLE, Arc::clone(&samples)).query();
        let query = check(&text, &context).expect("the generator writes queries");
        let having = other_side(entity)
            .filter(|_| seed.is_multiple_of(2))
            .map(|other| Generator::new(seed, other, Vocabulary::FETTLE, Arc::clone(&samples)).query())
            .and_then(|text| check_having(&text, &context).ok());
        let everything = check("", &context).expect("the empty query");
        let (all, _) = expected(world, &everything, None, &[], &Vocabulary::FETTLE.tokens(entity)[0]);
        let place = usize::try_from(seed % 1_000).expect("small");
        let Some(thing) = all.get(place % all.len().max(1)) else { continue };
        let question = Question { query: &query, having: having.as_ref(), scope, deadline: Deadline::default() };
        let explained = index.explain(&question, Some(thing)).expect("there is time");
        let whole = explained.total.expect("there is time").count;
        prop_assert_eq!(whole, index.ask_count(&question).expect("there is time"), "{}", text);
        let of = |is_second| Held { index, world, scope, context: &context, is_second, thing };
        of(false).compare(&explained.query, &query.root, &mut Vec::new())?;
        prop_assert_eq!(explained.having.is_some(), having.is_some());
        if let (Some(part), Some(having)) = (&explained.having, &having) {
            of(true).compare(part, &having.root, &mut Vec::new())?;
        }
        let (found, _) = expected(world, &query, having.as_ref(), &[], &Vocabulary::FETTLE.tokens(entity)[0]);
        let told = explained.thing.expect("one thing was asked for");
        prop_assert_eq!(told.holds, Some(found.contains(thing)), "{} of {:?}", text, thing);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn find_what_each_finds_by_itself(fleet in fleet()) {
        fleet.asked(explain)?;
    }
}
