// What stands between the lines of a log and below them.

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
