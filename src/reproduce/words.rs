//! The words of logs: what each stands for. Plain tables, and the look-ups in them.
//!
//! A word that is in no table is prose: it is passed over, and the report lists it.

use crate::attach::CallKind;
use crate::execution::Misuse;
use crate::execution::Verb;
use crate::property::Property;
use crate::status::NtStatus;
use crate::status::errno_named;

use super::claim::Callee;
use super::claim::Leak;
use super::claim::Outcome;

/// What a word, or a few words together, say of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Something happens.
    Outcome(Outcome),
    /// A call returns a status.
    Status(NtStatus),
    /// Something happens that no trace shows.
    Unseen,
}

const FAILS: Meaning = Meaning::Outcome(Outcome::Fails);
const WAITS: Meaning = Meaning::Outcome(Outcome::Waits);
const TIMES_OUT: Meaning = Meaning::Outcome(Outcome::TimesOut);
const SUCCEEDS: Meaning = Meaning::Outcome(Outcome::Succeeds);

const fn breaks(property: Property) -> Meaning {
    Meaning::Outcome(Outcome::Breaks(property))
}

const fn status(status: NtStatus) -> Meaning {
    Meaning::Status(status)
}

/// Words by what they say. Small letters.
const WORDS: &[(&str, Meaning)] = &[
    (
        "fail fails failed failing failure failures error errors err cannot couldn unable denied \
         refused rejected unsuccessful unsuccessfully",
        FAILS,
    ),
    (
        "succeeded succeeds success successful successfully",
        SUCCEEDS,
    ),
    (
        "hang hangs hung hanging stuck freeze freezes froze frozen stall stalls stalled deadlock \
         deadlocks deadlocked",
        WAITS,
    ),
    ("timeout timeouts", TIMES_OUT),
    ("livelock livelocks", breaks(Property::NoLivelock)),
    ("panic panics panicked", breaks(Property::NoPanic)),
    ("partial partially partly half", breaks(Property::Atomicity)),
    (
        "orphan orphans orphaned stale",
        breaks(Property::ErrorTruthfulness),
    ),
    (
        "leak leaks leaked leaking",
        breaks(Property::ReferenceAccounting),
    ),
    (
        "use-after-free",
        Meaning::Outcome(Outcome::Misuses(Misuse::UseAfterFree)),
    ),
    (
        "irql",
        Meaning::Outcome(Outcome::Misuses(Misuse::IrqlTooHigh)),
    ),
    ("bugcheck", breaks(Property::KernelDiscipline)),
    (
        "crash crashes crashed bsod corrupt corrupted corruption assertion overflow blocked blocks \
         dropped drops slow disconnected rebooted",
        Meaning::Unseen,
    ),
];

/// Words that say something only together. The longer ones first.
const PHRASES: &[(&str, Meaning)] = &[
    (
        "rpc server is unavailable",
        status(NtStatus::RPC_SERVER_UNAVAILABLE),
    ),
    ("request is not supported", status(NtStatus::NOT_SUPPORTED)),
    (
        "parameter is incorrect",
        status(NtStatus::INVALID_PARAMETER),
    ),
    ("handle is invalid", status(NtStatus::INVALID_HANDLE)),
    ("service is disabled", status(NtStatus::SERVICE_DISABLED)),
    ("no more endpoints", status(NtStatus::EPT_NOT_REGISTERED)),
    (
        "insufficient system resources",
        status(NtStatus::INSUFFICIENT_RESOURCES),
    ),
    ("access is denied", status(NtStatus::ACCESS_DENIED)),
    ("access denied", status(NtStatus::ACCESS_DENIED)),
    ("permission denied", status(NtStatus::ACCESS_DENIED)),
    ("out of memory", status(NtStatus::NO_MEMORY)),
    ("transaction in progress", status(NtStatus::TXN_IN_PROGRESS)),
    ("txn in progress", status(NtStatus::TXN_IN_PROGRESS)),
    ("transaction aborted", status(NtStatus::TXN_ABORTED)),
    ("session aborted", status(NtStatus::SESSION_ABORTED)),
    ("filter not found", status(NtStatus::FILTER_NOT_FOUND)),
    ("already exists", status(NtStatus::ALREADY_EXISTS)),
    ("wrong session", status(NtStatus::WRONG_SESSION)),
    ("not supported", status(NtStatus::NOT_SUPPORTED)),
    ("does not come back", WAITS),
    ("never comes back", WAITS),
    ("does not return", WAITS),
    ("did not return", WAITS),
    ("never returned", WAITS),
    ("never returns", WAITS),
    ("not responding", WAITS),
    ("waits forever", WAITS),
    ("waiting forever", WAITS),
    ("blocks forever", WAITS),
    ("blocked forever", WAITS),
    ("blocked in", WAITS),
    ("waiting in", WAITS),
    ("spins forever", breaks(Property::NoLivelock)),
    (
        "use after free",
        Meaning::Outcome(Outcome::Misuses(Misuse::UseAfterFree)),
    ),
    (
        "null pointer",
        Meaning::Outcome(Outcome::Misuses(Misuse::NullPointer)),
    ),
    (
        "stale handle",
        Meaning::Outcome(Outcome::Misuses(Misuse::StaleHandle)),
    ),
    ("blue screen", Meaning::Unseen),
    ("could not", FAILS),
    ("can not", FAILS),
    ("timed out", TIMES_OUT),
    ("times out", TIMES_OUT),
    ("time out", TIMES_OUT),
];

/// Words that say that what follows did not happen.
const NEGATIONS: &str = "not no never without didn doesn isn wasn won hasn";

/// What a hang may be said of without naming a call: some thread of the model.
const ANYBODY: &str = "it thread threads driver system process program machine code everything \
                       test call calls attacher service computer app application operation wait";

/// What may stand between a subject and what is said of it, or before a number and its label.
const FILLERS: &str = "is was are were be been has have had a an the this that its with of and \
                       then seems appears to still again sometimes often always now just code \
                       value no number in at on as for by while during when forever permanently \
                       result possible detected found reported caused likely";

/// Words before a number that is a code.
const CODE_LABELS: &str = "error err code status hr hresult rc ret retval returned returns return \
                           gle lasterror getlasterror ntstatus win32 failed fails failure result \
                           errorcode statuscode exitcode lasterr reason cause";

/// Words before a number that is none.
const NOISE_LABELS: &str = "pid tid thread threads threadid process processid processor id line \
                            port attempt attempts try retry retries retrying filter filters \
                            filterid callout calloutid layer layerid session sessions sessionid \
                            handle cpu core build version release runtime flow flowid packet \
                            packets seq count index ifindex interface if uid gid user time ts \
                            timestamp step weight sublayer rule rules event eventid generation \
                            worker test run iteration connection connections vm container endpoint \
                            hns network compartment job task level after within every luid irp rip \
                            address addr ptr pointer object context device key cookie jan feb mar \
                            apr may jun jul aug sep oct nov dec day provider size length offset \
                            bytes fd program prog loop query request transaction txn batch item \
                            policy zone";

/// Words after a number that is a count.
const UNITS: &str = "ms us ns s sec secs second seconds milliseconds min minutes hours h bytes kb \
                     mb gb times tries attempts retries threads filters packets connections rules \
                     programs of callouts sessions events handles processes others more";

/// What may be leaked without any trace that shows it.
const UNLEAKABLE: &str = "handle handles socket sockets session sessions engine thread threads \
                          object objects file files dns ip vpn packet packets traffic";

/// What is leaked, by its name.
const LEAKED: &[(&str, Outcome)] = &[
    (
        "filter filters",
        Outcome::Breaks(Property::ErrorTruthfulness),
    ),
    (
        "reference references ref refs refcount",
        Outcome::Leaks(Leak::Reference),
    ),
    (
        "memory pool allocation allocations context contexts",
        Outcome::Leaks(Leak::Memory),
    ),
    (
        "transaction transactions txn",
        Outcome::Leaks(Leak::Transaction),
    ),
];

/// Drivers that the models are models of: their name at a line says nothing more.
const MODULES: &str = "netebpfext ebpfcore";

/// Names of errnos that `explain` does not know.
const OTHER_ERRNOS: [(&str, u32); 13] = [
    ("ENOENT", 2),
    ("EIO", 5),
    ("EAGAIN", 11),
    ("EACCES", 13),
    ("EFAULT", 14),
    ("EBUSY", 16),
    ("EEXIST", 17),
    ("ENODEV", 19),
    ("ENOSPC", 28),
    ("ENOSYS", 40),
    ("ENOTSUP", 129),
    ("EOPNOTSUPP", 130),
    ("ETIMEDOUT", 138),
];

/// A call in prose: one of the first words, and within a few words one of the second.
const PROSE_CALLS: &[(&str, &str, Verb)] = &[
    (
        "begin beginning start starting open opening",
        "transaction txn",
        Verb::Begin,
    ),
    ("commit committing", "transaction txn", Verb::Commit),
    ("abort aborting", "transaction txn", Verb::Abort),
    ("open opening", "engine bfe session", Verb::EngineOpen),
    ("close closing", "engine bfe session", Verb::EngineClose),
    (
        "add adding install installing create creating",
        "filter filters",
        Verb::FilterAdd,
    ),
    (
        "delete deleting remove removing",
        "filter filters",
        Verb::FilterDelete,
    ),
    ("add adding create creating", "sublayer", Verb::SublayerAdd),
    ("add adding", "callout", Verb::CalloutAdd),
    ("add adding", "provider", Verb::ProviderAdd),
    ("register registering", "callout", Verb::CalloutRegister),
    (
        "unregister unregistering",
        "callout",
        Verb::CalloutUnregister,
    ),
];

/// How far the two words of a call in prose may stand apart.
const APART_MAX: usize = 3;

/// A single word that is a call.
const SOLE_CALLS: &[(&str, Callee)] = &[
    (
        "attach attaches attaching",
        Callee::Program(CallKind::Attach),
    ),
    (
        "detach detaches detaching",
        Callee::Program(CallKind::Detach),
    ),
    ("commit", Callee::Engine(Verb::Commit)),
    ("begin", Callee::Engine(Verb::Begin)),
];

/// Beginnings of names of functions of Windows and of its filter libraries.
const API_PREFIXES: &str = "Fwpm Fwps Fwpk Nmr Rtl Zw Nt Io Ex Ke Ob Ps Mm Se Cm Flt Ndis Wdf Wsk \
                            Rpc WinDivert Device Create Open Start Stop Delete Close Query Set Get \
                            Load Unload Register Unregister Control Wait Net Dns Wsa Hcn Wfp \
                            Change Enum Connect Notify Bfe Initialize";

/// Beginnings of symbols that name a thing and say nothing of a result.
const NAME_PREFIXES: &str = "FWPM_ FWPS_ FWP_ACTION_ FWP_CONDITION_ IOCTL_ IRP_ BPF_ ALE_ GUID_ \
                             AF_ IPPROTO_ SERVICE_";

/// Beginnings of symbols of errors.
const ERROR_PREFIXES: &str = "STATUS_ ERROR_ FWP_E_ RPC_ EPT_ E_ NT_STATUS_ WSAE NERR_ EBPF_";

/// Whether a list of words has this one.
fn has(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}

pub(super) fn is_negation(word: &str) -> bool {
    has(NEGATIONS, word)
}

pub(super) fn is_anybody(word: &str) -> bool {
    has(ANYBODY, word)
}

pub(super) fn is_filler(word: &str) -> bool {
    has(FILLERS, word)
}

pub(super) fn is_code_label(word: &str) -> bool {
    has(CODE_LABELS, word) || last_part(word).is_some_and(|part| has(CODE_LABELS, part))
}

pub(super) fn is_noise_label(word: &str) -> bool {
    has(NOISE_LABELS, word) || last_part(word).is_some_and(|part| has(NOISE_LABELS, part))
}

fn last_part(word: &str) -> Option<&str> {
    word.rsplit_once('_').map(|(_, part)| part)
}

pub(super) fn is_unit(word: &str) -> bool {
    has(UNITS, word)
}

pub(super) fn is_unleakable(word: &str) -> bool {
    has(UNLEAKABLE, word)
}

pub(super) fn is_module(word: &str) -> bool {
    has(MODULES, &word.to_ascii_lowercase())
}

/// What becomes of an execution in which the thing of this name is leaked.
pub(super) fn leaked(word: &str) -> Option<Outcome> {
    let mut known = LEAKED.iter();
    known.find_map(|(list, outcome)| has(list, word).then_some(*outcome))
}

/// What one word says. A word with hyphens may be the name of a property.
pub(super) fn meaning(word: &str) -> Option<Meaning> {
    let known = WORDS.iter().find(|(list, _)| has(list, word));
    let property = || {
        Property::named(word).map(|property| {
            if property == Property::NoDeadlock {
                WAITS
            } else {
                breaks(property)
            }
        })
    };
    known.map(|(_, meaning)| *meaning).or_else(property)
}

/// What the words at the beginning of a list say together, and how many they are.
pub(super) fn phrase(words: &[String]) -> Option<(usize, Meaning)> {
    let begins = |phrase: &str| {
        let count = phrase.split(' ').count();
        let same = words.len() >= count && phrase.split(' ').zip(words).all(|(a, b)| a == b);
        same.then_some(count)
    };
    let mut known = PHRASES.iter();
    known.find_map(|(phrase, meaning)| Some((begins(phrase)?, *meaning)))
}

/// The errno of this name.
pub(super) fn errno(name: &str) -> Option<u32> {
    let other = || OTHER_ERRNOS.iter().find(|(known, _)| *known == name);
    let known = errno_named(name).map(|errno| errno.value);
    known.or_else(|| other().map(|(_, value)| *value))
}

/// The place of the first word that is a call in prose, and the call.
pub(super) fn prose_call(words: &[&str]) -> Option<(usize, Callee)> {
    let pair = |place: usize| {
        let near = |other: &str| {
            let (from, to) = (place.saturating_sub(APART_MAX), place + APART_MAX + 1);
            words[from..to.min(words.len())].contains(&other)
        };
        let found = PROSE_CALLS
            .iter()
            .find(|(verbs, nouns, _)| has(verbs, words[place]) && nouns.split(' ').any(near));
        found.map(|(_, _, verb)| (place, Callee::Engine(*verb)))
    };
    let sole = |place: usize| {
        let found = SOLE_CALLS.iter().find(|(list, _)| has(list, words[place]));
        found.map(|(_, callee)| (place, *callee))
    };
    (0..words.len())
        .find_map(pair)
        .or_else(|| (0..words.len()).find_map(sole))
}

/// The call of the model with this name, which may end with the digit of its version.
pub(super) fn callee(name: &str) -> Option<Callee> {
    let bare = name.trim_end_matches(|digit: char| digit.is_ascii_digit());
    let lower = bare.to_ascii_lowercase();
    if lower.starts_with("bpf_") || lower.starts_with("ebpf_") {
        let kind = if lower.contains("detach") || lower.contains("destroy") {
            CallKind::Detach
        } else if lower.contains("attach") {
            CallKind::Attach
        } else {
            return None;
        };
        return Some(Callee::Program(kind));
    }
    let is_named = |title: &str| {
        let title = title.to_ascii_lowercase();
        match title.split_once('\u{2026}') {
            Some((start, end)) => {
                let ends = match end {
                    "get" => lower.ends_with("getbyid") || lower.ends_with("getbykey"),
                    "setsecurityinfo" => lower.contains(end),
                    _ => lower.ends_with(end),
                };
                lower.starts_with(start) && ends
            }
            None => title == lower && !title.contains(' ') && title.len() > 6,
        }
    };
    let verbs = Verb::ALL.iter().filter(|verb| is_named(verb.title()));
    // A name in full goes before a pattern, and a long pattern before a short one.
    let verb = verbs.max_by_key(|verb| (!verb.title().contains('\u{2026}'), verb.title().len()));
    verb.map(|verb| Callee::Engine(*verb))
}

/// Whether a name is written like one of a function of Windows.
pub(super) fn is_function_name(name: &str) -> bool {
    let starts = |prefix: &str| {
        let rest = name.strip_prefix(prefix).unwrap_or_default();
        let mut rest = rest.chars();
        rest.next().is_some_and(char::is_uppercase) && rest.next().is_some_and(char::is_lowercase)
    };
    API_PREFIXES.split_ascii_whitespace().any(starts) || name == "OpenSCManager"
}

/// Whether a symbol names a layer, a control code or the like.
pub(super) fn is_name_of_thing(symbol: &str) -> bool {
    let starts = |prefix: &str| symbol.starts_with(prefix);
    NAME_PREFIXES.split_ascii_whitespace().any(starts)
        || ["_V4", "_V6", "_LEVEL"]
            .iter()
            .any(|end| symbol.ends_with(end))
}

/// Whether a symbol is that of an error, known or not.
pub(super) fn is_error_symbol(symbol: &str) -> bool {
    let starts = |prefix: &str| symbol.starts_with(prefix);
    NtStatus::named(symbol).is_some() || ERROR_PREFIXES.split_ascii_whitespace().any(starts)
}
