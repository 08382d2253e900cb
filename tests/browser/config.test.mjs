// An edited file is looked at and put in force from the page.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertAccessible } from './harness/axe.mjs';
import { enter, launch } from './harness/browser.mjs';
import { Supervisor } from './harness/supervisor.mjs';

let supervisor;
let browser;

before(async () => {
  supervisor = await Supervisor.start('services: {steady: {command: sleep 1001}, goes: {command: sleep 1002}, changes: {command: sleep 1003}}');
  for (const name of ['steady', 'goes', 'changes']) await supervisor.running(name);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await supervisor?.stop();
});

// The connections of the page end with the gateway that served them.
const expected = [/net::ERR_/];

function edit(services) {
  const file = join(supervisor.folder, 'ecosystem.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^services: .*$/m, `services: ${services}`));
}

const checkAgain = (page) => page.getByRole('button', { name: 'Check the file again' }).click();

test('a file with errors is told, and nothing can be applied', async () => {
  const kept = readFileSync(join(supervisor.folder, 'ecosystem.yaml'), 'utf8');
  const { page, close } = await enter(browser, supervisor, { address: '#/config', expected: [/^400: POST .*config\/plan/] });
  await checkAgain(page);
  await page.getByText('Nothing would change.').waitFor();
  edit('{a: {comand: x}}');
  await checkAgain(page);
  await page.getByText(/^The file has errors, nothing was changed/).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Apply' }).count(), 0);
  writeFileSync(join(supervisor.folder, 'ecosystem.yaml'), kept);
  await close();
});

test('what would change is shown, asked for and done, and the page goes on', async () => {
  const { page, close } = await enter(browser, supervisor, { address: '#/config', expected });
  const steady = (await supervisor.service('steady')).pid;
  edit('{steady: {command: sleep 1001, tags: [night]}, changes: {command: sleep 2003}, comes: {command: sleep 2004}}');
  await checkAgain(page);
  const plan = page.getByRole('region', { name: 'The file on disk' });
  for (const words of ['goes is stopped and removed', 'comes is added', 'changes is restarted', 'steady goes on, no restart needed']) {
    await plan.getByRole('listitem').filter({ hasText: words }).waitFor();
  }
  await plan.getByText('[sleep, 2003]').waitFor();
  await assertAccessible(page, 'a plan');
  await plan.getByRole('button', { name: 'Apply' }).click();
  const question = page.getByRole('dialog', { name: 'Apply the changed file?' });
  await assertAccessible(page, 'the question before it');
  await question.getByRole('button', { name: 'Cancel' }).click();
  assert.equal((await supervisor.service('goes')).state, 'running');
  await plan.getByRole('button', { name: 'Apply' }).click();
  await question.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('The changed file is in force.').waitFor();
  await page.locator('.settings').getByText('2004').waitFor();
  await supervisor.running('comes');
  assert.equal((await supervisor.service('steady')).pid, steady);
  assert.equal(await page.locator('.bar.bad:visible').count(), 0);
  await checkAgain(page);
  await page.getByText('Nothing would change.').waitFor();
  await close();
});

test('who may only read is not offered it', async () => {
  const reader = await Supervisor.start('services: {a: {command: sleep 1000}}', { level: 'read' });
  try {
    const { page, close } = await enter(browser, reader, { address: '#/config' });
    await page.locator('.settings').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Check the file again' }).count(), 0);
    await close();
  } finally {
    await reader.stop();
  }
});
