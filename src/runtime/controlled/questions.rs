//! A wait for any one of several objects, whose types and number are known only when it begins.
//!
//! A step names its objects as a tuple as a rule. What a loop has looked at is not known to the
//! compiler; so here a step names a list, and its condition asks one object after the other. An
//! object that is asked is read, and stands in the footprint; one behind the first that answers
//! "yes" is not asked. What an object is asked only looks at it, so no view is needed.

use std::cell::Cell;
use std::fmt;

use crate::execution::Access;
use crate::execution::Footprint;
use crate::execution::ObjectId;
use crate::execution::Touch;
use crate::runtime::Objects;
use crate::runtime::Sleepers;

use super::Controlled;

/// An object, and a question about it that only looks at it, and at nothing else.
pub(crate) trait Question {
    /// The name of the object.
    fn object(&self) -> ObjectId;

    /// The answer. Asked within a step only.
    fn ask(&self) -> bool;
}

/// The objects of a step that waits until one of them answers "yes". At most
/// [`Footprint::CAPACITY`], each of them once.
#[derive(Clone, Copy)]
pub(crate) struct Questions<'q>(pub(crate) &'q [Box<dyn Question>]);

/// What the condition of such a step asks.
#[derive(Clone, Copy)]
pub(crate) struct Answers<'v> {
    questions: &'v [Box<dyn Question>],
    /// How many of them were asked.
    asked: &'v Cell<usize>,
}

impl Answers<'_> {
    /// Whether one of them answers "yes". They are asked in order, up to the first that does.
    pub(crate) fn any(&self) -> bool {
        let place = self.questions.iter().position(|question| question.ask());
        let asked = place.map_or(self.questions.len(), |place| place + 1);
        self.asked.set(self.asked.get().max(asked));
        place.is_some()
    }
}

impl fmt::Debug for Answers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers").finish_non_exhaustive()
    }
}

/// The footprint of a step that touches these objects.
fn footprint(questions: &[Box<dyn Question>], access: Access) -> Footprint {
    let mut footprint = Footprint::EMPTY;
    for question in questions {
        let object = question.object();
        let fits = footprint.push(Touch { object, access });
        fits.expect("internal bug: a step names at most four objects");
    }
    footprint
}

impl Objects<Controlled> for Questions<'_> {
    type Views<'v> = Answers<'v>;

    fn declared(&self) -> Footprint {
        footprint(self.0, Access::Write)
    }

    fn open_and_close<O>(
        &self,
        body: impl FnOnce(Answers<'_>) -> O,
        close: impl FnOnce(&mut O, &Footprint, &mut [Sleepers<'_>]),
    ) -> (O, Footprint) {
        let asked = Cell::new(0);
        let mut result = body(Answers {
            questions: self.0,
            asked: &asked,
        });
        let footprint = footprint(&self.0[..asked.get()], Access::Read);
        // Nobody sleeps on this runtime.
        close(&mut result, &footprint, &mut []);
        (result, footprint)
    }
}
