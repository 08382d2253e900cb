// axe-core finds nothing serious on any view, in light and in dark.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, findings } from './harness/axe.mjs';
import { choose, enter, launch, openPage, row } from './harness/browser.mjs';
import { Supervisor } from './harness/supervisor.mjs';

const yaml = `
defaults: {stop: {timeout: 1s}}
services:
  backend: {command: [sh, -c, 'echo started; echo "ERROR: no luck" >&2; exec sleep 1000'], tags: [web]}
  worker: {command: sleep 1000, instances: 2}
  broken: {command: [sh, -c, 'echo cannot >&2; exit 2'], restart: {policy: never}}
  given-up: {command: 'false', restart: {max_restarts: 1, backoff: {initial: 10ms, max: 10ms}}}
  later: {command: sleep 1000, autostart: false}
monitors:
  nobody: {tcp: "127.0.0.1:1", interval: 1s, timeout: 1s, failures: 1}
`;

const views = {
  overview: '#/',
  'a service': '#/service/backend',
  'a service that failed': '#/service/given-up',
  'a service with instances': '#/service/worker',
  monitors: '#/monitors',
  events: '#/events',
  analysis: '#/analysis',
  configuration: '#/config',
  audit: '#/audit',
};

let supervisor;
let browser;

before(async () => {
  supervisor = await Supervisor.start(yaml);
  await supervisor.wait('given-up', ({ state }) => state === 'failed', 'given up');
  await supervisor.ctl(['restart', 'backend']);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await supervisor?.stop();
});

for (const colorScheme of ['light', 'dark']) {
  test(`every view is accessible, ${colorScheme}`, async () => {
    const { page, close } = await enter(browser, supervisor, { colorScheme, expected: [/^404: GET .*history/] });
    await row(page, 'backend').waitFor();
    const found = [];
    for (const [name, address] of Object.entries(views)) {
      await page.goto(supervisor.url + address);
      await page.locator('main h1, main .service').first().waitFor();
      found.push(...await findings(page, `${name}, ${colorScheme}`));
    }
    assert.deepEqual(found, []);
    await close();
  });

  test(`the form to log in is accessible, ${colorScheme}`, async () => {
    const { page, close } = await openPage(browser, { colorScheme });
    await page.goto(supervisor.url);
    await page.getByLabel('Password').waitFor();
    await assertAccessible(page, `log in, ${colorScheme}`);
    await close();
  });

  test(`a menu and a question are accessible, ${colorScheme}`, async () => {
    const { page, close } = await enter(browser, supervisor, { colorScheme });
    await row(page, 'backend').getByRole('button', { name: 'Actions for backend' }).click();
    await page.getByRole('menu').waitFor();
    await assertAccessible(page, `a menu, ${colorScheme}`);
    await page.keyboard.press('Escape');
    await choose(page, 'backend', 'Stop');
    await page.getByRole('dialog').waitFor();
    await assertAccessible(page, `a question, ${colorScheme}`);
    await close();
  });
}

test('a phone is accessible', async () => {
  const { page, close } = await enter(browser, supervisor, { viewport: { width: 360, height: 720 } });
  await row(page, 'backend').waitFor();
  await assertAccessible(page, 'the overview on a phone');
  await close();
});
