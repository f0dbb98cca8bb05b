"""The page is whole, escaped, and needs nothing else."""
import html.parser
import re
import unittest
import xml.etree.ElementTree as ET

import page

EVIL = "<script>alert('1')</script>&\"\x00\x1b"


def night(commit, ratio, verdict="pass", why="", name="judge"):
    metric = {"name": name, "unit": "us", "verdict": verdict, "why": why, "gate": 0.03, "baseline": 12345.678,
              "candidate": 0.5, "ratio": ratio, "floor": 0.01, "p": 0.25}
    return {"commit": commit, "baseline": "b" * 40, "time": "2026-01-02T03:04:05+00:00", "verdict": verdict,
            "cpu": "A <fast> CPU", "metrics": [metric]}


def parse(records):
    return ET.fromstring(page.render(records))


class Page(unittest.TestCase):
    def test_the_last_verdict_is_on_top_and_trends_follow(self):
        root = parse([night("a" * 40, 1.0), night("c" * 40, 1.05, "regressed", "5.0 % more")])
        self.assertEqual(root.find("body/p/strong").text, "regressed")
        cells = [cell.text for cell in root.iter("td")]
        self.assertEqual(cells, ["judge", "12,346", "0.5", "us", "+5.00 %", "3.00 %", "1.00 %", "0.25",
                                 "regressed: 5.0 % more"])
        titles = [title.text for title in root.iter("title")][1:]
        self.assertEqual(len(titles), 2)
        self.assertIn("aaaaaaaaaaaa: +0.00 %, pass", titles[0])
        self.assertIn("cccccccccccc: +5.00 %, regressed", titles[1])

    def test_worse_is_higher(self):
        root = parse([night("a", 0.9), night("b", 1.0), night("c", 1.2)])
        heights = [float(circle.get("cy")) for circle in root.iter("circle")]
        self.assertEqual(heights, sorted(heights, reverse=True))
        [line] = root.iter("polyline")
        self.assertEqual(len(line.get("points").split()), 3)

    def test_everything_is_escaped(self):
        record = night(EVIL, 1.0, EVIL, EVIL, EVIL)
        record.update(cpu=EVIL, time=EVIL, baseline=EVIL)
        text = page.render([record])
        self.assertNotIn("<script", text)
        self.assertIn("<script>alert('1')</script>&\"", "".join(ET.fromstring(text).itertext()))
        self.assertNotIn("\x1b", text)

    def test_it_needs_no_network_and_knows_both_schemes(self):
        text = page.render([night("a", 1.0)])
        self.assertIsNone(re.search(r"https?:|src=|@import|url\(", text))
        self.assertIn("prefers-color-scheme: dark", text)

    def test_a_browser_reads_it_too(self):
        opened = []
        class Reader(html.parser.HTMLParser):
            def handle_starttag(self, tag, attributes):
                opened.append(tag)
            def handle_endtag(self, tag):
                assert opened.pop() == tag
        reader = Reader()
        reader.feed(page.render([night("a", 1.0)]))
        reader.close()
        self.assertEqual(opened, [])

    def test_what_is_missing(self):
        self.assertIn("No results yet", page.render([]))
        untold = {"name": "find_id", "verdict": "could not tell", "why": "valgrind is not installed"}
        root = parse([{"commit": "a", "verdict": "could not tell", "metrics": [untold]}, night("b", 1.0),
                      {"commit": "c", "verdict": "could not tell", "metrics": [untold]}])
        self.assertEqual([h2.text for h2 in root.iter("h2")], ["judge"])
        self.assertEqual(len(list(root.iter("circle"))), 1)


if __name__ == "__main__":
    unittest.main()
