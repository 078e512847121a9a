//! Folders of images: one for each class, perhaps in one for each domain.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Listing, ListingError, Misplaced, Named, Unusable, unreadable};

impl Listing {
    /// The images in `folder`: its folders are the classes, and their folders belong to them.
    ///
    /// # Errors
    /// [`ListingError`]: a folder that can't be read; and, unless `skip_bad`, a class without
    /// images, a file outside the classes, or a name that is no Unicode.
    pub fn from_folder(folder: &Path, skip_bad: bool) -> Result<Self, ListingError> {
        let mut found = Found::default();
        found.classes(folder, None)?;
        Self::new(found.images, found.unusable, folder, skip_bad)
    }

    /// The image `path`, or the images in it: its folders are the classes; images that lie in no folder have the class "".
    ///
    /// # Errors
    /// As [`Listing::from_folder`], where files outside the classes are no error.
    pub fn from_path(path: &Path, skip_bad: bool) -> Result<Self, ListingError> {
        let image = |path: PathBuf, name: String| Named {
            path,
            name,
            class: String::new(),
            domain: None,
        };
        let mut found = Found::default();
        if fs::metadata(path).map_err(unreadable(path))?.is_file() {
            let name = path.file_name().unwrap_or_default();
            let name = name.to_string_lossy().into_owned();
            found.images.push(image(path.to_owned(), name));
            return Self::new(found.images, found.unusable, path, skip_bad);
        }
        for (path, name) in entries(path, &mut found.unusable)? {
            match path.is_dir() {
                true => found.walk(&path, &name, &name, None)?,
                false => found.images.push(image(path, name)),
            }
        }
        Self::new(found.images, found.unusable, path, skip_bad)
    }

    /// The images in `folder`: its folders are the domains, and theirs the classes. A class is the
    /// same in every domain that has a folder of its name; not every domain needs one.
    ///
    /// # Errors
    /// As [`Listing::from_folder`]; and, unless `skip_bad`, a domain without classes.
    pub fn from_domains(folder: &Path, skip_bad: bool) -> Result<Self, ListingError> {
        let mut found = Found::default();
        for (path, domain) in found.folders(folder, Misplaced::BesideDomains)? {
            let before = found.unusable.len();
            if found.classes(&path, Some(&domain))? == 0 {
                // One line, whatever else lies there.
                found.unusable.truncate(before);
                found.refuse(path, Misplaced::EmptyDomain);
            }
        }
        Self::new(found.images, found.unusable, folder, skip_bad)
    }
}

/// Files that Windows leaves in folders of pictures.
const LITTER: [&str; 2] = ["Thumbs.db", "desktop.ini"];

/// Content of folders.
#[derive(Default)]
struct Found {
    images: Vec<Named>,
    unusable: Vec<Unusable>,
}

impl Found {
    fn refuse(&mut self, path: PathBuf, misplaced: Misplaced) {
        self.unusable.push(Unusable { path, misplaced });
    }

    /// The images of all classes in `folder`, the whole or one domain; returns the number of classes.
    fn classes(&mut self, folder: &Path, domain: Option<&str>) -> Result<usize, ListingError> {
        let beside = match domain {
            None => Misplaced::BesideClasses,
            Some(_) => Misplaced::InDomain,
        };
        let classes = self.folders(folder, beside)?;
        let count = classes.len();
        for (path, class) in classes {
            let before = self.images.len();
            let name = match domain {
                None => class.clone(),
                Some(domain) => format!("{domain}/{class}"),
            };
            self.walk(&path, &name, &class, domain)?;
            if self.images.len() == before {
                self.refuse(path, Misplaced::EmptyClass);
            }
        }
        Ok(count)
    }

    /// The folders in `folder` with their names; a file there is not usable, as `beside` says.
    fn folders(
        &mut self,
        folder: &Path,
        beside: Misplaced,
    ) -> Result<Vec<(PathBuf, String)>, ListingError> {
        let all = entries(folder, &mut self.unusable)?;
        let (folders, files): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(path, _)| path.is_dir());
        for (path, _) in files {
            self.refuse(path, beside);
        }
        Ok(folders)
    }

    /// Every file below `folder`, an image of `class`.
    fn walk(
        &mut self,
        folder: &Path,
        name: &str,
        class: &str,
        domain: Option<&str>,
    ) -> Result<(), ListingError> {
        for (path, file) in entries(folder, &mut self.unusable)? {
            let name = format!("{name}/{file}");
            if !path.is_dir() {
                self.images.push(Named {
                    path,
                    name,
                    class: class.to_owned(),
                    domain: domain.map(str::to_owned),
                });
            } else if path.is_symlink() {
                // It may lead back here.
                self.refuse(path, Misplaced::Link);
            } else {
                self.walk(&path, &name, class, domain)?;
            }
        }
        Ok(())
    }
}

/// Returns what `folder` holds, in the order of names; hidden names and litter are left out.
fn entries(
    folder: &Path,
    unusable: &mut Vec<Unusable>,
) -> Result<Vec<(PathBuf, String)>, ListingError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let entry = entry.map_err(unreadable(folder))?;
        match entry.file_name().into_string() {
            Ok(name) if name.starts_with('.') || LITTER.contains(&&name[..]) => {}
            Ok(name) => found.push((entry.path(), name)),
            Err(_) => unusable.push(Unusable {
                path: entry.path(),
                misplaced: Misplaced::Name,
            }),
        }
    }
    found.sort_by(|left, right| left.1.cmp(&right.1));
    Ok(found)
}
