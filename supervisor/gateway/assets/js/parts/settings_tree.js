// Settings as the YAML that they are, to read and to copy.

import { h, text } from '../dom.js';
import { scalar } from './tree.js';

const COPIED = 1500;

export function settingsTree(found) {
  return h('pre', { class: 'settings', tabindex: '0' }, found.map(({ indent, lead, key, value }) => h('span', { class: 'setting' },
      '  '.repeat(indent), lead,
      key !== null && h('span', { class: 'setting-key' }, `${key}:`), value !== null && key !== null && ' ',
      value !== null && h('span', { class: value === '***' ? 'setting-hidden' : 'setting-value' }, value === '***' ? value : scalar(value)), '\n')));
}

export function copyButton(words, t) {
  const button = h('button', {
    type: 'button', class: 'button',
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(words());
        text(button, t('page.copied'));
      } catch {
        text(button, t('page.not_copied'));
      }
      setTimeout(() => text(button, t('page.copy')), COPIED);
    },
  }, t('page.copy'));
  return button;
}
