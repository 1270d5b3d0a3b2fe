//! A server to be killed: `fettle-test-server DATA CONSOLE_PORT AGENT_PORT`. Prints a line of JSON once it listens, and
//! serves until its standard input ends.

use std::net::SocketAddr;

use fettle_fleet::Settings;
use fettle_fleet::access::activation_key::NewKey;
use fettle_server::Config;
use tokio::io::AsyncReadExt as _;
use tokio_util::sync::CancellationToken;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the test waits for this line")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, console, agents] = arguments.as_slice() else {
        anyhow::bail!("fettle-test-server DATA CONSOLE_PORT AGENT_PORT");
    };
    let local = |port: &str| anyhow::Ok(SocketAddr::from(([127, 0, 0, 1], port.parse()?)));
    let running = fettle_server::start(Config {
        data: data.into(),
        database: None,
        listen: local(console)?,
        agent_listen: local(agents)?,
        names: Vec::new(),
        organisation: "Test".to_owned(),
        insecure_http: false,
        repository_hosts: Vec::new(),
        keyrings: Vec::new(),
        feeds: fettle_server::FeedSettings::offline(),
        settings: Settings::default(),
    })
    .await?;
    let key = NewKey { title: "test".to_owned(), max_agents: None, expire_date: None };
    let key = running.fleet.new_activation_key(None, key).await?;
    println!(
        "{}",
        serde_json::json!({
            "agents": running.agent_address(),
            "pin": running.fleet.keys.ca.pin(),
            "customer": running.fleet.organisation.id,
            "key": key.id,
        })
    );
    let stop = CancellationToken::new();
    let told = stop.clone();
    let until_told = async move {
        let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
        told.cancel();
    };
    let (served, ()) = tokio::join!(running.serve(stop), until_told);
    Ok(served?)
}
