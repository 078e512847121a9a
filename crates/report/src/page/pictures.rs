//! Pictures of test examples inside the page: those of the least and of the largest uncertainty, and those
//! whose class was least probable.

use crate::draw::heat::{data_uri, png};
use crate::runs::group::Group;
use mesu_lab::record::gallery::{Exhibit, Gallery};

/// Test examples of one group.
pub(crate) struct Pictures {
    pub(crate) whose: String,
    pub(crate) kinds: Vec<(&'static str, Vec<Picture>)>,
}

/// A test example.
pub(crate) struct Picture {
    pub(crate) uri: String,
    pub(crate) label: String,
    pub(crate) predicted: String,
    pub(crate) wrong: bool,
    /// Its file, or its place in the test set.
    pub(crate) source: String,
    /// The name of its file; empty if that is not known.
    pub(crate) file: String,
    pub(crate) percent: String,
    pub(crate) bits: String,
}

/// Pictures of the first seed that has any; `named` if there are other groups.
pub(crate) fn pictures(group: &Group, named: bool) -> Option<Pictures> {
    let run = group
        .runs
        .iter()
        .find(|run| run.history.gallery.is_some())?;
    let gallery = run.history.gallery.as_ref()?;
    let of = |list: &[Exhibit]| -> Vec<Picture> {
        list.iter()
            .filter_map(|exhibit| picture(gallery, exhibit))
            .collect()
    };
    let seed = match group.runs.len() {
        1 => String::new(),
        _ => format!("seed {}", run.seed()),
    };
    let name = if named {
        group.name.clone()
    } else {
        String::new()
    };
    let whose = [name, seed].into_iter().filter(|word| !word.is_empty());
    let kinds = [
        ("Most certain", &gallery.surest),
        ("Least certain", &gallery.least_sure),
        ("Most surprising", &gallery.most_surprising),
    ];
    let kinds = kinds.map(|(kind, list)| (kind, of(list))).into_iter();
    Some(Pictures {
        whose: whose.collect::<Vec<_>>().join(", "),
        kinds: kinds.filter(|(_, list)| !list.is_empty()).collect(),
    })
}

fn picture(gallery: &Gallery, exhibit: &Exhibit) -> Option<Picture> {
    let Gallery {
        channels,
        rows,
        columns,
        ..
    } = *gallery;
    let bytes = exhibit.bytes()?;
    let pixels = rows.checked_mul(columns)?;
    let png = match channels {
        1 => png(columns, rows, png::ColorType::Grayscale, &bytes),
        3 if Some(bytes.len()) == pixels.checked_mul(3) => {
            // Color by color as stored, pixel by pixel as drawn.
            let pixel = |i| [bytes[i], bytes[pixels + i], bytes[2 * pixels + i]];
            let bytes: Vec<u8> = (0..pixels).flat_map(pixel).collect();
            png(columns, rows, png::ColorType::Rgb, &bytes)
        }
        _ => None,
    }?;
    let bits = match exhibit.total {
        small if small < 0.005 => "< 0.01".to_owned(),
        bits => format!("{bits:.2}"),
    };
    let name = |class: u32| {
        let name = gallery.names.get(class as usize);
        name.map_or(class.to_string(), |name| name.replace('_', " "))
    };
    Some(Picture {
        uri: data_uri(&png),
        label: name(exhibit.label),
        predicted: name(exhibit.predicted),
        wrong: exhibit.label != exhibit.predicted,
        source: match exhibit.path.as_str() {
            "" => format!("test example {}", exhibit.example),
            path => path.to_owned(),
        },
        file: exhibit
            .path
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or_default()
            .to_owned(),
        percent: format!("{:.0}", 100.0 * exhibit.probability),
        bits,
    })
}
