//! `--cache`: a second build takes the object of the first.

#![cfg(unix)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

struct Place(PathBuf);

impl Place {
    fn new() -> Place {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sxc-cache-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder can be made");
        Place(path)
    }

    fn write(&self, text: &str) {
        let text = format!("#import \"modules/std.sx\";\n{text}");
        fs::write(self.0.join("prog.sx"), text).expect("a file can be written");
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sxc"));
        command
            .args(args)
            .current_dir(&self.0)
            .env("NO_COLOR", "1")
            .env("XDG_CACHE_HOME", self.0.join("cache"))
            .stdin(Stdio::null());
        command
    }

    fn sxc(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("sxc starts")
    }

    /// The program's bytes, and whether its object was found.
    #[track_caller]
    fn build(&self, args: &[&str]) -> (Vec<u8>, bool) {
        let all = [&["build", "prog.sx", "--cache", "--time"], args].concat();
        let output = self.sxc(&all);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
        let hit = told.contains("object cache: hit");
        assert_ne!(hit, told.contains("object cache: miss"), "{told}");
        (fs::read(self.0.join("prog")).expect("the program"), hit)
    }

    fn entries(&self) -> Vec<PathBuf> {
        let folder = self.0.join("cache/sxc/objects");
        let files = fs::read_dir(folder).expect("the cache");
        files.map(|file| file.expect("a file").path()).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const HELLO: &str = "main :: () { print(\"hello\\n\"); }\n";

#[test]
fn the_second_build_hits_and_gives_the_same() {
    let place = Place::new();
    place.write(HELLO);
    let (first, hit) = place.build(&[]);
    assert!(!hit);
    let (second, hit) = place.build(&[]);
    assert!(hit);
    assert!(first == second, "the programs differ");
    // What goes into the object tells entries apart.
    assert!(!place.build(&["--opt", "less"]).1);
    assert!(place.build(&["--opt", "less"]).1);
    place.write("main :: () { print(\"hallo\\n\"); }\n");
    assert!(!place.build(&[]).1);
    assert_eq!(place.entries().len(), 3);
    place.write(HELLO);
    assert!(place.build(&[]).1);
    // `run` looks there, too.
    let output = place.sxc(&["run", "--cache", "--opt", "default", "prog.sx"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "hello\n");
}

#[test]
fn damaged_entries_are_ignored() {
    let place = Place::new();
    place.write(HELLO);
    let (whole, _) = place.build(&[]);
    for entry in place.entries() {
        let mut bytes = fs::read(&entry).expect("an entry");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&entry, bytes).expect("a damaged one");
    }
    let (again, hit) = place.build(&[]);
    assert!(!hit);
    assert!(whole == again, "the programs differ");
    assert!(place.build(&[]).1);
}

#[test]
fn runs_at_once_share_it() {
    let place = Place::new();
    place.write(HELLO);
    let start = || {
        let mut command = place.command(&["run", "--cache", "prog.sx"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("sxc starts")
    };
    let running: Vec<_> = (0..4).map(|_| start()).collect();
    for one in running {
        let output = one.wait_with_output().expect("an end");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "hello\n");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
    assert_eq!(place.entries().len(), 1);
}

#[test]
fn nothing_is_kept_unless_asked_and_no_cache_is_no_failure() {
    let place = Place::new();
    place.write(HELLO);
    assert!(place.sxc(&["run", "prog.sx"]).status.success());
    assert!(!place.0.join("cache").exists());
    fs::write(place.0.join("cache"), "no folder").expect("a file");
    let output = place.sxc(&["run", "--cache", "prog.sx"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "hello\n");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        told.starts_with("warning: cannot keep the object"),
        "{told}"
    );
}
