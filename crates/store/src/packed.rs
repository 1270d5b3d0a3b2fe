//! Documents that are read whole or not at all, as JSON under zstd: a third of the size, in both databases.

use std::cell::RefCell;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zstd::bulk::{Compressor, Decompressor};

use crate::error::StoreError;

/// Level 3 packs the facts of a machine in some 40 µs; higher ones gain little on a few kilobytes.
const LEVEL: i32 = 3;
/// Unpacking stops here.
const MAX_UNPACKED: usize = 16 << 20;

// Making the workspace of one costs more than packing or unpacking what is in a row: each thread keeps its own.
thread_local! {
    static COMPRESSOR: RefCell<Compressor<'static>> =
        RefCell::new(Compressor::new(LEVEL).expect("the level is one of zstd's"));
    static DECOMPRESSOR: RefCell<Decompressor<'static>> =
        RefCell::new(Decompressor::new().expect("memory is the only thing that it needs"));
}

/// Packs a document for a column of bytes.
pub fn pack<T: Serialize>(document: &T) -> Vec<u8> {
    let json = serde_json::to_vec(document).expect("documents of the model are JSON");
    COMPRESSOR.with_borrow_mut(|zstd| zstd.compress(&json)).expect("memory is the only thing that packing needs")
}

/// Reads what [`pack`] made. `object` names it in the error.
pub fn unpack<T: DeserializeOwned>(packed: &[u8], object: &'static str) -> Result<T, StoreError> {
    let damaged = |reason: String| StoreError::Damaged { object, reason };
    // The frame says its size: no more is set aside than that.
    let size = zstd::zstd_safe::get_frame_content_size(packed).ok().flatten();
    let size = size.and_then(|size| usize::try_from(size).ok()).unwrap_or(MAX_UNPACKED).min(MAX_UNPACKED);
    let json = DECOMPRESSOR
        .with_borrow_mut(|zstd| zstd.decompress(packed, size))
        .map_err(|error| damaged(error.to_string()))?;
    serde_json::from_slice(&json).map_err(|error| damaged(error.to_string()))
}
