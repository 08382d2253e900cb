// How each health check stands now, and how it stood of late.

import { h, replace, text } from '../dom.js';
import { dot } from '../parts/dot.js';
import { ago } from '../parts/clockwork.js';
import { markStrip } from '../parts/strip.js';
import { marks } from '../parts/series.js';

const TONES = { healthy: 'good', unhealthy: 'bad', unknown: 'off', waiting: 'warn' };

function row(check, instance, app) {
  const { t, format } = app;
  const said = [];
  if (check.latency_ms !== null) said.push(format.milliseconds(check.latency_ms));
  if (check.failures > 0) said.push(t('service.failures_of', { n: check.failures, limit: check.failures_allowed }));
  if (check.action === 'alert') said.push(t('service.only_tells'));
  const strip = h('div', { class: 'check-strip' });
  const element = h('li', { class: 'looks' },
      h('div', { class: 'check-head' },
          dot(TONES[check.state] ?? 'off'),
          h('span', { class: 'check-name' }, h('b', {}, check.kind), ' ', h('span', { class: 'check-target' }, check.target)),
          h('span', { class: 'check-state' }, t(`health.${check.state}`)),
          h('span', { class: 'check-numbers' }, said.join(' · '))),
      strip,
      check.last_error && h('p', { class: 'check-error', lang: 'en' }, check.last_error),
      check.last_error && check.last_good_at && h('p', { class: 'muted' }, t('service.last_good'), ' ', ago(check.last_good_at)));
  element.dataset.series = `${instance}/${check.kind}`;
  return { element, strip };
}

export function checks(app) {
  const { t } = app;
  const list = h('ul', { class: 'looks-list' });
  const title = h('h2', {}, t('service.checks'));
  const element = h('section', { class: 'panel service-checks', hidden: true }, title, list);
  let rows = [];
  let shown = '';
  let history = new Map();

  function drawStrips() {
    for (const { element: item, strip } of rows) {
      const points = history.get(item.dataset.series);
      if (points) replace(strip, markStrip(marks(points, 48), app));
    }
  }

  return {
    element,
    draw(members) {
      const key = JSON.stringify(members.map(({ checks: all }) => all));
      if (key === shown) return;
      shown = key;
      rows = members.flatMap((service) => service.checks.map((check) => row(check, service.name, app)));
      // Of many instances only what is not well is listed one by one.
      if (members.length > 4) rows = rows.filter(({ element: item }) => item.querySelector('.dot.good') === null);
      replace(list, rows.map(({ element: item }) => item));
      element.hidden = members.every((service) => service.checks.length === 0);
      text(title, members.length > 4 && rows.length === 0 ? t('service.checks_pass') : t('service.checks'));
      drawStrips();
    },
    // series of `up` of all checks, as history.query answers.
    show(series) {
      history = new Map(series.map(({ name, points }) => [name, points]));
      drawStrips();
    },
  };
}
