//! Whether an object of the mock is one of the reference.

use selvedge::wfp;
use selvedge::wfp::AnyObject;

use crate::reference::Key;
use crate::reference::Kind;
use crate::reference::Lifetime;
use crate::reference::Name;
use crate::reference::Object;

use super::names;
use super::names::Names;

impl Names {
    /// Whether what the mock returned is this object. A key that the engine made up is learned
    /// here.
    pub(crate) fn are_same(&mut self, seen: &AnyObject, object: &Object) -> bool {
        let kind = object.name.kind;
        let provider = object.provider().and_then(|name| self.key(name));
        match seen {
            AnyObject::Provider(seen) => {
                kind == Kind::Provider
                    && self.live_alike(seen.lifetime, object.lifetime)
                    && self.has_key(object.name, seen.key)
            }
            AnyObject::Sublayer(seen) => {
                kind == Kind::Sublayer
                    && seen.provider == provider
                    && self.live_alike(seen.lifetime, object.lifetime)
                    && self.has_key(object.name, seen.key)
            }
            AnyObject::Callout(seen) => {
                kind == Kind::Callout
                    && seen.provider == provider
                    && seen.layer == names::layer(object.layer)
                    && self.live_alike(seen.lifetime, object.lifetime)
                    && self.has_key(object.name, seen.key)
            }
            AnyObject::ProviderContext(seen) => {
                kind == Kind::Context
                    && seen.provider == provider
                    && self.live_alike(seen.lifetime, object.lifetime)
                    && self.has_key(object.name, seen.key)
            }
            AnyObject::Filter(seen) => self.are_same_filter(seen, object),
        }
    }

    pub(crate) fn are_same_filter(&mut self, seen: &wfp::Filter, object: &Object) -> bool {
        let refers = |kind: Kind| object.referred(kind).and_then(|name| self.key(name));
        let sublayer = refers(Kind::Sublayer);
        object.name.kind == Kind::Filter
            && self.ids.get(&object.number).is_none_or(|id| *id == seen.id)
            && seen.provider == refers(Kind::Provider)
            && seen.layer == names::layer(object.layer)
            && seen.sublayer.or(Some(wfp::DEFAULT_SUBLAYER)) == sublayer
            && seen.action.callout() == refers(Kind::Callout)
            && seen.provider_context == refers(Kind::Context)
            && seen.raw_context == u32::from(object.raw_context)
            && self.live_alike(seen.lifetime, object.lifetime)
            && self.has_key(object.name, seen.key)
    }

    /// Whether this is the key of the object. One that the engine made up is new when it is first
    /// seen (DOC Object Management: GUIDs are unique).
    fn has_key(&mut self, name: Name, seen: wfp::Key) -> bool {
        if let Some(known) = self.key(name) {
            return known == seen;
        }
        let given = (0..2).any(|key| names::given(name.kind, key) == seen);
        let known = self.made.values().any(|one| *one == (name.kind, seen));
        let fresh = seen != wfp::Key::ZERO && !given && !known;
        if let (Key::Made(number), true) = (name.key, fresh) {
            self.made.insert(number, (name.kind, seen));
        }
        fresh
    }

    /// Whether two lifetimes are the same. The mock's name of a session is learned from the first
    /// dynamic object of it that is seen.
    fn live_alike(&mut self, seen: wfp::Lifetime, object: Lifetime) -> bool {
        match (seen, object) {
            (wfp::Lifetime::BuiltIn, Lifetime::BuiltIn)
            | (wfp::Lifetime::Persistent, Lifetime::Persistent)
            | (wfp::Lifetime::BootTime, Lifetime::BootTime)
            | (wfp::Lifetime::Static, Lifetime::Static) => true,
            (wfp::Lifetime::Dynamic(owner), Lifetime::Dynamic(session)) => {
                *self.owners.entry(owner).or_insert(session) == session
            }
            _ => false,
        }
    }
}
