// What is copied out of a log is what the service printed: colours, escapes and the rest of cut lines
// as they came. A part of one line stays what is seen.

// selection: that of the page; entryOf(key): the line of a row. null: leave it to the browser.
export function rawText(selection, list, entryOf) {
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const touched = [...list.querySelectorAll('.log-line')].filter((row) => range.intersectsNode(row));
  if (touched.length < 2) return null;
  const parts = touched.map((row) => {
    const inside = part(range, row);
    const entry = entryOf(Number(row.dataset.key));
    return inside === null && entry ? entry.text : inside;
  });
  return `${parts.join('\n')}\n`;
}

// The selected part of a row's text; null when all of it is.
function part(range, row) {
  const text = row.querySelector('.log-text');
  const whole = document.createRange();
  whole.selectNodeContents(text);
  const beginsInside = range.compareBoundaryPoints(Range.START_TO_START, whole) > 0;
  const endsInside = range.compareBoundaryPoints(Range.END_TO_END, whole) < 0;
  if (!beginsInside && !endsInside) return null;
  if (beginsInside) whole.setStart(range.startContainer, range.startOffset);
  if (endsInside) whole.setEnd(range.endContainer, range.endOffset);
  return whole.toString();
}
