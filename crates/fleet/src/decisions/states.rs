//! Hiding and disabling patches. Each act is one transaction for all patches that it names, with its audit record.

use fettle_model::PatchId;
use fettle_model::patch::PatchState;
use serde_json::json;

use super::DecisionError;
use crate::Fleet;
use crate::access::Actor;
use crate::catalogue::learn::entry;
use crate::catalogue::vulnerability_facts::IndexedPatches;

/// Patches of one act.
const MOST: usize = 500;
const LONGEST_REASON: usize = 500;

/// One act on some patches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// No job deploys them, and they replace nothing.
    Disable,
    Enable,
    /// Left out of lists, counts and mails.
    Hide {
        reason: String,
    },
    Show,
}

impl Decision {
    const fn action(&self) -> &'static str {
        match self {
            Self::Disable => "patch.disable",
            Self::Enable => "patch.enable",
            Self::Hide { .. } => "patch.hide",
            Self::Show => "patch.show",
        }
    }

    fn apply(&self, state: &mut PatchState) {
        match self {
            Self::Disable => state.enabled = false,
            Self::Enable => state.enabled = true,
            Self::Hide { reason } => state.hidden = Some(reason.clone()),
            Self::Show => state.hidden = None,
        }
    }
}

impl Fleet {
    /// Takes the decision for every patch that is not so already; gives how many that were.
    pub async fn decide(
        &self,
        actor: &Actor,
        patches: &[PatchId],
        mut decision: Decision,
    ) -> Result<usize, DecisionError> {
        if patches.is_empty() || patches.len() > MOST {
            return Err(DecisionError::field("patches", format!("name 1 to {MOST} patches")));
        }
        if let Decision::Hide { reason } = &mut decision {
            *reason = reason.trim().to_owned();
            if !(1..=LONGEST_REASON).contains(&reason.chars().count()) {
                let message = format!("say in 1 to {LONGEST_REASON} characters why nobody need see them");
                return Err(DecisionError::field("reason", message));
            }
        }
        let _turn = self.catalogue_turn.lock().await;
        let mut changed: Vec<(PatchId, String, PatchState)> = Vec::new();
        for patch in patches {
            let known = self.index.patch_entry(*patch).ok_or(DecisionError::NotFound("patch"))?;
            let mut state = known.state.clone();
            decision.apply(&mut state);
            let is_named_twice = changed.iter().any(|(id, ..)| *id == known.patch.id);
            if state != known.state && !is_named_twice {
                changed.push((known.patch.id, known.patch.title, state));
            }
        }
        self.write_states(actor, &decision, changed).await
    }

    async fn write_states(
        &self,
        actor: &Actor,
        decision: &Decision,
        changed: Vec<(PatchId, String, PatchState)>,
    ) -> Result<usize, DecisionError> {
        let count = changed.len();
        let details = match decision {
            Decision::Hide { reason } => json!({ "reason": reason }),
            _ => json!({}),
        };
        let records: Vec<_> = changed
            .iter()
            .map(|(id, title, _)| {
                let object = ("patch", Some(id.to_string()), Some(title.clone()));
                self.audit(actor, decision.action(), object, details.clone())
            })
            .collect();
        let committed = self.database.write(async move |tx| {
            let mut entries = Vec::with_capacity(changed.len());
            for (id, _, state) in &changed {
                let stored = tx.patches().set_state(*id, state).await?.ok_or(DecisionError::NotFound("patch"))?;
                entries.push(entry(tx, stored).await?);
            }
            for record in &records {
                tx.audit().insert(record).await?;
            }
            Ok::<_, DecisionError>(IndexedPatches::read(tx, entries).await?)
        });
        self.index_patches(committed.await?.value);
        Ok(count)
    }
}
