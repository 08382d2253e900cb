// What a person has to look at, first and in words; absent when there is nothing.
//
//   createAttention(app) → {node, update(), tick(now), close()}

import { h, attr, replace, text } from '../dom.js';
import { t } from '../i18n.js';
import * as format from '../format.js';
import { diedBySignal, failingCheck, severity, tone, unhealthy } from './state.js';
import { exitWords } from './words.js';
import { remaining } from '../store.js';
import { whyDetails } from './why_short.js';

const kShown = 4;

// "start in 9.1 s: its last run ended …": the countdown is ours to show.
const withoutCountdown = (reason) => reason.replace(/^start in [^:]*: /, '');

export function attentionWords(service, now) {
  if (service.state === 'failed') return `${t('attention.failed', { ago: format.ago(service.last_exit?.at, now) })}: ${service.reason}`;
  if (unhealthy(service)) {
    const check = failingCheck(service);
    const what = check && t('attention.check_failed', { kind: check.kind, target: check.target ?? '', n: check.failures, error: check.last_error ?? format.none });
    return what ? `${t('attention.unhealthy')}: ${what}` : t('attention.unhealthy');
  }
  if (diedBySignal(service)) return t('attention.ended', { ago: format.ago(service.last_exit.at, now), how: exitWords(service.last_exit) });
  if (service.state === 'backoff') {
    const left = remaining(service.next_start_in_seconds, service.received, now);
    return `${t('attention.restarting', { time: format.inSeconds(left) })}: ${withoutCountdown(service.reason)}`;
  }
  if (service.unstable_runs > 1) return t('attention.unstable', { n: service.unstable_runs });
  return t('attention.log', { reason: service.log_trouble?.reason ?? format.none });
}

function createItem(app, name) {
  const dot = h('span', { class: 'dot', 'aria-hidden': 'true' });
  const words = h('span', { class: 'attention-words' });
  const details = h('div', { class: 'why-short', hidden: true, id: `why-${name}` });
  let asked = null;
  const why = h('button', { type: 'button', class: 'button small', 'aria-expanded': 'false', 'aria-controls': `why-${name}`, onclick: () => toggle() }, t('verb.why'));
  const start = h('button', { type: 'button', class: 'button small', onclick: () => act() }, '');
  const node = h('li', { class: 'attention-item' },
    h('div', { class: 'attention-line' },
      dot,
      h('p', {}, h('a', { href: app.router.link(['service', name]), class: 'name-link' }, name), ' ', words),
      h('span', { class: 'attention-buttons' },
        h('a', { class: 'button small', href: app.router.link(['service', name], { tab: 'log' }) }, t('verb.log')), why, start)),
    details);

  const toggle = () => {
    details.hidden = !details.hidden;
    attr(why, 'aria-expanded', String(!details.hidden));
    if (!details.hidden) ask();
  };
  const ask = async () => {
    const service = app.store.services.get(name);
    const about = `${service?.state} ${service?.unstable_runs}`;
    if (asked === about) return;
    asked = about;
    if (!details.hasChildNodes()) replace(details, t('why.loading'));
    try {
      replace(details, whyDetails(await app.api.get(['services', name, 'why'])));
    } catch (error) {
      replace(details, error.message);
    }
  };
  const verb = () => {
    const verbs = app.actions.verbsFor(app.store.services.get(name));
    return verbs.includes('start') ? 'start' : verbs.includes('restart') ? 'restart' : null;
  };
  const act = () => app.actions.perform(verb(), app.store.services.get(name));

  const tick = (now) => {
    const service = app.store.services.get(name);
    if (service) text(words, attentionWords(service, now));
  };
  const update = () => {
    const service = app.store.services.get(name);
    attr(dot, 'class', `dot ${tone(service)}`);
    const possible = verb();
    start.hidden = !possible;
    if (possible) text(start, t(`verb.${possible}`));
    if (!details.hidden) ask();
    tick(Date.now());
  };
  return { node, update, tick };
}

export function createAttention(app) {
  const list = h('ul', {});
  const more = h('button', { type: 'button', class: 'link-button', onclick: () => expand() });
  const node = h('section', { class: 'attention', 'aria-label': t('attention.label'), hidden: true }, list, more);
  let items = new Map();
  let all = false;

  const update = () => {
    const wanted = [...app.store.services.values()].filter((service) => severity(service) > 0);
    wanted.sort((a, b) => severity(b) - severity(a));
    const shown = all ? wanted : wanted.slice(0, kShown);
    const kept = new Map(shown.map(({ name }) => [name, items.get(name) ?? createItem(app, name)]));
    for (const [name, item] of items) if (!kept.has(name)) item.node.remove();
    items = kept;
    let before = null;
    for (const item of items.values()) {
      const next = before ? before.nextSibling : list.firstChild;
      if (item.node !== next) list.insertBefore(item.node, next);
      before = item.node;
      item.update();
    }
    const hidden = wanted.length - kShown;
    more.hidden = hidden <= 0;
    text(more, all ? t('attention.less') : t('attention.more', { n: hidden }));
    node.hidden = wanted.length === 0;
  };
  const expand = () => {
    all = !all;
    update();
  };
  return { node, update, tick: (now) => items.forEach((item) => item.tick(now)) };
}
