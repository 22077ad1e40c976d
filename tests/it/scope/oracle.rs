//! The oracle: every outcome of a program, by a plain search over its states.
//!
//! Every thread that can step is tried in every state, with every alternative; a state that was
//! met before is left. There is no reduction, no footprint and no schedule. Waits that may expire
//! are read in both ways that [`Waits`] names.

use selvedge::runtime::Waits;

use super::code::Code;
use super::code::Op;
use super::digest::Digest;
use super::digest::Known;
use super::state::Ability;
use super::state::State;
use super::state::TooLarge;

/// Buffers of the search, kept from one program to the next.
#[derive(Debug, Default)]
pub(crate) struct Oracle {
    known: Known,
    open: Vec<State>,
    words: Vec<u32>,
}

impl Oracle {
    /// Hands over every outcome at least once, as its digest and its words (see
    /// [`super::outcome`]). Returns how many states there are.
    pub(crate) fn outcomes(
        &mut self,
        code: &Code,
        (waits, states_max): (Waits, usize),
        mut visit: impl FnMut(u128, &[u32]),
    ) -> Result<usize, TooLarge> {
        self.known.clear();
        self.open.clear();
        let start = State::start(code)?;
        self.known.insert(start.digest());
        self.open.push(start);
        while let Some(state) = self.open.pop() {
            if self.known.len() > states_max {
                return Err(TooLarge);
            }
            if !self.expand(code, waits, &state)? {
                state.outcome(code, &mut self.words);
                visit(Digest::of(&self.words), &self.words);
            }
        }
        Ok(self.known.len())
    }

    /// Opens every state that may come next. False if there is none.
    fn expand(&mut self, code: &Code, waits: Waits, state: &State) -> Result<bool, TooLarge> {
        let mut stepped = false;
        let mut expiring = false;
        for thread in state.alive() {
            match state.ability(code, thread) {
                Ability::Ready => {
                    stepped = true;
                    let Op::Choose(count) = state.op(code, thread) else {
                        self.follow(code, state, (thread, false, 0))?;
                        continue;
                    };
                    for choice in 0..count {
                        self.follow(code, state, (thread, false, choice))?;
                    }
                }
                Ability::Expiring if waits == Waits::MayExpire => {
                    stepped = true;
                    self.follow(code, state, (thread, true, 0))?;
                }
                Ability::Expiring => expiring = true,
                Ability::Blocked => {}
            }
        }
        if !stepped && expiring {
            for thread in state.alive() {
                if state.ability(code, thread) == Ability::Expiring {
                    stepped = true;
                    self.follow(code, state, (thread, true, 0))?;
                }
            }
        }
        Ok(stepped)
    }

    fn follow(
        &mut self,
        code: &Code,
        state: &State,
        (thread, expired, choice): (usize, bool, u8),
    ) -> Result<(), TooLarge> {
        let mut next = *state;
        next.step(code, thread, (expired, choice))?;
        if self.known.insert(next.digest()) {
            self.open.push(next);
        }
        Ok(())
    }
}
