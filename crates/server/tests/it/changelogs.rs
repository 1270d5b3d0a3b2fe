//! Changelogs that agents do not read by themselves are ordered, from one connected asset at a time.

use std::sync::Arc;

use fettle_fleet::Fleet;
use fettle_model::clock::ManualClock;
use fettle_model::{Clock as _, SystemClock};
use fettle_testkit::{TestAgent, TestApp, deb, facts, hash_of, offer, offer_details, os, repo};
use fettle_wire::message::report::ChangelogFacts;
use jiff::SignedDuration;

use crate::restart::reopened;

const REPOSITORY: &str = "Debian/Debian-Security/stable-security/main";

/// The agents that are told to read, with how much.
async fn told(fleet: &Fleet, agents: &[TestAgent]) -> Vec<(usize, u32)> {
    let mut told = Vec::new();
    for (number, agent) in agents.iter().enumerate() {
        let known = fleet.agents.get(agent.id).expect("the agent");
        let answer = fleet.check_in(&known, agent.check_in_message(0), None).await.expect("an answer");
        told.extend(answer.read_changelogs.map(|order| (number, order.max_megabytes)));
    }
    told
}

#[tokio::test]
async fn what_nobody_has_read_is_ordered_from_one_after_the_other() {
    let app = TestApp::start().await;
    let mut agents = Vec::new();
    let mut details = offer_details("linux-image", "2", REPOSITORY, hash_of("two"));
    details.size_bytes = Some(70_500_000);
    for name in ["web01", "web02"] {
        let mut agent = app.enrol(name).await;
        let has =
            [os("debian", "12"), repo(REPOSITORY), deb("linux-image", "1"), offer("linux-image", "2", REPOSITORY)];
        agent.report_all(&has, facts(name), vec![details.clone()]).await;
        agents.push(agent);
    }
    assert_eq!(app.fleet.order_changelogs(), 0, "agents read by themselves at first");
    let data = app.stop_keeping_data().await;

    let clock = Arc::new(ManualClock::new(SystemClock.now() + SignedDuration::from_mins(30)));
    let fleet = reopened(data.path(), Arc::clone(&clock) as Arc<_>).await;
    fleet.load_index().await.expect("the index loads");
    assert_eq!(fleet.order_changelogs(), 0, "nobody is connected");
    assert_eq!(told(&fleet, &agents).await, []);
    assert_eq!(fleet.order_changelogs(), 1);
    let [(first, 71)] = told(&fleet, &agents).await[..] else { panic!("one of them reads for all") };
    assert_eq!((fleet.order_changelogs(), told(&fleet, &agents).await), (0, Vec::new()), "who was asked is waited for");

    clock.set(clock.now() + SignedDuration::from_hours(2));
    assert_eq!(told(&fleet, &agents).await, []);
    assert_eq!(fleet.order_changelogs(), 1, "it did not tell");
    let [(second, 71)] = told(&fleet, &agents).await[..] else { panic!("the other one is asked") };
    assert_ne!(first, second);

    details.changelog = Some(ChangelogFacts {
        cves: vec!["CVE-2026-0001".to_owned()],
        urgency: None,
        date: None,
        text: "linux (2) fixes CVE-2026-0001".to_owned(),
    });
    let mut report = agents[second].difference(&[], &[]);
    report.offer_details.push(details);
    let known = fleet.agents.get(agents[second].id).expect("the agent");
    fleet.report(&known, None, report).await.expect("an answer");
    clock.set(clock.now() + SignedDuration::from_hours(24));
    told(&fleet, &agents).await;
    assert_eq!(fleet.order_changelogs(), 0, "it is read");
    fleet.database.close().await;
}
