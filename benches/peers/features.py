"""Features of `mesu features` against onnxruntime's, and the time of both on one thread.

    pip install numpy pillow onnxruntime
    mesu features IMAGES --backbone NET.onnx --preprocess NET.toml --out out.npz
    python benches/peers/features.py IMAGES NET.onnx NET.toml out.npz [--mesu target/release/mesu]

Images are prepared by Pillow as NET.toml says (keys as in `mesu features --help`). With
--mesu the command is timed on one thread, without its cache, over all images and over
half of them, so that starting and loading are not counted.
"""

import argparse
import os
import resource
import subprocess
import tempfile
import time
import tomllib

import numpy as np
import onnxruntime as ort
from PIL import Image


def prepare(path, settings):
    image = Image.open(path).convert("RGB")
    size = settings.get("resize", 256)
    if isinstance(size, int):
        w, h = image.size
        size = [size * h // w, size] if w <= h else [size, size * w // h]
    filters = {"bicubic": Image.BICUBIC, "bilinear": Image.BILINEAR}
    image = image.resize((size[1], size[0]), filters[settings["filter"]])
    crop = settings.get("crop", 224)
    crop = [crop, crop] if isinstance(crop, int) else crop
    top, left = (round((s - c) / 2) for s, c in zip(size, crop))
    image = image.crop((left, top, left + crop[1], top + crop[0]))
    pixels = np.asarray(image, np.float64) * settings["range"] / 255
    pixels = (pixels - settings["mean"]) / settings["std"]
    return pixels.astype(np.float32).transpose(2, 0, 1)[None]


def cpu_of(command):
    """User and system seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"RAYON_NUM_THREADS": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ["images", "model", "settings", "npz"]:
        parser.add_argument(name)
    parser.add_argument("--mesu")
    arguments = parser.parse_args()
    with open(arguments.settings, "rb") as file:
        settings = tomllib.load(file)
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(arguments.model, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    ours = np.load(arguments.npz)
    worst, spent, running = 0.0, [], []
    for path, features in zip(ours["paths"], ours["features"]):
        start = time.process_time()
        image = prepare(os.path.join(arguments.images, path), settings)
        middle = time.process_time()
        theirs = session.run(None, {name: image})[0][0]
        end = time.process_time()
        spent.append(end - start)
        running.append(end - middle)
        worst = max(worst, float(np.abs(theirs - features).max()))
    count = len(spent)
    print(f"{count} images, largest difference {worst:.2e}, features up to {ours['features'].max():.2f}")
    theirs = 1e3 * sum(spent) / count
    print(f"onnxruntime with Pillow: {theirs:.1f} ms of one core an image, {1e3 * sum(running) / count:.1f} of them the network")
    if not arguments.mesu:
        return
    with tempfile.TemporaryDirectory() as folder:
        times = []
        for part in [count // 2, count]:
            csv = os.path.join(folder, "list.csv")
            with open(csv, "w", encoding="utf-8") as file:
                file.writelines(f'"{path}",{label}\n' for path, label in zip(ours["paths"][:part], ours["labels"]))
            out = os.path.join(folder, "out.npz")
            command = [arguments.mesu, "features", arguments.images, "--csv", csv, "--backbone", arguments.model]
            command += ["--preprocess", arguments.settings, "--out", out, "--no-cache", "--quiet"]
            times.append(cpu_of(command))
        mesu = 1e3 * (times[1] - times[0]) / (count - count // 2)
        print(f"mesu: {mesu:.1f} ms of one core an image, {mesu / theirs:.2f} times onnxruntime's")


main()
