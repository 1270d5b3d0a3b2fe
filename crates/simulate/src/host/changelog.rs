//! What the changelogs of offered packages say.

use fettle_wire::message::report::{ChangelogFacts, OfferDetails};
use jiff::Timestamp;

use super::{Host, PlacedSource};
use crate::calendar::Calendar;
use crate::vulnerability;

impl Host {
    /// What goes with offers, once their changelogs were read. `now`: what came out on a simulated day came out then.
    pub(crate) fn details_read(
        &self,
        offers: impl IntoIterator<Item = (u16, u32)>,
        calendar: &Calendar,
        now: Timestamp,
    ) -> Vec<OfferDetails> {
        let mut details = Vec::new();
        for (source, level) in offers {
            let placed = PlacedSource { source: self.source(source), level };
            let changelog = self.changelog(placed, calendar, now);
            self.for_each(source, level, |source, package| {
                let unread = self.offer_details(source, package);
                details.push(OfferDetails { changelog: Some(changelog.clone()), ..unread });
            });
        }
        details
    }

    /// Of everything that is offered.
    pub(crate) fn all_details_read(&self, calendar: &Calendar, now: Timestamp) -> Vec<OfferDetails> {
        self.details_read(self.offered.iter().map(|(source, level)| (*source, *level)), calendar, now)
    }

    fn changelog(&self, placed: PlacedSource<'_>, calendar: &Calendar, now: Timestamp) -> ChangelogFacts {
        let PlacedSource { source, level } = placed;
        let cves = if source.is_security { vulnerability::of_source(source, level, calendar) } else { Vec::new() };
        let urgency = if source.is_security { "high" } else { "medium" };
        let version = source.version(&self.archive, level);
        let suite = &self.archive.repository(source).suite;
        let mut text = format!("{} ({version}) {suite}; urgency={urgency}\n\n  * Simulated update.\n", source.name);
        for cve in &cves {
            text.push_str("  * Simulated fix of ");
            text.push_str(cve);
            text.push('\n');
        }
        let date = source.age(level).map_or(now, |days| calendar.days_ago(u32::from(days)));
        ChangelogFacts { cves, urgency: Some(urgency.to_owned()), date: Some(date), text }
    }
}
