// The instances of a service, one row each; each row leads to a page of that instance alone.

import { h, replace, text } from '../dom.js';
import { dot, setTone } from '../parts/dot.js';
import { tone } from '../parts/state.js';
import { uptime } from '../store.js';
import { stateWords } from './header.js';

export function instances(app) {
  const { t, format, store } = app;
  const body = h('tbody', {});
  const head = ['instance', 'state', 'pid', 'uptime', 'restarts', 'cpu', 'memory', 'ports'];
  const element = h('section', { class: 'panel service-instances', hidden: true }, h('h2', {}, t('service.instances')),
      h('div', { class: 'scroll-x', tabindex: '0', role: 'region', 'aria-label': t('service.instances') },
          h('table', { class: 'grid' }, h('thead', {}, h('tr', {}, head.map((key) => h('th', { scope: 'col', class: key === 'instance' || key === 'state' ? null : 'number' }, t(`service.col_${key}`))))), body)));
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
    siblings: (service) => [...store.services.values()].filter((other) => other.service === service),
  };
}
