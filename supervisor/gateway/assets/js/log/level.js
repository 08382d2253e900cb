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
