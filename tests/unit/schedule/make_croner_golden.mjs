// Writes tests/golden/cron_next.tsv: what the npm package croner says is due next, for random expressions.
// Run once by hand when cron's rules change, in a folder of its own outside the source tree:
//   npm install croner@11 && cp SOURCE/tests/unit/schedule/make_croner_golden.mjs . &&
//   node make_croner_golden.mjs > SOURCE/tests/golden/cron_next.tsv
// Columns: expression, zone, the moment after which, the next three moments (UTC, "-" for none).
// croner's fixedTimeRule differs from ours for lists across a change of the clock; those expressions are asked
// about away from changes only. The table tests of schedule_test.cc hold our own rule.
import { Cron } from "croner";

let seed = 20261122;
function random(n) {  // a linear congruential generator: the same file every time
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * n);
}
const pick = (list) => list[random(list.length)];

const months = ["JAN", "feb", "Mar", "JUN", "OCT", "dec"];
const weekdays = ["sun", "MON", "Wed", "FRI", "sat"];

function field(min, max, names) {
  const value = () => min + random(max - min + 1);
  switch (random(8)) {
    case 0: case 1: return "*";
    case 2: return String(value());
    case 3: { const a = value(), b = value(); return `${Math.min(a, b)}-${Math.max(a, b)}`; }
    case 4: return `*/${1 + random(Math.min(max, 20))}`;
    case 5: return `${value()},${value()},${value()}`;
    case 6: { const a = value(), b = value(); return `${Math.min(a, b)}-${Math.max(a, b)}/${1 + random(5)}`; }
    default: return names.length ? pick(names) : String(value());
  }
}
const day = () => (random(12) === 0 ? "L" : field(1, 31, []));
const weekday = () => (random(14) === 0 ? `${random(7)}#L` : field(0, 6, weekdays));
const expression = () => [field(0, 59, []), field(0, 23, []), day(), field(1, 12, months), weekday()].join(" ");

function ask(pattern, zone, after) {
  let moments = [];
  try {
    moments = new Cron(pattern, { timezone: zone, mode: "5-part" }).nextRuns(3, new Date(after));
  } catch (error) {
    // croner refuses what can never come ("0 0 31 2 *"); we say that nothing is due.
    if (!/no match|never|impossible|invalid/i.test(error.message)) throw error;
  }
  const shown = moments.map((m) => m.toISOString().replace(".000Z", "Z"));
  while (shown.length < 3) shown.push("-");
  console.log([pattern, zone, after, ...shown].join("\t"));
}

// Away from changes of the clock, or where it is never changed.
for (let i = 0; i < 900; ++i) {
  const zone = pick(["UTC", "Asia/Kolkata", "Asia/Tokyo", "America/Phoenix"]);
  const year = 2023 + random(6);
  const after = new Date(Date.UTC(year, random(12), 1 + random(28), random(24), random(60), random(60)));
  ask(expression(), zone, after.toISOString().replace(".000Z", "Z"));
}
// Around changes: a fixed time, and every hour.
const changes = [
  ["Europe/Madrid", Date.UTC(2026, 2, 29, 1)], ["Europe/Madrid", Date.UTC(2026, 9, 25, 1)],
  ["America/New_York", Date.UTC(2026, 2, 8, 7)], ["America/New_York", Date.UTC(2026, 10, 1, 6)],
  ["Australia/Lord_Howe", Date.UTC(2026, 9, 3, 15, 30)], ["Australia/Lord_Howe", Date.UTC(2026, 3, 4, 15)],
  ["Africa/Cairo", Date.UTC(2026, 3, 23, 22)], ["America/Havana", Date.UTC(2026, 2, 8, 5)],
];
for (const [zone, change] of changes) {
  for (let i = 0; i < 60; ++i) {
    const after = new Date(change + (random(8 * 60) - 5 * 60) * 60000).toISOString().replace(".000Z", "Z");
    const minute = random(60);
    ask(random(2) ? `${minute} ${random(5)} * * *` : `${pick(["*", "*/5", "*/7", minute, "10-40", "0,30"])} * * * *`, zone, after);
  }
}
