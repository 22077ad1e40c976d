//! At which IRQL each thread runs, and whether it is in a critical region.
//!
//! Not shared state: only a thread itself reads or writes its own entry, so this needs no steps.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use crate::execution::Fact;
use crate::execution::Misuse;
use crate::execution::THREADS_MAX;
use crate::runtime::Runtime;

/// How deep a thread is in raised IRQL and in critical regions.
#[derive(Debug, Default)]
struct Levels {
    dispatch: AtomicU32,
    critical: AtomicU32,
}

/// The IRQL and the critical regions of every thread. Clones share them.
#[derive(Debug, Clone)]
pub struct Irqls {
    /// By thread index; the last one is the start-up.
    levels: Arc<Vec<Levels>>,
}

impl Default for Irqls {
    fn default() -> Self {
        let levels = (0..=THREADS_MAX).map(|_| Levels::default()).collect();
        Self {
            levels: Arc::new(levels),
        }
    }
}

impl Irqls {
    fn own<R: Runtime>(&self) -> &Levels {
        let index = R::current().map_or(THREADS_MAX, crate::execution::ThreadId::index);
        &self.levels[index]
    }

    /// `KeRaiseIrql` to `DISPATCH_LEVEL`.
    pub fn raise<R: Runtime>(&self) {
        self.own::<R>().dispatch.fetch_add(1, Ordering::Relaxed);
    }

    /// `KeLowerIrql`.
    pub fn lower<R: Runtime>(&self) {
        self.own::<R>().dispatch.fetch_sub(1, Ordering::Relaxed);
    }

    /// `KeEnterCriticalRegion`.
    pub fn enter_critical_region<R: Runtime>(&self) {
        self.own::<R>().critical.fetch_add(1, Ordering::Relaxed);
    }

    /// `KeLeaveCriticalRegion`.
    pub fn leave_critical_region<R: Runtime>(&self) {
        self.own::<R>().critical.fetch_sub(1, Ordering::Relaxed);
    }

    /// Records a misuse if the calling thread is above `PASSIVE_LEVEL`.
    pub fn require_passive<R: Runtime>(&self) {
        if self.own::<R>().dispatch.load(Ordering::Relaxed) > 0 {
            R::record(Fact::Misused(Misuse::IrqlTooHigh));
        }
    }

    /// Records a misuse if the calling thread is outside any critical region.
    pub fn require_critical_region<R: Runtime>(&self) {
        if self.own::<R>().critical.load(Ordering::Relaxed) == 0 {
            R::record(Fact::Misused(Misuse::NoCriticalRegion));
        }
    }
}
