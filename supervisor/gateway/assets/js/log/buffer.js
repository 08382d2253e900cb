// The lines that a log view holds: bounded in number and in size, whatever a service prints.
//
// An entry is a line {key, at, service, instance, stream, text, tint, open, more} or a gap
// {key, gap: 'skipped'|'started_over', bytes|files}. Keys rise from entry to entry. `open`: its end
// has not come yet. `more`: characters of it that were not kept.

export const LIMITS = { entries: 10000, characters: 16 * 1024 * 1024, lineCharacters: 128 * 1024 };

function isSame(one, other) {
  return one.at === other.at && one.instance === other.instance && one.stream === other.stream &&
         one.text === other.text;
}

// How many entries at the beginning of `later` are those at the end of `earlier`.
export function overlap(earlier, later) {
  for (let count = Math.min(earlier.length, later.length); count > 0; count -= 1) {
    const from = earlier.length - count;
    let at = 0;
    while (at < count && isSame(earlier[from + at], later[at])) at += 1;
    if (at === count) return count;
  }
  return 0;
}

export class LogBuffer {
  constructor(limits = LIMITS) {
    this.limits = limits;
    this.clear();
  }

  clear() {
    this.entries = [];
    this.characters = 0;
    this.lastKey = 0;
    this.firstKey = 1;
    this.open = new Map();
    this.tints = new Tints();
    this.resumed = null;
  }

  // An item of logs.follow. Returns what it changed: {added: [entry…], changed: [entry…], dropped: n}.
  take(item) {
    const change = { added: [], changed: [], dropped: 0 };
    if (item.skipped_bytes) this.#skip(change, item.skipped_bytes);
    if (item.started_over?.length) {
      this.#push(change, { gap: 'started_over', files: item.started_over });
    }
    for (const line of this.#withoutKnown(item.lines ?? [])) this.#line(change, line);
    this.#trim(change);
    return change;
  }

  // The next lines may be ones that are here already: the stream was begun anew, a little before its
  // end.
  expectRepeats() {
    this.resumed = this.entries.filter((entry) => !entry.gap).slice(-1000);
  }

  // Older lines, in front. Those that are here already are left out. Returns the new entries.
  prepend(lines) {
    const known = this.entries.filter((entry) => !entry.gap).slice(0, 1000);
    const older = new LogBuffer(this.limits);
    older.take({ lines });
    const fresh = older.entries.slice(0, older.entries.length - overlap(older.entries, known));
    const room = Math.max(0, this.limits.entries - this.entries.length);
    const taken = room === 0 ? [] : fresh.slice(-room);
    this.firstKey -= taken.length;
    taken.forEach((entry, at) => {
      entry.key = this.firstKey + at;
      this.characters += entry.text.length;
    });
    this.entries.unshift(...taken);
    return taken;
  }

  #withoutKnown(lines) {
    if (!this.resumed || lines.length === 0) return lines;
    const known = this.resumed;
    this.resumed = null;
    return lines.slice(overlap(known, lines));
  }

  #next() {
    this.lastKey += 1;
    return this.lastKey;
  }

  #entry(line) {
    const { lineCharacters } = this.limits;
    const text = line.text.slice(0, lineCharacters);
    return {
      key: this.#next(), at: line.at, service: line.service, instance: line.instance,
      stream: line.stream, tint: this.tints.next(line), text, open: line.partial === true,
      more: line.text.length - text.length,
    };
  }

  // Gaps with nothing between them are one.
  #skip(change, bytes) {
    const last = this.entries.at(-1);
    if (last?.gap !== 'skipped') {
      this.#push(change, { gap: 'skipped', bytes });
      return;
    }
    last.bytes += bytes;
    change.changed.push(last);
  }

  #push(change, entry) {
    const whole = { key: this.#next(), ...entry };
    this.entries.push(whole);
    change.added.push(whole);
  }

  #line(change, line) {
    const source = `${line.instance} ${line.stream}`;
    const begun = line.continued ? this.open.get(source) : undefined;
    if (begun) {
      const room = Math.max(0, this.limits.lineCharacters - begun.text.length);
      const piece = line.text.slice(0, room);
      begun.text += piece;
      begun.more += line.text.length - piece.length;
      begun.open = line.partial === true;
      this.characters += piece.length;
      if (!change.added.includes(begun) && !change.changed.includes(begun)) {
        change.changed.push(begun);
      }
      if (!begun.open) this.open.delete(source);
      return;
    }
    const entry = this.#entry(line);
    this.entries.push(entry);
    change.added.push(entry);
    this.characters += entry.text.length;
    if (entry.open) this.open.set(source, entry);
    else this.open.delete(source);
  }

  #trim(change) {
    const { entries, characters } = this.limits;
    let count = 0;
    while (count < this.entries.length - 1 &&
           (this.entries.length - count > entries || this.characters > characters)) {
      this.characters -= this.entries[count].text?.length ?? 0;
      count += 1;
    }
    if (count === 0) return;
    this.entries.splice(0, count);
    change.dropped = count;
  }
}

// How severe a line is, by what it says in its first words: only a tint. The server's `level`, which
// knows stack traces and many formats, wins where a line has it.

const LOOKED_AT = 300;
const WORDS = [
  ['error', /\b(?:FATAL|CRITICAL|EMERG|ALERT|SEVERE|ERROR|ERR|[Ee]rror|[Ff]atal|[Pp]anic|PANIC)\b|^Traceback \(|^(?:\w+\.)*\w*(?:Error|Exception)(?::|$)|"level":\s*"?(?:error|fatal|critical|50|60)\b|level=(?:error|fatal|panic)|^E\d{4} /],
  ['warn', /\b(?:WARN|WARNING|[Ww]arning)\b|"level":\s*"?(?:warn(?:ing)?|40)\b|level=warn|^W\d{4} /],
  ['debug', /\b(?:DEBUG|TRACE)\b|"level":\s*"?(?:debug|trace|10|20)\b|level=(?:debug|trace)/],
];
// A request that was answered with 5xx, as access logs write it.
const SERVER_ERROR = /" 5\d\d \d*/;

// Lines of one source in their order; what is indented goes with the line that it follows, as in a
// stack trace. Without a level it is ''.
export class Tints {
  last = new Map();

  next(line) {
    const source = `${line.instance} ${line.stream}`;
    const own = levelOf(line);
    const tint = own === '' && /^[ \t]/.test(line.text) ? this.last.get(source) ?? '' : own;
    this.last.set(source, tint);
    return tint;
  }
}

export function levelOf(line) {
  if (line.level) return line.level === 'info' ? '' : line.level;
  const head = line.text.slice(0, LOOKED_AT);
  const found = WORDS.find(([, expression]) => expression.test(head));
  if (found) return found[0];
  return SERVER_ERROR.test(head) ? 'error' : '';
}
