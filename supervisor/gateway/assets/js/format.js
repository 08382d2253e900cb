// Numbers, units and times as text, in the language of setLanguage(). Pure: `now` is milliseconds and may be given.
//
//   none                     what stands for "not known": –
//   count(12345)             12,345
//   percent(1.42)            1.4 %         bytes(48234496)   46 MB        rate(12600)   12 kB/s
//   milliseconds(3.14)       3.1 ms        seconds(0.2)      0.2 s       seconds(0.004)   4 ms
//   duration(7412)           2 h 03 m      the two largest units of a number of seconds
//   clock(at)                14:02:10      dateTime(at)      2026-11-22 14:02:10      exact(at)   with milliseconds and zone
//   ago(at, now)             9 min. ago, up to a day; then the date
//   inSeconds(4.2)           4 s           a countdown, never below 0
// `at` is an RFC 3339 text, milliseconds or a Date; what is null or unreadable is `none`. Times are of the browser's zone.

export const none = '–';

let language = 'en';
const formats = new Map();

export function setLanguage(code) {
  language = code;
  formats.clear();
}

function format(kind, digits) {
  const key = `${kind}${digits}`;
  if (!formats.has(key)) {
    const made = kind === 'relative'
      ? new Intl.RelativeTimeFormat(language, { style: 'short', numeric: 'always' })
      : new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(key, made);
  }
  return formats.get(key);
}

const known = (value) => typeof value === 'number' && Number.isFinite(value);
const fixed = (value, digits) => format('number', digits).format(value);
// Below ten with one digit after the point: two or three digits in all, never more than are of use.
const short = (value) => fixed(value, Math.abs(value) < 9.95 && value !== 0 ? 1 : 0);

export const count = (value) => (known(value) ? fixed(value, 0) : none);
export const percent = (value) => (known(value) ? `${fixed(value, value < 99.95 ? 1 : 0)} %` : none);
export const seconds = (value) => {
  if (!known(value)) return none;
  return value > 0 && value < 0.0995 ? `${fixed(value * 1000, 0)} ms` : `${short(value)} s`;
};
export const milliseconds = (value) => (known(value) ? (value < 999.5 ? `${short(value)} ms` : seconds(value / 1000)) : none);

function scaled(value, step, units) {
  let index = 0;
  while (Math.abs(value) >= step * 0.9995 && index + 1 < units.length) {
    value /= step;
    index += 1;
  }
  return `${index === 0 ? fixed(value, 0) : short(value)} ${units[index]}`;
}

// In powers of 1024, as sizes are written in the ecosystem file.
export const bytes = (value) => (known(value) ? scaled(value, 1024, ['B', 'kB', 'MB', 'GB', 'TB', 'PB']) : none);
export const rate = (value) => (known(value) ? `${bytes(value)}/s` : none);

export function duration(value) {
  if (!known(value)) return none;
  const total = Math.max(0, Math.floor(value));
  const two = (number) => String(number).padStart(2, '0');
  if (total < 60) return `${total} s`;
  if (total < 3600) return `${Math.floor(total / 60)} m ${two(total % 60)} s`;
  if (total < 86400) return `${Math.floor(total / 3600)} h ${two(Math.floor(total / 60) % 60)} m`;
  return `${fixed(Math.floor(total / 86400), 0)} d ${two(Math.floor(total / 3600) % 24)} h`;
}

export const inSeconds = (value) => (known(value) ? duration(Math.max(0, Math.ceil(value))) : none);

export function toDate(at) {
  if (at === null || at === undefined || at === '') return null;
  const date = at instanceof Date ? at : new Date(at);
  return Number.isNaN(date.getTime()) ? null : date;
}

const two = (number) => String(number).padStart(2, '0');

export function clock(at) {
  const date = toDate(at);
  return date ? `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}` : none;
}

function day(date) {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function dateTime(at) {
  const date = toDate(at);
  return date ? `${day(date)} ${clock(date)}` : none;
}

export function exact(at) {
  const date = toDate(at);
  if (!date) return none;
  const minutes = -date.getTimezoneOffset();
  const zone = `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  return `${dateTime(date)}.${String(date.getMilliseconds()).padStart(3, '0')} ${zone}`;
}

export function ago(at, now = Date.now()) {
  const date = toDate(at);
  if (!date) return none;
  const passed = Math.max(0, (now - date.getTime()) / 1000);
  if (passed >= 86400) return dateTime(date);
  const [value, unit] = passed < 60 ? [passed, 'second'] : passed < 3600 ? [passed / 60, 'minute'] : [passed / 3600, 'hour'];
  return format('relative', '').format(-Math.floor(value), unit);
}
