//! The only loop: it polls a machine, hands each command to the host through one imported door, and takes what the host
//! says as events. While JavaScript runs nothing is borrowed: a callback may pause or cancel what runs it.

use std::cell::{Cell, RefCell};

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::run::machine::Machine;

#[wasm_bindgen]
extern "C" {
    /// The functions of JavaScript that one machine calls.
    pub type MachineHost;
    /// Carries out one command: its code, what it is about, and two more numbers.
    #[wasm_bindgen(method, catch)]
    pub fn command(this: &MachineHost, code: u32, subject: u32, a: f64, b: f64) -> Result<(), JsValue>;
    /// Epoch milliseconds.
    #[wasm_bindgen(method, catch)]
    pub fn now(this: &MachineHost) -> Result<f64, JsValue>;
    /// Takes the progress that a backfill was asked for. `eta`: milliseconds to the end, negative while unknown.
    #[wasm_bindgen(method, catch)]
    pub fn progress(
        this: &MachineHost,
        completed: u32,
        failed: u32,
        skipped: u32,
        canceled: u32,
        running: u32,
        eta: f64,
    ) -> Result<(), JsValue>;
}

/// A command as numbers: code, subject, a, b.
pub(super) type Numbers = (u32, u32, f64, f64);

/// How the commands of a machine cross the border. A command of several changes crosses as several.
pub(super) trait Encode: Machine {
    /// Hands over a command, one row of numbers at a time.
    fn encode(&mut self, command: Self::Command, send: &mut Vec<Numbers>);
    /// The code of the command that sets the host's timer.
    const SLEEP: u32;
}

/// A machine with its host.
pub(super) struct Driven<M> {
    machine: RefCell<M>,
    pub(super) host: MachineHost,
    pumping: Cell<bool>,
    /// The last time that the clock gave, epoch milliseconds.
    latest: Cell<i64>,
}

impl<M: Encode> Driven<M> {
    pub(super) fn new(machine: M, host: MachineHost) -> Driven<M> {
        Driven { machine: RefCell::new(machine), host, pumping: Cell::new(false), latest: Cell::new(0) }
    }

    /// A look at the machine, or a change of it before it begins.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut M) -> T) -> T {
        look(&mut self.machine.borrow_mut())
    }

    pub(super) fn now(&self) -> i64 {
        let now = self.host.now().unwrap_or(0.0) as i64;
        self.latest.set(now);
        now
    }

    /// The time of the command that is being carried out, or now: the clock costs as much as many a command.
    pub(super) fn recent(&self) -> i64 {
        if self.pumping.get() { self.latest.get() } else { self.now() }
    }

    fn with_clock<T>(&self, ask: impl FnOnce(&mut M, i64) -> T) -> T {
        let now = self.now();
        self.with(|machine| ask(machine, now))
    }

    pub(super) fn handle(&self, event: M::Event) {
        self.with_clock(|machine, now| machine.handle(event, now));
    }

    /// Carries out everything that there is to do now. The host calls it once for all events of a turn.
    pub(super) fn pump(&self) {
        // A callback that pauses its own backfill gets here again: the loop outside sees what it changed.
        if self.pumping.replace(true) {
            return;
        }
        let mut numbers = Vec::new();
        loop {
            let decided = self.with(M::decided);
            let Some(command) = decided.or_else(|| self.with_clock(M::poll)) else { break };
            self.machine.borrow_mut().encode(command, &mut numbers);
            for (code, subject, a, b) in numbers.drain(..) {
                // The face throws nothing here: a fault of its own ends the machine by other ways.
                let _ = self.host.command(code, subject, a, b);
            }
        }
        self.pumping.set(false);
        let at = self.with_clock(M::wake);
        let _ = self.host.command(M::SLEEP, 0, at.map_or(f64::NAN, |at| at as f64), 0.0);
    }
}
