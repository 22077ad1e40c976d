//! Tests that would make the file of what they test too long.

mod objects;
