//! `qql.md` 3.4 and 3.5, by a plain evaluator over two machines and three patches: what a typed query means, for those
//! that answer it faster.

use fettle_qql::typed::{Expression, Form, Leaf, Test};
use fettle_qql::{Entity, check_having};

use crate::support::{context, read};

/// Values by the full names of tokens.
type Facts = &'static [(&'static str, &'static str)];

struct Machine {
    name: &'static str,
    facts: Facts,
    interfaces: &'static [Facts],
    components: &'static [Facts],
}

/// `db` has neither a user nor a count; both machines have `eth0` and an address in 10/8, only `web` on one interface.
const MACHINES: [Machine; 2] = [
    Machine {
        name: "web",
        facts: &[
            ("name", "web"),
            ("platform", "Linux"),
            ("lastLoggedOnUser", "ada"),
            ("missingPatchCount", "9"),
            ("failedChecks", "AG-01"),
            ("failedChecks", "AG-02"),
        ],
        interfaces: &[
            &[("interfaces.interfaceName", "eth0"), ("interfaces.address", "10.0.0.7")],
            &[("interfaces.interfaceName", "lo"), ("interfaces.address", "127.0.0.1")],
        ],
        components: &[&[("components.name", "openssl")], &[("components.name", "bash")]],
    },
    Machine {
        name: "db",
        facts: &[("name", "db"), ("platform", "Windows"), ("failedChecks", "AG-03")],
        interfaces: &[
            &[("interfaces.interfaceName", "eth0"), ("interfaces.address", "192.168.0.7")],
            &[("interfaces.interfaceName", "eth1"), ("interfaces.address", "10.0.0.8")],
        ],
        components: &[&[("components.name", "bash")]],
    },
];

/// The third has no finding.
const PATCHES: [Facts; 3] = [
    &[("title", "openssl"), ("vendorSeverity", "Critical")],
    &[("title", "bash"), ("vendorSeverity", "Low")],
    &[("title", "zsh"), ("vendorSeverity", "Critical")],
];

/// Machine, patch, facts of the finding.
const FINDINGS: [(usize, usize, Facts); 3] = [
    (0, 0, &[("patchStatus", "Missing"), ("isLatest", "true")]),
    (0, 1, &[("patchStatus", "Installed"), ("isLatest", "true")]),
    (1, 1, &[("patchStatus", "Missing"), ("isLatest", "false")]),
];

/// What an expression is judged on.
#[derive(Clone, Copy)]
struct View {
    thing: Thing,
    finding: Option<Facts>,
    element: Option<Facts>,
}

#[derive(Clone, Copy)]
enum Thing {
    Machine(usize),
    Patch(usize),
}

impl View {
    const fn of(thing: Thing, finding: Option<Facts>) -> Self {
        Self { thing, finding, element: None }
    }

    fn elements(self, group: &str) -> &'static [Facts] {
        match (self.thing, group) {
            (Thing::Machine(machine), "interfaces") => MACHINES[machine].interfaces,
            (Thing::Machine(machine), "components") => MACHINES[machine].components,
            _ => &[],
        }
    }

    fn related(self) -> Vec<Self> {
        let tied = |(machine, patch, facts): &(usize, usize, Facts)| match self.thing {
            Thing::Machine(own) => (*machine == own).then(|| Self::of(Thing::Patch(*patch), Some(facts))),
            Thing::Patch(own) => (*patch == own).then(|| Self::of(Thing::Machine(*machine), Some(facts))),
        };
        FINDINGS.iter().filter_map(tied).collect()
    }

    fn values(self, leaf: &Leaf) -> Vec<&'static str> {
        let name = leaf.token.name;
        let group = name.split_once('.').map(|(group, _)| group);
        let facts: Vec<Facts> = match (self.element, group, self.thing) {
            _ if leaf.token.tie.is_some() => self.finding.into_iter().collect(),
            (Some(element), _, _) => vec![element],
            (None, Some(group), _) => self.elements(group).to_vec(),
            (None, None, Thing::Machine(machine)) => vec![MACHINES[machine].facts],
            (None, None, Thing::Patch(patch)) => vec![PATCHES[patch]],
        };
        facts.iter().flat_map(|facts| facts.iter()).filter(|(of, _)| *of == name).map(|(_, value)| *value).collect()
    }

    fn satisfies(self, expression: &Expression) -> bool {
        match &expression.form {
            Form::All => true,
            Form::And(parts) => parts.iter().all(|part| self.satisfies(part)),
            Form::Or(parts) => parts.iter().any(|part| self.satisfies(part)),
            Form::Not(inner) => !self.satisfies(inner),
            Form::Leaf(leaf) => holds(leaf, &self.values(leaf)),
            Form::Free(free) => {
                let leaf = |token| Leaf { token, test: Test::Present };
                let mut values = free.tokens.iter().flat_map(|token| self.values(&leaf(token)));
                values.any(|value| free.asked.matcher.matches(value))
            }
            Form::Related(related) => self.related().into_iter().any(|view| view.satisfies(&related.inner)),
            Form::Elements(elements) => self
                .elements(elements.token.name)
                .iter()
                .any(|element| Self { element: Some(element), ..self }.satisfies(&elements.inner)),
        }
    }
}

fn holds(leaf: &Leaf, values: &[&str]) -> bool {
    use fettle_qql::token::Kind;
    let any = |fits: &dyn Fn(&str) -> bool| values.iter().any(|value| fits(value));
    match &leaf.test {
        Test::Null => values.is_empty(),
        Test::Present => !values.is_empty(),
        Test::Words(asked) => any(&|value| asked.iter().any(|asked| asked.matcher.matches(value))),
        Test::Whole(asked) => any(&|value| asked.iter().any(|asked| asked.matcher.matches(value))),
        Test::OneOf(places) => match leaf.token.kind {
            Kind::Enum(known) => any(&|value| places.iter().any(|place| known.values[*place] == value)),
            other => panic!("{other:?} has no places"),
        },
        Test::Bool(wanted) => any(&|value| wanted.contains(&(value == "true"))),
        Test::Int(intervals) => {
            any(&|value| intervals.iter().any(|interval| interval.contains(&value.parse().expect("a number"))))
        }
        Test::Address(intervals) => any(&|value| {
            intervals.iter().any(|interval| interval.contains_address(&value.parse().expect("an address")))
        }),
        other => panic!("no fact of this fleet is asked for by {other:?}"),
    }
}

/// Names of the machines for which the query holds, with a finding that satisfies `having`.
fn machines(query: &str, having: Option<&str>) -> Vec<&'static str> {
    let query = read(Entity::Asset, query);
    let having = having.map(|having| check_having(having, &context(Entity::Asset)).expect("a query about patches"));
    let is_found = |machine: &usize| {
        let view = View::of(Thing::Machine(*machine), None);
        let has = having.as_ref().is_none_or(|having| view.related().iter().any(|pair| pair.satisfies(&having.root)));
        view.satisfies(&query.root) && has
    };
    (0..MACHINES.len()).filter(is_found).map(|machine| MACHINES[machine].name).collect()
}

/// Titles of the patches of which one pair satisfies the whole query.
fn patches(query: &str, having: Option<&str>) -> Vec<&'static str> {
    let query = read(Entity::Patch, query);
    let having = having.map(|having| check_having(having, &context(Entity::Patch)).expect("a query about assets"));
    let is_found = |patch: &usize| {
        let thing = Thing::Patch(*patch);
        let machines = View::of(thing, None).related();
        let is_wanted = |machine: &&View| having.as_ref().is_none_or(|having| machine.satisfies(&having.root));
        let judged: Vec<View> = if having.is_none() && machines.is_empty() {
            vec![View::of(thing, None)]
        } else {
            machines.iter().filter(is_wanted).map(|machine| View::of(thing, machine.finding)).collect()
        };
        judged.into_iter().any(|pair| pair.satisfies(&query.root))
    };
    (0..PATCHES.len()).filter(is_found).map(|patch| PATCHES[patch][0].1).collect()
}

#[test]
fn null_lists_and_elements() {
    for (query, expected) in [
        ("", &["web", "db"][..]),
        ("lastLoggedOnUser is null", &["db"]),
        ("lastLoggedOnUser is not null", &["web"]),
        ("missingPatchCount>5", &["web"]),
        ("not missingPatchCount>5", &["db"]),
        ("not missingPatchCount<=5", &["web", "db"]),
        ("failedChecks:AG-02", &["web"]),
        ("not failedChecks:AG-02", &["db"]),
        ("not failedChecks:AG-01 or failedChecks:AG-02", &["web", "db"]),
        ("interfaces.address:10.0.0.0/8 and interfaces.interfaceName:eth0", &["web", "db"]),
        ("interfaces:(address:10.0.0.0/8 and interfaceName:eth0)", &["web"]),
        ("interfaces:(not address:10.0.0.0/8)", &["web", "db"]),
        ("not interfaces:(interfaceName:lo)", &["db"]),
        ("components:(name:openssl)", &["web"]),
        ("ada or 192.168.0.7", &["web", "db"]),
        ("platform:Linux or name:db and platform:Linux", &["web"]),
    ] {
        assert_eq!(machines(query, None), expected, "{query}");
    }
}

#[test]
fn related_things_are_tied_by_one_finding() {
    for (query, expected) in [
        ("patches:(title:bash and patchStatus:Missing)", &["db"][..]),
        ("patches:(title:bash) and patches:(patchStatus:Missing)", &["web", "db"]),
        ("patches:(not patchStatus:Missing)", &["web"]),
        ("not patches:(patchStatus:Missing and vendorSeverity>=Important)", &["db"]),
        ("patches:(assets:(name:db and patchStatus:Missing))", &["web", "db"]),
        ("patches:(finding.patchStatus:Installed and assets:(name:db and finding.patchStatus:Missing))", &["web"]),
    ] {
        assert_eq!(machines(query, None), expected, "{query}");
    }
}

#[test]
fn two_queries_are_tied_by_findings() {
    let having = "title:bash and patchStatus:Missing";
    assert_eq!(machines("interfaces.interfaceName:eth0", Some(having)), ["db"]);
    assert_eq!(machines(&format!("interfaces.interfaceName:eth0 and patches:({having})"), None), ["db"]);
    for (query, having, expected) in [
        ("", None, &["openssl", "bash", "zsh"][..]),
        ("patchStatus:Missing", None, &["openssl", "bash"]),
        ("patchStatus is null", None, &["zsh"]),
        ("patchStatus:Installed and isLatest:false", None, &[]),
        ("not patchStatus:Missing", None, &["bash", "zsh"]),
        ("not assets:(patchStatus:Missing)", None, &["zsh"]),
        ("patchStatus:Missing", Some("name:web"), &["openssl"]),
        ("patchStatus is null", Some("name:web"), &[]),
        ("", Some("platform:Windows"), &["bash"]),
        ("", Some("platform:Linux and patchStatus:Installed"), &["bash"]),
    ] {
        assert_eq!(patches(query, having), expected, "{query} / {having:?}");
    }
}
