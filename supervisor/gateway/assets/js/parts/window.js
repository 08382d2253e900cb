// Rows of one height, of which only those near the screen are in the document: thousands cost what fifty cost.
//
//   createWindow(body, {rowHeight(), make(item) → {node, update(item, index)}}) → list
//   list.setItems(items)       items have a unique `key`; what stays keeps its element, and with it focus and selection
//   list.refresh(wanted)       updates those rows in the document for which wanted(item) is true
//   list.reveal(index)         scrolls so that this row can be seen, and makes it
//   list.row(key)              its row as made by make(), if it is in the document
//   list.shown()               the items in the document
//   list.onShown = f(items)    called after other rows came into the document
//   list.close()
// The page scrolls, not the body.

import { everyFrame } from '../dom.js';

const kBeyond = 8;

export function range(top, height, rowHeight, count) {
  const first = Math.max(0, Math.floor(-top / rowHeight) - kBeyond);
  const last = Math.min(count, Math.ceil((height - top) / rowHeight) + kBeyond);
  return [Math.min(first, count), Math.max(last, Math.min(first, count))];
}

export function createWindow(body, { rowHeight, make }) {
  let items = [];
  let rows = new Map();
  let shown = [];
  const list = { onShown: () => {} };

  const place = (wanted, first) => {
    const keys = new Set(wanted.map(({ key }) => key));
    // Before anything is placed: every row that stays would have to be put in front of those that go.
    for (const [key, row] of rows) if (!keys.has(key)) row.node.remove();
    const kept = new Map();
    let before = null;
    let isNew = false;
    wanted.forEach((item, offset) => {
      let row = rows.get(item.key);
      if (!row) {
        row = make(item);
        isNew = true;
      }
      kept.set(item.key, row);
      row.update(item, first + offset);
      const next = before ? before.nextSibling : body.firstChild;
      if (row.node !== next) body.insertBefore(row.node, next);
      before = row.node;
    });
    rows = kept;
    return isNew;
  };

  const render = () => {
    const height = rowHeight();
    const [first, last] = range(body.getBoundingClientRect().top, innerHeight, height, items.length);
    shown = items.slice(first, last);
    const isNew = place(shown, first);
    body.style.paddingTop = `${first * height}px`;
    body.style.paddingBottom = `${(items.length - last) * height}px`;
    if (isNew) list.onShown(shown);
  };

  const schedule = everyFrame(render);
  addEventListener('scroll', schedule, { passive: true });
  addEventListener('resize', schedule, { passive: true });

  return Object.assign(list, {
    setItems: (wanted) => {
      items = wanted;
      render();
    },
    refresh: (wanted) => {
      const start = items.indexOf(shown[0]);
      shown.forEach((item, offset) => {
        if (wanted(item)) rows.get(item.key)?.update(item, start + offset);
      });
    },
    reveal: (index) => {
      const height = rowHeight();
      const margin = height * 3;
      const top = body.getBoundingClientRect().top + index * height;
      if (top < margin) scrollBy(0, top - margin);
      else if (top + height > innerHeight - margin) scrollBy(0, top + height - innerHeight + margin);
      render();
    },
    row: (key) => rows.get(key),
    shown: () => shown,
    close: () => {
      schedule.cancel();
      removeEventListener('scroll', schedule);
      removeEventListener('resize', schedule);
    },
  });
}
