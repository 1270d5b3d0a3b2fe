//! What one query found out about components and catalogue, kept for the next time that it is asked. Parts of a query are
//! told by their place: the same query asks for them in the same order each time.

use std::sync::Mutex;

use fettle_model::component::Component;

use super::asking::ThingSet;
use crate::POISONED;
use crate::dictionary::{ComponentId, Dictionary};

#[derive(Debug, Default)]
pub(crate) struct Memo {
    components: Vec<KnownComponents>,
    things: Vec<ThingSet>,
}

/// Components for which a condition holds, among the first `seen`.
#[derive(Debug, Default)]
struct KnownComponents {
    seen: usize,
    found: Vec<ComponentId>,
}

impl Memo {
    /// The catalogue is another than it was.
    pub(crate) fn forget_things(&mut self) {
        self.things.clear();
    }
}

/// A memo while a query is answered.
#[derive(Debug)]
pub(super) struct Recalling {
    memo: Mutex<Memo>,
    places: Mutex<Places>,
}

#[derive(Debug, Default)]
struct Places {
    components: usize,
    things: usize,
}

impl Recalling {
    pub(super) fn new(memo: Memo) -> Self {
        Self { memo: Mutex::new(memo), places: Mutex::default() }
    }

    pub(super) fn end(self) -> Memo {
        self.memo.into_inner().expect(POISONED)
    }

    /// Only components that came since the last time are looked at.
    pub(super) fn components(
        &self,
        dictionary: &Dictionary,
        is_wanted: impl Fn(&Component) -> bool,
    ) -> Vec<ComponentId> {
        let place = next(&mut self.places.lock().expect(POISONED).components);
        let mut memo = self.memo.lock().expect(POISONED);
        if memo.components.len() <= place {
            memo.components.resize_with(place + 1, KnownComponents::default);
        }
        let known = &mut memo.components[place];
        let new = dictionary.from(known.seen);
        known.found.extend(new.filter(|(_, component)| is_wanted(component)).map(|(id, _)| id));
        known.seen = dictionary.len();
        known.found.clone()
    }

    /// Found by `find`, where it is not known.
    pub(super) fn things<E>(&self, find: impl FnOnce() -> Result<ThingSet, E>) -> Result<ThingSet, E> {
        let place = next(&mut self.places.lock().expect(POISONED).things);
        if let Some(known) = self.memo.lock().expect(POISONED).things.get(place) {
            return Ok(known.clone());
        }
        let found = find()?;
        let mut memo = self.memo.lock().expect(POISONED);
        // A condition inside another is found first, and stands before it.
        if memo.things.len() == place {
            memo.things.push(found.clone());
        }
        Ok(found)
    }
}

fn next(place: &mut usize) -> usize {
    *place += 1;
    *place - 1
}
