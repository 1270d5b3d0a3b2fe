//! All live agents of one run.

use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use fettle_agent_core::entropy::SystemEntropy;
use fettle_agent_core::settings::Settings;
use fettle_agent_core::talker::client::Route;
use fettle_model::{Clock, Entropy, SystemClock};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::agent::LiveAgent;
use super::state::{SavedAgent, SavedFleet, StateDirectory};
use super::storm::{Storm, StormSummary};
use super::tally::{ChangesSummary, Counts, Tally};
use super::{Live, LiveError, POISONED, Summary, limits};
use crate::image::{Image, images};

/// Agents at their first contact at once: machines are installed one after the other, or start within minutes.
const BEGINNING: usize = 64;
/// Between two looks at the counts, and between two writes of the state.
const LOOK: Duration = Duration::from_millis(500);
const SAVE: Duration = Duration::from_mins(1);
/// Changes fall due in steps of so long a time.
const STEP: Duration = Duration::from_millis(20);
/// So long is waited for the last agent after a storm, and for the last answers to changes.
const STORM: Duration = Duration::from_mins(15);
const LAST_ANSWERS: Duration = Duration::from_mins(1);

/// What all agents of a run share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) settings: Arc<Settings>,
    pub(super) seed: u64,
    pub(super) images: Vec<Image>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) tally: Tally,
    pub(super) storms: watch::Sender<Option<Arc<Storm>>>,
    pub(super) beginning: Semaphore,
    /// PEM of the server's CA.
    pub(super) ca: OnceLock<String>,
    pub(super) enrolled_before: u32,
    pub(super) wanted: u32,
    /// The server's name and address, unless it is an address already.
    server: Option<(String, SocketAddr)>,
    /// Addresses that connections come from.
    sources: Vec<Option<IpAddr>>,
}

impl Shared {
    pub(super) fn route(&self, number: u32) -> Route {
        let from = self.sources[number as usize % self.sources.len()];
        Route { from, to: self.server.clone() }
    }
}

/// Agents at work. They stop when this is dropped; [`LiveFleet::stop`] keeps what the next run needs.
#[derive(Debug)]
pub struct LiveFleet {
    shared: Arc<Shared>,
    packages: (usize, usize),
    agents: Vec<Arc<LiveAgent>>,
    /// Of an earlier, larger run: kept as they are.
    idle: Vec<SavedAgent>,
    tasks: JoinSet<Result<(), LiveError>>,
    state: Option<StateDirectory>,
    saved_at: Instant,
    begun: Instant,
    connected_after: Option<Duration>,
    storm: Option<Arc<Storm>>,
}

impl LiveFleet {
    /// Makes the agents, or takes up those of an earlier run, and lets them connect.
    pub async fn start(live: &Live) -> Result<Self, LiveError> {
        let connections = live.agents + live.second_connections;
        limits::check_descriptors(connections)?;
        let (server, address) = find(&live.settings).await?;
        let sources = limits::sources(connections, address)?;
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
        let state = live.state.as_deref().map(StateDirectory::open).transpose()?;
        let mut saved = SavedFleet::new(live.seed, live.packages, live.settings.customer_id);
        if let Some(found) = state.as_ref().map(|state| state.load(&saved)).transpose()?.flatten() {
            saved = found;
        }
        for number in u32::try_from(saved.agents.len()).unwrap_or(u32::MAX)..live.agents {
            saved.agents.push(SavedAgent::new(number, None, clock.as_ref(), entropy.as_ref())?);
        }
        let (ours, idle) = saved.agents.split_at(live.agents as usize);
        let shared = Arc::new(Shared {
            settings: Arc::new(live.settings.clone()),
            seed: live.seed,
            images: images(live.seed, live.packages.0, live.packages.1),
            clock,
            entropy,
            tally: Tally::default(),
            storms: watch::Sender::new(None),
            beginning: Semaphore::new(BEGINNING),
            ca: saved.ca.clone().map(OnceLock::from).unwrap_or_default(),
            enrolled_before: u32::try_from(ours.iter().filter(|agent| agent.identity.is_some()).count()).unwrap_or(0),
            wanted: live.agents,
            server,
            sources,
        });
        let agent = |saved: &SavedAgent| LiveAgent::new(Arc::clone(&shared), saved.clone()).map(Arc::new);
        let agents = ours.iter().map(agent).collect::<Result<Vec<_>, _>>()?;
        let idle = idle.to_vec();
        let mut fleet = Self {
            packages: live.packages,
            tasks: JoinSet::new(),
            state,
            saved_at: Instant::now(),
            begun: Instant::now(),
            connected_after: None,
            storm: None,
            idle,
            agents,
            shared,
        };
        fleet.save().await?;
        for agent in &fleet.agents {
            let agent = Arc::clone(agent);
            fleet.tasks.spawn(async move { agent.live().await });
        }
        Ok(fleet)
    }

    pub fn counts(&self) -> Counts {
        self.shared.tally.counts(self.shared.wanted)
    }

    /// Until every agent has told what it has.
    pub async fn introduced(&mut self, tell: impl FnMut(Counts)) -> Result<(), LiveError> {
        self.counted(|counts| counts.introduced + counts.gone >= counts.agents, tell).await
    }

    /// Until every agent has told what it has and is held, but for those that are gone.
    pub async fn connected(&mut self, tell: impl FnMut(Counts)) -> Result<(), LiveError> {
        self.counted(|counts| counts.connected + counts.gone >= counts.agents, tell).await?;
        self.connected_after.get_or_insert_with(|| self.begun.elapsed());
        Ok(())
    }

    /// Drops every connection at once, and waits until all agents are back.
    pub async fn storm(&mut self, tell: impl FnMut(Counts)) -> Result<StormSummary, LiveError> {
        let counts = self.counts();
        let storm = Arc::new(Storm::new(counts.agents - counts.gone));
        self.storm = Some(Arc::clone(&storm));
        self.shared.storms.send_replace(Some(Arc::clone(&storm)));
        self.until(storm.over(STORM), tell).await?;
        Ok(storm.summary())
    }

    /// Lets the first `among` agents update ten packages each, in turn, `per_second` of them a second, for so long or
    /// until this is dropped; then waits for the last answers.
    pub async fn change(
        &mut self,
        per_second: u32,
        among: usize,
        lasting: Option<Duration>,
        tell: impl FnMut(Counts),
    ) -> Result<Option<ChangesSummary>, LiveError> {
        let (agents, shared) = (self.agents.clone(), Arc::clone(&self.shared));
        let among = among.clamp(1, agents.len());
        let changes = async move {
            let begun = Instant::now();
            let mut steps = tokio::time::interval(STEP);
            let mut done = 0;
            let mut elapsed = Duration::ZERO;
            while lasting.is_none_or(|lasting| elapsed < lasting) {
                steps.tick().await;
                elapsed = begun.elapsed().min(lasting.unwrap_or(Duration::MAX));
                let due = elapsed.as_millis() * u128::from(per_second) / 1_000;
                while done < due {
                    agents[usize::try_from(done).unwrap_or(usize::MAX) % among].change();
                    done += 1;
                }
            }
            let last = Instant::now();
            let is_open = || shared.tally.changes().is_some_and(|changes| changes.answered.count < changes.due);
            while is_open() && last.elapsed() < LAST_ANSWERS {
                tokio::time::sleep(LOOK / 10).await;
            }
        };
        self.until(changes, tell).await?;
        Ok(self.shared.tally.changes())
    }

    /// Goes on for so long, or until this is dropped.
    pub async fn go_on(&mut self, lasting: Option<Duration>, tell: impl FnMut(Counts)) -> Result<(), LiveError> {
        let waiting = async {
            match lasting {
                Some(lasting) => tokio::time::sleep(lasting).await,
                None => std::future::pending().await,
            }
        };
        self.until(waiting, tell).await
    }

    /// Ends the agents' connections, and keeps what the next run needs.
    pub async fn stop(mut self) -> Result<Summary, LiveError> {
        let counts = self.counts();
        self.tasks.shutdown().await;
        self.save().await?;
        let tally = &self.shared.tally;
        Ok(Summary {
            agents: counts.agents,
            seed: self.shared.seed,
            enrolled: tally.enrolled.load(Ordering::Relaxed),
            connected_after_s: self.connected_after.map(|after| after.as_secs_f64()),
            connected: counts.connected,
            gone: counts.gone,
            seconds: self.begun.elapsed().as_secs_f64(),
            check_ins: counts.check_ins,
            reports: counts.reports,
            storm: self.storm.as_ref().map(|storm| storm.summary()),
            changes: tally.changes(),
            errors: tally.errors(),
            left_undone: tally.left_undone(),
        })
    }

    /// Until `what` is done, or an agent meets what no waiting mends.
    async fn until(&mut self, what: impl Future<Output = ()>, mut tell: impl FnMut(Counts)) -> Result<(), LiveError> {
        let mut what = pin!(what);
        let mut looks = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                biased;
                Some(ended) = self.tasks.join_next() => ended??,
                () = &mut what => return Ok(()),
                _ = looks.tick() => {
                    tell(self.counts());
                    if self.saved_at.elapsed() >= SAVE {
                        self.save().await?;
                    }
                }
            }
        }
    }

    async fn counted(&mut self, is_so: impl Fn(Counts) -> bool, tell: impl FnMut(Counts)) -> Result<(), LiveError> {
        let shared = Arc::clone(&self.shared);
        let counted = async {
            while !is_so(shared.tally.counts(shared.wanted)) {
                tokio::time::sleep(LOOK / 10).await;
            }
        };
        self.until(counted, tell).await
    }

    async fn save(&mut self) -> Result<(), LiveError> {
        let Some(state) = &self.state else { return Ok(()) };
        let mut saved = SavedFleet::new(self.shared.seed, self.packages, self.shared.settings.customer_id);
        saved.ca = self.shared.ca.get().cloned();
        saved.agents = self.agents.iter().map(|agent| agent.saved.lock().expect(POISONED).clone()).collect();
        saved.agents.extend(self.idle.iter().cloned());
        state.store(saved).await?;
        self.saved_at = Instant::now();
        Ok(())
    }
}

/// The server's name with an address, looked up once, and the address. Where a proxy is used, it is the proxy's matter.
async fn find(settings: &Settings) -> Result<(Option<(String, SocketAddr)>, Option<IpAddr>), LiveError> {
    if settings.proxy_url.is_some() {
        return Ok((None, None));
    }
    let host = host_of(&settings.web_service_uri);
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Ok((None, Some(address)));
    }
    let failed = |source| LiveError::Address { host: host.to_owned(), source };
    let mut found = tokio::net::lookup_host((host, 0)).await.map_err(failed)?;
    let address = found.next().ok_or_else(|| failed(std::io::Error::other("its name has no address")))?;
    Ok((Some((host.to_owned(), address)), Some(address.ip())))
}

/// `https://host:port/agent/` → `host`; an IPv6 address with its brackets.
fn host_of(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_address() {
        for (uri, host) in [
            ("https://fettle.example.test:8443/agent/", "fettle.example.test"),
            ("https://fettle.example.test/agent/", "fettle.example.test"),
            ("https://127.0.0.1:8443/agent/", "127.0.0.1"),
            ("https://[::1]:8443/agent/", "[::1]"),
            ("https://[::1]/agent/", "[::1]"),
        ] {
            assert_eq!(host_of(uri), host);
        }
    }
}
