//! Tests on every instruction set this machine has. A process has one, so the parent runs its own program again.
#![allow(
    dead_code,
    reason = "not every test that includes this file uses all of it"
)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::process::Command;

use mi_dpg::kernels::InstructionSet;

const SET: &str = "MIDPG_TEST_INSTRUCTION_SET";

/// The first line of a test: takes the set that the parent asks for, if there is a parent.
pub(crate) fn take_asked() {
    if let Ok(name) = std::env::var(SET) {
        let set = InstructionSet::ALL
            .into_iter()
            .find(|set| set.name() == name);
        set.unwrap().choose().unwrap();
    }
}

/// Runs those of this program's tests that `arguments` choose, once for every set, and gives the sets; those that the
/// machine lacks are told. `prepare` may set more up for a run.
pub(crate) fn each(
    arguments: &[&str],
    prepare: impl Fn(InstructionSet, &mut Command),
) -> Vec<InstructionSet> {
    let available: Vec<_> = InstructionSet::available().collect();
    for set in InstructionSet::ALL {
        if !available.contains(&set) {
            println!("skipped: kernels on {}: not on this machine", set.name());
            continue;
        }
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(arguments).env(SET, set.name());
        prepare(set, &mut command);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "on {}:\n{said}\n{}",
            set.name(),
            String::from_utf8_lossy(&output.stderr)
        );
        // A filter that matches nothing succeeds too.
        assert!(
            !said.contains(" 0 passed"),
            "on {}: no tests ran",
            set.name()
        );
    }
    available
}
