// What is around every view: name, pages, the machine's figures, theme, language, who is logged in; the bars for a lost connection
// and for what troubles the supervisor itself; what went wrong with an action.
//
//   createFrame(app, keep) → {node, content, select(page, subject), problem(error | null), close()}     keep(key, value?) remembers

import { h, svg, attr, replace, text } from './dom.js';
import { t, language, languages } from './i18n.js';
import { sparkline } from './charts.js';
import { showHelp } from './keys.js';
import * as format from './format.js';

const kPages = [['', 'services'], ['log', 'log'], ['monitors', 'monitors'], ['events', 'events'], ['analysis', 'analysis'], ['config', 'config'], ['audit', 'audit']];
const kThemes = ['system', 'light', 'dark'];
const kThemeSigns = { system: '◐', light: '☀', dark: '☾' };

function figure(label) {
  const value = h('span', { class: 'figure-value' }, format.none);
  const node = h('span', { class: 'figure', tabindex: 0 }, h('span', { class: 'figure-label' }, label), ' ', value);
  return { node, value };
}

function hostFigures(store) {
  const cpu = figure(t('host.cpu'));
  const line = sparkline({ width: 48, height: 14 });
  cpu.node.append(line.node);
  const memory = figure(t('host.memory'));
  const disk = figure(t('host.disk'));
  const up = figure(t('host.up'));
  const share = (used, total) => (total ? (100 * used) / total : null);
  const set = (each, value, title) => {
    text(each.value, value);
    attr(each.node, 'title', title);
  };
  const update = () => {
    const { host } = store;
    if (!host) return;
    set(cpu, format.percent(host.cpu_percent), t('host.cpu_exact', { load: host.load1 ?? format.none }));
    line.set(store.hostSamples.values('cpu'), 100);
    set(memory, format.percent(share(host.memory_used_bytes, host.memory_bytes)),
      t('host.memory_exact', { used: format.bytes(host.memory_used_bytes), total: format.bytes(host.memory_bytes) }));
    const fullest = [...host.disks ?? []].sort((a, b) => share(b.used_bytes, b.total_bytes) - share(a.used_bytes, a.total_bytes));
    if (fullest[0]) {
      const exact = ({ mount, used_bytes: used, total_bytes: total }) => t('host.disk_exact', { mount, used: format.bytes(used), total: format.bytes(total) });
      set(disk, format.percent(share(fullest[0].used_bytes, fullest[0].total_bytes)), fullest.map(exact).join('\n'));
    }
    set(up, format.duration(host.uptime_seconds));
  };
  const node = h('div', { class: 'host', role: 'group', 'aria-label': t('host.label') }, cpu.node, memory.node, disk.node, up.node);
  return { node, update };
}

function themeButton(keep) {
  const button = h('button', { type: 'button', class: 'tool' });
  const now = () => document.documentElement.dataset.theme ?? 'system';
  const describe = () => {
    const label = t('page.theme', { name: t(`page.theme_${now()}`) });
    text(button, kThemeSigns[now()]);
    attr(button, 'aria-label', label);
    attr(button, 'title', label);
  };
  button.addEventListener('click', () => {
    const next = kThemes[(kThemes.indexOf(now()) + 1) % kThemes.length];
    if (next === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    keep('theme', next);
    describe();
    dispatchEvent(new Event('themechange'));
  });
  describe();
  return button;
}

function languageButton(app) {
  const other = languages[(languages.findIndex((each) => each.code === language()) + 1) % languages.length];
  return h('button', {
    type: 'button', class: 'tool', lang: other.code, title: other.name, onclick: () => app.chooseLanguage(other.code),
  }, other.code);
}

function visitor(app) {
  const node = h('span', { class: 'visitor' });
  const update = () => {
    const { session } = app.store;
    replace(node);
    if (session?.csrf) {
      node.append(
        h('span', { class: 'visitor-name', title: t(`level.${session.level}`) }, session.user),
        h('button', { type: 'button', class: 'tool text', onclick: () => app.logOut() }, t('page.log_out')),
      );
    } else if (session?.login && session.level) {
      node.append(h('a', { class: 'tool text', href: '#/login' }, t('page.log_in')));
    }
  };
  return { node, update };
}

function supervisorTroubles({ drain, history, web }) {
  return [
    drain && t('page.drain', { message: drain.message ?? '' }),
    history?.state === 'paused' && t('page.history_paused', { reason: history.reason }),
    web?.problem && t('page.web_problem', { problem: web.problem }),
  ].filter(Boolean);
}

function bars(app) {
  const connection = h('div', { class: 'bar bad', hidden: true });
  const troubles = h('div', {});
  const problems = h('div', { role: 'alert' });
  const update = () => {
    const { state, since } = app.store.connection;
    connection.hidden = state !== 'lost';
    if (state === 'lost') text(connection, t('page.lost', { time: format.clock(since) }));
    document.body.classList.toggle('stale', state === 'lost');
    replace(troubles, supervisorTroubles(app.store.supervisor ?? {}).map((each) => h('div', { class: 'bar warn' }, each)));
  };
  const stop = app.actions.subscribe((list) => replace(problems, list.map((each) => h('div', { class: 'bar bad' },
    h('span', {}, each.text), h('button', { type: 'button', class: 'tool', 'aria-label': t('page.dismiss'), title: t('page.dismiss'), onclick: () => app.actions.dismiss(each.id) }, '✕')))));
  return { node: h('div', { class: 'bars' }, connection, troubles, problems), connection, update, stop };
}

const mark = () => svg('svg', { class: 'mark', viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' },
  svg('path', { d: 'M8 1v14M8 2 2 14h12z', fill: 'none', stroke: 'currentColor', 'stroke-width': 1.6, 'stroke-linejoin': 'round' }));

export function createFrame(app, keep) {
  const { store } = app;
  const name = h('span', { class: 'brand-name' });
  const links = kPages.map(([page, word]) => h('a', { href: `#/${page}`, 'data-page': page }, t(`page.${word}`)));
  const host = hostFigures(store);
  const who = visitor(app);
  const notices = bars(app);
  const content = h('main', { id: 'content', tabindex: -1 });
  const nav = h('nav', { 'aria-label': t('page.navigation') }, links);
  const header = h('header', { class: 'header' },
    h('a', { class: 'brand', href: '#/' }, mark(), h('span', {}, t('page.title')), name),
    nav, host.node,
    h('div', { class: 'tools' }, who.node, themeButton(keep), languageButton(app),
      h('button', { type: 'button', class: 'tool keyboard', title: t('page.help'), 'aria-label': t('page.help'), onclick: () => showHelp() }, '?')));

  let subject = t('page.services');
  const entitle = () => { document.title = `${subject} · ${store.supervisor?.name ?? t('page.title')}`; };

  const update = (changes) => {
    if (!changes || changes.has('host')) host.update();
    if (!changes || changes.has('session')) {
      who.update();
      header.classList.toggle('logged-out', !store.session?.level);
    }
    if (!changes || changes.has('connection') || changes.has('supervisor')) notices.update();
    text(name, store.supervisor?.name ? `· ${store.supervisor.name}` : '');
    entitle();
  };
  update();
  const stop = store.subscribe(['host', 'session', 'connection', 'supervisor'], update);

  // Before the session is known nothing else can be said.
  const problem = (error) => {
    notices.connection.hidden = !error;
    if (error) text(notices.connection, error.code === 'unreachable' ? t('page.unreachable') : error.message);
  };
  const skip = () => content.focus();
  return {
    node: [h('button', { type: 'button', class: 'skip', onclick: skip }, t('page.skip')), header, notices.node, content],
    content,
    problem,
    select: (page, about) => {
      const shown = page === 'service' ? '' : page;
      for (const link of links) attr(link, 'aria-current', link.dataset.page === shown ? 'page' : null);
      const known = kPages.find(([each]) => each === shown)?.[1];
      subject = about ?? (known ? t(`page.${known}`) : t('page.log_in'));
      entitle();
    },
    close: () => {
      stop();
      notices.stop();
    },
  };
}
