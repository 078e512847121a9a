"""Examples in docstrings are run, those of the native half too."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import mesu
import pytest
from mesu import _mesu

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def documented():
    for name in ("mesu", *(f"mesu.{module.name}" for module in pkgutil.iter_modules(mesu.__path__))):
        module = importlib.import_module(name)
        for test in doctest.DocTestFinder(exclude_empty=True).find(module, module=module):
            if test.examples:
                yield test.name, test.docstring, module
    for name, found in vars(_mesu).items():
        if inspect.isclass(found) or inspect.isbuiltin(found):
            yield name, found.__doc__ or "", _mesu
            for part, member in vars(found).items() if inspect.isclass(found) else ():
                if not part.startswith("_"):
                    yield f"{name}.{part}", getattr(member, "__doc__", None) or "", _mesu


DOCUMENTED = list(documented())


@pytest.mark.parametrize(("text", "module"), [part[1:] for part in DOCUMENTED], ids=[part[0] for part in DOCUMENTED])
def test_examples(text, module):
    test = doctest.DocTestParser().get_doctest(text, dict(vars(module)), module.__name__, None, 0)
    told = doctest.DocTestRunner(optionflags=OPTIONS).run(test)
    assert told.failed == 0


def test_everything_public_is_documented():
    assert not [name for name, text, _ in DOCUMENTED if not text.strip()]
    for name in mesu.__all__:
        assert getattr(mesu, name).__doc__ or name == "__version__", name
    assert len(DOCUMENTED) > 80
