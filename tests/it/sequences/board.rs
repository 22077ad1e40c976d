//! How the policy tells a thread which call to make, and how it hears of what came of it.
//!
//! Not modelled: the board is written and read between steps, in one fixed order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;

use selvedge::execution::ObjectId;
use selvedge::execution::ObjectKind;
use selvedge::execution::Operation;
use selvedge::execution::ThreadId;
use selvedge::execution::Verb;
use selvedge::runtime::Runtime;
use selvedge::runtime::controlled::Controlled;
use selvedge::wfp::ChangeNotice;
use selvedge::wfp::EngineHandle;

use super::mock::Came;
use super::mock::Heard;
use super::mock::Mock;
use super::mock::Order;

/// The step at which a thread waits for an order.
pub(crate) const GATE: Operation =
    Operation::on(Verb::Load, ObjectId::initial(ObjectKind::Variable, 0));

#[derive(Debug, Default)]
struct Papers {
    orders: BTreeMap<u8, Order>,
    came: BTreeMap<u8, Came>,
    heard: Vec<Heard>,
    notices: Vec<(EngineHandle, ChangeNotice)>,
}

/// The board. Clones are the same board.
#[derive(Debug, Clone, Default)]
pub(crate) struct Board(Arc<Mutex<Papers>>);

impl Board {
    fn papers(&self) -> MutexGuard<'_, Papers> {
        self.0.lock().unwrap()
    }

    pub(crate) fn give(&self, thread: u8, order: Order) {
        self.papers().orders.insert(thread, order);
    }

    /// What came of the order of a thread, if it is done.
    pub(crate) fn take(&self, thread: u8) -> Option<Came> {
        self.papers().came.remove(&thread)
    }

    /// A callout was told something.
    pub(crate) fn hear(&self, heard: Heard) {
        self.papers().heard.push(heard);
    }

    /// What callouts were told since this was last asked.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut self.papers().heard)
    }

    /// What callouts were told by this thread since this was last asked.
    pub(crate) fn heard_by(&self, thread: usize) -> Vec<Heard> {
        let mut papers = self.papers();
        let all = std::mem::take(&mut papers.heard);
        let (own, others) = all.into_iter().partition(|heard| heard.by == Some(thread));
        papers.heard = others;
        own
    }

    /// A subscriber was told of a change.
    pub(crate) fn notice(&self, session: EngineHandle, notice: ChangeNotice) {
        self.papers().notices.push((session, notice));
    }

    /// What subscribers were told since this was last asked, by the handle of their session.
    pub(crate) fn notices(&self) -> Vec<(EngineHandle, ChangeNotice)> {
        std::mem::take(&mut self.papers().notices)
    }

    fn order(&self, thread: u8) -> Option<Order> {
        self.papers().orders.remove(&thread)
    }
}

/// A thread under test: it carries out one order after another.
pub(crate) fn start_thread(mock: Mock, board: Board, thread: u8) {
    let body = move || {
        loop {
            Controlled::act(GATE, (), |()| ());
            let Some(order) = board.order(thread) else {
                return;
            };
            let came = mock.carry_out(order, &board);
            board.papers().came.insert(thread, came);
        }
    };
    Controlled::spawn(ThreadId::new(usize::from(thread)), body);
}
