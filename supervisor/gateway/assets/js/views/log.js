// The log of several services, or of all of them, in the order of time.

import { h, replace } from '../dom.js';
import { fromParameters, toParameters } from '../log/filter.js';
import { LogPanel } from '../log/panel.js';

export function open(root, params, app) {
  const { t } = app;
  const targets = params.name || 'all';
  const panel = new LogPanel(app, targets, {
    filter: fromParameters(new URLSearchParams(params.query)), named: true,
    changed: (filter) => app.router.replaceQuery(Object.fromEntries(toParameters(filter))),
  });
  const title = targets === 'all' ? t('log.title') : t('log.title_of', { name: targets });
  replace(root, h('div', { class: 'log-page' }, h('header', { class: 'view-head' }, h('h1', {}, title)), panel.element));
  return { close: () => panel.close() };
}
