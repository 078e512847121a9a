//! Which images there are, and what each shows: a folder of folders, or a CSV file.
//!
//! ```text
//! animals/cat/1.jpg      animals.csv:   path,label,domain
//! animals/cat/old/2.jpg                 cat/1.jpg,cat,photo
//! animals/dog/3.png                     dog/3.png,dog,drawing
//! ```
//! Classes and domains are in alphabetical order, or in that of their numbers if all are
//! numbers; images are in alphabetical order within a class folder, and in the file's order
//! in a CSV. Names that begin with a dot are left out.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// One image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Where it is.
    pub path: PathBuf,
    /// Its name: the path from the folder of images on, with `/`, or as the CSV has it.
    pub name: String,
    /// Its class, an index into [`Listing::classes`].
    pub label: usize,
    /// Its domain, an index into [`Listing::domains`], if there are any.
    pub domain: Option<usize>,
}

/// Images with their classes, and domains where a CSV gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// At least one.
    pub images: Vec<Image>,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Names of the domains; none without a third column.
    pub domains: Vec<String>,
    /// What is there but can't be used, one line each.
    pub unusable: Vec<String>,
}

/// Why there is no list of images.
#[derive(Debug, thiserror::Error)]
pub enum ListingError {
    /// The operating system does not give the folder or file.
    #[error("{}: cannot be read: {cause}; check the path and its permissions", path.display())]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// Something in the folder that can't be used.
    #[error("{0}, or leave it out with --skip-bad")]
    Unusable(String),
    /// No image anywhere.
    #[error("{}: holds no image; expected a folder for each class, with PNG or JPEG files, or a CSV of path,label", path.display())]
    Nothing {
        /// The folder or file.
        path: PathBuf,
    },
    /// A line of the CSV that is not one of its kind.
    #[error("{}, line {line}: {what}; expected path,label or path,label,domain", path.display())]
    Line {
        /// The CSV file.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
}

impl Listing {
    /// The images in `folder`: its folders are the classes, and their folders belong to them.
    ///
    /// # Errors
    /// [`ListingError`]: a folder that can't be read; and, unless `skip_bad`, a class without
    /// images, a file outside the classes, or a name that is no Unicode.
    pub fn of_folder(folder: &Path, skip_bad: bool) -> Result<Self, ListingError> {
        let mut unusable = Vec::new();
        let mut classes = Vec::new();
        for (path, name) in entries(folder, &mut unusable)? {
            if path.is_dir() {
                classes.push((path, name));
            } else {
                unusable.push(format!(
                    "{}: lies beside the folders of the classes; move it into one of them",
                    path.display()
                ));
            }
        }
        let mut found = Vec::new();
        for (path, class) in classes {
            let before = found.len();
            walk(&path, &class, &class, &mut found, &mut unusable)?;
            if found.len() == before {
                unusable.push(format!(
                    "{}: a class without any image; put some there, or take the folder away",
                    path.display()
                ));
            }
        }
        let images = found
            .into_iter()
            .map(|(path, name, class)| (path, name, class, None))
            .collect();
        Self::new(images, unusable, folder, skip_bad)
    }

    /// The images that the CSV file `csv` names, their paths counted from `folder`.
    ///
    /// # Errors
    /// [`ListingError`]: a file that can't be read, or a line that is not two or three columns.
    pub fn of_csv(csv: &Path, folder: &Path) -> Result<Self, ListingError> {
        let text = fs::read(csv).map_err(unreadable(csv))?;
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text);
        let mut images = Vec::new();
        let mut columns = None;
        for (index, record) in reader.records().enumerate() {
            let wrong = |position: Option<&csv::Position>, what: String| ListingError::Line {
                path: csv.to_owned(),
                line: line_at(text, position.map_or(0, csv::Position::byte)),
                what,
            };
            let record = record.map_err(|error| {
                let what = match error.kind() {
                    csv::ErrorKind::Utf8 { .. } => "not UTF-8".to_owned(),
                    _ => error.to_string(),
                };
                wrong(error.position(), what)
            })?;
            let fields: Vec<&str> = record.iter().collect();
            if index == 0 && fields.starts_with(&["path", "label"]) {
                continue;
            }
            if *columns.get_or_insert(fields.len()) != fields.len()
                || !matches!(fields.len(), 2 | 3)
            {
                return Err(wrong(
                    record.position(),
                    format!("{} columns", fields.len()),
                ));
            }
            if let Some(empty) = fields.iter().position(|field| field.is_empty()) {
                return Err(wrong(
                    record.position(),
                    format!("no {}", ["path", "label", "domain"][empty]),
                ));
            }
            let domain = fields.get(2).map(|&domain| domain.to_owned());
            images.push((
                folder.join(fields[0]),
                fields[0].to_owned(),
                fields[1].to_owned(),
                domain,
            ));
        }
        Self::new(images, Vec::new(), csv, false)
    }

    fn new(
        images: Vec<(PathBuf, String, String, Option<String>)>,
        unusable: Vec<String>,
        of: &Path,
        skip_bad: bool,
    ) -> Result<Self, ListingError> {
        if !skip_bad && let Some(first) = unusable.first() {
            return Err(ListingError::Unusable(first.clone()));
        }
        if images.is_empty() {
            return Err(ListingError::Nothing {
                path: of.to_owned(),
            });
        }
        let classes = in_order(images.iter().map(|(.., class, _)| class));
        let domains = in_order(images.iter().filter_map(|(.., domain)| domain.as_ref()));
        let index = |names: &[String], name: &String| {
            names.iter().position(|other| other == name).unwrap_or(0)
        };
        let images = images
            .into_iter()
            .map(|(path, name, class, domain)| Image {
                path,
                name,
                label: index(&classes, &class),
                domain: domain.map(|domain| index(&domains, &domain)),
            })
            .collect();
        Ok(Self {
            images,
            classes,
            domains,
            unusable,
        })
    }
}

/// The line of the first character from `byte` on, counted from 1; empty lines hold none.
fn line_at(text: &[u8], byte: u64) -> u64 {
    let at = text.len().min(usize::try_from(byte).unwrap_or(usize::MAX));
    let empty = text[at..]
        .iter()
        .take_while(|byte| b"\r\n".contains(byte))
        .count();
    let newlines = text[..at + empty]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count();
    newlines as u64 + 1
}

/// Every name once: by number if all are numbers, else by letters.
fn in_order<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let names: BTreeSet<&String> = names.collect();
    let mut names: Vec<String> = names.into_iter().cloned().collect();
    let numbers: Option<Vec<u64>> = names.iter().map(|name| name.parse().ok()).collect();
    if numbers.is_some() {
        names.sort_by_key(|name| name.parse::<u64>().unwrap_or(0));
    }
    names
}

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> ListingError {
    let path = path.to_owned();
    move |cause| ListingError::Unreadable { path, cause }
}

/// What `folder` holds, in the order of names; hidden names are left out.
fn entries(
    folder: &Path,
    unusable: &mut Vec<String>,
) -> Result<Vec<(PathBuf, String)>, ListingError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let entry = entry.map_err(unreadable(folder))?;
        match entry.file_name().into_string() {
            Ok(name) if name.starts_with('.') => {}
            Ok(name) => found.push((entry.path(), name)),
            Err(_) => unusable.push(format!(
                "{}: its name is no Unicode; rename it",
                entry.path().display()
            )),
        }
    }
    found.sort_by(|left, right| left.1.cmp(&right.1));
    Ok(found)
}

/// Path, name and class of every file below `folder`.
fn walk(
    folder: &Path,
    name: &str,
    class: &str,
    found: &mut Vec<(PathBuf, String, String)>,
    unusable: &mut Vec<String>,
) -> Result<(), ListingError> {
    for (path, file) in entries(folder, unusable)? {
        let name = format!("{name}/{file}");
        if !path.is_dir() {
            found.push((path, name, class.to_owned()));
        } else if path.is_symlink() {
            // It may lead back here.
            unusable.push(format!(
                "{}: a link to a folder inside a class; link the class itself",
                path.display()
            ));
        } else {
            walk(&path, &name, class, found, unusable)?;
        }
    }
    Ok(())
}
