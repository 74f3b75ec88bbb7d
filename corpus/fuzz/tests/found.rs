//! What fuzzing has found, judged as it was then. One test for each file in `corpus/found`.

use libtest_mimic::{Arguments, Trial};
use sx_fuzz::{found, worker};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    // Each is judged in a process of its own: this executable.
    match worker::act_as_worker(&args) {
        Ok(false) => {}
        Ok(true) => return,
        Err(error) => fail(&error),
    }
    let arguments = Arguments::from_args();
    let files = match found::all() {
        Ok(files) => files,
        Err(error) => fail(&error),
    };
    let trials = files
        .into_iter()
        .map(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            Trial::test(
                format!("found: {name}"),
                move || match found::judge_again(&file)? {
                    None => Ok(()),
                    Some(fault) => Err(format!(
                        "{}\n{}\nto see it: sx-fuzz judge {}",
                        fault.signature,
                        fault.detail,
                        file.display()
                    )
                    .into()),
                },
            )
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn fail(error: &std::io::Error) -> ! {
    eprintln!("cannot judge what was found: {error}");
    std::process::exit(1);
}
