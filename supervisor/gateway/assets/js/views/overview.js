// All services: what needs attention, totals, and the table.
// In the address: search, only (a total), tag, sort (column or -column), group.

import { h, attr, replace, text } from '../dom.js';
import { arrange, placesOf, tagsOf } from '../parts/ordering.js';
import { createAttention } from '../parts/attention.js';
import { createTable } from '../parts/table.js';
import { everySecond } from '../parts/clockwork.js';
import { emptyState } from '../parts/empty.js';
import { tally } from '../parts/state.js';

const kTotals = ['all', 'running', 'restarting', 'failed', 'unhealthy', 'waiting', 'stopped'];
const kBad = new Set(['failed', 'unhealthy']);
const kWarn = new Set(['restarting', 'waiting']);
const kFirstDescending = new Set(['restarts', 'cpu', 'memory', 'uptime']);
const kSortAgain = 5000;

function createTotals(app, onOnly) {
  const { t, format } = app;
  const buttons = new Map(kTotals.map((total) => {
    const number = h('b', {}, format.none);
    const tint = kBad.has(total) ? 'bad' : kWarn.has(total) ? 'warn' : '';
    const node = h('button', { type: 'button', class: `total ${tint}`, 'aria-pressed': 'false', onclick: () => onOnly(total) }, number, ' ', t(`total.${total}`));
    return [total, { node, number }];
  }));
  const update = (services, only) => {
    const totals = tally(services);
    for (const [total, { node, number }] of buttons) {
      text(number, format.count(totals[total]));
      node.classList.toggle('zero', totals[total] === 0);
      attr(node, 'aria-pressed', String((only ?? 'all') === total));
    }
  };
  const node = h('div', { class: 'totals', role: 'group', 'aria-label': t('total.label') }, [...buttons.values()].map((each) => each.node));
  return { node, update };
}

function createTools(app, choice, changed) {
  const { t } = app;
  const search = h('input', {
    type: 'search', class: 'search', placeholder: t('overview.search'), 'aria-label': t('overview.search_hint'), title: t('overview.search_hint'),
    autocomplete: 'off', spellcheck: 'false', value: choice.search, 'aria-keyshortcuts': '/',
    oninput: () => changed({ search: search.value }),
    onkeydown: (event) => {
      if (event.key !== 'Escape') return;
      search.value = '';
      changed({ search: '' });
      search.blur();
    },
  });
  const tag = h('select', { class: 'select', 'aria-label': t('overview.tag'), onchange: () => changed({ tag: tag.value || null }) });
  const group = h('input', { type: 'checkbox', id: 'group', onchange: () => changed({ group: group.checked }) });
  group.checked = choice.group;
  const grouping = h('label', { class: 'check', for: 'group' }, group, t('overview.group'));
  let drawn = null;
  const update = () => {
    const tags = tagsOf(app.store.settings);
    if (tags.join(' ') === drawn) return;
    drawn = tags.join(' ');
    replace(tag, h('option', { value: '' }, t('overview.every_tag')), tags.map((each) => h('option', { value: each }, each)));
    tag.value = choice.tag ?? '';
    tag.hidden = tags.length === 0;
    grouping.hidden = tags.length === 0;
  };
  update();
  const clear = () => {
    search.value = '';
    tag.value = '';
  };
  return { node: h('div', { class: 'overview-tools' }, search, tag, grouping), search, update, clear };
}

function readChoice(query) {
  const sort = query.sort ? { column: query.sort.replace(/^-/, ''), descending: query.sort.startsWith('-') } : null;
  return { search: query.search ?? '', only: query.only ?? null, tag: query.tag ?? null, group: query.group === 'true', sort };
}

function writeChoice({ search, only, tag, group, sort }) {
  return { search, only, tag, group: group || null, sort: sort && `${sort.descending ? '-' : ''}${sort.column}` };
}

// Up, down, back to the supervisor's order.
function nextSort(sort, column) {
  const first = kFirstDescending.has(column);
  if (sort?.column !== column) return { column, descending: first };
  return sort.descending === first ? { column, descending: !first } : null;
}

export function open(root, params, app) {
  const { t, store } = app;
  const choice = readChoice(params.query);
  let items = [];
  let sortedAt = 0;

  const attention = createAttention(app);
  const table = createTable(app, { onSort: (column) => change({ sort: nextSort(choice.sort, column) }) });
  const totals = createTotals(app, (only) => change({ only: only === 'all' || only === choice.only ? null : only }));
  const tools = createTools(app, choice, (part) => change(part));
  const nothing = h('div', { class: 'nothing', hidden: true });
  const empty = h('div', { hidden: true });
  const full = h('div', { class: 'overview' },
    h('h1', { class: 'unseen' }, t('page.services')),
    attention.node, h('div', { class: 'toolbar' }, totals.node, tools.node), table.node, nothing);
  root.append(full, empty);

  const settingsOf = (service) => store.settingsOf(service);
  const loaded = () => store.services.size > 0 || (store.connection.state === 'live' && store.host !== null);

  const showNothing = () => {
    const none = loaded() && items.length === 0 && store.services.size > 0;
    nothing.hidden = !none;
    if (!none) return;
    const button = h('button', { type: 'button', class: 'button', onclick: () => { tools.clear(); change({ search: '', only: null, tag: null }); } }, t('overview.show_all'));
    replace(nothing, h('p', {}, choice.search ? t('overview.nothing_found', { search: choice.search }) : t('overview.nothing_here')), button);
  };
  const showEmpty = () => {
    const none = loaded() && store.services.size === 0;
    if (none && empty.hidden) replace(empty, emptyState(app));
    empty.hidden = !none;
    full.hidden = none;
  };

  // Rows keep their places while somebody points at them or moves among them.
  const order = (keepPlaces) => {
    const now = Date.now();
    const frozen = keepPlaces && (table.busy() || now - sortedAt < kSortAgain);
    if (!frozen) sortedAt = now;
    items = arrange([...store.services.values()], { ...choice, settingsOf, frozen: frozen && choice.sort ? placesOf(items) : null });
    table.show(items, { sort: choice.sort, loaded: loaded() });
    showNothing();
    showEmpty();
  };
  function change(part) {
    Object.assign(choice, part);
    app.router.replaceQuery(writeChoice(choice));
    totals.update(store.services.values(), choice.only);
    order(false);
  }

  const needsOrder = (names) => choice.sort !== null || choice.only !== null || choice.search !== ''
    || store.services.size !== known || [...names].some((name) => !store.services.has(name));
  let known = -1;
  const update = (changes) => {
    const names = changes.get('services');
    if (changes.has('settings')) tools.update();
    if (names || changes.has('session')) {
      attention.update();
      totals.update(store.services.values(), choice.only);
    }
    if (changes.has('settings') || changes.has('connection') || (names && needsOrder(names))) order(true);
    else if (names) table.refresh(names);
    if (changes.get('pending')) table.refresh(changes.get('pending'));
    if (changes.has('session')) table.refresh(true);
    known = store.services.size;
  };

  const stop = store.subscribe(['services', 'settings', 'pending', 'session', 'connection', 'host'], update);
  const stopClock = everySecond((now) => {
    if (store.connection.state === 'lost') return;  // What is shown is what was known then.
    table.tick(now);
    attention.tick(now);
    store.dropStale();
  });
  const stopKeys = app.keys((key, event) => {
    if (key === '/') {
      tools.search.focus();
      tools.search.select();
      return true;
    }
    return table.key(key, event);
  });
  attention.update();
  totals.update(store.services.values(), choice.only);
  order(false);
  return {
    close() {
      stop();
      stopClock();
      stopKeys();
      table.close();
    },
  };
}
