"""The trends as one HTML page that needs nothing else: a table of the last verdict, and for each metric a
line over the commits."""
import math
import xml.etree.ElementTree as ET

WIDTH, HEIGHT, MARGIN = 640, 120, 14  # of a chart, in its own units
MOST_NIGHTS = 200  # older ones are in the results alone

STYLE = """
:root { color-scheme: light dark; --text: #1d2228; --dim: #68717c; --back: #fcfcfb; --line: #2b62b0;
        --grid: #d8dce1; --pass: #2a7d46; --regressed: #c02f2f; --untold: #a86a00; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e2e5e9; --dim: #97a0ab; --back: #16191d; --line: #7db0f5; --grid: #363c44;
          --pass: #6cc48a; --regressed: #ff7d76; --untold: #e7b04f; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
       color: var(--text); background: var(--back); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .2rem .6rem; border-bottom: 1px solid var(--grid); }
th:first-child, td:first-child, td:last-child, th:last-child { text-align: left; }
.wide { overflow-x: auto; } .dim { color: var(--dim); } code { overflow-wrap: anywhere; }
.pass { color: var(--pass); } .regressed { color: var(--regressed); } .untold { color: var(--untold); }
svg { width: 100%; max-width: 40rem; height: auto; display: block; }
svg .line { fill: none; stroke: var(--line); stroke-width: 1.5; }
svg .even { stroke: var(--dim); } svg .gate { stroke: var(--regressed); stroke-dasharray: 4 4; }
svg circle { fill: currentColor; stroke: var(--back); } svg text { fill: var(--dim); font-size: 11px; }
"""


def _class(verdict):
    return verdict if verdict in ("pass", "regressed") else "untold"


def number(value):
    """A number as short as it is exact enough: 4 digits, and whole from 10,000 on."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def percent(share, sign=""):
    return "" if share is None else f"{100 * share:{sign}.2f} %"


def _change(ratio):
    return "" if ratio is None else percent(ratio - 1, "+")


def _plain(text):
    """Without what no XML may hold: control characters, which a program may have printed."""
    return "".join(c if c.isprintable() else " " for c in str(text))


def _add(parent, tag, text=None, **attributes):
    """A child element; `klass` is its class."""
    if "klass" in attributes:
        attributes["class"] = attributes.pop("klass")
    element = ET.SubElement(parent, tag, {name: _plain(value) for name, value in attributes.items()})
    element.text = None if text is None else _plain(text)
    return element


def _heading(body, record):
    _add(body, "h1", "Hourbook, night by night")
    line = _add(body, "p")
    _add(line, "strong", record["verdict"], klass=_class(record["verdict"]))
    compared = [f": commit {record['commit']}", f"against {record.get('baseline', 'unknown')}",
                record.get("time", "")]
    line[-1].tail = _plain(", ".join(filter(None, compared)))
    where = [str(record[key]) for key in ("cpu", "kernel", "compiler", "flags", "file_system", "durability")
             if record.get(key)]
    _add(body, "p", "; ".join(where), klass="dim")
    _add(body, "p", "A change is of the cost: more is worse. The noise is how far apart two copies of the "
                    "baseline may be found the same night.", klass="dim")


def _table(body, record):
    table = _add(_add(body, "div", klass="wide"), "table")
    row = _add(table, "tr")
    for head in ("metric", "baseline", "candidate", "unit", "change", "gate", "noise", "p", "verdict"):
        _add(row, "th", head)
    for metric in record["metrics"]:
        row = _add(table, "tr")
        for text in (metric["name"], number(metric.get("baseline")), number(metric.get("candidate")),
                     metric.get("unit", ""), _change(metric.get("ratio")), percent(metric.get("gate")),
                     percent(metric.get("floor")), number(metric.get("p"))):
            _add(row, "td", text)
        told = f"{metric['verdict']}: {metric['why']}" if metric.get("why") else metric["verdict"]
        _add(row, "td", told, klass=_class(metric["verdict"]))


def _chart(body, name, nights):
    """A metric's ratio over the nights [(record, its metric)]. The scale is that of logarithms, so that
    twice and half are as far from 1."""
    gate = nights[-1][1].get("gate") or 0
    levels = [math.log(metric["ratio"]) for _, metric in nights]
    most = max([abs(level) for level in levels] + [math.log1p(gate) * 1.5, 0.001])

    def x(i):
        return MARGIN + (WIDTH - 2 * MARGIN) * (i / (len(nights) - 1) if len(nights) > 1 else 0.5)

    def y(level):
        return HEIGHT / 2 - (HEIGHT / 2 - MARGIN) * level / most

    _add(body, "h2", name)
    last = _change(nights[-1][1]["ratio"])
    svg = _add(body, "svg", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img",
               **{"aria-label": f"{name}: candidate over baseline, {len(nights)} nights, last {last}"})
    for level, klass in ((0, "even"), (math.log1p(gate), "gate")):
        _add(svg, "line", x1=0, x2=WIDTH, y1=f"{y(level):.1f}", y2=f"{y(level):.1f}", klass=klass)
    _add(svg, "text", _change(math.exp(most)), x=0, y=10)
    _add(svg, "text", _change(math.exp(-most)), x=0, y=HEIGHT - 2)
    points = [(f"{x(i):.1f}", f"{y(level):.1f}") for i, level in enumerate(levels)]
    _add(svg, "polyline", points=" ".join(map(",".join, points)), klass="line")
    for (cx, cy), (record, metric) in zip(points, nights):
        circle = _add(svg, "circle", cx=cx, cy=cy, r=4, klass=_class(metric["verdict"]))
        change = _change(metric["ratio"])
        _add(circle, "title",
             f"{record.get('time', '')} {record['commit'][:12]}: {change}, {metric['verdict']}")


def _history(record, name):
    return next((m for m in record["metrics"] if m["name"] == name and (m.get("ratio") or 0) > 0), None)


def render(records):
    """The page over records, oldest first."""
    root = ET.Element("html", lang="en")
    head = _add(root, "head")
    _add(head, "meta", charset="utf-8")
    _add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    _add(head, "title", "Hourbook, night by night")
    _add(head, "style").text = STYLE
    body = _add(root, "body")
    if not records:
        _add(body, "p", "No results yet.")
    else:
        _heading(body, records[-1])
        _table(body, records[-1])
        shown = records[-MOST_NIGHTS:]
        for name in dict.fromkeys(m["name"] for r in reversed(shown) for m in r["metrics"]):
            nights = [(r, m) for r in shown if (m := _history(r, name)) is not None]
            if nights:
                _chart(body, name, nights)
    # As XML, in which all is escaped, with every tag ended, as HTML wants it.
    return "<!DOCTYPE html>\n" + ET.tostring(root, encoding="unicode", short_empty_elements=False) + "\n"
