"""ecosystem.yaml(5) from the schema: every key with its type and what it is, the nested ones with a dotted name."""

import json

from roff import bold_tagged, page, roff

REFERENCE = "#/definitions/"
# Definitions with keys of their own that several keys have: each is a section, and named where it is used.
SHARED = {"service": "A SERVICE", "job": "A JOB", "monitor": "A MONITOR", "check": "A CHECK", "http": "AN HTTP REQUEST",
          "channel": "AN ALERT CHANNEL", "rule": "AN ALERT RULE", "limits": "LIMITS", "stop": "STOPPING", "logs": "LOGS OF A SERVICE",
          "secret": "A SECRET"}
# What a type is called, where the name of its definition would not say it.
NAMES = {"optionalText": "text", "texts": "list", "boolean": "true or false", "value": "text or secret",
         "optionalValue": "text or secret", "values": "map of text or secret", "env": "map of text or secret",
         "inherit_env": "true, false or list", "ready": "map", "programName": "name", "limits": "see LIMITS", "stop": "see STOPPING",
         "logs": "see LOGS OF A SERVICE"}


def meant(node):
    """The alternatives of a node without those that every value has: null, and a text with a reference."""
    for alternative in node.get("anyOf", []):
        if alternative == {"type": "null"} or "\\$\\{" in alternative.get("pattern", ""):
            continue
        yield from meant(alternative) if "anyOf" in alternative else [alternative]
    if "anyOf" not in node or "properties" in node:
        yield node


def words_of(values):
    return ", ".join(json.dumps(value).strip('"') for value in values if value is not None)


def number_name(node):
    bounds = [str(node[bound]) for bound in ("minimum", "maximum") if bound in node]
    name = "whole number" if "integer" in node["type"] else "number"
    return f"{name}, {' to '.join(bounds)}" if len(bounds) == 2 else name


def type_name(node):
    if "$ref" in node:
        name = node["$ref"].removeprefix(REFERENCE)
        return NAMES.get(name) or SHARED.get(name, name).lower().removeprefix("a ").removeprefix("an ")
    if "anyOf" in node and "properties" not in node:
        return " or ".join(dict.fromkeys(type_name(each) for each in meant(node)))
    if "enum" in node or "const" in node:
        return words_of(node.get("enum", [node.get("const")]))
    kinds = node.get("type", "text")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "array" in kinds:
        return f"list of {type_name(node['items'])}" if "items" in node else "list"
    if "object" in kinds:
        each = node.get("additionalProperties")
        return f"map of {type_name(each)}" if isinstance(each, dict) else "map"
    return number_name(node) if {"integer", "number"} & set(kinds) else "text"


class Pages:
    def __init__(self, schema):
        self.definitions = schema["definitions"]

    def resolved(self, node):
        return self.definitions[node["$ref"].removeprefix(REFERENCE)] if "$ref" in node else node

    def nested(self, node):
        """Nodes below `node` whose keys are told right there, with what stands between the names."""
        if "$ref" in node:
            shared = node["$ref"].removeprefix(REFERENCE) in SHARED
            return [] if shared else self.nested(self.resolved(node))
        found = [(".", node)] if "properties" in node else []
        for alternative in meant(node):
            if alternative is not node:
                found += self.nested(alternative)
        return found

    def keys(self, node, prefix=""):
        out = []
        for name, below in node["properties"].items():
            description = below.get("description") or self.resolved(below).get("description", "")
            out.append(bold_tagged(prefix + name, f"({type_name(below)}) {description}."))
            for between, child in self.nested(below):
                out += self.keys(child, prefix + name + between)
        return out

    def shared(self, name):
        definition = self.definitions[name]
        maps = [each for each in meant(definition) if "properties" in each]
        return roff(definition["description"] + ".") + "\n" + "\n".join(self.keys(maps[0]))

    def notations(self):
        told = [name for name, each in self.definitions.items()
                if "description" in each and name not in SHARED and "properties" not in each]
        return "\n".join(bold_tagged(NAMES.get(name, name), self.definitions[name]["description"] + ".") for name in told)


def ecosystem_page(schema_path):
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    pages = Pages(schema)
    return page("ecosystem.yaml", 5, "what Mainstay keeps running", [
        ("DESCRIPTION", roff(schema["description"] + ". It is checked whole before anything starts; ctl check does only that, and "
                             "names the keys that this version does not act on. ${NAME} works in every value. A key that is null is as "
                             "if it were not there.")),
        ("KEYS OF THE FILE", "\n".join(pages.keys(schema))),
        *[(title, pages.shared(name)) for name, title in SHARED.items()],
        ("HOW VALUES ARE WRITTEN", pages.notations()),
        ("EXAMPLES", ".nf\nservices:\n  web:\n    command: [python3, \\-m, http.server, \"8000\"]\n.fi"),
        ("SEE ALSO", ".BR ctl (1),\n.BR supervisor (8)"),
    ])
