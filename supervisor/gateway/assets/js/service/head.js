// Name, state, what it says of itself and what can be done with it; below them the numbers of `ctl show`, kept up to date in place.

import { attr, h, replace, text } from '../dom.js';
import { dot, setTone } from '../parts/marks.js';
import { openMenu } from '../parts/menu.js';
import { tone } from '../parts/state.js';
import { nextWords } from '../parts/why_words.js';
import { uptime } from '../store.js';
import { isWhole, totals, worstOf } from './subject.js';

// The state as a word with its countdown: "restarting in 4 s", or "2 of 3 running".
export function stateWords(members, now, { t, format }) {
  const worst = worstOf(members);
  const running = members.filter(({ state }) => state === 'running').length;
  if (members.length > 1 && running < members.length) return t('service.running_of', { n: running, all: members.length, state: t(`state.${worst.state}`) });
  const next = nextWords(worst, worst.received, now, format);
  if (worst.state === 'backoff' && next) return t('state.backoff_in', next.values);
  if (worst.state === 'stopping' && next) return t('state.kill_in', next.values);
  return t(`state.${worst.state}`);
}

export function header(name, app) {
  const { t, store, actions } = app;
  const mark = dot('off');
  const state = h('strong', { class: 'service-state' });
  const health = h('span', { class: 'service-health' });
  const reason = h('span', { class: 'service-reason', lang: 'en' });
  const buttons = h('div', { class: 'service-actions' });
  const description = h('p', { class: 'service-description', hidden: true });
  let shownVerbs = null;

  const element = h('header', { class: 'service-head' },
      h('a', { class: 'service-back', href: '#/', 'aria-label': t('page.back'), title: t('page.back') }, '←'),
      h('div', { class: 'service-title' }, h('h1', {}, name), description),
      h('p', { class: 'service-now' }, mark, state, health, reason), buttons);

  function button(verb, service, isWholeService) {
    const isFirst = verb === 'start' || (verb === 'restart' && service.state === 'running');
    const run = () => (verb === 'scale' ? actions.scale(service.service) : actions.run(verb, [isWholeService ? name : service.name]));
    return h('button', { type: 'button', class: `button${isFirst ? ' primary' : ''}`, onclick: run }, t(`verb.${verb}`));
  }

  function moreItems(service) {
    const run = (verb) => () => actions.run(verb, [name]);
    return [
      service.unstable_runs > 0 && { label: t('service.reset'), run: run('reset') },
      service.enabled ? { label: t('service.disable'), run: run('disable') } : { label: t('service.enable'), run: run('enable') },
    ].filter(Boolean);
  }

  function drawButtons(worst, members) {
    const verbs = actions?.verbsFor(worst) ?? [];
    const key = `${verbs} ${worst.name} ${members.length}`;
    if (key === shownVerbs) return;
    shownVerbs = key;
    const whole = isWhole(members, name);
    const more = h('button', {
      type: 'button', class: 'button', 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-label': t('verb.menu', { name }),
      onclick: () => openMenu(more, t('verb.menu', { name }), moreItems(worstOf(members))),
    }, '⋯');
    replace(buttons, verbs.filter((verb) => verb !== 'scale' || whole || worst.service === name).map((verb) => button(verb, worst, whole)),
        verbs.length > 0 && more);
  }

  return {
    element,
    draw(members, now) {
      const worst = worstOf(members);
      const pending = store.pending.get(name) ?? store.pending.get(worst.name);
      setTone(mark, tone(worst));
      text(state, pending ? t(`pending.${pending.verb}`) : stateWords(members, now, app));
      text(health, worst.health === 'none' ? '' : t(`health.${worst.health}`));
      health.dataset.health = worst.health;
      // That all is well is said once.
      const isWell = worst.state === 'running' && worst.health !== 'unhealthy';
      text(reason, worst.status_text || (isWell ? '' : worst.reason));
      const said = store.settingsOf(worst.service).description;
      text(description, said);
      attr(description, 'hidden', !said);
      drawButtons(worst, members);
    },
  };
}

function portLinks(ports) {
  const local = ['http:', 'https:'].includes(location.protocol) ? location.hostname : 'localhost';
  return ports.flatMap((port, at) => [at > 0 && ' ', h('a', { href: `http://${local}:${port}/`, target: '_blank', rel: 'noreferrer noopener' }, String(port))]);
}

export function lastExitWords(exit, { t, format }) {
  if (!exit) return '';
  const how = exit.start_failure ? t('service.start_failed') : exit.signal ? t('service.signal', { signal: exit.signal })
    : exit.code === null || exit.code === undefined ? exit.reason : t('service.code', { code: exit.code });
  return exit.run_seconds ? `${how} ${t('event.after', { time: format.seconds(exit.run_seconds) })}` : how;
}

// Words that the overview has, too.
const LABELS = {
  pid: 'service.pid', uptime: 'overview.uptime', restarts: 'overview.restarts', cpu: 'overview.cpu', memory: 'overview.memory',
};

// Each: the key of its label, its text, and what is said on hover and focus. Left out where there is nothing to say.
function list(members, now, app) {
  const { t, format } = app;
  const worst = worstOf(members);
  const sum = totals(members);
  const runs = members.filter(({ pid }) => pid !== null);
  const up = runs.map((service) => uptime(service, now)).filter((value) => value !== null);
  const oldest = runs.map(({ started_at: at }) => at).sort()[0];
  return [
    ['pid', runs.length === 1 ? String(runs[0].pid) : runs.length ? t('service.pids', { n: runs.length }) : format.none, runs.map(({ pid }) => pid).join(' ')],
    ['uptime', up.length ? format.duration(Math.max(...up)) : format.none, oldest && t('overview.uptime_exact', { at: format.exact(oldest) })],
    ['restarts', format.count(sum.restarts), worst.max_restarts ? t('service.unstable_of', { n: worst.unstable_runs, limit: worst.max_restarts }) : t('service.unstable', { n: worst.unstable_runs })],
    ['cpu', format.percent(sum.cpu_percent), t('service.cpu_exact')],
    ['memory', format.bytes(sum.memory_bytes), sum.memory_bytes === null ? null : t('service.bytes', { count: format.count(sum.memory_bytes) })],
    ['threads', `${format.count(sum.processes)} / ${format.count(sum.threads)}`, t('service.threads_exact')],
    ['files', format.count(sum.open_files), null],
    ['io', `${format.rate(sum.read_bytes_per_second)} · ${format.rate(sum.written_bytes_per_second)}`, t('service.io_exact')],
    ['last_exit', worst.last_exit ? lastExitWords(worst.last_exit, app) : null, worst.last_exit && format.exact(worst.last_exit.at)],
    ['starts', t(!worst.enabled ? 'service.by_hand' : worst.held_down ? 'service.held_down' : 'service.with_supervisor'), null],
    ['dropped', sum.log_dropped_bytes ? format.bytes(sum.log_dropped_bytes) : null, t('service.dropped_exact', { lines: format.count(sum.log_dropped_lines) })],
  ];
}

export function facts(app) {
  const { t } = app;
  const shown = new Map();
  const ports = h('dd', {});
  let shownPorts = null;
  const portsCell = h('div', {}, h('dt', {}, t('overview.ports')), ports);
  const element = h('dl', { class: 'service-facts' });

  function cell(key) {
    if (!shown.has(key)) {
      const value = h('dd', {});
      const box = h('div', {}, h('dt', {}, t(LABELS[key] ?? `service.fact_${key}`)), value);
      shown.set(key, { value, box });
      element.append(box);
      if (key === 'memory') element.append(portsCell);
    }
    return shown.get(key);
  }

  return {
    element,
    draw(members, now) {
      for (const [key, value, title] of list(members, now, app)) {
        const { value: node, box } = cell(key);
        text(node, value ?? '');
        attr(node, 'title', title || null);
        attr(box, 'hidden', value === null);
      }
      const open = totals(members).ports;
      if (String(open) === shownPorts) return;
      shownPorts = String(open);
      replace(ports, open.length ? portLinks(open) : app.format.none);
    },
  };
}
