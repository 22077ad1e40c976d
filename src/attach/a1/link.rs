//! The link object of the execution context: between the user's call and NMR.
//!
//! Its spin lock guards a few words each time, so each region is one step: leave INITIAL; store
//! what the provider tells; note that a provider is attached; end the attach. One thread uses a
//! link, so these steps order nobody.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::attach::EbpfResult;
use crate::attach::Failure;
use crate::attach::FaultPoint;
use crate::attach::LinkSpec;
use crate::attach::Returned;
use crate::attach::Workload;
use crate::execution::LinkAtRest;
use crate::execution::ObjectId;
use crate::execution::ObjectKind;
use crate::execution::Operation;
use crate::execution::Verb;
use crate::runtime::Runtime;
use crate::runtime::Shared;
use crate::runtime::View;
use crate::status::NtStatus;

use super::A1;
use super::nmr::Binding;
use super::provider::Client;

/// Where a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LinkState {
    Initial,
    Attaching,
    Attached,
    Detaching,
    Detached,
}

/// What the link's spin lock guards.
#[derive(Debug)]
struct LinkData {
    state: LinkState,
    provider_attached: bool,
    /// How often its program counts as attached.
    attach_count: u32,
}

/// A link.
#[derive(Debug)]
pub(super) struct Link<R: Runtime> {
    pub(super) index: u16,
    pub(super) spec: LinkSpec,
    /// The thread on which the work item of its detach runs.
    pub(super) work_item: usize,
    pub(super) binding: Arc<Binding<R>>,
    /// The hook client that the provider keeps for it. Not shared state: one thread uses a link,
    /// and its work item starts after the last use.
    pub(super) client: Mutex<Option<Client<R>>>,
    data: Shared<R, LinkData>,
}

impl<R: Runtime> Link<R> {
    pub(super) fn new(index: usize, spec: &LinkSpec, workload: &Workload) -> Self {
        let number = u16::try_from(index).expect("a scenario has few links");
        let data = LinkData {
            state: LinkState::Initial,
            provider_attached: false,
            attach_count: 0,
        };
        Self {
            index: number,
            spec: spec.clone(),
            work_item: workload.work_item_of(index),
            binding: Arc::new(Binding::new(number)),
            client: Mutex::new(None),
            data: Shared::new(ObjectId::initial(ObjectKind::Link, number), data),
        }
    }

    /// One region of the link's spin lock.
    fn locked<O: crate::runtime::Recorded>(
        &self,
        verb: Verb,
        region: impl FnOnce(&mut View<'_, LinkData>) -> O,
    ) -> O {
        let operation = Operation::on(verb, self.data.id());
        R::act(operation, (&self.data,), |(mut data,)| region(&mut data))
    }

    pub(super) fn at_rest(&self) -> LinkAtRest {
        let bound = self.binding.is_bound();
        self.data.inspect(|data| LinkAtRest {
            link: self.index,
            attached: data.state == LinkState::Attached,
            bound,
            attach_count: data.attach_count,
        })
    }
}

impl<R: Runtime> A1<R> {
    /// `bpf_prog_attach`, from the request of user mode on.
    pub(super) fn link_attach(&self, link: &Link<R>, call: u16) -> Returned {
        let result = self.attach_program(link, call).and_then(|()| {
            self.driver
                .fault(FaultPoint::CreateHandle)
                .map_or(Ok(()), |cause| {
                    self.detach_program(link, call);
                    Err(Failure {
                        error: EbpfResult::NoMemory,
                        cause,
                    })
                })
        });
        result.map_or_else(returned, |()| Returned::SUCCESS)
    }

    /// Detach and close: what `bpf_prog_detach` comes to.
    pub(super) fn link_detach(&self, link: &Link<R>, call: u16) -> Returned {
        if self.detach_program(link, call) {
            Returned::SUCCESS
        } else {
            let error = EbpfResult::InvalidArgument;
            returned(Failure {
                error,
                cause: NtStatus::INVALID_PARAMETER,
            })
        }
    }

    /// `ebpf_link_attach_program`.
    fn attach_program(&self, link: &Link<R>, call: u16) -> Result<(), Failure<EbpfResult>> {
        let attaching = link.locked(Verb::LinkAttaching, |data| {
            let initial = matches!(data.state, LinkState::Initial | LinkState::Detached);
            if initial {
                data.state = LinkState::Attaching;
                data.attach_count += 1;
            }
            initial
        });
        if !attaching {
            let error = EbpfResult::InvalidArgument;
            return Err(Failure {
                error,
                cause: NtStatus::INVALID_PARAMETER,
            });
        }
        if let Some(cause) = self.driver.fault(FaultPoint::RegisterClient) {
            Self::end_attach(link);
            return Err(Failure {
                error: EbpfResult::NoMemory,
                cause,
            });
        }
        link.binding.register();
        let refused = self.offer_to_provider(link, call).err();
        let attached = Self::end_attach(link);
        match refused {
            None => {
                assert!(attached, "internal bug: an accepted offer attaches");
                Ok(())
            }
            // The registration succeeded, so all the link knows is that no provider came.
            Some(refused) => {
                link.binding.deregister();
                Err(refused.as_error(EbpfResult::ExtensionFailedToLoad))
            }
        }
    }

    /// The client's attach call-back for the one provider with the link's attach type. It runs in
    /// the thread that registers, and holds no lock while the provider works.
    fn offer_to_provider(&self, link: &Link<R>, call: u16) -> Result<(), Failure<NtStatus>> {
        link.locked(Verb::LinkBind, |data| data.provider_attached = false);
        let client = self.provider_attach(link, call)?;
        *link.client.lock() = Some(client);
        link.binding.bind();
        link.locked(Verb::LinkProvider, |data| data.provider_attached = true);
        Ok(())
    }

    /// The end of an attach: ATTACHED, or back if no provider came. Whether one came.
    fn end_attach(link: &Link<R>) -> bool {
        link.locked(Verb::LinkAttached, |data| {
            let attached = data.provider_attached;
            if attached {
                data.state = LinkState::Attached;
            } else {
                data.state = LinkState::Detached;
                data.attach_count -= 1;
            }
            attached
        })
    }

    /// `ebpf_link_detach_program`: whether there was something to detach.
    fn detach_program(&self, link: &Link<R>, call: u16) -> bool {
        let detaching = link.locked(Verb::LinkDetaching, |data| {
            let attached = data.state == LinkState::Attached;
            if attached {
                data.state = LinkState::Detaching;
            }
            attached
        });
        if !detaching {
            return false;
        }
        if link.binding.deregister() {
            link.locked(Verb::LinkProvider, |data| data.provider_attached = false);
            self.provider_detach(link, call);
        }
        link.binding.wait_for_deregister();
        link.locked(Verb::LinkDetached, |data| {
            data.state = LinkState::Detached;
            data.attach_count -= 1;
        });
        true
    }
}

fn returned(failure: Failure<EbpfResult>) -> Returned {
    Returned {
        errno: failure.error.errno_of_request(),
        cause: failure.cause,
    }
}
