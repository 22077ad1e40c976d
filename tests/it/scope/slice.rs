//! Slices: lists of kinds of statement, of which all programs are enumerated.
//!
//! Every pair of kinds of the vocabulary is in some slice. A kind that alone does nothing comes
//! with one that gives it something to do: a wait with what ends it, a join with a start.

use super::kind::Class;
use super::kind::Kind;

/// Kinds of statement over one or two objects of each class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slice {
    /// For the command line. Without a blank.
    pub(crate) name: String,
    pub(crate) kinds: Vec<Kind>,
    /// The classes of which there are two objects.
    two: Vec<Class>,
    /// True if it has some ten million programs, and is run only by its name.
    pub(crate) large: bool,
}

/// Slices about one matter: a name, the kinds, the classes of which there are two objects.
const NAMED: [(&str, &str, &[Class]); 15] = [
    (
        "mutexes",
        "lock try-lock lock-or-expire load fetch-add",
        &[],
    ),
    ("rw-locks", "read write upgrade try-read try-write", &[]),
    ("locks", "lock lock-or-expire read write", &[]),
    ("readers", "read lock-or-expire write fetch-add", &[]),
    (
        "variables",
        "load store compare-exchange fetch-add spin",
        &[],
    ),
    (
        "conditions",
        "lock await await-or-expire notify-one notify-all",
        &[],
    ),
    ("events", "set clear wait wait-or-expire lock", &[]),
    (
        "either-or-both",
        "set clear wait-either wait-both lock",
        &[],
    ),
    ("threads", "spawn join fetch-add lock", &[]),
    ("two-variables", "load store fetch-add", &[Class::Variable]),
    ("two-mutexes", "lock lock-or-expire", &[Class::Mutex]),
    ("two-rw-locks", "read write", &[Class::RwLock]),
    ("two-events", "set wait wait-or-expire", &[Class::Event]),
    ("copies", "load store-local store fetch-add", &[]),
    ("panics", "load store require lock", &[]),
];

/// Slices that make every pair of kinds meet, with those above.
const PAIRS: [&str; 60] = [
    "upgrade try-read compare-exchange spawn join",
    "upgrade try-read load set wait-both",
    "upgrade try-read fetch-add await notify-all",
    "read upgrade store await-or-expire notify-one",
    "await notify-one set wait-either choose",
    "compare-exchange await-or-expire notify-all set wait-both",
    "load await-or-expire notify-all choose",
    "load await notify-one spawn join",
    "store choose spin spawn join",
    "fetch-add set wait wait-both choose",
    "store set wait-or-expire wait-both spin",
    "try-lock write upgrade compare-exchange choose",
    "set wait-or-expire wait-either spawn join",
    "upgrade try-write set wait wait-either",
    "write await-or-expire notify-all spawn join",
    "store await notify-all spin",
    "fetch-add await-or-expire notify-one spin",
    "lock upgrade try-write compare-exchange spin",
    "lock-or-expire compare-exchange await notify-one",
    "lock-or-expire upgrade try-write spawn join",
    "read upgrade set clear wait-or-expire",
    "try-lock read spawn join",
    "write store set clear wait-either",
    "lock-or-expire await-or-expire notify-all set wait",
    "try-lock await notify-all set wait-or-expire",
    "try-lock try-read store spin",
    "try-lock try-write await-or-expire notify-one",
    "lock try-read choose",
    "load compare-exchange set wait wait-or-expire",
    "await notify-one set wait wait-both",
    "load compare-exchange set clear wait-either",
    "fetch-add set clear wait-or-expire choose",
    "await-or-expire notify-all set clear wait-either",
    "set wait wait-both spawn join",
    "try-read await-or-expire notify-one set wait-or-expire",
    "read try-write load await notify-all",
    "read compare-exchange spin",
    "try-write store choose",
    "lock-or-expire store choose",
    "write await notify-one",
    "lock-or-expire try-read set clear wait-either",
    "store set wait spin",
    "fetch-add set wait-either spin",
    "read upgrade choose",
    "upgrade try-write fetch-add",
    "write upgrade load",
    "lock read store",
    "try-lock read set wait wait-either",
    "try-lock try-write set clear wait-both",
    "lock-or-expire write set wait-or-expire wait-both",
    "lock write upgrade",
    "await notify-one set clear wait-or-expire",
    "set clear wait-either spawn join",
    "write set wait",
    "write compare-exchange spin",
    "read set wait-both",
    "try-read set wait",
    "lock-or-expire compare-exchange spin",
    "try-write set wait-or-expire",
    "store set clear wait-both spin",
];

/// Slices that take hours.
const LARGE: [(&str, &str); 5] = [
    (
        "large-locks",
        "lock lock-or-expire read write try-read store fetch-add",
    ),
    (
        "large-data",
        "load store compare-exchange fetch-add store-local lock try-lock spin",
    ),
    (
        "large-events",
        "set clear wait wait-or-expire wait-either wait-both lock lock-or-expire",
    ),
    (
        "large-conditions",
        "await await-or-expire notify-one notify-all store load lock try-lock",
    ),
    (
        "large-readers",
        "read write try-read try-write load store choose fetch-add",
    ),
];

impl Slice {
    fn new((name, kinds, two): (&str, &str, &[Class]), large: bool) -> Self {
        let kind = |word: &str| {
            let mut all = Kind::ALL.iter().copied();
            let kind = all.find(|kind| kind.name() == word);
            kind.unwrap_or_else(|| panic!("internal bug: no kind is called `{word}`"))
        };
        Self {
            name: name.to_owned(),
            kinds: kinds.split(' ').map(kind).collect(),
            two: two.to_vec(),
            large,
        }
    }

    /// All slices, large ones last.
    pub(crate) fn all() -> Vec<Self> {
        let named = NAMED.iter().map(|slice| Self::new(*slice, false));
        let pairs = PAIRS.iter().map(|kinds| {
            let name = kinds.replace(' ', "+");
            Self::new((name.as_str(), kinds, &[]), false)
        });
        let large = LARGE
            .iter()
            .map(|(name, kinds)| Self::new((name, kinds, &[]), true));
        named.chain(pairs).chain(large).collect()
    }

    /// How many objects of a class it has.
    pub(crate) fn objects(&self, class: Class) -> u8 {
        1 + u8::from(self.two.contains(&class))
    }

    pub(crate) fn has(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// What it is, in words that change when the slice does.
    pub(crate) fn definition(&self) -> String {
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.name()).collect();
        format!("{} {:?}", kinds.join("+"), self.two)
    }
}

pub(crate) fn tiny(kinds: &str, two: &[Class]) -> Slice {
    Slice::new(("tiny", kinds, two), false)
}
