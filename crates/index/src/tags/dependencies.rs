//! Upon what a rule depends, as its typed query says.

use fettle_qql::token::{TokenDefinition, TokenId};
use fettle_qql::tokens::{AssetToken, PatchToken, VulnerabilityToken};
use fettle_qql::typed::{Expression, Form, Leaf, Test};

use super::kinds::FactKinds;
use crate::ask::value::{Value, holds};

/// What has to change for a rule to find other assets.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Dependencies {
    /// Facts of the asset itself.
    pub(crate) own: FactKinds,
    /// Facts of other assets: `patches:(missingCount>100)`, `patches:(assets:( … ))`. `None`: it looks at no other.
    pub(crate) others: Option<FactKinds>,
    /// Patches and what is known of vulnerabilities.
    pub(crate) catalogue: bool,
    /// It names the time, or a token that moves with it.
    pub(crate) clock: bool,
    /// What it asks of tags.
    pub(crate) tags: Vec<TagTest>,
}

/// What is asked of the tags of an asset.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TagTest {
    token: AssetToken,
    test: Test,
}

impl TagTest {
    /// May a change of who has this tag change what the test says?
    pub(crate) fn speaks_of(&self, id: fettle_model::TagId, name: &str, path: &str) -> bool {
        let value = match self.token {
            AssetToken::TagsName => Value::Text(name.into()),
            AssetToken::TagsPath => Value::Text(path.into()),
            _ => Value::Uuid(id.uuid()),
        };
        // Whether there is any tag at all is told by all of them.
        matches!(self.test, Test::Null | Test::Present) || holds(&self.test, |visit| visit(value))
    }
}

/// Of whom a part of a query speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Own,
    Others,
}

impl Dependencies {
    pub(crate) fn of(root: &Expression, names_now: bool) -> Self {
        let mut found = Self { clock: names_now, ..Self::default() };
        found.read(root, Whose::Own);
        found
    }

    fn read(&mut self, expression: &Expression, whose: Whose) {
        match &expression.form {
            Form::All => {}
            Form::And(parts) | Form::Or(parts) => parts.iter().for_each(|part| self.read(part, whose)),
            Form::Not(inner) => self.read(inner, whose),
            Form::Leaf(leaf) => self.leaf(leaf, whose),
            Form::Free(free) => free.tokens.iter().for_each(|token| self.token(token, whose)),
            Form::Elements(elements) => self.token(elements.token, whose),
            Form::Related(related) => {
                self.token(related.token, whose);
                let whose = if related.entity == fettle_qql::Entity::Asset { Whose::Others } else { whose };
                self.read(&related.inner, whose);
            }
        }
    }

    fn leaf(&mut self, leaf: &Leaf, whose: Whose) {
        if let TokenId::Asset(token @ (AssetToken::TagsName | AssetToken::TagsPath | AssetToken::TagsId)) =
            leaf.token.id
        {
            self.tags.push(TagTest { token, test: leaf.test.clone() });
        }
        self.token(leaf.token, whose);
    }

    fn token(&mut self, token: &TokenDefinition, whose: Whose) {
        match token.id {
            TokenId::Asset(id) => {
                let kinds = FactKinds::of(id);
                self.facts(kinds, whose);
                self.catalogue |= kinds.meets(FactKinds::FINDINGS);
                self.clock |= id == AssetToken::AgentStatus;
            }
            TokenId::Patch(id) => {
                self.catalogue = true;
                match id {
                    PatchToken::MissingCount | PatchToken::InstalledCount => {
                        self.facts(FactKinds::FINDINGS, Whose::Others);
                    }
                    PatchToken::Assets => self.facts(FactKinds::FINDINGS, Whose::Others),
                    PatchToken::LastFoundDate => self.facts(FactKinds::FINDINGS.and(FactKinds::SCAN), whose),
                    PatchToken::Obstacle => self.facts(FactKinds::FINDINGS.and(FactKinds::COMPONENTS), whose),
                    _ => self.facts(FactKinds::FINDINGS.when(token.tie.is_some()), whose),
                }
            }
            TokenId::Vulnerability(id) => {
                self.catalogue = true;
                if matches!(id, VulnerabilityToken::AffectedAssetCount | VulnerabilityToken::Assets) {
                    self.facts(FactKinds::FINDINGS, Whose::Others);
                }
            }
            TokenId::Component(_) | TokenId::Deployment(_) | TokenId::Audit(_) => {}
        }
    }

    fn facts(&mut self, kinds: FactKinds, whose: Whose) {
        match whose {
            Whose::Own => self.own = self.own.and(kinds),
            Whose::Others => {
                self.others = Some(self.others.unwrap_or(FactKinds::PRESENCE).and(kinds));
            }
        }
    }

    /// Every kind of facts that it looks at.
    pub(crate) fn kinds(&self) -> FactKinds {
        self.own.and(self.others.unwrap_or_default())
    }
}
