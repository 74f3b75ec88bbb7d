//! What the program and the compiler write, for the editor's console. Descriptors 0 to 2 are taken from them: whatever
//! writes there, no byte of it comes between the protocol's messages, and none of these is read by the program.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::pipe::{PipeFlags, pipe_with};
use serde_json::json;

use super::wire::Wire;

/// The real ends of the descriptors.
pub struct Own {
    pub stdin: File,
    pub stdout: File,
    stderr: OwnedFd,
}

struct Stream {
    category: &'static str,
    pipe: File,
    /// The beginning of a character.
    begun: Vec<u8>,
}

pub struct Capture {
    streams: Arc<Mutex<[Stream; 2]>>,
    wire: Arc<Wire>,
    stderr: OwnedFd,
    stdout: OwnedFd,
}

/// Keeps the descriptors for the protocol, and has nothing to read at 0.
pub fn take() -> io::Result<Own> {
    let own = Own {
        stdin: File::from(rustix::io::fcntl_dupfd_cloexec(io::stdin(), 3)?),
        stdout: crate::product::own_stdout()?,
        stderr: rustix::io::fcntl_dupfd_cloexec(io::stderr(), 3)?,
    };
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    Ok(own)
}

impl Own {
    /// From now on what is written goes to the editor.
    pub fn capture(self, wire: &Arc<Wire>) -> io::Result<Capture> {
        let stdout = self.stdout.as_fd().try_clone_to_owned()?;
        let (out, to_out) = pipe_with(PipeFlags::CLOEXEC)?;
        let (err, to_err) = pipe_with(PipeFlags::CLOEXEC)?;
        rustix::stdio::dup2_stdout(to_out)?;
        rustix::stdio::dup2_stderr(to_err)?;
        let stream = |category, pipe: OwnedFd| -> io::Result<Stream> {
            rustix::io::ioctl_fionbio(&pipe, true)?;
            Ok(Stream {
                category,
                pipe: File::from(pipe),
                begun: Vec::new(),
            })
        };
        let watched = [out.try_clone()?, err.try_clone()?];
        let streams = [stream("stdout", out)?, stream("stderr", err)?];
        let streams = Arc::new(Mutex::new(streams));
        let (all, to) = (Arc::clone(&streams), Arc::clone(wire));
        std::thread::Builder::new()
            .name("output".to_owned())
            .spawn(move || watch(&watched, &all, &to))?;
        Ok(Capture {
            streams,
            wire: Arc::clone(wire),
            stderr: self.stderr,
            stdout,
        })
    }
}

impl Capture {
    /// Sends what has been written so far.
    pub fn drain(&self) {
        let _ = io::stdout().flush();
        pass_on(&self.streams, &self.wire);
    }
}

impl Drop for Capture {
    /// What is said from here on may be about a failure of the debugger.
    fn drop(&mut self) {
        self.drain();
        let _ = rustix::stdio::dup2_stderr(&self.stderr);
        let _ = rustix::stdio::dup2_stdout(&self.stdout);
    }
}

fn watch(pipes: &[OwnedFd; 2], streams: &Mutex<[Stream; 2]>, wire: &Wire) {
    let mut open: Vec<&OwnedFd> = pipes.iter().collect();
    while !open.is_empty() {
        let mut fds: Vec<PollFd<'_>> = open
            .iter()
            .map(|pipe| PollFd::new(*pipe, PollFlags::IN))
            .collect();
        match poll(&mut fds, None) {
            Ok(_) => pass_on(streams, wire),
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => return,
        }
        let mut ended = fds.iter().map(|fd| {
            let flags = fd.revents();
            !flags.contains(PollFlags::IN) && flags.intersects(PollFlags::HUP | PollFlags::ERR)
        });
        open.retain(|_| !ended.next().unwrap_or(true));
    }
}

fn pass_on(streams: &Mutex<[Stream; 2]>, wire: &Wire) {
    let mut streams = streams.lock().unwrap_or_else(PoisonError::into_inner);
    for stream in streams.iter_mut() {
        let mut bytes = vec![0; 1 << 16];
        while let Ok(read @ 1..) = stream.pipe.read(&mut bytes) {
            stream.begun.extend_from_slice(&bytes[..read]);
            let text = whole(&mut stream.begun);
            if !text.is_empty() {
                let body = json!({ "category": stream.category, "output": text });
                wire.event("output", body);
            }
        }
    }
}

/// The text up to a character that has only begun.
fn whole(bytes: &mut Vec<u8>) -> String {
    let rest = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => bytes.split_off(error.valid_up_to()),
        Ok(_) => Vec::new(),
        // Bytes that are no text are shown as such; of what is behind them little can be missing.
        Err(_) => Vec::new(),
    };
    let text = String::from_utf8_lossy(bytes).into_owned();
    *bytes = rest;
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_stay_whole() {
        let mut bytes = "aé".as_bytes()[..2].to_vec();
        assert_eq!(whole(&mut bytes), "a");
        bytes.push(0xa9);
        assert_eq!(whole(&mut bytes), "é");
        bytes.extend_from_slice(b"\xff!");
        assert_eq!(whole(&mut bytes), "\u{fffd}!");
        assert!(bytes.is_empty());
    }
}
