// The page outlives the process that serves it, and says so while it is away.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enter, launch, row } from './harness/browser.mjs';
import { Supervisor, until } from './harness/supervisor.mjs';

let supervisor;
let browser;

before(async () => {
  supervisor = await Supervisor.start('services: {backend: {command: sleep 1000, stop: {timeout: 1s}}}');
  await supervisor.running('backend');
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await supervisor?.stop();
});

// What a browser says of a connection that ended under it.
const expected = [/net::ERR_/];
const gateways = () => supervisor.pidsOf('mainstay-gateway');

test('after the death of the gateway the page is live again by itself, and still knows who is there', async () => {
  const { page, close } = await enter(browser, supervisor, { expected });
  await row(page, 'backend').locator('.state').getByText('running').waitFor();
  const before = gateways();
  assert.equal(before.length, 1);
  process.kill(before[0], 'SIGKILL');
  await until(() => gateways().some((pid) => !before.includes(pid)), 'another gateway');
  await supervisor.ctl(['stop', 'backend']);
  await row(page, 'backend').locator('.state').getByText('stopped').waitFor();
  await supervisor.ctl(['start', 'backend']);
  await row(page, 'backend').locator('.state').getByText('running').waitFor();
  assert.equal(await page.locator('.bar.bad:visible').count(), 0);
  await close();
});

test('a gateway that does not come back is said, and what is shown is not taken for live', async () => {
  const { page, context, close } = await enter(browser, supervisor, { expected });
  await row(page, 'backend').waitFor();
  await context.setOffline(true);
  process.kill(gateways()[0], 'SIGKILL');
  await page.getByText(/^Not live since/).waitFor();
  await context.setOffline(false);
  await page.getByText(/^Not live since/).waitFor({ state: 'hidden' });
  await close();
});
