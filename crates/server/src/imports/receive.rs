//! A file on its way in: bounded by its format, hashed as it comes, kept in a file without a name that is gone with its
//! last handle, whatever happens to the server.

use std::path::PathBuf;
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use axum::body::Body;
use axum::http::StatusCode;
use fettle_catalog::import::{Format, detect, start_of};
use fettle_model::Sha256;
use http_body_util::BodyExt as _;
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};

use crate::api::ApiError;

/// Longest time without a byte.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(crate) struct Received {
    /// At its start.
    pub(crate) file: std::fs::File,
    pub(crate) bytes: u64,
    pub(crate) sha256: Sha256,
    pub(crate) format: Format,
}

/// Takes the body into a file in `folder`. Without a named format the content says which it is.
pub(crate) async fn receive(body: Body, named: Option<Format>, folder: PathBuf) -> Result<Received, ApiError> {
    // Of a file whose format shows only at its end nothing more may come than the largest format has.
    let limit = named.map_or_else(largest, Format::max_bytes);
    let file = blocking(move || tempfile::tempfile_in(folder)).await?;
    let mut file = tokio::fs::File::from_std(file);
    let (bytes, sha256) = copy(body, &mut file, limit).await?;
    file.rewind().await.map_err(ApiError::internal)?;
    let mut file = file.into_std().await;
    let (start, file) = blocking(move || start_of(&mut file).map(|start| (start, file))).await?;
    let format = named.or_else(|| detect(&start)).ok_or_else(unknown_content)?;
    if bytes > format.max_bytes() {
        return Err(too_large(format.max_bytes()));
    }
    Ok(Received { file, bytes, sha256, format })
}

/// Gives the number of bytes and their hash.
async fn copy(mut body: Body, file: &mut tokio::fs::File, limit: u64) -> Result<(u64, Sha256), ApiError> {
    let (mut bytes, mut hash) = (0, Context::new(&SHA256));
    loop {
        let frame = tokio::time::timeout(PATIENCE, body.frame()).await.map_err(|_| cut_off())?;
        let Some(frame) = frame else { break };
        let Ok(data) = frame.map_err(|_| cut_off())?.into_data() else { continue };
        bytes += data.len() as u64;
        if bytes > limit {
            return Err(too_large(limit));
        }
        hash.update(&data);
        file.write_all(&data).await.map_err(ApiError::internal)?;
    }
    file.flush().await.map_err(ApiError::internal)?;
    let digest = hash.finish().as_ref().try_into().map_err(ApiError::internal)?;
    Ok((bytes, Sha256(digest)))
}

fn largest() -> u64 {
    Format::ALL.into_iter().map(Format::max_bytes).max().unwrap_or_default()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)?.map_err(ApiError::internal)
}

fn unknown_content() -> ApiError {
    let formats = Format::ALL.map(Format::name).join(", ");
    let message = format!("the file is in no format that is known ({formats})");
    ApiError::new(StatusCode::BAD_REQUEST, "FEED_KIND_UNKNOWN", message)
}

fn too_large(limit: u64) -> ApiError {
    let message = format!("the file has more than {limit} bytes, which no file of its format has");
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "FEED_TOO_LARGE", message)
}

fn cut_off() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "FEED_INCOMPLETE", "the file ended before it was complete")
}
