//! `logs` (`agent.md` 3.5): parts of what package managers and scripts printed.

use fettle_store::jobs::LogChunk as StoredChunk;
use fettle_wire::Code;
use fettle_wire::message::{LogChunk, LogsAnswer};

use crate::Fleet;
use crate::agents::Agent;
use crate::agents::admit::new_token;
use crate::refusal::Refused;

/// Longest log of one stream, in bytes: 1 MiB per installer log.
const MAX_STREAM: u64 = 1 << 20;
const STREAMS: [&str; 4] = ["apt", "stdout", "stderr", "installer"];

impl Fleet {
    /// `shown`: the token beside the message, if there is one.
    pub async fn log(&self, agent: &Agent, shown: Option<&str>, chunk: LogChunk) -> Result<LogsAnswer, Refused> {
        self.admit_shown(agent, chunk.incarnation, shown).await?;
        let _turn = agent.turn.lock().await;
        if !STREAMS.contains(&chunk.stream.as_str()) {
            return Err(Refused::invalid("no such stream").at("/stream"));
        }
        if chunk.offset.saturating_add(chunk.text.len() as u64) > MAX_STREAM {
            return Err(Refused::new(Code::BodyTooLarge, "a log has at most 1 MiB").at("/offset"));
        }
        let now = self.clock.now();
        let token = new_token(self.entropy.as_ref());
        let (number, older, asset) = (agent.number, agent.state().tokens.older_than(token), agent.asset);
        let stored = StoredChunk {
            deployment: chunk.deployment,
            incarnation: chunk.incarnation,
            stream: chunk.stream,
            start: chunk.offset,
            text: chunk.text.replace('\0', "\u{fffd}"),
            is_last: chunk.end,
            received_at: now,
        };
        self.database
            .write(async move |tx| {
                let deployment = tx.deployments().find(stored.deployment).await?;
                if deployment.is_none_or(|deployment| deployment.asset != asset) {
                    return Err(Refused::invalid("this deployment is not of this agent").at("/deployment"));
                }
                tx.logs().put(&stored).await?;
                tx.assets().put_tokens(number, &token, &older).await?;
                Ok(())
            })
            .await?;
        agent.state().tokens.give(token);
        Ok(LogsAnswer { token: hex::encode(token) })
    }
}
