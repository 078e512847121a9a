"""Exact values of -ln p and of its gradient, for likelihoods.json: python3 likelihoods.py > likelihoods.json

Densities are written as products in decimals of 60 digits, and gradients are central differences of -ln p with steps
of 1e-20, whose error is below 1e-38: nothing of the formulas of the gradients is used.
"""

import json
from decimal import Decimal as D, getcontext

getcontext().prec = 60
PI = D("3.14159265358979323846264338327950288419716939937510582097494459")


def gamma(n2):
    """Gamma(n2 / 2) of a whole number n2."""
    x, value = D(n2) / 2, D(1)
    while x > 1:
        x -= 1
        value *= x
    return value * (PI.sqrt() if x == D("0.5") else 1)


def categorical(m, c):
    return sum(x.exp() for x in m).ln() - m[c]


def gaussian(m, z, v):
    return -((-(z - m[0]) ** 2 / (2 * v)).exp() / (2 * PI * v).sqrt()).ln()


def heteroscedastic(m, z):
    return gaussian(m, z, m[1].exp())


def student_t(m, z, n, t2):
    density = gamma(n + 1) / gamma(n) / (PI * n * t2).sqrt()
    power = ((1 + (z - m[0]) ** 2 / (n * t2)).ln() * -(D(n) + 1) / 2).exp()
    return -(density * power).ln()


def case(name, f, outputs, target, **settings):
    outputs = [D(x) for x in outputs]
    at = lambda o: f(o, target if name == "categorical" else D(target), **{k: D(v) if isinstance(v, str) else v for k, v in settings.items()})
    h, gradient = D("1e-20"), []
    for i in range(len(outputs)):
        up, down = list(outputs), list(outputs)
        up[i] += h
        down[i] -= h
        gradient.append(float((at(up) - at(down)) / (2 * h)))
    return {
        "likelihood": name,
        "settings": {k: float(v) for k, v in settings.items()},
        "outputs": [float(x) for x in outputs],
        "target": float(target),
        "nll": float(at(outputs)),
        "gradient": gradient,
    }


cases = []
for outputs, c in [(["0.5", "-1.25", "3"], 1), (["0.5", "-1.25", "3"], 2), (["20", "-20"], 1), (["0"], 0)]:
    cases.append(case("categorical", categorical, outputs, c))
for m, z, v in [("0.5", "1", "0.25"), ("-2", "3.5", "1"), ("0", "0", "0.01"), ("10", "-10", "4")]:
    cases.append(case("gaussian", gaussian, [m], z, v=v))
for m, s, z in [("0.5", "0", "1"), ("-1", "-2.5", "-0.75"), ("0.25", "2.5", "4"), ("0", "-5.5", "0.125")]:
    cases.append(case("heteroscedastic", heteroscedastic, [m, s], z))
for m, z, n, t2 in [("0.5", "1", 4, "0.25"), ("-2", "3.5", 3, "1"), ("0", "0", 5, "0.01"), ("10", "-10", 7, "4")]:
    cases.append(case("student-t", student_t, [m], z, n=n, t2=t2))
assert abs(float(gamma(5)) - __import__("math").gamma(2.5)) < 1e-15
json.dump({"note": "made by likelihoods.py", "cases": cases}, __import__("sys").stdout, indent=1)
print()
