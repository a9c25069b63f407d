//! Values of the adapter from and to those of QuickJS, and the objects that the adapter makes.

use std::rc::Rc;

use gopherix_abi::{FileType, Stat, Timespec};
use gopherix_guest::gojs::engine::{Caller, Failure, Fallible};
use gopherix_guest::gojs::error::FsError;
use gopherix_guest::gojs::value::{Content, Value};

use crate::QuickJs;
use crate::function::Role;
use crate::heap::Thrown;
use crate::number::{from_index, from_u64};
use crate::value::{Js, Shape};

/// What was thrown; after the end of the process, only that.
impl From<Js> for Failure<QuickJs> {
    fn from(thrown: Js) -> Self {
        if thrown.heap().stopped.get() { Failure::Stop } else { Failure::Thrown(QuickJs::value(&thrown)) }
    }
}

/// The engine's value, if it is one already.
pub(crate) fn in_engine(value: &Value<QuickJs>) -> Option<Js> {
    match value {
        Value::Engine(js) => Some(js.clone()),
        Value::Object(object) => match &*object.content() {
            Content::Engine(js) => Some(js.clone()),
            _ => None,
        },
        _ => None,
    }
}

impl QuickJs {
    /// As the adapter holds it: strings that are well-formed become its own, long ones too, since Go asks for their bytes
    /// next.
    pub(crate) fn value(js: &Js) -> Value<QuickJs> {
        match js.shape() {
            Shape::Undefined => Value::Undefined,
            Shape::Null => Value::Null,
            Shape::Bool(b) => Value::Bool(b),
            Shape::Number(n) => Value::Number(n),
            Shape::String => js.well_formed().map_or_else(|| Value::Engine(js.clone()), Value::String),
            Shape::Symbol | Shape::Object | Shape::BigInt => Value::Engine(js.clone()),
        }
    }

    /// As QuickJS holds it.
    pub(crate) fn to_js(&self, caller: &mut dyn Caller<QuickJs>, value: &Value<QuickJs>) -> Fallible<QuickJs, Js> {
        Ok(match value {
            Value::Undefined => self.heap.undefined(),
            Value::Null => self.heap.null(),
            Value::Bool(b) => self.heap.boolean(*b),
            Value::Number(n) => self.heap.number(*n),
            Value::String(text) => self.heap.string(text)?,
            Value::Object(object) => Rc::clone(object).engine(self, caller)?,
            Value::Engine(js) => js.clone(),
        })
    }

    /// An object of the adapter's, now QuickJS'.
    pub(crate) fn make_object(
        &self,
        caller: &mut dyn Caller<QuickJs>,
        content: Content<QuickJs>,
    ) -> Fallible<QuickJs, Js> {
        match content {
            Content::GoFunc(id) => Ok(self.function("", Role::Go(id))?),
            Content::Event { id, this, args, result } => {
                let event = self.heap.object()?;
                event.set("id", self.heap.number(f64::from(id)))?;
                for (name, value) in [("this", this), ("args", args), ("result", result)] {
                    event.set(name, self.to_js(caller, &value)?)?;
                }
                Ok(event)
            }
            Content::Array(items) => {
                let items: Result<Vec<Js>, _> = items.iter().map(|item| self.to_js(caller, item)).collect();
                Ok(self.heap.array(items?)?)
            }
            Content::Bytes(bytes) => Ok(self.heap.bytes(&bytes)?),
            Content::Stat(stat) => Ok(self.enter(caller, || self.make_stat(&stat))?),
            Content::Error(error) => Ok(self.enter(caller, || self.make_error(&error))?),
            Content::Go => Ok(self.enter(caller, || self.load("world")?.get("go"))?),
            Content::Engine(js) => Ok(js),
        }
    }

    fn make_stat(&self, stat: &Stat) -> Thrown<Js> {
        let kind = match stat.kind {
            FileType::Regular => 0o100_000,
            FileType::Directory => 0o040_000,
            FileType::Symlink => 0o120_000,
            FileType::CharDevice => 0o020_000,
            FileType::BlockDevice => 0o060_000,
            FileType::Fifo => 0o010_000,
            FileType::SocketStream | FileType::SocketDgram => 0o140_000,
            FileType::Unknown => 0_u32,
        };
        let mode = kind | u32::from(stat.mode.0);
        // In the order of the world's `fields`. Birth times are not known; Node answers the change time then.
        let fields = [
            from_u64(stat.dev),
            f64::from(mode),
            from_u64(stat.nlink),
            f64::from(stat.uid),
            f64::from(stat.gid),
            0.0,
            4096.0,
            from_u64(stat.ino),
            from_u64(stat.size),
            from_u64(stat.blocks),
            millis(stat.atime),
            millis(stat.mtime),
            millis(stat.ctime),
            millis(stat.ctime),
        ];
        self.load("fs_values")?.invoke("makeStats", &fields.map(|field| self.heap.number(field)))
    }

    fn make_error(&self, error: &FsError) -> Thrown<Js> {
        let optional = |text: &Option<Box<str>>| match text {
            Some(text) => self.heap.string(text),
            None => Ok(self.heap.undefined()),
        };
        let args = [
            self.heap.string(&error.message())?,
            self.heap.number(-f64::from(error.errno.number())),
            self.heap.string(error.code())?,
            self.heap.string(error.syscall)?,
            optional(&error.path)?,
            optional(&error.dest)?,
        ];
        self.load("fs_values")?.invoke("makeError", &args)
    }
}

/// Milliseconds since the epoch, with fractions.
fn millis(time: Timespec) -> f64 {
    from_index(time.sec).mul_add(1000.0, f64::from(time.nsec) / 1e6)
}
