//! The fleet that is asked about: simulated once, opened as a server opens it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use fettle_fleet::access::Actor;
use fettle_fleet::entropy::SystemEntropy;
use fettle_fleet::start::Start;
use fettle_fleet::tags::TagDraft;
use fettle_fleet::{Fleet, Settings};
use fettle_index::ask::{Deadline, Order, Question, Scope};
use fettle_model::clock::ManualClock;
use fettle_model::{Clock as _, SystemClock, TagId};
use fettle_qql::order::sort;
use fettle_qql::token::Vocabulary;
use fettle_qql::{Context, Entity, check};
use fettle_simulate::{Simulation, simulate};
use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use crate::table::show;

/// Name and rule of the collections that are asked about.
const TAGS: [(&str, &str); 2] = [("Bench web", "name:web*"), ("Bench tenth", "name:*0")];

pub(crate) struct Opened {
    pub(crate) fleet: Fleet,
    /// Until agents can be answered, and from there until lists are.
    pub(crate) agents_known: Duration,
    pub(crate) index_loaded: Duration,
    /// The moment as of which is asked: no scan is later.
    pub(crate) as_of: Timestamp,
    pub(crate) tags: Vec<(TagId, &'static str)>,
    /// Who has them, by name.
    pub(crate) scopes: HashMap<String, Scope>,
}

/// Simulates the fleet in `data`, where there is none.
pub(crate) async fn make(data: &Path, simulation: &Simulation) -> anyhow::Result<()> {
    if !data.join("fettle.db").exists() {
        fs_err::create_dir_all(data)?;
        let begun = Instant::now();
        simulate(data, None, simulation, SystemClock.now(), |_| ()).await?;
        show(&format!("  {} hosts simulated in {:.0} s", simulation.assets, begun.elapsed().as_secs_f64()));
    }
    Ok(())
}

/// The fleet in `data`; simulated there first where there is none.
pub(crate) async fn open(data: &Path, simulation: &Simulation) -> anyhow::Result<Opened> {
    make(data, simulation).await?;
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    let start = Start {
        database: format!("sqlite:{}", data.display()),
        seal_key: data.join("seal.key"),
        organisation: String::new(),
        settings: Settings::default(),
        clock: Arc::clone(&clock) as Arc<_>,
        entropy: Arc::new(SystemEntropy),
    };
    let begun = Instant::now();
    let fleet = fettle_fleet::start::open(start).await?;
    let agents_known = begun.elapsed();
    let begun = Instant::now();
    fleet.load_index().await?;
    let index_loaded = begun.elapsed();
    let (hosts, wanted) = (fleet.index.asset_count(), simulation.assets as usize);
    anyhow::ensure!(hosts == wanted, "{} holds {hosts} hosts, not {wanted}: remove it", data.display());
    let as_of = last_scan(&fleet)?;
    clock.set(as_of);
    fleet.index.move_to(as_of);
    let tags = tags(&fleet).await?;
    fleet.index.settle_tags();
    let scope = |(tag, name): &(TagId, &str)| ((*name).to_owned(), Scope::Tags(vec![*tag]));
    let scopes = tags.iter().map(scope).collect();
    Ok(Opened { fleet, agents_known, index_loaded, as_of, tags, scopes })
}

/// The next whole second.
fn last_scan(fleet: &Fleet) -> anyhow::Result<Timestamp> {
    let query = check("", &Context::new(Entity::Asset, fleet.index.as_of(), TimeZone::UTC))?;
    let scope = Scope::Everything;
    let question = Question { query: &query, having: None, scope: &scope, deadline: Deadline::default() };
    let keys = sort("scanDateTime:desc", Entity::Asset, Vocabulary::FETTLE)?;
    let page = fleet.index.ask_assets(&question, &Order { keys: &keys, after: None, limit: 1 })?;
    let scanned_at = page.rows.first().and_then(|row| row.columns.scanned_at).context("no host was scanned")?;
    Ok(scanned_at.round(TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Ceil))?)
}

/// Made once, by the way that the console makes them.
async fn tags(fleet: &Fleet) -> anyhow::Result<Vec<(TagId, &'static str)>> {
    let known = fleet.database.read().await?.tags().all().await?;
    let mut tags = Vec::new();
    for (name, rule) in TAGS {
        if let Some(tag) = known.iter().find(|tag| tag.name == name) {
            tags.push((tag.id, name));
            continue;
        }
        let draft = TagDraft { name: name.to_owned(), rule: Some(rule.to_owned()), ..TagDraft::default() };
        let judged = fleet.judge_tag(None, draft, 0)?;
        tags.push((fleet.create_tag(&Actor::scheduler(), judged).await?.id, name));
    }
    Ok(tags)
}
