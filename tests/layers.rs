//! A room imports only from rooms below it, and never from a sibling. The rooms are those of
//! `ARCHITECTURE.md`, the imports those of the whole tree: `use` trees and paths in the code,
//! except code for tests only.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A module's path below the crate: `playground`, `jobs`, `seek`.
type Module = Vec<String>;

/// The rooms of the map, by path, each with its height within the enclosing room.
struct Rooms(BTreeMap<Module, usize>);

impl Rooms {
    /// Parses the map's block of rooms: one layer per line, bottom first; indented lines are inside
    /// of the line above.
    fn parse(map: &str) -> Self {
        let block = map.split("```rooms\n").nth(1).and_then(|rest| rest.split("```").next());
        let (mut rooms, mut outer) = (BTreeMap::new(), None);
        for (height, line) in block.expect("the map's rooms").lines().enumerate() {
            for name in line.split_whitespace() {
                let name = name.to_owned();
                let path = match (&outer, line.starts_with(' ')) {
                    (Some(outer), true) => vec![String::clone(outer), name],
                    _ => {
                        outer = Some(name.clone());
                        vec![name]
                    }
                };
                assert!(rooms.insert(path, height).is_none(), "a room is listed once: {line}");
            }
        }
        Self(rooms)
    }

    /// The path of the innermost room that contains a module.
    fn room_of<'a>(&self, module: &'a [String]) -> &'a [String] {
        let is_room = |length: &usize| self.0.contains_key(&module[..*length]);
        (1..=module.len()).rev().find(is_room).map_or(&[], |length| &module[..length])
    }

    /// What is wrong with an import from one module of another, if anything.
    fn fault(&self, from: &[String], to: &[String]) -> Option<&'static str> {
        let (from, to) = (self.room_of(from), self.room_of(to));
        let common = from.iter().zip(to).take_while(|(one, other)| one == other).count();
        // The files beside the inner rooms of a room come after all of them.
        let height = |room: &[String]| match room.len() == common {
            true => usize::MAX,
            false => self.0[&room[..=common]],
        };
        match height(from).cmp(&height(to)) {
            _ if from == to => None,
            std::cmp::Ordering::Greater => None,
            std::cmp::Ordering::Less => Some("runs up"),
            std::cmp::Ordering::Equal => Some("runs to a sibling"),
        }
    }
}

/// A forbidden import.
struct Wrong {
    file: PathBuf,
    line: usize,
    what: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.what)
    }
}

/// Collects the imports of one file.
struct Reader<'a> {
    rooms: &'a Rooms,
    modules: &'a BTreeSet<Module>,
    file: &'a Path,
    module: Module,
    wrong: Vec<Wrong>,
}

impl Reader<'_> {
    /// Checks a path as it is written: `crate::a::b`, `super::b`, `self::b`, or one that begins
    /// with a child.
    fn look_at(&mut self, path: &[String], line: usize) {
        let Some(to) = self.resolve(path) else { return };
        if let Some(fault) = self.rooms.fault(&self.module, &to) {
            let what = format!("{} {fault}", path.join("::"));
            self.wrong.push(Wrong { file: self.file.to_owned(), line, what });
        }
    }

    /// The module that a path leads to; `None` if it leads out of the crate.
    fn resolve(&self, path: &[String]) -> Option<Module> {
        let (mut at, mut rest) = (self.module.clone(), path);
        match rest.first()?.as_str() {
            "crate" | "kvorum" => (at, rest) = (Vec::new(), &rest[1..]),
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|word| word == "super") {
                    at.pop();
                    rest = &rest[1..];
                }
            }
            first => {
                at.push(first.to_owned());
                if !self.modules.contains(&at) {
                    return None;
                }
                rest = &rest[1..];
            }
        }
        for word in rest {
            at.push(word.clone());
            if !self.modules.contains(&at) {
                at.pop();
                break;
            }
        }
        Some(at)
    }

    fn look_at_tree(&mut self, before: &[String], tree: &syn::UseTree) {
        let mut path = before.to_vec();
        let line = tree.span().start().line;
        match tree {
            syn::UseTree::Path(next) => {
                path.push(next.ident.to_string());
                self.look_at_tree(&path, &next.tree);
            }
            syn::UseTree::Name(name) => path.push(name.ident.to_string()),
            syn::UseTree::Rename(name) => path.push(name.ident.to_string()),
            syn::UseTree::Glob(_) => {}
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.look_at_tree(before, tree));
            }
        }
        if !matches!(tree, syn::UseTree::Path(_) | syn::UseTree::Group(_)) {
            self.look_at(&path, line);
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.look_at_tree(&[], &item.tree);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            self.module.push(item.ident.to_string());
            visit::visit_item_mod(self, item);
            self.module.pop();
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let words: Vec<String> = path.segments.iter().map(|word| word.ident.to_string()).collect();
        if matches!(words[0].as_str(), "crate" | "super" | "self") && words.len() > 1 {
            self.look_at(&words, path.span().start().line);
        }
        visit::visit_path(self, path);
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = attribute.meta.require_list().map(|list| list.tokens.to_string());
        attribute.path().is_ident("cfg") && text.is_ok_and(|text| text == "test")
    })
}

/// The files of a tree with their modules, without those for tests only.
fn files(root: &Path) -> Vec<(PathBuf, Module)> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the tree") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let below = path.strip_prefix(root).expect("a file of the tree").with_extension("");
            let mut module: Module =
                below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if module.last().is_some_and(|last| last == "mod" || module == ["lib"]) {
                module.pop();
            }
            let is_program = module.first().is_some_and(|first| first == "bin" || first == "main");
            if !is_program && !module.iter().any(|part| part == "tests") {
                files.push((path, module));
            }
        }
    }
    files.sort();
    files
}

/// All forbidden imports of a tree.
fn wrong(root: &Path, map: &str) -> Vec<String> {
    let rooms = Rooms::parse(map);
    let files = files(root);
    let modules: BTreeSet<Module> = files.iter().map(|(_, module)| module.clone()).collect();
    let mut wrong = Vec::new();
    for (file, module) in &files {
        let text = fs::read_to_string(file).expect("a file of the tree");
        let tree = syn::parse_file(&text).expect("Rust");
        let module = module.clone();
        let mut reader =
            Reader { rooms: &rooms, modules: &modules, file, module, wrong: Vec::new() };
        reader.visit_file(&tree);
        wrong.extend(reader.wrong.iter().map(Wrong::to_string));
    }
    wrong
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn no_import_runs_up_or_to_a_sibling() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the map");
    let wrong = wrong(&root().join("src"), &map);
    assert!(wrong.is_empty(), "{} imports:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_map_has_each_room_and_no_other() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the map");
    let rooms = Rooms::parse(&map).0;
    let files = files(&root().join("src"));
    let is_there = |room: &Module| files.iter().any(|(_, module)| module.starts_with(room));
    let none: Vec<_> = rooms.keys().filter(|room| !is_there(room)).collect();
    assert!(none.is_empty(), "the map names rooms that don't exist: {none:?}");
    let is_named = |module: &Module| {
        let length = if module[0] == "playground" || module[0] == "ui" { 2 } else { 1 };
        let is_folder =
            |path: &[String]| root().join("src").join(path.join("/")).join("mod.rs").exists();
        module.len() < length
            || !is_folder(&module[..length])
            || rooms.contains_key(&module[..length])
    };
    let left_out: Vec<_> =
        files.iter().filter(|(_, module)| !module.is_empty() && !is_named(module)).collect();
    assert!(left_out.is_empty(), "the map leaves out {left_out:?}");
}

/// Checks a tree of two layers and two siblings with these files.
fn planted(name: &str, low: &str, left: &str) -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(folder.join("ui")).expect("a folder for the test");
    let files = [("low.rs", low), ("ui/left.rs", left), ("ui/right.rs", ""), ("ui/mod.rs", "")];
    for (file, text) in files {
        fs::write(folder.join(file), text).expect("a file for the test");
    }
    let wrong = wrong(&folder, "```rooms\nlow\nui\n    left right\n```");
    let short = |line: &String| line.rsplit_once('/').map_or(line.clone(), |(_, end)| end.into());
    wrong.iter().map(short).collect()
}

#[test]
fn an_import_upwards_is_reported_with_its_file_and_line() {
    let low = "use std::fmt;\n\nuse crate::ui::{left, right::Right};\n";
    let told = ["low.rs:3: crate::ui::left runs up", "low.rs:3: crate::ui::right::Right runs up"];
    assert_eq!(planted("upwards", low, ""), told);
    let path = "fn f() {\n    crate::ui::left::g();\n}\n";
    assert_eq!(planted("path", path, ""), ["low.rs:2: crate::ui::left::g runs up"]);
}

#[test]
fn an_import_from_a_sibling_is_reported_and_one_downwards_is_not() {
    let left = "use super::right;\nuse crate::low::Low;\n";
    assert_eq!(planted("sideways", "", left), ["left.rs:1: super::right runs to a sibling"]);
    let tests = "#[cfg(test)]\nmod tests {\n    use crate::ui::right;\n}\n";
    assert_eq!(planted("tests", tests, tests), [""; 0]);
}
