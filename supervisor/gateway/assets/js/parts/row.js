// One service as a row of the table.
//
//   createRow(app, name, {onMenu(service, anchor)}) → {node, link, update(item, index)}
//   columns    [{key, numeric}] in their order; texts are 'overview.<key>'

import { h, attr, replace, text } from '../dom.js';
import { sparkline } from '../charts.js';
import { t } from '../i18n.js';
import * as format from '../format.js';
import { tone, unhealthy } from './state.js';
import { checkWords, exitWords, healthWords, sinceWords, stateWords } from './words.js';

export const columns = [
  { key: 'name' }, { key: 'state' }, { key: 'health' }, { key: 'uptime', numeric: true }, { key: 'restarts', numeric: true },
  { key: 'cpu', numeric: true }, { key: 'memory', numeric: true }, { key: 'ports' },
];

const kLittle = 10;  // Percent of a processor: less than that is drawn as little.

const cell = (key, ...children) => h('div', { role: 'cell', class: `cell ${key}` }, children);

function gauge(key) {
  const value = h('span', { class: 'number' });
  const line = sparkline();
  return { node: cell(key, value, line.node), value, line };
}

// A port that an HTTP check asks is one that a browser can open.
function portLinks(service) {
  const web = new Set((service.checks ?? []).filter((check) => check.kind === 'http').map((check) => /^https?:\/\/[^/]*:(\d+)/.exec(check.target ?? '')?.[1]));
  return (service.ports ?? []).map((port) => {
    if (!web.has(String(port))) return h('span', {}, port);
    const address = `http://${location.hostname}:${port}/`;
    return h('a', { href: address, target: '_blank', rel: 'noreferrer', title: t('overview.port_open', { address }) }, port);
  });
}

// Of a name that is too long for its cell the number of the instance is the last thing to go.
function nameParts(name) {
  const colon = name.lastIndexOf(':');
  return colon < 0 ? name : [h('span', { class: 'stem' }, name.slice(0, colon)), h('span', {}, name.slice(colon))];
}

export function createRow(app, name, { onMenu }) {
  const { store } = app;
  const link = h('a', { href: app.router.link(['service', name]), class: 'name-link', 'aria-label': name }, nameParts(name));
  const tags = h('span', { class: 'tags' });
  const dot = h('span', { class: 'dot', 'aria-hidden': 'true' });
  const word = h('span', { class: 'word' });
  const state = cell('state', dot, word);
  const health = cell('health');
  const since = cell('uptime');
  const restarts = cell('restarts');
  const cpu = gauge('cpu');
  const memory = gauge('memory');
  const ports = cell('ports');
  const menu = h('button', {
    type: 'button', class: 'tool more', 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-label': t('verb.menu', { name }),
    onclick: () => onMenu(store.services.get(name), menu),
  }, '⋯');
  const node = h('div', { role: 'row', class: 'row' },
    h('div', { role: 'rowheader', class: 'cell name' }, link, tags),
    state, health, since, restarts, cpu.node, memory.node, ports, cell('actions', menu));
  node.addEventListener('click', (event) => {
    if (!event.target.closest('a, button') && !String(getSelection())) app.router.go(['service', name]);
  });

  let drawnPorts = null;
  let drawnTags = null;
  const numbers = (service) => {
    const runs = service.pid !== null;
    const samples = store.samples(name);
    const at = format.clock(service.received);
    for (const [each, metric, value] of [[cpu, 'cpu', format.percent(service.cpu_percent)], [memory, 'memory', format.bytes(service.memory_bytes)]]) {
      text(each.value, runs ? value : format.none);
      const values = runs ? samples.values(metric) : [];
      each.line.set(values, metric === 'cpu' ? kLittle : 1.25 * Math.max(0, ...values));
    }
    attr(cpu.node, 'title', runs ? t('overview.cpu_exact', { value: format.percent(service.cpu_percent), at }) : null);
    attr(memory.node, 'title', runs ? t('overview.memory_exact', { value: format.count(service.memory_bytes), at }) : null);
  };
  const rarely = (service) => {
    const wanted = `${service.ports}|${(service.checks ?? []).length}`;
    if (wanted !== drawnPorts) replace(ports, portLinks(service));
    drawnPorts = wanted;
    const settings = store.settingsOf(service.service);
    if (settings !== drawnTags) {
      replace(tags, settings.tags.map((tag) => h('span', { class: 'tag' }, tag)));
      attr(link, 'title', settings.description ? `${name}: ${settings.description}` : name);
    }
    drawnTags = settings;
    menu.hidden = !app.actions.allowed();
  };

  // What changes by the clock alone.
  const moving = (service, now) => {
    text(word, stateWords(service, store.pending.get(name), now));
    text(since, sinceWords(service, now));
  };

  const update = (item, index) => {
    const service = store.services.get(name);
    if (!service) return;
    attr(node, 'aria-rowindex', index + 2);
    attr(dot, 'class', `dot ${tone(service)}`);
    attr(state, 'title', service.reason);
    text(health, healthWords(service));
    attr(health, 'class', `cell health ${unhealthy(service) ? 'bad' : ''}`);
    attr(health, 'title', (service.checks ?? []).map(checkWords).join('\n') || null);
    attr(since, 'title', service.started_at && service.pid !== null
      ? t('overview.uptime_exact', { at: format.exact(service.started_at) })
      : service.last_exit ? `${exitWords(service.last_exit)}, ${format.exact(service.last_exit.at)}` : null);
    text(restarts, format.count(service.restarts));
    attr(restarts, 'class', `cell restarts ${service.restarts > 0 ? '' : 'muted'}`);
    attr(restarts, 'title', t('overview.restarts_exact', { n: service.restarts }));
    numbers(service);
    rarely(service);
    moving(service, Date.now());
  };
  return { node, link, menu, update, tick: (now) => store.services.has(name) && moving(store.services.get(name), now) };
}

export function createGroupRow(app, tag, { onMenu }) {
  const heading = h('span', { class: 'group-name' }, tag || t('overview.no_tag'));
  const number = h('span', { class: 'group-count' });
  let names = [];
  const menu = h('button', {
    type: 'button', class: 'tool more', 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-label': t('verb.menu', { name: tag || t('overview.no_tag') }),
    onclick: () => onMenu(names, menu),
  }, '⋯');
  const node = h('div', { role: 'row', class: 'row group' },
    h('div', { role: 'rowheader', class: 'cell name', 'aria-colspan': columns.length }, heading, number), cell('actions', menu));
  const update = (item, index) => {
    names = item.names;
    attr(node, 'aria-rowindex', index + 2);
    text(number, t('overview.services', { n: names.length }));
    menu.hidden = !app.actions.allowed();
  };
  return { node, update, tick: () => {} };
}
