// What stands between the lines of a log and below them, and why it shows nothing or what is wrong.

import { h, replace } from '../dom.js';
import * as format from '../format.js';
import { t } from '../i18n.js';

function wordsOfGap(entry) {
  if (entry.gap === 'skipped') return t('log.skipped', { size: format.bytes(entry.bytes) });
  return t('log.started_over', { files: entry.files.join(', ') });
}

export const rowWords = {
  gap: wordsOfGap,
  more: (left) => t('log.more', { size: format.bytes(left) }),
  kept: (left) => t('log.not_kept', { size: format.bytes(left) }),
  time: (at) => `${format.clock(at)}.${at.slice(20, 23)}`,
  exact: (entry) => `${format.exact(entry.at)} · ${entry.instance} · ${t(`log.stream.${entry.stream}`)}`,
};

// Below the lines: how it stands with the stream they come from.
export function stateWords(state, detail, lines) {
  if (state === 'waiting') return t('log.state.waiting', { time: format.inSeconds(detail.seconds) });
  if (state === 'ended') return t('log.state.lines', { n: lines, count: format.count(lines) });
  return t(`log.state.${state ?? 'connecting'}`);
}

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
