//! The objects that a step names: tuples of up to four shared objects.

use std::cell::Cell;

use crate::execution::Access;
use crate::execution::Footprint;
use crate::execution::ObjectId;
use crate::execution::ThreadSet;
use crate::execution::Touch;

use super::RawCell;
use super::Runtime;
use super::Shared;
use super::Value;
use super::View;

/// Up to [`Footprint::CAPACITY`] shared objects, as a tuple of references; `()` for none.
pub trait Objects<R: Runtime> {
    /// A [`View`] of each object, in the same order.
    type Views<'v>;

    /// Everything the step may touch, as if it wrote it.
    fn declared(&self) -> Footprint;

    /// What the condition of a step may read, in the same form.
    fn awaited(&self) -> Footprint {
        self.declared()
    }

    /// True if a step that touched this kept to what it declares. Always true where it declares to
    /// write all that it names.
    fn allows(&self, _touched: &Footprint) -> bool {
        true
    }

    /// Opens all objects at once, in the order of their names, and says what the body did to them.
    fn open<O>(&self, body: impl FnOnce(Self::Views<'_>) -> O) -> (O, Footprint) {
        self.open_and_close(body, |_, _, _| ())
    }

    /// The same, with a look at the result and at who sleeps on which object before they close.
    fn open_and_close<O>(
        &self,
        body: impl FnOnce(Self::Views<'_>) -> O,
        close: impl FnOnce(&mut O, &Footprint, &mut [Sleepers<'_>]),
    ) -> (O, Footprint);
}

/// Objects of a step whose condition reads only the first `N` of them: see [`awaiting`].
#[derive(Debug, Clone, Copy)]
pub struct Awaiting<const N: usize, F>(F);

/// The objects of a step whose condition reads only the first `N` of them.
///
/// The fewer there are, the more a search knows of why a step was ready. A condition that reads
/// another panics.
pub const fn awaiting<const N: usize, F>(objects: F) -> Awaiting<N, F> {
    Awaiting(objects)
}

impl<R: Runtime, const N: usize, F: Objects<R>> Objects<R> for Awaiting<N, F> {
    type Views<'v> = F::Views<'v>;

    fn declared(&self) -> Footprint {
        self.0.declared()
    }

    fn awaited(&self) -> Footprint {
        let mut first = Footprint::EMPTY;
        for touch in self.0.declared().iter().take(N) {
            first.push(touch).expect("no more than are declared");
        }
        first
    }

    fn allows(&self, touched: &Footprint) -> bool {
        self.0.allows(touched)
    }

    fn open_and_close<O>(
        &self,
        body: impl FnOnce(Self::Views<'_>) -> O,
        close: impl FnOnce(&mut O, &Footprint, &mut [Sleepers<'_>]),
    ) -> (O, Footprint) {
        self.0.open_and_close(body, close)
    }
}

/// Objects of a step that touches each of them in a known way: see [`touching`].
#[derive(Debug, Clone, Copy)]
pub struct Touching<F> {
    access: Access,
    objects: F,
}

/// The objects of a step that touches each of them like this, or leaves it alone.
///
/// The more is known of what a step may touch, the less a search repeats. A step that touches one
/// of them otherwise panics.
pub const fn touching<F>(access: Access, objects: F) -> Touching<F> {
    Touching { access, objects }
}

impl<R: Runtime, F: Objects<R>> Objects<R> for Touching<F> {
    type Views<'v> = F::Views<'v>;

    fn declared(&self) -> Footprint {
        let mut declared = Footprint::EMPTY;
        for Touch { object, .. } in self.objects.declared().iter() {
            let access = self.access;
            let touch = Touch { object, access };
            declared.push(touch).expect("as many as the objects");
        }
        declared
    }

    fn awaited(&self) -> Footprint {
        self.objects.awaited()
    }

    fn allows(&self, touched: &Footprint) -> bool {
        self.declared().includes(touched)
    }

    fn open_and_close<O>(
        &self,
        body: impl FnOnce(Self::Views<'_>) -> O,
        close: impl FnOnce(&mut O, &Footprint, &mut [Sleepers<'_>]),
    ) -> (O, Footprint) {
        self.objects.open_and_close(body, close)
    }
}

/// Who sleeps on an opened object, and what the body did to it.
#[derive(Debug)]
pub struct Sleepers<'g> {
    /// The strongest thing that was done, if anything was.
    pub touched: Option<Access>,
    /// The threads, on a runtime where threads sleep.
    pub threads: Option<&'g mut ThreadSet>,
}

impl<R: Runtime> Objects<R> for () {
    type Views<'v> = ();

    fn declared(&self) -> Footprint {
        Footprint::EMPTY
    }

    fn open_and_close<O>(
        &self,
        body: impl FnOnce(()) -> O,
        close: impl FnOnce(&mut O, &Footprint, &mut [Sleepers<'_>]),
    ) -> (O, Footprint) {
        let mut result = body(());
        close(&mut result, &Footprint::EMPTY, &mut []);
        (result, Footprint::EMPTY)
    }
}

/// The positions of the names in ascending order of name: the order in which all threads lock.
fn ascending<const N: usize>(ids: [ObjectId; N]) -> [usize; N] {
    let mut order = std::array::from_fn(|position| position);
    if N > 1 {
        order.sort_unstable_by_key(|&position: &usize| ids[position]);
        let distinct = order.windows(2).all(|pair| ids[pair[0]] != ids[pair[1]]);
        assert!(
            distinct,
            "internal bug: a step names one object twice: {ids:?}"
        );
    }
    order
}

fn footprint<const N: usize>(ids: [ObjectId; N], touched: &[Cell<Option<Access>>; N]) -> Footprint {
    let mut footprint = Footprint::EMPTY;
    for (object, access) in ids.into_iter().zip(touched) {
        let Some(access) = access.get() else { continue };
        let touch = Touch { object, access };
        if footprint == Footprint::EMPTY {
            footprint = Footprint::only(touch);
        } else {
            footprint.push(touch).expect(AT_MOST_FOUR);
        }
    }
    footprint
}

const AT_MOST_FOUR: &str = "a tuple has at most four objects";

macro_rules! objects {
    ($count:literal: $($object:ident $index:tt),+) => {
        impl<R: Runtime, $($object: Value),+> Objects<R> for ($(&Shared<R, $object>,)+) {
            type Views<'v> = ($(View<'v, $object>,)+);

            fn declared(&self) -> Footprint {
                let access = Access::Write;
                Footprint::of(&[$(Touch { object: self.$index.id(), access }),+])
                    .expect(AT_MOST_FOUR)
            }

            fn open_and_close<O>(
                &self,
                body: impl FnOnce(Self::Views<'_>) -> O,
                close: impl FnOnce(&mut O, &Footprint, &mut [Sleepers<'_>]),
            ) -> (O, Footprint) {
                let ids: [ObjectId; $count] = [$(self.$index.id()),+];
                let touched: [Cell<Option<Access>>; $count] = [const { Cell::new(None) }; $count];
                let mut passes = ($(None::<<R::Raw<$object> as RawCell<$object>>::Pass<'_>>,)+);
                let mut guards = ($(None::<<R::Raw<$object> as RawCell<$object>>::Guard<'_>>,)+);
                let order = ascending(ids);
                for position in order {
                    match position {
                        $($index => passes.$index = Some(self.$index.raw().enter()),)+
                        _ => unreachable!("internal bug: position {position} of {}", $count),
                    }
                }
                for position in order {
                    match position {
                        $($index => guards.$index = Some(self.$index.raw().open()),)+
                        _ => unreachable!("internal bug: position {position} of {}", $count),
                    }
                }
                let views = ($(View::new(
                    guards.$index.as_deref_mut().expect("every position was opened"),
                    &touched[$index],
                ),)+);
                let mut result = body(views);
                let footprint = footprint(ids, &touched);
                close(&mut result, &footprint, &mut [$(Sleepers {
                    touched: touched[$index].get(),
                    threads: <R::Raw<$object> as RawCell<$object>>::sleepers(
                        guards.$index.as_mut().expect("every position was opened"),
                    ),
                }),+]);
                (result, footprint)
            }
        }
    };
}

objects!(1: A 0);
objects!(2: A 0, B 1);
objects!(3: A 0, B 1, C 2);
objects!(4: A 0, B 1, C 2, D 3);
