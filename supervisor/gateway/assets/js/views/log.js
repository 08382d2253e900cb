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
  const element = h('div', { class: 'log-page' }, h('header', { class: 'view-head' }, h('h1', {}, title)), panel.element);
  replace(root, element);
  // To the lower edge of the window, however many rows what is above has.
  const fit = () => {
    element.style.height = `calc(100dvh - ${Math.round(element.getBoundingClientRect().top + scrollY)}px - var(--gap))`;
  };
  const observer = new ResizeObserver(fit);
  observer.observe(document.documentElement);
  fit();
  const unlisten = app.keys((key) => key === '/' && (panel.bar.focus(), true));
  return {
    close() {
      observer.disconnect();
      unlisten();
      panel.close();
    },
  };
}
