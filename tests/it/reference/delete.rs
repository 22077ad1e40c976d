//! Deleting objects: what forbids it.

use super::Kind;
use super::Lifetime;
use super::Object;
use super::Objects;
use super::Profile;
use super::State;
use super::Status;
use super::Target;
use super::add::not_found;
use super::answer::Objections;
use super::profile::ForeignDelete;

/// The object that a delete or look-up names, or why there is none.
pub(crate) fn find<'o>(view: &'o Objects, target: &Target) -> Result<&'o Object, Status> {
    match target {
        Target::ByKey(name) => view.get(*name).ok_or(not_found(name.kind)),
        Target::ById(number) => {
            let filter = number.and_then(|number| view.filter(number));
            filter.ok_or(not_found(Kind::Filter))
        }
    }
}

/// The rules that forbid a session to delete this object.
pub(crate) fn objections(
    state: &State,
    session: u32,
    object: &Object,
    profile: &Profile,
) -> Objections {
    let mut found = Objections::default();
    // DOC error codes: a built-in object cannot be deleted.
    let built_in = object.lifetime == Lifetime::BuiltIn;
    found.must(built_in, Status::BuiltinObject);
    if state.session(session).opening.dynamic {
        from_dynamic(session, object, &mut found);
    } else {
        // ASM A-17: the remark on the delete pages can be read as meaning static sessions, too;
        // DOC Forcing Filter Deletion does it.
        let foreign = matches!(object.lifetime, Lifetime::Dynamic(_));
        let forbidden = profile.foreign_delete == ForeignDelete::WrongSession;
        found.must(foreign && forbidden, Status::WrongSession);
    }
    // DOC Object Management: an object cannot be deleted until all objects that refer to it are.
    // Seen from inside the transaction (DOC uninstalling a provider).
    let used = state.view(session).refer_to(object.name);
    found.must(used, Status::InUse);
    found
}

/// DOC, the remarks of each delete page: from inside a dynamic session, an object of the same one
/// may be deleted; one of another dynamic session is `WRONG_SESSION`; one that was not added during
/// a dynamic session is `DYNAMIC_SESSION_IN_PROGRESS`.
fn from_dynamic(session: u32, object: &Object, found: &mut Objections) {
    match (object.lifetime, object.dynamic_adder) {
        (Lifetime::Dynamic(owner), _) => found.must(owner != session, Status::WrongSession),
        // Persistent, and yet added during a dynamic session (ASM A-19): nobody says.
        (_, Some(adder)) => {
            found.may(true, Status::DynamicSessionInProgress);
            found.may(adder != session, Status::WrongSession);
        }
        // Of a built-in object, either code.
        (_, None) => found.must(true, Status::DynamicSessionInProgress),
    }
}
