// The page on a phone, in the dark, in Spanish, and with nothing but a keyboard.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enter, launch, row } from './harness/browser.mjs';
import { Supervisor } from './harness/supervisor.mjs';

const yaml = `
defaults: {stop: {timeout: 1s}}
services:
  a-name-of-a-service-that-is-much-too-long-for-a-column: {command: sleep 1000, instances: 2}
  backend: {command: sleep 1000}
  broken: {command: 'false', restart: {policy: never}}
`;
const views = ['#/', '#/service/backend', '#/monitors', '#/events', '#/analysis', '#/config', '#/audit'];

let supervisor;
let browser;

before(async () => {
  supervisor = await Supervisor.start(yaml);
  await supervisor.running('backend');
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await supervisor?.stop();
});

const wide = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('on a phone no view is wider than the screen, and a service can be acted on', async () => {
  const { page, close } = await enter(browser, supervisor, { viewport: { width: 360, height: 720 }, hasTouch: true, isMobile: true });
  for (const address of views) {
    await page.goto(supervisor.url + address);
    await page.locator('main h1, main .service').first().waitFor();
    assert.ok(await wide(page) <= 0, `${address} is ${await wide(page)} pixels too wide`);
  }
  await page.goto(`${supervisor.url}#/`);
  await row(page, 'backend').waitFor();
  const long = page.getByRole('link', { name: /^a-name-of-a-service.*:1$/ });
  const [whole, number] = [await row(page, 'backend').boundingBox(), await long.getByText(':1').boundingBox()];
  assert.ok(number.x + number.width < whole.x + whole.width * 0.6, 'the number of an instance cannot be seen');
  await row(page, 'backend').getByRole('button').tap();
  const entry = page.getByRole('menuitem', { name: 'Restart' });
  await entry.waitFor();
  const { height } = await entry.boundingBox();
  assert.ok(height >= 32, `an entry of the menu is ${height} pixels high`);
  await close();
});

test('the page is dark when the system is, or when somebody wants it', async () => {
  const brightness = (page) => page.evaluate(() => {
    const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
    return (red + green + blue) / 3;
  });
  const dark = await enter(browser, supervisor, { colorScheme: 'dark' });
  assert.ok(await brightness(dark.page) < 60);
  await dark.close();
  const light = await enter(browser, supervisor, { colorScheme: 'light' });
  assert.ok(await brightness(light.page) > 200);
  const theme = light.page.getByRole('button', { name: /^Theme/ });
  while (!(await theme.getAttribute('aria-label')).includes('dark')) await theme.click();
  assert.ok(await brightness(light.page) < 60);
  await light.page.reload();
  await row(light.page, 'backend').waitFor();
  assert.ok(await brightness(light.page) < 60, 'what was chosen is forgotten');
  await light.close();
});

test('whose browser speaks Spanish is spoken to in Spanish, in every view', async () => {
  const { page, close } = await enter(browser, supervisor, { locale: 'es-ES' });
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'es');
  await page.getByRole('link', { name: 'Servicios' }).waitFor();
  for (const address of views) {
    await page.goto(supervisor.url + address);
    await page.locator('main h1, main .service').first().waitFor();
    const raw = await page.evaluate(() => document.body.innerText.match(/\b[a-z]+\.[a-z]+_[a-z_]+\b/g));
    assert.equal(raw, null, `${address} shows keys in place of words`);
  }
  await close();
});

test('a service is found, opened and stopped with nothing but a keyboard', async () => {
  const { page, close } = await enter(browser, supervisor);
  await row(page, 'backend').waitFor();
  const focused = () => page.evaluate(() => document.activeElement.innerText || document.activeElement.getAttribute('aria-label') || '');
  await page.reload();
  await row(page, 'backend').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'Skip to content');
  await page.keyboard.press('/');
  await page.keyboard.type('backend');
  await row(page, 'broken').waitFor({ state: 'detached' });
  await page.keyboard.press('Tab');
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('j');
  assert.equal(await focused(), 'backend');
  await page.keyboard.press('m');
  await page.getByRole('menu').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('s');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Enter');
  await supervisor.wait('backend', ({ state }) => state === 'stopped', 'stopped');
  await row(page, 'backend').getByText('stopped').first().waitFor();  // the page does what it shows
  await page.keyboard.press('s');
  await supervisor.running('backend');
  assert.equal(await focused(), 'backend', 'it is still there');
  await page.keyboard.press('Enter');
  await page.waitForURL(/#\/service\/backend/);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor({ state: 'detached' });
  await close();
});
