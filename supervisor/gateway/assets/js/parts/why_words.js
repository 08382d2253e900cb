// What `services.why` answers, as the page shows it: the supervisor's own sentences, and a countdown
// that goes on by itself.

// Seconds until what comes next, or null. `received` and `now` in milliseconds: the clocks of the
// browser and of the machine are never compared.
export function untilNext(service, received, now) {
  const left = service.kill_in_seconds ?? service.next_start_in_seconds;
  if (left === null || left === undefined) return null;
  return Math.max(0, left - (now - received) / 1000);
}

// {key, values} of the sentence with the countdown, or null when nothing is awaited.
export function nextWords(service, received, now, format) {
  const left = untilNext(service, received, now);
  if (left === null) return null;
  const time = format.inSeconds(left);
  if (service.kill_in_seconds !== null && service.kill_in_seconds !== undefined) {
    return { key: 'why.kill_in', values: { time } };
  }
  if (left === 0) return { key: 'why.start_now', values: {} };
  if (service.state === 'running') return { key: 'why.restart_in', values: { time } };
  if (service.state !== 'backoff' || !service.max_restarts) return { key: 'why.start_in', values: { time } };
  return {
    key: 'why.start_in_of',
    values: { time, attempt: service.unstable_runs + 1, most: service.max_restarts },
  };
}

// True when a person should read it: then it is open and above the log.
export function needsReading(service) {
  return ['backoff', 'failed', 'waiting'].includes(service.state) || service.health === 'unhealthy' ||
         Boolean(service.log_trouble);
}

// "start in 4.2 s, at 14:02:11 (500 ms × 2³ ± 10 %)" → "500 ms × 2³ ± 10 %": the countdown says the
// rest, and goes on while this does not.
export function reckoning(next) {
  return /\(([^()]*)\)\s*$/.exec(next ?? '')?.[1] ?? '';
}

// Commands that the page can do or show itself: {kind, name}, else null.
export function wayTo(command) {
  const [, verb, name] = /^ctl (logs|show|start|stop|restart|why) ([^\s-][^\s]*)/.exec(command) ?? [];
  return verb ? { verb, name } : null;
}
