"""Writes the seeds of fuzz/corpus, small files of every kind, sound and hostile. Checkpoints are written by
cargo test -p mesu-fuzz-targets -- --ignored checkpoints_are_written
"""

import gzip
import io
import pathlib
import struct
import tarfile
import zipfile
import zlib

CORPUS = pathlib.Path(__file__).parent / "corpus"


def seed(target, name, content):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def gz(content):
    return gzip.compress(content, mtime=0)


def idx(magic, sizes, body):
    return struct.pack(">I", magic) + b"".join(struct.pack(">I", n) for n in sizes) + body


def npy(descr, shape, body, order="False"):
    head = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    head += b" " * (-(len(head) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head + body


def npz(**arrays):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            archive.writestr(zipfile.ZipInfo(name + ".npy"), array)
    return content.getvalue()


def tar(entries):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, body, kind in entries:
            entry = tarfile.TarInfo(name)
            entry.size, entry.type = len(body), kind
            if kind == tarfile.SYMTYPE:
                entry.size, entry.linkname = 0, "/etc/passwd"
            archive.addfile(entry, io.BytesIO(body))
    return content.getvalue()


def png(width, height, body=None, color=2):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    body = b"".join(b"\0" + b"\x40\x80\xc0" * width for _ in range(height)) if body is None else body
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(body))
        + chunk(b"IEND", b"")
    )


images = idx(0x803, [2, 2, 3], bytes(range(12)))
labels = idx(0x801, [3], bytes([0, 1, 2]))
seed("idx", "images", images)
seed("idx", "images.gz", gz(images))
seed("idx", "labels", labels)
seed("idx", "pair", bytes([len(images)]) + images + idx(0x801, [2], bytes([0, 1])))
seed("idx", "pair-stray", bytes([len(images)]) + images + idx(0x801, [2], bytes([0, 200])))
seed("idx", "two-gigabytes", idx(0x803, [1 << 31, 1, 1], b"\0"))
seed("idx", "overflow", idx(0x803, [0xFFFFFFFF] * 3, b""))
seed("idx", "bomb.gz", gz(idx(0x803, [1, 2, 2], bytes(1 << 20))))
seed("idx", "trailing.gz", gz(images) + b"more")

floats = struct.pack("<6f", 0, 0.5, 1, 1.5, 2, 2.5)
seed("npy", "floats", npy("<f4", "(2, 3)", floats))
seed("npy", "fortran", npy("<f4", "(2, 3)", floats, "True"))
seed("npy", "big-endian", npy(">i8", "(3,)", struct.pack(">3q", 1, -1, 2)))
seed("npy", "text", npy("<U3", "(2,)", "cat".encode("utf-32-le") + "é\0\0".encode("utf-32-le")))
seed("npy", "no-character", npy("<U1", "(1,)", b"\xff" * 4))
seed("npy", "object", npy("|O", "(1,)", b"\x80\x04."))
seed("npy", "huge", npy("<f8", "(18446744073709551615, 2)", b""))
seed("npy", "zero-by-huge", npy("<f8", "(0, 4294967296, 4294967296)", b""))
seed("npy", "four-gigabytes", npy("|u1", "(4294967296,)", b"\1"))
seed("npy", "many-texts", npy("<U1", "(16777216,)", b"a\0\0\0"))
seed("npy", "wide-text", npy("<U1000000000", "(1,)", b"a\0\0\0"))
seed("npy", "version-2", b"\x93NUMPY\x02\0" + struct.pack("<I", 1 << 31) + b"{")

x = npy("<f4", "(4, 2)", struct.pack("<8f", *range(8)))
y = npy("<i8", "(4,)", struct.pack("<4q", 0, 1, 0, 1))
seed("npz", "features", npz(X=x, y=y))
seed("npz", "column", npz(X=x, y=npy("<i8", "(4, 1)", struct.pack("<4q", 0, 1, 0, 1))))
seed("npz", "far-labels", npz(X=x, y=npy("<i8", "(4,)", struct.pack("<4q", 0, 7, 200, 7))))
seed("npz", "extreme-labels", npz(X=x, y=npy("<i8", "(4,)", struct.pack("<4q", -(1 << 63), 65536, 65535, 0))))
seed("npz", "names", npz(X=x, y=npy("<U3", "(4,)", "catdogcatdog".encode("utf-32-le"))))
seed("npz", "few-names", npz(X=x, y=y, classes=npy("<U3", "(1,)", "cat".encode("utf-32-le"))))
seed("npz", "no-names", npz(X=x, y=y, classes=npy("<U1", "(0,)", b"")))
seed("npz", "splits", npz(x_train=x, y_train=y, x_test=x, y_test=y, X_ood=x, X_unseen=x))
seed("npz", "images", npz(X=npy("|u1", "(4, 2, 2, 3)", bytes(48)), y=y))
seed("npz", "planes", npz(X=npy("|u1", "(4, 3, 2, 2)", bytes(48)), y=y))
seed("npz", "empty-images", npz(X=npy("|u1", "(4, 0, 2, 3)", b""), y=y))
seed("npz", "no-examples", npz(X=npy("<f4", "(0, 2)", b""), y=npy("<i8", "(0,)", b"")))
seed("npz", "pictures", npz(X=x, y=y, pictures=npy("|u1", "(4, 1, 2, 3)", bytes(24)), domains=y))
seed("npz", "scalar", npz(X=npy("<f4", "()", b"\0\0\0\0"), y=y))
seed("npz", "not-finite", npz(X=npy("<f4", "(4, 2)", struct.pack("<8f", *[float("nan")] * 8)), y=y))
seed("npz", "empty-archive", npz())

ten = bytes([3]) + bytes(3072)
hundred = bytes([1, 99]) + bytes(3072)
regular, link, device = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE
seed("cifar_archive", "ten", gz(tar([("cifar-10-batches-bin/test_batch.bin", ten, regular)])))
seed(
    "cifar_archive",
    "hundred",
    gz(tar([("a/train.bin", hundred, regular), ("a/test.bin", hundred, regular)])),
)
seed("cifar_archive", "climbs-out", gz(tar([("../test_batch.bin", ten, regular)])))
seed("cifar_archive", "link", gz(tar([("a/test.bin", b"", link)])))
seed("cifar_archive", "device", gz(tar([("a/test.bin", b"", device)])))
seed("cifar_archive", "twice", gz(tar([("a/test.bin", hundred, regular)] * 2)))
seed("cifar_archive", "label", gz(tar([("test_batch.bin", bytes([10]) + bytes(3072), regular)])))
seed("cifar_archive", "no-gzip", tar([("test_batch.bin", ten, regular)]))
seed("cifar_archive", "padding", gz(tar([]) + bytes(1 << 20)))

seed("cifar_records", "record", hundred)
seed("cifar_records", "two", hundred * 2)
seed("cifar_records", "label", bytes([20, 100]) + bytes(3072))
seed("cifar_records", "short", hundred[:100])
seed("cifar_records", "names", b"".join(b"class %d\n" % i for i in range(100)))

heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
webp = b"RIFF\x24\0\0\0WEBPVP8 "
for name, content in [("csv", b"a,b\n1,2\n"), ("heic", heic), ("webp", webp), ("cut", "grün".encode()[:3])]:
    seed("file_kind", name, content)

seed("experiment", "smallest", b'scenario = "permuted"\ntasks = 2\n')
seed(
    "experiment",
    "domain",
    b'scenario = "domain"\ntasks = 2\n[data]\nsource = "x.npz"\n[domains.species]\na = ["b", "c"]\n'
    b'[learner]\nkind = "mesu"\nmemory_window = 1e300\n',
)
seed("experiment", "layers", b'[network]\ninput = [3, 32, 32]\nlayers = ["conv 8 3x3", "relu", "flatten"]\n')
seed("experiment", "many-tasks", b"tasks = 9223372036854775807\n[network]\nhidden = [9223372036854775807]\n")
seed("experiment", "huge-layer", b'[network]\nlayers = ["conv 99999999999 9999x9999 stride 0"]\n')
seed("experiment", "negative", b"tasks = -1\n[data]\ntest_share = nan\nepochs = 0\n")
seed("experiment", "nested", b"a = " + b"[" * 3000)
seed("experiment", "dotted", b".".join([b"a"] * 2000) + b" = 1\n")
seed("experiment", "sweep", b"[grid]\nlearner.samples = [1, 2]\n[compare.a]\ntasks = 1\n")

seed("rows", "plain", b"a,b\n1,2\n3,\n")
seed("rows", "quotes", b'\xef\xbb\xbfa;"b,c"\r\n"1;2";"3 ""4""\n5"\r\n\r\n6;"7"8\n"9;\n')
seed("rows", "separators", b"a,b;c|d\te\n1;2\n3;4\n5,6\n")
seed("rows", "widths", b"a,b\n1\n1,2,3\na,b\n\xff,\xf0\x9f\n1,2")
seed("rows", "json", b'{"a":1,"b":"x"}\n{"b":[1,{}],"c":null,"a":1e400}\n{"a":1,"a":2}\n{"a":9007199254740993}\nx\n')
seed("rows", "json-nested", b'{"a":' + b"[" * 5000 + b"\n{}\n")
seed("rows", "gzip", gz(b"a\tb\n1\t2\n") + gz(b"3\t4\n"))
seed("rows", "bomb.gz", gz(b"a,b\n1,\"" + bytes(1 << 25)))
seed("rows", "wide.gz", gz(b"a," * (1 << 20)))
seed("rows", "many.gz", gz(b"a,b\n" + b"1,2\n" * (1 << 20)))
seed("rows", "zstd", (CORPUS.parents[1] / "crates/rows/tests/files/frames.csv.zst").read_bytes())
seed("rows", "utf-16", "a,b\n1,2\n".encode("utf-16"))

seed("rows_npz", "features", npz(X=x, y=y))
seed("rows_npz", "columns", npz(a=y, b=npy(">i2", "(4,)", bytes(8)), c=npy("<U3", "(4,)", "catdogcatdog".encode("utf-32-le"))))
seed("rows_npz", "lengths", npz(a=y, b=npy("|u1", "(3,)", b"abc")))
seed("rows_npz", "fewer", npz(a=npy("<f8", "(4611686018427387904,)", bytes(80))))
seed("rows_npz", "more", npz(a=npy("|u1", "(2,)", b"abc")))
seed("rows_npz", "deflated", (CORPUS.parents[1] / "crates/rows/tests/files/numpy.npz").read_bytes())
seed("rows_npz", "wide", npz(a=npy("|b1", "(1, 65536)", b""), b=npy("|b1", "(1, 65536)", b"")))
seed("rows_npz", "fortran", npz(a=npy("<f4", "(3, 2)", floats, "True")))
seed("rows_npz", "no-rows", npz(X=npy("<f4", "(0, 2)", b"")))
seed("rows_npz", "empty-text", npz(a=npy("<U0", "(9223372036854775807,)", b"")))
seed("rows_npz", "object", npz(a=npy("|O", "(1,)", b"\x80\x04.")))

seed("preprocess", "tensorflow", b'resize = 256\ncrop = 224\nfilter = "bicubic"\nrange = 255\nmean = [127, 127, 127]\nstd = [128, 128, 128]\n')
seed("preprocess", "sides", b'resize = [1, 4096]\ncrop = [1, 4096]\nfilter = "bilinear"\nrange = 1e-300\nmean = [0, 0, 0]\nstd = [1, 1, 1]\nchannels = "bgr"\n')
seed("preprocess", "range", b'crop = 0\nfilter = "bicubic"\nrange = inf\nmean = [nan, 0, 0]\nstd = [0, 0, 0]\n')

seed("listing", "two-columns", b"path,label\na.jpg,cat\nb.jpg,dog\n")
seed("listing", "three-columns", b"a.jpg,cat,photo\nb.jpg,dog,drawing\n")
seed("listing", "mark", b"\xef\xbb\xbfpath,label\r\na.jpg,7\r\n")
seed("listing", "not-text", b"a.jpg,cat\n\xff\xfe,dog\n")
seed("listing", "quotes", b'"a,""b"".jpg",cat\n"never closed,dog\n')
seed("listing", "columns", b"a,b\na,b,c\n,\n")

seed("picture", "png", png(2, 2))
seed("picture", "gray", png(2, 1, b"\0\1\2", color=0))
seed("picture", "palette-without-one", png(2, 1, b"\0\1\2", color=3))
seed("picture", "announces-much", png(65535, 65535, b"\0"))
seed("picture", "narrow", png(1, 99, b"\0" * 400))
seed("picture", "jpeg-cut", b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xda")
seed("picture", "jpeg-segments", b"\xff\xd8\xff\xff\xff\xe0\0\0\xff\xd9")
seed("picture", "heic", heic)
