// Why a log shows nothing, or what is wrong with what it shows.

import { h, replace } from '../dom.js';
import { t } from '../i18n.js';

function parts({ trouble, state, detail, isLoaded, isEmpty, isFiltered, clear }) {
  const found = [];
  if (trouble) found.push(h('p', { class: 'log-trouble' }, trouble.message));
  if (state === 'ended' && detail.cut) found.push(h('p', {}, t('log.cut')));
  for (const problem of detail?.problems ?? []) found.push(h('p', { class: 'log-trouble', lang: 'en' }, problem));
  if (trouble || !isLoaded || !isEmpty) return found;
  if (!isFiltered) return [...found, h('p', {}, t('log.empty'))];
  const button = h('button', { type: 'button', class: 'log-expand', onclick: clear }, t('log.clear'));
  return [...found, h('p', {}, t('log.no_match'), ' ', button)];
}

// Puts it into `note`, only when it is something else: what is said once is not said again.
export function explain(note, facts) {
  const said = parts(facts);
  const words = said.map((part) => part.textContent).join('\n');
  if (words !== note.textContent || note.childElementCount !== said.length) replace(note, said);
  note.hidden = said.length === 0;
}
