//! Bodies of the agent channel: bounded while they are read, unpacked up to a limit, counted in depth, then parsed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::Mutex;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use fettle_fleet::Refused;
use fettle_wire::limit::{BodyLimit, MAX_DEPTH};
use fettle_wire::{Code, depth};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use zstd::bulk::Decompressor;
use zstd::zstd_safe::get_frame_content_size;

/// Names of fields that no message of ours has, with how often they came: the first hundred.
#[derive(Debug, Default)]
pub struct UnknownFields(Mutex<BTreeMap<String, u64>>);

impl UnknownFields {
    const MOST: usize = 100;

    fn note(&self, message: &str, path: &str) {
        let mut known = self.0.lock().expect("no holder panics");
        let name = format!("{message}: {path}");
        if let Some(count) = known.get_mut(&name) {
            *count += 1;
        } else if known.len() < Self::MOST {
            known.insert(name, 1);
        }
    }

    pub fn counted(&self) -> BTreeMap<String, u64> {
        self.0.lock().expect("no holder panics").clone()
    }
}

/// Reads a message. `name` is the call's, for counting fields that are not known.
pub(super) async fn read<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Body,
    limit: BodyLimit,
    name: &'static str,
    unknown: &UnknownFields,
) -> Result<T, Refused> {
    let packed = collect(body, limit.packed).await?;
    let encoding = headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?"));
    match encoding {
        None | Some("identity") if packed.len() > limit.unpacked => Err(too_large(limit.unpacked)),
        None | Some("identity") => parse(&packed, name, unknown),
        Some("zstd") => parse(&unpack(&packed, limit.unpacked)?, name, unknown),
        Some(other) => {
            let message = format!("`{other}` is not an encoding that is taken: send zstd, or plain JSON");
            Err(Refused::new(Code::EncodingUnsupported, message))
        }
    }
}

async fn collect(body: Body, limit: usize) -> Result<bytes::Bytes, Refused> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(limit)),
        Err(_) => Err(Refused::invalid("the body ended before it was complete")),
    }
}

// Making the workspace of one costs more than unpacking a report: each thread keeps its own.
thread_local! {
    static WHOLE: RefCell<Decompressor<'static>> =
        RefCell::new(Decompressor::new().expect("memory is the only thing that it needs"));
}

/// Unpacking stops at the limit, whatever the packed bytes promise.
fn unpack(packed: &[u8], limit: usize) -> Result<Vec<u8>, Refused> {
    // Agents say how much there is: then no more than that is set aside, and nothing is copied on the way.
    let size = get_frame_content_size(packed).ok().flatten().and_then(|size| usize::try_from(size).ok());
    if let Some(size) = size.filter(|size| *size <= limit)
        && let Ok(unpacked) = WHOLE.with_borrow_mut(|zstd| zstd.decompress(packed, size))
    {
        return Ok(unpacked);
    }
    let broken = |_| Refused::invalid("the body is not whole zstd");
    let decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(broken)?;
    // A guess that spares most of the growing; it is no limit.
    let mut unpacked = Vec::with_capacity(limit.saturating_add(1).min(packed.len().saturating_mul(8)));
    decoder.take(limit as u64 + 1).read_to_end(&mut unpacked).map_err(broken)?;
    if unpacked.len() > limit { Err(too_large(limit)) } else { Ok(unpacked) }
}

fn too_large(limit: usize) -> Refused {
    Refused::new(Code::BodyTooLarge, format!("the body has more than {limit} bytes"))
}

fn parse<T: DeserializeOwned>(json: &[u8], name: &'static str, unknown: &UnknownFields) -> Result<T, Refused> {
    if !depth::is_within(json, MAX_DEPTH) {
        return Err(Refused::invalid(format!("the message nests deeper than {MAX_DEPTH} levels")));
    }
    let mut reader = serde_json::Deserializer::from_slice(json);
    let mut ignored = |path: serde_ignored::Path<'_>| unknown.note(name, &path.to_string());
    match T::deserialize(serde_ignored::Deserializer::new(&mut reader, &mut ignored)) {
        Ok(message) => {
            reader.end().map_err(|_| Refused::invalid("something stands behind the message"))?;
            Ok(message)
        }
        Err(_) => Err(located::<T>(json)),
    }
}

/// What is wrong with a message that cannot be read, and where. Read a second time for it: keeping track of the place
/// costs as much as the reading, and nearly every message is good.
fn located<T: DeserializeOwned>(json: &[u8]) -> Refused {
    let mut reader = serde_json::Deserializer::from_slice(json);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Ok(_) => Refused::invalid("the message cannot be read"),
        Err(error) => Refused::invalid(error.inner().to_string()).at(pointer(error.path())),
    }
}

/// `add[3].name` as the JSON pointer `/add/3/name`.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        pointer.push('/');
        match segment {
            Segment::Seq { index } => pointer.push_str(&index.to_string()),
            Segment::Map { key } | Segment::Enum { variant: key } => pointer.push_str(key),
            Segment::Unknown => pointer.push('?'),
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use fettle_wire::message::Renew;
    use fettle_wire::message::events::Events;

    use super::*;

    fn parsed<T: DeserializeOwned>(json: &str) -> Result<T, (Code, Option<String>)> {
        parse(json.as_bytes(), "test", &UnknownFields::default()).map_err(|refused| (refused.code, refused.pointer))
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        let events = r#"{"incarnation":1,"events":[{"deployment":"x"}]}"#;
        assert_eq!(
            parsed::<Events>(events).err(),
            Some((Code::MessageInvalid, Some("/events/0/deployment".to_owned())))
        );
        assert!(matches!(parsed::<Renew>(r#"{"csr":"a"}"#), Err((Code::MessageInvalid, _))));
        assert!(matches!(parsed::<Renew>(r#"{"csr":"a","bootId":"b"} x"#), Err((Code::MessageInvalid, _))));
        assert!(matches!(parsed::<Renew>(&"[".repeat(1_000)), Err((Code::MessageInvalid, _))));
    }

    #[test]
    fn unknown_fields_are_counted_and_ignored() {
        let unknown = UnknownFields::default();
        let json = br#"{"csr":"a","bootId":"b","colour":"red"}"#;
        let renew: Renew = parse(json, "renew", &unknown).expect("a message");
        assert_eq!(renew.boot_id, "b");
        assert_eq!(unknown.counted(), BTreeMap::from([("renew: colour".to_owned(), 1)]));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = zstd::bulk::compress(&vec![b' '; 50 << 20], 3).expect("packed");
        assert!(bomb.len() < 10_000);
        let refused = unpack(&bomb, 1 << 20).expect_err("too large");
        assert_eq!(refused.code, Code::BodyTooLarge);
        assert_eq!(unpack(b"nonsense", 10).expect_err("not zstd").code, Code::MessageInvalid);
        let promises_little = [&zstd::bulk::compress(b"ab", 3).expect("packed")[..], &bomb].concat();
        assert_eq!(unpack(&promises_little, 1 << 20).expect_err("too large").code, Code::BodyTooLarge);
    }

    #[test]
    fn frames_with_and_without_their_size_are_unpacked() {
        let text = b"a report of some length".repeat(20);
        let with_size = zstd::bulk::compress(&text, 3).expect("packed");
        let without_size = zstd::stream::encode_all(&text[..], 3).expect("packed");
        assert!(matches!(get_frame_content_size(&without_size), Ok(None)));
        let twice = [&with_size[..], &with_size].concat();
        for (packed, expected) in [(with_size, text.clone()), (without_size, text.clone()), (twice, text.repeat(2))] {
            assert_eq!(unpack(&packed, 1 << 20).expect("unpacked"), expected);
        }
    }
}
