// The table of services: headings that sort, rows that are made only near the screen, keys that move.
//
//   createTable(app, {onSort(column)}) → {node, show(items, {sort, total}), refresh(names | true), tick(now), key(key) → used, close()}

import { h, attr } from '../dom.js';
import { t } from '../i18n.js';
import { openMenu } from './menu.js';
import { columns, createGroupRow, createRow } from './row.js';
import { createPast } from './past.js';
import { createWindow } from './window.js';

const kSkeletons = 8;

const headings = (onSort) => columns.map((column) => {
  const button = h('button', { type: 'button', onclick: () => onSort(column.key) }, t(`overview.${column.key}`));
  return h('div', { role: 'columnheader', class: `cell ${column.key}`, 'data-column': column.key }, button);
});

const skeleton = () => h('div', { class: 'skeletons', 'aria-label': t('overview.loading'), role: 'status' },
  Array.from({ length: kSkeletons }, () => h('div', { class: 'row skeleton', 'aria-hidden': 'true' }, columns.map((column) => h('div', { class: `cell ${column.key}` }, h('span', {}))))));

export function createTable(app, { onSort }) {
  const heads = headings(onSort);
  const body = h('div', { role: 'rowgroup', class: 'rows' });
  const head = h('div', { role: 'rowgroup', class: 'head' },
    h('div', { role: 'row', class: 'row', 'aria-rowindex': 1 }, heads, h('div', { role: 'columnheader', class: 'cell actions' }, h('span', { class: 'unseen' }, t('overview.actions')))));
  const waiting = skeleton();
  const table = h('div', { role: 'table', class: 'table', 'aria-label': t('overview.table'), 'aria-colcount': columns.length + 1 }, head, body);
  const node = h('div', { class: 'table-box' }, table, waiting);
  const past = createPast(app);
  let items = [];
  let selected = null;

  const serviceMenu = (service, anchor) => openMenu(anchor, t('verb.menu', { name: service.name }), app.actions.items(service));
  const groupMenu = (names, anchor) => openMenu(anchor, t('overview.actions'), [
    { label: t('verb.start_all'), run: () => app.actions.run('start', names) },
    { label: t('verb.restart_all'), run: () => app.actions.run('restart', names) },
    { label: t('verb.stop_all'), tone: 'bad', run: () => app.actions.run('stop', names) },
  ]);
  const list = createWindow(body, {
    rowHeight: () => Number.parseFloat(getComputedStyle(table).getPropertyValue('--row-height')),
    make: (item) => (item.name === undefined
      ? createGroupRow(app, item.tag, { onMenu: groupMenu }) : createRow(app, item.name, { onMenu: serviceMenu })),
  });
  list.onShown = (shown) => {
    past.want(shown.flatMap((item) => item.name ?? []));
    mark();
  };

  const mark = () => {
    for (const item of list.shown()) attr(list.row(item.key).node, 'aria-current', item.key === selected ? 'true' : null);
  };
  const select = (index) => {
    if (!items[index]) return;
    selected = items[index].key;
    list.reveal(index);
    mark();
    list.row(selected)?.link?.focus({ preventScroll: true });
  };
  const move = (step) => {
    let index = items.findIndex((item) => item.key === selected) + step;
    if (index < 0 && step < 0) index = 0;
    while (items[index] && items[index].name === undefined) index += step;
    select(index);
  };
  body.addEventListener('focusin', (event) => {
    const row = event.target.closest('.row');
    selected = list.shown().find((item) => list.row(item.key).node === row)?.key ?? selected;
    mark();
  });

  const acts = {
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: (service) => app.router.go(['service', service.name]),
    l: (service) => app.router.go(['service', service.name], { tab: 'log' }),
    m: (service) => app.actions.allowed() && serviceMenu(service, list.row(selected).menu),
    r: (service) => app.actions.verbsFor(service).includes('restart') && app.actions.run('restart', [service.name]),
    s: (service) => {
      const verb = app.actions.verbsFor(service).find((each) => each === 'stop' || each === 'start');
      if (verb) app.actions.run(verb, [service.name]);
    },
  };
  const key = (pressed, event) => {
    const act = Object.hasOwn(acts, pressed) ? acts[pressed] : null;
    if (!act) return false;
    if (act.length === 0) {
      // Arrows scroll the page unless one is among the rows already.
      if (pressed.startsWith('Arrow') && !body.contains(document.activeElement)) return false;
      act();
      return true;
    }
    if (pressed === 'Enter' && event.target.closest('button, a')) return false;
    const service = app.store.services.get(items.find((item) => item.key === selected)?.name);
    if (!service || !list.row(selected)) return false;
    act(service);
    return true;
  };

  return {
    node,
    show: (wanted, { sort, loaded }) => {
      items = wanted;
      waiting.hidden = loaded;
      attr(table, 'aria-rowcount', items.length + 1);
      for (const each of heads) {
        const sorted = sort?.column === each.dataset.column;
        attr(each, 'aria-sort', sorted ? (sort.descending ? 'descending' : 'ascending') : null);
      }
      list.setItems(items);
    },
    refresh: (names) => list.refresh((item) => names === true || names.has(item.name)),
    tick: (now) => {
      for (const item of list.shown()) list.row(item.key).tick(now);
    },
    key,
    busy: () => body.matches(':hover') || body.contains(document.activeElement),
    close: () => {
      list.close();
      past.close();
    },
  };
}
