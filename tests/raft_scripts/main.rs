//! Golden scripts of the protocol alone, in the manner of toyDB: a few nodes, and nothing of the cluster around them.
//!
//! A script drives the nodes by hand, and below each line stands all that follows from it: what a node tells and
//! why, what it writes, sends and holds back, and how it is afterwards. `host.rs` lists the commands, `text.rs`
//! says how messages and states are written.
//!
//! `UPDATE_EXPECT=1 cargo test --test raft_scripts` writes the answers anew; read the difference before you commit
//! it.
#![cfg(not(target_arch = "wasm32"))]

mod host;
mod text;

use std::fs;
use std::path::Path;

use expect_test::expect_file;

/// Runs the script and compares it with what its lines answered before.
fn passes(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/raft_scripts");
    let path = folder.join(name).with_extension("txt");
    let script = fs::read_to_string(&path).expect("a script can be read");
    let told = goldenscript::generate(&mut host::Host::default(), &script);
    let told = told.unwrap_or_else(|error| panic!("{name}: {error}"));
    expect_file![path].assert_eq(&told);
}

/// One test for each script, so that a failure names it; and one that no script is forgotten.
macro_rules! scripts {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                passes(stringify!($name));
            }
        )*

        #[test]
        fn every_script_is_run() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/raft_scripts");
            let entries = fs::read_dir(folder).expect("the folder can be read");
            let paths = entries.map(|entry| entry.expect("an entry can be read").path());
            let mut found: Vec<String> = paths
                .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
                .filter_map(|path| Some(path.file_stem()?.to_str()?.to_string()))
                .collect();
            found.sort();
            assert_eq!(found, [$(stringify!($name)),*]);
        }
    };
}

scripts! {
    disk
    election
    membership
    pre_vote
    reads
    replication
    snapshot
    transfer
}
