//! Output, which is always allowed and goes through the transcript, and the system calls that need a grant.

#![allow(unsafe_code)]

use std::ffi::CString;
use std::sync::PoisonError;

use sx_ir::target::Endian;
use sx_ir::{Module, Target, TrapKind};
use sx_tier_api::{HostFault, SandboxMemory, Trap};

use super::{Args, Reply, StdHost, bytes_at, new_string, one, string_at};
use crate::memory::write_word;

/// The grant that a function needs, as the command line spells it; `None` if it is not one of these.
fn grant(symbol: &str) -> Option<&'static str> {
    Some(match symbol {
        "open" | "read" | "pread" | "close" | "lseek" | "access" | "fstat" | "stat" => "read:PATH",
        "openat" | "creat" | "unlink" | "rmdir" | "mkdir" | "chmod" | "rename" | "ftruncate"
        | "fsync" | "dup" | "getcwd" | "pwrite" | "getenv" | "clock_gettime" | "time"
        | "gettimeofday" | "getpid" | "getppid" | "nanosleep" | "usleep" | "sleep" => "extern:c",
        _ => return None,
    })
}

pub(super) fn denial(symbol: &str, grant: &str) -> String {
    format!("'{symbol}' leaves the sandbox at compile time; allow it with --allow={grant}")
}

impl StdHost<'_> {
    pub(super) fn io(
        &mut self,
        symbol: &str,
        args: &Args,
        memory: &mut dyn SandboxMemory,
        module: &Module,
    ) -> Option<Reply> {
        // A program that may call the C library's output functions has all of them from there, for the sake of order.
        let own_stdio = self.options.allow_extern && self.options.live_output;
        match symbol {
            "write" if matches!(args.int(0), 1 | 2) => return Some(self.output(args, memory)),
            "putchar" if !own_stdio => {
                return Some(
                    self.put(1, &[args.get(0) as u8])
                        .and_then(|()| one(args.get(0) & 0xff)),
                );
            }
            "puts" if !own_stdio => {
                return Some(match string_at(memory, args.get(0)).map(<[u8]>::to_vec) {
                    Ok(mut line) => {
                        line.push(b'\n');
                        self.put(1, &line).and_then(|()| one(line.len() as u64))
                    }
                    Err(fault) => Err(fault),
                });
            }
            "sx_trace_report_unhandled" => {
                return Some(self.report_unhandled(args, memory, &module.target));
            }
            "__errno_location" | "__error" | "_errno" => {
                return Some(self.errno_cell(memory, module.target.endian));
            }
            "_exit" | "exit" | "_Exit" | "quick_exit" => {
                return Some(Err(HostFault::Exit(args.int(0))));
            }
            "abort" => return Some(Err(HostFault::Trap(Trap::new(TrapKind::Abort, 0, 0)))),
            // One thread: locks are free, and nobody waits.
            "pthread_mutex_init"
            | "pthread_mutex_lock"
            | "pthread_mutex_trylock"
            | "pthread_mutex_unlock"
            | "pthread_mutex_destroy"
            | "pthread_cond_init"
            | "pthread_cond_signal"
            | "pthread_cond_broadcast"
            | "pthread_cond_destroy"
            | "sched_yield"
            | "isatty" => {
                return Some(one(0));
            }
            "fflush" if !own_stdio => return Some(one(0)),
            "pthread_cond_wait" => {
                return Some(Err(HostFault::Refused(format!(
                    "'{symbol}' waits for ever: there is one thread, and it is waiting"
                ))));
            }
            "pthread_self" => return Some(one(1)),
            "pthread_create" | "fork" | "mmap" | "munmap" | "mprotect" => {
                return Some(Err(self.unavailable(symbol)));
            }
            _ => {}
        }
        let wanted = match symbol {
            "write" => "extern:c",
            "open" if !reads_only(args.int(1)) => "extern:c",
            _ => grant(symbol)?,
        };
        let granted = self.options.allow_io || self.grants.libraries.iter().any(|l| l == "c");
        if !granted && !self.may_read(symbol, args, memory) {
            return Some(Err(HostFault::Refused(denial(symbol, wanted))));
        }
        let reply = self.granted(symbol, args, memory, module);
        if symbol == "open"
            && let Ok(values) = &reply
        {
            let result = values.first().copied().unwrap_or(0) as i32;
            self.note_input(args, memory, result);
        }
        Some(reply)
    }

    /// The fault of a function that needs more than one thread, or memory outside the sandbox.
    fn unavailable(&self, symbol: &str) -> HostFault {
        HostFault::Unsupported(match self.main_engine {
            Some(engine) if symbol == "pthread_create" => {
                format!("not implemented: threads in --engine={engine}; they need native code")
            }
            Some(engine) => format!("not implemented: '{symbol}' in --engine={engine}"),
            None if symbol == "pthread_create" => {
                format!("'{symbol}' is not available at compile time: evaluations have one thread")
            }
            None => format!("'{symbol}' is not available at compile time"),
        })
    }

    /// Whether a call only reads what [`super::Grants::read`] names.
    fn may_read(&self, symbol: &str, args: &Args, memory: &dyn SandboxMemory) -> bool {
        if self.grants.read.is_empty() {
            return false;
        }
        match symbol {
            "open" => reads_only(args.int(1)) && self.path_granted(args.get(0), memory),
            "access" | "stat" => self.path_granted(args.get(0), memory),
            "read" | "pread" | "close" | "lseek" | "fstat" => self.opened.contains(args.int(0)),
            _ => false,
        }
    }

    fn path_granted(&self, path: u64, memory: &dyn SandboxMemory) -> bool {
        let Some(path) = host_path(path, memory) else {
            return false;
        };
        // Names are compared as the file system sees them, so that `..` and links lead nowhere else. Of a file that is
        // not there, the folder counts: its absence may be learned.
        let real = std::fs::canonicalize(&path).or_else(|_| {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
            std::fs::canonicalize(folder.unwrap_or(std::path::Path::new(".")))
        });
        let Ok(real) = real else { return false };
        self.grants
            .read
            .iter()
            .filter_map(|grant| std::fs::canonicalize(grant).ok())
            .any(|grant| real.starts_with(grant))
    }

    /// Keeps account of files read.
    fn note_input(&mut self, args: &Args, memory: &dyn SandboxMemory, result: i32) {
        if result >= 0
            && reads_only(args.int(1))
            && let Some(path) = host_path(args.get(0), memory)
            && !self.inputs.contains(&path)
        {
            self.inputs.push(path);
        }
    }

    fn output(&mut self, args: &Args, memory: &dyn SandboxMemory) -> Reply {
        let bytes = bytes_at(memory, args.get(1), args.get(2))?;
        self.put(args.int(0), bytes)?;
        one(bytes.len() as u64)
    }

    fn report_unhandled(
        &mut self,
        args: &Args,
        memory: &dyn SandboxMemory,
        target: &Target,
    ) -> Reply {
        let mut text = super::traces::headline(args, memory)?;
        text.extend(self.traces.text(memory, target)?);
        self.put(2, &text)?;
        Ok(Vec::new())
    }

    /// The error return trace recorded so far, as `trace.print_current()` writes it.
    pub fn trace_text(&self, memory: &dyn SandboxMemory, target: &Target) -> String {
        let text = self.traces.text(memory, target).unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    }

    fn put(&mut self, fd: i32, bytes: &[u8]) -> Result<(), HostFault> {
        self.transcript.write(fd, bytes);
        if let Some(echo) = &self.echo {
            let mut echo = echo.lock().unwrap_or_else(PoisonError::into_inner);
            match echo.last_mut() {
                Some((last, text)) if *last == fd => text.extend_from_slice(bytes),
                _ => echo.push((fd, bytes.to_vec())),
            }
        }
        if self.options.live_output {
            if write_out(fd, bytes).is_err() && self.options.allow_extern {
                return Err(HostFault::Exit(128 + libc::SIGPIPE));
            }
        } else if let Some(most) = self.hold_at_most
            && self.transcript.written(1) + self.transcript.written(2) > most
        {
            // From here on nothing is lost if the process ends.
            let echo = self.echo.take();
            let mut echo =
                (echo.as_ref()).map(|echo| echo.lock().unwrap_or_else(PoisonError::into_inner));
            if let Some(echo) = &mut echo {
                echo.clear();
            }
            for effect in std::mem::take(&mut self.transcript.effects) {
                if let super::Effect::Write { fd, bytes } = effect {
                    let _ = write_out(fd, &bytes);
                }
            }
            self.transcript.keep_sums_only();
            self.options.live_output = true;
        }
        Ok(())
    }

    fn errno_cell(&mut self, memory: &mut dyn SandboxMemory, endian: Endian) -> Reply {
        if let Some(cell) = self.errno.cell {
            return one(cell);
        }
        let cell = memory.alloc(4)?;
        self.errno.cell = Some(cell);
        self.write_errno(memory, endian)?;
        one(cell)
    }

    pub(super) fn write_errno(
        &self,
        memory: &mut dyn SandboxMemory,
        endian: Endian,
    ) -> Result<(), HostFault> {
        let Some(cell) = self.errno.cell else {
            return Ok(());
        };
        let mut bytes = [0u8; 4];
        write_word(&mut bytes, u64::from(self.errno.value as u32), endian);
        memory.write(cell, &bytes)
    }

    /// Keeps the host's errno of a call that gave `result`.
    pub(super) fn note_errno(
        &mut self,
        result: i64,
        memory: &mut dyn SandboxMemory,
        endian: Endian,
    ) -> Result<(), HostFault> {
        if result == -1 {
            self.errno.value = last_error();
            self.write_errno(memory, endian)?;
        }
        Ok(())
    }

    /// Runs a system call that was granted.
    fn granted(
        &mut self,
        symbol: &str,
        args: &Args,
        memory: &mut dyn SandboxMemory,
        module: &Module,
    ) -> Reply {
        let endian = module.target.endian;
        let word = module.target.pointer_size as usize;
        let fd = args.int(0);
        let path = |index: usize, memory: &dyn SandboxMemory| {
            let text = string_at(memory, args.get(index))?;
            Ok::<CString, HostFault>(CString::new(text).unwrap_or_default())
        };
        let mut what = format!("{fd}");
        // SAFETY (all calls below): paths are NUL-terminated copies and buffers are slices or Vecs of the length given.
        let result: i64 = match symbol {
            "open" => {
                let path = path(0, memory)?;
                what = format!("{path:?}, {:#x}", args.get(1));
                i64::from(unsafe {
                    libc::open(path.as_ptr(), args.int(1), args.int(2) as libc::c_uint)
                })
            }
            "openat" => {
                let path = path(1, memory)?;
                what = format!("{fd}, {path:?}, {:#x}", args.get(2));
                i64::from(unsafe {
                    libc::openat(fd, path.as_ptr(), args.int(2), args.int(3) as libc::c_uint)
                })
            }
            "creat" => {
                let path = path(0, memory)?;
                what = format!("{path:?}");
                i64::from(unsafe { libc::creat(path.as_ptr(), args.int(1) as libc::mode_t) })
            }
            "read" | "pread" => {
                let mut buffer = vec![0u8; args.get(2).min(1 << 30) as usize];
                let target = buffer.as_mut_ptr().cast();
                let done = if symbol == "read" {
                    unsafe { libc::read(fd, target, buffer.len()) }
                } else {
                    unsafe { libc::pread(fd, target, buffer.len(), args.get(3) as i64) }
                };
                if let Ok(done) = usize::try_from(done) {
                    memory.write(args.get(1), &buffer[..done.min(buffer.len())])?;
                }
                done as i64
            }
            "write" | "pwrite" => {
                let bytes = bytes_at(memory, args.get(1), args.get(2))?;
                self.transcript.write(fd, bytes);
                if symbol == "write" {
                    unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) as i64 }
                } else {
                    unsafe {
                        libc::pwrite(fd, bytes.as_ptr().cast(), bytes.len(), args.get(3) as i64)
                            as i64
                    }
                }
            }
            "close" => i64::from(unsafe { libc::close(fd) }),
            "dup" => i64::from(unsafe { libc::dup(fd) }),
            "fsync" => i64::from(unsafe { libc::fsync(fd) }),
            "lseek" => unsafe { libc::lseek(fd, args.get(1) as i64, args.int(2)) },
            "ftruncate" => i64::from(unsafe { libc::ftruncate(fd, args.get(1) as i64) }),
            "unlink" | "rmdir" | "mkdir" | "access" | "chmod" => {
                let path = path(0, memory)?;
                what = format!("{path:?}");
                let (at, mode) = (path.as_ptr(), args.get(1));
                i64::from(match symbol {
                    "unlink" => unsafe { libc::unlink(at) },
                    "rmdir" => unsafe { libc::rmdir(at) },
                    "mkdir" => unsafe { libc::mkdir(at, mode as libc::mode_t) },
                    "access" => unsafe { libc::access(at, mode as i32) },
                    _ => unsafe { libc::chmod(at, mode as libc::mode_t) },
                })
            }
            "rename" => {
                let (from, to) = (path(0, memory)?, path(1, memory)?);
                what = format!("{from:?}, {to:?}");
                i64::from(unsafe { libc::rename(from.as_ptr(), to.as_ptr()) })
            }
            "fstat" | "stat" => {
                let mut status = std::mem::MaybeUninit::<libc::stat>::zeroed();
                let result = if symbol == "fstat" {
                    unsafe { libc::fstat(fd, status.as_mut_ptr()) }
                } else {
                    let path = path(0, memory)?;
                    what = format!("{path:?}");
                    unsafe { libc::stat(path.as_ptr(), status.as_mut_ptr()) }
                };
                if result == 0 {
                    let at = status.as_ptr().cast::<u8>();
                    // SAFETY: zeroed and then written by the system: all bytes are initialised.
                    let bytes = unsafe { std::slice::from_raw_parts(at, size_of::<libc::stat>()) };
                    memory.write(args.get(1), bytes)?;
                }
                i64::from(result)
            }
            "getcwd" => {
                let cwd = std::env::current_dir()
                    .map(|p| p.into_os_string().into_encoded_bytes())
                    .unwrap_or_default();
                if cwd.len() as u64 >= args.get(1) {
                    return one(0);
                }
                memory.write(args.get(0), &cwd)?;
                memory.write(args.get(0) + cwd.len() as u64, &[0])?;
                return one(args.get(0));
            }
            "getenv" => {
                let name = string_at(memory, args.get(0))?.to_vec();
                let name = String::from_utf8_lossy(&name).into_owned();
                // `var_os` refuses nothing but panics on no name; names with '=' or NUL never match.
                let value = if name.is_empty() || name.contains(['=', '\0']) {
                    None
                } else {
                    std::env::var_os(&name)
                };
                self.transcript
                    .call(symbol, name, u64::from(value.is_some()));
                return match value {
                    Some(value) => one(new_string(memory, &value.into_encoded_bytes())?),
                    None => one(0),
                };
            }
            "clock_gettime" | "gettimeofday" => {
                let clock = if symbol == "gettimeofday" {
                    libc::CLOCK_REALTIME
                } else {
                    fd
                };
                let at = if symbol == "gettimeofday" {
                    args.get(0)
                } else {
                    args.get(1)
                };
                let mut now = libc::timespec {
                    tv_sec: 0,
                    tv_nsec: 0,
                };
                let result = unsafe { libc::clock_gettime(clock, &mut now) };
                if result == 0 {
                    let part = if symbol == "gettimeofday" {
                        now.tv_nsec / 1000
                    } else {
                        now.tv_nsec
                    };
                    let mut bytes = [0u8; 16];
                    write_word(&mut bytes[..word], now.tv_sec as u64, endian);
                    write_word(&mut bytes[word..2 * word], part as u64, endian);
                    memory.write(at, &bytes[..2 * word])?;
                }
                i64::from(result)
            }
            "time" => {
                let now = unsafe { libc::time(std::ptr::null_mut()) };
                if args.get(0) != 0 {
                    let mut bytes = [0u8; 8];
                    write_word(&mut bytes[..word], now as u64, endian);
                    memory.write(args.get(0), &bytes[..word])?;
                }
                now
            }
            "getpid" => i64::from(std::process::id()),
            "getppid" => i64::from(unsafe { libc::getppid() }),
            "usleep" => {
                std::thread::sleep(std::time::Duration::from_micros(args.get(0) & 0xffff_ffff));
                0
            }
            "sleep" => {
                std::thread::sleep(std::time::Duration::from_secs(args.get(0) & 0xffff_ffff));
                0
            }
            "nanosleep" => {
                let bytes = bytes_at(memory, args.get(0), 2 * word as u64)?;
                let seconds = crate::memory::read_word(&bytes[..word], endian);
                let nanos = crate::memory::read_word(&bytes[word..], endian);
                let nanos = u32::try_from(nanos).unwrap_or(0).min(999_999_999);
                std::thread::sleep(std::time::Duration::new(seconds.min(3600), nanos));
                0
            }
            other => return Err(self.unavailable(other)),
        };
        self.note_errno(result, memory, endian)?;
        // What clocks and processes answer differs from run to run; that they were asked does not.
        let shown = if matches!(
            symbol,
            "clock_gettime" | "gettimeofday" | "time" | "getpid" | "getppid"
        ) {
            0
        } else {
            result
        };
        self.transcript.call(symbol, what, shown as u64);
        one(result as u64)
    }
}

fn reads_only(flags: i32) -> bool {
    flags & libc::O_ACCMODE == libc::O_RDONLY && flags & (libc::O_CREAT | libc::O_TRUNC) == 0
}

/// The path that a C string names.
fn host_path(addr: u64, memory: &dyn SandboxMemory) -> Option<std::path::PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    let text = string_at(memory, addr).ok()?;
    Some(std::path::PathBuf::from(std::ffi::OsStr::from_bytes(text)))
}

fn last_error() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// Nobody reads the stream any more. That ends a program, which the signal would kill, but is no reason to fail an
/// evaluation: the transcript has it all.
struct Closed;

fn write_out(fd: i32, bytes: &[u8]) -> Result<(), Closed> {
    let mut rest = bytes;
    while !rest.is_empty() {
        // SAFETY: `rest` is a readable slice.
        let done = unsafe { libc::write(fd, rest.as_ptr().cast(), rest.len()) };
        match usize::try_from(done) {
            Ok(0) => break,
            Ok(done) => rest = &rest[done.min(rest.len())..],
            Err(_) if last_error() == libc::EINTR => {}
            Err(_) if last_error() == libc::EPIPE => return Err(Closed),
            Err(_) => break,
        }
    }
    Ok(())
}
