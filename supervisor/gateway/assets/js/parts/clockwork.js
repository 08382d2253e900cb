// Texts that change with time: one timer for all of them, none while nobody looks.
//
//   ago(at) → <time>             "9 min. ago", kept right while it is in the document; exact time on hover and focus
//   everySecond(f) → stop        f(now) once a second while the page is visible, and at once when it becomes so

import { h, text } from '../dom.js';
import * as format from '../format.js';

const tasks = new Set();
let timer = 0;

function tick() {
  const now = Date.now();
  for (const task of [...tasks]) task(now);
}

function wind() {
  const wanted = tasks.size > 0 && !document.hidden;
  if (wanted && !timer) timer = setInterval(tick, 1000);
  if (!wanted && timer) {
    clearInterval(timer);
    timer = 0;
  }
}

document.addEventListener('visibilitychange', () => {
  wind();
  if (!document.hidden) tick();
});

export function everySecond(f) {
  tasks.add(f);
  wind();
  return () => {
    tasks.delete(f);
    wind();
  };
}

const known = new Set();
let stop = null;

function refresh(now) {
  for (const node of [...known]) {
    if (node.isConnected) text(node, format.ago(node.dateTime, now));
    else known.delete(node);
  }
  if (known.size === 0) {
    stop?.();
    stop = null;
  }
}

export function ago(at) {
  const date = format.toDate(at);
  if (!date) return h('span', {}, format.none);
  const node = h('time', { datetime: date.toISOString(), title: format.exact(date) }, format.ago(date));
  // Known from the next turn on, when it has been put into the document.
  setTimeout(() => {
    known.add(node);
    stop ??= everySecond(refresh);
  });
  return node;
}
