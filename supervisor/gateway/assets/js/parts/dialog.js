// A question in a <dialog>: the browser keeps the focus inside, Escape and a click beside it close it, and the focus goes back to
// where it was.
//
//   ask({title, body: [nodes], confirm: 'word', tone, cancel: 'word', value: f}) → Promise of value() (true without it) or null
//   show({title, body: [nodes], close: 'word'}) → Promise, when it was closed

import { h } from '../dom.js';

function present(dialog) {
  document.body.append(dialog);
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close('');
  });
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
  });
}

export async function ask({ title, body = [], confirm, tone = '', cancel, value = () => true }) {
  const form = h('form', { method: 'dialog', class: 'dialog' },
    h('h2', { id: 'dialog-title' }, title),
    body,
    h('div', { class: 'dialog-buttons' },
      h('button', { type: 'button', class: 'button', onclick: () => dialog.close('') }, cancel),
      h('button', { value: 'yes', class: `button primary ${tone}`, autofocus: true }, confirm)));
  const dialog = h('dialog', { 'aria-labelledby': 'dialog-title' }, form);
  const answer = await present(dialog);
  return answer === 'yes' ? value() : null;
}

export function show({ title, body = [], close }) {
  const form = h('form', { method: 'dialog', class: 'dialog' },
    h('h2', { id: 'dialog-title' }, title),
    body,
    h('div', { class: 'dialog-buttons' }, h('button', { class: 'button primary', autofocus: true }, close)));
  return present(h('dialog', { 'aria-labelledby': 'dialog-title' }, form));
}
