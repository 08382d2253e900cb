// Coming in and going out.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enter, launch, logIn, openPage } from './harness/browser.mjs';
import { Supervisor } from './harness/supervisor.mjs';

let supervisor;
let browser;

before(async () => {
  supervisor = await Supervisor.start('services: {backend: {command: sleep 1000}}');
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await supervisor?.stop();
});

test('who is not known is asked for a password, and comes to where he wanted to be', async () => {
  const { page, close } = await openPage(browser);
  await page.goto(`${supervisor.url}#/events`);
  await logIn(page);
  await page.waitForURL(/#\/events$/);
  await page.getByText(Supervisor.user, { exact: true }).waitFor();
  await close();
});

test('a wrong password is said, in words, and nobody is in', async () => {
  const { page, close } = await openPage(browser, { expected: [/^401: POST .*session/] });
  await page.goto(supervisor.url);
  await logIn(page, Supervisor.user, 'not this');
  await page.getByRole('alert').getByText('The user or the password is wrong.').waitFor();
  assert.equal(await page.getByLabel('Password').inputValue(), '');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'password');
  await logIn(page);
  await page.locator('.host').waitFor();
  await close();
});

test('who logs out has to log in again', async () => {
  const { page, close } = await enter(browser, supervisor);
  // The form is there before the page loads itself again; two reloads at a time would abort each other.
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Log out' }).click()]);
  await page.getByLabel('Password').waitFor();
  await page.reload();
  await page.getByLabel('Password').waitFor();
  await close();
});

test('a page that is loaded again still knows who is there', async () => {
  const { page, close } = await enter(browser, supervisor);
  await page.reload();
  await page.getByRole('link', { name: 'backend', exact: true }).waitFor();
  assert.equal(await page.getByLabel('Password').count(), 0);
  await close();
});
