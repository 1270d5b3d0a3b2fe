//! What is printed is read as the same, for any tree and any query; and no text makes the parser fail.

use fettle_qql::ast::{Comparison, End, Limit, Name, Node, Operand, Style, Value};
use fettle_qql::complete::{NoValues, complete};
use fettle_qql::span::Span;
use fettle_qql::token::{Kind, Vocabulary};
use fettle_qql::{Entity, check, parser};
use proptest::prelude::*;

use crate::support::{context, tree_without_spans, without_spans};

fn value() -> impl Strategy<Value = Value> {
    let word = "[a-z*?][a-z0-9_*?-]{0,6}"
        .prop_filter("no keyword", |word| !["and", "or", "not", "is", "null"].contains(&word.as_str()));
    // A value may begin with a sign.
    let sign = prop_oneof![9 => Just(""), 1 => prop::sample::select(vec![">", "<", "=", ">=", "<=", ":", "::"])];
    let words = (sign, prop::collection::vec(word, 1..4))
        .prop_map(|(sign, words)| (Style::Words, format!("{sign}{}", words.join(" "))));
    let text = "[ -~äλ日\\\\\"'`]{0,12}";
    let quoted = text.prop_map(|text| (Style::Quoted, text));
    let exact = text.prop_map(|text| (Style::Exact, text));
    prop_oneof![words, quoted, exact].prop_map(|(style, text)| Value { style, text, span: Span::default() })
}

fn limit() -> impl Strategy<Value = Limit> {
    let not_a_star = value().prop_filter("a star leaves the end open", |value| !value.is_lone_star());
    let end = prop_oneof![Just(End::Included), Just(End::LeftOut)];
    (end, prop::option::of(not_a_star)).prop_map(|(end, value)| Limit { end, value })
}

fn name() -> impl Strategy<Value = Name> {
    let text = prop_oneof!["name", "platform", "osVersion", "patches", "zzz[a-z0-9]{0,3}(\\.[a-z0-9]{1,3}){0,2}"];
    text.prop_map(|text| Name { text, span: Span::default() })
}

fn term() -> impl Strategy<Value = Node> {
    let comparison = prop_oneof![
        Just(Comparison::Greater),
        Just(Comparison::GreaterOrEqual),
        Just(Comparison::Less),
        Just(Comparison::LessOrEqual)
    ];
    let operand = prop_oneof![
        value().prop_map(Operand::Is),
        (comparison, value()).prop_map(|(comparison, value)| Operand::Compared(comparison, value)),
        prop::collection::vec(value(), 1..4).prop_map(Operand::List),
        (limit(), limit()).prop_map(|(low, high)| Operand::Range(low, high)),
    ];
    let span = Span::default();
    prop_oneof![
        (name(), operand).prop_map(move |(name, operand)| Node::Term { name, operand, span }),
        (name(), any::<bool>()).prop_map(move |(name, negated)| Node::Null { name, negated, span }),
        value().prop_map(Node::Free),
    ]
}

fn tree() -> impl Strategy<Value = Node> {
    let span = Span::default();
    term().prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Node::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Node::Or),
            inner.clone().prop_map(move |inner| Node::Not(span, Box::new(inner))),
            (name(), inner).prop_map(move |(name, inner)| Node::Group { name, inner: Box::new(inner), span }),
        ]
    })
}

/// Terms that make sense for an entity: the examples of its tables, and values of each kind.
fn sensible(entity: Entity) -> impl Strategy<Value = String> {
    let terms: Vec<String> = Vocabulary::FETTLE
        .tokens(entity)
        .iter()
        .flat_map(|token| {
            let values: &[&str] = match token.kind {
                Kind::Text | Kind::Keyword => &[":a b", ":\"a \\\\ b\"", ":[a,`B`,c*]", ":*", ":[*]"],
                Kind::Int => &[">=5", ":[1 .. 7)", ":(* .. 3]", ":[1,2]", ":(5 .. 5)"],
                Kind::Float => &["<0.25", ":[-1.5 .. 7]", ":-0"],
                Kind::Date => &[
                    ":2026-05",
                    "<now-3d",
                    ":(2026 .. 2026)",
                    ":[2025,now/w]",
                    ":[0002 .. 9997]",
                    ">=9998-12-31T23:59:59Z",
                    ">2026-05-01T10:00:30.25+02:00",
                ],
                Kind::Address => &[
                    ":10.0.0.7/8",
                    ">10.0.0.0/24",
                    ":[10.0.0.1 .. 10.0.0.9)",
                    ":[fe80::/10,::1]",
                    ":(10.0.0.0/8 .. 10.0.0.0/8)",
                ],
                Kind::Version(_) => &["<1.4", ":[1 .. 2)", ":[1,2]"],
                Kind::Enum(_) => &[":*", " is null"],
                Kind::Bool => &[":[true,false]", ":false"],
                Kind::Uuid => &[" is not null"],
                Kind::Related(..) | Kind::Elements => &[],
            };
            let name = token.name;
            values.iter().map(move |value| format!("{name}{value}")).chain([token.example.to_owned()])
        })
        .collect();
    prop::sample::select(terms).prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" and "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" or "))),
            inner.prop_map(|inner| format!("not {inner}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_printed_tree_is_read_as_itself(tree in tree()) {
        let printed = tree.to_string();
        let mut read = parser::read(&printed).unwrap_or_else(|problems| panic!("{printed}: {problems:?}"));
        tree_without_spans(&mut read);
        prop_assert_eq!(&read, &tree, "{}", printed);
    }

    #[test]
    fn the_normal_form_is_read_as_the_same_query(
        (entity, text) in prop::sample::select(Entity::ALL.to_vec())
            .prop_flat_map(|entity| (Just(entity), sensible(entity)))
    ) {
        let query = check(&text, &context(entity)).unwrap_or_else(|invalid| panic!("{text}: {:?}", invalid.errors));
        let normal = query.normalized();
        let again = check(&normal, &context(entity)).unwrap_or_else(|invalid| panic!("{normal}: {:?}", invalid.errors));
        prop_assert_eq!(without_spans(again), without_spans(query), "{}", normal);
    }

    #[test]
    fn any_text_is_survived(text in "(?s).{0,60}", cursor in 0_usize..60) {
        survives(&text, cursor);
    }

    #[test]
    fn any_text_of_the_language_is_survived(
        parts in prop::collection::vec(prop::sample::select(vec![
            "name", "platform", "created", "hardware.memoryMb", "interfaces", "patches", ":", ">", "<=", "=", "(",
            ")", "[", "]", ",",
            "..", " ", "and", "or", "not", "is", "null", "\"", "'", "`", "\\", "*", "now-7d", "2026-05",
            "10.0.0.0/8", "Linux", "ö", "\n",
        ]), 0..24),
        cursor in 0_usize..60,
    ) {
        survives(&parts.concat(), cursor);
    }
}

/// Whatever the text is, an answer comes, its places lie in the text, and what is read is printed and read again.
fn survives(text: &str, cursor: usize) {
    let length = text.chars().count();
    for entity in Entity::ALL {
        match check(text, &context(entity)) {
            Ok(query) => {
                let normal = query.normalized();
                let again = check(&normal, &context(entity));
                let again = again.unwrap_or_else(|invalid| panic!("{text:?} -> {normal:?}: {:?}", invalid.errors));
                assert_eq!(without_spans(again), without_spans(query), "{text:?} -> {normal:?}");
            }
            Err(invalid) => {
                assert!(!invalid.errors.is_empty(), "{text:?}");
                for error in &invalid.errors {
                    assert!(error.offset + error.length <= length, "{text:?}: {error:?}");
                }
            }
        }
        let completions = complete(text, cursor, &context(entity), &NoValues);
        assert!(completions.replace.end() <= length, "{text:?} {cursor}");
    }
}
