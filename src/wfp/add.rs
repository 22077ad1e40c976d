//! The rules about what may be added.
//!
//! Each is a plain function: objects and a caller in, the [`Change`] to make or the status of the
//! rule that forbids it out. Where several rules forbid a call, the order here is: structure
//! (checked before the call waits for anything), what is referred to (it exists; it is not another
//! session's; it lives long enough), access, uniqueness. The documentation leaves that order open.
//!
//! Sources: Object Management (<https://learn.microsoft.com/windows/win32/fwp/object-management>)
//! and the pages of the `Fwpm…Add0` functions and structures, such as
//! <https://learn.microsoft.com/windows/win32/api/fwpmtypes/ns-fwpmtypes-fwpm_filter0>.

use crate::status::NtStatus;

use super::Action;
use super::AddAgain;
use super::Caller;
use super::Callout;
use super::Change;
use super::DEFAULT_SUBLAYER;
use super::Filter;
use super::FilterFlags;
use super::Key;
use super::Lifetime;
use super::Objects;
use super::Provider;
use super::ProviderContext;
use super::Question;
use super::Sublayer;
use super::VisibleObjects;
use super::Weight;
use super::caller::refuse_if;
use super::caller::require_name;
use super::layer::is_layer;

/// An object that can be added.
pub(super) trait Addable: Copy {
    /// What is wrong with the object as such, whatever else there is. Needs no lock.
    fn structure(&self, caller: Caller<'_>) -> Result<(), NtStatus>;

    /// Whether it may be added to these objects.
    fn admit(self, scene: VisibleObjects<'_>, caller: Caller<'_>) -> Result<Change, NtStatus>;
}

impl Addable for Provider {
    fn structure(&self, caller: Caller<'_>) -> Result<(), NtStatus> {
        caller.lifetime_of(self.lifetime)?;
        require_name(self.named)
    }

    fn admit(self, scene: VisibleObjects<'_>, caller: Caller<'_>) -> Result<Change, NtStatus> {
        let lifetime = caller.lifetime_of(self.lifetime)?;
        caller.require_access()?;
        require_new(scene, caller, |objects| {
            objects.provider(self.key).is_some()
        })?;
        Ok(Change::AddProvider(Self { lifetime, ..self }))
    }
}

impl Addable for Sublayer {
    fn structure(&self, caller: Caller<'_>) -> Result<(), NtStatus> {
        caller.lifetime_of(self.lifetime)?;
        require_name(self.named)
    }

    fn admit(self, scene: VisibleObjects<'_>, caller: Caller<'_>) -> Result<Change, NtStatus> {
        let lifetime = caller.lifetime_of(self.lifetime)?;
        check_provider(scene.seen, caller, lifetime, self.provider)?;
        caller.require_access()?;
        require_new(scene, caller, |objects| {
            objects.sublayer(self.key).is_some()
        })?;
        let weight = free_weight(scene.seen, self.weight).ok_or(NtStatus::TOO_MANY_SUBLAYERS)?;
        Ok(Change::AddSublayer(Self {
            lifetime,
            weight,
            ..self
        }))
    }
}

impl Addable for Callout {
    fn structure(&self, caller: Caller<'_>) -> Result<(), NtStatus> {
        caller.lifetime_of(self.lifetime)?;
        require_name(self.named)
    }

    fn admit(self, scene: VisibleObjects<'_>, caller: Caller<'_>) -> Result<Change, NtStatus> {
        let lifetime = caller.lifetime_of(self.lifetime)?;
        refuse_if(!is_layer(self.layer), NtStatus::LAYER_NOT_FOUND)?;
        check_provider(scene.seen, caller, lifetime, self.provider)?;
        caller.require_access()?;
        require_new(scene, caller, |objects| objects.callout(self.key).is_some())?;
        Ok(Change::AddCallout(Self { lifetime, ..self }))
    }
}

impl Addable for ProviderContext {
    fn structure(&self, caller: Caller<'_>) -> Result<(), NtStatus> {
        caller.lifetime_of(self.lifetime)?;
        require_name(self.named)
    }

    fn admit(self, scene: VisibleObjects<'_>, caller: Caller<'_>) -> Result<Change, NtStatus> {
        let lifetime = caller.lifetime_of(self.lifetime)?;
        check_provider(scene.seen, caller, lifetime, self.provider)?;
        caller.require_access()?;
        let known = |objects: &Objects| objects.provider_context(self.key).is_some();
        require_new(scene, caller, known)?;
        Ok(Change::AddProviderContext(Self { lifetime, ..self }))
    }
}

impl Addable for Filter {
    fn structure(&self, caller: Caller<'_>) -> Result<(), NtStatus> {
        caller.lifetime_of(lifetime_asked(self.flags))?;
        require_name(self.named)?;
        check_flags(self)?;
        refuse_if(
            self.action == Action::OtherType,
            NtStatus::INVALID_ACTION_TYPE,
        )?;
        let wrong = matches!(self.weight, Weight::OtherType | Weight::Range(16..));
        refuse_if(wrong, NtStatus::INVALID_WEIGHT)
    }

    fn admit(self, scene: VisibleObjects<'_>, caller: Caller<'_>) -> Result<Change, NtStatus> {
        let lifetime = caller.lifetime_of(lifetime_asked(self.flags))?;
        let (objects, owner) = (scene.seen, self.provider);
        refuse_if(!is_layer(self.layer), NtStatus::LAYER_NOT_FOUND)?;
        let sublayer = self.sublayer.unwrap_or(DEFAULT_SUBLAYER);
        let sublayer = objects
            .sublayer(sublayer)
            .ok_or(NtStatus::SUBLAYER_NOT_FOUND)?;
        caller.check_reference(lifetime, sublayer.lifetime, owner == sublayer.provider)?;
        check_provider(objects, caller, lifetime, owner)?;
        if let Some(key) = self.callout() {
            let callout = objects.callout(key).ok_or(NtStatus::CALLOUT_NOT_FOUND)?;
            caller.check_reference(lifetime, callout.lifetime, owner == callout.provider)?;
        }
        if let Some(key) = self.provider_context {
            let context = objects.provider_context(key);
            let context = context.ok_or(NtStatus::PROVIDER_CONTEXT_NOT_FOUND)?;
            caller.check_reference(lifetime, context.lifetime, owner == context.provider)?;
        }
        caller.require_access()?;
        let known = |objects: &Objects| objects.filter_with_key(self.key).is_some();
        require_new(scene, caller, known)?;
        Ok(Change::AddFilter(Self { lifetime, ..self }))
    }
}

/// The lifetime that the flags of a filter ask for.
const fn lifetime_asked(flags: FilterFlags) -> Lifetime {
    if flags.contains(FilterFlags::PERSISTENT) {
        Lifetime::Persistent
    } else if flags.contains(FilterFlags::BOOT_TIME) {
        Lifetime::BootTime
    } else {
        Lifetime::Static
    }
}

/// Persistent and boot-time exclude each other, disabled is output only, and only an action that
/// asks a callout for a decision can say what is decided without one.
fn check_flags(filter: &Filter) -> Result<(), NtStatus> {
    let Filter { flags, action, .. } = *filter;
    let both = FilterFlags::PERSISTENT.with(FilterFlags::BOOT_TIME);
    let asks = matches!(action, Action::Terminating(_) | Action::Unknown(_));
    let wrong = !flags.are_known()
        || flags.contains(both)
        || flags.contains(FilterFlags::DISABLED)
        || (flags.contains(FilterFlags::PERMIT_IF_CALLOUT_UNREGISTERED) && !asks);
    refuse_if(wrong, NtStatus::INVALID_FLAGS)
}

/// A key is used once; whether again in the transaction that deleted it is an open question.
fn require_new(
    scene: VisibleObjects<'_>,
    caller: Caller<'_>,
    known: impl Fn(&Objects) -> bool,
) -> Result<(), NtStatus> {
    refuse_if(known(scene.seen), NtStatus::ALREADY_EXISTS)?;
    let again = known(scene.committed)
        && caller.ledger.consult(Question::AddAgain).add_again == AddAgain::AfterCommit;
    refuse_if(again, NtStatus::ALREADY_EXISTS)
}

fn check_provider(
    objects: &Objects,
    caller: Caller<'_>,
    lifetime: Lifetime,
    provider: Option<Key>,
) -> Result<(), NtStatus> {
    let Some(key) = provider else {
        return Ok(());
    };
    let provider = objects.provider(key).ok_or(NtStatus::PROVIDER_NOT_FOUND)?;
    caller.check_reference(lifetime, provider.lifetime, true)
}

/// The weight that a new sublayer gets: the one it asks for, or the nearest below that is free, or
/// else the nearest above. Seen on Windows: of two equal weights one is changed (`wfp-rs`).
fn free_weight(objects: &Objects, asked: u16) -> Option<u16> {
    let mut own = objects.sublayers.iter();
    if own.all(|sublayer| sublayer.lifetime == Lifetime::BuiltIn || sublayer.weight != asked) {
        return Some(asked);
    }
    let taken: std::collections::BTreeSet<u16> = objects
        .sublayers
        .iter()
        .filter(|sublayer| sublayer.lifetime != Lifetime::BuiltIn)
        .map(|sublayer| sublayer.weight)
        .collect();
    let below = (0..asked).rev();
    let mut candidates = below.chain(asked..=u16::MAX);
    candidates.find(|weight| !taken.contains(weight))
}
