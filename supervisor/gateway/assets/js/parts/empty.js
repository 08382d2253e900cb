// What to do when nothing is declared yet.
//
//   emptyState(app) → node

import { h } from '../dom.js';

const kExample = `services:
  web:
    command: [python3, -m, http.server, "8000"]
    health:
      - http: http://127.0.0.1:8000/`;

export function emptyState(app) {
  const { t, store } = app;
  const file = store.supervisor?.config ?? t('overview.empty_file');
  return h('section', { class: 'empty' },
    h('h2', {}, t('overview.empty')),
    h('p', {}, t('overview.empty_write', { file })),
    h('pre', {}, kExample),
    h('p', {}, t('overview.empty_then')),
    h('pre', {}, 'ctl check && ctl down && ctl up'));
}
