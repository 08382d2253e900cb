// The log of a service: followed, searched, and never taken for anything but text.

import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { enter, launch } from './harness/browser.mjs';
import { Supervisor } from './harness/supervisor.mjs';

// Prints what is appended to `said`.
const yaml = `
services:
  speaker: {command: [sh, -c, 'touch said; exec tail -n +1 -f said'], stop: {timeout: 1s}}
`;

let supervisor;
let browser;
const say = (text) => appendFileSync(join(supervisor.folder, 'said'), text);

before(async () => {
  supervisor = await Supervisor.start(yaml);
  await supervisor.running('speaker');
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await supervisor?.stop();
});

const open = (options) => enter(browser, supervisor, { address: '#/service/speaker?tab=log', ...options });
const lines = (page) => page.getByRole('log');

test('new lines come by themselves, each once', async () => {
  say('the first line\n');
  const { page, close } = await open();
  await lines(page).getByText('the first line').waitFor();
  for (let i = 0; i < 20; i += 1) say(`number ${i}\n`);
  await lines(page).getByText('number 19', { exact: true }).waitFor();
  const texts = await page.locator('.log-text').allTextContents();
  assert.deepEqual(texts.slice(-20), Array.from({ length: 20 }, (_, i) => `number ${i}`));
  assert.equal(texts.filter((text) => text === 'the first line').length, 1);
  await close();
});

test('what is searched for is marked, and only it is shown when that is asked for', async () => {
  say('a needle in a haystack\nonly hay\n');
  const { page, close } = await open();
  await lines(page).getByText('only hay').waitFor();
  await page.locator('.log-find').fill('needle');
  await page.locator('mark', { hasText: 'needle' }).waitFor();
  await page.locator('.log-bar').getByRole('button', { name: 'only these' }).click();
  await lines(page).getByText('only hay').waitFor({ state: 'detached' });
  await page.locator('mark', { hasText: 'needle' }).waitFor();
  say('another needle\n');
  await lines(page).getByText('another needle').waitFor();
  await close();
});

test('a log that is paused stands still, and goes on with nothing missing', async () => {
  const { page, close } = await open();
  say('before the pause\n');
  await lines(page).getByText('before the pause').waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  say('meanwhile\n');
  await page.getByRole('button', { name: /1 new line/ }).waitFor();
  assert.equal(await lines(page).getByText('meanwhile').count(), 0);
  await page.getByRole('button', { name: /1 new line/ }).click();
  await lines(page).getByText('meanwhile').waitFor();
  await close();
});

test('markup, scripts and control characters of a service are shown, not run', async () => {
  say('<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>\n\x1b[31mred\x1b[0m \x1b]0;title\x07\u202Eevil\n');
  const { page, close } = await open();
  await lines(page).getByText('<img src=x onerror="window.hurt=1"><script>').waitFor();
  await lines(page).getByText('red').last().waitFor();
  assert.equal(await page.evaluate(() => window.hurt), undefined);
  assert.equal(await page.locator('.log-list img, .log-list script').count(), 0);
  await close();
});

test('a service that does not exist is said', async () => {
  const { page, close } = await enter(browser, supervisor, { address: '#/service/nobody', expected: [/^404: /] });
  await page.getByText('There is no service named nobody.').waitFor();
  await close();
});
