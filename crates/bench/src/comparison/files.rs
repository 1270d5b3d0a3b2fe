//! Tables as compressed CSV files, which both databases read: on the disk they take a tenth of what they say.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use roaring::RoaringBitmap;
use serde::Serialize;
use zstd::stream::write::Encoder;

/// The quickest level.
const LEVEL: i32 = 1;
/// Bytes of pairs that are handed on at once.
const PIECE: usize = 1 << 20;

type Compressed = Encoder<'static, fs_err::File>;

/// A file of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableFile {
    pub(crate) table: &'static str,
    pub(crate) file: PathBuf,
    pub(crate) rows: u64,
}

/// A table while it is written row by row.
pub(crate) struct Rows {
    writer: csv::Writer<Compressed>,
    written: TableFile,
}

impl Rows {
    pub(crate) fn begin(folder: &Path, table: &'static str) -> anyhow::Result<Self> {
        let (compressed, written) = begin(folder, table)?;
        Ok(Self { writer: csv::WriterBuilder::new().has_headers(false).from_writer(compressed), written })
    }

    /// Values in the order of the table's columns; nothing is null.
    pub(crate) fn add(&mut self, row: impl Serialize) -> anyhow::Result<()> {
        self.written.rows += 1;
        Ok(self.writer.serialize(row)?)
    }

    pub(crate) fn end(self) -> anyhow::Result<TableFile> {
        let compressed = self.writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
        compressed.finish()?;
        Ok(self.written)
    }
}

/// A table of two numbers, of which there may be hundreds of millions of rows: a first one, and all that belong to it.
pub(crate) struct Pairs {
    compressed: Compressed,
    piece: Vec<u8>,
    written: TableFile,
}

impl Pairs {
    pub(crate) fn begin(folder: &Path, table: &'static str) -> anyhow::Result<Self> {
        let (compressed, written) = begin(folder, table)?;
        Ok(Self { compressed, piece: Vec::with_capacity(PIECE + 64), written })
    }

    pub(crate) fn add(&mut self, first: u32, seconds: &RoaringBitmap) -> anyhow::Result<()> {
        for second in seconds {
            writeln!(self.piece, "{first},{second}")?;
            if self.piece.len() >= PIECE {
                self.compressed.write_all(&self.piece)?;
                self.piece.clear();
            }
        }
        self.written.rows += seconds.len();
        Ok(())
    }

    pub(crate) fn end(mut self) -> anyhow::Result<TableFile> {
        self.compressed.write_all(&self.piece)?;
        self.compressed.finish()?;
        Ok(self.written)
    }
}

fn begin(folder: &Path, table: &'static str) -> anyhow::Result<(Compressed, TableFile)> {
    let file = folder.join(format!("{table}.csv.zst"));
    let compressed = Encoder::new(fs_err::File::create(&file)?, LEVEL)?;
    Ok((compressed, TableFile { table, file, rows: 0 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut rows = Rows::begin(folder.path(), "named").expect("begun");
        rows.add((1, "a, b", None::<&str>, true)).expect("written");
        let rows = rows.end().expect("ended");
        let mut pairs = Pairs::begin(folder.path(), "pairs").expect("begun");
        pairs.add(7, &RoaringBitmap::from_iter([1, 70_000])).expect("written");
        let pairs = pairs.end().expect("ended");
        let text = |written: &TableFile| {
            let file = fs_err::File::open(&written.file).expect("a file");
            String::from_utf8(zstd::decode_all(file).expect("it is whole")).expect("text")
        };
        assert_eq!((text(&rows).as_str(), rows.rows), ("1,\"a, b\",,true\n", 1));
        assert_eq!((text(&pairs).as_str(), pairs.rows), ("7,1\n7,70000\n", 2));
    }
}
