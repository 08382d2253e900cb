// Debian's Chromium, and pages of it that tell what went wrong behind the test's back.
//
// MAINSTAY_BROWSER_MODULES names the folder with node_modules, MAINSTAY_CHROMIUM the program.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { deadline, Supervisor } from './supervisor.mjs';

const modules = createRequire(join(resolve(process.env.MAINSTAY_BROWSER_MODULES ?? 'build/release/tests/browser'), 'of.cjs'));
const { chromium } = modules('playwright-core');
export const axeSource = modules.resolve('axe-core/axe.min.js');

// Nothing but the page under test is to be asked for, and nothing to be set up first.
const kArguments = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];

export async function launch() {
  return chromium.launch({ executablePath: process.env.MAINSTAY_CHROMIUM ?? '/usr/bin/chromium', args: kArguments });
}

// A page of its own session. `expected`: of these problems none is one, as expressions.
export async function openPage(browser, { expected = [], ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(deadline / 2);
  const page = await context.newPage();
  const problems = [];
  const foreign = [];
  page.on('console', (message) => {
    const told = message.text().startsWith('Failed to load resource: the server responded');  // below, with its address
    if (['error', 'warning'].includes(message.type()) && !told) problems.push(`console: ${message.text()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.request().method()} ${response.url()}`);
  });
  page.on('pageerror', (error) => problems.push(`exception: ${error.stack ?? error}`));
  page.on('request', (request) => {
    if (!/^(http:\/\/127\.0\.0\.1:\d+\/|data:|blob:)/.test(request.url())) foreign.push(request.url());
  });
  await page.exposeFunction('reportViolation', (text) => { problems.push(`content security policy: ${text}`); });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      window.reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ''}:${event.lineNumber ?? ''} ${event.sample ?? ''}`);
    });
  });
  return {
    page,
    context,
    // To be called at the end of every test.
    async close() {
      await context.close();
      const unexpected = problems.filter((problem) => !expected.some((expression) => expression.test(problem)));
      assert.deepEqual(unexpected, [], 'the page reported problems');
      assert.deepEqual(foreign, [], 'the page asked others than its server');
    },
  };
}

export async function logIn(page, user = Supervisor.user, password = Supervisor.password) {
  await page.getByLabel(/^(User|Usuario)$/).fill(user);
  await page.getByLabel(/^(Password|Contraseña)$/).fill(password);
  await page.getByLabel(/^(Password|Contraseña)$/).press('Enter');
}

// Logged in and at `address` ("#/monitors"), with everything of the first answers shown.
export async function enter(browser, supervisor, { address = '#/', ...options } = {}) {
  const opened = await openPage(browser, options);
  await opened.page.goto(supervisor.url + address);
  await logIn(opened.page);
  await opened.page.locator('.host').waitFor();
  return opened;
}

export const row = (page, name) => page.locator('.rows .row').filter({ has: page.getByRole('link', { name, exact: true }) });

// An entry of the menu of a service's row.
export async function choose(page, name, entry) {
  await row(page, name).getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: entry }).click();
}
