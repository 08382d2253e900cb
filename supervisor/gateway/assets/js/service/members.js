// The instances of a service, each leading to a page of its own, and how their health checks stand, now and of late.

import { h, replace, text } from '../dom.js';
import { ago } from '../parts/clockwork.js';
import { dot, markStrip, setTone } from '../parts/marks.js';
import { marks } from '../parts/series.js';
import { answersIn, tone } from '../parts/state.js';
import { uptime } from '../store.js';
import { stateWords } from './head.js';

export function instances(app) {
  const { t, format } = app;
  const body = h('tbody', {});
  const head = ['name', 'state', 'pid', 'uptime', 'restarts', 'cpu', 'memory', 'ports'];
  const element = h('section', { class: 'panel service-instances', hidden: true }, h('h2', {}, t('service.instances')),
      h('div', { class: 'scroll-x', tabindex: '0', role: 'region', 'aria-label': t('service.instances') },
          h('table', { class: 'grid' }, h('thead', {}, h('tr', {}, head.map((key) => h('th', { scope: 'col', class: key === 'name' || key === 'state' ? null : 'number' }, t(key === 'pid' ? 'service.pid' : `overview.${key}`))))), body)));
  let rows = new Map();

  function makeRow(service) {
    const cells = Object.fromEntries(head.slice(2).map((key) => [key, h('td', { class: 'number' })]));
    const mark = dot('off');
    const state = h('span', {});
    return {
      cells, mark, state,
      element: h('tr', {}, h('th', { scope: 'row' }, h('a', { href: `#/service/${encodeURIComponent(service.name)}` }, service.name)), h('td', {}, mark, ' ', state), Object.values(cells)),
    };
  }

  function drawRow(row, service, now) {
    const { cells, state } = row;
    setTone(row.mark, tone(service));
    text(state, [stateWords([service], now, app), service.health === 'none' ? '' : t(`health.${service.health}`)].filter(Boolean).join(', '));
    text(cells.pid, service.pid ?? format.none);
    text(cells.uptime, format.duration(uptime(service, now)));
    text(cells.restarts, format.count(service.restarts));
    text(cells.cpu, service.pid === null ? format.none : format.percent(service.cpu_percent));
    text(cells.memory, service.pid === null ? format.none : format.bytes(service.memory_bytes));
    text(cells.ports, (service.ports ?? []).join(' ') || format.none);
  }

  return {
    element,
    draw(members, now, whole) {
      element.hidden = !whole || members.length < 2;
      if (element.hidden) return;
      const names = members.map(({ name }) => name);
      if (String(names) !== String([...rows.keys()])) {
        rows = new Map(members.map((service) => [service.name, rows.get(service.name) ?? makeRow(service)]));
        replace(body, [...rows.values()].map((row) => row.element));
      }
      for (const service of members) drawRow(rows.get(service.name), service, now);
    },
  };
}

const TONES = { healthy: 'good', unhealthy: 'bad', unknown: 'off', waiting: 'warn' };

function row(check, instance, app) {
  const { t, format } = app;
  const said = [];
  const latency = answersIn(check);
  if (latency !== null) said.push(format.milliseconds(latency));
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
      if (points) replace(strip, markStrip(marks(points, 60), app));
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
    // How they stood within the last hour, a mark a minute. Without a history there are no marks.
    async ask(name, members) {
      const kinds = [...new Set(members.flatMap((service) => service.checks.map(({ kind }) => kind)))];
      if (kinds.length === 0) return;
      const query = { service: kinds.map((kind) => `${name}/${kind}`).join(','), metric: 'up', step: '60s' };
      try {
        const { series } = await app.api.get(['history'], query);
        history = new Map(series.map((one) => [one.name, one.points]));
        drawStrips();
      } catch { /* what is known now is shown all the same */ }
    },
  };
}
