//! Collections while machines report: what a change costs that a hundred rules follow.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use fettle_index::query::AssetRow;
use fettle_index::tags::{Settled, TagDefinition, TagRule};
use fettle_index::{AssetChange, ComponentId, Index};
use fettle_model::component::Component;
use fettle_model::{AssetId, TagId};
use uuid::Uuid;

use crate::table::{Bar, Table, micros, show};

/// Changes of which the middle one counts.
const CHANGES: u32 = 51;
/// As many machines change between two rounds of the server's task at 1,000 reports a second.
const AT_ONCE: u32 = 250;
const FIRST_COMPONENT: u32 = 4_000_000;
const PACKAGES: u32 = 10;

/// How many, and what the rule of a number is.
type Sort = (u32, fn(u32) -> String);

/// A hundred rules, of each sort as many as here.
const RULES: [Sort; 6] = [
    (30, |number| format!("name:host-{number}*")),
    (20, |number| format!("operatingSystem:\"GNU/Linux {}\" and lastLoggedOnUser:user{number}*", 11 + number % 3)),
    (20, |number| format!("components:(name:package-{number}* or name:openssl)")),
    (20, |number| format!("patches:(title:*{number}* and patchStatus:Missing)")),
    (5, |number| format!("scanDateTime<now-{number}d")),
    (5, |number| format!("tags.id:{} and platform:Linux", id(number))),
];

fn id(number: u32) -> TagId {
    TagId(Uuid::from_u128(u128::from(number) + 1))
}

pub(crate) fn measure(table: &mut Table, index: &Index, hosts: u32) -> anyhow::Result<()> {
    show(&format!("Collections, {hosts} hosts, 100 rules"));
    index.put_tags(tags());
    let begun = Instant::now();
    let first = index.settle_tags();
    let what = format!("100 rules judged for all ({} members)", first.moves);
    table.add(&what, begun.elapsed().as_secs_f64() * 1e3, None, "ms", Bar::None);

    let mut fleet = Fleet::new(index, hosts);
    let (noted, settled, _) = fleet.middle(Fleet::contact)?;
    table.add("a check-in without news: noted", micros(noted), None, "µs", Bar::None);
    table.add("a check-in without news: rules", micros(settled), None, "µs", Bar::None);
    let (noted, settled, last) = fleet.middle(Fleet::report)?;
    table.add("a report of 10 changed packages: applied", micros(noted), None, "µs", Bar::None);
    let what = format!("a report of 10 changed packages: {} rules", last.rules);
    table.add(&what, micros(settled), None, "µs", Bar::None);

    for host in 0..AT_ONCE {
        fleet.report(host * (hosts / AT_ONCE))?;
    }
    let begun = Instant::now();
    let all = index.settle_tags();
    let each = begun.elapsed() / AT_ONCE;
    let what = format!("{AT_ONCE} reports of 10 changed packages at once, {} rules: each", all.rules);
    table.add(&what, micros(each), None, "µs", Bar::None);
    Ok(())
}

fn tags() -> Vec<TagDefinition> {
    let rules = RULES.iter().flat_map(|(count, rule)| (0..*count).map(rule));
    let tag = |(number, text): (u32, String)| TagDefinition {
        id: id(number),
        name: format!("rule {number}"),
        parent: None,
        rule: Some(TagRule { text, tz: "UTC".to_owned() }),
        pinned_in: Vec::new(),
        pinned_out: Vec::new(),
    };
    (0..).zip(rules).map(tag).collect()
}

struct Fleet<'i> {
    index: &'i Index,
    hosts: u32,
    next_component: u32,
}

impl<'i> Fleet<'i> {
    const fn new(index: &'i Index, hosts: u32) -> Self {
        Self { index, hosts, next_component: FIRST_COMPONENT }
    }

    /// The middle time of the change, and of the rules that follow it.
    fn middle(
        &mut self,
        change: impl Fn(&mut Self, u32) -> anyhow::Result<()>,
    ) -> anyhow::Result<(Duration, Duration, Settled)> {
        let (mut noted, mut settled, mut last) = (Vec::new(), Vec::new(), Settled::default());
        for number in 0..CHANGES {
            let host = number * 1_009 % self.hosts;
            let begun = Instant::now();
            change(self, host)?;
            noted.push(begun.elapsed());
            let begun = Instant::now();
            last = self.index.settle_tags();
            settled.push(begun.elapsed());
        }
        noted.sort_unstable();
        settled.sort_unstable();
        Ok((noted[noted.len() / 2], settled[settled.len() / 2], last))
    }

    fn row(&self, host: u32) -> anyhow::Result<AssetRow> {
        self.index.asset(AssetId(Uuid::from_u128(u128::from(host) + 1))).context("a host")
    }

    fn contact(&mut self, host: u32) -> anyhow::Result<()> {
        let columns = self.row(host)?.columns;
        self.index.note_contact(columns.id, self.index.as_of(), None);
        Ok(())
    }

    /// Ten packages that nobody had, and a scan now.
    fn report(&mut self, host: u32) -> anyhow::Result<()> {
        let mut columns = self.row(host)?.columns;
        columns.revision += 1;
        columns.scanned_at = Some(self.index.as_of());
        let new = |number: u32| Component::Deb {
            name: format!("new-{}", number % PACKAGES),
            version: format!("1.{number}"),
            arch: "amd64".to_owned(),
            source: "new".to_owned(),
            source_version: format!("1.{number}"),
        };
        let numbers = self.next_component..self.next_component + PACKAGES;
        self.next_component = numbers.end;
        let components: Vec<(ComponentId, Component)> =
            numbers.map(|number| (ComponentId(number), new(number))).collect();
        self.index.add_components(components.iter().map(|(id, component)| (*id, component)));
        let added = components.into_iter().map(|(id, _)| id).collect();
        self.index.change_asset(AssetChange { columns, facts: None, added, removed: Vec::new() }, None);
        Ok(())
    }
}
