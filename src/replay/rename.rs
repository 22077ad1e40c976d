//! The names of threads and links in a schedule, in another version of its scenario.
//!
//! A schedule counts threads and links from 0. If one was inserted or removed since, the others
//! have other numbers but the same names; a file carries the scenario that it was recorded on, so
//! the names are known. A thread or link whose name is gone keeps its number if that is free.

use std::collections::BTreeMap;

use crate::attach::Workload;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::THREADS_MAX;
use crate::execution::ThreadId;
use crate::scenario::Scenario;

use super::course::Course;
use super::course::Item;
use super::item_text::objects_of;
use super::renamed::same;

/// The new number of each thread and link that has another one.
#[derive(Debug, Default)]
pub(super) struct Renaming {
    threads: BTreeMap<usize, usize>,
    links: BTreeMap<usize, usize>,
}

impl Renaming {
    /// From one scenario to another.
    pub(super) fn between(old: &Scenario, new: &Scenario) -> Self {
        let (old, new) = (old.workload(), new.workload());
        let links = |workload: &Workload| -> Vec<String> {
            workload
                .links
                .iter()
                .map(|link| link.name.clone())
                .collect()
        };
        Self {
            threads: moved(&old.thread_names(), &new.thread_names()),
            links: moved(&links(old), &links(new)),
        }
    }

    /// The course with the new numbers.
    pub(super) fn apply(&self, mut course: Course) -> Course {
        for item in &mut course.items {
            let thread = match item {
                Item::Turn(turn) => &mut turn.thread,
                Item::Choice(choice) => &mut choice.thread,
            };
            *thread = self.thread(*thread);
            if let Some(object) = objects_of(item) {
                *object = self.object(*object);
            }
        }
        for failure in &mut course.failures {
            failure.thread = self.thread(failure.thread);
            failure.at.object = failure.at.object.map(|object| self.object(object));
        }
        course
    }

    pub(super) fn thread(&self, thread: ThreadId) -> ThreadId {
        let new = self.threads.get(&thread.index()).copied();
        new.filter(|&new| new < THREADS_MAX)
            .map_or(thread, ThreadId::new)
    }

    fn object(&self, object: ObjectId) -> ObjectId {
        let (kind, index) = (object.kind(), object.index());
        match object.maker() {
            Some(maker) => ObjectId::of_thread(kind, self.thread(maker), index),
            None if is_numbered_by_link(kind) => {
                let new = self.links.get(&usize::from(index));
                let new = new.and_then(|&new| u16::try_from(new).ok());
                ObjectId::initial(kind, new.unwrap_or(index))
            }
            None => object,
        }
    }
}

/// Whether objects of this kind, made before the threads start, have the number of their link.
const fn is_numbered_by_link(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Link | ObjectKind::Binding | ObjectKind::ClientRundown
    )
}

/// The new place of each name that has another one. Of several with one name, the first is the
/// first.
fn moved(old: &[String], new: &[String]) -> BTreeMap<usize, usize> {
    let places = (0..old.len()).filter_map(|index| Some((index, same(old, index, new)?)));
    places.filter(|(from, to)| from != to).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    fn moves(old: &str, new: &str) -> Vec<(usize, usize)> {
        moved(&names(old), &names(new)).into_iter().collect()
    }

    #[test]
    fn who_has_the_same_name_is_the_same() {
        assert_eq!(moves("a b", "x a b"), [(0, 1), (1, 2)]);
        assert_eq!(moves("x a b", "a b"), [(1, 0), (2, 1)]);
        assert_eq!(moves("a a b", "a b a"), [(1, 2), (2, 1)]);
        assert_eq!(moves("a b", "a c"), []);
    }

    /// A binding has the number of its link, a lock that of its attach type.
    #[test]
    fn only_what_has_the_number_of_a_link_moves_with_it() {
        let renaming = Renaming {
            threads: [(1, 2)].into(),
            links: [(0, 1)].into(),
        };
        let object = |text: &str| {
            let object = ObjectId::named(text).unwrap();
            renaming.object(object).to_string()
        };

        assert_eq!(object("binding 0"), "binding 1");
        assert_eq!(object("provider-lock 0"), "provider-lock 0");
        assert_eq!(object("session 1.0"), "session 2.0");
    }
}
