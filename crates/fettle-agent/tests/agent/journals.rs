//! Journals that were damaged, and what is made of them.

use fettle_model::job::Work;
use fettle_testhost::demo;

use crate::setting::{Setting, summary};
use crate::support::orders::{offer, patch};

#[test]
fn a_damaged_journal_ends_its_deployment_with_what_is_found() {
    let Some(mut setting) = Setting::new([]) else { return };
    let limits = setting.host.root().join("var/lib/f/limits.toml");
    fs_err::write(&limits, "frozen-until = 2999-01-01T00:00:00Z\n").expect("a limits file");
    let patches = vec![
        patch(1, &["fettle-demo"], demo::FIXED),
        patch(2, &["libfettle-demo"], demo::OLD),
        patch(3, &["absent"], "1"),
    ];
    let deployment = offer(&setting.server, 1, Work::Install, patches);
    setting.server.wait_for("the freeze", |state| (state.states_of(deployment).len() == 2).then_some(()));
    setting.kill_agent();
    let path = setting.host.root().join(format!("var/lib/f/keeper/journal/{deployment}.jnl"));
    let mut bytes = fs_err::read(&path).expect("a journal");
    let mark = b"\"kind\":\"state\"";
    let at = bytes.windows(mark.len()).position(|window| window == mark).expect("a state");
    bytes[at] ^= 0xff;
    fs_err::write(&path, bytes).expect("a journal");
    setting.start_agent();

    assert_eq!(setting.end_of(deployment), "Failed");
    assert_eq!(summary(&setting.outcomes(deployment)), ["Failed AGENT_ERROR", "Installed", "NotApplicable"]);
    let text = setting.outcomes(deployment)[0].text.clone().expect("a text");
    assert!(text.contains(demo::OLD), "what was found is told: {text}");
    let state = setting.server.state();
    let last = state.events_of(deployment).into_iter().rfind(|event| event.state.is_some()).expect("a state").clone();
    drop(state);
    assert_eq!(last.detail["reason"], "AGENT_ERROR");
    assert!(last.detail["text"].as_str().expect("a text").starts_with("JOURNAL_DAMAGED"));
    assert!(path.with_extension("damaged").exists(), "what was read stays for a person");
    assert_eq!(setting.version("fettle-demo"), demo::OLD);

    // The agent is fit for other work.
    fs_err::write(&limits, "").expect("a limits file");
    let next = offer(&setting.server, 2, Work::Install, vec![patch(1, &["fettle-demo"], demo::FIXED)]);
    assert_eq!(setting.end_of(next), "Completed");
}
