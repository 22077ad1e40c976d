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

    /// The next name of this kind by this maker, if there is one left.
    pub(super) fn fresh(&mut self, maker: Option<ThreadId>, kind: ObjectKind) -> Option<ObjectId> {
        let known = self.last.iter_mut().find(|(key, _)| *key == (maker, kind));
        let index = if let Some((_, last)) = known {
            *last = last.checked_add(1)?;
            *last
        } else {
            self.last.push(((maker, kind), 0));
            0
        };
        Some(match maker {
            Some(thread) => ObjectId::of_thread(kind, thread, index),
            None => ObjectId::initial(kind, index),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names are never given twice: after the last there are none.
    #[test]
    fn a_maker_has_65536_names_of_a_kind() {
        let (mut names, maker) = (Names::default(), Some(ThreadId::new(3)));
        for index in 0..=u16::MAX {
            let expected = ObjectId::of_thread(ObjectKind::Filter, ThreadId::new(3), index);
            assert_eq!(names.fresh(maker, ObjectKind::Filter), Some(expected));
        }

        assert_eq!(names.fresh(maker, ObjectKind::Filter), None);
        assert_eq!(names.fresh(maker, ObjectKind::Filter), None);
        assert!(names.fresh(maker, ObjectKind::Event).is_some());
        assert!(names.fresh(None, ObjectKind::Filter).is_some());
    }
}
