//! Version orders: tables from the specification, the properties of an order, and the package managers themselves.

mod generated;
mod oracles;
mod order;
mod tables;
