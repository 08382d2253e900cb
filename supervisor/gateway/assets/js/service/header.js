// Name, state, what it says of itself, and what can be done with it.

import { attr, h, replace, text } from '../dom.js';
import { dot, setTone } from '../parts/dot.js';
import { openMenu } from '../parts/menu.js';
import { tone } from '../parts/state.js';
import { nextWords } from '../parts/why_words.js';
import { isWhole, worstOf } from './subject.js';

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
      text(reason, worst.status_text || worst.reason);
      const said = store.settingsOf(worst.service).description;
      text(description, said);
      attr(description, 'hidden', !said);
      drawButtons(worst, members);
    },
  };
}
