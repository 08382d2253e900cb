// A service's state, uptime and end in words. Pure; times go on from when the object was received.
//
//   stateWords(service, pending, now)    "running", "exited, code 2", "stopping, KILL in 6 s", "restarting in 4 s"
//   sinceWords(service, now)             "2 h 03 m", "5 of 16", "code 2, 9 min. ago"
//   exitWords(lastExit)                  "code 2", "signal SEGV"
//   healthWords(service)                 "healthy 3.1 ms"
//   checkWords(check)                    "http http://…: healthy, 3.1 ms"

import { t } from '../i18n.js';
import * as format from '../format.js';
import { remaining, uptime } from '../store.js';
import { answersIn, slowest, tone } from './state.js';

const kExpected = { stop: 'stopping', start: 'starting' };

export function stateWords(service, pending, now) {
  if (service.state === 'stopping') {
    const left = remaining(service.kill_in_seconds, service.received, now);
    return left === null ? t('state.stopping') : t('state.kill_in', { time: format.inSeconds(left) });
  }
  if (pending && kExpected[pending.verb] !== service.state) return t(`pending.${pending.verb}`);
  if (service.state === 'backoff') {
    const left = remaining(service.next_start_in_seconds, service.received, now);
    return left === null ? t('state.backoff') : t('state.backoff_in', { time: format.inSeconds(left) });
  }
  if (service.state === 'exited' && tone(service) !== 'off') return `${t('state.exited')}, ${exitWords(service.last_exit)}`;
  return t(`state.${service.state}`);
}

export function exitWords(exit) {
  if (!exit) return '';
  if (exit.start_failure) return exit.start_failure;
  return exit.signal ? `signal ${exit.signal}` : `code ${exit.code ?? format.none}`;
}

export function sinceWords(service, now) {
  const running = uptime(service, now);
  if (running !== null) return format.duration(running);
  if (service.state === 'backoff') {
    const n = format.count(service.unstable_runs);
    return service.max_restarts === null
      ? t('overview.attempt_unlimited', { n }) : t('overview.attempt', { n, limit: format.count(service.max_restarts) });
  }
  return service.last_exit ? format.ago(service.last_exit.at, now) : format.none;
}

export function healthWords(service) {
  const word = t(`health.${service.health}`);
  const check = service.health === 'healthy' ? slowest(service) : null;
  return check ? `${word} ${format.milliseconds(check.latency_ms)}` : word;
}

export function checkWords(check) {
  const latency = answersIn(check);
  const state = t(`health.${check.state}`);
  const words = t('overview.health_exact', { kind: check.kind, target: check.target ?? '', state: latency === null ? state : `${state}, ${format.milliseconds(latency)}` });
  return check.last_error ? `${words}: ${check.last_error}` : words;
}
