// The table of services: what happens is seen as it happens, and what is asked for is done.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { choose, enter, launch, row } from './harness/browser.mjs';
import { Supervisor } from './harness/supervisor.mjs';

const yaml = `
defaults: {stop: {timeout: 2s}}
services:
  backend: {command: sleep 1000, tags: [web]}
  worker: {command: sleep 1000, instances: 2}
  fragile:
    command: sleep 1000
    restart: {policy: never}
  later: {command: sleep 1000, autostart: false}
`;

let supervisor;
let browser;

before(async () => {
  supervisor = await Supervisor.start(yaml);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await supervisor?.stop();
});

const state = (page, name, words) => row(page, name).locator('.state').getByText(words).waitFor();

test('a crash appears without anybody asking, at once', async () => {
  const { page, close } = await enter(browser, supervisor);
  await state(page, 'fragile', 'running');
  await supervisor.ctl(['signal', 'KILL', 'fragile']);
  await state(page, 'fragile', 'exited, signal KILL');
  await page.getByRole('region', { name: 'Needs attention' }).getByText(/fragile ended .* with signal KILL and is not started again/).waitFor();
  await close();
});

test('a service is restarted from its menu, after a question', async () => {
  const { page, close } = await enter(browser, supervisor);
  await state(page, 'backend', 'running');
  const { pid } = await supervisor.service('backend');
  await choose(page, 'backend', 'Restart');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  assert.equal((await supervisor.service('backend')).pid, pid);
  await choose(page, 'backend', 'Restart');
  await page.getByRole('dialog').getByRole('button', { name: 'Restart' }).click();
  await supervisor.wait('backend', (now) => now.state === 'running' && now.pid !== pid, 'another process');
  await state(page, 'backend', 'running');
  await close();
});

test('a service is stopped and started', async () => {
  const { page, close } = await enter(browser, supervisor);
  await choose(page, 'later', 'Start');
  await state(page, 'later', 'running');
  await choose(page, 'later', 'Stop');
  await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
  await state(page, 'later', 'stopped');
  await close();
});

test('a service is scaled, and its instances come and go in the table', async () => {
  const { page, close } = await enter(browser, supervisor, { expected: [/^404: GET .*history/] });  // of what is gone
  await state(page, 'worker:1', 'running');
  await choose(page, 'worker:0', 'Scale');
  await page.getByLabel('Instances').fill('4');
  await page.getByText('2 more start.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Scale' }).click();
  await state(page, 'worker:3', 'running');
  await choose(page, 'worker:3', 'Scale');
  await page.getByLabel('Instances').fill('1');
  await page.getByRole('dialog').getByRole('button', { name: 'Scale' }).click();
  await row(page, 'worker:3').waitFor({ state: 'detached' });
  await close();
});

test('what is searched for is what is shown', async () => {
  const { page, close } = await enter(browser, supervisor);
  await row(page, 'backend').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('back');
  await row(page, 'fragile').waitFor({ state: 'detached' });
  await row(page, 'backend').waitFor();
  await page.keyboard.press('Escape');
  await row(page, 'fragile').waitFor();
  await close();
});

test('an action that fails says why', async () => {
  const { page, close } = await enter(browser, supervisor, { expected: [/^409: POST .*restart/] });
  await row(page, 'backend').waitFor();
  await page.route('**/services/backend/restart*', (route) => route.fulfill({
    status: 409, contentType: 'application/json', body: '{"error":{"code":"failed","message":"it is <b>busy</b>"}}',
  }));
  await choose(page, 'backend', 'Restart');
  await page.getByRole('dialog').getByRole('button', { name: 'Restart' }).click();
  await page.getByRole('alert').getByText('Cannot restart backend: it is <b>busy</b>').waitFor();
  await close();
});
