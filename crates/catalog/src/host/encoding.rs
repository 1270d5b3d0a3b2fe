//! The text of a file that some console wrote: what encoding it is in, nobody says.

use encoding_rs::{Encoding, GBK, IBM866, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252};

use super::Unreadable;

/// Largest file that is accepted, in bytes. Real ones have some tens of thousands.
pub const MAX_BYTES: usize = 4 << 20;

/// Reads a file by its byte order mark; else as UTF-16 where every second byte is 0, also from the middle of the file on;
/// else as UTF-8; else in the code page that its system's locale suggests.
pub fn decode(bytes: &[u8]) -> Result<String, Unreadable> {
    if bytes.len() > MAX_BYTES {
        return Err(Unreadable::TooLarge(MAX_BYTES));
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Ok(plain(&encoding.decode_without_bom_handling(&bytes[mark..]).0));
    }
    if let Some((start, encoding)) = wide_part(bytes) {
        let greeting = String::from_utf8_lossy(&bytes[..start]).into_owned();
        return Ok(plain(&format!("{greeting}\n{}", encoding.decode_without_bom_handling(&bytes[start..]).0)));
    }
    if let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        return Ok(plain(&text));
    }
    if bytes.contains(&0) {
        return Err(Unreadable::Encoding);
    }
    Ok(plain(&by_locale(bytes)))
}

/// Blanks that do not break are blanks: French writes `Windows 7` with one.
fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

/// Where a part begins in which at least nine of ten pairs of bytes hold a zero in the same place.
fn wide_part(bytes: &[u8]) -> Option<(usize, &'static Encoding)> {
    let zero = bytes.iter().position(|byte| *byte == 0)?;
    let mostly = |start: usize, place: usize| {
        let pairs = bytes[start..].chunks_exact(2);
        let zeros = pairs.clone().filter(|pair| pair[place] == 0).count();
        zeros * 10 >= pairs.len() * 9
    };
    // Little-endian has the zero behind the letter.
    if zero > 0 && mostly(zero - 1, 1) {
        return Some((zero - 1, UTF_16LE));
    }
    mostly(zero, 0).then_some((zero, UTF_16BE))
}

/// The code page that makes letters of most bytes, among those of the locale: of the console first, then of Windows.
fn by_locale(bytes: &[u8]) -> String {
    let locale = locale(bytes);
    let texts = match locale.as_deref() {
        Some("zh") => vec![GBK.decode_without_bom_handling(bytes).0.into_owned()],
        Some("ru" | "uk" | "be" | "bg" | "sr" | "mk") => {
            vec![IBM866.decode_without_bom_handling(bytes).0.into_owned(), windows(bytes, WINDOWS_1251)]
        }
        Some(_) => vec![code_page_850(bytes), windows(bytes, WINDOWS_1252)],
        None => vec![
            code_page_850(bytes),
            windows(bytes, WINDOWS_1252),
            IBM866.decode_without_bom_handling(bytes).0.into_owned(),
            windows(bytes, WINDOWS_1251),
            GBK.decode_without_bom_handling(bytes).0.into_owned(),
        ],
    };
    let best = texts.into_iter().rev().max_by_key(|text| letters_above_ascii(text));
    best.unwrap_or_default()
}

fn windows(bytes: &[u8], encoding: &'static Encoding) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// Words are of small letters: a code page that makes capitals, signs and frames of them is the wrong one.
fn letters_above_ascii(text: &str) -> usize {
    let weight = |character: char| match character {
        _ if character.is_ascii() => 0,
        _ if character.is_lowercase() => 3,
        '\u{4e00}'..='\u{9fff}' => 6,
        _ if character.is_alphabetic() => 1,
        _ => 0,
    };
    text.chars().map(weight).sum()
}

/// The language of a locale as `systeminfo` writes it, in ASCII on every system: `es;`, `zh-cn;`.
fn locale(bytes: &[u8]) -> Option<String> {
    let is_language = |word: &&[u8]| {
        let (language, region) = word.split_at_checked(2).unwrap_or_default();
        let is_region =
            region.is_empty() || (region.starts_with(b"-") && region[1..].iter().all(u8::is_ascii_alphanumeric));
        language.iter().all(u8::is_ascii_lowercase) && language.len() == 2 && is_region
    };
    let mut words = bytes.split(u8::is_ascii_whitespace);
    words.find_map(|word| {
        let (semicolon, _) = word.iter().enumerate().find(|(_, byte)| **byte == b';')?;
        let found = Some(&word[..semicolon]).filter(is_language)?;
        String::from_utf8(found[..2].to_vec()).ok()
    })
}

/// The western code page of consoles, which browsers do not know.
fn code_page_850(bytes: &[u8]) -> String {
    const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";
    let upper: Vec<char> = UPPER.chars().collect();
    bytes
        .iter()
        .map(|byte| if byte.is_ascii() { char::from(*byte) } else { upper[usize::from(*byte) - 0x80] })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_page_850_is_whole() {
        assert_eq!(code_page_850(&[b'h', 0x93, b't', b'e', 0xff, 0x80]), "hôte\u{a0}Ç");
        assert_eq!(code_page_850(&(0x80..=0xff).collect::<Vec<u8>>()).chars().count(), 128);
    }

    #[test]
    fn each_encoding_is_told_from_the_others() {
        let spanish = "Versión del sistema: 10.0\r\nes;Español";
        let (bytes, ..) = WINDOWS_1252.encode(spanish);
        assert_eq!(decode(&bytes).as_deref(), Ok(spanish));
        assert_eq!(decode(b"Syst\x8ame \x82\r\nfr;Fran\x87ais").as_deref(), Ok("Système é\r\nfr;Français"));
        let russian = "Версия ОС: 6.3\r\nru;Русский";
        for encoding in [IBM866, WINDOWS_1251] {
            assert_eq!(decode(&encoding.encode(russian).0).as_deref(), Ok(russian), "{}", encoding.name());
        }
        let chinese = "系统类型: x64\r\nzh-cn;中文(中国)";
        assert_eq!(decode(&GBK.encode(chinese).0).as_deref(), Ok(chinese));
        let wide: Vec<u8> = "KB1\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&wide).as_deref(), Ok("\nKB1\r\n"));
        assert_eq!(decode(&[b"Please wait.", wide.as_slice()].concat()).as_deref(), Ok("Please wait.\nKB1\r\n"));
        assert_eq!(decode(b"\xffa\0b\0\0\0c\xfe\0").ok(), None);
    }
}
