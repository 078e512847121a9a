use super::labels::classes_of;
use super::*;
use std::fs;

fn images(count: u32, rows: u32, columns: u32) -> Vec<u8> {
    let header = [0x803, count, rows, columns];
    let mut file: Vec<u8> = header.iter().flat_map(|word| word.to_be_bytes()).collect();
    file.extend((0..count * rows * columns).map(|i| (i % 256) as u8));
    file
}

fn labels(labels: &[u8]) -> Vec<u8> {
    let header = [0x801, labels.len() as u32];
    let mut file: Vec<u8> = header.iter().flat_map(|word| word.to_be_bytes()).collect();
    file.extend(labels);
    file
}

/// Three training images of 2 x 2 in classes 0, 1, 2 and two test images.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: Vec<u8>| fs::write(folder.path().join(name), bytes).unwrap();
    write("train-images-idx3-ubyte", images(3, 2, 2));
    write("train-labels-idx1-ubyte", labels(&[0, 1, 2]));
    write("t10k-images.idx3-ubyte", images(2, 2, 2));
    write("t10k-labels.idx1-ubyte", labels(&[1, 0]));
    folder
}

/// Reads the sets, with the test set of the folder `ood` as the unknown.
fn with_ood(folder: &Path, ood: &Path) -> Result<DataSplits, SplitsError> {
    DataSplits::from_idx_folder(folder)?.with_ood(Some(DataSplits::ood_from_idx_folder(ood)?))
}

fn refusal(name: &str, bytes: Vec<u8>) -> String {
    let folder = folder();
    fs::write(folder.path().join(name), bytes).unwrap();
    let message = DataSplits::from_idx_folder(folder.path())
        .unwrap_err()
        .to_string();
    assert!(!message.contains('\n'));
    message.replace(&folder.path().display().to_string(), "F")
}

#[test]
fn a_folder_is_read_under_both_spellings() {
    let folder = folder();
    let source = with_ood(folder.path(), folder.path()).unwrap();
    assert_eq!((source.train().len(), source.test().len()), (3, 2));
    assert_eq!((source.pixels(), source.classes()), (4, 3));
    assert_eq!(source.test().classes(), 3);
    assert_eq!(source.ood().unwrap().len(), 2);
    assert!(
        DataSplits::from_idx_folder(folder.path())
            .unwrap()
            .ood()
            .is_none()
    );
}

#[test]
fn a_missing_file_names_folder_and_names() {
    let folder = folder();
    fs::remove_file(folder.path().join("t10k-labels.idx1-ubyte")).unwrap();
    let message = DataSplits::from_idx_folder(folder.path())
        .unwrap_err()
        .to_string();
    assert_eq!(
        message.replace(&folder.path().display().to_string(), "F"),
        "F: no test labels there, tried t10k-labels-idx1-ubyte, t10k-labels-idx1-ubyte.gz, \
         t10k-labels.idx1-ubyte, t10k-labels.idx1-ubyte.gz"
    );
    let none = folder.path().join("none");
    assert!(matches!(
        DataSplits::from_idx_folder(&none).unwrap_err(),
        SplitsError::NoFolder { folder } if folder == none
    ));
}

#[test]
fn files_that_disagree_are_refused() {
    assert_eq!(
        refusal("train-labels-idx1-ubyte", labels(&[0, 1])),
        "F/train-images-idx3-ubyte holds 3 images but F/train-labels-idx1-ubyte holds \
         2 labels"
    );
    assert_eq!(
        refusal("t10k-images.idx3-ubyte", images(2, 2, 3)),
        "the test set's examples have 6 numbers, the training set's 4"
    );
    assert_eq!(
        refusal("t10k-labels.idx1-ubyte", labels(&[1, 3])),
        "the test set's example 1 has label 3, the training set's labels are 0..=2"
    );
    assert_eq!(
        refusal("train-labels-idx1-ubyte", labels(&[0, 200, 1])),
        "F/train-labels-idx1-ubyte: example 1 has label 200, but only 3 different labels \
         occur"
    );
    assert!(refusal("train-labels-idx1-ubyte", images(3, 2, 2)).contains("images file"));
}

#[test]
fn another_image_size_out_of_distribution_is_refused() {
    let (digits, other) = (folder(), folder());
    fs::write(other.path().join("t10k-images.idx3-ubyte"), images(2, 1, 2)).unwrap();
    let error = with_ood(digits.path(), other.path()).unwrap_err();
    assert!(matches!(
        error,
        SplitsError::Pixels {
            set: "out-of-distribution",
            expected: 4,
            got: 2
        }
    ));
}

#[test]
fn gaps_between_labels_are_allowed_within_reason() {
    let classes = |labels: &[u16]| classes_of(labels, "x").ok();
    assert_eq!(classes(&[5]), Some(6));
    assert_eq!(classes(&[3, 8, 3]), Some(9));
    assert_eq!(classes(&(1..=26).collect::<Vec<_>>()), Some(27));
    assert_eq!(classes(&(0..=255).collect::<Vec<_>>()), Some(256));
    assert_eq!(classes(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 25]), None);
}

#[test]
fn truncated_cuts_all_three() {
    let folder = folder();
    let read = || with_ood(folder.path(), folder.path()).unwrap();
    let cut = read().truncated(Some(2), Some(1)).unwrap();
    assert_eq!((cut.train().len(), cut.test().len()), (2, 1));
    assert_eq!((cut.ood().unwrap().len(), cut.classes()), (1, 3));
    assert_eq!(read().truncated(None, None).unwrap(), read());
    assert_eq!(
        read().truncated(Some(4), None).unwrap_err().to_string(),
        "training set: 4 examples asked for, 3 available"
    );
}
