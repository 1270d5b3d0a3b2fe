//! The worker's output, sent while it grows.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use fettle_model::DeploymentId;
use fettle_wire::message::LogChunk;

use super::{Said, Work};
use crate::worker::{WorkerFiles, read_output};

/// Bytes of one chunk, and of a deployment's output in all (`agent.md` 3.5).
const CHUNK: usize = 32 * 1024;
const LIMIT: u64 = 1024 * 1024;
/// Between looks at output that grows: 60 messages a minute are taken.
const PAUSE: Duration = Duration::from_millis(1_500);

impl Work {
    /// Sends what has grown since the last time, now and then: each chunk is a message of its own.
    pub(super) fn watch_output(&mut self, files: &WorkerFiles, watch: &mut Instant) -> io::Result<()> {
        if watch.elapsed() < PAUSE {
            return Ok(());
        }
        *watch = Instant::now();
        self.send_output(files, false)
    }

    /// Sends what is new of the output. `end` closes the stream.
    pub(super) fn send_output(&mut self, files: &WorkerFiles, end: bool) -> io::Result<()> {
        loop {
            let offset = self.memory.log_offset;
            let text = if offset < LIMIT { read_output(&files.output, offset, CHUNK)? } else { String::new() };
            if text.is_empty() && !end {
                return Ok(());
            }
            let done = text.is_empty();
            // Replaced characters are longer than what they stand for; the offset counts the file's bytes.
            self.memory.log_offset += text.len() as u64;
            self.say(Said::Log(LogChunk {
                incarnation: self.identity.incarnation,
                deployment: self.id,
                stream: "apt".to_owned(),
                offset,
                text,
                end: end && done,
            }));
            if done {
                return Ok(());
            }
        }
    }
}

/// All chunks of a finished output.
pub fn whole_log(output: &Path, deployment: DeploymentId, incarnation: u32) -> io::Result<Vec<LogChunk>> {
    let mut chunks = Vec::new();
    let mut offset = 0;
    while offset < LIMIT {
        let text = read_output(output, offset, CHUNK)?;
        let end = text.is_empty();
        let length = text.len() as u64;
        chunks.push(LogChunk { incarnation, deployment, stream: "apt".to_owned(), offset, text, end });
        if end {
            break;
        }
        offset += length;
    }
    Ok(chunks)
}
