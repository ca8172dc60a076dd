from types import SimpleNamespace


def advise(**kw):
    return SimpleNamespace(advice="test", reason="uncertain")
