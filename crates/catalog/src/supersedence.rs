//! What replaces what among the updates of one product, by what their vendor says (`catalogue.md` 4, `KbChain`).
//!
//! "Replaces" is transitive along what the table says for this product: the same article may replace other things
//! elsewhere. An update that the product does not list, and a machine has all the same, replaces what the table says of it
//! for any product.

use std::collections::{BTreeSet, HashMap};

use fettle_model::Article;

/// An update that the table lists for the product.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    pub article: Article,
    /// Any number that rises with the time of its publication.
    pub posted: i64,
    /// Directly.
    pub replaces: &'a [Article],
}

/// The updates of one product.
#[derive(Debug, Clone, Default)]
pub struct Supersedence {
    /// With the earliest publication.
    listed: HashMap<Article, i64>,
    /// Of an article those listed ones that replace it directly, once each.
    newer: HashMap<Article, Vec<Article>>,
}

impl Supersedence {
    /// Several entries of one article are one.
    pub fn of<'a>(updates: impl IntoIterator<Item = Listed<'a>>) -> Self {
        let mut all = Self::default();
        for update in updates {
            let posted = all.listed.entry(update.article).or_insert(update.posted);
            *posted = update.posted.min(*posted);
            for older in update.replaces.iter().filter(|older| **older != update.article) {
                let newer = all.newer.entry(*older).or_default();
                if !newer.contains(&update.article) {
                    newer.push(update.article);
                }
            }
        }
        all
    }

    pub fn lists(&self, article: Article) -> bool {
        self.listed.contains_key(&article)
    }

    /// Listed updates that replace it directly.
    pub fn replaced_directly_by(&self, article: Article) -> &[Article] {
        self.newer.get(&article).map_or(&[], Vec::as_slice)
    }

    /// The articles of which one on a machine means that it has the update: its own first, then in order those that replace
    /// it. `elsewhere` gives what is said, of whatever product, to replace an article directly.
    pub fn installed_by<I>(&self, article: Article, elsewhere: impl Fn(Article) -> I) -> Vec<Article>
    where
        I: IntoIterator<Item = Article>,
    {
        let mut all = self.above(article);
        all.insert(article);
        let unlisted = all.iter().flat_map(|older| elsewhere(*older)).filter(|newer| !self.lists(*newer));
        let unlisted: Vec<_> = unlisted.collect();
        all.extend(unlisted);
        all.remove(&article);
        std::iter::once(article).chain(all).collect()
    }

    /// The listed updates that replace a listed one, directly or through others, in order. Of updates that replace each
    /// other the one posted last stays: else a circle would hide them all.
    pub fn replaced_by(&self, article: Article) -> Vec<Article> {
        let own = self.age(article);
        let is_circle = |newer: Article| self.above(newer).contains(&article);
        let above = self.above(article);
        above.into_iter().filter(|newer| self.age(*newer) > own || !is_circle(*newer)).collect()
    }

    fn age(&self, article: Article) -> (Option<i64>, Article) {
        (self.listed.get(&article).copied(), article)
    }

    /// Everything listed that replaces it, directly or through others; not itself, in whatever circle it stands.
    fn above(&self, article: Article) -> BTreeSet<Article> {
        let mut above = BTreeSet::new();
        let mut waiting = vec![article];
        while let Some(older) = waiting.pop() {
            for newer in self.replaced_directly_by(older) {
                if *newer != article && above.insert(*newer) {
                    waiting.push(*newer);
                }
            }
        }
        above
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(articles: Vec<Article>) -> Vec<u32> {
        articles.into_iter().map(|article| article.0).collect()
    }

    #[test]
    fn replacing_is_transitive_and_a_circle_keeps_its_last() {
        let table = [(1, 10, vec![]), (2, 20, vec![1]), (3, 30, vec![2, 3]), (4, 40, vec![5]), (5, 39, vec![4])];
        let table = table.map(|(article, posted, replaces)| {
            (Article(article), posted, replaces.into_iter().map(Article).collect::<Vec<_>>())
        });
        let listed = |(article, posted, replaces): &'static (Article, i64, Vec<Article>)| Listed {
            article: *article,
            posted: *posted,
            replaces,
        };
        let table: &'static [_] = Box::leak(Box::new(table));
        let updates = Supersedence::of(table.iter().map(listed));
        assert_eq!(numbers(updates.replaced_by(Article(1))), [2, 3]);
        assert_eq!(numbers(updates.replaced_by(Article(3))), [0; 0]);
        assert_eq!(numbers(updates.replaced_by(Article(5))), [4]);
        assert_eq!(numbers(updates.replaced_by(Article(4))), [0; 0]);

        // 9 replaces 2 for another product; 3 is listed here, and says for itself what it replaces.
        let elsewhere = |older: Article| if older.0 == 2 { vec![Article(9), Article(3)] } else { Vec::new() };
        assert_eq!(numbers(updates.installed_by(Article(1), elsewhere)), [1, 2, 3, 9]);
        assert_eq!(numbers(updates.installed_by(Article(3), elsewhere)), [3]);
        assert_eq!(numbers(updates.installed_by(Article(4), elsewhere)), [4, 5], "either brings the other");
    }
}
