//! The protocol that the three machines share, so that one loop drives them all.

/// A state machine: events go in, commands come out one at a time, and the clock (epoch milliseconds) is an argument.
pub trait Machine {
    /// Its events.
    type Event;
    /// Its commands.
    type Command;

    /// Takes note of what happened. Nothing follows before `poll`.
    fn handle(&mut self, event: Self::Event, now: i64);

    /// The next command, `None` when there is nothing to do until the next event or until `wake`. One at a time: whoever
    /// carries out a command may change what follows it.
    fn poll(&mut self, now: i64) -> Option<Self::Command>;

    /// The next command, where it is decided already and needs no clock: who drives the machine asks for this before `poll`.
    fn decided(&mut self) -> Option<Self::Command> {
        None
    }

    /// When to poll again although nothing happened; `None` while only an event can change anything.
    fn wake(&mut self, now: i64) -> Option<i64>;
}
