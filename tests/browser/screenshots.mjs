// Makes the pictures of the page for README and docs, of the quickstart example as it runs:
//
//   MAINSTAY_BIN=build/release/bin MAINSTAY_BROWSER_MODULES=build/release/tests/browser node tests/browser/screenshots.mjs [FOLDER]
//
// docs/page-overview.png, page-service.png (light), page-overview-dark.png, page-phone.png; each below 150 kB.

import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { enter, launch } from './harness/browser.mjs';
import { freePort, Supervisor } from './harness/supervisor.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = resolve(process.argv[2] ?? join(root, 'docs'));
const example = join(root, 'ecosystem-examples', 'quickstart');
const kLargest = 150_000;

async function picture(page, name) {
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path });
  const { size } = statSync(path);
  console.log(`${path}: ${Math.round(size / 1000)} kB`);
  if (size > kLargest) throw new Error(`${path} is larger than ${kLargest} bytes`);
}

const views = [
  ['page-overview', '#/', {}],
  ['page-overview-dark', '#/', { colorScheme: 'dark' }],
  ['page-service', '#/service/api', {}],
  ['page-phone', '#/', { viewport: { width: 390, height: 780 } }],
];

process.env.API_PORT = String(await freePort());
process.env.FRONTEND_PORT = String(await freePort());
mkdirSync(folder, { recursive: true });
const programs = ['api.py', 'frontend.py', 'jobs.py', 'scheduler.py', 'supervised.py', 'worker.py'];
const files = Object.fromEntries(programs.map((name) => [name, readFileSync(join(example, name))]));
// Its page would have a port of its own. The name of the folder that it runs in is of no interest to anybody; the page is that of the example itself.
const supervisor = await Supervisor.start(readFileSync(join(example, 'ecosystem.yaml'), 'utf8').replace(/^web:.*$/m, ''), { files, folders: { public: join(example, 'public') } });
const browser = await launch();
try {
  for (const name of ['api', 'frontend']) await supervisor.wait(name, ({ health }) => health === 'healthy', 'healthy');
  for (const [name, address, options] of views) {
    const { page, close } = await enter(browser, supervisor, { address, viewport: { width: 1200, height: 720 }, ...options });
    await page.locator('.rows .row, .service .log-line').first().waitFor();
    await page.locator('.host .figure-value').filter({ hasText: /\d/ }).first().waitFor();
    await picture(page, name);
    await close();
  }
} finally {
  await browser.close();
  await supervisor.stop();
}
