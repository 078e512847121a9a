"""Images/s that a PyTorch version of the network of `incremental-objects` learns on the CPU.

    pip install torch
    python benches/peers/cnn.py [--samples 8] [--threads 2] [--seconds 30]
    mesu bench cnn

The Bayesian network of the paper with weight samples, all of them at once as grouped
convolutions: conv 3-32 3x3 same, conv 32-32 3x3, max-pool 2, dropout 0.25, conv 32-64 3x3
same, conv 64-64 3x3, max-pool 2, dropout 0.25, linear 512, dropout 0.5, linear 10; batches
of 200 images of random pixels, MESU's update with its trust region. --mesu runs `mesu bench
cnn` in turns with it, a round each, so that a busy machine is busy for both.
"""

import argparse
import json
import math
import statistics
import subprocess
import time

import torch
import torch.nn.functional as F

BATCH, CLASSES = 200, 10
SHAPES = [(32, 3, 3, 3), (32, 32, 3, 3), (64, 32, 3, 3), (64, 64, 3, 3), (512, 2304), (10, 512)]


class Mesu:
    """mu and sigma of all layers, and the update of the paper's appendix for convolutions."""

    def __init__(self):
        self.mu, self.sigma = [], []
        for shape in SHAPES:
            fan_in, fan_out = math.prod(shape[1:]), shape[0] * math.prod(shape[2:])
            for s in (shape, (shape[0],)):
                mu = torch.empty(s).uniform_(-1, 1) * math.sqrt(2 / fan_in)
                if len(s) == 1 and len(shape) == 4:
                    mu = torch.zeros(s)
                self.mu.append(mu.requires_grad_())
                sigma = torch.full(s, 0.5 / math.sqrt(fan_out))
                self.sigma.append(sigma.requires_grad_())

    def logits(self, x, samples):
        def draw(i):
            mu, sigma = self.mu[i], self.sigma[i]
            return mu + sigma * torch.randn(samples, *mu.shape)

        x = x.repeat(1, samples, 1, 1)
        for layer, padding, pool in [(0, 1, False), (1, 0, True), (2, 1, False), (3, 0, True)]:
            w, b = draw(2 * layer), draw(2 * layer + 1)
            x = F.conv2d(x, w.flatten(0, 1), b.flatten(), padding=padding, groups=samples)
            x = F.relu(x)
            if pool:
                x = F.dropout(F.max_pool2d(x, 2), 0.25)
        x = x.view(BATCH, samples, -1).transpose(0, 1)
        x = F.dropout(F.relu(torch.baddbmm(draw(9)[:, None], x, draw(8).transpose(1, 2))), 0.5)
        return torch.baddbmm(draw(11)[:, None], x, draw(10).transpose(1, 2))

    def learn(self, x, y, samples):
        logits = self.logits(x, samples)
        labels = y.repeat(samples)
        loss = F.cross_entropy(logits.flatten(0, 1), labels, reduction="sum") / samples
        grads = torch.autograd.grad(loss, self.mu + self.sigma)
        half = len(self.mu)
        with torch.no_grad():
            for mu, sigma, g_mu, g_sigma in zip(self.mu, self.sigma, grads[:half], grads[half:]):
                s2, n, prior = sigma * sigma, 1e6, 1.0
                most = 0.02 * sigma
                d_mu = 5.0 * (-s2 * g_mu + s2 * (0.0 - mu) / (n * prior**2))
                d_sigma = 132.0 * (-s2 * g_sigma + sigma * (prior**2 - s2) / (n * prior**2))
                mu += torch.clamp(d_mu, -most, most)
                sigma += torch.clamp(d_sigma, -most, most)
                sigma.clamp_(1e-6, 1.0)


def peer(learner, x, y, samples, seconds):
    updates, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        learner.learn(x, y, samples)
        updates += 1
    return updates * BATCH / (time.perf_counter() - begun)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seconds", type=float, default=20.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mesu", help="the program, to be measured in turns")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    x, y = torch.rand(BATCH, 3, 32, 32), torch.arange(BATCH) % CLASSES
    learner = Mesu()
    learner.learn(x, y, arguments.samples)
    theirs, ours = [], {}
    for _ in range(arguments.rounds):
        theirs.append(peer(learner, x, y, arguments.samples, arguments.seconds))
        if arguments.mesu:
            bench = subprocess.run(
                [arguments.mesu, "bench", "cnn", "--json"], check=True, capture_output=True
            )
            for run in json.loads(bench.stdout)["runs"]:
                name = f"{run['estimator']}, {run['samples']} samples"
                ours.setdefault(name, []).append(run["images_per_second"])
    rate = statistics.median(theirs)
    print(f"PyTorch {torch.__version__}, {arguments.threads} threads, "
          f"weight-sampling, {arguments.samples} samples: {rate:.1f} images/s")
    for name, rates in ours.items():
        ratio = statistics.median(o / t for o, t in zip(rates, theirs))
        print(f"mesu, {name}: {statistics.median(rates):.1f} images/s, {ratio:.1f} times as many")


if __name__ == "__main__":
    main()
