//! `qql.md` 7.

use fettle_qql::{Context, Entity, Purpose, check};

use crate::support::{context, read};

fn warned(context: &Context, text: &str) -> Vec<(&'static str, String)> {
    let query = check(text, context).unwrap_or_else(|invalid| panic!("{text}: {:?}", invalid.errors));
    let part = |offset: usize, length: usize| text.chars().skip(offset).take(length).collect();
    query.warnings.iter().map(|warning| (warning.code.name(), part(warning.span.offset, warning.span.length))).collect()
}

fn is_warned(entity: Entity, text: &str, code: &'static str, part: &str) {
    assert_eq!(warned(&context(entity), text), [(code, part.to_owned())], "{text}");
}

fn is_quiet(entity: Entity, text: &str) {
    assert_eq!(warned(&context(entity), text), [], "{text}");
}

#[test]
fn a_bare_moment_names_one_second() {
    is_warned(Entity::Asset, "created:now-7d", "QQL_NARROW_DATE", "now-7d");
    is_warned(Entity::Asset, "created:[2026,now]", "QQL_NARROW_DATE", "now");
    for text in ["created:now-7d/d", "created>=now-7d", "created:[now-7d .. now]", "created:2026"] {
        is_quiet(Entity::Asset, text);
    }
}

#[test]
fn what_holds_for_nothing_or_everything_is_told() {
    is_warned(Entity::Asset, "name:\"--\" and platform:Linux", "QQL_ALWAYS_FALSE", "name:\"--\" and platform:Linux");
    is_warned(Entity::Asset, "platform:Linux or created:(2026 .. 2026)", "QQL_ALWAYS_FALSE", "created:(2026 .. 2026)");
    is_warned(Entity::Asset, "hardware.cpuCount:(5 .. 5)", "QQL_ALWAYS_FALSE", "hardware.cpuCount:(5 .. 5)");
    is_warned(
        Entity::Asset,
        "interfaces.address:(10.0.0.0/8 .. 10.0.0.0/8)",
        "QQL_ALWAYS_FALSE",
        "interfaces.address:(10.0.0.0/8 .. 10.0.0.0/8)",
    );
    is_warned(Entity::Asset, "name:a and not name:a", "QQL_ALWAYS_FALSE", "name:a and not name:a");
    is_warned(Entity::Asset, "name:a or (not name:a)", "QQL_ALWAYS_TRUE", "name:a or (not name:a");
    is_warned(Entity::Patch, "vendorSeverity<None", "QQL_ALWAYS_FALSE", "vendorSeverity<None");
    is_quiet(Entity::Asset, "");
    is_quiet(Entity::Asset, "platform:[Linux,Windows]");
}

#[test]
fn not_before_a_finding_is_explained() {
    is_warned(Entity::Patch, "not patchStatus:Missing", "QQL_NEGATED_FINDING", "not patchStatus:Missing");
    is_warned(
        Entity::Patch,
        "title:x and not (isLatest:true or title:y)",
        "QQL_NEGATED_FINDING",
        "not (isLatest:true or title:y",
    );
    is_quiet(Entity::Patch, "not assets:(patchStatus:Missing)");
    is_quiet(Entity::Asset, "patches:(not patchStatus:Missing)");
    let help = &read(Entity::Patch, "not patchStatus:Missing").warnings[0].help;
    assert_eq!(help, "for \"no asset\", write `not assets:(patchStatus:Missing)`");
}

#[test]
fn several_words_are_told_where_much_hangs_on_them() {
    let rule = context(Entity::Patch).purpose(Purpose::Selection);
    let any_word = [("QQL_ANY_WORD", "Security Update".to_owned())];
    assert_eq!(warned(&rule, "title:Security Update"), any_word);
    assert_eq!(warned(&rule, "Security Update"), any_word);
    assert_eq!(warned(&rule, "title:\"Security Update\" or category:Security Patches"), []);
    is_quiet(Entity::Patch, "title:Security Update");
}
