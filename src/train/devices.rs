//! The devices that a program has opened: each once, whoever asks for it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

use super::device::{self, OpenDevice};
use crate::error::Result;

/// Opened devices. One is opened after the other: two callers that ask for WebGPU at once, which can be opened once only,
/// get one device.
#[derive(Debug, Default)]
pub struct Devices {
    /// Each with the word that it was asked for by.
    opened: RefCell<Vec<(String, OpenDevice)>>,
    opening: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

impl Devices {
    /// The device called `kind`, as [`device::open`] gives it. One that has been asked for by the same word, or opened under
    /// the name it has, is not opened again.
    ///
    /// # Errors
    /// As [`device::open`]; what could not be opened is tried again when it is asked for again.
    pub async fn open(&self, kind: &str) -> Result<OpenDevice> {
        self.open_by(kind, device::open(kind)).await
    }

    async fn open_by(
        &self,
        kind: &str,
        open: impl Future<Output = Result<OpenDevice>>,
    ) -> Result<OpenDevice> {
        match poll_fn(|context| self.poll(kind, context)).await {
            Found::Device(device) => Ok(device),
            Found::Turn(_turn) => {
                let device = open.await?;
                let mut opened = self.opened.borrow_mut();
                opened.push((kind.to_owned(), device.clone()));
                Ok(device)
            }
        }
    }

    /// The device where it is there, or the turn to open it once nobody else opens one.
    fn poll(&self, kind: &str, context: &Context<'_>) -> Poll<Found<'_>> {
        let opened = self.opened.borrow();
        let mut known = opened.iter();
        let known = known.find(|(word, device)| word == kind || device.name == kind);
        if let Some((_, device)) = known {
            return Poll::Ready(Found::Device(device.clone()));
        }
        if self.opening.replace(true) {
            self.waiting.borrow_mut().push(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Found::Turn(Turn(self)))
    }
}

enum Found<'a> {
    Device(OpenDevice),
    Turn(Turn<'a>),
}

/// Ends when a device is open, when it cannot be opened, and when nobody waits for it any more.
struct Turn<'a>(&'a Devices);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.opening.set(false);
        self.0.waiting.take().into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
#[cfg(all(feature = "flex", not(target_family = "wasm")))]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use super::*;
    use crate::error::{Error, ErrorKind};

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A device that takes until it is looked at twice to open.
    async fn slow(begun: &Cell<usize>, fails: bool) -> Result<OpenDevice> {
        begun.set(begun.get() + 1);
        let mut looked = false;
        poll_fn(|_| match std::mem::replace(&mut looked, true) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
        match fails {
            true => Err(Error::new(ErrorKind::Device, "there is none")),
            false => device::open("cpu").await,
        }
    }

    #[test]
    fn two_that_ask_at_once_get_the_one_device() {
        let (devices, begun) = (Devices::default(), Cell::new(0));
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let context = &mut Context::from_waker(&waker);
        let mut first = pin!(devices.open_by("webgpu", slow(&begun, false)));
        let mut second = pin!(devices.open_by("webgpu", slow(&begun, false)));
        assert!(first.as_mut().poll(context).is_pending());
        assert!(second.as_mut().poll(context).is_pending());
        assert!(matches!(first.as_mut().poll(context), Poll::Ready(Ok(_))));
        assert_eq!(woken.0.load(Ordering::Relaxed), 1, "who waits is called");
        assert!(matches!(second.as_mut().poll(context), Poll::Ready(Ok(_))));
        assert_eq!(begun.get(), 1);
        // By its own name it is known too.
        pollster::block_on(devices.open_by("cpu", slow(&begun, true))).unwrap();
        assert_eq!(begun.get(), 1);
    }

    #[test]
    fn who_waited_for_one_that_fails_or_is_given_up_tries_itself() {
        for given_up in [false, true] {
            let (devices, begun) = (Devices::default(), Cell::new(0));
            let context = &mut Context::from_waker(Waker::noop());
            let mut first = Box::pin(devices.open_by("webgpu", slow(&begun, true)));
            let mut second = pin!(devices.open_by("webgpu", slow(&begun, false)));
            assert!(first.as_mut().poll(context).is_pending());
            assert!(second.as_mut().poll(context).is_pending());
            if !given_up {
                assert!(matches!(first.as_mut().poll(context), Poll::Ready(Err(_))));
            }
            drop(first);
            assert!(second.as_mut().poll(context).is_pending());
            assert!(matches!(second.as_mut().poll(context), Poll::Ready(Ok(_))));
            assert_eq!(begun.get(), 2);
        }
    }
}
