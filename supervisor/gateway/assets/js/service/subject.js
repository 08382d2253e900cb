// What a service page is about: one instance, or all of a service. Pure.
//
//   membersOf(services, name)   its instances, in the supervisor's order
//   worstOf(members)            the one that speaks for all: the one that a person has to look at first
//   totals(members)             what can be added up, of those that run; null is what nobody knows
//   isWhole(members, name)      whether `name` means a service with several instances

import { severity } from '../parts/state.js';

export function membersOf(services, name) {
  const all = [...services.values()];
  const named = all.filter((service) => service.name === name);
  return named.length ? named : all.filter((service) => service.service === name);
}

const ORDER = ['failed', 'backoff', 'stopping', 'starting', 'waiting', 'running', 'stopped', 'exited'];

export function worstOf(members) {
  const rank = (service) => severity(service) * 100 - ORDER.indexOf(service.state);
  return members.reduce((worst, service) => (worst === null || rank(service) > rank(worst) ? service : worst), null);
}

const ADDED = [
  'cpu_percent', 'memory_bytes', 'processes', 'threads', 'open_files', 'read_bytes_per_second', 'written_bytes_per_second',
  'restarts', 'log_dropped_bytes', 'log_dropped_lines',
];

export function totals(members) {
  const sum = (key, from) => from.reduce((total, service) => {
    const value = service[key];
    return value === null || value === undefined ? total : (total ?? 0) + value;
  }, null);
  const running = members.filter((service) => service.pid !== null);
  const counted = { restarts: members, log_dropped_bytes: members, log_dropped_lines: members };
  return {
    ...Object.fromEntries(ADDED.map((key) => [key, sum(key, counted[key] ?? running)])),
    ports: [...new Set(running.flatMap((service) => service.ports ?? []))].sort((one, other) => one - other),
  };
}

export function isWhole(members, name) {
  return members.length > 1 || (members.length === 1 && members[0].name !== name);
}
