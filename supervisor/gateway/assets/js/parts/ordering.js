// Which services the table shows, and in which order. Pure.
//
//   arrange(services, choice) → [{key, name} | {key, tag, names}]     the second form is the heading of a group
//     services: service objects in the supervisor's order
//     choice: {search, only, tag, sort: {column, descending} | null, group, settingsOf(service), frozen: Map name → place | null}
//   Without `sort` it is the supervisor's order. Equal ones and those with `frozen` keep their places, so nothing jumps under the pointer.
//   placesOf(items) → Map name → place       for `frozen`
//   tagsOf(settings) → [tag]                 all tags, by name

import { kind, unhealthy, slowest } from './state.js';

const kStates = ['failed', 'backoff', 'waiting', 'starting', 'stopping', 'running', 'exited', 'stopped'];
const kHealth = ['unhealthy', 'unknown', 'healthy', 'none'];

const kValues = {
  name: (service) => service.name,
  state: (service) => kStates.indexOf(service.state),
  health: (service) => kHealth.indexOf(service.health) * 1e9 + (slowest(service)?.latency_ms ?? 0),
  uptime: (service) => service.uptime_seconds,
  restarts: (service) => service.restarts,
  cpu: (service) => (service.pid === null ? null : service.cpu_percent),
  memory: (service) => (service.pid === null ? null : service.memory_bytes),
  ports: (service) => service.ports?.[0] ?? null,
};

// A browser needs tens of milliseconds for its first collator: it is made when there is something to sort.
let collator = null;

function byName(a, b) {
  collator ??= new Intl.Collator('en', { numeric: true });
  return collator.compare(a, b);
}

// Numbers fall from the largest at first; what is not known comes last either way.
function compare(column, descending) {
  const value = kValues[column];
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === right) return 0;
    if (left === null || left === undefined) return 1;
    if (right === null || right === undefined) return -1;
    return sign * (typeof left === 'string' ? byName(left, right) : left - right);
  };
}

function found(service, settings, words) {
  if (words.length === 0) return true;
  const text = [service.name, service.state, service.health, settings.description, ...settings.tags.map((tag) => `@${tag}`), ...(service.ports ?? [])]
    .join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}

function belongs(service, only) {
  if (!only || only === 'all') return true;
  return only === 'unhealthy' ? unhealthy(service) : kind(service) === only;
}

function grouped(services, settingsOf) {
  const groups = new Map();
  for (const service of services) {
    const { tags } = settingsOf(service.service);
    for (const tag of tags.length ? tags : ['']) {
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(service);
    }
  }
  const order = [...groups.keys()].sort((a, b) => (a === '') - (b === '') || byName(a, b));
  return order.flatMap((tag) => [
    { key: `@${tag}`, tag, names: groups.get(tag).map((service) => service.name) },
    ...groups.get(tag).map((service) => ({ key: `${tag}/${service.name}`, name: service.name })),
  ]);
}

export function arrange(services, { search = '', only = null, tag = null, sort = null, group = false, settingsOf, frozen = null }) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = services.filter((service) => {
    const settings = settingsOf(service.service);
    return belongs(service, only) && (!tag || settings.tags.includes(tag)) && found(service, settings, words);
  });
  const last = shown.length;
  if (frozen) shown.sort((a, b) => (frozen.get(a.name) ?? last) - (frozen.get(b.name) ?? last));
  else if (sort) shown.sort(compare(sort.column, sort.descending));
  return group ? grouped(shown, settingsOf) : shown.map((service) => ({ key: service.name, name: service.name }));
}

export function placesOf(items) {
  const places = new Map();
  for (const item of items) if (item.name !== undefined && !places.has(item.name)) places.set(item.name, places.size);
  return places;
}

export function tagsOf(settings) {
  return [...new Set([...settings.values()].flatMap((each) => each.tags))].sort(byName);
}
