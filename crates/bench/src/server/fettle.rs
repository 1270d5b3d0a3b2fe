//! Fettle's server, as `fettle server` runs it.

use std::net::SocketAddr;
use std::path::PathBuf;

use fettle_fleet::Settings;
use fettle_fleet::access::activation_key::NewKey;
use fettle_fleet::access::guessing::Estimator;
use fettle_server::Config;
use secrecy::ExposeSecret as _;
use serde_json::json;
use tokio_util::sync::CancellationToken;

pub(crate) async fn run(data: PathBuf, database: Option<String>) -> anyhow::Result<()> {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let running = fettle_server::start(Config {
        data,
        database,
        listen: any,
        agent_listen: any,
        names: Vec::new(),
        organisation: "Bench".to_owned(),
        insecure_http: false,
        repository_hosts: Vec::new(),
        keyrings: Vec::new(),
        feeds: fettle_server::FeedSettings::offline(),
        settings: Settings { estimator: estimator()?, ..Settings::default() },
    })
    .await?;
    let key = NewKey { title: "Bench".to_owned(), max_agents: None, expire_date: None };
    let key = running.fleet.new_activation_key(None, key).await?;
    let link = running.setup_link().await?;
    let code = link.as_ref().and_then(|link| link.expose_secret().split_once('#')).map(|(_, code)| code.to_owned());
    super::ready(&json!({
        "agents": running.agent_address(),
        "console": running.console_url(),
        "pin": running.fleet.keys.ca.pin(),
        "customer": running.fleet.organisation.id,
        "key": key.id,
        "setupCode": code,
    }));
    let stop = CancellationToken::new();
    let told = stop.clone();
    let (served, ()) = tokio::join!(running.serve(stop), async move {
        super::until_told().await;
        told.cancel();
    });
    Ok(served?)
}

/// As `fettle server` does it.
fn estimator() -> anyhow::Result<Estimator> {
    Ok(Estimator::Process { program: std::env::current_exe()?, arguments: vec!["estimate-password".to_owned()] })
}
