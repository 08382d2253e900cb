// The lines of a log as elements: a window of what the buffer holds, whose end is shown while it is
// followed. What services print only ever becomes text nodes.

import { h } from '../dom.js';
import { pieces } from './ansi.js';
import { mark, places } from './search.js';

const FOLLOWED = 1000;   // elements while the end is shown
const HURRIED = 200;     // of them when all are new: so many come that nobody reads them
const STEP = 500;        // more of them when the beginning is reached
const BLOCK = 50;        // lines that the browser skips together while they are out of sight
const SHOWN = 2000;      // characters of a line until the rest is asked for

export class LogRows {
  // words: {gap(entry), more(count), kept(count), time(at), exact(entry)}; `list` is the element that gets the rows.
  constructor(list, words) {
    this.list = list;
    this.words = words;
    this.expression = null;
    this.wide = new Set();
    this.clear();
  }

  clear() {
    this.list.replaceChildren();
    this.rows = new Map();
    this.shown = [];
    this.wide.clear();
  }

  // Shows `entries` from where it was, or only their end.
  sync(entries, onlyEnd) {
    const last = this.shown.at(-1)?.key;
    const isFlood = last !== undefined && entries.length > FOLLOWED && entries.at(-FOLLOWED).key > last;
    let from = Math.max(0, entries.length - (isFlood ? HURRIED : FOLLOWED));
    if (!onlyEnd && this.shown.length > 0) {
      const first = this.shown[0].key;
      from = Math.min(from, entries.findIndex(({ key }) => key >= first));
      if (from === -1) from = Math.max(0, entries.length - FOLLOWED);
    }
    this.#show(entries.slice(from));
  }

  // Reaches further back; false when the buffer has no more.
  widen(entries) {
    const first = this.shown[0]?.key ?? Infinity;
    const at = entries.findIndex(({ key }) => key >= first);
    if (at <= 0) return false;
    this.#show(entries.slice(Math.max(0, at - STEP), at + this.shown.length));
    return true;
  }

  entry(wanted) {
    return this.shown.find(({ key }) => key === wanted);
  }

  redraw(entries) {
    for (const entry of entries) {
      const row = this.rows.get(entry.key);
      if (row) row.replaceWith(this.#row(entry));
    }
  }

  setExpression(expression) {
    if (String(expression) === String(this.expression)) return;
    this.expression = expression;
    this.redraw(this.shown);
  }

  #show(entries) {
    const first = entries[0]?.key ?? Infinity;
    const last = this.shown.at(-1)?.key ?? -Infinity;
    if (last < first) {
      this.list.replaceChildren();
      this.rows.clear();
      this.#append(entries);
    } else {
      this.#removeBefore(first);
      const known = this.shown.find(({ key }) => key >= first)?.key ?? Infinity;
      this.#prepend(entries.filter(({ key }) => key < known));
      this.#append(entries.filter(({ key }) => key > last));
    }
    this.shown = entries;
  }

  #removeBefore(first) {
    for (const { key } of this.shown) {
      if (key >= first) break;
      const row = this.rows.get(key);
      const block = row.parentNode;
      row.remove();
      if (!block.firstChild) block.remove();
      this.rows.delete(key);
      this.wide.delete(key);
    }
  }

  #prepend(entries) {
    for (let end = entries.length; end > 0; end -= BLOCK) {
      this.list.prepend(this.#block(entries.slice(Math.max(0, end - BLOCK), end)));
    }
  }

  #append(entries) {
    let block = this.list.lastChild;
    for (const entry of entries) {
      if (!block || block.childNodes.length >= BLOCK) {
        block = this.#block([]);
        this.list.append(block);
      }
      block.append(this.#row(entry));
    }
  }

  #block(entries) {
    return h('div', { class: 'log-block' }, entries.map((entry) => this.#row(entry)));
  }

  #row(entry) {
    const row = entry.gap ? this.#gap(entry) : this.#line(entry);
    row.dataset.key = entry.key;
    this.rows.set(entry.key, row);
    return row;
  }

  #gap(entry) {
    return h('div', { class: 'log-gap' }, this.words.gap(entry));
  }

  #line(entry) {
    const row = h('div', { class: 'log-line', title: this.words.exact(entry) });
    row.dataset.time = this.words.time(entry.at);
    row.dataset.stream = entry.stream;
    if (entry.tint) row.dataset.level = entry.tint;
    row.append(h('span', { class: 'log-name' }, entry.instance), this.#text(entry));
    return row;
  }

  #text(entry) {
    const isCut = entry.text.length > SHOWN && !this.wide.has(entry.key);
    const shown = isCut ? entry.text.slice(0, SHOWN) : entry.text;
    const coloured = pieces(shown);
    const found = places(coloured.map(({ text }) => text).join(''), this.expression);
    const text = h('span', { class: 'log-text' }, mark(coloured, found).map(piece));
    if (isCut) text.append(this.#expander(entry, entry.text.length - shown.length + entry.more));
    else if (entry.more) text.append(h('span', { class: 'log-rest' }, this.words.kept(entry.more)));
    return text;
  }

  #expander(entry, left) {
    const button = h('button', { class: 'log-expand', type: 'button' }, this.words.more(left));
    button.addEventListener('click', () => {
      this.wide.add(entry.key);
      this.redraw([entry]);
    });
    return button;
  }
}

function piece({ text, classes, found }) {
  if (found) return h('mark', { class: classes || null }, text);
  return classes ? h('span', { class: classes }, text) : document.createTextNode(text);
}

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
