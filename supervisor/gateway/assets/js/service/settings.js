// What else `ctl show` says: files of the log, how limits are kept, and all settings.

import { h, replace } from '../dom.js';
import { copyButton, settingsTree } from '../parts/settings_tree.js';
import { rows, toText, tree } from '../parts/tree.js';

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
