"""The little of man(7) that our manual pages need."""


def roff(text):
    """Text that roff takes for no request of its own."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in text.splitlines())


def page(name, section, summary, parts):
    out = [f'.TH {name.upper()} {section} "" "Mainstay" "Mainstay"', ".SH NAME", f"{name} \\- {roff(summary)}"]
    for title, body in parts:
        out += [f".SH {title}", body]
    return "\n".join(out) + "\n"


def literal(text):
    return f".nf\n{roff(text.rstrip())}\n.fi"


def bold_tagged(tag, text):
    return f".TP\n.B {roff(tag)}\n{roff(text)}"
