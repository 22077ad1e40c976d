//! A place in the course of one thread that outlives edits elsewhere: `begin on session 0 #2`.
//!
//! ```text
//! point  := OPERATION [ ' on ' object ] [ ' #' OCCURRENCE ]
//! object := KIND ' ' [ MAKER '.' ] INDEX
//! ```
//!
//! It is the `OCCURRENCE`-th time, from 1, that the thread is about to do the operation on the
//! object; 1 is not written. Without an object it is the operation on whatever object. What other
//! threads do, and what this one does beside, does not move it: that is why a schedule is made of
//! points and not of numbers of steps.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use thiserror::Error;

use super::ObjectId;
use super::Operation;
use super::Verb;
use super::excerpt;

/// A place in the course of one thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// What the thread is about to do.
    pub verb: Verb,
    /// To which object; `None` is any.
    pub object: Option<ObjectId>,
    /// The nth time, from 1.
    pub occurrence: NonZeroU32,
}

/// Why a text is not a point.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PointError {
    /// No operation has this name.
    #[error("unknown operation `{0}`")]
    Verb(String),
    /// No object has this name.
    #[error("`{0}` is not an object: expected a kind and a number, such as `session 0`")]
    Object(String),
    /// The occurrence is not a number from 1.
    #[error("`{0}` is not an occurrence: expected a number from 1")]
    Occurrence(String),
}

impl Point {
    /// The point at which a thread is about to take an operation for the `occurrence`-th time.
    pub const fn of(operation: Operation, occurrence: NonZeroU32) -> Self {
        Self {
            verb: operation.verb,
            object: operation.object,
            occurrence,
        }
    }

    /// Whether an operation is the one of this point, be it this or another time.
    pub fn is_of(&self, operation: Operation) -> bool {
        let same_object = self.object.is_none() || self.object == operation.object;
        self.verb == operation.verb && same_object
    }

    /// The point with these parts, as text.
    ///
    /// # Errors
    ///
    /// The first part that is wrong.
    pub fn from_parts(
        verb: &str,
        object: Option<&str>,
        occurrence: Option<&str>,
    ) -> Result<Self, PointError> {
        let verb = Verb::from_name(verb).ok_or_else(|| PointError::Verb(excerpt(verb)))?;
        let object = object.map(|text| {
            let named = ObjectId::named(text);
            named.ok_or_else(|| PointError::Object(excerpt(text)))
        });
        let occurrence = occurrence.map_or(Ok(NonZeroU32::MIN), |text| {
            let number = text.parse::<NonZeroU32>().ok();
            let plain = number.filter(|number| number.to_string() == text);
            plain.ok_or_else(|| PointError::Occurrence(excerpt(text)))
        });
        Ok(Self {
            verb,
            object: object.transpose()?,
            occurrence: occurrence?,
        })
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verb.name())?;
        if let Some(object) = self.object {
            write!(f, " on {object}")?;
        }
        if self.occurrence > NonZeroU32::MIN {
            write!(f, " #{}", self.occurrence)?;
        }
        Ok(())
    }
}

impl FromStr for Point {
    type Err = PointError;

    fn from_str(text: &str) -> Result<Self, PointError> {
        let (rest, occurrence) = match text.split_once(" #") {
            Some((rest, occurrence)) => (rest, Some(occurrence)),
            None => (text, None),
        };
        match rest.split_once(" on ") {
            Some((verb, object)) => Self::from_parts(verb, Some(object), occurrence),
            None => Self::from_parts(rest, None, occurrence),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_prints_as_it_was_read() {
        for text in [
            "begin",
            "begin #2",
            "notify-add on callout-functions 0 #3",
            "begin on session 1.0",
        ] {
            assert_eq!(
                text.parse::<Point>().map(|point| point.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn each_part_is_refused_by_name() {
        let refused = |text: &str| text.parse::<Point>().unwrap_err();

        assert_eq!(refused("bgin"), PointError::Verb("bgin".into()));
        for object in [
            "session",
            "session x",
            "sesion 0",
            "session 64.0",
            "session 00",
            "",
        ] {
            let text = format!("begin on {object}");
            assert_eq!(refused(&text), PointError::Object(object.into()));
        }
        for number in ["0", "-1", "+1", "01", "", "4294967296"] {
            let text = format!("begin #{number}");
            assert_eq!(refused(&text), PointError::Occurrence(number.into()));
        }
    }
}
