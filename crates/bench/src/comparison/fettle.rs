//! The index is asked, from the text of a query to the rows that a list shows.

use std::collections::HashMap;

use anyhow::Context as _;
use fettle_index::Index;
use fettle_index::ask::{Deadline, GroupBy, GroupOrder, Order, Question as Asked, Scope};
use fettle_qql::order::{DateInterval, group_by, sort};
use fettle_qql::token::Vocabulary;
use fettle_qql::{Context, Entity, Query, check, check_having};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::answer::{Answer, Answered, Runs};
use super::questions::{Part, Question, Wanted};

/// Rows of a page, and values of a group.
const PAGE: usize = 50;
const GROUPS: usize = 10;

pub(crate) struct Asker<'f> {
    pub(crate) index: &'f Index,
    pub(crate) now: Timestamp,
    /// By the name of the tag.
    pub(crate) scopes: &'f HashMap<String, Scope>,
}

impl Asker<'_> {
    pub(crate) async fn measure(&self, questions: &[Question], runs: Runs) -> anyhow::Result<Vec<Answered>> {
        let mut measured = Vec::with_capacity(questions.len());
        for question in questions {
            let answered = Answered::by(&question.name, runs, async || self.ask(question)).await;
            measured.push(answered.with_context(|| format!("`{}` to Fettle", question.name))?);
        }
        Ok(measured)
    }

    pub(crate) fn ask(&self, question: &Question) -> anyhow::Result<Answer> {
        let mut answer = Answer::new();
        for part in &question.parts {
            answer.extend(self.part(part)?);
        }
        Ok(answer)
    }

    fn part(&self, part: &Part) -> anyhow::Result<Answer> {
        let context = Context::new(part.list, self.now, TimeZone::UTC);
        let query = check(&part.query, &context)?;
        let having: Option<Query> = part.having.as_ref().map(|having| check_having(having, &context)).transpose()?;
        let everything = Scope::Everything;
        let scope = match &part.scope {
            None => &everything,
            Some(tag) => self.scopes.get(tag).with_context(|| format!("there is no tag `{tag}`"))?,
        };
        let asked = Asked { query: &query, having: having.as_ref(), scope, deadline: Deadline::default() };
        match &part.wanted {
            Wanted::Count => Ok(vec![number(self.index.ask_count(&asked)?)]),
            Wanted::Page(order) => self.page(&asked, order),
            Wanted::Groups(token) => self.groups(&asked, token),
        }
    }

    fn page(&self, asked: &Asked<'_>, order: &str) -> anyhow::Result<Answer> {
        let keys = sort(order, asked.query.entity, Vocabulary::FETTLE)?;
        let order = Order { keys: &keys, after: None, limit: PAGE };
        let mut answer = Answer::new();
        if asked.query.entity == Entity::Patch {
            let page = self.index.ask_patches(asked, &order)?;
            answer.push(number(page.total));
            answer.extend(page.rows.into_iter().map(|row| {
                let patch = row.entry.patch;
                vec![Some(patch.title), Some(patch.product), Some(row.count.missing.to_string())]
            }));
        } else {
            let page = self.index.ask_assets(asked, &order)?;
            answer.push(number(page.total));
            answer.extend(page.rows.into_iter().map(|row| vec![Some(row.columns.name)]));
        }
        Ok(answer)
    }

    fn groups(&self, asked: &Asked<'_>, token: &str) -> anyhow::Result<Answer> {
        let by = GroupBy {
            tokens: group_by(token, asked.query.entity, Vocabulary::FETTLE)?,
            interval: DateInterval::Day,
            zone: TimeZone::UTC,
            order: GroupOrder::Count,
            limit: GROUPS,
            measures: Vec::new(),
        };
        let groups = self.index.ask_groups(asked, &by)?.groups.into_iter();
        let row = |group: fettle_index::ask::Group| {
            let values = group.values.into_iter().map(|value| value.map(|value| value.text));
            values.chain([Some(group.count.to_string())]).collect()
        };
        Ok(groups.map(row).collect())
    }
}

fn number(number: u64) -> Vec<Option<String>> {
    vec![Some(number.to_string())]
}
