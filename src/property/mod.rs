//! Properties: named predicates on an execution.

mod kind;

pub use kind::Property;
