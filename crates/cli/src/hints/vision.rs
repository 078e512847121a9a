//! Advice for photographs, backbones and their settings.

use std::error::Error;

use mesu_vision::{
    ArchiveError, BackboneError, CacheError, ExtractError, ImageError, ListingError, Misplaced,
    PictureError, PreprocessError, Unusable,
};

use super::{UNREADABLE, data};

pub(super) fn of(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref() {
        return preprocessing(error);
    }
    if let Some(error) = error.downcast_ref() {
        return listing(error);
    }
    if let Some(error) = error.downcast_ref() {
        return extraction(error);
    }
    if let Some(error) = error.downcast_ref::<mesu_vision::BadImage>() {
        return image(&error.reason).map(str::to_owned);
    }
    if let Some(error) = error.downcast_ref::<Unusable>() {
        return Some(misplaced(error.misplaced).to_owned());
    }
    if let Some(error) = error.downcast_ref() {
        return backbone(error).map(str::to_owned);
    }
    if let Some(error) = error.downcast_ref() {
        return cache(error).map(str::to_owned);
    }
    let archive = error.downcast_ref::<ArchiveError>();
    archive.map(|_| "choose another --out".to_owned())
}

fn preprocessing(error: &PreprocessError) -> Option<String> {
    let presets = "imagenet, tensorflow, zero-one or a file (`mesu features --help` has one)";
    Some(match error {
        PreprocessError::Unstated { beside, .. } => {
            format!("write {beside}, or give --preprocess {presets}")
        }
        PreprocessError::Unreadable { .. } => format!("give --preprocess {presets}"),
        PreprocessError::Syntax { .. } => "`mesu features --help` has an example".to_owned(),
        PreprocessError::Range { .. } => "change it there".to_owned(),
        PreprocessError::OtherSize { .. } => "make crop that size".to_owned(),
        _ => return None,
    })
}

fn listing(error: &ListingError) -> Option<String> {
    Some(match error {
        ListingError::Unreadable { .. } => UNREADABLE.to_owned(),
        ListingError::Unusable(unusable) => or_skipped(misplaced(unusable.misplaced)),
        ListingError::Nothing { .. } => {
            "give --domains if, and only if, the outer folders are domains".to_owned()
        }
        _ => return None,
    })
}

fn extraction(error: &ExtractError) -> Option<String> {
    match error {
        ExtractError::Image(bad) => image(&bad.reason)
            .map(or_skipped)
            .or_else(|| Some("leave it out with --skip-bad".to_owned())),
        ExtractError::Nothing { first, .. } => image(&first.reason).map(str::to_owned),
        ExtractError::Backbone(error) => backbone(error).map(str::to_owned),
        ExtractError::Cache(error) => cache(error).map(str::to_owned),
        _ => None,
    }
}

fn or_skipped(hint: &str) -> String {
    format!("{hint}, or leave it out with --skip-bad")
}

fn misplaced(what: Misplaced) -> &'static str {
    match what {
        Misplaced::BesideDomains => "move it into a class of one of them",
        Misplaced::EmptyDomain => "give no --domains if there are none",
        Misplaced::EmptyClass => "put some there, or take the folder away",
        Misplaced::Link => "link the class itself",
        Misplaced::Name => "rename it",
        _ => "move it into one of them",
    }
}

fn image(error: &ImageError) -> Option<&'static str> {
    Some(match error {
        ImageError::Unreadable(_) => UNREADABLE,
        ImageError::TooLong | ImageError::Picture(PictureError::TooLarge { .. }) => "scale it down",
        ImageError::Picture(PictureError::TooNarrow { .. }) => "crop it",
        ImageError::Picture(PictureError::Empty | PictureError::Damaged { .. }) => {
            "get the file again, or take it out"
        }
        ImageError::Picture(PictureError::NoImage { found }) => match data::is_image(*found) {
            true => "convert it to PNG or JPEG",
            false => "take it out",
        },
        ImageError::NotFinite => "check --preprocess",
        _ => return None,
    })
}

fn backbone(error: &BackboneError) -> Option<&'static str> {
    Some(match error {
        BackboneError::Unreadable { .. } => UNREADABLE,
        BackboneError::NoModel { .. } => "get the file again, or export it anew",
        BackboneError::ExternalWeights { .. } => "save it with all in one file",
        BackboneError::Operators { .. } => "export it without them",
        BackboneError::Inputs { .. } | BackboneError::Input { .. } => "export the backbone alone",
        BackboneError::Output { .. } => {
            "export it with pooling, and with the features as first output"
        }
        BackboneError::Failed { .. } => "export it anew",
        _ => return None,
    })
}

fn cache(error: &CacheError) -> Option<&'static str> {
    Some(match error {
        CacheError::Io { .. } => "choose another --cache, or --no-cache",
        CacheError::Busy { .. } => "wait for it, or choose another --cache",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use mesu_data::format::FileKind;
    use mesu_vision::BadImage;

    use super::*;

    #[test]
    fn images_of_other_kinds_are_converted_and_other_files_taken_out() {
        let hint = |found| {
            let error = ExtractError::Image(BadImage {
                place: "x".to_owned(),
                reason: PictureError::NoImage { found }.into(),
            });
            of(&error).unwrap()
        };
        for found in [FileKind::Heic, FileKind::WebP] {
            assert_eq!(
                hint(found),
                "convert it to PNG or JPEG, or leave it out with --skip-bad"
            );
        }
        assert_eq!(
            hint(FileKind::Text),
            "take it out, or leave it out with --skip-bad"
        );
    }
}
