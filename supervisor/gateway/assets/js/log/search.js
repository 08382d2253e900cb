// Finding text in lines that are on the page. No expression may take long on a hostile line.

const SPECIAL = /[\\^$.*+?()[\]{}|]/g;

export function escapeExpression(text) {
  return text.replace(SPECIAL, '\\$&');
}

// The browser's expressions may take exponential time, the server's never do. Those that could are
// not highlighted: groups that are repeated, references, look-around, and many unbounded repeats.
export function isQuick(expression) {
  const bare = expression.replace(/\\./g, (pair) => (/\d|k/.test(pair[1]) ? '\u0000' : 'x'))
      .replace(/\[[^\]]*\]/g, 'x');
  if (bare.includes('\u0000') || /\(\?(?!:)/.test(bare)) return false;
  if (/\)[*+?{]/.test(bare)) return false;
  return (bare.match(/[*+]|\{\d*,\d*\}/g) ?? []).length <= 1;
}

// What to look for, or null: {text, expression} as the visitor wrote it.
export function matcher(text, isExpression, ignoreCase = true) {
  if (!text || (isExpression && !isQuick(text))) return null;
  try {
    return new RegExp(isExpression ? text : escapeExpression(text), ignoreCase ? 'gi' : 'g');
  } catch {
    return null;
  }
}

// [[from, to]…] of all places where it is found, at most `most`.
export function places(text, expression, most = 200) {
  const found = [];
  if (!expression) return found;
  expression.lastIndex = 0;
  for (let hit = expression.exec(text); hit && found.length < most; hit = expression.exec(text)) {
    if (hit[0] === '') expression.lastIndex += 1;
    else found.push([hit.index, hit.index + hit[0].length]);
  }
  return found;
}

// Cuts coloured pieces where something was found: [{text, classes, found}]. `from` and `to` count in
// the text of all pieces together.
export function mark(pieces, found) {
  if (found.length === 0) return pieces;
  const result = [];
  let start = 0;
  let next = 0;
  for (const piece of pieces) {
    let at = 0;
    while (at < piece.text.length) {
      while (next < found.length && found[next][1] <= start + at) next += 1;
      const [from, to] = found[next] ?? [Infinity, Infinity];
      const inside = from <= start + at;
      const end = Math.min(piece.text.length, (inside ? to : from) - start);
      result.push({ ...piece, text: piece.text.slice(at, end), found: inside });
      at = end;
    }
    start += piece.text.length;
  }
  return result;
}
