//! How often an agent may call (`agent.md` 3.1).

use std::num::NonZeroU32;

use fettle_fleet::Refused;
use fettle_model::AssetId;
use fettle_wire::Code;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::body::UnknownFields;

/// Sustained rates; a burst is let through, for a held agent comes again at once with each piece of news.
#[derive(Debug)]
pub struct Limits {
    check_in: DefaultKeyedRateLimiter<AssetId>,
    report: DefaultKeyedRateLimiter<AssetId>,
    events: DefaultKeyedRateLimiter<AssetId>,
    pub unknown_fields: UnknownFields,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Call {
    CheckIn,
    Report,
    Events,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            check_in: RateLimiter::keyed(quota(4, 60)),
            report: RateLimiter::keyed(quota(1, 30)),
            events: RateLimiter::keyed(quota(60, 240)),
            unknown_fields: UnknownFields::default(),
        }
    }
}

fn quota(per_minute: u32, burst: u32) -> Quota {
    let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    Quota::per_minute(at_least_one(per_minute)).allow_burst(at_least_one(burst))
}

impl Limits {
    pub(super) fn check(&self, call: Call, asset: AssetId) -> Result<(), Refused> {
        let limiter = match call {
            Call::CheckIn => &self.check_in,
            Call::Report => &self.report,
            Call::Events => &self.events,
        };
        let too_often = |_| Refused::new(Code::RateLimited, "this agent calls too often; wait as Retry-After says");
        limiter.check_key(&asset).map_err(too_often)
    }

    /// Forgets agents that have not called for long; run now and then.
    pub fn forget_idle(&self) {
        for limiter in [&self.check_in, &self.report, &self.events] {
            limiter.retain_recent();
        }
    }
}
