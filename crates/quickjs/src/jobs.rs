//! What runs between two events: `process.nextTick`, microtasks, messages from outside; and exceptions that nobody caught.

use gopherix_guest::gojs::engine::{Caller, Failure, Fallible};

use crate::QuickJs;
use crate::heap::Thrown;
use crate::mailbox::Message;
use crate::value::Js;

impl QuickJs {
    /// Runs ticks and microtasks, in Node's order, until there are none.
    pub(crate) fn run_jobs(&self, caller: &mut dyn Caller<QuickJs>) -> Fallible<QuickJs, ()> {
        if self.heap.stopped.get() {
            return Err(Failure::Stop);
        }
        self.enter(caller, || {
            loop {
                if let Err(error) = self.run_ticks() {
                    self.reported.borrow_mut().push_back(error);
                }
                while self.run_job() {
                    if self.heap.stopped.get() {
                        return Err(Failure::Stop);
                    }
                }
                self.settle_replies();
                self.report()?;
                if !self.ticks.get() && !self.heap.has_jobs() {
                    return Ok(());
                }
            }
        })
    }

    /// Runs one microtask. Whether there was one.
    fn run_job(&self) -> bool {
        self.heap.run_job().unwrap_or_else(|error| {
            self.reported.borrow_mut().push_back(error);
            true
        })
    }

    fn run_ticks(&self) -> Thrown<()> {
        if self.ticks.replace(false) {
            self.load("process")?.invoke("runTicks", &[])?;
        }
        Ok(())
    }

    /// Hands exceptions that nobody caught to the program's listeners; the first without one is the program's end.
    fn report(&self) -> Thrown<()> {
        loop {
            let reported = self.reported.borrow_mut().pop_front();
            let Some(error) = reported else { break };
            if !self.emit("uncaughtException", &[error.clone(), self.heap.string("uncaughtException")?])? {
                return Err(error);
            }
        }
        loop {
            let rejected = {
                let mut rejections = self.rejections.borrow_mut();
                if rejections.is_empty() { None } else { Some(rejections.remove(0)) }
            };
            let Some((promise, reason)) = rejected else { return Ok(()) };
            if self.emit("unhandledRejection", &[reason.clone(), promise])? {
                continue;
            }
            let error = self.load("process")?.invoke("rejection", &[reason])?;
            if !self.emit("uncaughtException", &[error.clone(), self.heap.string("unhandledRejection")?])? {
                return Err(error);
            }
        }
    }

    /// Whether `process` has listeners for it. They have run then.
    fn emit(&self, event: &str, args: &[Js]) -> Thrown<bool> {
        // Who listens has made `process` load its methods.
        if !self.is_loaded("process") {
            return Ok(false);
        }
        let mut all = vec![self.heap.string(event)?];
        all.extend_from_slice(args);
        let heard = self.load("process")?.invoke("emit", &all)?;
        Ok(matches!(heard.shape(), crate::value::Shape::Bool(true)))
    }

    /// Gives an exception that ends the program to its listeners for `uncaughtException`. Whether there were any, so that it
    /// goes on.
    ///
    /// # Errors
    /// What a listener throws.
    pub fn catch_uncaught(
        &self,
        caller: &mut dyn Caller<QuickJs>,
        thrown: &gopherix_guest::gojs::value::Value<QuickJs>,
    ) -> Fallible<QuickJs, bool> {
        let thrown = self.to_js(caller, thrown)?;
        Ok(self.enter(caller, || self.emit("uncaughtException", &[thrown, self.heap.string("uncaughtException")?]))?)
    }

    /// Runs the listeners for `exit` of a program that is about to end with `code`; what they make of the code.
    ///
    /// # Errors
    /// What a listener throws.
    pub fn run_exit_listeners(&self, caller: &mut dyn Caller<QuickJs>, code: i32) -> Fallible<QuickJs, i32> {
        if !self.is_loaded("process") {
            return Ok(code);
        }
        // Code 0 leaves the word to `process.exitCode`.
        let given = if code == 0 { self.heap.undefined() } else { self.heap.number(f64::from(code)) };
        let answer = self.enter(caller, || self.load("process")?.invoke("emitExit", &[given]))?;
        let low = crate::number::to_u32(answer.number().unwrap_or_default().rem_euclid(256.0));
        Ok(i32::try_from(low).unwrap_or_default())
    }

    /// Handles what came from outside. Whether there was anything.
    pub(crate) fn handle_messages(&self, caller: &mut dyn Caller<QuickJs>) -> Fallible<QuickJs, bool> {
        let mut any = false;
        while let Some(message) = self.mailbox.take() {
            any = true;
            match message {
                Message::Network(id, event) => self.enter(caller, || self.deliver(id, event))?,
                Message::Order(order) => self.enter(caller, || self.carry_out_order(order)),
            }
            // What a message sets off happens before the next.
            self.run_jobs(caller)?;
        }
        Ok(any)
    }
}
