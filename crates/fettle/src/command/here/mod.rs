//! `fettle here`: server and agent on one machine, to see at once what this machine lacks.

mod agent;
mod key;
mod summary;

use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use fettle_fleet::{Fleet, Settings};
use fettle_server::Config;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::command::estimate_password;
use crate::command::server::{AGENT_LISTEN, LISTEN, ORGANISATION, own_names, print_links};
use crate::failure::{Failure, Finding};
use crate::logs::{self, LogFormat};
use crate::progress::Progress;
use crate::signals;

use self::agent::LocalAgent;

/// Between two looks at the figures, which are in memory.
const LOOK: Duration = Duration::from_millis(500);

#[derive(Debug, clap::Args)]
pub(crate) struct Here {
    /// Directory of the server's data, and of the agent's below it
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where console and operator API listen
    #[arg(long, value_name = "ADDRESS", default_value_t = LISTEN)]
    listen: SocketAddr,
    /// Where agents are listened to
    #[arg(long, value_name = "ADDRESS", default_value_t = AGENT_LISTEN)]
    agent_listen: SocketAddr,
    /// Form of the log on standard error
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log: LogFormat,
}

pub(crate) async fn run(here: Here) -> Result<Finding, Failure> {
    // What goes wrong is shown; what goes right is on the screen already.
    logs::start(here.log, "warn");
    make_private(&here.data)?;
    // Both hold absolute paths: the agent writes its own into files.
    let data = fs_err::canonicalize(&here.data)
        .map_err(|source| Failure::File { operation: "the data directory cannot be used".to_owned(), source })?;
    let tasks = TaskTracker::new();
    let shutdown = signals::shutdown(&tasks)
        .map_err(|source| Failure::File { operation: "signals cannot be received".to_owned(), source })?;
    let running = fettle_server::start(config(&here, &data)).await.map_err(|error| Failure::Start(error.into()))?;
    let console = running.console_url();
    print_links(&running).await?;
    let fleet = Arc::clone(&running.fleet);
    // The server outlives the agent, so that the agent's last words are taken.
    let server_shutdown = CancellationToken::new();
    let mut server = tasks.spawn(running.serve(server_shutdown.clone()));
    let shown = tokio::select! {
        shown = with_agent(&here, &data, &fleet, &console, &shutdown) => shown,
        ended = &mut server => {
            return Err(match ended {
                Ok(Err(error)) => Failure::Serve(error.into()),
                Ok(Ok(())) => Failure::Serve(anyhow::anyhow!("it ended by itself")),
                Err(error) => Failure::Serve(error.into()),
            });
        }
    };
    server_shutdown.cancel();
    let served = server.await.map_err(|error| Failure::Serve(error.into()))?;
    shown?;
    served.map_err(|error| Failure::Serve(error.into()))?;
    Ok(Finding::Nothing)
}

fn config(here: &Here, data: &Path) -> Config {
    Config {
        data: data.to_owned(),
        database: None,
        listen: here.listen,
        agent_listen: here.agent_listen,
        names: own_names(),
        organisation: ORGANISATION.to_owned(),
        insecure_http: false,
        repository_hosts: Vec::new(),
        keyrings: Vec::new(),
        // What this machine lacks is asked of its own repositories alone.
        feeds: fettle_server::FeedSettings::offline(),
        settings: Settings { estimator: estimate_password::estimator(), ..Settings::default() },
    }
}

fn make_private(data: &Path) -> Result<(), Failure> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(|source| Failure::File {
        operation: format!("the data directory {} cannot be made", data.display()),
        source,
    })
}

/// Until the first signal, or until the agent ends by itself.
async fn with_agent(
    here: &Here,
    data: &Path,
    fleet: &Arc<Fleet>,
    console: &str,
    shutdown: &CancellationToken,
) -> Result<(), Failure> {
    let folder = data.join("agent");
    // An agent that has enrolled keeps its identity; only the port may have changed since.
    let key = key::of_this_machine(fleet).await?;
    agent::install(&folder, &agent::install_values(fleet, &key, here.agent_listen.port())).await?;
    let mut agent = LocalAgent::start(&folder)?;
    let shown = tokio::select! {
        shown = show(fleet, console) => shown,
        failure = agent.ended() => Err(failure),
        () = shutdown.cancelled() => Ok(()),
    };
    agent.stop().await;
    shown
}

/// Never returns when all is well: the figures go on changing.
async fn show(fleet: &Fleet, console: &str) -> Result<(), Failure> {
    wait_for_first_scan(fleet).await;
    summary::print_summary(fleet, console);
    summary::follow_changelogs(fleet).await;
    Ok(())
}

async fn wait_for_first_scan(fleet: &Fleet) {
    let mut progress = Progress::start();
    loop {
        let overview = fleet.index.overview(0);
        if overview.scanned + overview.failed > 0 {
            return;
        }
        progress.step(if overview.assets == 0 {
            "Waiting for the agent of this machine"
        } else {
            "Scanning this machine: apt's lists are read anew, which can take a minute"
        });
        tokio::time::sleep(LOOK).await;
    }
}
