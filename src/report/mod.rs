//! Reports as data, and their renderers.
//!
//! [`CheckReport`] is what one search came to; it is computed once. The renderers only print it:
//! [`write_comparison`] as a table, [`write_second_opinions`] as one of what several explorers say,
//! [`write_counterexample`] as the story of one violation, [`write_json`] for programs.
//! [`StressReport`] is what a stress run came to, and is printed by [`write_stress`] and
//! [`write_stress_json`]. They write through [`Write`](std::io::Write) alone and know of their
//! reader what a [`Look`] says.

mod circumstances_json;
mod cut_off;
mod details;
mod document;
mod fold;
mod grid;
mod holds;
mod json;
mod lane_cell;
mod lane_markdown;
mod lane_mermaid;
mod lane_table;
mod lanes;
mod legend;
mod measure;
mod opinion;
mod opinion_table;
mod palette;
mod phrases;
mod proofs;
mod result;
mod rounds;
mod rows;
#[cfg(test)]
pub(crate) mod sample;
mod state;
mod stress;
mod stress_json;
mod summary;
mod table;

pub(crate) use cut_off::cut_off_lines;
pub(crate) use grid::Cell;
pub(crate) use grid::Grid;
pub(crate) use json::CoverageJson;
pub(crate) use json::TOOL;
pub(crate) use json::coverage;
pub(crate) use phrases::counted;
#[cfg(feature = "cli")]
pub(crate) use phrases::replay_command;
#[cfg(feature = "cli")]
pub(crate) use phrases::verified;
pub(crate) use phrases::waits_name;
#[cfg(feature = "cli")]
pub(crate) use phrases::waits_phrase;
pub(crate) use summary::size;
#[cfg(feature = "cli")]
pub(crate) use summary::smaller_name;

pub use document::Document;
pub use document::Form;
pub use document::write_counterexample_as;
pub use holds::Wait;
pub use json::write_json;
pub use json::write_json_with_opinions;
pub use lane_cell::CellContent;
pub use lane_cell::Fold;
pub use lane_cell::LaneEntry;
pub use lane_cell::StepCell;
pub use lane_markdown::write_lanes_as_markdown;
pub use lane_mermaid::write_lanes_as_mermaid;
pub use lane_table::Detail;
pub use lane_table::Lane;
pub use lane_table::LaneTable;
pub use lanes::write_lanes;
pub use measure::Measure;
pub use measure::Measured;
pub use opinion::Difference;
pub use opinion::Opinion;
pub use opinion_table::OpinionTally;
pub use opinion_table::SecondOpinions;
pub use opinion_table::Seconded;
pub use opinion_table::write_second_opinions;
pub use palette::Charset;
pub use palette::Look;
pub use palette::Palette;
pub use palette::Tone;
pub(crate) use proofs::disagreement_text;
#[cfg(feature = "cli")]
pub(crate) use proofs::proved;
pub use result::Assumptions;
pub use result::CheckReport;
pub use result::Counterexample;
pub use result::Disagreement;
pub use result::Explained;
pub use result::Round;
pub use result::Verdict;
pub use rounds::write_rounds;
pub use rows::Row;
pub use state::State;
pub use stress::OutcomeCount;
pub use stress::StressEnd;
pub use stress::StressFinding;
pub use stress::StressReport;
pub use stress::write_stress;
pub use stress_json::write_stress_json;
pub use summary::Finding;
pub use summary::Setting;
pub use summary::write_contrast;
pub use summary::write_counterexample;
pub use summary::write_counterexample_of;
pub use summary::write_replayed;
pub use summary::write_reproduced;
pub use table::Comparison;
pub use table::write_comparison;
