// Plain keys: one listener for the page, the latest handler first, and never while somebody types, chooses or answers a question.
//
//   listenKeys(handler) → remove     handler(key, event) → true when it used the key
//   showHelp()                       the dialog that lists them

import { h } from './dom.js';
import { t } from './i18n.js';
import { show } from './parts/dialog.js';

const handlers = [];

function elsewhere(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  if (document.querySelector('dialog[open], [role="menu"]')) return true;
  const target = event.target;
  const typing = target instanceof Element && target.closest('input, textarea, select, [contenteditable]');
  return Boolean(typing) && event.key !== 'Escape';
}

addEventListener('keydown', (event) => {
  if (elsewhere(event)) return;
  for (const handler of [...handlers].reverse()) {
    if (handler(event.key, event)) {
      event.preventDefault();
      return;
    }
  }
});

export function listenKeys(handler) {
  handlers.push(handler);
  return () => {
    const index = handlers.indexOf(handler);
    if (index >= 0) handlers.splice(index, 1);
  };
}

const kKeys = [
  [['/'], 'keys.search'], [['j', 'k'], 'keys.move'], [['Enter'], 'keys.open'], [['r'], 'keys.restart'], [['s'], 'keys.stop'],
  [['l'], 'keys.log'], [['m'], 'keys.menu'], [['Esc'], 'keys.escape'], [['?'], 'keys.help'],
];

export function showHelp() {
  const rows = kKeys.map(([keys, what]) => [
    h('dt', {}, keys.map((key) => h('kbd', {}, key))),
    h('dd', {}, t(what)),
  ]);
  return show({ title: t('keys.title'), body: [h('dl', { class: 'keys' }, rows)], close: t('page.close') });
}
