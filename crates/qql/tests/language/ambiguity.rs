//! Names that the inner entity and the tie both have (`qql.md` 3.5). No token of Fettle shows it yet, so the tables here are
//! of the test's own: assets and detections both have a status, as the specification's do.

use fettle_qql::token::{Kind, TokenDefinition, Vocabulary};
use fettle_qql::{Context, Entity, check};

use crate::support::{context, shown};

fn vocabulary() -> Vocabulary {
    Vocabulary::new(|entity| {
        static TABLES: std::sync::OnceLock<[Vec<TokenDefinition>; 2]> = std::sync::OnceLock::new();
        let [assets, vulnerabilities] = TABLES.get_or_init(|| {
            let of = |entity, name: &'static str, as_name: &'static str, tie| TokenDefinition {
                name: as_name,
                tie,
                kind: if as_name.ends_with('s') && as_name.len() > 6 {
                    Vocabulary::FETTLE.find(entity, name).expect("a group").kind
                } else {
                    Kind::Keyword
                },
                ..Vocabulary::FETTLE.find(entity, name).expect("a token").clone()
            };
            [
                vec![
                    of(Entity::Asset, "osFamily", "status", None),
                    of(Entity::Asset, "vulnerabilities", "vulnerabilities", None),
                ],
                vec![
                    of(Entity::Vulnerability, "cve", "cve", None),
                    of(Entity::Vulnerability, "cve", "status", Some(fettle_qql::token::Tie::Detection)),
                    of(Entity::Vulnerability, "assets", "assetss", None),
                ],
            ]
        });
        match entity {
            Entity::Asset => assets,
            Entity::Vulnerability => vulnerabilities,
            Entity::Patch | Entity::Component | Entity::Deployment | Entity::Audit => &[],
        }
    })
}

fn read(entity: Entity, text: &str) -> Result<String, String> {
    let context = Context { vocabulary: vocabulary(), ..context(entity) };
    check(text, &context).map(|query| query.normalized()).map_err(|invalid| shown(&invalid))
}

#[test]
fn a_bare_name_that_both_have_is_an_error() {
    insta::assert_snapshot!(read(Entity::Vulnerability, "assetss:(status:Active)").expect_err("ambiguous"), @r#"
    QQL_AMBIGUOUS: 'status' is a token of the detection and of the asset
      help: did you mean 'detection.status' or 'asset.status'?
      suggested: detection.status | asset.status
    assetss:(status:Active)
             ^^^^^^
    "#);
    assert!(read(Entity::Vulnerability, "assetss:(detection.status:Active and asset.status:x)").is_ok());
    assert!(read(Entity::Vulnerability, "status:Active").is_ok());
    assert!(read(Entity::Vulnerability, "vulnerabilities.status:Active").is_ok());
    assert!(read(Entity::Asset, "status:x and vulnerabilities:(status:Active)").is_ok());
    assert_eq!(read(Entity::Asset, "vulnerabilities.status:Active").as_deref(), Ok("vulnerabilities:(status:Active)"));
}
