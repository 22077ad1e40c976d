//! What the threads and objects of a system are called where an execution is told.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::ObjectId;
use super::Operation;
use super::ThreadId;
use super::Verb;
use super::visible;

/// What the threads and objects of a system are called. A thread without a label is called by its
/// index, an object without a name by its kind and number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// What each thread does, by index. May be shorter than the number of threads.
    titles: Vec<String>,
    /// What each thread is called, by index. May be shorter than the number of threads.
    labels: Vec<String>,
    objects: BTreeMap<ObjectId, String>,
}

impl Names {
    /// Names of threads that are called by their index and do what the titles say.
    pub fn of_titles(titles: Vec<String>) -> Self {
        Self {
            titles,
            ..Self::default()
        }
    }

    /// Names of threads that have labels, and of objects.
    pub fn of_labels(labels: Vec<String>, objects: BTreeMap<ObjectId, String>) -> Self {
        Self {
            titles: Vec::new(),
            labels,
            objects,
        }
    }

    /// What each thread does, by index; empty where threads have labels.
    pub fn titles(&self) -> &[String] {
        &self.titles
    }

    /// What each thread is called, by index; empty where threads are called by their index.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// True if threads are called by labels.
    pub const fn has_labels(&self) -> bool {
        !self.labels.is_empty()
    }

    /// What a sentence calls a thread: `0`, or `main`.
    pub fn label(&self, thread: ThreadId) -> Cow<'_, str> {
        let label = self.labels.get(thread.index());
        label.map_or_else(|| Cow::Owned(thread.to_string()), |label| visible(label))
    }

    /// What a heading calls a thread: its label, and what it does, such as `0 attach CONNECT4`.
    pub fn heading(&self, thread: ThreadId) -> String {
        let label = self.label(thread);
        let title = self.titles.get(thread.index());
        let title = title.filter(|title| !title.is_empty());
        title.map_or_else(
            || label.clone().into_owned(),
            |title| format!("{label} {}", visible(title)),
        )
    }

    /// True if the system itself has named the object.
    pub fn has_object(&self, object: ObjectId) -> bool {
        self.objects.contains_key(&object)
    }

    /// What an object is called: by its name, or by its kind and number, such as `session 0`.
    pub fn object(&self, object: ObjectId) -> Cow<'_, str> {
        let name = self.objects.get(&object);
        name.map_or_else(|| Cow::Owned(object.to_string()), |name| visible(name))
    }

    /// What an operation does, and to which object.
    pub fn operation(&self, operation: Operation) -> String {
        if let Some(started) = operation.started().filter(|_| self.has_labels()) {
            return format!("spawn {}", self.label(started));
        }
        let title = operation.verb.title();
        let object = operation.object.map(|object| self.object(object));
        match (operation.verb, object, operation.argument) {
            (Verb::Retry, None, _) => {
                format!("{title}: the round looks at nothing that is shared")
            }
            (Verb::Retry, Some(object), 1) => format!("{title} ({object} or another object)"),
            (Verb::Retry, Some(object), others @ 2..) => {
                format!("{title} ({object} or {others} other objects)")
            }
            (_, Some(object), _) => format!("{title} {object}"),
            (_, None, _) => title.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::ObjectKind;

    #[test]
    fn what_has_no_name_is_called_by_its_number() {
        let lock = ObjectId::initial(ObjectKind::Mutex, 3);
        let thread = ThreadId::new(1);
        let none = Names::default();
        assert_eq!(
            (&*none.label(thread), &*none.object(lock)),
            ("1", "mutex 3")
        );

        let named = Names::of_titles(vec![String::new(), "attach CONNECT6".to_owned()]);
        assert_eq!(named.heading(thread), "1 attach CONNECT6");
        assert_eq!(named.heading(ThreadId::new(0)), "0");

        let labels = ["main", "1\n"].map(str::to_owned).to_vec();
        let labelled = Names::of_labels(labels, BTreeMap::from([(lock, "guard".to_owned())]));
        assert_eq!(labelled.heading(ThreadId::new(0)), "main");
        assert_eq!(labelled.label(thread), "1 ");
        let operation = Operation::on(Verb::Lock, lock);
        assert_eq!(labelled.operation(operation), "lock guard");
    }
}
