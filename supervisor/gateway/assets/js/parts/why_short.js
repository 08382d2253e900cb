// The answer of GET /services/{name}/why in a few lines, as `ctl why` says it.
//
//   whyDetails(why) → [nodes]

import { h } from '../dom.js';
import { t } from '../i18n.js';

const kLastWords = 6;

export function whyDetails(why) {
  const rows = [];
  const add = (key, ...content) => rows.push(h('dt', {}, t(key)), h('dd', {}, content));
  if (why.next) add('why.next', why.next);
  if (why.gives_up) add('why.gives_up', why.gives_up);
  for (const note of why.notes ?? []) add('why.notes', note);
  if (why.last_words?.lines?.length) add('why.last_words', h('pre', {}, why.last_words.lines.slice(-kLastWords).join('\n')));
  if (why.try?.length) add('why.try', why.try.map((command) => h('code', { class: 'command' }, command)));
  return [h('p', {}, why.headline), h('dl', { class: 'why-list' }, rows)];
}
