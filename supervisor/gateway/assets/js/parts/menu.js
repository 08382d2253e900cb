// A menu of actions at a button, as the ARIA practices have it: arrows move, Home and End jump, Escape and Tab close.
//
//   openMenu(anchor, label, items)     items: [{label, tone, run: f}]; opening it again at the same anchor closes it

import { h } from '../dom.js';

let opened = null;

function close(focus) {
  if (!opened) return;
  const { menu, anchor, from, abort } = opened;
  opened = null;
  abort.abort();
  menu.remove();
  anchor.setAttribute('aria-expanded', 'false');
  if (focus) [from, anchor].find((each) => each.isConnected)?.focus();
}

function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = Math.max(8, Math.min(box.right - width, innerWidth - width - 8));
  const below = box.bottom + 4;
  const top = below + height > innerHeight - 8 ? Math.max(8, box.top - height - 4) : below;
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}

function onKey(event, entries) {
  const index = entries.indexOf(document.activeElement);
  const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: entries.length - 1 }[event.key];
  if (to !== undefined) entries[(to + entries.length) % entries.length].focus();
  else if (event.key === 'Escape') close(true);
  else if (event.key === 'Tab') close(true);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

export function openMenu(anchor, label, items) {
  const again = opened?.anchor === anchor;
  close(again);
  if (again || items.length === 0) return;
  const entries = items.map((item) => h('button', {
    type: 'button',
    role: 'menuitem',
    tabindex: -1,
    class: `menu-item ${item.tone ?? ''}`,
    onclick: () => {
      close(true);
      item.run();
    },
  }, item.label));
  const menu = h('div', { role: 'menu', class: 'menu', 'aria-label': label, onkeydown: (event) => onKey(event, entries) }, entries);
  document.body.append(menu);
  place(menu, anchor);
  anchor.setAttribute('aria-expanded', 'true');
  const abort = new AbortController();
  // Opened by a key, it was the row that had the focus.
  const from = document.activeElement === document.body ? anchor : document.activeElement;
  opened = { menu, anchor, from, abort };
  addEventListener('pointerdown', (event) => {
    if (!menu.contains(event.target) && !anchor.contains(event.target)) close(false);
  }, { signal: abort.signal, capture: true });
  for (const what of ['scroll', 'resize', 'hashchange']) addEventListener(what, () => close(false), { signal: abort.signal, passive: true });
  entries[0].focus({ preventScroll: true });
}
