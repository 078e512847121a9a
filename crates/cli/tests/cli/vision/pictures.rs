//! What images look like, in the archive.

use super::*;
use crate::support::{stdout, succeed};

/// A left half of one colour and a right half of another.
fn halves(path: &Path, colours: [[u8; 3]; 2], width: u32, height: u32) {
    let half = width as usize / 2;
    let row = [colours[0].repeat(half), colours[1].repeat(half)].concat();
    write_png(path, &row.repeat(height as usize), width, height);
}

#[test]
fn pictures_show_the_middle_of_every_image() {
    let folder = small();
    let at = |name: &str| folder.path().join("photos").join(name);
    halves(&at("dog/wide.png"), [[250, 0, 0], [0, 0, 250]], 1000, 200);
    // The second time from the cache.
    for known in [false, true] {
        let output = succeed(folder.path(), &command(&[]));
        assert_eq!(stdout(&output).contains("; 4 were known"), known);
        let mut npz = Npz::open(&folder.path().join("out.npz")).unwrap();
        let pictures = npz.array("pictures").unwrap();
        assert_eq!(pictures.shape(), [4, 48, 48, 3]);
        let Elements::U8(bytes) = pictures.into_elements() else {
            panic!()
        };
        let images: Vec<&[u8]> = bytes.chunks(48 * 48 * 3).collect();
        // dog/wide.png: red on the left, blue on the right, 24 pixels of each.
        let row: Vec<&[u8]> = images[0][47 * 48 * 3..].chunks(3).collect();
        assert_eq!((row[0], row[20]), (&[250, 0, 0][..], &[250, 0, 0][..]));
        assert_eq!((row[27], row[47]), (&[0, 0, 250][..], &[0, 0, 250][..]));
        for (image, colour) in images[1..]
            .iter()
            .zip([[0, 0, 255], [255, 0, 0], [0, 51, 0]])
        {
            assert_eq!(**image, colour.repeat(48 * 48));
        }
    }
    succeed(folder.path(), &command(&["--no-pictures"]));
    let mut npz = Npz::open(&folder.path().join("out.npz")).unwrap();
    assert!(npz.array("pictures").is_err() && npz.array("features").is_ok());
}
