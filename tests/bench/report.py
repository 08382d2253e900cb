"""Tables of the benchmark's results, with ratios against the best of the peers."""

OURS = "mainstay"

# test -> (title, columns of (key, heading, digits, what counts: lower or higher))
TABLES = {
    "restart": ("crash to the next first instruction, service that was stable",
                (("median_ms", "median ms", 3, min), ("p95_ms", "p95 ms", 3, min), ("restarts", "restarts", 0, None))),
    "restart_at_once": ("the same, service that crashes at once, where no pause is forced",
                        (("median_ms", "median ms", 3, min), ("p95_ms", "p95 ms", 3, min),
                         ("restarts", "restarts", 0, None))),
    "idle": ("many idle services",
             (("start_s", "all started s", 3, min), ("pss_mb", "memory MB", 1, min),
              ("processes", "processes", 0, None), ("wake_ups", "wake-ups", 0, None),
              ("status_ms", "status ms", 1, min))),
    "capture": ("output captured into a file, 100-byte lines",
                (("seconds", "seconds", 2, min), ("mb_per_s", "MB/s", 0, max), ("cpu_s", "CPU s", 2, min))),
    "writers": ("times as long as the same writer takes into a file, by the bytes it writes at a time",
                (("x100", "100", 2, None), ("x4000", "4,000", 2, None), ("x65500", "65,500", 2, None))),
}


def one_line(outcome):
    return "  ".join(f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
                     for key, value in outcome.items())


def _best(rows, key, better):
    """The best peer's value; without a peer there is nothing to compare with."""
    values = [row[key] for name, row in rows.items() if name != OURS and row.get(key)]
    return better(values) if values and better else None


def _cell(row, column, best):
    key, _, digits, better = column
    if key not in row:
        return ""
    text = f"{row[key]:.{digits}f}"
    return f"{text} ({row[key] / best:.2f}x)" if better and best else text


def _table(title, columns, rows):
    best = {column[0]: _best(rows, column[0], column[3]) for column in columns}
    lines = [["", *(column[1] for column in columns)]]
    notes = []
    for name, row in rows.items():
        note = row.get("skipped") or row.get("failed")
        if note:
            notes.append(f"  {name}: {'skipped' if 'skipped' in row else 'FAILED'}, {note}")
            continue
        lines.append([name, *(_cell(row, column, best[column[0]]) for column in columns)])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    text = [title] + ["  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
                      for line in lines]
    return "\n".join(text + notes)


def tables(results):
    text = [_table(*TABLES[test], rows) for test, rows in results.items()]
    return "\n\n".join([*text, "In brackets: times the best of the peers (not of ours)."])
