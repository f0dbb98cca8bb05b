"""Puts many C++ sources into one translation unit, so that a checker reads the headers that they share once.

Names that a source keeps to itself (those of its unnamed namespaces, and static ones) get its number behind
them, since two sources may well use one name. The lines stay where they are.
"""
import re

# Names that each program has one of, and that are no file's own.
ONE_A_PROGRAM = {"main", "LLVMFuzzerTestOneInput"}
NOT_NAMES = {"operator", "static_assert", "void"}
TYPE = re.compile(r"(?:class|struct|union|enum class|enum)\s+(\w+)|using (\w+) =")
# The last name before what ends it, as in `absl::Status Refuse(` or `constexpr int kRows[] = {`; not that
# in `Auditor::Run(`.
OTHER = re.compile(r"[A-Za-z_][^(={;]*?(?<!::)\b(\w+)(?:\[[^\]]*\])*\s*[(={;]")


def name_declared(line):
    """What a line that begins a declaration names, or None. Sources are formatted, so it stands first."""
    if line.startswith(("template", "namespace", "using namespace", "}")):
        return None
    found = TYPE.match(line) or OTHER.match(line)
    name = found and found[found.lastindex]
    return None if not name or name in NOT_NAMES or name.isupper() else name


def names_kept(text):
    """The names that a source has to itself."""
    names, inside = set(ONE_A_PROGRAM), False
    for line in text.splitlines():
        if line.startswith("namespace {"):
            inside = True
        elif line.startswith("}  // namespace"):
            inside = False
        elif inside or line.startswith("static "):
            names.add(name_declared(line))
    return names - {None}


def renamed(text, number):
    """The text of a source, with the names that it keeps to itself numbered."""
    names = names_kept(text)
    namespaces = set("::".join(re.findall(r"\bnamespace ([\w:]+) \{", text)).split("::"))
    pattern = re.compile(r"(?<![\w.])(?<!->)(?:%s)\b" % "|".join(sorted(names)))

    def line_renamed(line):
        def replaced(match):
            before = re.search(r"(\w+)::$", line[:match.start()])
            foreign = before and before[1] not in namespaces | names
            return match[0] if foreign else f"{match[0]}_{number}"
        return line if line.startswith("#include") else pattern.sub(replaced, line)

    return "\n".join(map(line_renamed, text.split("\n")))


def write_unit(root, files, folder):
    """Writes folder/unit.cc, made of the files (paths below root), copies of which go below the folder."""
    includes = []
    for number, file in enumerate(files):
        copy = folder / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(renamed((root / file).read_text(encoding="utf-8"), number), encoding="utf-8")
        includes.append(f'#include "{copy}"\n')
    unit = folder / "unit.cc"
    unit.write_text("".join(includes), encoding="utf-8")
    return unit
