// What a service's state means to a person. Pure.
//
//   tone(service)       'good' | 'busy' | 'warn' | 'bad' | 'off': the colour of the dot, never without its word
//   kind(service)       'running' | 'restarting' | 'failed' | 'waiting' | 'stopped': which total it counts in
//   unhealthy(service)  whether it runs and a check says that it does not work
//   tally(services)     {all, running, restarting, failed, unhealthy, waiting, stopped}
//   diedBySignal(service)   whether it ended by itself, was not started again, and not because it wanted to end
//   severity(service)   0 when nobody has to look, else more for what is worse
//   answersIn(check)    how long its last answer took in milliseconds; null when nothing is asked: a service speaks when it likes
//   slowest(service)    the check with the longest answer, or null
//   failingCheck(service)   the first check that fails, or null

const kKinds = {
  running: 'running', starting: 'running', stopping: 'running', backoff: 'restarting', failed: 'failed',
  waiting: 'waiting', stopped: 'stopped', exited: 'stopped',
};
const kTones = {
  running: 'good', starting: 'busy', stopping: 'busy', backoff: 'warn', failed: 'bad', waiting: 'warn', stopped: 'off', exited: 'off',
};

export const unhealthy = (service) => service.health === 'unhealthy';

export const kind = (service) => kKinds[service.state] ?? 'stopped';

const isOver = (service) => service.state === 'exited' && Boolean(service.last_exit);

export const diedBySignal = (service) => isOver(service) && Boolean(service.last_exit.signal || service.last_exit.start_failure);

export function tone(service) {
  if (diedBySignal(service)) return 'bad';
  if (isOver(service) && service.last_exit.code !== 0) return 'warn';
  return unhealthy(service) && kind(service) === 'running' ? 'bad' : kTones[service.state] ?? 'off';
}

export function tally(services) {
  const totals = { all: 0, running: 0, restarting: 0, failed: 0, unhealthy: 0, waiting: 0, stopped: 0 };
  for (const service of services) {
    totals.all += 1;
    totals[kind(service)] += 1;
    if (unhealthy(service)) totals.unhealthy += 1;
  }
  return totals;
}

// One that came up again a moment ago still counts: a crash loop must not come and go with every run.
export function severity(service) {
  if (service.state === 'failed') return 4;
  if (unhealthy(service)) return 3;
  if (service.state === 'backoff' || (service.unstable_runs > 1 && kind(service) === 'running')) return 2;
  if (diedBySignal(service)) return 2;
  return service.log_trouble ? 1 : 0;
}

const kUnasked = new Set(['heartbeat', 'output']);

export const answersIn = (check) => (kUnasked.has(check.kind) ? null : check.latency_ms ?? null);

export function slowest(service) {
  const asked = (service.checks ?? []).filter((check) => answersIn(check) !== null);
  return asked.reduce((found, check) => (check.latency_ms > (found?.latency_ms ?? -1) ? check : found), null);
}

export const failingCheck = (service) => (service.checks ?? []).find((check) => check.state === 'unhealthy') ?? null;
