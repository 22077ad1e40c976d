//! Names for objects, so that no name depends on the interleaving.

use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::ThreadId;

/// How many objects of each kind each maker has named. One for each execution.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The last index for each maker and kind; the maker `None` is the start-up.
    last: Vec<((Option<ThreadId>, ObjectKind), u16)>,
}

impl Names {
    /// Forgets all names.
    pub(super) fn clear(&mut self) {
        self.last.clear();
    }

    /// The next name of this kind by this maker.
    pub(super) fn fresh(&mut self, maker: Option<ThreadId>, kind: ObjectKind) -> ObjectId {
        let known = self.last.iter_mut().find(|(key, _)| *key == (maker, kind));
        let index = if let Some((_, last)) = known {
            *last += 1;
            *last
        } else {
            self.last.push(((maker, kind), 0));
            0
        };
        match maker {
            Some(thread) => ObjectId::of_thread(kind, thread, index),
            None => ObjectId::initial(kind, index),
        }
    }
}
