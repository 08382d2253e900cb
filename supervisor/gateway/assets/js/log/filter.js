// What a log view shows, as it stands in the address of the page and in that of the API.

import { escapeExpression } from './search.js';

// `span`: "" follows from the last lines on, "15m" looks that far back and follows, "-" has
// `since` and `until`.
export const EMPTY = {
  find: '', expression: false, only: false, stream: '', level: '', span: '', since: '', until: '',
};
export const SPANS = ['', '15m', '1h', '6h', '24h', '-'];
const STREAMS = ['', 'out', 'err'];
const LEVELS = ['', 'error', 'warn', 'info'];

const SECONDS = { m: 60, h: 3600, d: 86400 };

export function spanSeconds(span) {
  const found = /^(\d+)([mhd])$/.exec(span);
  return found ? Number(found[1]) * SECONDS[found[2]] : null;
}

function oneOf(list, value) {
  return list.includes(value) ? value : '';
}

function timeOf(value) {
  const time = Date.parse(value ?? '');
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}

export function fromParameters(parameters) {
  const get = (name) => parameters.get(name) ?? '';
  return {
    find: get('find').slice(0, 500), expression: get('expression') === 'true',
    only: get('only') === 'true', stream: oneOf(STREAMS, get('stream')),
    level: oneOf(LEVELS, get('level')), span: oneOf(SPANS, get('span')),
    since: timeOf(get('since')), until: timeOf(get('until')),
  };
}

// Only what differs from the usual, so links stay short.
export function toParameters(filter) {
  const parameters = new URLSearchParams();
  for (const [name, usual] of Object.entries(EMPTY)) {
    const isTime = name === 'since' || name === 'until';
    if (isTime && filter.span !== '-') continue;
    if (filter[name] !== usual) parameters.set(name, String(filter[name]));
  }
  return parameters;
}

// True when new lines are to be shown as they come.
export function follows(filter) {
  return !(filter.span === '-' && filter.until);
}

// The query of /services/{targets}/logs. `now` in milliseconds.
export function toQuery(filter, now) {
  const query = new URLSearchParams();
  if (filter.stream) query.set('stream', filter.stream);
  if (filter.level) query.set('level', filter.level);
  if (filter.only && filter.find) {
    query.set('grep', filter.expression ? filter.find : escapeExpression(filter.find));
    query.set('ignore_case', 'true');
  }
  const seconds = spanSeconds(filter.span);
  if (seconds) query.set('since', new Date(now - seconds * 1000).toISOString());
  if (filter.span === '-' && filter.since) query.set('since', filter.since);
  if (filter.span === '-' && filter.until) query.set('until', filter.until);
  return query;
}
