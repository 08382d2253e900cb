#!/usr/bin/env python3
"""Every #include against the tables in DESIGN.md: folders include downwards only, libraries have one door."""

import re

from source import ROOT, cpp_files, read, report, table

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]', re.MULTILINE)


def code_of(cell):
    return re.findall(r"`([^`]+)`", cell)


def load_rules(design):
    layers = {}
    for folder, allowed, system in table(design, "Layers"):
        layers[code_of(folder)[0]] = (set(code_of(allowed)) if "everything" not in allowed else None, system == "yes")
    doors = {}
    for header, places in table(design, "Doors"):
        doors[code_of(header)[0]] = (code_of(places), places.startswith("one file"), "anywhere" in places)
    return layers, doors


def layer_of(path, layers):
    """The longest row that is the path's folder or above it; files directly in supervisor/ are the root."""
    fitting = [layer for layer in layers if str(path).startswith(layer + "/")]
    layer = max(fitting, key=len)
    if layer == "supervisor" and len(path.parts) != 2:
        return None
    return layer


def target(path, name, layers):
    """The file that a quoted include leads to and its layer, or None when there is no such file."""
    for base in (path.parent, *map(type(path), ("supervisor", "include", "ctl", "tests", "."))):
        found = base / name
        if (ROOT / found).is_file():
            return str(found), layer_of(found, layers)
    if name == "mainstay/version.h":  # made by CMake
        return f"include/{name}", "include/mainstay"
    return None


def check_file(path, layers, doors, users):
    layer = layer_of(path, layers)
    if layer is None:
        yield f"{path}: no row of DESIGN.md's layer table names this folder"
        return
    allowed, system = layers[layer]
    text = read(path)
    for match in INCLUDE.finditer(text):
        where = f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
        quoted, name = match.group(1) == '"', match.group(2)
        door = next((door for door in doors if name == door or (door.endswith("/") and name.startswith(door))), None)
        if door:
            places, _, anywhere = doors[door]
            users.setdefault(door, set()).add(path)
            if not anywhere and not any(str(path) == place or str(path).startswith(place) for place in places
                                        if place.endswith("/") or str(path) == place):
                yield f"{where}: <{name}> is for {', '.join(places)} only (DESIGN.md, Doors)"
        if quoted:
            found = target(path, name, layers)
            if found is None and door:
                pass  # a library's header in quotes
            elif found is None or found[1] is None:
                yield f'{where}: "{name}" is no file of a layer that DESIGN.md names'
            elif allowed is not None and found[1] != layer and not allowed & set(found):
                yield f"{where}: {layer} must not include {found[1]} (DESIGN.md, Layers)"
        # C headers of the operating system end in .h; those of C++ and its C library (<csignal>) do not.
        elif not door and name.endswith(".h") and not system:
            yield f"{where}: {layer} must not include the system header <{name}> (DESIGN.md, Layers)"
        elif not door and "/" in name and not name.startswith(("sys/", "linux/", "netinet/", "arpa/", "net/", "mach/")):
            yield f"{where}: <{name}> is a library without a door in DESIGN.md"


def main():
    layers, doors = load_rules(read("DESIGN.md"))
    findings, users = [], {}
    files = cpp_files()
    for path in files:
        findings += check_file(path, layers, doors, users)
    for door, (places, single, _) in doors.items():
        inside = sorted(path for path in users.get(door, ()) if any(str(path).startswith(place) for place in places))
        if single and len(inside) > 1:
            findings.append(f"<{door}> has one door, but is included by {', '.join(map(str, inside))}")
    report(findings, f"{len(files)} files include only what DESIGN.md lets them.")


if __name__ == "__main__":
    main()
