use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use fettle_model::AssetId;
use fettle_qql::token::Entity;
use fettle_qql::typed::{Expression, Form};
use fettle_qql::{Context, check};
use fettle_store::query::{Asked, QuestionError, RelatedAssets, RowId, Within};
use jiff::tz::TimeZone;

use super::deployment_rows::{insert, other_asset};
use crate::store::TestStore;

/// Of queries without groups.
pub(super) fn no_assets() -> &'static RelatedAssets {
    static NONE: LazyLock<RelatedAssets> = LazyLock::new(RelatedAssets::new);
    &NONE
}

fn answered(expression: &Expression, assets: &HashSet<AssetId>, answers: &mut RelatedAssets) {
    match &expression.form {
        Form::Not(inner) => answered(inner, assets, answers),
        Form::Related(related) => {
            answers.insert(related.inner.span, Arc::new(assets.clone()));
        }
        _ => {}
    }
}

/// A few assets are written into the statement, many are looked up row by row; both under `not` too.
pub(crate) async fn related_assets_are_asked_for(store: &TestStore) {
    let rows = insert(store, 60, 5).await;
    let context = Context::new(Entity::Deployment, "2026-11-22T07:15:30Z".parse().expect("a time"), TimeZone::UTC);
    let wanted: HashSet<AssetId> = rows.iter().take(2).map(|row| row.deployment.asset).collect();
    let many: HashSet<AssetId> = wanted.iter().copied().chain((0..600).map(other_asset)).collect();
    let mut questions = store.database.questions(Duration::from_mins(1)).await.expect("a connection");
    for (assets, text, inside) in [
        (&wanted, "assets:(platform:Linux)", true),
        (&many, "assets:(platform:Linux)", true),
        (&wanted, "not assets:(platform:Linux)", false),
        (&many, "not assets:(platform:Linux)", false),
        (&many, "not (not assets:(platform:Linux))", true),
    ] {
        let query = check(text, &context).expect("a query");
        let mut answers = RelatedAssets::new();
        answered(&query.root, assets, &mut answers);
        let asked =
            Asked { entity: query.entity, expression: &query.root, within: Within::default(), assets: &answers };
        let page = questions.page(&asked, &[], 1_000, None).await.expect("a page");
        let mut expected: Vec<_> = rows
            .iter()
            .filter(|row| wanted.contains(&row.deployment.asset) == inside)
            .map(|row| RowId::Uuid(row.deployment.id.uuid()))
            .collect();
        expected.reverse();
        assert!(!expected.is_empty() && expected.len() < rows.len());
        assert_eq!(page.ids, expected, "{text}");
    }
    let query = check("assets:(platform:Linux)", &context).expect("a query");
    let asked = Asked { entity: query.entity, expression: &query.root, within: Within::default(), assets: no_assets() };
    let refused = questions.count(&asked, None).await;
    assert!(matches!(refused, Err(QuestionError::NotHere("assets"))), "{refused:?}");
    questions.end().await.expect("an end");
}
