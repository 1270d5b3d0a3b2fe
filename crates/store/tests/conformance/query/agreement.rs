use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;
use std::time::Duration;

use fettle_qql::measure::{Figure, Measure, Statistic, measures};
use fettle_qql::order::{DateInterval, SortKey, group_by, sort};
use fettle_qql::token::{Grouping as Groupable, Kind, TokenDefinition, Vocabulary};
use fettle_qql::typed::Query;
use fettle_qql::{Context, Entity, check};
use fettle_store::query::{Asked, Cursor, GroupBy, GroupOrder, GroupValue, Questions, RowId, Within};
use fettle_testqql::{Fact, Generator, Thing, plain};
use jiff::ToSpan as _;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::related::no_assets;
use super::texts::{one, samples};
use super::{audit_rows, deployment_rows};
use crate::store::TestStore;

const QUERIES: u64 = 700;
const LIMIT: Duration = Duration::from_mins(2);

pub(crate) trait Row: Thing {
    fn id(&self) -> RowId;
}

pub(crate) async fn audit_records_agree(store: &TestStore) {
    let rows = audit_rows::insert(store, 260, 11).await;
    agree(store, Entity::Audit, &rows).await;
}

pub(crate) async fn deployments_agree(store: &TestStore) {
    let rows = deployment_rows::insert(store, 220, 12).await;
    agree(store, Entity::Deployment, &rows).await;
}

async fn agree<R: Row>(store: &TestStore, entity: Entity, rows: &[R]) {
    // Groups are answered by the index, and asked for in `related.rs`.
    let vocabulary = Vocabulary::new(ungrouped);
    let tokens = vocabulary.tokens(entity);
    let mut generator = Generator::new(QUERIES, entity, vocabulary, samples(rows, tokens));
    let mut rng = StdRng::seed_from_u64(3);
    let zone = TimeZone::get("America/St_Johns").expect("a zone");
    let context = Context::new(entity, "2026-11-22T07:15:30Z".parse().expect("a time"), zone.clone());
    let mut questions = store.database.questions(LIMIT).await.expect("a connection");
    let mut found = 0;
    for n in 0..QUERIES {
        let text = generator.query();
        let order = generator.sort();
        let query = check(&text, &context).unwrap_or_else(|invalid| panic!("{text}\n{:#?}", invalid.errors));
        let keys = sort(&order, entity, Vocabulary::FETTLE).expect("an order");
        let expected = expected(rows, &query, &keys);
        found += usize::from(!expected.is_empty() && expected.len() < rows.len());
        let ids = pages(&mut questions, &query, &keys, rng.random_range(1..80)).await;
        assert_eq!(ids, expected, "{text}\nsorted by {order:?}");
        let most = rng.random_range(1..300_u64);
        let (all, bounded) =
            (questions.count(&asked(&query), None).await, questions.count(&asked(&query), Some(most)).await);
        let (all, bounded) = (all.expect("a number"), bounded.expect("a number"));
        let number = u64::try_from(expected.len()).expect("small");
        assert_eq!((all.number, all.is_all), (number, true), "{text}");
        assert_eq!((bounded.number, bounded.is_all), (number.min(most), number <= most), "{text}");
        if n % 4 == 0 {
            let grouping = grouping(&mut rng, tokens, &zone);
            let told = questions.groups(&asked(&query), &grouping).await.expect("groups");
            let grouped = grouped(rows, &query, &grouping);
            let counts: HashMap<_, u64> = grouped.iter().map(|(values, rows)| (values, rows.len() as u64)).collect();
            let in_all: u64 = told.groups.iter().map(|group| group.count).sum::<u64>() + told.other.unwrap_or(0);
            assert_eq!(in_all, counts.values().sum::<u64>(), "{text} by {grouping:?}");
            assert_eq!(told.groups.len(), counts.len().min(grouping.limit), "{text} by {grouping:?}");
            assert_eq!(told.other.is_some(), counts.len() > grouping.limit, "{text} by {grouping:?}");
            for group in &told.groups {
                assert_eq!(counts.get(&group.values), Some(&group.count), "{text} by {grouping:?}: {group:?}");
                let figures = grouping.measures.iter().map(|measure| figure(*measure, &grouped[&group.values]));
                assert_eq!(group.figures, figures.collect::<Vec<_>>(), "{text} by {grouping:?}: {group:?}");
            }
            if grouping.order == GroupOrder::Count {
                assert!(told.groups.is_sorted_by_key(|group| Reverse(group.count)), "{text} by {grouping:?}");
                let least = told.groups.last().map_or(0, |group| group.count);
                let larger = counts.values().filter(|count| **count > least).count();
                assert!(larger <= told.groups.len(), "{text} by {grouping:?}");
            }
        }
    }
    questions.end().await.expect("an end");
    assert!(found > 200, "{found} queries hold for some rows and not for others");
}

fn ungrouped(entity: Entity) -> &'static [TokenDefinition] {
    static OF_DEPLOYMENTS: LazyLock<Vec<TokenDefinition>> = LazyLock::new(|| {
        let all = Vocabulary::FETTLE.tokens(Entity::Deployment).iter();
        all.filter(|token| !token.kind.is_group()).cloned().collect()
    });
    if entity == Entity::Deployment { &OF_DEPLOYMENTS } else { Vocabulary::FETTLE.tokens(entity) }
}

fn asked(query: &Query) -> Asked<'_> {
    Asked { entity: query.entity, expression: &query.root, within: Within::default(), assets: no_assets() }
}

fn expected<R: Row>(rows: &[R], query: &Query, keys: &[SortKey]) -> Vec<RowId> {
    let mut rows: Vec<&R> = rows.iter().filter(|row| plain::holds(&query.root, *row)).collect();
    let id = |row: &R| match row.id() {
        RowId::Number(number) => u128::try_from(number).expect("positive"),
        RowId::Uuid(id) => id.as_u128(),
    };
    if keys.is_empty() {
        rows.sort_by_key(|row| Reverse(id(row)));
    } else {
        rows.sort_by(|left, right| plain::order(*left, *right, keys).then_with(|| id(left).cmp(&id(right))));
    }
    rows.into_iter().map(Row::id).collect()
}

/// All pages, each from the written cursor of the one before.
async fn pages(questions: &mut Questions, query: &Query, keys: &[SortKey], limit: usize) -> Vec<RowId> {
    let mut ids = Vec::new();
    let mut after: Option<Cursor> = None;
    loop {
        let page = questions.page(&asked(query), keys, limit, after.as_ref()).await.expect("a page");
        assert!(page.ids.len() <= limit);
        ids.extend(page.ids);
        let Some(next) = page.next else { return ids };
        after = Some(next.to_string().parse().expect("a cursor"));
    }
}

fn grouping(rng: &mut StdRng, tokens: &'static [TokenDefinition], zone: &TimeZone) -> GroupBy {
    use DateInterval as I;
    let groupable: Vec<_> = tokens.iter().filter(|token| token.grouping != Groupable::NotGroupable).collect();
    let names: BTreeSet<&str> = (0..rng.random_range(1..=2)).map(|_| one(rng, &groupable).name).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(",");
    GroupBy {
        tokens: group_by(&names, groupable[0].id.entity(), Vocabulary::FETTLE).expect("groups"),
        interval: *one(rng, &[I::Day, I::Week, I::Month, I::Quarter, I::Year]),
        zone: zone.clone(),
        order: *one(rng, &[GroupOrder::Count, GroupOrder::Value]),
        limit: rng.random_range(1..30),
        measures: measured(rng, tokens),
    }
}

/// Up to three figures.
fn measured(rng: &mut StdRng, tokens: &'static [TokenDefinition]) -> Vec<Measure> {
    let entity = tokens[0].id.entity();
    let texts = tokens.iter().flat_map(|token| ["min", "max", "avg"].map(|one| format!("{one}:{}", token.name)));
    let all: Vec<Measure> =
        texts.filter_map(|text| measures(&text, entity, Vocabulary::FETTLE).ok()).flatten().collect();
    (0..rng.random_range(0..=3)).map(|_| *one(rng, &all)).collect()
}

/// Of the rows of one group.
fn figure<R: Row>(measure: Measure, rows: &[&R]) -> Option<Figure> {
    let value = |fact: Fact| match fact {
        Fact::Int(value) => i128::from(value),
        Fact::Date(at) => i128::from(at.as_microsecond()),
        other => panic!("{other:?} is not measured"),
    };
    let values: Vec<i128> = rows.iter().flat_map(|row| row.facts(measure.token)).map(value).collect();
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let mean = || values.iter().sum::<i128>() as f64 / values.len() as f64;
    let extreme = match measure.statistic {
        Statistic::Min => values.iter().min(),
        Statistic::Max => values.iter().max(),
        Statistic::Avg => return (!values.is_empty()).then(|| Figure::Real(mean())),
    };
    let extreme = i64::try_from(*extreme?).expect("as it was");
    Some(match measure.token.kind {
        Kind::Date => Figure::Moment(jiff::Timestamp::from_microsecond(extreme).expect("a time")),
        _ => Figure::Whole(extreme),
    })
}

fn grouped<'r, R: Row>(rows: &'r [R], query: &Query, grouping: &GroupBy) -> HashMap<Vec<GroupValue>, Vec<&'r R>> {
    let mut groups: HashMap<_, Vec<&R>> = HashMap::new();
    for row in rows.iter().filter(|row| plain::holds(&query.root, *row)) {
        let mut combined = vec![Vec::new()];
        for token in &grouping.tokens {
            let mut values: Vec<_> = row.facts(token).iter().map(|fact| group_value(fact, grouping)).collect();
            values.sort_by_key(|value| format!("{value:?}"));
            values.dedup();
            if values.is_empty() {
                values.push(GroupValue::Null);
            }
            let with = |value: &GroupValue| {
                combined
                    .iter()
                    .map(|before: &Vec<_>| [before.as_slice(), std::slice::from_ref(value)].concat())
                    .collect::<Vec<_>>()
            };
            combined = values.iter().flat_map(with).collect();
        }
        for values in combined {
            groups.entry(values).or_default().push(row);
        }
    }
    groups
}

fn group_value(fact: &Fact, grouping: &GroupBy) -> GroupValue {
    match fact {
        Fact::Text(text) => GroupValue::Text(text.clone()),
        Fact::Bool(value) => GroupValue::Bool(*value),
        Fact::Int(value) => GroupValue::Int(*value),
        Fact::Date(at) => {
            let mut day = at.to_zoned(grouping.zone.clone()).date();
            // Backwards, day by day, to one that an interval begins with.
            let begins = |day: jiff::civil::Date| match grouping.interval {
                DateInterval::Day => true,
                DateInterval::Week => day.weekday() == Weekday::Monday,
                DateInterval::Month => day.day() == 1,
                DateInterval::Quarter => day.day() == 1 && [1, 4, 7, 10].contains(&day.month()),
                DateInterval::Year => day.day_of_year() == 1,
            };
            while !begins(day) {
                day -= 1.day();
            }
            GroupValue::Date(day)
        }
        other => panic!("{other:?} is not grouped by"),
    }
}
