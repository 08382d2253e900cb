// Makes the pictures of the page for README and docs, of the quickstart example as it runs, with two more services that fail:
//
//   MAINSTAY_BIN=$PWD/build/release/bin MAINSTAY_BROWSER_MODULES=$PWD/build/release/tests/browser node tests/browser/screenshots.mjs [FOLDER]
//
// docs/page-overview.png, page-service.png (light), page-overview-dark.png, page-phone.png; each below 150 kB.

import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { enter, launch } from './harness/browser.mjs';
import { freePort, Supervisor, until } from './harness/supervisor.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = resolve(process.argv[2] ?? join(root, 'docs'));
const example = join(root, 'ecosystem-examples', 'quickstart');
const kLargest = 150_000;
const kLines = 40;

const failing = `
  report:
    description: Sends the figures of the day
    command: [sh, -c, "echo connecting to db.internal:5432; echo 'fatal: connection refused' >&2; exit 2"]
    tags: [queue]
    restart: {max_restarts: 3, backoff: {initial: 100ms, max: 200ms}}
  thumbnails:
    description: Makes small pictures of large ones
    command: [sh, -c, "echo out of memory >&2; exit 1"]
    tags: [queue]
    restart: {max_restarts: 16, backoff: {initial: 10m, max: 10m}}
`;

async function picture(page, name) {
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path });
  const { size } = statSync(path);
  console.log(`${path}: ${Math.round(size / 1000)} kB`);
  if (size > kLargest) throw new Error(`${path} is larger than ${kLargest} bytes`);
}

const low = { width: 1200, height: 500 };
const views = [
  ['page-overview', '#/', { viewport: low }],
  ['page-overview-dark', '#/', { viewport: low, colorScheme: 'dark' }],
  ['page-service', '#/service/report', {}],
  ['page-phone', '#/', { viewport: { width: 390, height: 780 } }],
];

process.env.API_PORT = String(await freePort());
process.env.FRONTEND_PORT = String(await freePort());
process.env.EVERY_SECONDS = '1';
mkdirSync(folder, { recursive: true });
const programs = ['api.py', 'frontend.py', 'jobs.py', 'scheduler.py', 'supervised.py', 'worker.py'];
const files = Object.fromEntries(programs.map((name) => [name, readFileSync(join(example, name))]));
// Its page would have a port of its own. The name of the folder that it runs in is of no interest to anybody; the page is that of the example itself.
const supervisor = await Supervisor.start(readFileSync(join(example, 'ecosystem.yaml'), 'utf8').replace(/^web:.*$/m, '') + failing, { files, folders: { public: join(example, 'public') } });
const browser = await launch();
try {
  for (const name of ['api', 'frontend']) await supervisor.wait(name, ({ health }) => health === 'healthy', 'healthy');
  await supervisor.wait('report', ({ state }) => state === 'failed', 'failed');
  await supervisor.ctl(['signal', 'KILL', 'worker:0']);
  await until(async () => (await supervisor.ctl(['logs', 'worker', '-n', '1000'])).split('\n').length > kLines, 'the workers have done some jobs');
  for (const [name, address, options] of views) {
    const { page, close } = await enter(browser, supervisor, { address, viewport: { width: 1200, height: 720 }, ...options });
    await page.locator('.rows .row, .service .log-line').first().waitFor();
    await page.locator('.host .figure-value').filter({ hasText: /\d/ }).first().waitFor();
    await page.locator('.host .spark-line[d^=M]').waitFor({ state: 'attached' });
    await picture(page, name);
    await close();
  }
} finally {
  await browser.close();
  await supervisor.stop();
}
