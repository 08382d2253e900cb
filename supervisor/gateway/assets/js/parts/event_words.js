// Events as sentences in the words of `ctl events`. `t` is i18n's, `format` the module.

const isKnown = (t, key) => t(key) !== key;

// Causes and the like are words of the supervisor; those that the page knows are translated.
function word(t, group, value) {
  const key = `${group}.${value}`;
  return isKnown(t, key) ? t(key) : value;
}

// Pieces that are there, each with what stands before and after it.
function joined(first, ...more) {
  return more.reduce((phrase, [before, value, after = '']) => {
    return value ? `${phrase}${before}${value}${after}` : phrase;
  }, first);
}

function ended(data, t, format) {
  const ran = data.run_ms === undefined ? '' : t('event.after', { time: format.seconds(Number(data.run_ms) / 1000) });
  let phrase = t('event.ended');
  if (data.signal) phrase = t('event.signal', { signal: data.signal });
  else if (data.code !== undefined) phrase = t('event.code', { code: data.code });
  return joined(phrase, [' ', ran], [', ', data.core === 'true' && t('event.core')]);
}

function exited(data, t, format) {
  if (data.error) return data.error;
  const cause = data.cause === 'exited' ? '' : joined(word(t, 'cause', data.cause ?? ''), [': ', data.note]);
  return joined(ended(data, t, format), [' (', cause, ')']);
}

function backoff(data, t, format) {
  const time = format.seconds(Number(data.delay_ms ?? 0) / 1000);
  const attempt = joined(`${word(t, 'cause', data.cause ?? '')} ${data.attempt ?? ''}`.trim(),
      [` ${t('word.of')} `, data.max_restarts]);
  return t('event.backoff', { time, attempt });
}

export function actionWords(data, t) {
  const what = joined(data.verb ?? '?', [' ', data.signal], [' ', data.rollback && '--rollback'], [' ', data.targets],
      [` ${t('word.to')} `, data.instances], [': ', data.why]);
  const who = joined(data.who ?? '?', [' (', data.user, ')']);
  return joined(t('event.action', { what, who, result: word(t, 'result', data.result ?? '?') }), [': ', data.reason]);
}

function memory(data, t, format) {
  const limit = format.bytes(Number(data.limit_bytes));
  if (data.killed === 'true') return t('event.memory_killed', { limit });
  return t('event.memory_used', { limit, used: format.bytes(Number(data.used_bytes)) });
}

function dropped(data, t, format) {
  if (data.ended !== 'true') return t('event.log_dropping', { log: data.log });
  return t('event.log_dropped', { log: data.log, size: format.bytes(Number(data.bytes)), lines: data.lines ?? '?' });
}

function monitor(key) {
  return (data, t) => {
    const what = [data.check, data.target].filter(Boolean).join(' ');
    return joined(t(key, { name: data.monitor ?? '?', what }), [': ', data.error]);
  };
}

const SENTENCES = {
  service_started: (data, t) => joined(t('event.started'), [' (', word(t, 'cause', data.cause ?? ''), ')'], [', pid ', data.pid]),
  service_ready: (data, t, format) => data.after_ms === undefined ? t('event.ready')
    : t('event.ready_after', { time: format.seconds(Number(data.after_ms) / 1000) }),
  service_exited: exited,
  service_backoff: backoff,
  service_failed: (data, t) => joined(t('event.failed'), [': ', data.reason]),
  service_stopped: (data, t) => data.who ? t('event.stopped_by', data) : t('event.stopped'),
  service_healthy: (data, t) => joined(t('event.healthy'), [': ', data.reason]),
  service_unhealthy: (data, t) => joined(t('event.unhealthy'), [': ', data.reason]),
  service_frozen: (data, t) => joined(t('event.frozen'), [': ', data.reason]),
  memory_exceeded: memory,
  monitor_down: monitor('event.monitor_down'),
  monitor_up: monitor('event.monitor_up'),
  action: actionWords,
  log_rotated: (data, t) => t('event.log_rotated', { log: data.log, archive: data.archive ?? '–' }),
  log_dropped: dropped,
  config_applied: (data, t) => joined(t(data.rollback ? 'event.config_rolled_back' : 'event.config_applied'), [': ', data.file]),
  config_rejected: (data, t) => joined(t('event.config_rejected'), [': ', data.message]),
  supervisor_started: (data, t) => joined(t('event.supervisor_started'), [', ', data.version]),
  supervisor_restarted: (data, t) => data.cause === 'crash loop' ? t('event.drain_over', data) : t('event.supervisor_restarted'),
};

export const KINDS = Object.keys(SENTENCES);

// All of an unknown one: nothing is hidden only because it is not known.
function plainWords(kind, data) {
  const rest = Object.entries(data).map(([key, value]) => `${key}=${value}`);
  return [kind, ...rest].join(' ');
}

export function eventWords({ kind, data = {} }, { t, format }) {
  return Object.hasOwn(SENTENCES, kind) ? SENTENCES[kind](data, t, format) : plainWords(kind, data);
}

const TONES = {
  service_failed: 'bad', service_unhealthy: 'bad', service_frozen: 'bad', memory_exceeded: 'bad', monitor_down: 'bad',
  config_rejected: 'bad', log_dropped: 'bad', service_backoff: 'warn', service_ready: 'good', service_healthy: 'good',
  monitor_up: 'good',
};

// Ends that somebody or something asked for.
const WANTED = new Set(['stopped', 'shutdown', 'scaled down', 'planned restart']);

// 'good', 'warn', 'bad' or '': the colour of the dot before the words.
export function toneOf({ kind, data = {} }) {
  if (kind === 'service_exited' && WANTED.has(data.cause)) return '';
  if (kind === 'service_exited') return data.signal || data.error || (data.code && data.code !== '0') ? 'bad' : '';
  if (kind === 'action') return ['failed', 'denied'].includes(data.result) ? 'warn' : '';
  return TONES[kind] ?? '';
}
