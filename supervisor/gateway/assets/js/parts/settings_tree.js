// Settings as the YAML that they are, to read and to copy; those of a service with the files of its log and how its limits are kept.

import { h, replace, text } from '../dom.js';
import { rows, scalar, toText, tree } from './tree.js';

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

export function settings(app) {
  const { t } = app;
  const content = h('div', {});
  const element = h('details', { class: 'panel service-settings' }, h('summary', {}, h('h2', {}, t('service.settings'))), content);

  return {
    element,
    show({ spec, log = [], limits = [] }) {
      const found = rows(tree(spec ?? {}));
      const files = Array.isArray(log) ? log : Object.values(log);
      replace(content,
          files.length > 0 && h('p', { class: 'muted' }, t('service.log_files'), ' ', files.map((file, at) => [at > 0 && ', ', h('code', {}, file)])),
          limits.length > 0 && h('ul', { class: 'muted', lang: 'en' }, limits.map((limit) => h('li', {}, limit))),
          h('div', { class: 'settings-box' }, copyButton(() => toText(found), t), settingsTree(found)));
    },
  };
}
