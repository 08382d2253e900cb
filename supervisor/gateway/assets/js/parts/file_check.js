// "Check the file again", what it found, and "Apply".
//
//   fileCheck(app) → {button, element, applied(), close()}    button: null for who may not change anything;
//                                                             applied(): another configuration is in force

import { mayOperate } from '../actions.js';
import { h, replace, text } from '../dom.js';
import { ask } from './dialog.js';
import { planList, refusal } from './plan.js';

export function fileCheck({ t, api, store }) {
  if (!mayOperate(store.session)) return { button: null, element: null, applied() {}, close() {} };
  let isClosed = false;
  let isApplying = false;
  const note = h('p', { role: 'status' });
  const found = h('div', {});
  const element = h('section', { class: 'panel', 'aria-label': t('plan.title'), hidden: true }, note, found);
  const button = h('button', { type: 'button', class: 'button', onclick: check }, t('plan.check'));

  function say(words, ...below) {
    if (isClosed) return;
    element.hidden = false;
    text(note, words);
    replace(found, ...below);
  }

  // One question at a time; what was found before does not count any more.
  async function post(path, body, words) {
    button.disabled = true;
    say(words);
    try {
      return await api.post(['config', path], body);
    } catch (error) {
      say(refusal(error, t));
      return null;
    } finally {
      button.disabled = false;
    }
  }

  async function check() {
    const plan = await post('plan', {}, t('plan.checking'));
    if (!plan) return;
    if (!plan.changes) say(t('plan.nothing'));
    else say(t('plan.would', { n: plan.unchanged }), planList(plan, t), h('button', { type: 'button', class: 'button primary', onclick: () => apply(plan) }, t('plan.apply')));
  }

  async function apply(plan) {
    const question = { title: t('plan.confirm'), body: [planList(plan, t)], confirm: t('plan.apply'), cancel: t('page.cancel') };
    if (!await ask(question)) return;
    isApplying = true;
    const done = await post('apply', { hash: plan.hash }, t('plan.applying'));
    if (!done) isApplying = false;
    else if (!done.changes) applied();
  }

  function applied() {
    if (isApplying) say(t('plan.applied'));
    isApplying = false;
  }

  return { button, element, applied, close: () => { isClosed = true; } };
}
