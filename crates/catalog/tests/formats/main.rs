//! Vendors' formats: small files of our own, the vendors' where they are beside this checkout, and damaged ones.

mod damaged;
mod debian;
mod debian_patches;
mod definitions;
mod foreign;
mod host_packages;
mod hosts;
mod mssecure;
mod packages;
mod reference;
mod rpm;
mod rpm_patches;
mod support;
mod vulnerability;
