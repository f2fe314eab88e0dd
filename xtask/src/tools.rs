//! The tools that build and test the page, each in exactly one version: found on the PATH or in
//! this project's cache, or installed there. Child processes have them first on their PATH.
//!
//! Downloads come from the registries of crates.io and npm only; Trunk, which would download its
//! own tools, runs with `--offline`.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::install;
use crate::voice::Voice;

/// The newest Trunk that this Rust version compiles.
const TRUNK: &str = "0.21.14";
/// Must be able to read this Rust version's output. `Trunk.toml` names it too, for a Trunk that is
/// run by hand.
const BINARYEN: &str = "132.0.0";
const CARGO_FUZZ: &str = "0.13.1";
/// Drives Debian's Firefox ESR.
const GECKODRIVER: &str = "0.37.1";
/// Checks the page's accessibility in the end-to-end tests.
const AXE: &str = "4.14.1";
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// A tool in its one version.
pub(crate) struct Tool {
    /// The package's name at its registry, and of the cache folder.
    pub(crate) package: &'static str,
    pub(crate) version: String,
    /// The program that is run, and looked for on the PATH; of a script, its file.
    pub(crate) program: &'static str,
    /// A word in the output of `program --version` that identifies the version.
    word: String,
    pub(crate) source: Source,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Built from crates.io.
    Crates(Recipe),
    /// The npm registry.
    Npm,
    /// A script for a page from the npm registry, in this folder of its package.
    NpmScript { folder: &'static str },
}

/// How a tool is built: for a fast build rather than fast execution, since each tool is built once
/// per machine and runs for seconds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Recipe {
    /// How many minutes it takes on two cores, announced before it begins.
    pub(crate) minutes: &'static str,
    /// The programs to build; all of the package if empty.
    pub(crate) programs: &'static [&'static str],
    /// Whether the package's default features are on.
    pub(crate) default_features: bool,
    /// The packages that do the work at each build of the page; only these are optimized.
    pub(crate) optimized: &'static [&'static str],
}

impl Source {
    /// The folder of an installed tool's programs, below its cache folder.
    fn programs(self) -> &'static str {
        match self {
            Self::Crates(_) => "bin",
            Self::Npm => "node_modules/.bin",
            Self::NpmScript { folder } => folder,
        }
    }
}

/// Runs commands in the repository with the tools first on the PATH.
pub(crate) struct Toolbox {
    root: PathBuf,
    path: OsString,
}

impl Toolbox {
    /// A toolbox of installed tools.
    pub(crate) fn of<'a>(root: &Path, tools: impl Iterator<Item = &'a Tool>) -> Result<Self> {
        let mut folders = Vec::new();
        for tool in tools {
            folders.extend(tool.folder()?);
        }
        let inherited = env::var_os("PATH").unwrap_or_default();
        folders.extend(env::split_paths(&inherited));
        let path = env::join_paths(folders).context("A folder on the PATH has a strange name.")?;
        Ok(Self { root: root.to_owned(), path })
    }

    /// A command that runs in the repository, with the tools first on its PATH.
    pub(crate) fn command(&self, program: &str) -> Result<Command> {
        let mut command = Command::new(self.file(program)?);
        command.current_dir(&self.root).env("PATH", &self.path);
        forget_outer_cargo(&mut command);
        Ok(command)
    }

    /// The program that a command runs.
    pub(crate) fn file(&self, program: &str) -> Result<PathBuf> {
        which::which_in(program, Some(&self.path), &self.root)
            .with_context(|| format!("{program} is not on the PATH."))
    }

    /// `cargo` with these arguments.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = self.command("cargo")?;
        command.args(arguments);
        Ok(command)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }
}

/// Runs a command to its end, with inherited output.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status =
        command.status().with_context(|| format!("`{}` did not start.", shown(command)))?;
    ensure!(status.success(), "`{}` failed ({status}).", shown(command));
    Ok(())
}

/// Runs a command to its end and returns its standard output; standard error is inherited.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("`{}` did not start.", shown(command)))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("`{}` failed ({}).\n{text}", shown(command), output.status);
    }
    Ok(text)
}

/// A command as a user would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = [program].into_iter().chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Removes the environment of the cargo that started this program, so that a nested cargo sees what
/// it would see in a terminal and rebuilds nothing.
fn forget_outer_cargo(command: &mut Command) {
    for name in ["CARGO", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PRIMARY_PACKAGE"] {
        command.env_remove(name);
    }
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") {
            command.env_remove(name);
        }
    }
}

/// The tools that every build of the page needs.
pub(crate) fn page_tools(root: &Path) -> Result<[Tool; 2]> {
    let bindgen = locked_version(root, "wasm-bindgen")?;
    Ok([
        Tool {
            package: "wasm-bindgen-cli",
            word: bindgen.clone(),
            version: bindgen,
            program: "wasm-bindgen",
            source: Source::Crates(Recipe {
                minutes: "about three minutes",
                // The runner is for the tests, and needs no extra build time, since it is in the
                // same package.
                programs: &["wasm-bindgen-test-runner", "wasm-bindgen"],
                // The default features are TLS, which the runner does not need for a driver on this
                // machine.
                default_features: false,
                optimized: &["walrus", "wasmparser", "wasm-encoder", "wasm-bindgen-cli-support"],
            }),
        },
        Tool {
            package: "trunk",
            word: TRUNK.to_owned(),
            version: TRUNK.to_owned(),
            program: "trunk",
            source: Source::Crates(Recipe {
                minutes: "about four minutes",
                programs: &[],
                // The default features are for what `--offline` and `--skip-version-check` switch
                // off, and for https.
                default_features: false,
                optimized: &[],
            }),
        },
    ])
}

/// Shrinks a release of the page.
pub(crate) fn wasm_opt() -> Tool {
    Tool {
        package: "binaryen",
        // npm's 132.0.0 calls itself "wasm-opt version 132 (version_132)".
        word: BINARYEN.trim_end_matches(".0").to_owned(),
        version: BINARYEN.to_owned(),
        program: "wasm-opt",
        source: Source::Npm,
    }
}

/// axe-core, a script that a test injects into the page.
pub(crate) fn axe() -> Tool {
    Tool {
        package: "axe-core",
        version: AXE.to_owned(),
        program: "axe.min.js",
        word: AXE.to_owned(),
        source: Source::NpmScript { folder: "node_modules/axe-core" },
    }
}

pub(crate) fn cargo_fuzz() -> Tool {
    Tool {
        package: "cargo-fuzz",
        version: CARGO_FUZZ.to_owned(),
        program: "cargo-fuzz",
        word: CARGO_FUZZ.to_owned(),
        source: Source::Crates(Recipe {
            minutes: "less than a minute",
            programs: &[],
            default_features: true,
            optimized: &[],
        }),
    }
}

/// Firefox's driver, which Debian doesn't have.
pub(crate) fn geckodriver() -> Tool {
    Tool {
        package: "geckodriver",
        version: GECKODRIVER.to_owned(),
        program: "geckodriver",
        word: GECKODRIVER.to_owned(),
        source: Source::Crates(Recipe {
            minutes: "about two minutes",
            programs: &[],
            default_features: true,
            optimized: &[],
        }),
    }
}

impl Tool {
    /// Whether it is on the PATH or in this project's cache.
    pub(crate) fn is_there(&self) -> Result<bool> {
        Ok(self.is_on_path() || self.is_in(&self.home()?))
    }

    /// Installs it into this project's cache.
    pub(crate) fn install(&self, voice: &Voice) -> Result<()> {
        let home = self.home()?;
        install::tool(self, &home, voice)?;
        ensure!(
            self.is_in(&home),
            "{} {} was installed, but {} is not in {}.",
            self.package,
            self.version,
            self.program,
            home.display()
        );
        Ok(())
    }

    /// The folder to put first on the PATH; `None` if the right version is on it already.
    fn folder(&self) -> Result<Option<PathBuf>> {
        if self.is_on_path() {
            return Ok(None);
        }
        Ok(Some(self.home()?.join(self.source.programs())))
    }

    /// Its folder in this project's cache.
    fn home(&self) -> Result<PathBuf> {
        Ok(cache()?.join(format!("{}-{}", self.package, self.version)))
    }

    /// Its file in this project's cache.
    pub(crate) fn file(&self) -> Result<PathBuf> {
        Ok(self.home()?.join(self.source.programs()).join(self.program))
    }

    /// Whether this cache folder has the tool. It is moved there only when it is complete.
    pub(crate) fn is_in(&self, home: &Path) -> bool {
        home.join(self.source.programs()).join(self.program).exists()
    }

    fn is_on_path(&self) -> bool {
        let Ok(file) = which::which(self.program) else {
            return false;
        };
        Command::new(file).arg("--version").output().is_ok_and(|output| {
            let text = String::from_utf8_lossy(&output.stdout);
            text.split_whitespace().any(|word| word == self.word)
        })
    }
}

/// `$KVORUM_TOOLS`, or `kvorum/tools` in the user's cache.
pub(crate) fn cache() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("KVORUM_TOOLS") {
        return Ok(folder.into());
    }
    let home = || env::home_dir().map(|home| home.join(".cache"));
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home);
    Ok(cache
        .context("No home folder: set KVORUM_TOOLS to a folder for tools.")?
        .join("kvorum/tools"))
}

/// Whether Rust can build for WebAssembly.
pub(crate) fn has_wasm_target() -> Result<bool> {
    let arguments = ["--print", "target-libdir", "--target", WASM_TARGET];
    let folder = output(Command::new("rustc").args(arguments))?;
    Ok(Path::new(folder.trim()).exists())
}

/// A package's version in `Cargo.lock`.
fn locked_version(root: &Path, package: &str) -> Result<String> {
    let text =
        fs::read_to_string(root.join("Cargo.lock")).context("Cargo.lock is not readable.")?;
    let name = format!("name = \"{package}\"");
    let mut lines = text.lines().skip_while(|line| *line != name);
    lines
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .with_context(|| format!("Cargo.lock has no package {package}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trunk_run_by_hand_uses_the_same_binaryen() {
        let root = crate::repository().unwrap();
        let text = fs::read_to_string(root.join("Trunk.toml")).unwrap();
        let major = BINARYEN.trim_end_matches(".0");
        assert!(text.contains(&format!("wasm_opt = \"version_{major}\"")), "{text}");
    }

    #[test]
    fn the_lock_file_lookup_matches_whole_names() {
        let version = locked_version(&crate::repository().unwrap(), "wasm-bindgen").unwrap();
        assert!(version.starts_with("0.2."), "{version}");
    }
}
