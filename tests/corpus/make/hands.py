"""What every hand writes its passages with. See passages.py."""


def hand(name):
    """The clean passages and the faults of a hand, and what adds to either."""
    clean, faults = [], []

    def f(kind, finds, *items, table="bureau"):
        """Faults of a class; each a text, or a text and the words that are wrong."""
        for item in items:
            text, at = item if isinstance(item, tuple) else (item, None)
            assert at is None or at in text, (text, at)
            faults.append({"class": f"{kind}, {name}", "text": text, "table": table, "section": "overview", "at": at, "finds": finds})

    def c(kind, *texts, table="bureau"):
        for text in texts:
            clean.append({"class": kind, "text": text, "table": table, "section": "overview"})

    return clean, faults, f, c
