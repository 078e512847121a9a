//! Which file of a crate uses items of which other, read off the text.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A path of module names below the crate's root.
type Module = Vec<String>;

/// One file: its text without comments, strings and tests, cut into words and signs.
struct File {
    path: PathBuf,
    tokens: Vec<String>,
    /// Names that the file defines.
    defined: BTreeSet<String>,
    /// Names that it re-exports, with the path that they come from; `*` for all of a module.
    exported: Vec<(String, Vec<String>)>,
    /// Paths that it uses.
    used: Vec<Vec<String>>,
}

/// The imports between the files of one crate.
pub(crate) struct Imports {
    modules: BTreeMap<Module, File>,
}

impl Imports {
    /// Reads the files of the crate whose sources lie in `source`.
    pub(crate) fn new(source: &Path, files: &BTreeMap<PathBuf, String>) -> Self {
        let modules = files.iter().map(|(path, text)| {
            let below = path.strip_prefix(source).expect("a file of the crate");
            let mut module: Module = below
                .with_extension("")
                .components()
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect();
            if matches!(
                module.last().map(String::as_str),
                Some("mod" | "lib" | "main")
            ) {
                module.pop();
            }
            (module, File::new(path, text))
        });
        Self {
            modules: modules.collect(),
        }
    }

    /// Groups of files that import each other, one line for each group.
    pub(crate) fn circles(&self) -> Vec<String> {
        let edges: BTreeMap<&Module, BTreeSet<&Module>> = self
            .modules
            .iter()
            .map(|(module, file)| (module, self.targets(module, file)))
            .collect();
        let mut reached: BTreeMap<&Module, BTreeSet<&Module>> = BTreeMap::new();
        for start in edges.keys() {
            let (mut seen, mut open) = (BTreeSet::new(), vec![*start]);
            while let Some(module) = open.pop() {
                for next in &edges[module] {
                    if seen.insert(*next) {
                        open.push(next);
                    }
                }
            }
            reached.insert(start, seen);
        }
        let mut done: BTreeSet<&Module> = BTreeSet::new();
        let mut circles = Vec::new();
        for module in reached.keys() {
            let group: Vec<&Module> = (reached[module].iter().copied())
                .filter(|other| reached[other].contains(module))
                .collect();
            if group.len() > 1 && done.insert(module) {
                done.extend(&group);
                let names: Vec<String> = group
                    .iter()
                    .map(|member| {
                        let within = edges[member].iter().filter(|to| group.contains(to));
                        let to: Vec<String> = within.map(|to| to.join("::")).collect();
                        format!(
                            "{} -> {}",
                            self.modules[*member].path.display(),
                            to.join(", ")
                        )
                    })
                    .collect();
                circles.push(names.join("\n    "));
            }
        }
        circles
    }

    /// The other files that define what `file` uses.
    fn targets(&self, module: &Module, file: &File) -> BTreeSet<&Module> {
        let mut targets = BTreeSet::new();
        let mut add = |path: &[String]| {
            let target = self.resolve(module, path, 0);
            targets.extend(target.filter(|target| *target != module));
        };
        file.used.iter().for_each(|path| add(path));
        for (name, path) in &file.exported {
            // What is re-exported is used too if the file's own code names it.
            let mentions = file.tokens.iter().filter(|token| *token == name).count();
            if mentions > 0 {
                add(path);
            }
        }
        targets
    }

    /// The file that defines what `path`, written in `module`, names.
    fn resolve(&self, module: &Module, path: &[String], depth: usize) -> Option<&Module> {
        let mut at = module.clone();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => {
                at.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|part| part == "super") {
                    at.pop()?;
                    rest = &rest[1..];
                }
            }
            first => {
                // A child module, else another crate.
                let child = [at.as_slice(), &[first.to_owned()]].concat();
                self.modules.get_key_value(&child)?;
            }
        }
        while let [first, more @ ..] = rest {
            let child = [at.as_slice(), std::slice::from_ref(first)].concat();
            if !self.modules.contains_key(&child) {
                break;
            }
            at = child;
            rest = more;
        }
        let (found, file) = self.modules.get_key_value(&at)?;
        let Some(name) = rest.first().filter(|name| *name != "*" && *name != "self") else {
            return Some(found);
        };
        if file.defined.contains(name) || depth > 8 {
            return Some(found);
        }
        for (exported, from) in &file.exported {
            if exported == name {
                return self.resolve(&at, from, depth + 1);
            }
            if exported == "*" {
                let path = [&from[..from.len() - 1], std::slice::from_ref(name)].concat();
                let target = self.resolve(&at, &path, depth + 1);
                if target.is_some_and(|target| self.modules[target].defined.contains(name)) {
                    return target;
                }
            }
        }
        Some(found)
    }
}

impl File {
    fn new(path: &Path, text: &str) -> Self {
        let mut tokens = without_tests(tokens(text));
        let (mut used, mut exported) = (Vec::new(), Vec::new());
        let mut rest = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            if tokens[at] != "use" {
                rest.push(std::mem::take(&mut tokens[at]));
                at += 1;
                continue;
            }
            let public = rest
                .last()
                .is_some_and(|token| token == "pub" || token == ")");
            let end = at
                + tokens[at..]
                    .iter()
                    .position(|token| token == ";")
                    .unwrap_or(0);
            let mut paths = Vec::new();
            tree(&tokens[at + 1..end], &mut Vec::new(), &mut paths);
            match public {
                true => exported.extend(paths),
                false => used.extend(paths.into_iter().map(|(_, path)| path)),
            }
            at = end + 1;
        }
        const ITEMS: [&str; 9] = [
            "struct", "enum", "fn", "trait", "type", "const", "static", "mod", "union",
        ];
        let mut defined = BTreeSet::new();
        for pair in rest.windows(2) {
            if ITEMS.contains(&pair[0].as_str()) && pair[0] != "mod" {
                defined.insert(pair[1].clone());
            }
        }
        for triple in rest.windows(3) {
            if triple[0] == "macro_rules" {
                defined.insert(triple[2].clone());
            }
        }
        // Paths written out in the code.
        for start in 0..rest.len() {
            let root = matches!(rest[start].as_str(), "crate" | "super" | "self");
            let within = start > 0 && rest[start - 1] == "::";
            if root && !within && rest.get(start + 1).is_some_and(|token| token == "::") {
                let mut path = vec![rest[start].clone()];
                let mut next = start + 1;
                while rest.get(next).is_some_and(|token| token == "::") {
                    match rest.get(next + 1) {
                        Some(name) if is_name(name) => path.push(name.clone()),
                        _ => break,
                    }
                    next += 2;
                }
                // `pub(in crate::x)` names no item.
                if path.len() > 1 && (start == 0 || rest[start - 1] != "in") {
                    used.push(path);
                }
            }
        }
        Self {
            path: path.to_owned(),
            tokens: rest,
            defined,
            exported,
            used,
        }
    }
}

/// The paths of a tree of imports, each with the name that it has afterwards.
fn tree(tokens: &[String], prefix: &mut Vec<String>, paths: &mut Vec<(String, Vec<String>)>) {
    let (mut at, depth) = (0, prefix.len());
    while at < tokens.len() {
        match tokens[at].as_str() {
            "::" => at += 1,
            "{" => {
                let mut level = 0;
                let mut start = at + 1;
                let mut end = at;
                for (i, token) in tokens.iter().enumerate().skip(at) {
                    match token.as_str() {
                        "{" => level += 1,
                        "}" => level -= 1,
                        "," if level == 1 => {
                            tree(&tokens[start..i], &mut prefix.clone(), paths);
                            start = i + 1;
                        }
                        _ => {}
                    }
                    if level == 0 {
                        end = i;
                        break;
                    }
                }
                tree(&tokens[start..end], &mut prefix.clone(), paths);
                return;
            }
            "as" => {
                paths.push((tokens[at + 1].clone(), prefix.clone()));
                return;
            }
            name => {
                prefix.push(name.to_owned());
                at += 1;
            }
        }
    }
    if prefix.len() > depth {
        let last = prefix.last().cloned().unwrap_or_default();
        let name = match (last.as_str(), prefix.len()) {
            ("self", n) if n > 1 => prefix[n - 2].clone(),
            _ => last,
        };
        paths.push((name, prefix.clone()));
    }
}

fn is_name(token: &str) -> bool {
    let first = token.chars().next();
    first.is_some_and(|c| c.is_alphabetic() || c == '_')
}

/// Names, `::` and other signs; comments and what strings hold are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let text: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < text.len() {
        let c = text[at];
        let next = text.get(at + 1).copied();
        match c {
            '/' if next == Some('/') => {
                while at < text.len() && text[at] != '\n' {
                    at += 1;
                }
            }
            '/' if next == Some('*') => {
                at += 2;
                while at + 1 < text.len() && (text[at], text[at + 1]) != ('*', '/') {
                    at += 1;
                }
                at += 2;
            }
            'r' if matches!(next, Some('"' | '#')) && raw(&text, at).is_some() => {
                at = raw(&text, at).unwrap_or(text.len());
            }
            '"' => {
                at += 1;
                while at < text.len() && text[at] != '"' {
                    at += 1 + usize::from(text[at] == '\\');
                }
                at += 1;
            }
            '\'' => {
                // A character, or a lifetime.
                let escaped = next == Some('\\');
                if escaped || text.get(at + 2) == Some(&'\'') {
                    at += 2 + usize::from(escaped);
                    while at < text.len() && text[at] != '\'' {
                        at += 1;
                    }
                }
                at += 1;
            }
            c if c.is_alphabetic() || c == '_' => {
                let start = at;
                while at < text.len() && (text[at].is_alphanumeric() || text[at] == '_') {
                    at += 1;
                }
                tokens.push(text[start..at].iter().collect());
            }
            ':' if next == Some(':') => {
                tokens.push("::".to_owned());
                at += 2;
            }
            c => {
                if !c.is_whitespace() {
                    tokens.push(c.to_string());
                }
                at += 1;
            }
        }
    }
    tokens
}

/// The end of the raw string that begins at `at`, if one does.
fn raw(text: &[char], at: usize) -> Option<usize> {
    let hashes = text[at + 1..].iter().take_while(|c| **c == '#').count();
    if text.get(at + 1 + hashes) != Some(&'"') {
        return None;
    }
    let mut end = at + 2 + hashes;
    while end < text.len() {
        let closed = text[end] == '"'
            && text[end + 1..]
                .iter()
                .take(hashes)
                .filter(|c| **c == '#')
                .count()
                == hashes;
        if closed {
            return Some(end + 1 + hashes);
        }
        end += 1;
    }
    Some(end)
}

/// Without items that are for tests alone.
fn without_tests(tokens: Vec<String>) -> Vec<String> {
    let mut left = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let words: Vec<&str> = tokens[at..].iter().take(7).map(String::as_str).collect();
        if words != ["#", "[", "cfg", "(", "test", ")", "]"] {
            left.push(tokens[at].clone());
            at += 1;
            continue;
        }
        at += 7;
        let mut level = 0;
        while at < tokens.len() {
            match tokens[at].as_str() {
                "{" => level += 1,
                "}" => level -= 1,
                _ => {}
            }
            let ended = level == 0 && matches!(tokens[at].as_str(), "}" | ";");
            at += 1;
            if ended {
                break;
            }
        }
    }
    left
}
