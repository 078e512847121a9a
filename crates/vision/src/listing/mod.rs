//! List of images and of what each shows: a folder of folders, a CSV file, or a data set.
//!
//! ```text
//! classes                domains                  animals.csv:   path,label,domain
//! animals/cat/1.jpg      animals/photo/cat/1.jpg                 cat/1.jpg,cat,photo
//! animals/cat/old/2.jpg  animals/drawing/dog/2.jpg               dog/3.png,dog,drawing
//! animals/dog/3.png
//! ```
//! Classes and domains are in alphabetical order, or in that of their numbers if all are
//! numbers; images are in alphabetical order within a class folder, and in the file's order
//! in a CSV. Names that begin with a dot, `Thumbs.db` and `desktop.ini` are left out.

mod folder;
mod set;
mod table;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mesu_data::Dataset;

/// Place of an image.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Path of a PNG or JPEG file.
    File(PathBuf),
    /// Number of an image in a data set.
    Record(Arc<Dataset>, usize),
}

/// One image.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Place of the image.
    pub content: Content,
    /// Name: the path from the folder of images on, with `/`, or as the CSV has it; of a data set
    /// `train/17` or `test/17`.
    pub name: String,
    /// Class, an index into [`Listing::classes`].
    pub label: usize,
    /// Domain, an index into [`Listing::domains`], if there are any.
    pub domain: Option<usize>,
    /// True for one of a data set's test images.
    pub tested: bool,
}

/// Images with their classes, and domains where folders or a CSV give them.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// Images, at least one.
    pub images: Vec<Image>,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Names of the domains; none without a level of folders or a third column for them.
    pub domains: Vec<String>,
    /// Files and folders that are there but can't be used.
    pub unusable: Vec<Unusable>,
}

/// Reason why there is no list of images.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListingError {
    /// The operating system does not give the folder or file.
    #[error("{}: cannot be read: {cause}", path.display())]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// The system's reason.
        cause: std::io::Error,
    },
    /// Something in the folder that can't be used.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// No image anywhere.
    #[error("{}: holds no image; expected a folder for each class with PNG or JPEG files, in one for each domain if there are domains, or a CSV of path,label", path.display())]
    Nothing {
        /// The folder or file.
        path: PathBuf,
    },
    /// A line of the CSV that is not one of its kind.
    #[error("{}, line {line}: {what}; expected path,label or path,label,domain", path.display())]
    Line {
        /// The CSV file.
        path: PathBuf,
        /// Line, counted from 1.
        line: u64,
        /// Defect.
        what: String,
    },
}

/// A file or folder among the images that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {misplaced}", path.display())]
pub struct Unusable {
    /// The file or folder.
    pub path: PathBuf,
    /// Defect.
    pub misplaced: Misplaced,
}

/// Reason why a file or folder among the images can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misplaced {
    /// A file where folders of classes are.
    #[error("lies beside the folders of the classes")]
    BesideClasses,
    /// A file in a domain, where folders of classes are.
    #[error("lies in a domain beside the folders of its classes")]
    InDomain,
    /// A file where folders of domains are.
    #[error("lies beside the folders of the domains")]
    BesideDomains,
    /// A domain without folders.
    #[error("a domain without the folder of any class; expected domain/class/image")]
    EmptyDomain,
    /// A folder without files.
    #[error("a class without any image")]
    EmptyClass,
    /// A link to a folder, which may lead back.
    #[error("a link to a folder inside a class")]
    Link,
    /// A name of other bytes than UTF-8.
    #[error("its name is no Unicode")]
    Name,
}

/// An image before classes and domains are numbered.
struct Named {
    path: PathBuf,
    name: String,
    class: String,
    domain: Option<String>,
}

impl Listing {
    /// Numbers the classes and domains of `images`, that come from `of`.
    fn new(
        images: Vec<Named>,
        unusable: Vec<Unusable>,
        of: &Path,
        skip_bad: bool,
    ) -> Result<Self, ListingError> {
        if !skip_bad && let Some(first) = unusable.first() {
            return Err(first.clone().into());
        }
        if images.is_empty() {
            return Err(ListingError::Nothing {
                path: of.to_owned(),
            });
        }
        let classes = in_order(images.iter().map(|image| &image.class));
        let domains = in_order(images.iter().filter_map(|image| image.domain.as_ref()));
        let index = |names: &[String], name: &String| {
            names.iter().position(|other| other == name).unwrap_or(0)
        };
        let images = images
            .into_iter()
            .map(|image| Image {
                content: Content::File(image.path),
                name: image.name,
                label: index(&classes, &image.class),
                domain: image.domain.map(|domain| index(&domains, &domain)),
                tested: false,
            })
            .collect();
        Ok(Self {
            images,
            classes,
            domains,
            unusable,
        })
    }

    /// The names of the folders in every class, if no class folder holds an image of its own and all hold
    /// folders of the same names: perhaps they are domains.
    pub fn alike_inside(&self) -> Option<Vec<&str>> {
        let mut inside: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        for image in &self.images {
            let mut parts = image.name.split('/').skip(1);
            let (folder, _) = (parts.next()?, parts.next()?);
            inside.entry(image.label).or_default().insert(folder);
        }
        let (_, first) = inside.pop_first()?;
        let alike = !inside.is_empty() && inside.values().all(|names| *names == first);
        alike.then(|| first.into_iter().collect())
    }

    /// The domains that lack a class, each with the classes it lacks: perhaps a name was written
    /// in two ways.
    pub fn gaps(&self) -> Vec<(&str, Vec<&str>)> {
        let there: BTreeSet<(Option<usize>, usize)> = (self.images.iter())
            .map(|image| (image.domain, image.label))
            .collect();
        let lacks = |domain: usize| -> Vec<&str> {
            let classes = self.classes.iter().enumerate();
            classes
                .filter(|(class, _)| !there.contains(&(Some(domain), *class)))
                .map(|(_, name)| name.as_str())
                .collect()
        };
        let domains = self.domains.iter().enumerate();
        domains
            .map(|(domain, name)| (name.as_str(), lacks(domain)))
            .filter(|(_, lacks)| !lacks.is_empty())
            .collect()
    }
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
