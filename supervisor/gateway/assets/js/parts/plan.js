// What an edited file would change: the answer of config/plan, as a list.
//
//   linesOf(plan) → [{sign, name, fate, differences}]   name: null for the settings of the supervisor; fate: of the text plan.<fate>
//   planList(plan, t) → element
//   refusal(error, t) → why it was not done, in words

import { h } from '../dom.js';

const REFUSALS = new Set(['invalid_config', 'changed_meanwhile', 'busy', 'unavailable', 'unreachable']);

export function linesOf({ removed, added, changed, settings }) {
  return [
    ...removed.map((name) => ({ sign: '−', name, fate: 'removed', differences: [] })),
    ...added.map((name) => ({ sign: '+', name, fate: 'added', differences: [] })),
    ...changed.map(({ name, restart, differences }) => ({ sign: '~', name, fate: restart ? 'restarted' : 'goes_on', differences })),
    ...(settings.length ? [{ sign: '~', name: null, fate: 'settings', differences: settings }] : []),
  ];
}

export function planList(plan, t) {
  const side = (value) => (value === null ? h('span', { class: 'muted' }, t('plan.not_set')) : h('code', {}, value));
  return h('ul', { class: 'plan' }, linesOf(plan).map(({ sign, name, fate, differences }) => h('li', {},
      h('span', { class: 'plan-sign', 'aria-hidden': 'true' }, sign), ' ', name !== null && [h('strong', {}, name), ' '], t(`plan.${fate}`),
      differences.length > 0 && h('ul', {}, differences.map(({ key, before, after }) => h('li', {},
          h('span', { class: 'setting-key' }, `${key}:`), ' ', side(before), ' → ', side(after)))))));
}

export function refusal({ code, message }, t) {
  return REFUSALS.has(code) ? t(`plan.${code}`) : t('plan.failed', { message });
}
