//! The streams inside the binary: rows in the order of time, to test and then learn. Their origin and licenses are in
//! `data/README.md`.

/// A stream of rows inside the binary: CSV in gzip, with a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmbeddedStream {
    /// Name.
    pub name: &'static str,
    /// Rows, in a few words.
    pub description: &'static str,
    /// Number of rows.
    pub rows: usize,
    /// Column that is to be predicted, the last.
    pub target: &'static str,
    /// True if it is a number, and not a class.
    pub regression: bool,
    /// The file.
    pub bytes: &'static [u8],
}

impl EmbeddedStream {
    /// All of them.
    pub const ALL: [Self; 2] = [
        Self {
            name: "elec",
            description: "electricity of New South Wales by half-hours: price up or down",
            rows: 45_312,
            target: "y",
            regression: false,
            bytes: include_bytes!("../../../data/streams/elec.csv.gz"),
        },
        Self {
            name: "bike",
            description: "bikes hired in Washington by hours: how many",
            rows: 17_379,
            target: "cnt",
            regression: true,
            bytes: include_bytes!("../../../data/streams/bike.csv.gz"),
        },
    ];

    /// The stream of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stream| stream.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found() {
        for stream in EmbeddedStream::ALL {
            assert_eq!(EmbeddedStream::named(stream.name), Some(stream));
            assert_eq!(stream.bytes[..2], [0x1f, 0x8b]);
        }
        assert_eq!(EmbeddedStream::named("./elec"), None);
    }
}
